"""What begins a journey and what ends it early, as fields of a form."""

from collections.abc import Sequence

from msgspec import structs

from plushka.delivery.office.campaigns.journeys.names import Names
from plushka.delivery.office.engagement.draft.typist import Typed, Typist
from plushka.delivery.office.events.tests import read_tests, write_tests
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.campaigns.journeys.telling import CLOSE_DATES
from plushka.domain.events.carts.model import CART
from plushka.domain.events.model import EventKind
from plushka.engine.journeys.parts import (
    CART_MINUTES_MAX,
    CART_MINUTES_MIN,
    Goal,
    GoalAudience,
    GoalEvent,
    GoalPurchase,
    JourneyTrigger,
    OnAbsence,
    OnBurn,
    OnCart,
    OnPurchase,
    OnRegistration,
    OnSegmentEntered,
    OnSegmentLeft,
    OnStamps,
    OnTierRisk,
    OnTierUp,
)
from plushka.engine.occasion_parts import FieldTest, OnBirthday, OnCloseDate, OnEvent
from plushka.platform.i18n import marked

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
    "money_goal": marked("little is missing to a reward for a sum of purchases"),
    "cart": marked("a cart on the site is left"),
    "event": marked("an event: a review, a survey, your own"),
    "segment_entered": marked("the member has come into a segment"),
    "segment_left": marked("the member has left a segment"),
}
GOALS = {
    "none": marked("(it does not)"),
    "purchase": marked("buys"),
    "event": marked("does something: an event"),
    "audience": marked("comes to be of those for whom conditions hold"),
}
DAYS_MAX, DAYS_BEFORE_MAX = 3650, 60
CART_ASKED = structs.replace(CART, fields=tuple(field for field in CART.fields if field.type != "text"))
"""What can be asked of a cart with sense: its texts are names, and never twice the same."""


def typed_trigger(  # noqa: C901  one case a trigger
    trigger: JourneyTrigger, names: Names, visit: Visit
) -> Typed:
    """Return what would be typed to say what begins a journey."""
    typed: Typed = {"trigger": [str(trigger.__struct_config__.tag)]}
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
        case OnStamps(card=card, left=left) if card in names.goals:
            typed |= {
                "trigger": ["money_goal"],
                "money_goal": [card],
                "money_left": [_typist(visit).money(left)],
            }
        case OnStamps(card=card, left=left):
            typed |= {"card": [card], "left": [str(left)]}
        case OnTierUp(tiers=tiers):
            typed["tiers"] = list(tiers)
        case OnCart(minutes=minutes, where=where):
            tests = write_tests(where, CART_ASKED, "cart.where", _typist(visit))
            typed |= {"cart_minutes": [str(minutes)], **tests}
        case OnEvent(event=event, where=where):
            typed |= {"event": [event], **_typed_tests(event, where, "where", names, visit)}
        case OnSegmentEntered(segment=segment) | OnSegmentLeft(segment=segment):
            typed["segment"] = [segment]
        case _:
            pass
    return typed


def typed_goal(goal: Goal | None, names: Names, visit: Visit) -> Typed:
    """Return what would be typed to say what ends a journey early."""
    match goal:
        case GoalEvent(event=event, where=where):
            tests = _typed_tests(event, where, "goal.where", names, visit)
            return {"goal": ["event"], "goal.event": [event], **tests}
        case GoalPurchase() | GoalAudience():
            return {"goal": [str(goal.__struct_config__.tag)]}
        case None:
            return {"goal": ["none"]}


def _typed_tests(event: str, where: Sequence[FieldTest], prefix: str, names: Names, visit: Visit) -> Typed:
    return write_tests(where, names.events[event], prefix, _typist(visit)) if event in names.events else {}


def _typist(visit: Visit) -> Typist:
    return Typist(visit.look.language, visit.business.currency, visit.figures.scale)


def read_trigger(  # noqa: C901, PLR0911, PLR0912 - one case a trigger
    form: Form, names: Names, visit: Visit
) -> JourneyTrigger | None:
    """Return what begins a journey; None: a field has a problem."""
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
        case "money_goal":
            card = form.text("money_goal")
            left = form.money("money_left", visit.business.currency, least=1)
            return OnStamps(card, left) if card and left is not None else None
        case "cart":
            minutes = form.number("cart_minutes", least=CART_MINUTES_MIN, most=CART_MINUTES_MAX)
            tests = _read_tests(form, CART_ASKED, "cart.where", visit)
            return OnCart(minutes, tests) if minutes is not None else None
        case "event":
            kind = _read_kind(form, "event", names)
            return OnEvent(kind.name, _read_tests(form, kind, "where", visit)) if kind else None
        case "segment_entered":
            segment = form.id("segment")
            return OnSegmentEntered(str(segment)) if segment else None
        case "segment_left":
            segment = form.id("segment")
            return OnSegmentLeft(str(segment)) if segment else None
        case _:
            return None


def read_goal(form: Form, before: Goal | None, names: Names, visit: Visit) -> Goal | None:
    """Return what ends a journey early: None, nothing does, or a field has a problem."""
    match form.choice("goal", tuple(GOALS)):
        case "purchase":
            return GoalPurchase()
        case "event":
            kind = _read_kind(form, "goal.event", names)
            return GoalEvent(kind.name, _read_tests(form, kind, "goal.where", visit)) if kind else None
        case "audience":
            # Written on a page of their own; until then it ends by what it ended by.
            return before
        case _:
            return None


def _read_kind(form: Form, name: str, names: Names) -> EventKind | None:
    chosen = form.choice(name, tuple(names.events))
    return names.events[chosen] if chosen else None


def _read_tests(form: Form, kind: EventKind, prefix: str, visit: Visit) -> tuple[FieldTest, ...]:
    return read_tests(form, kind, prefix, visit.business.currency, visit.words)
