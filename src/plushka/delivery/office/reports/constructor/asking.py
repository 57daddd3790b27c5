"""A question as it stands in the address: so that a page can be shared, kept among bookmarks, and asked again."""

from collections.abc import Iterable, Mapping
from typing import get_args
from urllib.parse import urlencode

from litestar.datastructures import MultiDict

from plushka.delivery.office.reports.asked import DAYS_MAX
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, text_of
from plushka.domain.insights.constructor.catalogue import Dimension, Source
from plushka.domain.insights.constructor.model import (
    FILTERS_MAX,
    MEASURES_MAX,
    ROWS_MAX,
    VALUE_LENGTH_MAX,
    VALUES_MAX,
    Asker,
    Filter,
    Question,
    Span,
    View,
)
from plushka.domain.insights.constructor.sources import SOURCES

SPANS: tuple[Span, ...] = ("days30", "month", "last_month", "quarter", "year", "custom", "all")
VIEWS: tuple[View, ...] = get_args(View)
BEGINNING = Question("receipts", ("revenue", "receipts", "average"), ("month",), span="year")
"""What the form shows before anything was chosen."""
_ACTIONS = ("reports.margin", "reports.export", "members.read", "members.export", "campaigns.read")
"""What questions may ask about, besides ``reports.read``."""


def asker_of(visit: Visit) -> Asker:
    """Return what this person may ask."""
    return Asker(frozenset(filter(visit.may, _ACTIONS)), visit.session.branch_ids)


def read_question(query: MultiDict[str], asker: Asker) -> Question:
    """Return what the address asks; nonsense, and what is not for this person, counts as not chosen."""
    sources = open_sources(asker)
    name = query.get("source", "")
    if name not in sources:
        return BEGINNING
    source = sources[name]
    dimensions = open_dimensions(source, asker)
    measures = [key for key, measure in source.measures.items() if asker.may(measure.action)]
    column = query.get("column", "")
    column = column if column in dimensions else ""
    rows = _chosen(query.getall("row", []), dimensions, ROWS_MAX)
    told = _chosen(query.getall("measure", []), measures, MEASURES_MAX) or tuple(measures[:1])
    sort = query.get("sort", "")
    first, last = day_of(query, "from"), day_of(query, "until")
    if first and last and abs((last - first).days) > DAYS_MAX:
        first = None
    span: Span = next((one for one in SPANS if one == query.get("span")), "days30")
    if span == "custom" and not (first and last):
        span = "days30"
    return Question(
        source=name,
        measures=told,
        rows=tuple(row for row in rows if row != column),
        column=column,
        filters=_filters(query, dimensions),
        span=span,
        first_on=first if span == "custom" else None,
        last_on=last if span == "custom" else None,
        sort=sort if sort in told else "",
        view=next((one for one in VIEWS if one == query.getall("view", [""])[-1]), "table"),
        has_subtotals=query.get("parts") == "on",
    )


def open_sources(asker: Asker) -> Mapping[str, Source]:
    """Return the sources that are for this person."""
    return {
        name: source
        for name, source in SOURCES.items()
        if asker.may(source.action) and (source.branch or not asker.branch_ids)
    }


def open_dimensions(source: Source, asker: Asker) -> Mapping[str, Dimension]:
    return {name: each for name, each in source.dimensions.items() if asker.may(each.action)}


def read_values(query: MultiDict[str], name: str, dimension: Dimension) -> tuple[str, ...]:
    """Return the values of a condition: ticked ones, or those typed with commas between them."""
    values = query.getall(f"is.{name}", [])
    if dimension.options == "typed":
        values = [part.strip() for value in values for part in value.split(",")]
    clean = [value.replace("\0", "")[:VALUE_LENGTH_MAX] for value in values]
    # An unsaid one may be ticked, never typed.
    kept = [value for value in clean if value or dimension.options != "typed"]
    return tuple(dict.fromkeys(kept))[:VALUES_MAX]


def open_conditions(query: MultiDict[str], dimensions: Mapping[str, Dimension]) -> list[str]:
    """Return the dimensions whose conditions the form shows, whether something was chosen in them yet or not."""
    wanted = [*query.getall("if", []), query.get("add", "")]
    closed = set(query.getall("drop", []))
    return [
        name
        for name in dict.fromkeys(wanted)
        if name in dimensions and name not in closed and dimensions[name].options != "none"
    ][:FILTERS_MAX]


def _filters(query: MultiDict[str], dimensions: Mapping[str, Dimension]) -> tuple[Filter, ...]:
    return tuple(
        Filter(name, values, is_not=query.get(f"not.{name}") == "on")
        for name in open_conditions(query, dimensions)
        if (values := read_values(query, name, dimensions[name]))
    )


def _chosen(names: Iterable[str], known: Iterable[str], most: int) -> tuple[str, ...]:
    offered = set(known)
    return tuple(name for name in dict.fromkeys(names) if name in offered)[:most]


def query_of(question: Question, **more: str) -> str:
    """Return the address's part after the question mark that ``read_question`` reads."""
    pairs = [("source", question.source)]
    pairs += [("row", row) for row in question.rows]
    pairs += [("column", question.column)] if question.column else []
    pairs += [("measure", measure) for measure in question.measures]
    for each in question.filters:
        pairs.append(("if", each.dimension))
        pairs += [(f"is.{each.dimension}", value) for value in each.values]
        pairs += [(f"not.{each.dimension}", "on")] if each.is_not else []
    pairs.append(("span", question.span))
    if question.span == "custom" and question.first_on and question.last_on:
        pairs += [("from", question.first_on.isoformat()), ("until", question.last_on.isoformat())]
    pairs += [("sort", question.sort)] if question.sort else []
    pairs += [("view", question.view)] if question.view != VIEWS[0] else []
    pairs += [("parts", "on")] if question.has_subtotals else []
    return urlencode([*pairs, *more.items()])


def name_of(query: Mapping[str, str]) -> str:
    return text_of(query, "name")
