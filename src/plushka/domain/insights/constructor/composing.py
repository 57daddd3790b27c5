"""A question as one statement, put together from parts of the catalogue; what somebody typed is a parameter of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.constructor.catalogue import Dimension, Source
from plushka.domain.insights.constructor.model import (
    FILTERS_MAX,
    GROUPS_MAX,
    MEASURES_MAX,
    ROWS_MAX,
    VALUE_LENGTH_MAX,
    VALUES_MAX,
    Asker,
    Filter,
    Question,
    QuestionDenied,
    QuestionUnsound,
)
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.period import Period
from plushka.engine.local_time import instant

_KNOWN = re.compile(r"\{(\w+)\}")


class Statement(Struct, frozen=True):
    sql: str
    args: tuple[Any, ...]


class Asked(Struct, frozen=True):
    """What a statement is put together with besides the question."""

    tenant_id: UUID
    period: Period
    today: date
    zone: str
    branch_ids: frozenset[UUID] = frozenset()


def check(question: Question, asker: Asker) -> Source:
    """Return the source of a question that can be asked.

    :raises QuestionUnsound: it names what there is not, one thing twice, nothing at all or too much
    :raises QuestionDenied: it is not for this person
    """
    source = SOURCES.get(question.source)
    if source is None:
        raise QuestionUnsound(field="source")
    _known(question.dimensions, source.dimensions, least=0, most=ROWS_MAX + 1, field="rows")
    _known(question.measures, source.measures, least=1, most=MEASURES_MAX, field="measures")
    filtered = [each.dimension for each in question.filters]
    _known(filtered, source.dimensions, least=0, most=FILTERS_MAX, field="filters")
    if len(question.rows) > ROWS_MAX or (question.sort and question.sort not in question.measures):
        raise QuestionUnsound(field="rows")
    for each in question.filters:
        if not 0 < len(each.values) <= VALUES_MAX or max(map(len, each.values)) > VALUE_LENGTH_MAX:
            raise QuestionUnsound(field="filters")
    actions = [
        source.action,
        *[source.dimensions[name].action for name in [*question.dimensions, *filtered]],
        *[source.measures[name].action for name in question.measures],
    ]
    if not all(map(asker.may, actions)) or (asker.branch_ids and not source.branch):
        raise QuestionDenied
    return source


def _known(
    names: Iterable[str], catalogue: Mapping[str, object], *, least: int, most: int, field: str
) -> None:
    listed = list(names)
    if not (
        least <= len(listed) <= most and len(set(listed)) == len(listed) and set(listed) <= set(catalogue)
    ):
        raise QuestionUnsound(field=field)


def compose(question: Question, source: Source, asked: Asked) -> Statement:
    """Return the statement of a checked question: totals first, then rows in their order, then cells.

    Its columns are ``level`` (the bits of ``grouping``), ``k0``… (keys), ``n0``, ``d0``… (figures).
    """
    parts = Parts(asked)
    keys = [_key(source.dimensions[name]) for name in question.dimensions]
    measures = [source.measures[name] for name in question.measures]
    columns = sorted({name for measure in measures for name in measure.columns})
    selected = [f"{sql} as k{place}" for place, sql in enumerate(keys)]
    selected += [f"{source.columns[name].sql} as {name}" for name in columns]
    needs = [source.columns[name].needs for name in columns]
    needs += [source.dimensions[name].needs for name in question.dimensions]
    needs += [source.dimensions[each.dimension].needs for each in question.filters]
    wanted = {name for each in needs for name in each}
    joins = "\n            ".join(sql for name, sql in source.joins.items() if name in wanted)
    where = [source.where]
    if source.branch and asked.branch_ids:
        where.append(f"{source.branch} = any({parts.place(sorted(asked.branch_ids), 'uuid[]')})")
    where += conditions(question.filters, source, parts)
    figures = []
    for place, measure in enumerate(measures):
        figures.append(f"({measure.sql})::numeric as n{place}")
        figures.append(f"({measure.of})::numeric as d{place}" if measure.of else f"null::numeric as d{place}")
    names = [f"k{place}" for place in range(len(keys))]
    level = f"grouping({', '.join(names)})" if names else "0"
    sql = f"""
        -- insights.ask
        select {", ".join([f"{level} as level", *names, *figures])}
        from (
            select {", ".join(selected) or "1"}
            from {source.sql}
            {joins}
            where {" and ".join(where)}
        ) as base
        group by grouping sets ({", ".join(_sets(question))})
        order by {", ".join(_order(question, source, names))}
        limit {GROUPS_MAX + 1}
    """  # noqa: S608  parts of the catalogue; what was typed is a parameter
    return Statement(parts.filled(sql), tuple(parts.args))


def conditions(filters: Iterable[Filter], source: Source, parts: "Parts") -> Iterator[str]:
    """Yield what each of the filters asks of the rows of a source."""
    for each in filters:
        key = _key(source.dimensions[each.dimension])
        holds = f"{key} = any({parts.place(list(each.values), 'text[]')})"
        yield f"not ({holds})" if each.is_not else holds


def _key(dimension: Dimension) -> str:
    return f"coalesce(({dimension.sql})::text, '')"


def _sets(question: Question) -> list[str]:
    """Return what is summed: all, each row, each column, each cell, and each first key of the rows."""
    rows = [f"k{place}" for place in range(len(question.rows))]
    column = [f"k{len(rows)}"] if question.column else []
    sets = {(): None, tuple(rows): None}
    if question.has_subtotals and len(rows) > 1:
        sets |= {(rows[0],): None, (rows[0], *column): None}
    if column:
        sets |= {tuple(column): None, (*rows, *column): None}
    return [f"({', '.join(each)})" for each in sets]


def _order(question: Question, source: Source, names: list[str]) -> list[str]:
    """Return the order in which groups are cut off: sums of many before those of few, then as rows are ordered."""
    if not names:
        return ["level"]
    # The more keys are summed over, the more bits are set.
    order = [f"bit_count(grouping({', '.join(names)})::bit(8)) desc"]
    if question.column and question.rows:
        order.append(f"grouping(k{len(names) - 1}) desc")
    if question.rows and rises(question, source):
        order.append("nullif(k0, '') nulls last")
    if question.rows:
        place = question.measures.index(question.sort or question.measures[0])
        measure = source.measures[question.measures[place]]
        ratio = f"({measure.sql})::numeric / nullif({measure.of}, 0)" if measure.of else f"({measure.sql})"
        order.append(f"{ratio} desc nulls last")
    return [*order, *names]


def rises(question: Question, source: Source) -> bool:
    """Tell whether rows stand in the order of their keys: time goes on, unless a measure was asked to order them."""
    return not question.sort and bool(question.rows) and source.dimensions[question.rows[0]].rises


class Parts:
    """Parameters of a statement, each placed once, behind those that ``args`` has already: the tenant at least."""

    def __init__(self, asked: Asked, args: list[Any] | None = None) -> None:
        self.args: list[Any] = [asked.tenant_id] if args is None else args
        self._known: dict[str, tuple[Any, str]] = {
            "from_on": (asked.period.from_on, "date"),
            "until_on": (asked.period.until_on, "date"),
            "from_at": (_midnight(asked.period.from_on, asked.zone), "timestamptz"),
            "until_at": (_midnight(asked.period.until_on, asked.zone), "timestamptz"),
            "today": (asked.today, "date"),
            "zone": (asked.zone, "text"),
        }
        self._placed: dict[str, str] = {}

    def place(self, value: Any, sql_type: str) -> str:
        self.args.append(value)
        return f"${len(self.args)}::{sql_type}"

    def filled(self, sql: str) -> str:
        """Return a statement with parameters in the place of what is known of a question."""
        return _KNOWN.sub(lambda found: self._place_known(found[1]), sql)

    def _place_known(self, name: str) -> str:
        if name not in self._placed:
            self._placed[name] = self.place(*self._known[name])
        return self._placed[name]


def _midnight(day: date, zone: str) -> datetime:
    return instant(day, 0, zone)
