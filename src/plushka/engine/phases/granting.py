"""The lots that a receipt's awards become (S4, S5): one for each life that its points may have."""

from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct

from plushka.engine.expiry import activates_at, active_on, expires_at
from plushka.engine.phases.gain import Earned
from plushka.engine.plans import TierPlan
from plushka.engine.program import ExpirySliding
from plushka.engine.purchase import Grant, Place
from plushka.engine.version import Version

_rule = attrgetter("rule")


def grants(  # noqa: PLR0917 - where and when it was earned
    version: Version, earned_at: TierPlan, earned: Earned, place: Place, earned_on: date, at: datetime
) -> tuple[Grant, ...]:
    """Return a grant for the awards of each life at the tier ``earned_at``, policies resolved."""
    awards, zone, day_starts_minutes = earned.awards, place.time_zone, place.day_starts_minutes
    rules = tuple(map(_rule, awards))
    by_life = earned_at.rules_by_life(rules)
    if len(by_life) == 1:
        [life] = by_life
        span = _span(version, life, earned_on, zone, day_starts_minutes)
        return (_grant(span, at, earned.points, rules),)
    return tuple(
        [
            _grant(
                _span(version, life, earned_on, zone, day_starts_minutes),
                at,
                sum([award.points for award in awards if award.rule in alike]),
                alike,
            )
            for life, alike in by_life.items()
        ]
    )


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
