"""What a template may name in braces: a closed list, each with where its value comes from and how it looks."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from plushka.platform.i18n import Language, Translator, marked


class Variable(Struct, frozen=True):
    """``is_own``: a value of the member or the business, looked up for each letter; others the campaign gives.

    ``may_be_missing``: not every member has one, so that a text needs a word in its place: ``{name|friend}``; links
    nobody has before the installation has an address that can be told.
    """

    name: str
    title: str
    examples: Mapping[Language, str]
    is_own: bool = True
    may_be_missing: bool = False


def _variable(
    name: str, title: str, ru: str, en: str, *, is_own: bool = True, may_be_missing: bool = False
) -> Variable:
    return Variable(name, title, MappingProxyType({"ru": ru, "en": en}), is_own, may_be_missing)


_ALL = (
    _variable("first_name", marked("First name"), "Анна", "Anna", may_be_missing=True),
    _variable(
        "name", marked("The whole name, as on the card"), "Анна Белова", "Anna Bell", may_be_missing=True
    ),
    _variable("business", marked("Name of the business"), "Кофейня Анны", "Anna's coffee"),
    _variable("balance", marked("Points that can be spent"), "120 бонусов", "120 points"),
    _variable("burning", marked("Points that burn next"), "50 бонусов", "50 points", may_be_missing=True),
    _variable(
        "burns_on", marked("The last day of these points"), "24 марта", "24 March", may_be_missing=True
    ),
    _variable("tier", marked("Tier"), "Серебро", "Silver", may_be_missing=True),
    _variable("next_tier", marked("The next tier"), "Золото", "Gold", may_be_missing=True),
    _variable(
        "to_next_tier", marked("What is missing to the next tier"), "1 500 ₽", "1,500 ₽", may_be_missing=True
    ),
    _variable("branch", marked("Where they bought last"), "Арбат", "Arbat", may_be_missing=True),
    _variable("suggestion", marked("What they may like"), "Круассан", "Croissant", may_be_missing=True),
    _variable(
        "app_link",
        marked("Link to the app"),
        "https://example.ru/app",
        "https://example.com/app",
        may_be_missing=True,
    ),
    _variable(
        "referral_link",
        marked("Their link for friends"),
        "https://example.ru/app/join/fAZ…",
        "https://example.com/app/join/fAZ…",
        may_be_missing=True,
    ),
    _variable(
        "card_number", marked("Number of the card"), "2000000000012", "2000000000012", may_be_missing=True
    ),
    _variable(
        "tier_review",
        marked("The day on which the tier is reviewed"),
        "1 июля",
        "1 July",
        may_be_missing=True,
    ),
    _variable(
        "stamps_left",
        marked("What is missing to the next reward of a stamp card"),
        "2 штампа",
        "2 stamps",
        may_be_missing=True,
    ),
    _variable("coupon", marked("Code of a coupon"), "A7K2-9XQM", "A7K2-9XQM", is_own=False),
    _variable(
        "coupon_until",
        marked("The last day of this coupon"),
        "31 марта",
        "31 March",
        is_own=False,
        may_be_missing=True,
    ),
    _variable("points", marked("Points that are given"), "200 бонусов", "200 points", is_own=False),
    _variable(
        "points_until",
        marked("The last day of these points that are given"),
        "25 марта",
        "25 March",
        is_own=False,
        may_be_missing=True,
    ),
    _variable("whose", marked("Whose day it is, of those close"), "Маша", "Mary", is_own=False),
    _variable(
        "promotion", marked("Name of the promotion"), "Кофе в подарок", "A coffee for free", is_own=False
    ),
)
FIELD_PREFIX = "event."
"""What stands before the name of a field of the event that a letter is about: ``event.sum``."""
_FIELD = re.compile(re.escape(FIELD_PREFIX) + r"([a-z][a-z0-9_]{0,49})")
VARIABLES: Mapping[str, Variable] = MappingProxyType({variable.name: variable for variable in _ALL})
REFERRAL_LINK = "referral_link"
LINKS = frozenset({"app_link", REFERRAL_LINK})
"""Variables that all members have where the installation has an address that can be told, else none.

That for friends none either where no programme gives anything for them.
"""
TOLD_BY: Mapping[str, str] = MappingProxyType({"coupon_until": "coupon", "points_until": "points"})
"""Variables that come with another one, which the campaign gives."""
OWN = frozenset(variable.name for variable in _ALL if variable.is_own)


def field_of(name: str) -> str | None:
    """Return the field of an event that a variable is, if it is one; whether events have it their kind says."""
    found = _FIELD.fullmatch(name)
    return found[1] if found is not None else None


def fields_of(names: Iterable[str]) -> frozenset[str]:
    """Return the fields of events among variables."""
    return frozenset(field for name in names if (field := field_of(name)) is not None)


def title_of(name: str, words: Translator) -> str:
    """Return what a variable is called."""
    if (field := field_of(name)) is not None:
        return words.gettext("“{name}” of the event", name=field)
    return words.gettext(VARIABLES[name].title)


def examples(language: Language) -> dict[str, str]:
    """Return a value of every variable, for a preview of nobody."""
    return {name: variable.examples[language] for name, variable in VARIABLES.items()}
