"""What the selects of the first step offer, in the reader's words."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from babel.numbers import get_currency_name

from plushka.delivery.office.welcome.steps import list_currencies
from plushka.domain.businesses.countries import list_countries, list_time_zones, time_zones_of
from plushka.platform.i18n import MINUS, Language

Choices = tuple[tuple[str, str], ...]
"""Pairs of value and text."""

FIRST_COUNTRIES = ("RU", "KZ", "BY", "UA", "UZ", "DE", "US", "JP")


@cache
def country_choices(language: Language) -> tuple[Choices, Choices]:
    """Return the countries that most ask for, then all of them by name."""
    names = Locale(language).territories
    everyone = sorted(((code, str(names[code])) for code in list_countries()), key=lambda pair: pair[1])
    return tuple((code, str(names[code])) for code in FIRST_COUNTRIES), tuple(everyone)


@cache
def currency_choices(language: Language) -> Choices:
    """Return the currencies by name and code."""
    return tuple(
        (code, f"{_capital(get_currency_name(code, locale=language))}, {code}") for code in list_currencies()
    )


def zone_choices(country: str, language: Language, at: datetime) -> tuple[Choices, Choices]:
    """Return the zones of the country, the main one first, then all others from west to east."""
    own = time_zones_of(country) if country in list_countries() else ()
    others = [zone for zone in list_time_zones() if zone not in own]
    others.sort(key=lambda zone: (_offset_minutes(zone, at), zone))
    return (
        tuple((zone, _zone_name(zone, language, at)) for zone in own),
        tuple((zone, _zone_name(zone, language, at)) for zone in others),
    )


def _zone_name(zone: str, language: Language, at: datetime) -> str:
    return f"{_city(zone, language)} ({_offset(zone, at)})"


@cache
def _city(zone: str, language: Language) -> str:
    return str(get_timezone_location(zone, locale=language, return_city=True))


def _offset(zone: str, at: datetime) -> str:
    minutes = _offset_minutes(zone, at)
    hours, rest = divmod(abs(minutes), 60)
    sign = MINUS if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def _offset_minutes(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) // 60 if offset else 0


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
