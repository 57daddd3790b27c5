"""The answer to a question as a part of its page: at once, or as long work that is waited for."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.constructor.asking import asker_of, query_of, read_question
from plushka.delivery.office.reports.constructor.blocks import block_of
from plushka.delivery.office.reports.constructor.page import PATH, name_question
from plushka.delivery.office.reports.showing import told_block
from plushka.delivery.office.tasks.telling import task_line
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of
from plushka.delivery.web.notices import sent_on
from plushka.domain.insights.constructor.answering import AT_ONCE_SECONDS, COST_AT_ONCE, answer, estimate
from plushka.domain.insights.constructor.model import Answer, Question, QuestionTooLong
from plushka.domain.insights.constructor.work import ASK, Wish, find_answer, leave_file, leave_question
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.tasks.model import TaskClosed, UnknownTask
from plushka.domain.tasks.operations import cancel
from plushka.domain.tasks.queries import get_task
from plushka.platform.errors import Refusal


@get(f"{PATH}/answer", opt={"action": "reports.read"})
async def show_answer(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the answer; a long question says so, and one that cannot be answered why."""
    question = read_question(request.query_params, asker_of(visit))
    try:
        values = await _values(visit, request.query_params, question)
    except Refusal as refusal:
        values = {
            "state": "refused",
            "sentence": refusal_sentence(refusal.code, refusal.facts, visit.look.language),
        }
    shown = {"title": name_question(question, visit), "query": query_of(question), "path": PATH, **values}
    if "hx-request" in request.headers:
        return visit.fragment("reports/constructor/answer.html", **shown)
    return visit.page("reports/constructor/alone.html", section="reports", page="constructor", **shown)


@post(f"{PATH}/ask", opt={"action": "reports.read"})
async def ask_long(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Leave a long question to be answered, and send the person back to where they wait for it."""
    asker = asker_of(visit)
    question = read_question(request.query_params, asker)
    async with visit.writing() as tx:
        task_id = await leave_question(tx, question, asker, name=name_question(question, visit))
    return sent_on(
        f"{PATH}?{query_of(question, task=str(task_id))}", visit.words.gettext("It is being counted.")
    )


@post(f"{PATH}/stop", opt={"action": "reports.read"})
async def stop_long(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Stop a long question of this person's while it is counted; one that has ended meanwhile stays as it is.

    :raises UnknownTask: it is somebody else's, or of another kind
    """
    query = request.query_params
    question, task_id = read_question(query, asker_of(visit)), id_of(query, "task")
    if task_id is None:
        raise UnknownTask
    async with visit.writing() as tx:
        task = await get_task(tx, task_id)
        if task.actor != visit.actor or task.kind != ASK:
            raise UnknownTask
        with suppress(TaskClosed):
            await cancel(tx, task_id)
    return Redirect(f"{PATH}?{query_of(question, task=str(task_id))}", status_code=HTTP_303_SEE_OTHER)


@post(f"{PATH}/file", opt={"action": "reports.export"})
async def make_file(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Leave a file to be made, and send the person to its progress."""
    asker = asker_of(visit)
    query = request.query_params
    question = read_question(query, asker)
    wish = Wish(
        question=question,
        asker=asker,
        name=query.get("name", "") or name_question(question, visit),
        language=visit.look.language,
        kind="csv" if query.get("kind") == "csv" else "xlsx",
    )
    async with visit.writing() as tx:
        task_id = await leave_file(tx, wish)
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("The file is being written."))


async def _values(visit: Visit, query: MultiDict[str], question: Question) -> dict[str, Any]:
    task_id = id_of(query, "task")
    if task_id is not None:
        return await _of_task(visit, task_id)
    asker = asker_of(visit)
    try:
        async with visit.reporting() as tx:
            if await estimate(tx, question, asker) > COST_AT_ONCE:
                return {"state": "long"}
            found = await answer(tx, question, asker, seconds=AT_ONCE_SECONDS)
    except QuestionTooLong:
        return {"state": "long"}
    return _answered(found, visit)


async def _of_task(visit: Visit, task_id: UUID) -> dict[str, Any]:
    """Return how a long question of this person's stands; what they may not see any more is asked anew.

    :raises UnknownTask: it is somebody else's, of another kind, or was forgotten
    """
    async with visit.reading() as tx:
        task = await get_task(tx, task_id)
        if task.actor != visit.actor or task.kind != ASK:
            raise UnknownTask
        found = await find_answer(tx, task_id) if task.state == "done" else None
    asker = asker_of(visit)
    may_see = frozenset(str(task.arguments["actions"]).split()) <= asker.actions
    if task.is_open:
        return {"state": "waiting", "task": task_line(task, visit, {})}
    if found is not None and may_see and task.branch_ids == asker.branch_ids:
        return _answered(found, visit)
    if task.state == "failed":
        return {
            "state": "refused",
            "sentence": refusal_sentence(task.failure, task.result, visit.look.language),
        }
    return {"state": "stopped" if task.state == "cancelled" else "long"}


def _answered(found: Answer, visit: Visit) -> dict[str, Any]:
    block = block_of(found, name_question(found.question, visit), visit)
    # Files are asked for by a button of their own, and what was counted once is as of then.
    own = {"as_of": visit.figures.moment(found.counted_at), "is_late": False, "files": []}
    return {"state": "answered", **told_block(block, visit, files=""), **own}
