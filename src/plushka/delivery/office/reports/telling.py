"""A block as a page tells it: every value in the reader's language, with the side on which it stands."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import assert_never

from msgspec import Struct

from plushka.delivery.office.reports.blocks import Act, Block, Cell, Column, Kind, Row, Table, Value, cell
from plushka.delivery.office.reports.definitions import DEFINITIONS
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.insights.reports.kinds import PERCENT
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.i18n import Language, format_number, percent_sign, translator

SHADES = 6
COLUMNS_OF_PHONE = 3
_LISTS = {
    "/receipts": "receipts.read",
    "/members": "members.read",
    "/journal": "journal.read",
    "/campaigns": "campaigns.read",
}
"""What leads to lists, and what it takes to open them."""


class ToldCell(Struct, frozen=True):
    """``tone``: whether a change is good or bad, told by its colour besides its sign; ``key`` is of a definition."""

    text: str
    href: str
    is_number: bool
    tone: str
    key: str


class ToldColumn(Struct, frozen=True):
    """``group``: the name of the group that begins with it; ``beside``: how many are in its group, 0 if it is in none.

    ``is_repeated``: in a group before the same place has the same title.
    """

    title: str
    key: str
    is_number: bool
    is_more: bool
    group: str = ""
    beside: int = 0
    is_repeated: bool = False


class ToldTable(Struct, frozen=True):
    """``groups``: the names above the columns and over how many each stands, none where no column has one.

    ``more``: how many columns are there only when they are asked for. ``is_wide``: a row has more figures than a phone
    has room for, and is a list of them there.
    """

    columns: tuple[ToldColumn, ...]
    groups: tuple[tuple[str, int], ...]
    rows: tuple[tuple[ToldCell, ...], ...]
    total: tuple[ToldCell, ...]
    acts: tuple[Act | None, ...]
    more: int
    is_wide: bool


class Square(Struct, frozen=True):
    """A row of a table as a square, the darker the more; ``shade`` from 1 to ``SHADES``, ``number`` is the row's."""

    number: int
    shade: int
    cells: tuple[ToldCell, ...]
    act: Act | None


class Squares(Struct, frozen=True):
    """Squares in lines; None where there is no row for a place."""

    columns: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Square | None, ...]], ...]


class Explained(Struct, frozen=True):
    """A definition as it is shown beside what it explains."""

    title: str
    text: str
    of: str


def told_table(table: Table, visit: Visit) -> ToldTable:
    groups = tuple(_groups(table.columns))
    return ToldTable(
        columns=tuple(_columns(table.columns, groups)),
        groups=groups,
        rows=tuple(_row(row, table.columns, visit) for row in table.rows),
        total=_row(table.total, table.columns, visit) if table.total else (),
        acts=table.acts,
        more=sum(column.is_more for column in table.columns),
        is_wide=len(table.columns) > COLUMNS_OF_PHONE,
    )


def told_squares(table: Table, told: ToldTable) -> Squares:
    """Return the rows by their first two columns, in the order in which each value of these comes first."""
    lines = list(dict.fromkeys(row[0].text for row in told.rows))
    columns = list(dict.fromkeys(row[1].text for row in told.rows))
    sizes = [_size(row[2]) for row in table.rows]
    most = max(sizes, default=0)
    squares = {
        (row[0].text, row[1].text): Square(
            number,
            max(1, SHADES * sizes[number] // most),
            row[2:],
            told.acts[number] if told.acts else None,
        )
        for number, row in enumerate(told.rows)
        if sizes[number]
    }
    return Squares(
        tuple(columns),
        tuple((line, tuple(squares.get((line, column)) for column in columns)) for line in lines),
    )


def explained(block: Block, visit: Visit) -> dict[str, Explained]:
    """Return the definitions that a block names, by key."""
    named = [block.definition, *[column.definition for column in block.table.columns]]
    named += [cell(each).definition for row in (*block.table.rows, block.table.total or ()) for each in row]
    return explain(named, visit)


def explain(keys: Iterable[str], visit: Visit) -> dict[str, Explained]:
    """Return definitions by their keys; an empty key is none."""
    gettext = visit.words.gettext
    return {
        key: Explained(
            gettext(DEFINITIONS[key].title),
            gettext(DEFINITIONS[key].text),
            gettext(DEFINITIONS[key].of) if DEFINITIONS[key].of else "",
        )
        for key in keys
        if key
    }


def told_value(value: Value, kind: Kind, visit: Visit, *, signed: bool = False) -> str:
    """Return a value as it is read, ``signed`` with its sign; a ratio of nothing and what there is not is a dash."""
    match value:
        case None:
            return NOTHING
        case str():
            return value
        case date():  # or a moment
            return _told_day(value, kind, visit)
        case Ratio() if kind in ("share", "change", "difference", "decimal"):
            return _told_ratio(value, kind, visit.look.language)
        case Ratio():
            whole = value.rounded()
            return NOTHING if whole is None else _told_whole(whole, kind, visit, signed=signed)
        case int():
            return _told_whole(value, kind, visit, signed=signed)
        case _:
            assert_never(value)


def _groups(columns: Sequence[Column]) -> Iterator[tuple[str, int]]:
    if any(column.group for column in columns):
        for name, neighbours in groupby(columns, key=lambda column: column.group):
            yield name, len(list(neighbours))


def _columns(columns: Sequence[Column], groups: Sequence[tuple[str, int]]) -> Iterator[ToldColumn]:
    places = [(name, place, count) for name, count in groups for place in range(count)]
    seen: set[tuple[int, str]] = set()
    for column, (name, place, count) in zip(columns, places or [("", 0, 0)] * len(columns), strict=True):
        yield ToldColumn(
            column.title,
            column.definition,
            column.kind != "text",
            column.is_more,
            group=name if place == 0 else "",
            beside=count if name else 0,
            is_repeated=bool(name) and (place, column.title) in seen,
        )
        if name:
            seen.add((place, column.title))


def _told_day(day: date, kind: Kind, visit: Visit) -> str:
    if isinstance(day, datetime):
        return visit.figures.moment(day)
    if kind == "month":
        return f"{visit.figures.month(day.month)} {day.year}"
    return visit.figures.day(day)


def _told_whole(value: int, kind: Kind, visit: Visit, *, signed: bool) -> str:
    match kind:
        case "money":
            return visit.figures.money(value, signed=signed)
        case "points":
            return visit.figures.points_number(value, signed=signed)
        case "quantity":
            return visit.figures.quantity(value)
        case _:
            return visit.figures.number(value, signed=signed)


def _told_ratio(ratio: Ratio, kind: Kind, language: Language) -> str:
    if kind == "decimal":
        hundredths = ratio.rounded(2)
        return NOTHING if hundredths is None else _decimal(hundredths, language)
    hundredths = ratio.rounded(PERCENT + 2)
    if hundredths is None:
        return NOTHING
    if kind == "difference":
        return translator(language).gettext(
            "{count}\u00a0pp", count=_decimal(hundredths, language, signed=True)
        )
    return _decimal(hundredths, language, signed=kind == "change") + percent_sign(language)


def _decimal(hundredths: int, language: Language, *, signed: bool = False) -> str:
    return format_number(Decimal(hundredths).scaleb(-2), language, decimals=2, signed=signed)


def _size(value: Cell | Value) -> int:
    found = cell(value).value
    return found if isinstance(found, int) else 0


def _row(row: Row, columns: Sequence[Column], visit: Visit) -> tuple[ToldCell, ...]:
    return tuple(_cell(cell(each), column, visit) for each, column in zip(row, columns, strict=True))


def _may_open(href: str, visit: Visit) -> bool:
    """Tell whether a list may be opened by who reads the figure that it is behind."""
    return all(visit.may(action) for path, action in _LISTS.items() if href.startswith(path))


def _cell(shown: Cell, column: Column, visit: Visit) -> ToldCell:
    kind = shown.kind or column.kind
    return ToldCell(
        text=told_value(shown.value, kind, visit, signed=shown.is_signed),
        href=shown.href if shown.value is not None and _may_open(shown.href, visit) else "",
        is_number=column.kind != "text",
        tone=_tone(shown) if shown.is_signed or kind in ("change", "difference") else "",
        key=shown.definition,
    )


def _tone(shown: Cell) -> str:
    value = shown.value
    if isinstance(value, Ratio):
        value = value.numerator if value.rounded(PERCENT + 2) else 0
    if shown.good == "neither" or not isinstance(value, int) or not value:
        return ""
    return "good" if (value > 0) == (shown.good == "up") else "bad"
