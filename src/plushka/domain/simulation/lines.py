"""What a what-if comes to member by member: which members its sums are of, listed and added up."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import lcm
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.course import Spending
from plushka.domain.simulation.figures import Figures
from plushka.domain.simulation.payback import Weights
from plushka.platform.database import Tx

PAGE_LINES: Final = 50
LINES_MAX: Final = 10_000
"""Of a file."""
Change = Literal["gains", "loses"]
Course = Literal["published", "draft"]
OF_PARTS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "rule_receipts": ("rules", 0),
        "rule_points": ("rules", 1),
        "promotion_receipts": ("promotions", 0),
        "promotion_sum": ("promotions", 1),
    }
)
"""Figures that are ``of`` one rule or promotion, and where they stand."""
NUMBERS: Final = frozenset(name for name, type_ in Figures.__annotations__.items() if type_ in (int, "int"))


class LineFilter(Struct, frozen=True):
    """Which members. ``group`` and ``tier``: where they were when it was asked, empty: in none. ``tenth``: 0 to 9.

    ``change``: who gains or loses ``least`` at least. ``ends``: by which course they end in which tier.
    ``figure`` is one of ``NUMBERS`` or, ``of`` a rule or promotion, of ``OF_PARTS``: who have some of it. Or it is made
    of several numbers by the ``weights`` of either course. ``spending``: what it is if they spend so; of rules and
    promotions that is not kept. ``bought``: within the span.
    """

    group: str | None = None
    tier: str | None = None
    tenth: int | None = None
    change: Change | None = None
    least: int = 1
    ends: tuple[Course, str] | None = None
    figure: str = "of_members"
    of: str = ""
    weights: tuple[Weights, Weights] | None = None
    spending: Spending = "observed"
    bought: bool = False

    @property
    def unit(self) -> int:
        """By which weights become whole numbers."""
        weights = [each for of_course in self.weights or () for each in of_course.values()]
        return lcm(*(each.denominator for each in weights))


class MemberLine(Struct, frozen=True):
    """A member; ``receipts`` are those of the span, ``published`` and ``draft`` the figure by either course."""

    member_id: UUID
    name: str
    group: str
    tier: str
    receipts: int
    difference: int
    published: int | Fraction
    draft: int | Fraction


class LineSum(Struct, frozen=True):
    members: int
    receipts: int
    difference: int
    published: int | Fraction
    draft: int | Fraction


async def has_lines(tx: Tx, simulation_id: UUID) -> bool:
    """Tell whether the members of a what-if are kept still."""
    found: bool = await tx.fetchval(
        """
        -- simulation.has_lines
        select exists (select from simulation_members where tenant_id = $1 and simulation_id = $2)
        """,
        tx.tenant_id,
        simulation_id,
    )
    return found


async def list_lines(
    tx: Tx, simulation_id: UUID, where: LineFilter, *, limit: int = PAGE_LINES, offset: int = 0
) -> list[MemberLine]:
    """Return members, those of whom the figure differs most first."""
    args: list[Any] = [tx.tenant_id, simulation_id]
    source = _source(where, args)
    rows = await tx.fetch(
        f"""
        -- simulation.list_lines
        select f.member_id, m.name, f."group", f.tier, f.receipts, f.difference, f.published, f.draft
        from ({source}) as f join members m on m.tenant_id = $1 and m.id = f.member_id
        order by abs(f.draft - f.published) desc, abs(f.difference) desc, f.member_id
        limit ${len(args) + 1} offset ${len(args) + 2}
        """,  # noqa: S608  composed of the fixed parts below
        *args,
        limit,
        offset,
    )
    return [MemberLine(**{**row, **_exact(dict(row), where)}) for row in rows]


async def sum_lines(tx: Tx, simulation_id: UUID, where: LineFilter) -> LineSum:
    args: list[Any] = [tx.tenant_id, simulation_id]
    row = await tx.fetchrow(
        f"""
        -- simulation.sum_lines
        select count(*) as members, coalesce(sum(receipts), 0)::bigint as receipts,
               coalesce(sum(difference), 0)::bigint as difference,
               coalesce(sum(published), 0) as published, coalesce(sum(draft), 0) as draft
        from ({_source(where, args)}) as f
        """,  # noqa: S608  composed of the fixed parts below
        *args,
    )
    assert row is not None  # noqa: S101  an aggregate has one row
    return LineSum(**{**row, **_exact(dict(row), where)})


def _exact(row: Mapping[str, Any], where: LineFilter) -> dict[str, int | Fraction]:
    """Return both figures of a row, which has them in parts of ``where.unit``."""
    found = {name: Fraction(int(row[name]), where.unit) for name in ("published", "draft")}
    return {name: each if where.weights else each.numerator for name, each in found.items()}


def _source(where: LineFilter, args: list[Any]) -> str:
    published, draft = (_figure(where, course, args) for course in ("published", "draft"))
    conditions = "".join(f" and {condition}" for condition in _conditions(where, published, draft, args))
    return f"""
        select l.member_id, l."group", l.tier, l.difference, {_number("l.published", "receipts")} as receipts,
               {published} as published, {draft} as draft
        from simulation_members l
        where l.tenant_id = $1 and l.simulation_id = $2 {conditions}
    """  # noqa: S608  composed of the fixed parts below


def _conditions(where: LineFilter, published: str, draft: str, args: list[Any]) -> list[str]:
    conditions = []
    for name, column in (("group", 'l."group"'), ("tier", "l.tier"), ("tenth", "l.tenth")):
        if (value := getattr(where, name)) is not None:
            conditions.append(f"{column} = {_place(args, value)}")
    if where.change is not None:
        least = _place(args, where.least)
        conditions.append(
            f"l.difference >= {least}" if where.change == "gains" else f"-l.difference >= {least}"
        )
    if where.ends is not None:
        course, tier = where.ends
        conditions.append(f"l.{course}->'tiers' ? {_place(args, tier)}")
    if where.bought:
        conditions.append("l.tenth is not null")
    if where.weights is not None or where.figure != LineFilter().figure:
        conditions.append(f"({published} <> 0 or {draft} <> 0)")
    return conditions


def _figure(where: LineFilter, course: Course, args: list[Any]) -> str:
    column = (
        f"l.{course}"
        if where.spending == "observed"
        else f"coalesce(l.{course}_{where.spending}, l.{course})"
    )
    if where.weights is not None:
        weights = where.weights[course == "draft"]
        parts = [
            f"{_number(column, name)} * {_place(args, Decimal(int(weight * where.unit)))}::numeric"
            for name, weight in weights.items()
        ]
        return f"({' + '.join(parts) or '0'})"
    if where.figure in OF_PARTS:
        name, place = OF_PARTS[where.figure]
        return f"coalesce(({column}->'{name}'->({_place(args, where.of)}::text)->>{place})::bigint, 0)"
    return _number(column, where.figure)


def _number(column: str, name: str) -> str:
    assert name in NUMBERS, name  # noqa: S101  it stands in a statement
    return f"coalesce(({column}->>'{name}')::bigint, 0)"


def _place(args: list[Any], value: Any) -> str:
    args.append(value)
    return f"${len(args)}"
