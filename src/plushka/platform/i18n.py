"""Words and numbers in the reader's language.

Messages are written in English in the code and the templates; ``locales/ru`` holds the Russian of
them all. Numbers are formatted here and nowhere else, from exact integers, so that a till's slip, a
page and a message show the same figure. Every figure keeps together with its unit by non-breaking
spaces and carries a real minus.
"""

import gettext as catalogs
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date as babel_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_currency_precision, get_currency_symbol

from plushka.platform.point_words import worded

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "en")

NBSP = "\u00a0"
MINUS = "\u2212"
WORD_JOINER = "\u2060"
BASIS_POINTS = 100_00

DATES_MAX = 4096
"""Dates in words that are kept: days of years, in each form and language."""
_DATE_PATTERNS: dict[tuple[Language, str], str] = {
    ("ru", "full"): "d MMMM y",
    ("ru", "day"): "d MMMM",
    ("ru", "short"): "dd.MM",
    ("en", "full"): "MMMM d, y",
    ("en", "day"): "MMMM d",
    ("en", "short"): "MMM d",
}
_SYMBOLS = {"RUB": "₽", "KZT": "₸", "UAH": "₴"}
"""Signs that people know but Babel writes out in at least one of our languages."""


def marked(message: str) -> str:
    """Mark ``message`` for the catalogue where it stands in a table and is translated later."""
    return message


WEEKDAYS = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)
"""Names of the days, beginning with Monday."""
WEEKDAYS_SHORT = (
    marked("Mon"),
    marked("Tue"),
    marked("Wed"),
    marked("Thu"),
    marked("Fri"),
    marked("Sat"),
    marked("Sun"),
)


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates into one language; ``{name}`` in a message is filled from the keyword arguments."""

    language: Language
    _catalog: catalogs.NullTranslations

    def gettext(self, message: str, /, **values: object) -> str:
        """Return ``message`` in this language."""
        return worded(self._catalog.gettext(message), self.language).format(**values)

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the form of the message that ``count`` asks for; ``{count}`` itself is not filled in."""
        return worded(self._catalog.ngettext(one, many, count), self.language).format(**values)

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """Return ``message`` as it is said in ``context``."""
        told = self._catalog.pgettext(context, message)
        return worded(told, self.language, context=context).format(**values)

    def npgettext(self, context: str, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the form that ``count`` asks for, as it is said in ``context``."""
        told = self._catalog.npgettext(context, one, many, count)
        return worded(told, self.language, context=context).format(**values)


@cache
def translator(language: Language) -> Translator:
    """Return the translator into ``language``; the catalogue is read once a process."""
    if language == "en":
        return Translator(language, catalogs.NullTranslations())
    source = resources.files("plushka").joinpath("locales", language, "LC_MESSAGES", "plushka.po")
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translator(language, catalogs.GNUTranslations(compiled))


def format_number(
    value: int | Decimal, language: Language, *, decimals: int = 0, signed: bool = False
) -> str:
    """Return ``value`` with grouped thousands and exactly ``decimals`` decimals, rounded half up."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    # As CLDR has it, which takes ten times as long to ask: each letter tells figures.
    digits = f"{abs(exact):,f}"
    if language == "ru":
        digits = digits.replace(",", NBSP).replace(".", ",")
    if exact < 0:
        return MINUS + digits
    return "+" + digits if signed and exact > 0 else digits


def language_of(text: str) -> Language:
    """Return the language of that name, the first one when there is none."""
    return next((language for language in LANGUAGES if language == text), LANGUAGES[0])


def currency_decimals(currency: str) -> int:
    """Return how many decimals an amount of ``currency`` has: 2 for RUB, 0 for JPY."""
    return get_currency_precision(currency)


def currency_sign(currency: str, language: Language) -> str:
    """Return ``₽`` for ``RUB``."""
    return _SYMBOLS.get(currency) or str(get_currency_symbol(currency, locale=language))


def format_money(
    minor: int, currency: str, language: Language, *, trim: bool = False, signed: bool = False
) -> str:
    """Return ``1 234,50 ₽`` for 123450 kopecks; ``trim`` drops the minor digits when they are all zero."""
    scale = currency_decimals(currency)
    exact = Decimal(minor).scaleb(-scale)
    decimals = 0 if trim and exact == exact.to_integral_value() else scale
    number = format_number(exact, language, decimals=decimals, signed=signed)
    symbol = currency_sign(currency, language)
    if language == "ru":
        return f"{number}{NBSP}{symbol}"
    sign = number[0] if number[0] in f"+{MINUS}" else ""
    gap = NBSP if symbol.isalpha() else ""
    # Between a sign and what is no digit a line may break.
    joined = f"{sign}{WORD_JOINER}" if sign else ""
    return f"{joined}{symbol}{gap}{number[len(sign) :]}"


def format_points_number(points: int, scale: int, language: Language, *, signed: bool = False) -> str:
    """Return the bare figure: whole points without decimals, others with all of them."""
    exact = Decimal(points).scaleb(-scale)
    decimals = 0 if exact == exact.to_integral_value() else scale
    return format_number(exact, language, decimals=decimals, signed=signed)


def format_points(points: int, scale: int, language: Language, *, signed: bool = False) -> str:
    """Return ``57 бонусов`` for 57 units of scale 0, or for 5700 of scale 2."""
    return translator(language).ngettext(
        "{number}\u00a0point",
        "{number}\u00a0points",
        _plural_count(points, scale),
        number=format_points_number(points, scale, language, signed=signed),
    )


def format_points_object(points: int, scale: int, language: Language) -> str:
    """Return the points as what something is done to: «списать 21 плюшку» where «21 плюшка» would be wrong."""
    return translator(language).npgettext(
        "object",
        "{number}\u00a0point",
        "{number}\u00a0points",
        _plural_count(points, scale),
        number=format_points_number(points, scale, language),
    )


def format_points_bound(points: int, scale: int, language: Language) -> str:
    """Return the points as they follow “no more than”, which Russian declines: «не больше 21 бонуса»."""
    return translator(language).npgettext(
        "no more than",
        "{number}\u00a0point",
        "{number}\u00a0points",
        _plural_count(points, scale),
        number=format_points_number(points, scale, language),
    )


def _plural_count(points: int, scale: int) -> int:
    whole, rest = divmod(abs(points), 10**scale)
    # A fraction takes the form that follows two, in Russian and in English: «1,50 бонуса», "1.50 points".
    return 2 if rest else whole


def percent_sign(language: Language) -> str:
    """Return the sign with the space that goes before it."""
    return f"{NBSP}%" if language == "ru" else "%"


def format_percent(bp: int, language: Language) -> str:
    """Return ``7,5 %`` for 750 basis points, with as many decimals (at most two) as it needs."""
    percent = Decimal(bp).scaleb(-2).normalize()
    decimals = max(0, -int(percent.as_tuple().exponent))
    return format_number(percent, language, decimals=decimals) + percent_sign(language)


def format_ratio(numerator: int, denominator: int, language: Language) -> str:
    """Return the share in per cent, half up, with a decimal where it tells something; of nothing, a dash."""
    if denominator == 0:
        return "—"
    percent = (Decimal(numerator) * 100 / Decimal(denominator)).quantize(
        Decimal("0.1"), rounding=ROUND_HALF_UP
    )
    decimals = 0 if percent == percent.to_integral_value() else 1
    return format_number(percent, language, decimals=decimals) + percent_sign(language)


def format_quantity(milli: int, language: Language) -> str:
    """Return ``1,5`` for 1500 thousandths."""
    exact = Decimal(milli).scaleb(-3).normalize()
    return format_number(exact, language, decimals=max(0, -int(exact.as_tuple().exponent)))


def format_date(
    day: date | datetime,
    language: Language,
    *,
    zone: str = "UTC",
    form: Literal["full", "day", "short"] = "full",
) -> str:
    """Return ``3 декабря 2025`` (``day``: no year, ``short``: ``03.12``); a moment is told in ``zone``."""
    if isinstance(day, datetime):
        day = day.astimezone(ZoneInfo(zone)).date()
    return _date(day, language, form)


@lru_cache(maxsize=DATES_MAX)
def _date(day: date, language: Language, form: Literal["full", "day", "short"]) -> str:
    return babel_date(day, _DATE_PATTERNS[language, form], locale=language).replace(" ", NBSP)


def format_month(month: int, language: Language) -> str:
    """Return the name of a month as it stands alone: «март», "March"."""
    return babel_date(date(2000, month, 1), "LLLL", locale=language)


def format_time(moment: datetime, zone: str, *, seconds: bool = False) -> str:
    """Return the wall clock in ``zone``: ``14:02`` or ``14:02:37``."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S" if seconds else "%H:%M")


def format_datetime(
    moment: datetime, zone: str, language: Language, *, form: Literal["full", "day", "short"] = "full"
) -> str:
    """Return ``3 декабря 2025, 14:02`` in ``zone``."""
    return f"{format_date(moment, language, zone=zone, form=form)}, {format_time(moment, zone)}"


def join(parts: Sequence[str], language: Language, *, either: bool = False) -> str:
    """Return ``a, b и c``; with ``either`` ``a, b или c``."""
    if len(parts) <= 1:
        return "".join(parts)
    patterns = Locale.parse(language).list_patterns["or" if either else "standard"]
    last = patterns["2" if len(parts) == 2 else "end"]  # noqa: PLR2004
    return str(last).format(", ".join(parts[:-1]), parts[-1])
