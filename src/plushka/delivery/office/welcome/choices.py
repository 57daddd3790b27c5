"""What the selects of the first step offer, in the reader's words."""

from functools import cache

from babel import Locale
from babel.numbers import get_currency_name

from plushka.delivery.office.time_zones import Choices
from plushka.delivery.office.welcome.steps import list_currencies
from plushka.domain.businesses.countries import list_countries
from plushka.platform.i18n import Language

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


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
