"""What is wrong with a journey that its types cannot say. A sound one can be published."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from plushka.engine.audience import Audience
from plushka.engine.audience_check import audience_problems
from plushka.engine.check_conditions import Problem
from plushka.engine.field_tests import field_test_problems
from plushka.engine.journeys.parts import (
    DEPTH_MAX,
    STEPS_MAX,
    Choice,
    Finish,
    GiveCoupon,
    GoalEvent,
    Journey,
    Message,
    OnAbsence,
    OnCart,
    Split,
    Step,
    Wait,
    Webhook,
)
from plushka.engine.journeys.plan import audiences, walk
from plushka.engine.occasion_parts import OnEvent

WHOLE_PERCENT = 100


def journey_problems(journey: Journey, *, allows_http: bool = False) -> tuple[Problem, ...]:
    """Return everything nonsensical in a journey, in its order. ``allows_http``: where webhooks are tried out."""
    return tuple(_problems(journey, allows_http=allows_http))


def _problems(journey: Journey, *, allows_http: bool) -> Iterator[Problem]:
    yield from _terms(journey)
    if not journey.steps:
        yield Problem("steps", "no_steps")
    steps = list(walk(journey.steps))
    if len(steps) > STEPS_MAX:
        yield Problem("steps", "steps_too_many", {"most": STEPS_MAX})
    seen: set[str] = set()
    for path, step, depth in steps:
        if step.id in seen:
            yield Problem(f"{path}.id", "duplicate_id", {"id": step.id})
        seen.add(step.id)
        if depth > DEPTH_MAX:
            yield Problem(path, "steps_too_deep", {"most": DEPTH_MAX})
        yield from _step(path, step, allows_http=allows_http)
    yield from _dead_ends(journey.steps, "steps")


def _terms(journey: Journey) -> Iterator[Problem]:
    trigger = journey.trigger
    if isinstance(trigger, OnAbsence) and trigger.days_most is not None and trigger.days_most < trigger.days:
        yield Problem("trigger.days_most", "days_reversed")
    if isinstance(trigger, OnEvent | OnCart):
        yield from field_test_problems("trigger.where", trigger.where)
    if isinstance(journey.goal, GoalEvent):
        yield from field_test_problems("goal.where", journey.goal.where)
    if journey.audience is None and journey.leaves:
        yield Problem("leaves", "leaves_without_audience")
    for path, audience in audiences(journey):
        yield from _audience(path, audience)


def _step(path: str, step: Step, *, allows_http: bool) -> Iterator[Problem]:
    match step:
        case Wait(days=0, hours=0, until=None):
            yield Problem(path, "wait_for_nothing")
        case Choice(yes=(), no=()):
            yield Problem(path, "choice_of_nothing")
        case Split(shares=shares):
            if sum(share.percent for share in shares) != WHOLE_PERCENT:
                yield Problem(path, "shares_not_whole")
        case Message(template=""):
            yield Problem(f"{path}.template", "template_missing")
        case GiveCoupon(coupon=""):
            yield Problem(f"{path}.coupon", "coupon_missing")
        case Webhook(url=url):
            if not is_address(url, allows_http=allows_http):
                yield Problem(f"{path}.url", "webhook_address_wrong")
        case _:
            pass


def _audience(path: str, audience: Audience) -> Iterator[Problem]:
    for problem in audience_problems(audience):
        yield Problem(f"{path}.{problem.path}".rstrip("."), problem.code, problem.facts)


def is_address(url: str, *, allows_http: bool = False) -> bool:
    """Tell whether a webhook may be sent there, as far as the address itself tells: https, a host, no password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    schemes = {"https", "http"} if allows_http else {"https"}
    if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        return False
    return allows_http or port in (None, 443, 8443)


def _dead_ends(steps: tuple[Step, ...], path: str) -> Iterator[Problem]:
    """Find steps behind an end."""
    for index, step in enumerate(steps):
        if isinstance(step, Finish) and index + 1 < len(steps):
            yield Problem(f"{path}[{index + 1}]", "step_behind_the_end")
        match step:
            case Choice(yes=yes, no=no):
                yield from _dead_ends(yes, f"{path}[{index}].yes")
                yield from _dead_ends(no, f"{path}[{index}].no")
            case Split(shares=shares):
                for place, share in enumerate(shares):
                    yield from _dead_ends(share.steps, f"{path}[{index}].shares[{place}].steps")
            case _:
                pass
