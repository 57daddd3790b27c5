"""Saved reports: the list with ready examples, saving, sharing, copying, deleting and taking back."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from msgspec import structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.reports.constructor.asking import (
    asker_of,
    open_sources,
    query_of,
    read_question,
)
from plushka.delivery.office.reports.constructor.page import PATH, name_question
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.insights.constructor.examples import EXAMPLES
from plushka.domain.insights.constructor.model import Asker, Question
from plushka.domain.insights.constructor.saving import (
    change_report,
    delete_report,
    get_report,
    list_reports,
    restore_report,
    save_report,
)
from plushka.domain.insights.constructor.sources import SOURCES

SAVED = f"{PATH}/saved"


@get(SAVED, opt={"action": "reports.read"})
async def show_saved(visit: NamedDependency[Visit]) -> Response[str]:
    """Show what was saved, one's own and what is shared, and the examples that are for this person."""
    asker = asker_of(visit)
    async with visit.reading() as tx:
        reports, actors = await list_reports(tx), await load_actors(tx)
    gettext = visit.words.gettext
    return visit.page(
        "reports/constructor/saved.html",
        section="reports",
        page="constructor",
        path=PATH,
        saved_path=SAVED,
        reports=[
            (report, name_question(report.question, visit), actors.get(report.actor, ""))
            for report in reports
        ],
        examples=[
            (
                gettext(each.name),
                f"{PATH}?{query_of(permitted(each.question, asker))}",
                gettext(SOURCES[each.question.source].title),
            )
            for each in EXAMPLES.values()
            if each.question.source in open_sources(asker)
        ],
    )


def permitted(question: Question, asker: Asker) -> Question:
    """Return the question without the figures that are not for this person; the first one if none is left."""
    source = SOURCES[question.source]
    kept = tuple(name for name in question.measures if asker.may(source.measures[name].action))
    return structs.replace(question, measures=kept or tuple(source.measures)[:1])


@get(f"{SAVED}/{{report_id:uuid}}", opt={"action": "reports.read"})
async def open_saved(visit: NamedDependency[Visit], report_id: FromPath[UUID]) -> Redirect:
    """Send to the page that asks the question of a saved report; what is not for this person is left out there."""
    async with visit.reading() as tx:
        report = await get_report(tx, report_id)
    query = query_of(report.question, saved=str(report_id))
    return Redirect(f"{PATH}?{query}", status_code=HTTP_303_SEE_OTHER)


@post(SAVED, opt={"action": "reports.read"})
async def save_new(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Save what the address asks under the name that was typed."""
    form = await visit.typed(request)
    question = read_question(request.query_params, asker_of(visit))
    name = form.value("name") or name_question(question, visit)
    async with visit.writing() as tx:
        report_id = await save_report(tx, name=name, question=question, is_shared=form.flag("shared"))
    return sent_on(f"{SAVED}/{report_id}", visit.words.gettext("The report “{name}” is saved.", name=name))


@post(f"{SAVED}/{{report_id:uuid}}", opt={"action": "reports.read"})
async def save_changed(
    visit: NamedDependency[Visit], request: OfficeRequest, report_id: FromPath[UUID]
) -> Redirect:
    """Let a report of one's own ask what the address asks, under the name that was typed."""
    form = await visit.typed(request)
    question = read_question(request.query_params, asker_of(visit))
    name = form.value("name") or name_question(question, visit)
    async with visit.writing() as tx:
        await change_report(tx, report_id, name=name, question=question, is_shared=form.flag("shared"))
    return sent_on(f"{SAVED}/{report_id}", visit.words.gettext("The report “{name}” is saved.", name=name))


@post(f"{SAVED}/{{report_id:uuid}}/copy", opt={"action": "reports.read"})
async def copy_saved(visit: NamedDependency[Visit], report_id: FromPath[UUID]) -> Redirect:
    """Save a copy of one's own."""
    gettext = visit.words.gettext
    async with visit.writing() as tx:
        report = await get_report(tx, report_id)
        name = gettext("{name} (copy)", name=report.name)[:100]
        copy_id = await save_report(tx, name=name, question=report.question, is_shared=False)
    return sent_on(f"{SAVED}/{copy_id}", gettext("The copy is yours: change it as you like."))


@post(f"{SAVED}/{{report_id:uuid}}/delete", opt={"action": "reports.read"})
async def delete_saved(visit: NamedDependency[Visit], report_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        name = await delete_report(tx, report_id)
    return sent_on(
        SAVED,
        visit.words.gettext("The report “{name}” is deleted.", name=name),
        undo=f"{SAVED}/{report_id}/restore",
    )


@post(f"{SAVED}/{{report_id:uuid}}/restore", opt={"action": "reports.read"})
async def restore_saved(visit: NamedDependency[Visit], report_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await restore_report(tx, report_id)
    return sent_on(SAVED, visit.words.gettext("The report is back."))
