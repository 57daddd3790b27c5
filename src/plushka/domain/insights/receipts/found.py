"""The receipts that a filter finds."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import QueryCanceledError
from msgspec import Struct

from plushka.domain.insights.constructor.matching import Matching, matched
from plushka.domain.rollups.mechanics import owing
from plushka.platform.database import Tx
from plushka.platform.ids import earlier

ROWS_MAX = 5000
OVERLAP_MS = 10_000
"""How much later than a receipt with a later id an earlier one may be committed."""


class ReceiptRow(Struct, frozen=True):
    """A receipt in a list; ``occurred_at`` is told in the branch's ``time_zone``."""

    id: UUID
    external_id: str
    branch_name: str
    time_zone: str
    cashier: str | None
    member_id: UUID | None
    member_name: str | None
    occurred_at: datetime
    amount_minor: int
    discount_minor: int
    redeemed_points: int
    payable_minor: int
    refunded_minor: int
    earned_points: int
    program_id: UUID
    score: int | None
    """What the member said of it, 1 to 5."""


class ReceiptFilter(Struct, frozen=True, omit_defaults=True):
    """Which receipts: all that is given holds. ``number`` is the till's whole receipt number.

    Days are business days, both ends count; ``amount_minor_…`` bound what stood on the receipt before
    discounts, both ends count. ``member`` is sought in names and, whole or in part, in phones and cards.
    ``mechanic`` is one of ``rollups.mechanics``. No ``branch_ids``: of any branch.

    Figures of reports are found by the rest. ``is_left``: it did not come back whole. ``returned_…``: something came
    back on one of these days. ``seller``: a cashier as the till wrote them, empty for whom it did not name.
    ``is_first``: it is its member's first purchase. ``weekday`` (1 is Monday) is that of the business day, ``hour`` is
    by the branch's clock. ``skus``: something is left of each. ``category``: something is left of it, empty for what
    is in none; ``within`` is the one above it, empty at the top; ``is_own``: goods of the category itself, not of one
    below. ``first_…``: when its member bought first; ``bought_least``: so many purchases (2 to 4) they have had.
    ``has_bought_once``: no more than one. ``last_bought_to``: none after this day.
    ``sex`` and ``born_…`` are of its member, ``sex`` empty where it is not known. ``scores``: rated with one of these.
    ``matching``: what cells of reports are of, any of them.
    """

    branch_ids: tuple[UUID, ...] = ()
    member_id: UUID | None = None
    has_member: bool | None = None
    number: str | None = None
    member: str | None = None
    cashier: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    amount_minor_min: int | None = None
    amount_minor_max: int | None = None
    has_redeemed: bool | None = None
    has_earned: bool | None = None
    has_return: bool | None = None
    program_id: UUID | None = None
    mechanic: str | None = None
    is_left: bool | None = None
    returned_from: date | None = None
    returned_to: date | None = None
    seller: str | None = None
    is_first: bool | None = None
    weekday: int | None = None
    hour: int | None = None
    skus: tuple[str, ...] = ()
    category: str | None = None
    within: str | None = None
    is_own: bool | None = None
    first_from: date | None = None
    first_to: date | None = None
    bought_least: int | None = None
    has_bought_once: bool | None = None
    last_bought_to: date | None = None
    sex: str | None = None
    is_born: bool | None = None
    born_from: date | None = None
    born_to: date | None = None
    scores: tuple[int, ...] = ()
    matching: tuple[Matching, ...] = ()

    @property
    def is_of_returns(self) -> bool:
        return self.returned_from is not None or self.returned_to is not None


class Found(Struct, frozen=True):
    """What a filter finds: receipts, whose they are, and what was paid for them in money less refunds.

    ``given_back_minor``: by the returns of the days that were asked for, None where no such days were. ``score``: the
    sum of their ratings, None where these were not asked for.
    """

    receipts: int
    members: int
    revenue_minor: int
    given_back_minor: int | None = None
    score: int | None = None


_FROM = """
    from receipts r
    join branches b on b.tenant_id = r.tenant_id and b.id = r.branch_id
    left join members m on m.tenant_id = r.tenant_id and m.id = r.member_id
    where r.tenant_id = $1
"""
_OF_MEMBERS = """r.member_id in (
    select id from members where tenant_id = $1 and position(lower({0}) in lower(name)) > 0
    union
    select member_id from identities where tenant_id = $1 and position(lower({0}) in lower(value)) > 0
)"""
# By the tills, so that the unique key (till, number) finds it.
_NUMBERED = "r.till_id in (select id from tills where tenant_id = $1) and r.external_id = {0}"
# Most receipts are passed over by a look at the text, which costs a fraction of reading it as a document.
_OWING = f"""
    (
        {{0}} in ('personal', 'redemption', 'referral')
        or position('"' || split_part({{0}}, ':', 2) || '"' in r.outcome::text) > 0
    ) and {{0}} in (
        select mechanic
        from (select r.outcome::jsonb as document offset 0) as o
        cross join lateral (
            {owing("o.document", "r.redeemed_minor", "r.redeemed_points")}
        ) as m (mechanic, off_minor, points)
    )
"""  # noqa: S608  fixed parts
_WHOLE = "exists (select from returns t where t.tenant_id = $1 and t.receipt_id = r.id and t.is_full)"
_FIRST = """exists (
    select from member_paths h where h.tenant_id = $1 and h.member_id = r.member_id and h.first_id = r.id
)"""
# Days of returns are told as they are summed (rollups/points.py): by the clock of the place that had sold. Two days
# further than any clock can be from another, so that few of the returns are looked at.
_GIVEN_BACK = """
    select t.receipt_id, t.refund_minor
    from returns t join receipts s on s.tenant_id = $1 and s.id = t.receipt_id
    where t.tenant_id = $1
      and ({0}::date is null or t.occurred_at >= {0}::date - 2) and ({1}::date is null or t.occurred_at < {1}::date + 3)
      and (
          t.occurred_at at time zone (s.basket #>> '{{basket,place,time_zone}}') - make_interval(
              mins => coalesce((s.basket #>> '{{basket,place,day_starts_minutes}}')::integer, 240)
          )
      )::date between coalesce({0}, '-infinity') and coalesce({1}, 'infinity')
"""
# Most receipts are passed over by a look at their text. What is left of a line: without what came back of it.
_NAMES = "position(to_json({0}::text)::text in r.basket::text) > 0 and "
_OF_GOODS = """exists (
        select
        from json_array_elements(r.basket->'basket'->'lines') with ordinality as l (sold, number)
        where {0} and (l.sold->>1)::bigint > coalesce((
            select sum((back->>'quantity_milli')::bigint)
            from returns t cross join lateral jsonb_array_elements(t.lines) as back
            where t.tenant_id = $1 and t.receipt_id = r.id and (back->>'index')::bigint = l.number - 1
        ), 0)
    )"""
_IN_CATEGORY = """exists (
    select from json_array_elements_text(l.sold->3->0) with ordinality as step (code, number)
    where step.code = {0} {1} {2}
)"""
# As of the sums, as the figure that leads here is: to open the baskets of a million receipts took six seconds.
_IN_NONE = "r.id in (select u.receipt_id from uncategorized_receipts u where u.tenant_id = $1)"
_RATED = """r.id in (
    select g.receipt_id from ratings g where g.tenant_id = $1 and not g.is_cancelled and g.score = any({0}::integer[])
)"""
_PATHS = "r.member_id in (select h.member_id from member_paths h where h.tenant_id = $1 and {0})"
_PATH_DAYS = {2: "second_on", 3: "third_on", 4: "fourth_on"}
_CONDITIONS = {
    "member_id": "r.member_id = {0}",
    "has_member": "(r.member_id is not null) = {0}",
    "number": _NUMBERED,
    "member": _OF_MEMBERS,
    "cashier": "lower(r.cashier) = lower({0})",
    "seller": "coalesce(r.cashier, '') = {0}",
    "first_on": "r.business_date >= {0}",
    "last_on": "r.business_date <= {0}",
    "amount_minor_min": "r.amount_minor >= {0}",
    "amount_minor_max": "r.amount_minor <= {0}",
    "has_redeemed": "(r.redeemed_points > 0) = {0}",
    "has_earned": "(r.earned_points > 0) = {0}",
    "has_return": "(r.refunded_minor > 0) = {0}",
    "program_id": "r.version_id in (select id from program_versions where tenant_id = $1 and program_id = {0})",
    "weekday": "extract(isodow from r.business_date) = {0}::integer",
    "hour": "extract(hour from r.occurred_at at time zone (r.basket #>> '{{basket,place,time_zone}}')) = {0}::integer",
    "first_from": _PATHS.format("h.first_on >= {0}"),
    "first_to": _PATHS.format("h.first_on <= {0}"),
    "last_bought_to": _PATHS.format("h.last_on <= {0}"),
    "sex": "m.erased_at is null and m.id is not null and coalesce(m.sex, '') = {0}",
    "is_born": "m.erased_at is null and m.id is not null and (m.birthday is not null) = {0}",
    "born_from": "m.birthday >= {0}",
    "born_to": "m.birthday <= {0}",
    "mechanic": _OWING,
}
_CHOICES: Mapping[str, Mapping[object, str]] = {
    # Written out rather than compared with a parameter, for the sake of the plan. Returns are looked at by their index,
    # of receipts of which all was given back: joined, they were read whole beside conditions little is known of.
    "is_left": {
        True: f"case when r.refunded_minor < r.payable_minor then true else not {_WHOLE} end",
        False: f"case when r.refunded_minor < r.payable_minor then false else {_WHOLE} end",
    },
    "is_first": {True: _FIRST, False: f"r.member_id is not null and not {_FIRST}"},
    "has_bought_once": {
        True: _PATHS.format("h.second_on is null"),
        False: _PATHS.format("h.second_on is not null"),
    },
    "bought_least": {
        number: _PATHS.format(f"h.{day} is not null") for number, day in _PATH_DAYS.items()
    },
}  # fmt: skip


async def list_receipts(
    tx: Tx,
    where: ReceiptFilter,
    *,
    before: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
    earliest_first: bool = False,
) -> tuple[ReceiptRow, ...]:
    """Return receipts in the order in which they came, the latest first.

    ``before`` is the id of the last one seen, ``after`` likewise with ``earliest_first``.
    """
    args: list[Any] = [tx.tenant_id]
    conditions = _conditions(where, args)
    for edge, beyond in ((before, "<"), (after, ">")):
        if edge is not None:
            args.append(edge)
            conditions += f" and r.id {beyond} ${len(args)}"
    args.append(min(limit, ROWS_MAX))
    rows = await tx.fetch(
        f"""
        -- insights.list_receipts
        select r.id, r.external_id, b.name as branch_name, b.time_zone, r.cashier, r.member_id,
               m.name as member_name, r.occurred_at, r.amount_minor, r.discount_minor, r.redeemed_points,
               r.payable_minor, r.refunded_minor, r.earned_points,
               (select program_id from program_versions where tenant_id = $1 and id = r.version_id),
               (
                   select g.score from ratings g
                   join member_events e on e.tenant_id = $1 and e.id = g.event_id and e.cancelled_at is null
                   where g.tenant_id = $1 and g.receipt_id = r.id
               )
        {_FROM} {conditions}
        order by r.id {"" if earliest_first else "desc"}
        limit ${len(args)}
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
    )
    return tuple(ReceiptRow(**row) for row in rows)


async def list_new_receipts(
    tx: Tx, where: ReceiptFilter, *, after: UUID | None, limit: int
) -> tuple[ReceiptRow, ...]:
    """Return the latest receipts down to ``OVERLAP_MS`` before ``after``, the first one seen.

    It repeats some, because ids are given before the commit.
    """
    since = None if after is None else earlier(after, by_ms=OVERLAP_MS)
    return await list_receipts(tx, where, after=since, limit=limit)


async def sum_receipts(tx: Tx, where: ReceiptFilter) -> Found:
    """Return what there is of receipts, in minor units.

    By member first: to count each once among all receipts PostgreSQL would sort them.
    """
    args: list[Any] = [tx.tenant_id]
    conditions = _conditions(where, args)
    row = await tx.fetchrow(
        f"""
        -- insights.sum_receipts
        select coalesce(sum(receipts), 0)::bigint as receipts, count(member_id) as members,
               coalesce(sum(revenue_minor), 0)::bigint as revenue_minor
        from (
            select r.member_id, count(*) as receipts, sum(r.payable_minor - r.refunded_minor) as revenue_minor
            {_FROM} {conditions}
            group by r.member_id
        ) as by_member
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
    )
    given_back_minor = await _sum_given_back(tx, where) if where.is_of_returns else None
    score = await _sum_scores(tx, where) if where.scores else None
    return Found(
        **(row or {"receipts": 0, "members": 0, "revenue_minor": 0}),
        given_back_minor=given_back_minor,
        score=score,
    )


async def _sum_scores(tx: Tx, where: ReceiptFilter) -> int:
    args: list[Any] = [tx.tenant_id]
    conditions = _conditions(where, args)
    score: int = await tx.fetchval(
        f"""
        -- insights.sum_scores
        select coalesce(sum(g.score), 0)::bigint from ratings g
        where g.tenant_id = $1 and not g.is_cancelled and g.receipt_id in (select r.id {_FROM} {conditions})
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
    )
    return score


async def sum_receipts_within(tx: Tx, where: ReceiptFilter, *, milliseconds: int) -> Found | None:
    """Return what ``sum_receipts`` does, or None if that takes longer."""
    await tx.execute("savepoint summing")
    await tx.execute("select set_config('statement_timeout', $1, true)", str(milliseconds))
    try:
        return await sum_receipts(tx, where)
    except QueryCanceledError:
        return None
    finally:
        # The limit is gone with it, and so is the error.
        await tx.execute("rollback to savepoint summing")


async def _sum_given_back(tx: Tx, where: ReceiptFilter) -> int:
    args: list[Any] = [tx.tenant_id]
    conditions = _conditions(where, args)
    args += [where.returned_from, where.returned_to]
    days = _GIVEN_BACK.format(f"${len(args) - 1}::date", f"${len(args)}::date")
    minor: int = await tx.fetchval(
        f"""
        -- insights.sum_given_back
        select coalesce(sum(g.refund_minor), 0)::bigint
        from ({days}) as g
        where g.receipt_id in (select r.id {_FROM} {conditions})
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
    )
    return minor


async def list_cashiers(tx: Tx, *, since: date, limit: int = 200) -> tuple[str, ...]:
    """Return the cashiers named on receipts since a business day, in alphabetical order."""
    rows = await tx.fetch(
        """
        -- insights.list_cashiers
        select distinct cashier from receipts
        where tenant_id = $1 and business_date >= $2 and cashier is not null
        order by cashier
        limit $3
        """,
        tx.tenant_id,
        since,
        limit,
    )
    return tuple(row["cashier"] for row in rows)


def _conditions(where: ReceiptFilter, args: list[Any]) -> str:
    """Return the conditions asked for and append their values: an absent one must not spoil the plan of others."""
    conditions = []
    for name, condition in _CONDITIONS.items():
        value = getattr(where, name)
        if value is not None:
            conditions.append(condition.format(_place(args, value)))
    conditions += [
        choices[value] for name, choices in _CHOICES.items() if (value := getattr(where, name)) is not None
    ]
    if where.branch_ids:
        conditions.append(f"r.branch_id = any({_place(args, list(where.branch_ids))}::uuid[])")
    if where.is_of_returns:
        first, last = _place(args, where.returned_from), _place(args, where.returned_to)
        days = _GIVEN_BACK.format(f"{first}::date", f"{last}::date")
        conditions.append(f"r.id in (select g.receipt_id from ({days}) as g)")  # noqa: S608  as above
    if where.scores:
        conditions.append(_RATED.format(_place(args, list(where.scores))))
    for sku in where.skus:
        place = _place(args, sku)
        conditions.append(_NAMES.format(place) + _OF_GOODS.format(f"l.sold->>0 = {place}"))
    if where.matching:
        ids = " union all ".join(matched(each, args) for each in where.matching)
        conditions.append(f"r.id in ({ids})")
    if where.category is not None:
        conditions.append(_of_category(where, args))
    return "".join(f" and {condition}" for condition in conditions)


def _of_category(where: ReceiptFilter, args: list[Any]) -> str:
    if not where.category:
        return _IN_NONE
    place = _place(args, where.category)
    within = own = ""
    if where.within is not None:
        above = _place(args, where.within)
        within = f"and coalesce(l.sold->3->0->>(step.number::integer), '') = {above}"
    if where.is_own:
        own = "and step.number = 1"
    return _NAMES.format(place) + _OF_GOODS.format(_IN_CATEGORY.format(place, within, own))


def _place(args: list[Any], value: Any) -> str:
    args.append(value)
    return f"${len(args)}"
