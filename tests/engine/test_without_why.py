"""Who asks neither why nor which lines points are for is told the same: by sums, and by code that is written out."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from tests.engine.strategies import MONDAY_NOON, PLACE, sales

from plushka.engine.conditions import Product
from plushka.engine.evaluate import evaluate
from plushka.engine.local_time import moment
from plushka.engine.program import Band, EarningRule, Effect, Fixed, Ladder, Percent, Program
from plushka.engine.program_files import parse, parse_program
from plushka.engine.purchase import Basket, Line, Member, Outcome
from plushka.engine.specs.format import ExampleFile
from plushka.engine.specs.units import Units
from plushka.engine.version import Version, compile_version

SPECS = Path(__file__).parent / "specs"
Sale = tuple[Version, Member, Basket, datetime]


@settings(max_examples=150, deadline=None)
@given(sales())
def test_what_does_not_explain_itself_is_decided_the_same(sale: Sale) -> None:
    whole, spare = evaluate(*sale), evaluate(*sale, explains=False)
    assert spare.lines == ()
    assert spare.notes == ()
    assert in_short(spare) == in_short(whole)


@settings(max_examples=100, deadline=None)
@given(sales(), sales())
def test_versions_that_are_numbered_together_decide_as_each_alone(first: Sale, second: Sale) -> None:
    version, member, basket, at = second
    alike = replace(
        first[0].program,
        excluded=version.program.excluded,
        delivery_takes_part=version.program.delivery_takes_part,
    )
    other = compile_version(first[0].id, alike)
    beside = compile_version(version.id, version.program, beside=other)
    sight = other.see(basket, moment(at, basket.place))
    assert sight.numbering is beside.masks.numbering
    spare = evaluate(other, first[1], basket, at, explains=False, sight=sight)
    assert spare == evaluate(other, first[1], basket, at, explains=False)
    for explains in (True, False):
        decided = evaluate(beside, member, basket, at, explains=explains, sight=sight)
        assert decided == evaluate(version, member, basket, at, explains=explains)


def in_short(outcome: Outcome) -> Outcome:
    """Return the outcome without what only tells how it came about."""
    awards = tuple(replace(award, by_line=()) for award in outcome.awards)
    redeemed = replace(outcome.redeemed, by_line_points=()) if outcome.redeemed else None
    cards = outcome.cards if any(card.stamps for card in outcome.cards) else ()
    return replace(outcome, lines=(), notes=(), awards=awards, redeemed=redeemed, next_tier=None, cards=cards)


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.json")), ids=lambda path: path.name)
def test_every_example_is_decided_the_same(path: Path) -> None:
    spec = parse(path.read_bytes(), ExampleFile)
    raw = bytes(spec.program)
    if raw.startswith(b'"'):
        raw = (SPECS / "programs" / msgspec.json.decode(raw, type=str)).read_bytes()
    version = compile_version(UUID(int=0), parse_program(raw))
    units = Units(spec, version)
    for case in spec.cases:
        basket, at = units.basket(case), units.instant(case.at)
        member = units.member(case.member) if case.member is not None else None
        spare = evaluate(version, member, basket, at, explains=False)
        assert in_short(spare) == in_short(evaluate(version, member, basket, at)), case.it


@pytest.mark.parametrize("amount_minor", [2**31, 2**32 - 1, 2**32, 2**33 + 1, 2**48])
def test_no_receipt_is_too_large_for_sums(amount_minor: int) -> None:
    rules = (
        EarningRule("base", "b", Percent(500)),
        EarningRule("visit", "v", Fixed(10), policy="stack"),
    )
    version = compile_version(UUID(int=1), Program("p", "IDR", earning=rules))
    basket = Basket(lines=(Line("bread", 1000, amount_minor), Line("milk", 1000, 7)), place=PLACE)
    spare = evaluate(version, Member(), basket, MONDAY_NOON, explains=False)
    assert spare == in_short(evaluate(version, Member(), basket, MONDAY_NOON))


LOSERS = (
    Fixed(10),
    Fixed(3, per="line"),
    Ladder((Band(0, 100), Band(120_000, 500))),
    Ladder((Band(0, 100), Band(120_000, 500)), marginal=True),
)


@pytest.mark.parametrize("effect", LOSERS, ids=str)
def test_a_rule_that_loses_lines_to_an_exclusive_one_gives_the_same(effect: Effect) -> None:
    """Its pace is told by all lines that it claims, its points by those that it has won."""
    rules = (
        EarningRule("wine", "w", Percent(100), lines=Product(("wine",)), policy="exclusive"),
        EarningRule("loser", "l", effect, policy="stack"),
    )
    version = compile_version(UUID(int=1), Program("p", "RUB", earning=rules))
    basket = Basket(lines=(Line("bread", 1000, 100_000), Line("wine", 1000, 70_000)), place=PLACE)
    spare = evaluate(version, Member(), basket, MONDAY_NOON, explains=False)
    assert spare == in_short(evaluate(version, Member(), basket, MONDAY_NOON))
    assert {award.rule for award in spare.awards} == {"wine", "loser"}
