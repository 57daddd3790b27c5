"""An answer as a block of the reports: its table with definitions behind titles, and its chart."""

from datetime import date

from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Empty,
    HeatMap,
    Row,
    Series,
    Table,
)
from plushka.delivery.office.reports.constructor.behind import list_behind
from plushka.delivery.office.reports.telling import told_value
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.constructor.grid import Grid, Head, Line, grid_of
from plushka.domain.insights.constructor.model import Answer
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.kinds import Value

NAME = "asked"
ROWS_SHOWN = 300
"""Rows of a table on the page; the file has all."""
BARS_MAX, SERIES_MAX = 40, 7
"""As many as can be read, and as there are colours to tell apart."""
POINTS_MIN = 3
"""Of a line; fewer are bars."""


def block_of(answer: Answer, title: str, visit: Visit) -> Block:
    """Return the block of an answer; only its first rows are shown, and a note says so."""
    gettext = visit.words.gettext
    grid = grid_of(answer, visit.words)
    notes = []
    if answer.is_cut or len(grid.lines) > ROWS_SHOWN:
        shown = visit.figures.number(min(ROWS_SHOWN, len(grid.lines)))
        whole = visit.figures.number(len(grid.lines))
        notes.append(
            gettext(
                "The first {shown} of more than {count} rows are shown. Totals are of all.",
                shown=shown,
                count=whole,
            )
            if answer.is_cut
            else gettext(
                "The first {shown} of {count} rows are shown; a file has all of them. Totals are of all.",
                shown=shown,
                count=whole,
            )
        )
    if _has_distinct(answer):
        notes.append(
            gettext("Somebody who is in several rows is counted in each of them, and once in the total.")
        )
    chart = _chart(grid, answer, visit) if answer.question.view == "chart" else None
    if answer.question.view == "chart" and len(grid.lines) > BARS_MAX:
        notes.append(gettext("The chart has the first {count} rows.", count=BARS_MAX))
    return Block(
        name=NAME,
        title=title,
        table=table_of(grid, answer, visit),
        as_of=answer.counted_at,
        chart=chart,
        notes=tuple(notes),
        form="chart" if chart else "table",
        empty=Empty(
            gettext("Nothing was found"),
            gettext("There is nothing in these days that meets all conditions. Take more days, or fewer conditions."),
        ),
    )  # fmt: skip


def _has_distinct(answer: Answer) -> bool:
    measures = SOURCES[answer.question.source].measures
    return bool(answer.question.dimensions) and any(
        "distinct" in measures[name].sql for name in answer.question.measures
    )


def table_of(grid: Grid, answer: Answer, visit: Visit) -> Table:
    source = SOURCES[answer.question.source]
    columns = tuple(
        Column(
            head.title,
            head.kind if head.measure else "text",
            definition=source.measures[head.measure].definition if head.measure else "",
            group=_group(head, visit),
        )
        for head in grid.heads
    )
    lines: list[Row] = [_row(line, grid, answer, visit) for line in grid.lines[:ROWS_SHOWN]]
    total = _total(grid.total, grid, answer, visit) if grid.total else None
    if not lines and total:
        return Table(columns, (total,))
    return Table(columns, tuple(lines), total)


def _row(line: Line, grid: Grid, answer: Answer, visit: Visit) -> Row:
    """Return a line with its keys told: they are read, not reckoned with."""
    told = [told_value(value, head.kind, visit) for value, head in zip(line.values, grid.heads, strict=True)]
    return (*told[: grid.keys], *_figures(line, grid, answer, visit))


def _total(line: Line, grid: Grid, answer: Answer, visit: Visit) -> Row:
    return (*line.values[: grid.keys], *_figures(line, grid, answer, visit))


def _figures(line: Line, grid: Grid, answer: Answer, visit: Visit) -> Row:
    """Return the figures of a line with the way to what they are of."""
    question = answer.question
    keys = dict(zip(question.dimensions, line.keys, strict=False))
    cells: list[Cell | Value] = []
    for head, value in list(zip(grid.heads, line.values, strict=True))[grid.keys :]:
        column = {} if head.column is None else {question.column: head.column}
        cells += linked(list_behind(answer, keys | column, head.measure, visit), value)
    return tuple(cells)


def _group(head: Head, visit: Visit) -> str:
    if isinstance(head.group, date) and head.group_kind == "month":
        return told_month(head.group, visit)
    return told_value(head.group, head.group_kind, visit) if head.group else ""


def _chart(grid: Grid, answer: Answer, visit: Visit) -> Chart | HeatMap | None:
    """Return the first measure over the rows: a series a column where there is one, else measures of one kind."""
    question = answer.question
    if not question.dimensions or not grid.lines:
        return None
    source = SOURCES[question.source]
    first = question.dimensions[0]
    is_line = source.dimensions[first].naming in ("day", "month")
    lines = grid.lines[:BARS_MAX]
    rows = grid.keys
    if question.column and len(question.dimensions) > 1:
        return _chart_of_columns(grid, answer, visit, is_line=is_line)
    kind = source.measures[question.measures[0]].kind
    heads = [place for place in range(rows, len(grid.heads)) if grid.heads[place].kind == kind]
    return Chart(
        labels=tuple(_label(line.values[:rows], grid.heads, visit) for line in lines),
        series=tuple(
            Series(
                grid.heads[place].title,
                tuple(line.values[place] for line in lines),
                kind,
                form="line" if is_line and len(lines) >= POINTS_MIN else "bar",
            )
            for place in heads[:SERIES_MAX]
        ),
        of_things=not is_line,
    )


def _chart_of_columns(grid: Grid, answer: Answer, visit: Visit, *, is_line: bool) -> Chart:
    """Return a series for each key of the column, the first ones; the table below has all of them."""
    question = answer.question
    source = SOURCES[question.source]
    place = len(question.rows)
    labels: dict[str, None] = {}
    series: dict[str, dict[str, Value]] = {}
    for line in grid.lines:
        label = _label(line.values[:place], grid.heads, visit)
        if label not in labels and len(labels) == BARS_MAX:
            continue
        name = _label(line.values[place : place + 1], grid.heads[place:], visit)
        if name not in series and len(series) == SERIES_MAX:
            continue
        labels[label] = None
        series.setdefault(name, {})[label] = line.values[grid.keys]
    measure = source.measures[question.measures[0]]
    return Chart(
        labels=tuple(labels),
        series=tuple(
            Series(
                name, tuple(values.get(label) for label in labels), measure.kind, "line" if is_line else "bar"
            )
            for name, values in series.items()
        ),
        stacked=not measure.of and not is_line and "distinct" not in measure.sql,
        of_things=not is_line,
    )


def _label(values: tuple[Cell | Value, ...], heads: tuple[Head, ...], visit: Visit) -> str:
    told = []
    for value, head in zip(values, heads, strict=False):
        if isinstance(value, date) and head.kind == "month":
            told.append(told_month(value, visit, short=True))
        elif isinstance(value, date):
            told.append(visit.figures.day_of_month(value))
        else:
            told.append(str(value))
    return " · ".join(told)
