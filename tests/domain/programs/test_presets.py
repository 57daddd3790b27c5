"""Presets (F25, F30): each is an example file that holds, and means the same in every currency and language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plushka.commands.rules import report, run_folder
from plushka.domain.programs import presets
from plushka.domain.programs.presets import amounts, writing
from plushka.domain.programs.presets.model import Preset, PresetWithoutCurrency, Typical, UnknownPreset
from plushka.domain.programs.presets.shelf import get_preset, list_presets
from plushka.domain.programs.presets.typical import RECEIPTS, typical_receipts
from plushka.domain.programs.presets.words import CATEGORIES, NAMES
from plushka.domain.programs.presets.writing import write_program
from plushka.domain.programs.telling.program import describe_program
from plushka.domain.programs.telling.voice import Names
from plushka.engine.check import problems
from plushka.engine.specs.run import Result
from plushka.platform.i18n import LANGUAGES, Language

FILES = Path(presets.__path__[0]) / "files"
SWITCHES_AND_RATES = {
    "discount_bp",
    "rate_bp",
    "receipt_share_bp",
    "days",
    "months",
    "quantity_min_milli",
    "needed",
}
COST_OFF_BP_MAX = 200
"""How far the cost of a typical receipt may be from that in roubles: rows are rounded by hand."""


each_preset = pytest.mark.parametrize("preset", list_presets(), ids=lambda preset: preset.id)


@pytest.mark.parametrize("result", run_folder(FILES), ids=lambda result: f"{result.file}: {result.it}")
def test_its_examples_are_as_expected(result: Result) -> None:
    assert not result.differences, report([result])


def test_there_is_one_for_each_file() -> None:
    assert sorted(preset.id for preset in list_presets()) == sorted(
        path.stem for path in FILES.glob("*.json")
    )


@each_preset
@pytest.mark.parametrize("currency", amounts.CURRENCIES)
def test_it_costs_about_the_same_in_every_currency(preset: Preset, currency: str) -> None:
    program = write_program(preset, currency=currency, language="en")
    assert not problems(program)
    assert program.currency == currency
    for typical, in_roubles in zip(receipts(preset, currency), receipts(preset, "RUB"), strict=True):
        assert abs(typical.cost_bp - in_roubles.cost_bp) <= COST_OFF_BP_MAX, typical
        assert (typical.earned_points > 0) == (in_roubles.earned_points > 0), typical
        assert (typical.redeemable_minor > 0) == (in_roubles.redeemable_minor > 0), typical


def receipts(preset: Preset, currency: str) -> tuple[Typical, ...]:
    return typical_receipts(preset, write_program(preset, currency=currency, language="en"))


@each_preset
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_without_a_code_or_a_foreign_word(preset: Preset, language: Language) -> None:
    program = write_program(preset, currency="RUB", language=language)
    told = describe_program(program, language=language, names=Names(categories=preset.categories))
    for code in preset.categories:
        assert f"«{code}»" not in str(told)
        assert f"“{code}”" not in str(told)
    names = [program.name, *(rule.name for rule in program.earning)]
    assert (
        all(("а" <= name.lower()[-1] <= "я") or not name[-1].isalpha() for name in names) or language == "en"
    )


def test_every_name_in_the_files_is_translated() -> None:
    in_files = {name for preset in list_presets() for name in names_of(msgspec.to_builtins(preset.program))}
    typical = {case.it for preset in list_presets() for case in preset.examples.cases[:RECEIPTS]}
    assert set(NAMES) <= in_files | typical <= {*NAMES, *CATEGORIES.values()}
    assert {code for preset in list_presets() for code in preset.categories} == set(CATEGORIES)


def names_of(body: Any) -> Iterator[str]:
    match body:
        case dict():
            for field, part in body.items():
                yield from [part] if field == "name" else names_of(part)
        case list() | tuple():
            for part in body:
                yield from names_of(part)
        case _:
            pass


def test_every_number_in_the_files_is_known_to_be_an_amount_or_none() -> None:
    known = writing.MONEY | writing.POINTS | {"at_least"} | SWITCHES_AND_RATES
    for preset in list_presets():
        assert set(numbers_of(msgspec.to_builtins(preset.program))) <= known


def numbers_of(body: Any) -> Iterator[str]:
    match body:
        case dict():
            for field, part in body.items():
                if isinstance(part, int) and not isinstance(part, bool):
                    yield field
                elif field != "by_tier" or not all(isinstance(rate, int) for rate in part.values()):
                    yield from numbers_of(part)
        case list() | tuple():
            for part in body:
                yield from numbers_of(part)
        case _:
            pass


def test_the_table_of_amounts_grows_with_each_row() -> None:
    roubles = sorted({whole for whole, _ in amounts._MINOR})
    for currency in amounts.CURRENCIES:
        column = [amounts.money(whole * 100, currency) for whole in roubles]
        assert column == sorted(set(column)), currency
        assert all(minor % amounts.POINT_VALUE_MINOR[currency] == 0 for minor in column), currency


def test_a_typical_receipt_of_the_coffee_shop() -> None:
    _, latte_and_pastry, _ = receipts(get_preset("coffee"), "RUB")
    assert latte_and_pastry == Typical(
        it="A latte and a pastry",
        tier=None,
        amount_minor=500_00,
        discount_minor=0,
        earned_points=35,
        cost_bp=700,
        redeemable_minor=250_00,
    )


def test_a_discount_is_a_cost_as_points_are() -> None:
    _, usual, *_ = [each for each in receipts(get_preset("discount"), "RUB") if each.tier == "card"]
    assert (usual.discount_minor, usual.earned_points, usual.cost_bp) == (45_00, 0, 300)


@pytest.mark.parametrize(
    ("preset_id", "summary"),
    [
        ("discount", "Скидка 3 %, 5 % с 10 000 ₽, 7 % с 30 000 ₽, 10 % с 100 000 ₽."),
        ("discount_points", "Скидка 3 % с 10 000 ₽, 5 % с 30 000 ₽, 3 % бонусами с каждого чека, "),
    ],
)
def test_a_discount_programme_is_told_by_its_discounts(preset_id: str, summary: str) -> None:
    program = write_program(get_preset(preset_id), currency="RUB", language="ru")
    told = describe_program(program, language="ru").summary
    assert told.replace("\u00a0", " ").startswith(summary)


def test_what_is_not_there_is_refused_at_its_field() -> None:
    with pytest.raises(UnknownPreset) as unknown:
        get_preset("casino")
    with pytest.raises(PresetWithoutCurrency) as foreign:
        write_program(get_preset("coffee"), currency="GEL", language="ru")
    assert (unknown.value.field, foreign.value.field) == ("preset", "preset")
