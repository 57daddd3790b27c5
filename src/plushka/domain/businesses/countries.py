"""What a country tells of a business in it: its currency, its time zones, the language it is likely to work in."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import available_timezones

from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies
from phonenumbers import SUPPORTED_REGIONS

from plushka.platform.i18n import LANGUAGES, Language

MAIN_ZONES: Final = MappingProxyType(
    {
        "AR": "America/Argentina/Buenos_Aires",
        "AU": "Australia/Sydney",
        "BR": "America/Sao_Paulo",
        "CA": "America/Toronto",
        "CL": "America/Santiago",
        "CN": "Asia/Shanghai",
        "ES": "Europe/Madrid",
        "ID": "Asia/Jakarta",
        "KZ": "Asia/Almaty",
        "MX": "America/Mexico_City",
        "NZ": "Pacific/Auckland",
        "PT": "Europe/Lisbon",
        "RU": "Europe/Moscow",
        "UA": "Europe/Kyiv",
        "US": "America/New_York",
        "UZ": "Asia/Tashkent",
    }
)
"""Of countries with several zones, the one that most of their businesses live in."""


@cache
def list_countries() -> tuple[str, ...]:
    """Return all countries that a business may be in and whose currency is known, by ISO 3166 code."""
    return tuple(sorted(code for code in SUPPORTED_REGIONS if get_territory_currencies(code)))


def currency_of(country: str) -> str:
    """Return the ISO 4217 code of what is paid with in one of ``list_countries``."""
    return str(get_territory_currencies(country)[0])


def language_of(country: str, *, otherwise: Language) -> Language:
    """Return the language of ours that is official in the country; ``otherwise`` where none is."""
    official = get_official_languages(country)
    return next((language for language in LANGUAGES if language in official), otherwise)


def time_zones_of(country: str) -> tuple[str, ...]:
    """Return the zones of one of ``list_countries``, the main one first; UTC where none is known."""
    zones = _zones().get(country, ("UTC",))
    main = MAIN_ZONES.get(country, zones[0])
    return (main, *(zone for zone in zones if zone != main))


@cache
def list_time_zones() -> tuple[str, ...]:
    """Return every zone that people live in."""
    return tuple(sorted(zone for zones in _zones().values() for zone in zones))


@cache
def _zones() -> Mapping[str, tuple[str, ...]]:
    by_country = defaultdict(list)
    known = available_timezones()
    for zone, country in get_global("zone_territories").items():
        if zone in known and not zone.startswith("Etc/"):
            by_country[country].append(zone)
    return {country: tuple(sorted(zones)) for country, zones in by_country.items()}
