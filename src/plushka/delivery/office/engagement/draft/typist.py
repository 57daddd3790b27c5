"""Values as people type them: the inverse of what ``web/forms.py`` reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from plushka.platform.i18n import Language, currency_decimals, format_number

Typed = dict[str, list[str]]
TRUE = "on"
TIMES_MIN = Decimal(101)
"""The least that a rule may multiply points by, in hundredths."""


@dataclass(frozen=True, slots=True)
class Typist:
    """Writes values for one reader, in the currency and the points of one programme."""

    language: Language
    currency: str
    scale: int

    def number(self, units: int | None, decimals: int = 0) -> str:
        """Return ``units`` of ``10 ** -decimals``, all decimals or none; nothing is nothing."""
        if units is None:
            return ""
        exact = Decimal(units).scaleb(-decimals)
        return self._told(exact, 0 if exact == exact.to_integral_value() else decimals)

    def money(self, minor: int | None) -> str:
        return self.number(minor, currency_decimals(self.currency))

    def points(self, units: int | None) -> str:
        return self.number(units, self.scale)

    def rate(self, bp: int | None) -> str:
        return "" if bp is None else self._as_needed(Decimal(bp).scaleb(-2))

    def times(self, bp: int) -> str:
        """Return how many times as many; what is finer in a file is rounded, never to one."""
        return self._as_needed(max(TIMES_MIN, (Decimal(bp) / 100).to_integral_value()).scaleb(-2))

    def quantity(self, milli: int | None) -> str:
        return "" if milli is None else self._as_needed(Decimal(milli).scaleb(-3))

    def _as_needed(self, exact: Decimal) -> str:
        return self._told(exact, max(0, -int(exact.normalize().as_tuple().exponent)))

    def _told(self, exact: Decimal, decimals: int) -> str:
        text = format_number(exact, self.language, decimals=decimals)
        # A comma is read as the decimal point, so English thousands stay together.
        return text.replace(",", "") if self.language == "en" else text


def one(**fields: str) -> Typed:
    """Return fields of one value each."""
    return {name: [text] for name, text in fields.items()}


def under(prefix: str, typed: Mapping[str, Iterable[str]]) -> Typed:
    """Return the fields under ``prefix.``."""
    return {f"{prefix}.{name}": list(values) for name, values in typed.items()}


def tick(*, on: bool) -> str:
    return TRUE if on else ""
