"""The lots that a receipt's awards become (S4, S5): one for each life that its points may have."""

from collections.abc import Sequence

from plushka.engine.expiry import activates_at, active_on, expires_at
from plushka.engine.phases.case import Case
from plushka.engine.plans import Life, TierPlan
from plushka.engine.program import ExpirySliding
from plushka.engine.purchase import Award, Grant


def grants(case: Case, earned_at: TierPlan, awards: Sequence[Award]) -> tuple[Grant, ...]:
    """Return one grant for the awards of each life at the tier ``earned_at``, with policies resolved to instants."""
    by_life: dict[int, list[Award]] = {}
    for award in awards:
        by_life.setdefault(earned_at.lives[case.version.index_of[award.rule]], []).append(award)
    return tuple([_grant(case, case.version.lives[life], alike) for life, alike in by_life.items()])


def _grant(case: Case, life: Life, awards: Sequence[Award]) -> Grant:
    expiry, business_date, place = life.expiry, case.moment.business_date, case.basket.place
    return Grant(
        points=sum([award.points for award in awards]),
        activates_at=activates_at(life.activation, case.at, business_date, place),
        expires_at=expires_at(expiry, active_on(life.activation, business_date), place.time_zone),
        rules=tuple([award.rule for award in awards]),
        sliding_days=expiry.days if isinstance(expiry, ExpirySliding) else None,
        receipt_share_bp=life.receipt_share_bp,
    )
