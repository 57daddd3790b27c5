"""What begins a journey, who may begin it again, and what it is for."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.campaigns.journeys.names import Names, load_names
from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.campaigns.journeys.whom import revision_of
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.campaigns.journeys.telling import CLOSE_DATES
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.campaigns.model import NAME_LENGTH_MAX
from plushka.engine.journeys.parts import (
    AfterDays,
    Again,
    EachTime,
    Goal,
    GoalAudience,
    GoalEvent,
    GoalPurchase,
    Journey,
    JourneyTrigger,
    Never,
    OnAbsence,
    OnBurn,
    OnPurchase,
    OnRegistration,
    OnSegmentEntered,
    OnSegmentLeft,
    OnStamps,
    OnTierRisk,
    OnTierUp,
)
from plushka.engine.occasion_parts import OnBirthday, OnCloseDate, OnEvent
from plushka.platform.errors import Refusal
from plushka.platform.i18n import marked

TERMS = f"{PATH}/{{journey_id:uuid}}/terms"
TRIGGERS = {
    "purchase": marked("a purchase"),
    "absence": marked("no purchase for some days"),
    "registration": marked("joining the programme"),
    "birthday": marked("the birthday is near"),
    "close_date": marked("a day of somebody close is near"),
    "tier_up": marked("the tier has risen"),
    "tier_risk": marked("the tier may fall"),
    "burn": marked("points burn soon"),
    "stamps": marked("a stamp card is almost full"),
    "event": marked("an event: a review, an abandoned cart, whatever is told"),
    "segment_entered": marked("the member has come into a segment"),
    "segment_left": marked("the member has left a segment"),
}
GOALS = {
    "none": marked("(it does not)"),
    "purchase": marked("buys"),
    "event": marked("does something: an event"),
    "audience": marked("comes to be of those for whom conditions hold"),
}
DAYS_MAX, DAYS_BEFORE_MAX, AT_ONCE_MAX, CONTROL_PERCENT_MAX = 3650, 60, 10, 50


@get(TERMS, opt={"action": "campaigns.read"})
async def show_terms(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, journey_id)


@post(TERMS, opt={"action": "campaigns.change"})
async def save_terms(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
    journey = _read(form, card.draft, visit)
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
        status=200 if form is None else HTTP_422_UNPROCESSABLE_ENTITY,
        journey=card,
        href=f"{PATH}/{journey_id}",
        form=form or visit.form().altered({**_typed(card.draft, visit), **revision_of(card)}),
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
        "events": [nothing, *names.events.items()],
        "cards": [nothing, *names.cards.items()],
        "tiers": list(names.tiers.items()),
    }


def _typed(journey: Journey, visit: Visit) -> dict[str, list[str]]:
    typed = {
        "name": [journey.name],
        "at_once": [str(journey.at_once)],
        "control": [str(journey.control_bp // 100)],
        **_typed_trigger(journey.trigger, visit),
    }
    match journey.again:
        case AfterDays(days=days):
            typed |= {"again": ["after"], "again.days": [str(days)]}
        case EachTime():
            typed |= {"again": ["each"]}
        case Never():
            typed |= {"again": ["never"]}
    match journey.goal:
        case GoalEvent(event=event):
            typed |= {"goal": ["event"], "goal.event": [event]}
        case GoalPurchase():
            typed |= {"goal": ["purchase"]}
        case GoalAudience():
            typed |= {"goal": ["audience"]}
        case None:
            typed |= {"goal": ["none"]}
    return typed


def _typed_trigger(trigger: JourneyTrigger, visit: Visit) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = {"trigger": [str(trigger.__struct_config__.tag)]}
    match trigger:
        case OnPurchase(number=number):
            typed["number"] = [str(number or "")]
        case OnAbsence(days=days, days_most=most):
            typed |= {"days": [str(days)], "days_most": [str(most or "")]}
        case OnBirthday(days_before=days) | OnTierRisk(days_before=days):
            typed["days_before"] = [str(days)]
        case OnCloseDate(days_before=days, kinds=kinds):
            typed |= {"days_before": [str(days)], "kinds": list(kinds)}
        case OnBurn(days_before=days, points_min=least):
            typed |= {
                "days_before": [str(days)],
                "points_min": [visit.figures.points_number(least).replace("\N{NO-BREAK SPACE}", "")],
            }
        case OnStamps(card=card, left=left):
            typed |= {"card": [card], "left": [str(left)]}
        case OnTierUp(tiers=tiers):
            typed["tiers"] = list(tiers)
        case OnEvent(event=event):
            typed["event"] = [event]
        case OnSegmentEntered(segment=segment) | OnSegmentLeft(segment=segment):
            typed["segment"] = [segment]
        case _:
            pass
    return typed


def _read(form: Form, before: Journey, visit: Visit) -> Journey | None:
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    trigger = _read_trigger(form, before.trigger, visit)
    again = _read_again(form)
    goal = _read_goal(form, before.goal)
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


def _read_trigger(  # noqa: C901, PLR0911, PLR0912 - one case a trigger
    form: Form, before: JourneyTrigger, visit: Visit
) -> JourneyTrigger | None:
    match form.choice("trigger", tuple(TRIGGERS)):
        case "purchase":
            return OnPurchase(form.number("number", least=1, most=1000, required=False))
        case "absence":
            days = form.number("days", least=1, most=DAYS_MAX)
            most = form.number("days_most", least=1, most=DAYS_MAX, required=False)
            if days is not None and most is not None and most < days:
                form.fail(
                    "days_most",
                    visit.words.gettext("The upper number of days must not be below the lower one."),
                )
            return OnAbsence(days, most) if days is not None else None
        case "registration":
            return OnRegistration()
        case "birthday":
            before_days = form.number("days_before", least=0, most=DAYS_BEFORE_MAX)
            return OnBirthday(before_days) if before_days is not None else None
        case "close_date":
            before_days = form.number("days_before", least=0, most=DAYS_BEFORE_MAX)
            kinds = tuple(kind for kind in CLOSE_DATES if kind in form.values("kinds"))
            return OnCloseDate(before_days, kinds) if before_days is not None else None  # type: ignore[arg-type]
        case "tier_up":
            return OnTierUp(tuple(form.values("tiers")))
        case "tier_risk":
            before_days = form.number("days_before", least=1, most=DAYS_BEFORE_MAX)
            return OnTierRisk(before_days) if before_days is not None else None
        case "burn":
            before_days = form.number("days_before", least=1, most=DAYS_BEFORE_MAX)
            least = form.number("points_min", decimals=visit.figures.scale, least=1, required=False) or 1
            return OnBurn(before_days, least) if before_days is not None else None
        case "stamps":
            card = form.text("card")
            left = form.number("left", least=1, most=100)
            return OnStamps(card, left) if card and left is not None else None
        case "event":
            event = form.text("event")
            where = before.where if isinstance(before, OnEvent) and before.event == event else ()
            return OnEvent(event, where) if event else None
        case "segment_entered":
            segment = form.id("segment")
            return OnSegmentEntered(str(segment)) if segment else None
        case "segment_left":
            segment = form.id("segment")
            return OnSegmentLeft(str(segment)) if segment else None
        case _:
            return None


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


def _read_goal(form: Form, before: Goal | None) -> Goal | None:
    match form.choice("goal", tuple(GOALS)):
        case "purchase":
            return GoalPurchase()
        case "event":
            event = form.text("goal.event")
            where = before.where if isinstance(before, GoalEvent) and before.event == event else ()
            return GoalEvent(event, where) if event else None
        case "audience":
            # Written on a page of their own; until then it ends by what it ended by.
            return before
        case _:
            return None
