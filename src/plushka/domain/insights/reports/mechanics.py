"""What mechanics of the programme were on: promotions, earning rules, tiers, cards, spending of points (F35, F207)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.rollups.mechanics import BETWEEN_MECHANICS
from plushka.engine.program import REFERRAL
from plushka.platform.database import Tx

Kind = Literal["promotion", "rule", "tier", "personal", "card", "redemption", "referral"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MECHANICS_MAX = 1_000
FRIENDS_RULE = f"rule:{REFERRAL}"
"""What somebody who was brought gets for their own purchase: an award without a rule."""
PART_BITS = 62
"""Mechanics that are counted in one number of PostgreSQL's; of more there are several."""


class Buyers(Struct, frozen=True):
    """Members with a purchase; ``returning`` of them bought on two days or more."""

    buyers: int = 0
    returning: int = 0

    @property
    def returning_share(self) -> Ratio:
        return Ratio(self.returning, self.buyers)


class Mechanic(Struct, frozen=True):
    """Sums of the receipts that a mechanic was on; a receipt with two of them counts for both.

    ``discount_minor``, ``redeemed_minor`` and ``earned_points`` are all that such receipts have; ``off_minor`` and
    ``points`` what the mechanic itself took off, gave, or (points spent) took.
    """

    program_id: UUID
    kind: Kind
    id: str
    receipts: int
    lines: int
    discount_minor: int
    redeemed_minor: int
    revenue_minor: int
    costed: int
    costed_minor: int
    cost_minor: int
    earned_points: int
    off_minor: int
    points: int
    who: Buyers = Buyers()

    @property
    def code(self) -> str:
        """The mechanic as it is kept and as lists of receipts are asked for it."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @property
    def mean(self) -> Ratio:
        return Ratio(self.revenue_minor, self.receipts)

    @property
    def positions(self) -> Ratio:
        return Ratio(self.lines, self.receipts)


async def list_mechanics(tx: Tx, scope: Scope) -> tuple[list[Mechanic], Buyers]:
    """Return what was on receipts of a period, and all who bought with a card.

    That by which most was sold comes first; at most ``MECHANICS_MAX``.
    """
    who = await _count_buyers(tx, scope)
    rows = await tx.fetch(
        """
        -- insights.list_mechanics
        select program_id, mechanic, sum(receipts)::bigint as receipts, sum(lines)::bigint as lines,
               sum(discount_minor)::bigint as discount_minor, sum(redeemed_minor)::bigint as redeemed_minor,
               sum(revenue_minor)::bigint as revenue_minor, sum(costed)::bigint as costed,
               sum(costed_minor)::bigint as costed_minor, sum(cost_minor)::bigint as cost_minor,
               sum(earned_points)::bigint as earned_points, sum(off_minor)::bigint as off_minor,
               sum(points)::bigint as points
        from mechanic_days
        where tenant_id = $1 and branch_id = any($2::uuid[]) and business_date >= $3 and business_date < $4
            and ($5::uuid is null or program_id = $5)
        group by program_id, mechanic
        having sum(receipts) > 0
        order by sum(revenue_minor) desc, program_id, mechanic
        limit $6
        """,
        tx.tenant_id,
        scope.summed_branches,
        scope.period.from_on,
        scope.period.until_on,
        scope.program_id,
        MECHANICS_MAX,
    )
    found = []
    for row in rows:
        sums = dict(row)
        program_id, mechanic = sums.pop("program_id"), sums.pop("mechanic")
        kind, _, own_id = mechanic.partition(":")
        buyers = who.get((program_id, mechanic), Buyers())
        found.append(Mechanic(program_id, kind, own_id, **sums, who=buyers))
    return found, who.get((None, ""), Buyers())


async def _count_buyers(tx: Tx, scope: Scope) -> Mapping[tuple[UUID | None, str], Buyers]:
    """Return who bought with each mechanic of each programme; (None, '') has all who bought with a card.

    A member counts once, however many days, branches and programmes they bought at.
    """
    numbers, masks = _numbered(await _list_sets(tx, scope))
    # A year of a hundred thousand members is sorted in memory.
    await tx.execute("set local work_mem = '64MB'")
    rows = await tx.fetch(
        f"""
        -- insights.count_mechanic_buyers
        with days as (
            select b.member_id, m.part, m.mask, bit_or(m.mask) over (
                       partition by m.part, b.member_id order by b.business_date
                       groups between unbounded preceding and 1 preceding
                   ) as earlier
            from mechanic_buyers b
            join unnest($6::uuid[], $7::text[], $8::integer[], $9::bigint[]) as m (program_id, mechanics, part, mask)
                on m.program_id = b.program_id and m.mechanics = b.mechanics
            where {_IN_SCOPE}
        ), members as (
            select part, bit_or(mask) as bought, bit_or(mask & earlier) as returned from days group by part, member_id
        ), alike as (
            select part, bought, returned, count(*) as members from members group by part, bought, returned
        )
        select n.number, (sum(members) filter (where bought >> n.number % $11 & 1 = 1))::bigint as buyers,
               coalesce(sum(members) filter (where returned >> n.number % $11 & 1 = 1), 0)::bigint as returning
        from alike a join unnest($10::integer[]) as n (number) on n.number / $11 = a.part
        group by n.number
        """,  # noqa: S608  a constant
        *_scoped(tx, scope),
        [program_id for program_id, _, _ in masks],
        [mechanics for _, mechanics, _ in masks],
        [part for _, _, part in masks],
        list(masks.values()),
        list(numbers.values()),
        PART_BITS,
    )
    mechanics = {number: mechanic for mechanic, number in numbers.items()}
    return {mechanics[row["number"]]: Buyers(row["buyers"], row["returning"]) for row in rows}


async def _list_sets(tx: Tx, scope: Scope) -> list[tuple[UUID, str]]:
    """Return what receipts of members had on them, as it is kept: a programme has hundreds of such sets at most."""
    rows = await tx.fetch(
        f"""
        -- insights.list_sets_of_mechanics
        select b.program_id, b.mechanics from mechanic_buyers b where {_IN_SCOPE} group by b.program_id, b.mechanics
        """,  # noqa: S608  a constant
        *_scoped(tx, scope),
    )
    return [(row["program_id"], row["mechanics"]) for row in rows]


def _numbered(
    sets: Sequence[tuple[UUID, str]],
) -> tuple[dict[tuple[UUID | None, str], int], dict[tuple[UUID, str, int], int]]:
    """Return mechanics by number, and each set as bits, ``PART_BITS`` of them in a part; any receipt has the first."""
    numbers: dict[tuple[UUID | None, str], int] = {(None, ""): 0}
    masks: dict[tuple[UUID, str, int], int] = defaultdict(int)
    for program_id, mechanics in sets:
        masks[program_id, mechanics, 0] |= 1
        for mechanic in filter(None, mechanics.split(BETWEEN_MECHANICS)):
            part, bit = divmod(numbers.setdefault((program_id, mechanic), len(numbers)), PART_BITS)
            masks[program_id, mechanics, part] |= 1 << bit
    return numbers, masks


_IN_SCOPE = """
    b.tenant_id = $1 and b.business_date >= $2 and b.business_date < $3
    and (cardinality($4::uuid[]) = 0 or b.branch_id = any($4::uuid[])) and ($5::uuid is null or b.program_id = $5)
"""


def _scoped(tx: Tx, scope: Scope) -> tuple[object, ...]:
    return (
        tx.tenant_id,
        scope.period.from_on,
        scope.period.until_on,
        list(scope.branch_ids),
        scope.program_id,
    )


async def name_mechanics(tx: Tx, wanted: Collection[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], str]:
    """Return what promotions, rules, tiers and cards are called, as the latest version that has them says.

    All that are in force or planned are there; of those of the past, the ones that are ``wanted`` at least.
    """
    named = await name_present_mechanics(tx)
    if any(_has_name(code) and (program_id, code) not in named for program_id, code in wanted):
        named = await _name(tx, since=None)
    return named


async def name_present_mechanics(tx: Tx) -> Mapping[tuple[UUID, str], str]:
    """Return what is in force or planned, by programme and mechanic: versions of the past are not read."""
    return await _name(tx, since=tx.at)


async def name_all_mechanics(tx: Tx) -> Mapping[tuple[UUID, str], str]:
    """Return what there ever was, as ``name_mechanics``: every version is read."""
    return await _name(tx, since=None)


def _has_name(code: str) -> bool:
    """Tell whether a version names it: not what a programme has one of, nor what friends get for a purchase."""
    return ":" in code and code != FRIENDS_RULE


async def _name(tx: Tx, *, since: datetime | None) -> Mapping[tuple[UUID, str], str]:
    rows = await tx.fetch(
        """
        -- insights.name_mechanics
        select distinct on (v.program_id, p.mechanic) v.program_id, p.mechanic, p.name
        from program_versions v
        cross join lateral (
            select 'promotion:' || (part->>'id') as mechanic, part->>'name' as name
            from jsonb_array_elements(v.body->'promotions') as part
            union all
            select 'rule:' || (part->>'id'), part->>'name' from jsonb_array_elements(v.body->'earning') as part
            union all
            select 'card:' || (part->>'id'), part->>'name' from jsonb_array_elements(v.body->'cards') as part
            union all
            select 'tier:' || (part->>'id'), part->>'name' from jsonb_array_elements(v.body->'tiers'->'tiers') as part
        ) as p
        where v.tenant_id = $1
            and ($2::timestamptz is null or v.valid_from >= coalesce(
                (
                    select max(c.valid_from) from program_versions c
                    where c.tenant_id = $1 and c.program_id = v.program_id and c.valid_from <= $2
                ),
                v.valid_from
            ))
        order by v.program_id, p.mechanic, v.valid_from desc, v.number desc
        """,
        tx.tenant_id,
        since,
    )
    return {(row["program_id"], row["mechanic"]): row["name"] for row in rows}


async def sum_letters(tx: Tx, scope: Scope, zone: str) -> Mapping[tuple[UUID, str], int]:
    """Return what letters cost, in minor units, of broadcasts that tell of a promotion, by programme and promotion.

    Of broadcasts that began on these days of the business's ``zone``.
    """
    rows = await tx.fetch(
        """
        -- insights.sum_promotion_letters
        select (c.offer->>'program_id')::uuid as program_id, c.offer->>'promotion_id' as promotion_id,
               sum(f.messages_minor)::bigint as messages_minor
        from campaigns c
        join campaign_figures f on f.tenant_id = $1 and f.campaign_id = c.id and f.cut = 'total'
        where c.tenant_id = $1 and c.offer->>'kind' = 'promotion'
            and (c.planned_at at time zone $4)::date >= $2 and (c.planned_at at time zone $4)::date < $3
        group by 1, 2
        """,
        tx.tenant_id,
        scope.period.from_on,
        scope.period.until_on,
        zone,
    )
    return {(row["program_id"], row["promotion_id"]): row["messages_minor"] for row in rows}
