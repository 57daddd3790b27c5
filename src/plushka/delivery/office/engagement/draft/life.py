"""When points come alive and burn, what a grant may pay, how many may arise: fields that several sections share."""

from typing import Literal

from plushka.delivery.office.engagement.draft.typist import Typed, Typist, one, under
from plushka.delivery.web.forms import Form
from plushka.engine.program import (
    ActivationPolicy,
    AfterDays,
    AtOnce,
    EarningCaps,
    ExpiryCalendar,
    ExpiryFixed,
    ExpiryNever,
    ExpiryPolicy,
    ExpirySliding,
    GrantCap,
)
from plushka.platform.i18n import marked

RoundUpTo = Literal["day", "week", "month", "quarter", "half_year"]
ROUNDINGS: dict[str, str] = {
    "day": marked("to the day"),
    "week": marked("to the end of that week"),
    "month": marked("to the end of that month"),
    "quarter": marked("to the end of that quarter"),
    "half_year": marked("to the end of that half-year"),
}
_ROUND_TO: tuple[RoundUpTo, ...] = ("day", "week", "month", "quarter", "half_year")
_FIXED_DAYS_MAX = 3650
_FIXED_MONTHS_MAX = 120
_AFTER_DAYS_MAX = 365
_POINTS_MAX = 10**15


def write_activation(prefix: str, policy: ActivationPolicy | None) -> Typed:
    """Return the fields of an activation; None is that of the programme."""
    match policy:
        case None:
            return under(prefix, one(kind=""))
        case AtOnce():
            return under(prefix, one(kind="at_once"))
        case AfterDays(days=days):
            return under(prefix, one(kind="after_days", days=str(days)))


def read_activation(form: Form, prefix: str, *, inherits: bool) -> ActivationPolicy | None:
    """Return the activation typed; None where it is that of the programme, or cannot be read."""
    kinds = ("at_once", "after_days")
    if inherits and form.value(f"{prefix}.kind") == "":
        return None
    match form.choice(f"{prefix}.kind", kinds):
        case "at_once":
            return AtOnce()
        case "after_days":
            days = form.number(f"{prefix}.days", least=1, most=_AFTER_DAYS_MAX)
            return AfterDays(days) if days else None
        case _:
            return None


def write_expiry(prefix: str, policy: ExpiryPolicy | None) -> Typed:
    """Return the fields of an expiry; None is that of the programme."""
    match policy:
        case None:
            typed = one(kind="")
        case ExpiryNever():
            typed = one(kind="never")
        case ExpiryFixed(days=days, months=months, round_up_to=round_up_to):
            unit = "months" if months is not None else "days"
            count = months if months is not None else days
            typed = one(kind="fixed", count="" if count is None else str(count), unit=unit, round=round_up_to)
        case ExpirySliding(days=days):
            typed = one(kind="sliding", sliding=str(days))
        case ExpiryCalendar(month=month, day=day):
            typed = one(kind="calendar", month=str(month), day=str(day))
    return under(prefix, typed)


def read_expiry(form: Form, prefix: str, *, inherits: bool) -> ExpiryPolicy | None:
    """Return the expiry typed; None where it is that of the programme, or cannot be read."""
    if inherits and form.value(f"{prefix}.kind") == "":
        return None
    match form.choice(f"{prefix}.kind", ("never", "fixed", "sliding", "calendar")):
        case "never":
            return ExpiryNever()
        case "fixed":
            return _read_fixed(form, prefix)
        case "sliding":
            days = form.number(f"{prefix}.sliding", least=1, most=_FIXED_DAYS_MAX)
            return ExpirySliding(days) if days else None
        case "calendar":
            month = form.number(f"{prefix}.month", least=1, most=12)
            day = form.number(f"{prefix}.day", least=1, most=31)
            return ExpiryCalendar(month, day) if month and day else None
        case _:
            return None


def _read_fixed(form: Form, prefix: str) -> ExpiryPolicy | None:
    unit = form.choice(f"{prefix}.unit", ("days", "months"), default="days")
    count = form.number(
        f"{prefix}.count", least=1, most=_FIXED_MONTHS_MAX if unit == "months" else _FIXED_DAYS_MAX
    )
    round_up_to = form.choice(f"{prefix}.round", _ROUND_TO, default="day")
    if count is None or round_up_to is None or unit is None:
        return None
    if unit == "months":
        return ExpiryFixed(months=count, round_up_to=round_up_to)
    return ExpiryFixed(days=count, round_up_to=round_up_to)


def write_grant_cap(prefix: str, cap: GrantCap | None, typist: Typist) -> Typed:
    return {f"{prefix}.cap": [typist.rate(cap.receipt_share_bp) if cap else ""]}


def read_grant_cap(form: Form, prefix: str) -> GrantCap | None:
    share_bp = form.rate(f"{prefix}.cap", least=1, required=False)
    return GrantCap(share_bp) if share_bp else None


def write_caps(prefix: str, caps: EarningCaps, typist: Typist) -> Typed:
    return under(
        prefix,
        one(
            per_receipt=typist.points(caps.per_receipt),
            per_day=typist.points(caps.per_day),
            per_month=typist.points(caps.per_month),
        ),
    )


def read_caps(form: Form, prefix: str, *, scale: int) -> EarningCaps:
    """Return the caps typed; an empty field is no cap."""

    def cap(name: str) -> int | None:
        return form.number(f"{prefix}.{name}", decimals=scale, most=_POINTS_MAX, required=False)

    return EarningCaps(per_receipt=cap("per_receipt"), per_day=cap("per_day"), per_month=cap("per_month"))
