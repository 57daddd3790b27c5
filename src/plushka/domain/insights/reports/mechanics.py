"""What mechanics of the programme were on: promotions, earning rules, tiers, cards, spending of points (F35, F207)."""

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
NUMBER_BITS = 62
"""Of a number of PostgreSQL's, that may not fall below zero."""
PART_BITS = NUMBER_BITS // 2
"""Mechanics that are counted in one number, which holds them twice or, if they are few, oftener; of more in several."""
BASE_MAX = 8
"""Values of a digit: of more the pairs of them take longer than they save."""
_Mechanic = tuple[UUID | None, str]
"""A mechanic of a programme."""
_ANYTHING: _Mechanic = (None, "")
"""What any receipt has."""


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


async def list_mechanics(
    tx: Tx, scope: Scope, *, is_returning_told: bool = True
) -> tuple[list[Mechanic], Buyers]:
    """Return what was on receipts of a period, and all who bought with a card.

    That by which most was sold comes first; at most ``MECHANICS_MAX``. Who bought again takes half of the time, so it
    is left at 0 where it is not to be told.
    """
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
    mechanics = [(row["program_id"], row["mechanic"]) for row in rows]
    who = await _count_buyers(tx, scope, mechanics, is_returning_told=is_returning_told)
    found = []
    for row in rows:
        sums = dict(row)
        program_id, mechanic = sums.pop("program_id"), sums.pop("mechanic")
        kind, _, own_id = mechanic.partition(":")
        buyers = who.get((program_id, mechanic), Buyers())
        found.append(Mechanic(program_id, kind, own_id, **sums, who=buyers))
    return found, who.get(_ANYTHING, Buyers())


async def _count_buyers(
    tx: Tx, scope: Scope, mechanics: Sequence[_Mechanic], *, is_returning_told: bool
) -> Mapping[_Mechanic, Buyers]:
    """Return who bought with each of these mechanics; ``_ANYTHING`` has all who bought with a card.

    A member counts once, however many days, branches and programmes they bought at.
    """
    numbers = {mechanic: number for number, mechanic in enumerate((_ANYTHING, *mechanics))}
    sets = await _list_sets(tx, scope)
    masks, sets_max, parts = _masks(sets, numbers)
    width = min(len(numbers), PART_BITS)
    noted = tell_days_apart(scope.period.days if is_returning_told else 1, width)
    # A year of a hundred thousand members is added up in memory.
    await tx.execute("set local work_mem = '64MB'")
    rows = await tx.fetch(
        f"""
        -- insights.count_mechanic_buyers
        with bought as (
            select b.member_id, {"" if parts == 1 else "p.part,"} b.business_date - $2 as day,
                   ($5::bigint[])[{"" if parts == 1 else "p.part * $6 +"} b.mechanic_set] as mask
            from mechanic_buyers b {"" if parts == 1 else f"cross join generate_series(0, {parts - 1}) as p (part)"}
            where b.tenant_id = $1 and b.business_date >= $2 and b.business_date < $3 and b.mechanic_set <= $6
                and (cardinality($4::uuid[]) = 0 or b.branch_id = any($4::uuid[]))
            -- Else a mask would be looked up anew for each thing that is made of it.
            offset 0
        ), members as (
            select {"0 as" if parts == 1 else ""} part, {noted.any_day} as any_day, {noted.pairs} as pairs
            from bought where mask > 0 group by member_id {"" if parts == 1 else ", part"}
            offset 0
        ), alike as (
            select part, {noted.bought} as bought, {noted.returned} as returned, count(*) as members
            from members group by 1, 2, 3
        )
        select part, array[{_each_bit("bought", width)}] as buyers, array[{_each_bit("returned", width)}] as returning
        from alike group by part
        """,  # noqa: S608  constants
        tx.tenant_id,
        scope.period.from_on,
        scope.period.until_on,
        list(scope.branch_ids),
        masks,
        sets_max,
    )
    mechanic_of = dict(enumerate(numbers))
    return {
        mechanic_of[number]: Buyers(buyers, returning)
        for row in rows
        for bit, (buyers, returning) in enumerate(zip(row["buyers"], row["returning"], strict=True))
        if buyers and (number := row["part"] * PART_BITS + bit) in mechanic_of
    }


def _each_bit(column: str, width: int) -> str:
    """Return the SQL of how many members have each of the bits of a column."""
    counted = (f"sum(members) filter (where {column} & {1 << bit} > 0)" for bit in range(width))
    return ", ".join(f"coalesce({each}, 0)::bigint" for each in counted)


class DaysApart(Struct, frozen=True):
    """SQL of the mechanics that a member bought with: two aggregates over their days, and what is made of them."""

    any_day: str
    pairs: str
    bought: str
    returned: str


def tell_days_apart(days: int, width: int) -> DaysApart:
    """Return what tells what was bought with on any of so many days, and on two of them: ``width`` bits of a mask.

    Two days differ in a digit of their number. So for each digit it is noted with what was bought on days that have it
    as 0, as 1 and so on, each in bits of its own: what is in two of these was bought on two days. The fewer mechanics
    there are the more a digit can tell apart, and the fewer sums there are: of a year beside 12 mechanics 4, beside 31
    of them 9. To put a member's days in order instead took more than all the rest.
    """
    base = min(
        range(2, min(NUMBER_BITS // width, BASE_MAX) + 1), key=lambda base: (_digits(days, base), base)
    )
    noted = [
        f"bit_or(mask << {width} * (day / {base**digit} % {base}))" for digit in range(_digits(days, base))
    ]
    pairs = [f"({each} & ({each} >> {width * apart}))" for each in noted for apart in range(1, base)]

    def any_of(column: str) -> str:
        either = " | ".join(f"({column} >> {width * value})" for value in range(base))
        return f"({either}) & {(1 << width) - 1}"

    return DaysApart(
        noted[0] if noted else "bit_or(mask)",
        " | ".join(pairs) or "0::bigint",
        any_of("any_day"),
        any_of("pairs"),
    )


def _digits(days: int, base: int) -> int:
    """Return how many digits to a base tell so many days apart."""
    return next(digits for digits in range(days.bit_length() + 1) if base**digits >= days)


async def _list_sets(tx: Tx, scope: Scope) -> Mapping[int, tuple[UUID, str]]:
    """Return what has ever been on receipts of members together, by its number: a programme has some hundreds."""
    rows = await tx.fetch(
        """
        -- insights.list_mechanic_sets
        select number, program_id, mechanics from mechanic_sets
        where tenant_id = $1 and ($2::uuid is null or program_id = $2)
        """,
        tx.tenant_id,
        scope.program_id,
    )
    return {row["number"]: (row["program_id"], row["mechanics"]) for row in rows}


def _masks(
    sets: Mapping[int, tuple[UUID, str]], numbers: Mapping[_Mechanic, int]
) -> tuple[list[int], int, int]:
    """Return bits of the mechanics that are numbered, by part and within it by set; of how many sets and parts.

    Sets begin with 1. Any receipt has the first mechanic.
    """
    count, parts = max(sets, default=0), 1 + (len(numbers) - 1) // PART_BITS
    masks = [0] * (count * parts)
    for mechanic_set, (program_id, mechanics) in sets.items():
        owed = [(program_id, each) for each in mechanics.split(BETWEEN_MECHANICS)]
        for mechanic in (_ANYTHING, *owed):
            if (number := numbers.get(mechanic)) is not None:
                part, bit = divmod(number, PART_BITS)
                masks[part * count + mechanic_set - 1] |= 1 << bit
    return masks, count, parts


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


class Letters(Struct, frozen=True):
    """What letters cost that told of a promotion, in minor units, and of which broadcasts they are."""

    messages_minor: int = 0
    campaign_ids: tuple[UUID, ...] = ()


async def sum_letters(tx: Tx, scope: Scope, zone: str) -> Mapping[tuple[UUID, str], Letters]:
    """Return the letters of broadcasts that tell of a promotion, by programme and promotion.

    Of broadcasts that began on these days of the business's ``zone``.
    """
    rows = await tx.fetch(
        """
        -- insights.sum_promotion_letters
        select (c.offer->>'program_id')::uuid as program_id, c.offer->>'promotion_id' as promotion_id,
               sum(f.messages_minor)::bigint as messages_minor, array_agg(c.id order by c.id) as campaign_ids
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
    return {
        (row["program_id"], row["promotion_id"]): Letters(row["messages_minor"], tuple(row["campaign_ids"]))
        for row in rows
    }
