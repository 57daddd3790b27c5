"""Adding to the sums what has changed since they were added up last."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.changes.model import Taken
from plushka.domain.changes.operations import take
from plushka.domain.rollups import points
from plushka.domain.rollups.counting import RECEIPT_TABLES, summing
from plushka.domain.rollups.goods import move_goods
from plushka.domain.rollups.model import (
    ALL_BRANCHES,
    MECHANIC_BUYERS,
    MEMBER_MONTHS,
    MEMBER_YEARS,
    RECEIPT_GOODS,
)
from plushka.domain.rollups.paths import save_paths
from plushka.platform.database import Tx

SUBJECTS_MAX = 5_000
"""How much is added up in one transaction; more waits for the next."""

# Of a receipt that had been added up and now comes back: what it was (-1) and what it is (1). What waits for the next
# time is in neither of the two, though it can be seen.
_CHANGED = """
changed as (
    select distinct t.receipt_id as id from returns t
    where t.tenant_id = $1 and t.id = any($3::uuid[]) and t.receipt_id <> all ($4::uuid[])
    union
    select unnest($2::uuid[])
), counted (id, sign) as (
    select id, 1 from changed
    union all
    select id, -1 from changed where id <> all ($2::uuid[])
), back (id, sign, return_id) as (
    select c.id, c.sign, t.id from counted c join returns t on t.tenant_id = $1 and t.receipt_id = c.id
    where t.id <> all ($5::uuid[]) and (c.sign = 1 or t.id <> all ($3::uuid[]))
)
"""
# All receipts of members but those that wait.
_OF_MEMBERS = """
counted (id, sign) as (
    select id, 1 from receipts where tenant_id = $1 and member_id = any($2::uuid[]) and id <> all ($3::uuid[])
), back (id, sign, return_id) as (
    select c.id, c.sign, t.id from counted c join returns t on t.tenant_id = $1 and t.receipt_id = c.id
    where t.id <> all ($4::uuid[])
)
"""
_BY_MEMBER = (MEMBER_MONTHS, MEMBER_YEARS, MECHANIC_BUYERS)
_ADD_RECEIPTS = summing("rollups.add_receipts", _CHANGED, (*RECEIPT_TABLES, RECEIPT_GOODS), adds=True)
_COUNT_MEMBERS = summing("rollups.count_members", _OF_MEMBERS, _BY_MEMBER, adds=False)


class Folded(Struct, frozen=True):
    """What was added up: so many changes. ``has_more``: others wait, because they were too many for once."""

    changes: int
    has_more: bool


async def fold(tx: Tx, *, subjects_max: int | None = SUBJECTS_MAX) -> Folded | None:
    """Add up what has changed, the oldest first; None: somebody else is at it.

    The transaction must see one moment.

    :raises SerializationError: somebody else was at it until now; nothing is lost
    """
    if not await take_lock(tx):
        return None
    taken = await take(tx, subjects_max=subjects_max)
    if not taken.count:
        return Folded(changes=0, has_more=False)
    await _add_receipts(tx, taken)
    if taken.has_calendar:
        await points.forget_points(tx)
        await points.count_points(tx, without=taken.left["postings"])
    elif posting_ids := taken.subjects["postings"]:
        await points.add_points(tx, posting_ids)
    return Folded(changes=taken.count, has_more=taken.has_left)


async def take_lock(tx: Tx) -> bool:
    """Take the business's sums for this transaction; False: somebody else has them."""
    is_ours: bool = await tx.fetchval(
        """
        -- rollups.take_lock
        select pg_try_advisory_xact_lock(hashtextextended('rollups ' || $1::text, 0))
        """,
        str(tx.tenant_id),
    )
    return is_ours


async def _add_receipts(tx: Tx, taken: Taken) -> None:
    new, returns, members = (taken.subjects[kind] for kind in ("receipts", "returns", "members"))
    left_receipts, left_returns = taken.left["receipts"], taken.left["returns"]
    if returns:
        await points.add_refunds(tx, returns)
    if new or returns:
        await tx.execute(_ADD_RECEIPTS, tx.tenant_id, new, returns, left_receipts, left_returns)
    if members:
        # Their days are found by their months: receipts may have moved on since, and no index leads to a member's days.
        await tx.execute(
            """
            -- rollups.forget_members
            with months as (
                delete from member_months where tenant_id = $1 and member_id = any($2::uuid[])
                returning member_id, month_on
            ), years as (
                delete from member_years where tenant_id = $1 and member_id = any($2::uuid[])
            )
            delete from mechanic_buyers b using months m
            where b.tenant_id = $1 and b.member_id = m.member_id
              and b.business_date >= m.month_on and b.business_date < (m.month_on + interval '1 month')::date
            """,
            tx.tenant_id,
            members,
        )
        await tx.execute(_COUNT_MEMBERS, tx.tenant_id, members, left_receipts, left_returns)
        await move_goods(tx, members)
    touched = await _list_members(tx, new, returns, members)
    if returns:
        await _forget_empty(tx, returns, touched)
    await save_paths(tx, touched)


async def _list_members(tx: Tx, new: list[UUID], returns: list[UUID], members: list[UUID]) -> list[UUID]:
    rows = await tx.fetch(
        """
        -- rollups.list_members
        select distinct member_id from receipts
        where tenant_id = $1 and member_id is not null and id = any(array(
            select unnest($2::uuid[])
            union all
            select receipt_id from returns where tenant_id = $1 and id = any($3::uuid[])
        ))
        union
        select unnest($4::uuid[])
        """,
        tx.tenant_id,
        new,
        returns,
        members,
    )
    return [row["member_id"] for row in rows]


async def _forget_empty(tx: Tx, returns: list[UUID], members: list[UUID]) -> None:
    """Delete rows of which these returns have left nothing."""
    places = await tx.fetch(
        """
        -- rollups.places_of_returns
        select distinct p.branch_id, r.business_date, date_trunc('month', r.business_date)::date as month_on
        from returns t
        join receipts r on r.tenant_id = $1 and r.id = t.receipt_id
        cross join lateral unnest(array[r.branch_id, $3::uuid]) as p (branch_id)
        where t.tenant_id = $1 and t.id = any($2::uuid[])
        """,
        tx.tenant_id,
        returns,
        ALL_BRANCHES,
    )
    for table in RECEIPT_TABLES:
        day = "month_on" if "month_on" in table.key else "business_date"
        where = "member_id = any($2::uuid[])"
        values: list[list[object]] = [list(members)]
        if "branch_id" in table.key:
            where = f"(branch_id, {day}) in (select * from unnest($2::uuid[], $3::date[]))"  # noqa: S608  a constant
            values = [[row[name] for row in places] for name in ("branch_id", day)]
        await tx.execute(
            f"""
            -- rollups.forget_empty
            delete from {table.name}
            where tenant_id = $1 and {where} and {" and ".join(f"{name} = 0" for name in table.counts)}
            """,  # noqa: S608  constants
            tx.tenant_id,
            *values,
        )


async def note_run(tx: Tx, *, changes: int, took_ms: int, is_rebuilt: bool = False) -> None:
    """Write down that the sums are as of the transaction's moment."""
    await tx.execute(
        """
        -- rollups.note_run
        insert into rollup_runs (tenant_id, folded_at, took_ms, changes, rebuilt_at)
        values ($1, $2, $3, $4, case when $5 then $2::timestamptz end)
        on conflict (tenant_id) do update
        set folded_at = excluded.folded_at, took_ms = excluded.took_ms, changes = excluded.changes,
            rebuilt_at = coalesce(excluded.rebuilt_at, rollup_runs.rebuilt_at)
        """,
        tx.tenant_id,
        tx.at,
        took_ms,
        changes,
        is_rebuilt,
    )
