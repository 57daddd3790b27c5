"""The page on which a report of one's own is put together, and what its form offers."""

from typing import Any

from litestar import Response, get
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.beginning import beginning
from plushka.delivery.office.reports.constructor.asking import (
    SPANS,
    VIEWS,
    asker_of,
    open_conditions,
    open_dimensions,
    open_sources,
    query_of,
    read_question,
    read_values,
)
from plushka.delivery.office.reports.showing import Place
from plushka.delivery.office.reports.words import PERIOD_WORDS, told_period
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of
from plushka.domain.insights.constructor.catalogue import Dimension
from plushka.domain.insights.constructor.grid import NOT_SAID, told_word
from plushka.domain.insights.constructor.model import ROWS_MAX, Asker, Question, Span, View
from plushka.domain.insights.constructor.naming import list_choices
from plushka.domain.insights.constructor.saving import list_reports
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.people import AGES
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

PATH = "/reports/constructor"
VIEW_WORDS: dict[View, str] = {
    "table": marked("Table"),
    "pivot": marked("Pivot table"),
    "chart": marked("Chart"),
}
_ALL_DAYS = marked("All time")


class Condition(Struct, frozen=True):
    """A condition as the form shows it: values to tick with what is ticked, or a text of typed ones."""

    name: str
    title: str
    choices: tuple[tuple[str, str, bool], ...]
    typed: str
    is_typed: bool
    is_not: bool


@get(PATH, opt={"action": "reports.read"})
async def show_constructor(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the form with what the address asks, and a place for the answer, which comes by itself."""
    query = request.query_params
    asker = asker_of(visit)
    question = read_question(query, asker)
    async with visit.reading() as tx:
        begins = await beginning(tx, visit)
        conditions = await _conditions(tx, query, question, asker, visit)
        saved_id = id_of(query, "saved")
        saved = next((each for each in await list_reports(tx) if each.id == saved_id), None)
    return visit.page(
        "reports/constructor/page.html",
        section="reports",
        page="constructor",
        **form_values(question, asker, visit),
        conditions=conditions,
        saved=saved,
        place=answer_place(question, query.get("task", ""), visit),
        **begins,
    )


def answer_place(question: Question, task: str, visit: Visit) -> Place:
    more = {"task": task} if task else {}
    return Place(
        "asked",
        name_question(question, visit),
        f"{PATH}/answer?{query_of(question, **more)}",
        "chart" if question.view == "chart" else "table",
    )


def form_values(question: Question, asker: Asker, visit: Visit) -> dict[str, Any]:
    """Return what the form offers and what is chosen in it."""
    gettext = visit.words.gettext
    source = SOURCES[question.source]
    period = question.period(visit.business_day)
    dimensions = open_dimensions(source, asker)
    named = [(name, gettext(each.title)) for name, each in dimensions.items()]
    measures = [
        (name, gettext(each.title)) for name, each in source.measures.items() if asker.may(each.action)
    ]
    return {
        "path": PATH,
        "question": question,
        "query": query_of(question),
        "title": name_question(question, visit),
        "sources": [(name, gettext(each.title)) for name, each in open_sources(asker).items()],
        "source_text": gettext(source.text),
        "days_text": gettext(source.days),
        "dimensions": named,
        "rows": [*question.rows, *[""] * (min(len(question.rows) + 1, ROWS_MAX) - len(question.rows))],
        "filterable": [
            (name, gettext(each.title)) for name, each in dimensions.items() if each.options != "none"
        ],
        "measures": measures,
        "sorts": [(name, title) for name, title in measures if name in question.measures],
        "spans": [(span, span_word(span, visit)) for span in SPANS],
        "first": period.from_on.isoformat() if question.span != "all" else "",
        "last": period.last_on.isoformat() if question.span != "all" else "",
        "told": told_period(period, visit) if question.span != "all" else gettext(_ALL_DAYS),
        "views": [(view, gettext(VIEW_WORDS[view])) for view in VIEWS],
        "may_export": visit.may("reports.export"),
    }


def span_word(span: Span, visit: Visit) -> str:
    return visit.words.gettext(_ALL_DAYS if span == "all" else PERIOD_WORDS[span])


def name_question(question: Question, visit: Visit) -> str:
    """Return what a question is called that has no name: its first measure and by what it is told."""
    source, gettext = SOURCES[question.source], visit.words.gettext
    measure = gettext(source.measures[question.measures[0]].title)
    by = [gettext(source.dimensions[name].title) for name in question.dimensions]
    if not by:
        return measure
    return gettext("{measure}: {dimensions}", measure=measure, dimensions=" × ".join(by).lower())


async def _conditions(
    tx: Tx, query: MultiDict[str], question: Question, asker: Asker, visit: Visit
) -> list[Condition]:
    dimensions = open_dimensions(SOURCES[question.source], asker)
    wanted = open_conditions(query, dimensions)
    conditions = []
    for name in wanted:
        dimension = dimensions[name]
        values = read_values(query, name, dimension)
        choices = () if dimension.options == "typed" else await _choices(tx, dimension, values, asker, visit)
        conditions.append(
            Condition(
                name=name,
                title=visit.words.gettext(dimension.title),
                choices=choices,
                typed=", ".join(values),
                is_typed=dimension.options == "typed",
                is_not=query.get(f"not.{name}") == "on",
            )
        )
    return conditions


async def _choices(
    tx: Tx, dimension: Dimension, values: tuple[str, ...], asker: Asker, visit: Visit
) -> tuple[tuple[str, str, bool], ...]:
    gettext = visit.words.gettext
    if dimension.naming == "age":
        named = [(str(band), told_word(dimension, str(band), visit.words)) for band in range(len(AGES) + 1)]
    elif dimension.options == "listed":
        named = await list_choices(tx, dimension, branch_ids=asker.branch_ids)
    else:
        named = [(key, told_word(dimension, key, visit.words)) for key in dimension.words]
    if dimension.unsaid and "" not in dict(named):
        named.append(("", gettext(dimension.unsaid)))
    return tuple((key, name or NOT_SAID, key in values) for key, name in named)
