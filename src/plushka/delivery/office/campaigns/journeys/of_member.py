"""The journeys that a member is or was in; staff take them out."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.campaigns.journeys.names import load_names, load_voice
from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys.model import RunCard
from plushka.domain.campaigns.journeys.publishing import take_out
from plushka.domain.campaigns.journeys.queries import list_runs_of_member, load_plans
from plushka.domain.campaigns.journeys.telling import RUN_STATES, Voice, tell_step
from plushka.domain.members.queries import get_member
from plushka.engine.journeys.parts import Step


class RunLine(Struct, frozen=True):
    """A member's way through a journey; ``next`` is where they stand and until when."""

    href: str
    name: str
    state: str
    next: str
    began: str
    take_out: str


@get("/members/{member_id:uuid}/journeys", opt={"action": "campaigns.read"})
async def show_member_journeys(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        runs = await list_runs_of_member(tx, member.id)
        plans = await load_plans(tx, sorted({(run.journey_id, run.version) for run in runs}))
        voice = await load_voice(
            tx, visit, await load_names(tx, visit), *(plan.journey for plan in plans.values())
        )
    return visit.page(
        "members/card/journeys.html",
        section="members",
        page="list",
        head=head_of(member, visit, tab="/journeys"),
        runs=[
            _line(run, plans[run.journey_id, run.version].steps.get(run.step or ""), voice, visit)
            for run in runs
        ],
    )


@post("/members/{member_id:uuid}/journeys/{run_id:uuid}/leave", opt={"action": "campaigns.change"})
async def take_member_out(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], run_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        await take_out(tx, run_id)
    return sent_on(
        f"/members/{member_id}/journeys", visit.words.gettext("The member gets nothing more of this journey.")
    )


def _line(run: RunCard, step: Step | None, voice: Voice, visit: Visit) -> RunLine:
    is_active = run.state == "active"
    return RunLine(
        href=f"{PATH}/{run.journey_id}",
        name=run.journey,
        state=visit.words.gettext(RUN_STATES[run.state]),
        next=visit.words.gettext(
            "{step}, until {moment}", step=tell_step(step, voice), moment=visit.figures.moment(run.due_at)
        )
        if is_active and step is not None
        else "",
        began=visit.figures.moment(run.entered_at),
        take_out=f"/members/{run.member_id}/journeys/{run.id}/leave"
        if is_active and visit.may("campaigns.change")
        else "",
    )
