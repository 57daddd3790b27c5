"""Ready segments to begin from."""

from msgspec import Struct

from plushka.engine.audience import (
    All,
    Audience,
    Birthday,
    Burning,
    Enrolled,
    LastPurchase,
    NeverBought,
    Not,
    ProbablyLeft,
    Purchases,
    Reachable,
    Spend,
)
from plushka.platform.i18n import marked


class Ready(Struct, frozen=True):
    """A segment as it is offered; ``top_bp``: the members who spend most, so many of all, instead of an amount."""

    key: str
    name: str
    help: str
    audience: Audience


READY: tuple[Ready, ...] = (
    Ready(
        "once",
        marked("Bought once"),
        marked("One purchase and no second: the best moment to ask them back."),
        Purchases(count_min=1, count_max=1),
    ),
    Ready(
        "gone30",
        marked("Not for 30 days"),
        marked("Bought before, but not in the last month."),
        LastPurchase(days_min=30),
    ),
    Ready(
        "gone60",
        marked("Not for 60 days"),
        marked("Two months without a purchase."),
        LastPurchase(days_min=60),
    ),
    Ready(
        "gone90", marked("Not for 90 days"), marked("Gone for a quarter and more."), LastPurchase(days_min=90)
    ),
    Ready(
        "left",
        marked("Have probably left, by the forecast"),
        marked("Silent for longer than is their own habit: left with a chance of 50% or more."),
        ProbablyLeft(percent_min=50),
    ),
    Ready(
        "new",
        marked("New without a purchase"),
        marked("Enrolled in the last two weeks and has bought nothing yet."),
        All((Enrolled(days_max=14), NeverBought())),
    ),
    Ready(
        "birthday",
        marked("Birthday within a week"),
        marked("Today or one of the next seven days."),
        Birthday(days_max=7),
    ),
    Ready(
        "burning",
        marked("Points burn within a week"),
        marked("They have something to lose."),
        Burning(days=7),
    ),
    Ready(
        "top",
        marked("Those who spend most"),
        marked("A tenth of the buyers of the last year, by what they spent."),
        Spend(min_minor=1, days=365),
    ),
    Ready(
        "regular",
        marked("Regulars"),
        marked("Three purchases or more in the last 90 days."),
        Purchases(count_min=3, days=90),
    ),
    Ready(
        "max",
        marked("Can be written to in MAX"),
        marked("The bot is joined and advertising agreed to."),
        Reachable(("max",)),
    ),
    Ready(
        "telegram",
        marked("Can be written to in Telegram"),
        marked("The bot is joined and advertising agreed to."),
        Reachable(("telegram",)),
    ),
    Ready(
        "unreachable",
        marked("Cannot be written to"),
        marked("Neither messenger nor SMS nor mail: to be asked at the till."),
        Not(Reachable(("telegram", "max", "vk", "sms", "email", "push"))),
    ),
)
BY_KEY = {ready.key: ready for ready in READY}
