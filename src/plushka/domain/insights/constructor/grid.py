"""An answer as a table, flat or with the keys of a column side by side: page, chart and file are made of it."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from plushka.domain.insights.constructor.catalogue import Dimension, Measure, Source
from plushka.domain.insights.constructor.composing import rises
from plushka.domain.insights.constructor.model import Answer, Figure
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.kinds import Kind, Value
from plushka.domain.insights.reports.people import AGES
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.i18n import Translator

NOT_SAID = "—"


class Head(Struct, frozen=True):
    """A column; ``measure`` is the name of what it tells, empty of a dimension, ``group`` stands above it.

    ``column``: the key that stands above it in a pivot, None of what is of all of them.
    """

    title: str
    kind: Kind
    group: Value = ""
    group_kind: Kind = "text"
    measure: str = ""
    column: str | None = None


class Line(Struct, frozen=True):
    """``level``: a row, the sum of those before it of one first key, or of all."""

    values: tuple[Value, ...]
    level: Literal["row", "part", "all"] = "row"
    keys: tuple[str, ...] = ()


class Grid(Struct, frozen=True):
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    total: Line | None
    keys: int
    """How many of the first columns are dimensions."""


def grid_of(answer: Answer, words: Translator) -> Grid:
    """Return the table of an answer in the words of its reader."""
    question, source = answer.question, SOURCES[answer.question.source]
    is_pivot = question.view == "pivot" and bool(question.column)
    return _pivot(answer, source, words) if is_pivot else _flat(answer, source, words)


def _flat(answer: Answer, source: Source, words: Translator) -> Grid:
    """Return a line for each group of all dimensions; the column is one more of them."""
    question = answer.question
    dimensions, measures = question.dimensions, [source.measures[name] for name in question.measures]
    heads = tuple(_head(source.dimensions[name], words) for name in dimensions)
    heads += tuple(
        Head(words.gettext(measure.title), measure.kind, measure=name)
        for name, measure in zip(question.measures, measures, strict=True)
    )
    lines: list[Line] = []
    parts: dict[str, Line] = {}
    total = None
    for group in answer.groups:
        keys = group.keys if group.column is None else (*group.keys, group.column)
        figures = _figures(group.figures, measures)
        if len(keys) == len(dimensions) and keys:
            lines.append(Line((*_told(keys, dimensions, answer, source, words), *figures), keys=keys))
        elif not keys:
            total = Line((*_title_of_sum(len(dimensions), words), *figures), "all")
        elif len(group.keys) == 1 and group.column is None:
            name = _told(keys, dimensions, answer, source, words)[0]
            parts[keys[0]] = Line(
                (name, words.gettext("all"), *[""] * (len(dimensions) - 2), *figures), "part", keys
            )
    if question.has_subtotals and len(question.rows) > 1:
        lines = _with_parts(lines, list(parts.values()), answer, source)
    return Grid(heads, tuple(lines), total if lines or not dimensions else None, len(dimensions))


def _pivot(answer: Answer, source: Source, words: Translator) -> Grid:
    question = answer.question
    measures = [source.measures[name] for name in question.measures]
    columns = _columns(answer, source)
    heads = [_head(source.dimensions[name], words) for name in question.rows]
    titles = [told_key(question.column, key, answer, source, words) for key in columns]
    of_column = _head(source.dimensions[question.column], words).kind
    groups: list[tuple[Value, Kind, str | None]] = [
        *((title, of_column, key) for title, key in zip(titles, columns, strict=True)),
        (words.gettext("Total"), "text", None),
    ]
    for title, kind, key in groups:
        heads += [
            Head(
                words.gettext(measure.title),
                measure.kind,
                group=title,
                group_kind=kind,
                measure=name,
                column=key,
            )
            for name, measure in zip(question.measures, measures, strict=True)
        ]
    cells: dict[tuple[tuple[str, ...], str | None], tuple[Figure, ...]] = {
        (group.keys, group.column): group.figures for group in answer.groups
    }
    nothing: tuple[Figure, ...] = tuple((None, None) for _ in measures)

    def figures_of(keys: tuple[str, ...]) -> list[Value]:
        return [
            value
            for column in [*columns, None]
            for value in _figures(cells.get((keys, column), nothing), measures)
        ]

    lines: list[Line] = []
    parts: list[Line] = []
    for group in answer.groups:
        if group.column is not None or not group.keys:
            continue
        told = _told(group.keys, question.rows, answer, source, words)
        if len(group.keys) == len(question.rows):
            lines.append(Line((*told, *figures_of(group.keys)), keys=group.keys))
        else:
            fill = [words.gettext("all"), *[""] * (len(question.rows) - 2)]
            parts.append(Line((told[0], *fill, *figures_of(group.keys)), "part", group.keys))
    if parts:
        lines = _with_parts(lines, parts, answer, source)
    total = Line((*_title_of_sum(len(question.rows), words), *figures_of(())), "all")
    if not question.rows:
        return Grid((Head("", "text"), *heads), (), Line((words.gettext("Total"), *total.values), "all"), 1)
    return Grid(tuple(heads), tuple(lines), total if lines else None, len(question.rows))


def _with_parts(lines: Sequence[Line], parts: Sequence[Line], answer: Answer, source: Source) -> list[Line]:
    """Return lines by their first key, the sum of each behind its own; parts come in the order of their sums."""
    order = sorted(parts, key=lambda line: line.keys) if rises(answer.question, source) else parts
    return [
        each for part in order for each in [*[line for line in lines if line.keys[0] == part.keys[0]], part]
    ]


def _columns(answer: Answer, source: Source) -> list[str]:
    """Return the keys side by side: in their own order where it tells something, else as they were ordered."""
    dimension = source.dimensions[answer.question.column]
    keys = [group.column for group in answer.groups if group.column is not None and not group.keys]
    if dimension.rises:
        return sorted(keys)
    if dimension.words:
        ordered = list(dimension.words)
        return sorted(keys, key=lambda key: ordered.index(key) if key in ordered else len(ordered))
    return keys


def _head(dimension: Dimension, words: Translator) -> Head:
    kind: Kind = "text"
    if dimension.naming == "day":
        kind = "date"
    elif dimension.naming == "month":
        kind = "month"
    return Head(words.gettext(dimension.title), kind)


def _title_of_sum(count: int, words: Translator) -> list[Value]:
    return [words.gettext("Total"), *[""] * (count - 1)] if count else []


def _told(
    keys: Sequence[str], dimensions: Sequence[str], answer: Answer, source: Source, words: Translator
) -> list[Value]:
    return [told_key(name, key, answer, source, words) for name, key in zip(dimensions, keys, strict=False)]


def told_key(name: str, key: str, answer: Answer, source: Source, words: Translator) -> Value:
    """Return a key as a value: a day as a day, an id by its name, what is not said by the word for that."""
    dimension = source.dimensions[name]
    if key == "":
        return words.gettext(dimension.unsaid) if dimension.unsaid else NOT_SAID
    if dimension.naming in ("day", "month"):
        return date.fromisoformat(key)
    return answer.names.get(name, {}).get(key) or told_word(dimension, key, words)


def told_word(dimension: Dimension, key: str, words: Translator) -> str:
    """Return a key that needs no look by the word for it."""
    match dimension.naming:
        case "weekday":
            return words.gettext(dimension.words[key]).capitalize()
        case "hour":
            return f"{key}:00"
        case "age":
            return _told_age(int(key), words)
        case _:
            return words.gettext(dimension.words[key]) if key in dimension.words else key


def _told_age(band: int, words: Translator) -> str:
    """Return the ``band``-th of the bands that ``AGES`` divides."""
    if band == 0:
        return words.gettext("under {age}", age=AGES[0])
    if band == len(AGES):
        return words.gettext("{age} and older", age=AGES[-1])
    return f"{AGES[band - 1]}–{AGES[band] - 1}"


def _figures(figures: Sequence[Figure], measures: Sequence[Measure]) -> list[Value]:
    return [value_of(figure, measure) for figure, measure in zip(figures, measures, strict=True)]


def value_of(figure: Figure, measure: Measure) -> int | Ratio | None:
    """Return a figure as it is told; of a ratio both parts."""
    numerator, denominator = figure
    if not measure.of:
        return numerator
    return Ratio(numerator or 0, denominator or 0)
