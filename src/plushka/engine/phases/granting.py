"""The lots that a receipt's awards become (S4, S5): one for each life that its points may have."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from plushka.engine.expiry import activates_at, active_on, expires_at
from plushka.engine.phases.case import Case
from plushka.engine.plans import TierPlan
from plushka.engine.program import ExpirySliding
from plushka.engine.purchase import Award, Grant
from plushka.engine.version import Version


def grants(case: Case, earned_at: TierPlan, awards: Sequence[Award]) -> tuple[Grant, ...]:
    """Return one grant for the awards of each life at the tier ``earned_at``, with policies resolved to instants."""
    by_life: dict[int, list[Award]] = {}
    for award in awards:
        by_life.setdefault(earned_at.lives[case.version.index_of[award.rule]], []).append(award)
    return tuple([_grant(case, life, alike) for life, alike in by_life.items()])


def _grant(case: Case, index: int, awards: Sequence[Award]) -> Grant:
    place = case.basket.place
    life = case.version.lives[index]
    activates, expires = _span(
        case.version, index, case.moment.business_date, place.time_zone, place.day_starts_minutes
    )
    return Grant(
        points=sum([award.points for award in awards]),
        activates_at=activates or case.at,
        expires_at=expires,
        rules=tuple([award.rule for award in awards]),
        sliding_days=life.expiry.days if isinstance(life.expiry, ExpirySliding) else None,
        receipt_share_bp=life.receipt_share_bp,
    )


@lru_cache(maxsize=4096)
def _span(
    version: Version, life: int, earned_on: date, time_zone: str, day_starts_minutes: int
) -> tuple[datetime | None, datetime | None]:
    """Return when points of one life that are earned on one business day begin (None: at once) and end (None: never).

    Remembered: the same for all receipts of a day.
    """
    policy = version.lives[life]
    active = active_on(policy.activation, earned_on)
    return (
        activates_at(policy.activation, active, time_zone, day_starts_minutes),
        expires_at(policy.expiry, active, time_zone),
    )
