"""Writes a preset's programme out: in a business's currency, with its amounts, in its language, with its names."""

from typing import Any

import msgspec

from plushka.domain.programs.presets import amounts
from plushka.domain.programs.presets.model import Preset, PresetWithoutCurrency
from plushka.engine.program import Program
from plushka.platform.i18n import Language, translator

MONEY = frozenset({"from_minor", "receipt_min_minor", "min_minor", "max_minor", "amount_min_minor"})
POINTS = frozenset({"points", "points_min", "balance_residual_min", "per_receipt", "per_day", "per_month"})
AMOUNT_OF = {"spend": amounts.money, "points_earned": amounts.points}


def write_program(preset: Preset, *, currency: str, language: Language) -> Program:
    """Return the programme of ``preset`` for a business of this currency and language.

    :raises PresetWithoutCurrency: the presets' amounts are not rounded for ``currency``
    """
    if currency not in amounts.CURRENCIES:
        raise PresetWithoutCurrency(field="preset", currency=currency)
    body = _written(msgspec.to_builtins(preset.program), currency, language)
    point = {"value_minor": amounts.POINT_VALUE_MINOR[currency]}
    return msgspec.convert({**body, "currency": currency, "point": point}, Program)


def _written(value: Any, currency: str, language: Language) -> Any:
    match value:
        case dict():
            return {name: _part(name, part, value, currency, language) for name, part in value.items()}
        case list() | tuple():
            return [_written(part, currency, language) for part in value]
        case _:
            return value


def _part(name: str, part: Any, whole: dict[str, Any], currency: str, language: Language) -> Any:
    if name == "name":
        return translator(language).gettext(part)
    if name == "at_least" and whole["metric"] in AMOUNT_OF:
        return AMOUNT_OF[whole["metric"]](part, currency)
    # A ladder's ``per_day`` is a switch, that of caps a number.
    if isinstance(part, int) and not isinstance(part, bool):
        if name in MONEY:
            return amounts.money(part, currency)
        if name in POINTS:
            return amounts.points(part, currency)
    return _written(part, currency, language)
