"""For whom a journey is, whom a choice asks for and whom its goal: conditions, written as those of a segment."""

from collections.abc import Callable
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.campaigns.audiences import writing
from plushka.delivery.office.campaigns.audiences.writing import Writing
from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys.model import JourneyCard
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.segments.operations import check_audience
from plushka.engine.audience import Audience
from plushka.engine.journeys.parts import GoalAudience, Journey
from plushka.platform.errors import Refusal
from plushka.platform.i18n import marked

ONE = f"{PATH}/{{journey_id:uuid}}"
Put = Callable[[Journey, Audience | None, Form], Journey]
"""Returns a journey with other conditions at a place, as a form says; None: with none there."""


@get(f"{ONE}/whom", opt={"action": "campaigns.change"})
async def show_whom(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        leaves = {"leaves": ["on"] if card.draft.leaves else []}
        begun = await writing.begin(tx, visit, card.draft.audience, typed={**revision_of(card), **leaves})
    return _page(begun, card, "whom")


@post(f"{ONE}/whom", opt={"action": "campaigns.change"}, status_code=HTTP_200_OK)
async def save_whom(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    return await _sent(visit, journey_id, await visit.typed(request), "whom")


@get(f"{ONE}/goal", opt={"action": "campaigns.change"})
async def show_goal(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        goal = card.draft.goal
        known = goal.when if isinstance(goal, GoalAudience) else None
        begun = await writing.begin(tx, visit, known, typed=revision_of(card))
    return _page(begun, card, "goal")


@post(f"{ONE}/goal", opt={"action": "campaigns.change"}, status_code=HTTP_200_OK)
async def save_goal(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    return await _sent(visit, journey_id, await visit.typed(request), "goal")


def _with_audience(journey: Journey, audience: Audience | None, form: Form) -> Journey:
    return structs.replace(journey, audience=audience, leaves=form.flag("leaves") and audience is not None)


def _with_goal(journey: Journey, audience: Audience | None, _: Form) -> Journey:
    return structs.replace(journey, goal=None if audience is None else GoalAudience(audience))


PLACES: dict[str, tuple[str, str, str, Put]] = {
    "whom": (
        marked("For whom the journey is"),
        marked("Asked when something begins it. Who does not answer to it does not begin."),
        marked("For everybody"),
        _with_audience,
    ),
    "goal": (
        marked("What ends the journey early"),
        marked(
            "As soon as the conditions hold for somebody on the way, their journey ends. For whom they hold "
            "already, it does not begin."
        ),
        marked("Nothing ends it early"),
        _with_goal,
    ),
}
"""Conditions of a journey beside its steps: heading, help, what it is called to have none, how they are put in."""


def revision_of(card: JourneyCard) -> dict[str, list[str]]:
    """Return the field that tells over which draft something is written."""
    return {"revision": [str(card.revision)]}


async def save_conditions(
    written: Writing, card: JourneyCard, put: Put, *, target: str = ""
) -> Redirect | None:
    """Save what was written into a draft; None: something is wrong, and noted at its field.

    ``target`` is the place on the journey's page to which whoever wrote it comes.
    """
    visit, form = written.visit, written.read
    if written.audience is None:
        return None
    try:
        async with visit.writing() as tx:
            await check_audience(tx, written.audience)
            changed = put(card.draft, written.audience, form)
            await save_draft(tx, card.id, changed, revision=form.number("revision", least=1) or 0)
    except Refusal as refusal:
        form.refused(refusal)
        return None
    return sent_on(f"{PATH}/{card.id}{target}", visit.words.gettext("Saved."))


async def _sent(visit: Visit, journey_id: UUID, form: Form, place: str) -> Response[str] | Redirect:
    put = PLACES[place][3]
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        written = await writing.sent(tx, visit, form)
    if (figures := written.figures()) is not None:
        return figures
    if written.do == "clear":
        try:
            async with visit.writing() as tx:
                revision = form.number("revision", least=1) or 0
                await save_draft(tx, card.id, put(card.draft, None, form), revision=revision)
        except Refusal as refusal:
            written.form.refused(refusal)
            return _page(written, card, place, status=HTTP_422_UNPROCESSABLE_ENTITY)
        return sent_on(f"{PATH}/{card.id}", visit.words.gettext("Saved."))
    if not written.saves:
        return _page(written, card, place)
    saved = await save_conditions(written, card, put)
    return saved or _page(written, card, place, status=HTTP_422_UNPROCESSABLE_ENTITY)


def _page(written: Writing, card: JourneyCard, place: str, *, status: int = HTTP_200_OK) -> Response[str]:
    visit = written.visit
    title, about, none, _ = PLACES[place]
    return visit.page(
        "campaigns/journeys/conditions.html",
        section="campaigns",
        page="journeys",
        status=status,
        title=visit.words.gettext(title),
        about=visit.words.gettext(about),
        clear=visit.words.gettext(none),
        action=f"{PATH}/{card.id}/{place}",
        back_href=f"{PATH}/{card.id}",
        back_text=card.draft.name,
        asks_to_leave=place == "whom",
        may_change=card.state != "done",
        **written.shown(),
    )
