"""Steps as they are when they are put in: each makes sense already, or says what is to be chosen."""

from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.journeys.chains import new_step_id
from plushka.engine.audience import Purchases
from plushka.engine.journeys.parts import (
    Choice,
    Finish,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Message,
    Share,
    Split,
    Step,
    TagMember,
    UntagMember,
    Wait,
    Webhook,
)

POINTS = 100


def new_step(kind: str, visit: Visit) -> Step | None:  # noqa: C901, PLR0911 - one case a kind
    """Return a step of a kind; None: there is no such kind."""
    step_id, words = new_step_id(), visit.words
    match kind:
        case "wait":
            return Wait(step_id, days=1)
        case "message":
            return Message(step_id)
        case "points":
            return GivePoints(step_id, int(POINTS * 10**visit.figures.scale), 14)
        case "coupon":
            return GiveCoupon(step_id)
        case "reward":
            return GiveReward(step_id, words.gettext("Gift"), 14)
        case "choice":
            return Choice(step_id, Purchases(count_min=1))
        case "split":
            return Split(step_id, (Share(50), Share(50)))
        case "tag":
            return TagMember(step_id, words.gettext("new tag"))
        case "untag":
            return UntagMember(step_id, words.gettext("new tag"))
        case "webhook":
            return Webhook(step_id, "https://")
        case "finish":
            return Finish(step_id)
        case _:
            return None
