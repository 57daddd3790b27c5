"""What is asked of the past, and the answer."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from plushka.domain.simulation.figures import Figures
from plushka.domain.simulation.receipts import Costing
from plushka.domain.simulation.setting import Span
from plushka.engine.program import Program

Goods = Literal["then", "today"]
"""Whose categories, brands and kinds goods have: those that the till saw, or those of the catalogue as it is."""
EXAMPLES_MAX = 12
"""Receipts of each kind that are shown."""


class Question(Struct, frozen=True):
    """A draft, the rules in force, and by which receipts they are compared.

    ``months`` whole ones before the month of ``span``'s end; ``branches``: the codes of those whose receipts are
    counted, none: all. ``has_range``: how far it depends on what members spend is asked, too.
    """

    program_id: UUID
    months: int
    span: Span
    version_id: UUID
    published: Program
    draft: Program
    branches: tuple[str, ...] = ()
    has_range: bool = True
    goods: Goods = "then"
    costing: Costing = Costing()


class Example(Struct, frozen=True):
    """A receipt that the two decide otherwise: what each takes off its price, gives and spends in points."""

    receipt_id: UUID
    member_id: UUID
    at: datetime
    branch_id: UUID
    amount_minor: int
    difference: int
    """What the draft gives the member more, in minor units times ``10 ** scale`` of the points."""
    published: tuple[int, int, int]
    draft: tuple[int, int, int]


class Change(Struct):
    """What a draft does to some members, in the unit of ``Example.difference``: who gains and loses, and how much."""

    members: int = 0
    gaining: int = 0
    losing: int = 0
    gained: int = 0
    lost: int = 0

    def note(self, difference: int, least: int) -> None:
        """Note a member; less than ``least`` is no difference."""
        self.members += 1
        if difference >= least:
            self.gaining += 1
            self.gained += difference
        elif -difference >= least:
            self.losing += 1
            self.lost -= difference

    def add(self, other: "Change") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Line(Struct, frozen=True):
    """What came of it for one member: figures of both courses as JSON, as they are kept.

    ``tenth`` and ``difference`` as in ``Answer``; None of who bought nothing. ``difference``: what they gain.
    ``…_low`` and ``…_high``: if they spent otherwise, None where that comes to the same.
    """

    member_id: UUID
    group: str
    tier: str
    tenth: int | None
    difference: int
    published: str
    draft: str
    published_low: str | None = None
    published_high: str | None = None
    draft_low: str | None = None
    draft_high: str | None = None


class Answer(Struct, omit_defaults=True):
    """What came of it, put together from parts: figures by course, members by ``group|tier|tenth``.

    Tenths are of spending, from 0, those who spend least. ``lines``: of a part, what came of it for each of its
    members; they are kept by themselves, not in the answer.
    ``checked`` members' pasts were replayed by the rules of their time, and ``differing`` of them did not come out as
    the journal has them; ``joined`` could not be told, since cards were merged into theirs.
    """

    courses: dict[str, Figures] = field(default_factory=dict)
    segments: dict[str, Change] = field(default_factory=dict)
    gaining: list[Example] = field(default_factory=list)
    losing: list[Example] = field(default_factory=list)
    members: int = 0
    checked: int = 0
    differing: int = 0
    joined: int = 0
    other_rules: int = 0
    """Receipts that were decided by other versions than the one in force."""
    lines: list[Line] = field(default_factory=list)

    def course(self, name: str) -> Figures:
        figures = self.courses.get(name)
        if figures is None:
            figures = self.courses[name] = Figures()
        return figures

    def add(self, other: "Answer") -> None:
        """Add the answer of another part of the members."""
        for name, figures in other.courses.items():
            self.course(name).add(figures)
        for name, change in other.segments.items():
            self.segments.setdefault(name, Change()).add(change)
        for name in ("members", "checked", "differing", "joined", "other_rules"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.show(other.gaining, other.losing)

    def show(self, gaining: Iterable[Example], losing: Iterable[Example]) -> None:
        """Add examples; the most telling are kept."""
        self.gaining = sorted([*self.gaining, *gaining], key=_most)[:EXAMPLES_MAX]
        self.losing = sorted([*self.losing, *losing], key=_most)[:EXAMPLES_MAX]


def _most(example: Example) -> tuple[int, datetime, UUID]:
    return -abs(example.difference), example.at, example.receipt_id


def first_day(months: int, today: date) -> date:
    """Return the first of the month ``months`` before that of ``today``."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, 1)
