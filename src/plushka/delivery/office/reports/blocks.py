"""What a block of a report is: one table of raw values, from which the page, the chart and the file are made."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from msgspec import Struct, structs

from plushka.domain.insights.reports.kinds import Kind, Value

__all__ = ["Kind", "Value"]


class Cell(Struct, frozen=True):
    """A value that is more than its column says: ``href`` leads to the receipts or members behind it.

    ``kind`` goes before the column's, for tables whose lines are figures of different kinds. ``definition`` explains
    a line's name, as a column's explains its title. ``good``: which way a change is welcome, and so how it is coloured.
    ``is_signed``: the value is a change of its kind, told with its sign.
    """

    value: Value
    href: str = ""
    kind: Kind | None = None
    definition: str = ""
    good: Literal["up", "down", "neither"] = "up"
    is_signed: bool = False


class Column(Struct, frozen=True):
    """``title`` is in the reader's language; ``definition`` is a key of ``definitions.py``, empty for plain names.

    Only who may do ``action`` sees the column, on the page and in the file. Neighbours of one ``group`` (a month, say)
    stand under its name. ``is_more``: on the page it is there when more columns are asked for.
    """

    title: str
    kind: Kind
    definition: str = ""
    action: str = ""
    group: str = ""
    is_more: bool = False


Row = tuple[Cell | Value, ...]


class Act(Struct, frozen=True):
    """A button beside a row, on the page alone: what can be done with those whom the row is of, by posting to ``url``.

    ``about`` names it to somebody who does not see the row.
    """

    title: str
    about: str
    url: str


class Table(Struct, frozen=True):
    """Rows are as long as there are columns; so is ``total``, where there is one. ``acts``: one a row, or none."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    acts: tuple[Act | None, ...] = ()


class Series(Struct, frozen=True):
    """The values of one thing along the labels. ``is_before``: of the period compared with, drawn thin and grey."""

    title: str
    values: tuple[Value, ...]
    kind: Kind
    form: Literal["bar", "line"] = "bar"
    is_before: bool = False


class Chart(Struct, frozen=True):
    """Bars and lines over labels, zero-based. ``stacked``: the bars lie on each other and are shares of a whole.

    ``of_things``: the labels are names, each to be read, and no course of time of which some are enough.
    """

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    stacked: bool = False
    of_things: bool = False


class HeatMap(Struct, frozen=True):
    """``values[row][column]``; the fuller, the darker."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    kind: Kind


class Flow(Struct, frozen=True):
    """How many went from where to where, as a Sankey diagram: ``links`` are (from, to, how many) by place in ``nodes``.

    ``nodes`` are (column, name) by their places in ``columns`` and ``names``: a name has one colour in all columns.
    Names beyond the colours there are stay grey.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    nodes: tuple[tuple[int, int], ...]
    links: tuple[tuple[int, int, int], ...]


class Dots(Struct, frozen=True):
    """Each dot is (name, across, up)."""

    across: str
    up: str
    kind_across: Kind
    kind_up: Kind
    dots: tuple[tuple[str, Value, Value], ...]


AnyChart = Chart | HeatMap | Flow | Dots


class Empty(Struct, frozen=True):
    """What is said in place of a table without rows: what it is for, and what fills it."""

    title: str
    text: str


class Choice(Struct, frozen=True):
    """What else a block can tell of the same receipts: ``measure`` stands in the address."""

    title: str
    measure: str
    is_chosen: bool


class Block(Struct, frozen=True):
    """A block as its maker gives it; all words are in the reader's language.

    ``form``: its table is shown as a table, as tiles (name, value, before, change in this order), folded away behind
    the chart, or as squares: the first two columns say where a row's square stands, the third how dark it is.
    ``as_of``: until when its sums are added up, None where nothing was yet; ``is_nightly``: that is done by night, so
    it is not late by day. ``definition`` explains the title. ``choices``: what it can tell instead, one of them chosen.
    """

    name: str
    title: str
    table: Table
    as_of: datetime | None
    chart: AnyChart | None = None
    notes: tuple[str, ...] = ()
    form: Literal["table", "list", "tiles", "chart", "squares"] = "table"
    definition: str = ""
    empty: Empty | None = None
    is_nightly: bool = False
    choices: tuple[Choice, ...] = ()


def cell(value: Cell | Value) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def allowed(table: Table, may: Callable[[str], bool]) -> Table:
    """Return the table without the columns that are not for somebody who ``may`` do this and that."""
    kept = [place for place, column in enumerate(table.columns) if not column.action or may(column.action)]
    if len(kept) == len(table.columns):
        return table
    return structs.replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
        total=tuple(table.total[place] for place in kept) if table.total else None,
    )
