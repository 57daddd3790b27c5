"""Statements of promotions' uses: who has used what, and the counters of budgets of all members together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from plushka.domain.purchases.situation import Situation
from plushka.engine.program import Budget
from plushka.engine.spans import Span, until_of
from plushka.platform.database import Tx

ALL_BRANCHES = UUID(int=0)


class BudgetExceeded(RuntimeError):
    """A counter would have gone over its budget: the decision and the counters disagree. Nothing is booked."""


class Key(NamedTuple):
    """A counter of all members together, in the order in which they are locked."""

    program_id: UUID
    promotion_id: str
    branch_id: UUID
    span: Span
    since: date


class OwnKey(NamedTuple):
    """What one member has used of a promotion, within a window."""

    member_id: UUID
    promotion_id: str
    span: Span
    since: date


@dataclass(slots=True)
class Tally:
    """Receipts that a promotion lowered, and by how much in all."""

    uses: int = 0
    amount_minor: int = 0

    def add(self, amount_minor: int) -> None:
        self.uses += 1
        self.amount_minor += amount_minor


@dataclass(slots=True)
class Use:
    """A promotion that lowered a receipt's prices, and the counters that count it."""

    receipt_id: UUID
    promotion_id: str
    situation: Situation
    amount_minor: int
    counters: Mapping[Key, Sequence[Budget]]


async def begin_counters(tx: Tx, keys: Sequence[Key]) -> None:
    """Let there be counters at ``keys``, in order; those that are there stay as they are."""
    await tx.execute(
        """
        -- purchases.begin_counters
        insert into promotion_counters (tenant_id, program_id, promotion_id, branch_id, span, since)
        select $1, new.* from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::date[]) as new
        on conflict do nothing
        """,
        tx.tenant_id,
        *zip(*keys, strict=True),
    )


async def read_counters(tx: Tx, keys: Sequence[Key], *, lock: bool) -> dict[Key, Tally]:
    """Return what the counters say; with ``lock`` they are locked in their order until the transaction ends."""
    rows = await tx.fetch(
        f"""
        -- purchases.read_counters
        select c.program_id, c.promotion_id, c.branch_id, c.span, c.since, c.uses, c.amount_minor
        from promotion_counters c
        join unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::date[])
            as wanted (program_id, promotion_id, branch_id, span, since)
            using (program_id, promotion_id, branch_id, span, since)
        where c.tenant_id = $1
        order by c.program_id, c.promotion_id, c.branch_id, c.span, c.since
        {"for no key update of c" if lock else ""}
        """,  # noqa: S608  a constant
        tx.tenant_id,
        *zip(*keys, strict=True),
    )
    return {
        Key(row["program_id"], row["promotion_id"], row["branch_id"], row["span"], row["since"]): Tally(
            row["uses"], row["amount_minor"]
        )
        for row in rows
    }


async def read_own_uses(tx: Tx, keys: Sequence[OwnKey]) -> dict[OwnKey, Tally]:
    """Return what members have used, cards merged into theirs among them; the locks of their wallets guard it."""
    ends = [until_of(key.span, key.since) for key in keys]
    rows = await tx.fetch(
        """
        -- purchases.read_own_uses
        with cards as materialized (
            select w.*, card_id
            from unnest($2::uuid[], $3::text[], $4::text[], $5::date[], $6::date[])
                as w (member_id, promotion_id, span, since, until)
            cross join lateral unnest(w.member_id || array(
                select m.id from members m where m.tenant_id = $1 and m.merged_into = w.member_id
            )) as card_id
        )
        select c.member_id, c.promotion_id, c.span, c.since,
               sum(used.uses)::bigint as uses, sum(used.amount_minor)::bigint as amount_minor
        from cards c cross join lateral (
            select count(*) as uses, sum(u.left_minor) as amount_minor
            from promotion_uses u
            where u.tenant_id = $1 and u.member_id = c.card_id and u.promotion_id = c.promotion_id
              and u.left_minor > 0 and u.business_date >= c.since and u.business_date < c.until
        ) as used
        where used.uses > 0
        group by 1, 2, 3, 4
        """,
        tx.tenant_id,
        *zip(*keys, strict=True),
        ends,
    )
    return {
        OwnKey(row["member_id"], row["promotion_id"], row["span"], row["since"]): Tally(
            row["uses"], row["amount_minor"]
        )
        for row in rows
    }


async def insert_uses(tx: Tx, uses: Sequence[Use]) -> None:
    """Write what promotions took off receipts, without counting it anywhere."""
    await tx.execute(
        """
        -- purchases.insert_promotion_uses
        insert into promotion_uses (
            tenant_id, receipt_id, promotion_id, program_id, member_id, branch_id, business_date, amount_minor,
            left_minor, counted_in
        )
        select $1, receipt_id, promotion_id, program_id, member_id, branch_id, business_date, amount_minor,
               amount_minor, string_to_array(counted_in, ' ')
        from unnest(
            $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::date[], $8::bigint[], $9::text[]
        ) as new (receipt_id, promotion_id, program_id, member_id, branch_id, business_date, amount_minor, counted_in)
        """,
        tx.tenant_id,
        [use.receipt_id for use in uses],
        [use.promotion_id for use in uses],
        [use.situation.mark.program_id for use in uses],
        [use.situation.book.member_id if use.situation.book else None for use in uses],
        [use.situation.branch.id for use in uses],
        [use.situation.business_date for use in uses],
        [use.amount_minor for use in uses],
        [" ".join(map(_name, use.counters)) for use in uses],
    )


async def count_uses(tx: Tx, added: Mapping[Key, Tally], bounds: Mapping[Key, Sequence[Budget]]) -> None:
    """Add to counters, locked here in their order if not before; refused by the statement where one would go over.

    :raises BudgetExceeded: it has refused
    """
    keys = sorted(added)
    counted = await tx.fetch(
        """
        -- purchases.count_budgets
        with locked as materialized (
            select new.*
            from unnest(
                $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::date[],
                $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]
            ) with ordinality as new (
                program_id, promotion_id, branch_id, span, since, uses, amount_minor, uses_max, amount_max_minor, place
            )
            join promotion_counters c using (program_id, promotion_id, branch_id, span, since)
            where c.tenant_id = $1
            order by new.place
            for no key update of c
        )
        update promotion_counters c
        set uses = c.uses + new.uses, amount_minor = c.amount_minor + new.amount_minor
        from locked as new
        where c.tenant_id = $1
          and (c.program_id, c.promotion_id, c.branch_id, c.span, c.since)
            = (new.program_id, new.promotion_id, new.branch_id, new.span, new.since)
          and (new.uses_max is null or c.uses + new.uses <= new.uses_max)
          and (new.amount_max_minor is null or c.amount_minor + new.amount_minor <= new.amount_max_minor)
        returning c.promotion_id
        """,
        tx.tenant_id,
        *zip(*keys, strict=True),
        [added[key].uses for key in keys],
        [added[key].amount_minor for key in keys],
        [_bound(bounds[key], "uses") for key in keys],
        [_bound(bounds[key], "amount") for key in keys],
    )
    if len(counted) != len(keys):
        raise BudgetExceeded


async def give_back(
    tx: Tx, *, receipt_id: UUID, program_id: UUID, before: Mapping[str, int], after: Mapping[str, int]
) -> None:
    """Count less by what a return takes back from promotions: ``before`` and ``after`` are what they still take off."""
    changed = {each: after[each] for each in after if after[each] != before[each]}
    if not changed:
        return
    await tx.execute(
        """
        -- purchases.give_back_budgets
        with gone as (
            update promotion_uses u
            set left_minor = new.left_minor
            from unnest($3::text[], $4::bigint[], $5::bigint[]) as new (promotion_id, left_minor, returned_minor)
            where u.tenant_id = $1 and u.receipt_id = $2 and u.promotion_id = new.promotion_id
            returning u.promotion_id, u.branch_id, u.business_date, u.counted_in, new.returned_minor, u.left_minor
        ), locked as (
            select c.promotion_id, c.branch_id, c.span, c.since, gone.returned_minor, gone.left_minor
            from promotion_counters c join gone using (promotion_id)
            where c.tenant_id = $1 and c.program_id = $6 and c.branch_id in ($7, gone.branch_id)
              and case c.branch_id when $7 then 'promotion:' else 'branch:' end || c.span = any(gone.counted_in)
              and c.since = case c.span
                when 'always' then '1970-01-01'::date
                else date_trunc(c.span, gone.business_date)::date
              end
            order by c.promotion_id, c.branch_id, c.span, c.since
            for no key update of c
        )
        update promotion_counters c
        set uses = c.uses - case when locked.left_minor = 0 then 1 else 0 end,
            amount_minor = c.amount_minor - locked.returned_minor
        from locked
        where c.tenant_id = $1 and c.program_id = $6
          and (c.promotion_id, c.branch_id, c.span, c.since)
            = (locked.promotion_id, locked.branch_id, locked.span, locked.since)
        """,
        tx.tenant_id,
        receipt_id,
        list(changed),
        list(changed.values()),
        [before[each] - left for each, left in changed.items()],
        program_id,
        ALL_BRANCHES,
    )


def _name(key: Key) -> str:
    return f"{'promotion' if key.branch_id == ALL_BRANCHES else 'branch'}:{key.span}"


def _bound(budgets: Sequence[Budget], of: Literal["uses", "amount"]) -> int | None:
    return min((budget.most for budget in budgets if budget.of == of), default=None)
