"""Who begins a journey: not twice for the same happening, and again only as the journey allows. Pure."""

from datetime import datetime, timedelta
from typing import Literal, assert_never

from msgspec import Struct

from plushka.engine.journeys.parts import AfterDays, EachTime, Journey, Never

Bar = Literal["known", "again", "at_once"]
"""Why nobody begins: for this happening they did already; not again, or not yet; they are on the way."""


class Before(Struct, frozen=True):
    """How a member has begun this journey before. ``last_at``: when last, ``active``: how often they are on the way."""

    last_at: datetime | None = None
    active: int = 0
    has_key: bool = False


def bar(journey: Journey, before: Before, now: datetime) -> Bar | None:
    """Return why the member does not begin it now; None: they do."""
    if before.has_key:
        return "known"
    if before.active >= journey.at_once:
        return "at_once"
    match journey.again:
        case Never():
            return "again" if before.last_at is not None else None
        case AfterDays(days=days):
            is_early = before.last_at is not None and before.last_at > now - timedelta(days=days)
            return "again" if is_early else None
        case EachTime():
            return None
        case _:
            assert_never(journey.again)
