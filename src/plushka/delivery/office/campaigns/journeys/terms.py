"""What begins a journey, who may begin it again, and what it is for."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.campaigns.journeys.names import Names, load_names
from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.campaigns.journeys.terms_form import (
    CART_ASKED,
    DAYS_MAX,
    GOALS,
    TRIGGERS,
    read_goal,
    read_trigger,
    typed_goal,
    typed_trigger,
)
from plushka.delivery.office.campaigns.journeys.whom import revision_of
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.campaigns.journeys.telling import CLOSE_DATES
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.campaigns.model import NAME_LENGTH_MAX
from plushka.domain.events.model import translated
from plushka.engine.journeys.parts import (
    AfterDays,
    Again,
    EachTime,
    GoalAudience,
    Journey,
    Never,
)
from plushka.platform.errors import Refusal
from plushka.platform.i18n import currency_sign

TERMS = f"{PATH}/{{journey_id:uuid}}/terms"
AT_ONCE_MAX, CONTROL_PERCENT_MAX = 10, 50


@get(TERMS, opt={"action": "campaigns.read"})
async def show_terms(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, journey_id)


@post(TERMS, opt={"action": "campaigns.change"}, status_code=HTTP_200_OK)
async def save_terms(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    if form.value("do") == "fields":
        return await _page(visit, journey_id, form)
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        names = await load_names(tx, visit)
    journey = _read(form, card.draft, names, visit)
    if form.is_sound and journey is not None:
        try:
            async with visit.writing() as tx:
                await save_draft(tx, journey_id, journey, revision=form.number("revision", least=1) or 0)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return _after(form, journey, journey_id, visit)
    return await _page(visit, journey_id, form)


def _after(form: Form, journey: Journey, journey_id: UUID, visit: Visit) -> Redirect:
    if form.value("goal") == "audience" and not isinstance(journey.goal, GoalAudience):
        return sent_on(
            f"{PATH}/{journey_id}/goal", visit.words.gettext("Saved. Now say which conditions end it.")
        )
    return sent_on(f"{PATH}/{journey_id}", visit.words.gettext("Saved."))


async def _page(visit: Visit, journey_id: UUID, form: Form | None = None) -> Response[str]:
    words = visit.words
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        names = await load_names(tx, visit)
    return visit.page(
        "campaigns/journeys/terms.html",
        section="campaigns",
        page="journeys",
        status=HTTP_200_OK if form is None or form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        journey=card,
        href=f"{PATH}/{journey_id}",
        form=form or visit.form().altered({**_typed(card.draft, names, visit), **revision_of(card)}),
        kinds=names.events,
        cart=translated(CART_ASKED, words),
        sign=currency_sign(visit.business.currency, visit.look.language),
        triggers=[(kind, words.gettext(title)) for kind, title in TRIGGERS.items()],
        options=_options(names, visit),
        goals=[(kind, words.gettext(title)) for kind, title in GOALS.items()],
        close_dates=[(kind, words.gettext(title)) for kind, title in CLOSE_DATES.items()],
        may_change=visit.may("campaigns.change") and card.state != "done",
    )


def _options(names: Names, visit: Visit) -> dict[str, list[tuple[str, str]]]:
    nothing = ("", visit.words.gettext("Choose…"))
    return {
        "segments": [nothing, *names.segments.items()],
        "events": [nothing, *((kind.name, kind.title) for kind in names.events.values())],
        "cards": [nothing, *names.cards.items()],
        "goals": [nothing, *names.goals.items()],
        "tiers": list(names.tiers.items()),
    }


def _typed(journey: Journey, names: Names, visit: Visit) -> dict[str, list[str]]:
    typed = {
        "name": [journey.name],
        "at_once": [str(journey.at_once)],
        "control": [str(journey.control_bp // 100)],
        **typed_trigger(journey.trigger, names, visit),
        **typed_goal(journey.goal, names, visit),
    }
    match journey.again:
        case AfterDays(days=days):
            typed |= {"again": ["after"], "again.days": [str(days)]}
        case EachTime():
            typed |= {"again": ["each"]}
        case Never():
            typed |= {"again": ["never"]}
    return typed


def _read(form: Form, before: Journey, names: Names, visit: Visit) -> Journey | None:
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    trigger = read_trigger(form, names, visit)
    again = _read_again(form)
    goal = read_goal(form, before.goal, names, visit)
    at_once = form.number("at_once", least=1, most=AT_ONCE_MAX)
    control = form.number("control", least=0, most=CONTROL_PERCENT_MAX)
    if trigger is None or again is None or at_once is None or control is None:
        return None
    return structs.replace(
        before,
        name=name,
        trigger=trigger,
        again=again,
        goal=goal,
        at_once=at_once,
        control_bp=control * 100,
    )


def _read_again(form: Form) -> Again | None:
    match form.choice("again", ("never", "after", "each")):
        case "after":
            days = form.number("again.days", least=1, most=DAYS_MAX)
            return AfterDays(days) if days is not None else None
        case "each":
            return EachTime()
        case "never":
            return Never()
        case _:
            return None
