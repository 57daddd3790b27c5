"""The columns that a list of members may show."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.members.telling import tiers_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.insights.members.found import MemberRow, MemberSort
from plushka.domain.members.model import Identity, IdentityKind
from plushka.domain.members.words import SOURCE_WORDS
from plushka.platform.i18n import marked


class Shown(StrEnum):
    """A column besides the name, which every list has."""

    TIER = "tier"
    TAGS = "tags"
    CARD = "card"
    EMAIL = "email"
    BIRTHDAY = "birthday"
    SOURCE = "source"
    ENROLLED = "enrolled"
    PURCHASES = "purchases"
    SPEND = "spend"
    SEEN = "seen"
    PENDING = "pending"
    AVAILABLE = "available"


TITLES: dict[Shown, str] = {
    Shown.TIER: marked("Tier"),
    Shown.TAGS: marked("Tags"),
    Shown.CARD: marked("Card"),
    Shown.EMAIL: marked("E-mail"),
    Shown.BIRTHDAY: marked("Birthday"),
    Shown.SOURCE: marked("Joined how"),
    Shown.ENROLLED: marked("Joined"),
    Shown.PURCHASES: marked("Purchases"),
    Shown.SPEND: marked("Spent on purchases"),
    Shown.SEEN: marked("Last purchase"),
    Shown.PENDING: marked("Waiting"),
    Shown.AVAILABLE: marked("Points"),
}
USUAL = (Shown.TIER, Shown.TAGS, Shown.PURCHASES, Shown.SEEN, Shown.AVAILABLE)
NUMBERS = frozenset({Shown.PURCHASES, Shown.SPEND, Shown.PENDING, Shown.AVAILABLE})
SORTED_BY: dict[Shown, MemberSort] = {
    Shown.ENROLLED: MemberSort.ENROLLED,
    Shown.SPEND: MemberSort.SPEND,
    Shown.SEEN: MemberSort.SEEN,
    Shown.AVAILABLE: MemberSort.AVAILABLE,
}


class Cell(Struct, frozen=True):
    """A text of a row. ``place``: from which width of the screen on it is shown."""

    text: str
    is_number: bool
    place: str


class MemberLine(Struct, frozen=True):
    """A row; ``contact`` is the phone, else whatever the member is known by."""

    id: UUID
    href: str
    name: str
    contact: str
    is_blocked: bool
    cells: tuple[Cell, ...]


def chosen(names: Sequence[str]) -> tuple[Shown, ...]:
    """Return those columns in the order in which lists show them."""
    return tuple(column for column in Shown if column in names)


def member_line(row: MemberRow, columns: Sequence[Shown], visit: Visit) -> MemberLine:
    tiers = dict(tiers_of(visit))
    return MemberLine(
        id=row.id,
        href=visit.in_program(f"/members/{row.id}"),
        name=row.name or told_contact(row.identities),
        contact=told_contact(row.identities),
        is_blocked=row.is_blocked,
        cells=tuple(
            Cell(_TELL[column](row, visit, tiers), column in NUMBERS, place(column, columns))
            for column in columns
        ),
    )


def place(column: Shown, columns: Sequence[Shown]) -> str:
    """Return the class that hides a column where there is no room: a phone shows the last one, the balance mostly."""
    to_the_right = len(columns) - 1 - columns.index(column)
    return next((width for most, width in _WIDTHS if to_the_right <= most), _WIDEST)


_WIDTHS = ((0, ""), (2, "hidden md:table-cell"), (4, "hidden lg:table-cell"))
_WIDEST = "hidden xl:table-cell"


def told_contact(identities: Sequence[Identity]) -> str:
    """Return how to recognise a member: the phone first, then the card, the e-mail, the external id."""
    order = ("phone", "card", "email", "external")
    ranked = sorted(identities, key=lambda identity: order.index(identity.kind))
    return ranked[0].value if ranked else NOTHING


def _first(row: MemberRow, kind: IdentityKind) -> str:
    return next((identity.value for identity in row.identities if identity.kind == kind), NOTHING)


Tell = Callable[[MemberRow, Visit, dict[str, str]], str]
_TELL: dict[Shown, Tell] = {
    Shown.TIER: lambda row, _, tiers: tiers.get(row.tier, row.tier) if row.tier else NOTHING,
    Shown.TAGS: lambda row, *_: ", ".join(row.tags) or NOTHING,
    Shown.CARD: lambda row, *_: _first(row, "card"),
    Shown.EMAIL: lambda row, *_: _first(row, "email"),
    Shown.BIRTHDAY: lambda row, visit, _: (
        visit.figures.day_of_month(row.birthday) if row.birthday else NOTHING
    ),
    Shown.SOURCE: lambda row, visit, _: visit.words.gettext(SOURCE_WORDS[row.source]),
    Shown.ENROLLED: lambda row, visit, _: visit.figures.day(row.enrolled_at),
    Shown.PURCHASES: lambda row, visit, _: visit.figures.number(row.purchases),
    Shown.SPEND: lambda row, visit, _: visit.figures.money(row.spend_minor),
    Shown.SEEN: lambda row, visit, _: (
        visit.figures.day(row.last_purchase_on) if row.last_purchase_on else NOTHING
    ),
    Shown.PENDING: lambda row, visit, _: visit.figures.points_or_nothing(row.pending),
    Shown.AVAILABLE: lambda row, visit, _: visit.figures.points_number(row.available),
}
