"""When points come alive and when they burn: «активны со следующего дня», «сгорают через 120 дней»."""

from typing import assert_never

from plushka.domain.programs.telling.voice import Voice
from plushka.engine.expiry import clamped
from plushka.engine.program import (
    ActivationPolicy,
    AfterDays,
    AtOnce,
    ExpiryCalendar,
    ExpiryFixed,
    ExpiryNever,
    ExpiryPolicy,
    ExpirySliding,
)
from plushka.platform.i18n import format_date, marked

_ROUNDED_TO = {
    "week": marked("to the end of that week"),
    "month": marked("to the end of that month"),
    "quarter": marked("to the end of that quarter"),
    "half_year": marked("to the end of that half-year"),
}
_LEAP_YEAR = 2000


def tell_activation(policy: ActivationPolicy, voice: Voice) -> str:
    """Return from when the points can be spent."""
    words = voice.words
    match policy:
        case AtOnce():
            return words.gettext("can be spent from the next purchase")
        case AfterDays(days=1):
            return words.gettext("can be spent from the next day")
        case AfterDays(days=days):
            return words.ngettext(
                "can be spent after {days} day", "can be spent after {days} days", days, days=days
            )
        case _:
            assert_never(policy)


def tell_expiry(policy: ExpiryPolicy, voice: Voice) -> str:
    """Return when the points burn."""
    words = voice.words
    match policy:
        case ExpiryNever():
            return words.gettext("never burn")
        case ExpiryFixed(days=days, months=months, round_up_to=round_up_to):
            if days is not None:
                told = words.ngettext("burn after {days} day", "burn after {days} days", days, days=days)
            else:
                count = months or 0
                told = words.ngettext(
                    "burn after {months} month", "burn after {months} months", count, months=count
                )
            if round_up_to == "day":
                return told
            return words.gettext(
                "{burn}, rounded up {period}", burn=told, period=words.gettext(_ROUNDED_TO[round_up_to])
            )
        case ExpirySliding(days=days):
            return words.ngettext(
                "burn {days} day after the last purchase",
                "burn {days} days after the last purchase",
                days,
                days=days,
            )
        case ExpiryCalendar(month=month, day=day):
            # A draft may say the 31st of February; beside the sentence stands that there is none.
            last = format_date(clamped(_LEAP_YEAR, month, day), voice.language, form="day")
            return words.gettext("are valid through the next {last}", last=last)
        case _:
            assert_never(policy)


def tell_life(activation: ActivationPolicy, expiry: ExpiryPolicy, voice: Voice) -> str:
    """Return both clauses as one, to follow “points”."""
    return voice.words.gettext(
        "{activation} and {expiry}",
        activation=tell_activation(activation, voice),
        expiry=tell_expiry(expiry, voice),
    )
