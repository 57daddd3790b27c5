"""What came of it: how far it is while it is at work, then the answer, its files and its receipts."""

from dataclasses import replace as with_changes
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.desk import load_desk
from plushka.delivery.office.engagement.draft.trying import outcome_rows, reasons_of
from plushka.delivery.office.engagement.what_if.blocks import MAKERS
from plushka.delivery.office.engagement.what_if.shown import Shown, load_shown, path_of
from plushka.delivery.office.engagement.what_if.told import tell_overruns, tell_proof, tell_verdict
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.reports.files import block_file
from plushka.delivery.office.reports.showing import BlockNotFound, told_block
from plushka.delivery.office.reports.words import told_period
from plushka.delivery.office.tasks.telling import task_line
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.security import PAGE_HEADERS
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.queries import find_version_in_force, get_program
from plushka.domain.programs.telling.explanation import explain
from plushka.domain.purchases.model import UnknownReceipt
from plushka.domain.purchases.queries import get_receipt
from plushka.domain.simulation.explaining import explain_receipt
from plushka.domain.simulation.model import Simulation, UnknownSimulation
from plushka.domain.simulation.operations import forget, stop
from plushka.domain.simulation.queries import get_simulation
from plushka.domain.simulation.shares import DRAFT, PUBLISHED
from plushka.domain.tasks.model import Task
from plushka.domain.tasks.queries import get_task
from plushka.engine.purchase import Outcome
from plushka.platform.database import Tx
from plushka.platform.errors import Denied

PATH = "/engagement/programs/{program_id:uuid}/what-if/{simulation_id:uuid}"


@get(PATH, opt={"action": "programs.try"})
async def show_what_if(
    visit: NamedDependency[Visit],
    program_id: FromPath[UUID],
    simulation_id: FromPath[UUID],
    request: OfficeRequest,
) -> Response[str]:
    """Show the answer; before it is there, how far it is. A page that waits asks again by itself."""
    async with visit.reading() as tx:
        simulation = await _find(tx, program_id, simulation_id)
        if simulation.answer is None:
            return await _waiting(tx, visit, simulation, request)
        if "hx-request" in request.headers:
            return Response("", headers={"hx-redirect": visit.path, **PAGE_HEADERS})
        shown = await load_shown(tx, visit, simulation)
        return await _answered(tx, shown)


@post(f"{PATH}/stop", opt={"action": "programs.try"})
async def stop_what_if(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], simulation_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        await _find(tx, program_id, simulation_id)
        await stop(tx, simulation_id)
    return sent_on(path_of(program_id), visit.words.gettext("Stopped. Nothing was changed by it."))


@post(f"{PATH}/forget", opt={"action": "programs.try"})
async def forget_what_if(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], simulation_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        await _find(tx, program_id, simulation_id)
        await forget(tx, simulation_id)
    return sent_on(path_of(program_id), visit.words.gettext("The answer is deleted."))


@get(f"{PATH}/files/{{file_name:str}}", opt={"action": "programs.try"})
async def download_answer(
    visit: NamedDependency[Visit],
    program_id: FromPath[UUID],
    simulation_id: FromPath[UUID],
    file_name: FromPath[str],
) -> Response[bytes]:
    """Return a table of the answer as ``name.xlsx`` or ``name.csv``.

    :raises BlockNotFound: there is no such table or kind of file, or no answer yet
    :raises Denied: this person takes no reports away
    """
    if not visit.may("reports.export"):
        raise Denied
    name, _, kind = file_name.rpartition(".")
    async with visit.reading() as tx:
        simulation = await _find(tx, program_id, simulation_id)
        if name not in MAKERS or simulation.answer is None:
            raise BlockNotFound
        shown = await load_shown(tx, visit, simulation)
    gettext = visit.words.gettext
    about = [
        (gettext("Programme"), simulation.question.draft.name),
        (gettext("Period"), told_period(shown.period, visit)),
        (gettext("Branches"), shown.branches_told()),
        (gettext("Asked"), visit.figures.moment(simulation.created_at)),
    ]
    return block_file(MAKERS[name](shown), kind, shown.period, about, shown.visit)


@get(f"{PATH}/receipts/{{receipt_id:uuid}}", opt={"action": "programs.try"})
async def show_example(
    visit: NamedDependency[Visit],
    program_id: FromPath[UUID],
    simulation_id: FromPath[UUID],
    receipt_id: FromPath[UUID],
) -> Response[str]:
    """Show one of the answer's receipts as each programme decides it, and why.

    :raises UnknownReceipt: it is none of the answer's, or its member's past has it no more
    """
    async with visit.reading() as tx:
        simulation = await _find(tx, program_id, simulation_id)
        answer = simulation.answer
        example = next(
            (
                each
                for each in ((*answer.gaining, *answer.losing) if answer else ())
                if each.receipt_id == receipt_id
            ),
            None,
        )
        if example is None:
            raise UnknownReceipt
        question = simulation.question
        explained = await explain_receipt(
            tx, question, member_id=example.member_id, receipt_id=example.receipt_id
        )
        if explained is None:
            raise UnknownReceipt
        shown = await load_shown(tx, visit, simulation)
        receipt = await get_receipt(tx, receipt_id)
        desk = await load_desk(tx, program_id, shown.visit)
    desk = with_changes(desk, in_force=shown.version, names=shown.names)
    return visit.page(
        "engagement/what_if/example.html",
        section="engagement",
        page="programs",
        back_to=shown.url,
        number=receipt.external_id,
        receipt_url=f"/receipts/{receipt_id}",
        about=" · ".join(
            (
                visit.figures.moment(receipt.occurred_at, receipt.time_zone),
                receipt.branch_name,
                visit.figures.money(receipt.outcome.amount_minor),
            )
        ),
        rows=list(outcome_rows(explained.published, explained.draft, desk, question.draft)),
        why=[
            (title, *_why(shown, course, outcome, receipt.time_zone))
            for title, course, outcome in (
                (visit.words.gettext("By the rules in force"), PUBLISHED, explained.published),
                (visit.words.gettext("By the draft"), DRAFT, explained.draft),
            )
        ],
    )


def _why(shown: Shown, course: str, outcome: Outcome, zone: str) -> tuple[Any, Any]:
    told = explain(
        outcome,
        shown.program(course),
        language=shown.visit.look.language,
        zone=zone,
        names=shown.names,
        names_groups=True,
    )
    return reasons_of(told), told.not_applied


async def _find(tx: Tx, program_id: UUID, simulation_id: UUID) -> Simulation:
    """Return a what-if of this programme.

    :raises UnknownSimulation: it is of another one, or there is none
    """
    simulation = await get_simulation(tx, simulation_id)
    if simulation.program_id != program_id:
        raise UnknownSimulation
    return simulation


async def find_answered(tx: Tx, program_id: UUID, simulation_id: UUID) -> Simulation:
    """Return a what-if of this programme that has its answer.

    :raises UnknownSimulation: it is of another one, there is none, or it has none yet
    """
    simulation = await _find(tx, program_id, simulation_id)
    if simulation.answer is None:
        raise UnknownSimulation
    return simulation


async def _waiting(tx: Tx, visit: Visit, simulation: Simulation, request: OfficeRequest) -> Response[str]:
    task = await get_task(tx, simulation.task_id)
    actors = await load_actors(tx)
    values: dict[str, Any] = {
        "task": task_line(task, visit, actors),
        "here": visit.path,
        "path": path_of(simulation.program_id),
    }
    if request.headers.get("hx-target") == "progress":
        return visit.fragment("engagement/what_if/progress.html", **values)
    shown = await load_shown(tx, visit, simulation)
    return visit.page(
        "engagement/what_if/waiting.html",
        section="engagement",
        page="programs",
        card=await get_program(tx, simulation.program_id),
        asked=_asked(shown, actors, task),
        **values,
    )


async def _answered(tx: Tx, shown: Shown) -> Response[str]:
    visit, simulation = shown.visit, shown.simulation
    draft = await get_draft(tx, simulation.program_id)
    in_force = await find_version_in_force(tx, simulation.program_id)
    actors, task = await load_actors(tx), await get_task(tx, simulation.task_id)
    blocks = [MAKERS[name](shown) for name in MAKERS]
    return visit.page(
        "engagement/what_if/answer.html",
        section="engagement",
        page="programs",
        card=await get_program(tx, simulation.program_id),
        path=path_of(simulation.program_id),
        here=shown.url,
        asked=_asked(shown, actors, task),
        is_old=draft.mark != simulation.draft_mark,
        is_of_other_rules=in_force is not None and in_force.id != shown.version.id,
        verdict=tell_verdict(shown),
        proof=tell_proof(shown),
        overruns=tell_overruns(shown),
        blocks=[told_block(block, visit, files=f"{shown.url}/files", notes=block.notes) for block in blocks],
    )


def _asked(shown: Shown, actors: Any, task: Task) -> str:
    """Return what was asked, by whom and when."""
    visit, words = shown.visit, shown.visit.words
    goods = {
        "then": words.gettext("goods as tills saw them"),
        "today": words.gettext("goods as the catalogue has them today"),
    }
    parts = [
        told_period(shown.period, visit),
        shown.branches_told(),
        goods[shown.question.goods],
        words.gettext(
            "asked by {who}, {moment}",
            who=told_actor(task.actor, visit, actors),
            moment=visit.figures.moment(task.created_at),
        ),
    ]
    return " · ".join(parts)
