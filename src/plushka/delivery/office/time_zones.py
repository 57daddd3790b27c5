"""Time zones in the reader's words: a city and how far it is from UTC."""

from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location

from plushka.domain.businesses.countries import list_countries, list_time_zones, time_zones_of
from plushka.platform.i18n import MINUS, Language

Choices = tuple[tuple[str, str], ...]
"""Pairs of value and text."""

_NAMED_AS: Final = MappingProxyType(
    {
        "Africa/Asmara": "Africa/Asmera",
        "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
        "America/Argentina/Catamarca": "America/Catamarca",
        "America/Argentina/Cordoba": "America/Cordoba",
        "America/Argentina/Jujuy": "America/Jujuy",
        "America/Argentina/Mendoza": "America/Mendoza",
        "America/Atikokan": "America/Coral_Harbour",
        "America/Indiana/Indianapolis": "America/Indianapolis",
        "America/Kentucky/Louisville": "America/Louisville",
        "America/Nuuk": "America/Godthab",
        "Asia/Ho_Chi_Minh": "Asia/Saigon",
        "Asia/Kathmandu": "Asia/Katmandu",
        "Asia/Kolkata": "Asia/Calcutta",
        "Asia/Yangon": "Asia/Rangoon",
        "Atlantic/Faroe": "Atlantic/Faeroe",
        "Europe/Kyiv": "Europe/Kiev",
        "Pacific/Chuuk": "Pacific/Truk",
        "Pacific/Pohnpei": "Pacific/Ponape",
    }
)
"""CLDR keeps the names of these cities under the zone's first identifier, and Babel does not follow."""


def zone_choices(
    country: str, language: Language, at: datetime, *, chosen: str | None = None
) -> tuple[Choices, Choices]:
    """Return the zones of the country, the main one first, then all others from west to east.

    ``chosen`` is among them, even if nobody would be offered it, so that a form can keep it.
    """
    own = time_zones_of(country) if country in list_countries() else ()
    others = {*list_time_zones(), *((chosen,) if chosen else ())} - {*own}
    west_to_east = sorted(others, key=lambda zone: (_offset_minutes(zone, at), zone))
    return (
        tuple((zone, zone_name(zone, language, at)) for zone in own),
        tuple((zone, zone_name(zone, language, at)) for zone in west_to_east),
    )


def zone_name(zone: str, language: Language, at: datetime) -> str:
    """Return such as “Москва (UTC+3)”; the distance is that of the moment, which summer time changes."""
    return f"{_city(zone, language)} ({_offset(zone, at)})"


@cache
def _city(zone: str, language: Language) -> str:
    told = Locale(language).time_zones.get(_NAMED_AS.get(zone, zone), {}).get("city")
    if told is None and zone in _NAMED_AS:
        return zone.rsplit("/", 1)[-1].replace("_", " ")
    return str(told or get_timezone_location(zone, locale=language, return_city=True))


def _offset(zone: str, at: datetime) -> str:
    minutes = _offset_minutes(zone, at)
    hours, rest = divmod(abs(minutes), 60)
    sign = MINUS if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def _offset_minutes(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) // 60 if offset else 0
