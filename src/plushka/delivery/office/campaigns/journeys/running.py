"""A journey is published, rests and goes on, is stopped, copied or thrown away."""

from datetime import timedelta
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.campaigns.journeys.names import load_names, load_voice
from plushka.delivery.office.campaigns.journeys.outlook import met_told, outlook, warnings
from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.campaigns.lacking import lacking_warnings
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys import publishing
from plushka.domain.campaigns.journeys.looking_back import list_met
from plushka.domain.campaigns.journeys.queries import count_runs, get_journey
from plushka.domain.campaigns.journeys.soundness import kind_of, problems_of
from plushka.domain.campaigns.journeys.telling import tell_again, tell_goal, tell_problem, tell_trigger
from plushka.domain.campaigns.journeys.trial import count_entrants, goes_by_days
from plushka.domain.campaigns.journeys.writing import copy_journey, delete_draft
from plushka.domain.campaigns.model import NAME_LENGTH_MAX
from plushka.domain.insights.campaigns.measuring import JOURNEY_DAYS
from plushka.domain.insights.campaigns.sight import look_ahead
from plushka.engine.journeys.parts import Journey, Message
from plushka.engine.journeys.plan import walk
from plushka.platform.errors import Refusal

ONE = f"{PATH}/{{journey_id:uuid}}"


@get(f"{ONE}/publish", opt={"action": "campaigns.send"})
async def show_publishing(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Response[str]:
    number, versions = visit.figures.number, visit.office.reference.versions
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        journey = card.draft
        problems = await problems_of(tx, journey, allows_http=visit.office.webhooks_anywhere)
        voice = await load_voice(tx, visit, await load_names(tx, visit), journey)
        since = visit.at - timedelta(days=0 if goes_by_days(journey) else 1)
        entrants = 0 if problems else await count_entrants(tx, versions, card, since=since)
        met = [] if problems else await list_met(tx, versions, journey)
        prospect = await look_ahead(tx, met, control_bp=journey.control_bp, window_days=JOURNEY_DAYS)
        kind = kind_of(journey.trigger, voice.events)
        lacking = [] if problems else await lacking_warnings(tx, _texts(journey), visit, kind=kind)
        active = (await count_runs(tx, card.id)).by_state.get("active", 0)
    return visit.page(
        "campaigns/journeys/publish.html",
        section="campaigns",
        page="journeys",
        journey=card,
        href=f"{PATH}/{journey_id}",
        problems=[tell_problem(problem, voice) for problem in problems],
        trigger=tell_trigger(journey.trigger, voice),
        audience=voice.audience(journey.audience) if journey.audience is not None else "",
        again=tell_again(journey.again, journey.at_once, voice),
        goal=tell_goal(journey.goal, voice) if journey.goal is not None else "",
        who=_who(journey, entrants, visit),
        met=number(prospect.members),
        met_told=met_told(journey, prospect, visit),
        outlook=[] if problems else outlook(journey, prospect, visit),
        warnings=[] if problems else [*lacking, *warnings(journey, prospect, visit)],
        active=number(active) if active else "",
    )


def _texts(journey: Journey) -> list[UUID]:
    """Return the templates of a sound journey's letters, as its steps come."""
    return [UUID(step.template) for _, step, _ in walk(journey.steps) if isinstance(step, Message)]


def _who(journey: Journey, entrants: int, visit: Visit) -> str:
    number = visit.figures.number(entrants)
    if goes_by_days(journey):
        return visit.words.ngettext(
            "{count} member would begin today.", "{count} members would begin today.", entrants, count=number
        )
    return visit.words.ngettext(
        "{count} member would have begun in the last 24 hours; what happened before begins nothing.",
        "{count} members would have begun in the last 24 hours; what happened before begins nothing.",
        entrants,
        count=number,
    )


@post(f"{ONE}/publish", opt={"action": "campaigns.send"})
async def publish_journey(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], request: OfficeRequest
) -> Redirect:
    form = await visit.typed(request)
    try:
        async with visit.writing() as tx:
            card = await publishing.publish(
                tx,
                journey_id,
                revision=form.number("revision", least=1) or 0,
                allows_http=visit.office.webhooks_anywhere,
            )
    except Refusal as refusal:
        form.refused(refusal)
        return sent_on(f"{PATH}/{journey_id}/publish", form.problem(""))
    return sent_on(
        f"{PATH}/{journey_id}",
        visit.words.gettext("The journey “{name}” is published and rests as before.", name=card.name)
        if card.state == "paused"
        else visit.words.gettext("The journey “{name}” runs.", name=card.name),
    )


@post(f"{ONE}/pause", opt={"action": "campaigns.send"})
async def pause_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await publishing.pause(tx, journey_id)
    href = f"{PATH}/{journey_id}"
    return sent_on(
        href, visit.words.gettext("The journey rests: nobody begins, nobody goes on."), undo=f"{href}/resume"
    )


@post(f"{ONE}/resume", opt={"action": "campaigns.send"})
async def resume_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await publishing.resume(tx, journey_id)
    return sent_on(f"{PATH}/{journey_id}", visit.words.gettext("The journey goes on."))


@post(f"{ONE}/stop", opt={"action": "campaigns.send"})
async def stop_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        members = await publishing.stop(tx, journey_id)
    return sent_on(
        f"{PATH}/{journey_id}",
        visit.words.ngettext(
            "The journey is stopped for good; {count} member was on the way.",
            "The journey is stopped for good; {count} members were on the way.",
            members,
            count=members,
        ),
    )


@post(f"{ONE}/copy", opt={"action": "campaigns.change"})
async def duplicate_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        card = await get_journey(tx, journey_id)
        name = visit.words.gettext("{name}, copy", name=card.draft.name)[:NAME_LENGTH_MAX]
        copied = await copy_journey(tx, journey_id, name=name)
    return sent_on(f"{PATH}/{copied.id}", visit.words.gettext("This is a copy: change it and publish it."))


@post(f"{ONE}/delete", opt={"action": "campaigns.change"})
async def delete_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await delete_draft(tx, journey_id)
    return sent_on(PATH, visit.words.gettext("The draft is deleted."))
