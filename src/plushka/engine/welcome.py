"""What a programme gives for joining."""

from datetime import datetime

from plushka.engine.expiry import expires_at
from plushka.engine.local_time import moment
from plushka.engine.program import ExpirySliding, Program, Welcome
from plushka.engine.purchase import Grant, Place


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
