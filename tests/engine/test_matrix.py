"""Each mechanic beside each other one: decided and returned as the slow reference does, whatever bounds them."""

from itertools import combinations_with_replacement
from uuid import UUID

import pytest
from tests.engine.mechanics import AT, CIRCUMSTANCES, MECHANICS, Mechanic, program_of, sale_of
from tests.engine.mechanics_table import BEGIN, DOCUMENT, END, lines
from tests.engine.reference import decide
from tests.engine.reference_returns import rest
from tests.engine.test_reference import expected, told, told_rest

from plushka.engine.check import problems
from plushka.engine.evaluate import evaluate
from plushka.engine.purchase import Remainder
from plushka.engine.returns import remainder
from plushka.engine.version import compile_version

PARTIAL = ({0: 1000, 3: 250}, {0: 1000, 1: 1000, 2: 1000})
"""Two returns: a latte and a third of the beans, then the other latte with the croissant and the tea."""
BOTH = {0: 2000, 1: 1000, 2: 1000, 3: 250}


@pytest.mark.parametrize("one", MECHANICS, ids=lambda mechanic: mechanic.name)
def test_two_mechanics_meet_as_the_reference_says(one: Mechanic) -> None:
    for two in MECHANICS[MECHANICS.index(one) :]:
        for circumstance in CIRCUMSTANCES:
            where = f"{one.name} and {two.name}, {circumstance.name}"
            program = program_of(one, two, circumstance)
            assert not problems(program), where
            version = compile_version(UUID(int=1), program)
            member, basket = sale_of(program, (one, two), circumstance)
            outcome = evaluate(version, member, basket, AT)
            decision = decide(version, member, basket, AT)
            assert told(outcome) == expected(decision, len(basket.lines)), where

            def left(gone: dict[int, int]) -> Remainder:
                return remainder(version, member, basket, outcome, gone, AT)  # noqa: B023 - called at once

            for gone in (*PARTIAL, BOTH):
                assert told_rest(left(gone)) == rest(version, member, basket, decision, gone, AT), where
            assert left(dict(reversed(BOTH.items()))) == left(BOTH), where
            whole = left({index: line.quantity_milli for index, line in enumerate(basket.lines)})
            assert sum(whole.refund_minor_by_line) == outcome.payable_minor, where
            assert sum(whole.points_back_by_line) == (outcome.redeemed.points if outcome.redeemed else 0), (
                where
            )
            still = (whole.earned_points, sum(whole.promotions_minor.values()), whole.spend_minor)
            assert (still, whole.cards, whole.referred) == ((0, 0, 0), {}, None), where


def test_every_mechanic_does_something_to_the_receipt() -> None:
    nothing = Mechanic("nothing")
    bare = _outcome(nothing, nothing)
    for mechanic in MECHANICS:
        assert _outcome(mechanic, nothing) != bare, mechanic.name


def _outcome(one: Mechanic, two: Mechanic) -> object:
    circumstance = CIRCUMSTANCES[2]
    program = program_of(one, two, circumstance)
    member, basket = sale_of(program, (one, two), circumstance)
    outcome = evaluate(compile_version(UUID(int=1), program), member, basket, AT)
    return outcome.payable_minor, outcome.earned_points, outcome.gifts, outcome.referred, outcome.redeemed


def test_the_matrix_is_whole() -> None:
    pairs = list(combinations_with_replacement(MECHANICS, 2))
    assert len(pairs) * len(CIRCUMSTANCES) == 1300


def test_the_document_tells_what_the_engine_does_with_two() -> None:
    told = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()

    assert told.splitlines() == lines()
