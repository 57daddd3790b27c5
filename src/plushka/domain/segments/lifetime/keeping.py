"""Writing down what a night has worked out, and reading it."""

from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.segments.lifetime.model import (
    MODEL,
    Calibration,
    Churn,
    Expected,
    History,
    LifetimeRun,
    MemberLifetime,
    NoMoney,
    Outcome,
    Spending,
)
from plushka.platform.database import Tx


class Found(Struct, frozen=True):
    """The parameters of a run and how it came true, as they are stored."""

    churn: Churn | None = None
    spending: Spending | None = None
    calibration: Calibration | None = None
    no_money: NoMoney = ""
    discount_bp: int = 0


async def keep_run(
    tx: Tx, history: History, *, outcome: Outcome, found: Found, columns: Expected | None
) -> None:
    """Write down a run in place of one of the same day, and of members what it has found in place of what was there.

    Whoever has been merged or deleted meanwhile is left out.
    """
    await tx.execute(
        """
        -- segments.keep_lifetime_run
        insert into lifetime_runs
            (tenant_id, through_on, as_of, model, outcome, buyers, comebacks, history_days, found)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant_id, through_on) do update
        set as_of = excluded.as_of, model = excluded.model, outcome = excluded.outcome, buyers = excluded.buyers,
            comebacks = excluded.comebacks, history_days = excluded.history_days, found = excluded.found
        """,
        tx.tenant_id,
        history.through_on,
        tx.at,
        MODEL,
        outcome,
        len(history.visits),
        sum(visits > 1 for visits in history.visits),
        history.days,
        msgspec.json.encode(found).decode(),
    )
    await tx.execute(
        """
        -- segments.forget_lifetimes
        delete from member_lifetimes where tenant_id = $1
        """,
        tx.tenant_id,
    )
    if columns is None:
        return
    await tx.execute(
        """
        -- segments.keep_lifetimes
        insert into member_lifetimes
            (tenant_id, member_id, visits, first_on, last_on, alive_bp, visits_soon_milli, visits_year_milli,
             visit_minor, soon_minor, year_minor, value_minor)
        select $1, f.member_id, f.visits, f.first_on, f.last_on, f.alive_bp, f.visits_soon_milli, f.visits_year_milli,
               f.visit_minor, f.soon_minor, f.year_minor, f.value_minor
        from unnest($2::uuid[], $3::integer[], $4::date[], $5::date[], $6::integer[], $7::integer[], $8::integer[],
                    $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
            as f (member_id, visits, first_on, last_on, alive_bp, visits_soon_milli, visits_year_milli, visit_minor,
                  soon_minor, year_minor, value_minor)
        join members m on m.tenant_id = $1 and m.id = f.member_id and m.merged_into is null and m.erased_at is null
        """,
        tx.tenant_id,
        history.member_ids,
        history.visits,
        [history.through_on - timedelta(days=age) for age in history.age],
        [
            history.through_on - timedelta(days=age - recency)
            for age, recency in zip(history.age, history.recency, strict=True)
        ],
        columns.alive_bp,
        columns.visits_soon_milli,
        columns.visits_year_milli,
        # Shorter arrays are filled up with nulls.
        columns.money.visit_minor if columns.money else [],
        columns.money.soon_minor if columns.money else [],
        columns.money.year_minor if columns.money else [],
        columns.money.value_minor if columns.money else [],
    )


async def find_lifetime_run(tx: Tx) -> LifetimeRun | None:
    """Return the last run, whatever came of it."""
    row = await tx.fetchrow(
        """
        -- segments.find_lifetime_run
        select through_on, as_of, model, outcome, buyers, comebacks, history_days, found
        from lifetime_runs where tenant_id = $1
        order by through_on desc
        limit 1
        """,
        tx.tenant_id,
    )
    if row is None:
        return None
    found = msgspec.json.decode(row["found"], type=Found)
    return LifetimeRun(
        as_of=row["as_of"],
        through_on=row["through_on"],
        model=row["model"],
        outcome=row["outcome"],
        buyers=row["buyers"],
        comebacks=row["comebacks"],
        history_days=row["history_days"],
        churn=found.churn,
        spending=found.spending,
        calibration=found.calibration,
        no_money=found.no_money,
        discount_bp=found.discount_bp,
    )


async def find_lifetime(tx: Tx, member_id: UUID) -> MemberLifetime | None:
    """Return what one member is expected to do; None of who has not bought by the last run."""
    row = await tx.fetchrow(
        """
        -- segments.find_lifetime
        select visits, first_on, last_on, alive_bp, visits_soon_milli, visits_year_milli, visit_minor, soon_minor,
               year_minor, value_minor
        from member_lifetimes where tenant_id = $1 and member_id = $2
        """,
        tx.tenant_id,
        member_id,
    )
    return None if row is None else MemberLifetime(**row)


def is_of_yesterday(run: LifetimeRun | None, today: date) -> bool:
    """Tell whether nothing new can be worked out before tomorrow."""
    return run is not None and run.through_on >= today - timedelta(days=1)
