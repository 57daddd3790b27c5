"""Forms: what was typed, what it means, and what is wrong with it, field by field.

A handler reads its fields with the methods below. Each gives a value for the domain, or notes a problem
at the field and gives None; what was typed stays for the page to show again.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from litestar import Request

from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.platform.errors import Refusal
from plushka.platform.i18n import Translator, currency_decimals, format_number

Choice = TypeVar("Choice", bound=str)
Value = TypeVar("Value")
Day = TypeVar("Day", date, datetime)

TEXT_LENGTH_MAX = 200
NUMBER_LENGTH_MAX = 40
YEARS = (1900, 2199)
"""Of birthdays and of plans: arithmetic with the last day of time fails."""
_TRUE = "on"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?", re.ASCII)


class Form:
    """What was typed into a form. ``typed`` may hold several values under one name (check boxes).

    ``scale`` is that of the points which a refusal may speak of.
    """

    def __init__(
        self, words: Translator, typed: Mapping[str, Iterable[str]] | None = None, *, scale: int = 0
    ) -> None:
        self._words = words
        self._scale = scale
        self._typed = {
            name: [value.replace("\0", "") for value in values] for name, values in (typed or {}).items()
        }
        self.problems: dict[str, str] = {}

    @property
    def is_sound(self) -> bool:
        return not self.problems

    @property
    def was_sent(self) -> bool:
        """Tell whether anything was typed, so that it is not shown for the first time."""
        return bool(self._typed)

    def filled(self, values: Mapping[str, str]) -> "Form":
        """Return the form as though ``values`` had been typed over what was."""
        typed: dict[str, Iterable[str]] = {**self._typed, **{name: [value] for name, value in values.items()}}
        return Form(self._words, typed, scale=self._scale)

    def value(self, name: str, default: str = "") -> str:
        """Return what was typed; ``default`` where the form has no such field, as when it is shown first."""
        values = self._typed.get(name)
        return values[0] if values else default

    def values(self, name: str) -> list[str]:
        """Return all that was chosen under one name."""
        return list(self._typed.get(name, ()))

    def names(self) -> list[str]:
        """Return the names under which something was sent."""
        return list(self._typed)

    def all_values(self) -> list[str]:
        """Return all that was typed, under whatever name."""
        return [value for values in self._typed.values() for value in values]

    def altered(self, changes: Mapping[str, Iterable[str]]) -> "Form":
        """Return the form as if ``changes`` had been typed too, without problems."""
        return Form(self._words, {**self._typed, **changes}, scale=self._scale)

    def part(self, prefix: str) -> "Form":
        """Return the form of those fields alone whose names begin with ``prefix``, without problems."""
        typed = {name: values for name, values in self._typed.items() if name.startswith(prefix)}
        return Form(self._words, typed, scale=self._scale)

    def is_ticked(self, name: str, value: str, default: bool) -> bool:  # noqa: FBT001  called from templates
        """Tell whether a check box is to be shown ticked: a browser sends nothing for one that is not."""
        return value in self.values(name) if self._typed else default

    def problem(self, name: str) -> str:
        """Return what is wrong with a field, or nothing."""
        return self.problems.get(name, "")

    def fail(self, name: str, sentence: str) -> None:
        """Note a problem; the first one of a field stays."""
        self.problems.setdefault(name, sentence)

    def refused(
        self, refusal: Refusal, *, fields: Mapping[str, str] | None = None, default: str = ""
    ) -> None:
        """Note what the domain refused at the field it names; ``fields`` maps its names to the form's.

        A refusal of no field of this form lands on ``default``, the form as a whole if that is empty.
        """
        named = (fields or {}).get(refusal.field or "", refusal.field or "")
        sentence = refusal_sentence(refusal.code, refusal.facts, self._words.language, scale=self._scale)
        self.fail(named if named in self._typed else default, sentence)

    def text(self, name: str, *, required: bool = True, length_max: int = TEXT_LENGTH_MAX) -> str:
        """Return a text without spaces around it."""
        text = self.value(name).strip()
        if required and not text:
            self.fail(name, self._words.gettext("Fill this in."))
        elif len(text) > length_max:
            self.fail(
                name,
                self._words.gettext(
                    "This is too long; the most is {length} characters.",
                    length=format_number(length_max, self._words.language),
                ),
            )
        return text

    def flag(self, name: str) -> bool:
        return self.value(name) == _TRUE

    def choice(
        self, name: str, allowed: Collection[Choice], *, default: Choice | None = None
    ) -> Choice | None:
        """Return the option chosen; one that the form does not offer is a problem."""
        chosen = self.value(name)
        if chosen == "" and default is not None:
            return default
        for option in allowed:
            if option == chosen:
                return option
        self.fail(name, self._words.gettext("Choose one of these."))
        return None

    def number(
        self, name: str, *, decimals: int = 0, least: int = 0, most: int = 10**15, required: bool = True
    ) -> int | None:
        """Return a number in units of ``10 ** -decimals``, exactly; ``least`` and ``most`` are in these units.

        Spaces between digits and a comma or a point before decimals are understood, as people write them.
        """
        text = "".join(self.value(name).split()).replace(",", ".").replace("\N{MINUS SIGN}", "-")
        if not text:
            if required:
                self.fail(name, self._words.gettext("Fill this in."))
            return None
        units = _units(text, decimals)
        if units is None:
            self.fail(
                name,
                self._words.gettext("Enter a number, such as {example}.", example=self._example(decimals)),
            )
        elif units < least:
            self.fail(name, self._words.gettext("The least is {number}.", number=self._told(least, decimals)))
        elif units > most:
            self.fail(name, self._words.gettext("The most is {number}.", number=self._told(most, decimals)))
        else:
            return units
        return None

    def money(
        self, name: str, currency: str, *, least: int = 0, most: int = 10**15, required: bool = True
    ) -> int | None:
        """Return an amount typed in whole units of ``currency``, in its minor units."""
        return self.number(
            name, decimals=currency_decimals(currency), least=least, most=most, required=required
        )

    def rate(self, name: str, *, least: int = 0, most: int = 100_00, required: bool = True) -> int | None:
        """Return a percentage in basis points."""
        return self.number(name, decimals=2, least=least, most=most, required=required)

    def day(self, name: str, *, required: bool = True) -> date | None:
        """Return a date as browsers send it, ``2026-11-25``, of ``YEARS``."""
        return self._parsed(name, _read_day, self._words.gettext("Enter a date."), required=required)

    def moment(self, name: str, *, required: bool = True) -> datetime | None:
        """Return a moment without a zone, as browsers send it: ``2026-11-25T14:30``, of ``YEARS``."""
        return self._parsed(
            name, _read_moment, self._words.gettext("Enter a date and a time."), required=required
        )

    def clock(self, name: str, *, required: bool = True) -> time | None:
        """Return a time of day, ``14:30``."""
        return self._parsed(name, time.fromisoformat, self._words.gettext("Enter a time."), required=required)

    def id(self, name: str, *, required: bool = True) -> UUID | None:
        return self._parsed(name, UUID, self._words.gettext("Choose one of these."), required=required)

    def _parsed(
        self, name: str, parse: Callable[[str], Value], sentence: str, *, required: bool
    ) -> Value | None:
        text = self.value(name).strip()
        if not text:
            if required:
                self.fail(name, self._words.gettext("Fill this in."))
            return None
        try:
            return parse(text)
        except ValueError:
            self.fail(name, sentence)
            return None

    def _told(self, units: int, decimals: int) -> str:
        return format_number(Decimal(units).scaleb(-decimals), self._words.language, decimals=decimals)

    def _example(self, decimals: int) -> str:
        return self._told(15 * 10**decimals // 10 if decimals else 15, decimals)


def _read_day(text: str) -> date:
    return _within_years(date.fromisoformat(text))


def _read_moment(text: str) -> datetime:
    return _within_years(datetime.fromisoformat(text))


def _within_years(day: Day) -> Day:
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError
    return day


async def read_form(request: Request[Any, Any, Any], words: Translator, *, scale: int = 0) -> Form:
    """Return what a browser sent; files are not fields."""
    sent = await request.form()
    typed: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            typed.setdefault(name, []).append(value)
    return Form(words, typed, scale=scale)


def _units(text: str, decimals: int) -> int | None:
    if len(text) > NUMBER_LENGTH_MAX or not _NUMBER.fullmatch(text):
        return None
    units = Decimal(text).scaleb(decimals)
    return int(units) if units == units.to_integral_value() else None
