"""What a programme gives for joining."""

from datetime import datetime

from plushka.engine.expiry import expires_at
from plushka.engine.local_time import moment
from plushka.engine.program import ExpiryFixed, ExpirySliding, GrantCap, Program, Welcome
from plushka.engine.purchase import Grant, Place


def by_hand(points: int, *, life_days: int | None = None, receipt_share_bp: int | None = None) -> Welcome:
    """Return points given by hand, with a life and a share of a receipt of their own where they are said."""
    return Welcome(
        points=points,
        expiry=ExpiryFixed(days=life_days) if life_days else None,
        grant_cap=GrantCap(receipt_share_bp) if receipt_share_bp else None,
    )


def welcome_grant(program: Program, welcome: Welcome, place: Place, at: datetime) -> Grant:
    """Return the lot that a member who joins ``at`` gets, spendable at once."""
    expiry = welcome.expiry or program.expiry
    return Grant(
        points=welcome.points,
        activates_at=at,
        expires_at=expires_at(expiry, moment(at, place).business_date, place.time_zone),
        rules=(),
        sliding_days=expiry.days if isinstance(expiry, ExpirySliding) else None,
        receipt_share_bp=welcome.grant_cap.receipt_share_bp if welcome.grant_cap else None,
    )
