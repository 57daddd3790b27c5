"""The terms of a coupon as they are typed: when it is made, and when they are changed."""

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from msgspec import structs

from plushka.delivery.web.forms import Form
from plushka.domain.coupons.model import LIMITS, NAME_LENGTH_MAX, Coupon, Limits

USES_MAX = 1_000_000_000


class Terms(TypedDict):
    """What ``create_coupon`` and ``change_coupon`` ask for; ``source`` is where the codes are given out."""

    name: str
    source: str
    first_on: date | None
    last_on: date | None
    limits: Limits


def read_terms(form: Form) -> Terms:
    return Terms(
        name=form.text("name", length_max=NAME_LENGTH_MAX),
        source=form.text("source", required=False, length_max=NAME_LENGTH_MAX),
        first_on=form.day("first_on", required=False),
        last_on=form.day("last_on", required=False),
        limits=Limits(
            **{limit: form.number(limit, least=1, most=USES_MAX, required=False) for limit in LIMITS}
        ),
    )


def typed_terms(coupon: Coupon) -> Mapping[str, str]:
    """Return the terms of a coupon as though they had been typed."""
    limits = {name: "" if most is None else str(most) for name, most in structs.asdict(coupon.limits).items()}
    return {
        "name": coupon.name,
        "source": coupon.source,
        "first_on": coupon.first_on.isoformat() if coupon.first_on else "",
        "last_on": coupon.last_on.isoformat() if coupon.last_on else "",
        **limits,
    }
