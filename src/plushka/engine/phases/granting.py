"""The lots that a receipt's awards become (S4, S5): one for each life that its points may have."""

from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct

from plushka.engine.expiry import activates_at, active_on, expires_at
from plushka.engine.phases.gain import Earned
from plushka.engine.plans import TierPlan
from plushka.engine.program import ExpirySliding
from plushka.engine.purchase import Award, Grant, Place
from plushka.engine.version import Version

_rule = attrgetter("rule")


def grants(  # noqa: PLR0917 - where and when it was earned
    version: Version, earned_at: TierPlan, earned: Earned, place: Place, earned_on: date, at: datetime
) -> tuple[Grant, ...]:
    """Return a grant for the awards of each life at the tier ``earned_at``, policies resolved."""
    rules = tuple(map(_rule, earned.awards))
    lives = list(map(earned_at.life_of.__getitem__, rules))
    if len(set(lives)) == 1:
        span = _span(version, lives[0], earned_on, place.time_zone, place.day_starts_minutes)
        return (_grant(span, at, earned.points, rules),)
    by_life: dict[int, list[Award]] = {}
    for life, award in zip(lives, earned.awards, strict=True):
        by_life.setdefault(life, []).append(award)
    found = []
    for life, alike in by_life.items():
        span = _span(version, life, earned_on, place.time_zone, place.day_starts_minutes)
        points = sum([award.points for award in alike])
        found.append(_grant(span, at, points, tuple(map(_rule, alike))))
    return tuple(found)


class _Span(Struct, frozen=True):
    """A life of points earned on one business day: it begins (None: at once) and ends (None: never)."""

    activates_at: datetime | None
    expires_at: datetime | None
    sliding_days: int | None
    receipt_share_bp: int | None


def _grant(span: _Span, at: datetime, points: int, rules: tuple[str, ...]) -> Grant:
    return Grant(
        points,
        span.activates_at or at,
        span.expires_at,
        rules,
        span.sliding_days,
        span.receipt_share_bp,
    )


@lru_cache(maxsize=4096)
def _span(version: Version, life: int, earned_on: date, time_zone: str, day_starts_minutes: int) -> _Span:
    """Return the life of points. Remembered: the same for all receipts of a day."""
    policy = version.lives[life]
    active = active_on(policy.activation, earned_on)
    return _Span(
        activates_at(policy.activation, active, time_zone, day_starts_minutes),
        expires_at(policy.expiry, active, time_zone),
        policy.expiry.days if isinstance(policy.expiry, ExpirySliding) else None,
        policy.receipt_share_bp,
    )
