"""One journey: its steps from top to bottom, put in, moved, taken out and undone; how many stand at each."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import structs

from plushka.delivery.office.campaigns.broadcasts.rows import figures_line
from plushka.delivery.office.campaigns.explaining import explain_campaigns
from plushka.delivery.office.campaigns.journeys.names import load_names, load_voice
from plushka.delivery.office.campaigns.journeys.new_steps import new_step
from plushka.delivery.office.campaigns.journeys.rows import (
    KINDS,
    PATH,
    other_problems,
    state_told,
    step_rows,
)
from plushka.delivery.office.campaigns.proof.telling import caused_told
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.journeys.calls import count_calls
from plushka.domain.campaigns.journeys.figures import find_counted_at, sum_by_step
from plushka.domain.campaigns.journeys.model import ENDS, JourneyCard
from plushka.domain.campaigns.journeys.queries import count_runs, get_journey
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.campaigns.journeys.telling import RUN_STATES, Voice, tell_again, tell_goal, tell_trigger
from plushka.domain.campaigns.journeys.writing import save_draft, undo
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.sums import summed
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.engine.journeys import editing
from plushka.engine.journeys.parts import GoalAudience, Journey
from plushka.platform.errors import Refusal

ONE = f"{PATH}/{{journey_id:uuid}}"


@get(ONE, opt={"action": "campaigns.read"})
async def show_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Response[str]:
    words, number = visit.words, visit.figures.number
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        counts = await count_runs(tx, card.id)
        problems = await problems_of(tx, card.draft, allows_http=visit.office.webhooks_anywhere)
        voice = await load_voice(tx, visit, await load_names(tx, visit), card.draft)
        calls = await count_calls(tx, card.id)
        subject = subject_of_campaign(card.id)
        caused = (await find_caused(tx, [subject])).get(subject)
        by_step = await sum_by_step(tx, card.id)
        counted_at = await find_counted_at(tx)
        window_days = (await get_campaign(tx, card.id)).window_days
    total = summed(Figures, by_step.values())
    journey = card.draft
    return visit.page(
        "campaigns/journeys/one.html",
        section="campaigns",
        page="journeys",
        explained=explain_campaigns(visit),
        journey=card,
        href=f"{PATH}/{card.id}",
        state=state_told(card, visit),
        frame=_frame(card, voice, visit),
        steps=step_rows(card, counts, problems, voice, visit, came=by_step),
        problems=other_problems(problems, voice),
        entered=number(counts.entered),
        active=number(counts.by_state.get("active", 0)),
        held_out=number(counts.by_state.get("control", 0)),
        ends=[
            (words.gettext(RUN_STATES[state]), number(counts.by_state[state]))
            for state in ENDS
            if state in counts.by_state
        ],
        calls_failed=number(calls["failed"]) if calls.get("failed") else "",
        kinds=[(kind, words.gettext(title), icon) for kind, (title, icon) in KINDS.items()],
        came=figures_line(total, visit),
        counted_at=visit.figures.moment(counted_at) if counted_at and by_step else "",
        window_days=window_days,
        may_export=visit.may("campaigns.export"),
        may_take_proof=visit.may("reports.export"),
        caused=None if caused is None else caused_told(caused, visit),
        has_control=journey.control_bp > 0,
        may_change=visit.may("campaigns.change") and card.state != "done",
        may_send=visit.may("campaigns.send") and card.state != "done",
        may_copy=visit.may("campaigns.change"),
    )


def _frame(card: JourneyCard, voice: Voice, visit: Visit) -> list[tuple[str, str, str, str, str]]:
    """Return what stands above the steps: icon, title, sentence, what is said beside it, and where it is changed."""
    words, journey, href = visit.words, card.draft, f"{PATH}/{card.id}"
    again = tell_again(journey.again, journey.at_once, voice)
    if journey.control_bp:
        control = words.gettext("Control group: {share}.", share=visit.figures.percent(journey.control_bp))
        again = f"{again} {control}"
    leaves = words.gettext("For whom they hold no longer, the journey ends") if journey.leaves else ""
    whom = (
        words.gettext("For everybody")
        if journey.audience is None
        else words.gettext("Only if: {conditions}", conditions=voice.audience(journey.audience))
    )
    goal = (
        tell_goal(journey.goal, voice) if journey.goal is not None else words.gettext("Nothing ends it early")
    )
    return [
        (
            "wand",
            words.gettext("What begins it"),
            tell_trigger(journey.trigger, voice),
            again,
            f"{href}/terms",
        ),
        ("users", words.gettext("For whom"), whom, leaves, f"{href}/whom"),
        (
            "flag",
            words.gettext("What ends it early"),
            goal.removesuffix("."),
            "",
            f"{href}/goal" if isinstance(journey.goal, GoalAudience) else f"{href}/terms",
        ),
    ]


@post(f"{ONE}/steps", opt={"action": "campaigns.change"})
async def change_steps(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], request: OfficeRequest
) -> Redirect:
    """Do what a button of the list says: ``add:PARENT:WAY:KIND``, ``up:ID``, ``down:ID``, ``remove:ID`` or ``undo``."""
    form = await visit.typed(request)
    href = f"{PATH}/{journey_id}"
    verb, _, rest = form.value("do").partition(":")
    revision = form.number("revision", least=1) or 0
    try:
        async with visit.writing() as tx:
            card = await get_journey(tx, journey_id)
            if verb == "undo":
                await undo(tx, journey_id, revision=revision)
                return sent_on(href, visit.words.gettext("The last change is undone."))
            changed, target = _changed(card.draft, verb, rest, visit)
            await save_draft(tx, journey_id, changed, revision=revision)
    except Refusal as refusal:
        form.refused(refusal)
        return sent_on(href, form.problem(""))
    if target and verb == "add":
        return Redirect(f"{href}/steps/{target}", status_code=303)
    return Redirect(f"{href}#step-{target}" if target else href, status_code=303)


def _changed(journey: Journey, verb: str, rest: str, visit: Visit) -> tuple[Journey, str]:
    """Return the journey after a button, and the step to look at."""
    steps, target = journey.steps, rest
    match verb:
        case "add":
            parent, _, what = rest.partition(":")
            way, _, kind = what.partition(":")
            step = new_step(kind, visit)
            if step is None or not way.isdigit():
                return journey, ""
            steps, target = editing.added(steps, step, parent=parent, way=int(way)), step.id
        case "up":
            steps = editing.moved(steps, rest, -1)
        case "down":
            steps = editing.moved(steps, rest, 1)
        case "remove":
            steps, target = editing.removed(steps, rest), ""
        case _:
            return journey, ""
    return structs.replace(journey, steps=steps), target
