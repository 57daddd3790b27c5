"""Control groups and what is claimed of them: drawn again alike, exact shares, the interval, no claim by accident."""

from collections import Counter
from hashlib import sha256
from itertools import product
from random import Random
from statistics import fmean, variance
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.simulated_experiments import SCENARIOS, Scenario, tally

from plushka.engine.experiments.effects import CONTROL_MIN, effect
from plushka.engine.experiments.groups import (
    BLOCK,
    Assigned,
    Tally,
    assign,
    bounds_of,
    draw_on,
    group_of,
    held_out,
    stratum_of,
)
from plushka.engine.experiments.moments import Cell, Moments
from plushka.engine.experiments.quantiles import student
from plushka.engine.experiments.sight import control_needed, minimal_effect

ids = st.builds(UUID, int=st.integers(0, 2**128 - 1))
SALT = "a salt that is long enough"


def test_a_group_can_be_worked_out_with_nothing_but_a_hash() -> None:
    member = UUID(int=3)
    number = int(sha256(SALT.encode() + member.bytes).hexdigest()[:16], 16)
    share_bp = number * 10_000 // 2**64
    assert 0 < share_bp < 5000
    assert group_of(SALT, member, share_bp + 1)
    assert not group_of(SALT, member, share_bp)


@given(ids, st.integers(0, 5000), st.integers(0, 5000))
def test_a_larger_share_keeps_whom_the_smaller_held_out(member: UUID, one: int, two: int) -> None:
    assert group_of(SALT, member, min(one, two)) <= group_of(SALT, member, max(one, two))
    assert not group_of(SALT, member, 0)


def test_a_tenth_of_many_is_held_out_and_another_salt_draws_others() -> None:
    members = [UUID(int=number) for number in range(20_000)]
    one, two = ({m for m in members if group_of(salt, m, 10_00)} for salt in ("first", "second"))
    assert abs(len(one) - 2000) < 150
    assert abs(len(two) - 2000) < 150
    assert abs(len(one & two) - 200) < 60


@given(
    st.lists(
        st.tuples(ids, st.none() | st.integers(0, 50)), max_size=200, unique_by=lambda member: member[0]
    ),
    st.integers(0, 5000),
    st.randoms(use_true_random=False),
)
def test_shares_are_exact_and_the_draw_can_be_repeated(
    members: list[tuple[UUID, int | None]], control_bp: int, shuffled: Random
) -> None:
    drawn = assign(members, SALT, control_bp)
    assert [one.member_id for one in drawn] == [member for member, _ in members]
    assert sum(one.is_control for one in drawn) == (len(members) * control_bp + 5000) // 10_000
    sizes = Counter(one.stratum for one in drawn)
    for stratum, size in sizes.items():
        held = sum(one.is_control for one in drawn if one.stratum == stratum)
        assert abs(held - size * control_bp / 10_000) <= 1
    again = [(one.member_id, one.stratum) for one in drawn]
    shuffled.shuffle(again)
    assert held_out(again, SALT, control_bp) == {one.member_id for one in drawn if one.is_control}


@given(
    st.lists(st.tuples(ids, st.integers(0, 2)), max_size=150, unique_by=lambda member: member[0]),
    st.integers(0, 5000),
    st.data(),
)
def test_who_comes_one_by_one_is_drawn_in_exact_shares_however_many_come_at_once(
    members: list[tuple[UUID, int]], control_bp: int, data: st.DataObject
) -> None:
    drawn, tallies = draw_on(members, SALT, control_bp, {})
    assert [(one.member_id, one.stratum) for one in drawn] == members
    for stratum in {stratum for _, stratum in members}:
        held = [one.is_control for one in drawn if one.stratum == stratum]
        assert tallies[stratum].come == len(held)
        for end in range(BLOCK, len(held) + 1, BLOCK):
            assert sum(held[:end]) == (end * control_bp + 5000) // 10_000

    parts: list[Assigned] = []
    so_far: dict[int, Tally] = {}
    while len(parts) < len(members):
        size = data.draw(st.integers(1, len(members) - len(parts)))
        some, so_far = draw_on(members[len(parts) : len(parts) + size], SALT, control_bp, so_far)
        parts += some
    assert (parts, so_far) == (drawn, tallies)


def test_whose_turn_it_is_does_not_tell_who_is_held_out() -> None:
    """At each place of a block about a tenth of members are held out, whatever the salt."""
    block = [(UUID(int=number), 1) for number in range(BLOCK)]
    held = Counter[int]()
    for number in range(4000):
        drawn, _ = draw_on(block, f"salt {number}", 10_00, {})
        held.update(place for place, one in enumerate(drawn) if one.is_control)
    assert sum(held.values()) == 2 * 4000
    assert all(330 <= held[place] <= 470 for place in range(BLOCK)), held


def test_strata_are_fifths_of_those_who_have_bought_and_one_of_those_who_have_not() -> None:
    bounds = bounds_of([None, *range(100)])
    assert Counter(stratum_of(value, bounds) for value in (None, *range(100))) == {0: 1} | dict.fromkeys(
        range(1, 6), 20
    )
    assert stratum_of(10**9, bounds) == 5
    assert bounds_of([None]) == ()


def test_without_strata_and_history_the_interval_is_that_of_two_means() -> None:
    treated, control = [3, 5, 9, 0] * 50, [1, 0, 7, 2] * 30
    found = effect([_cell(0, False, treated), _cell(0, True, control)])
    assert found is not None
    spread = ((len(treated) - 1) * variance(treated) + (len(control) - 1) * variance(control)) / (320 - 2)
    reach = student(0.98, 318) * (spread * (1 / 200 + 1 / 120)) ** 0.5
    assert found.per_member == pytest.approx(fmean(treated) - fmean(control))
    assert (found.low, found.high) == pytest.approx((found.per_member - reach, found.per_member + reach))
    assert (found.total, found.verdict, found.lowered_by) == (350, "proven", 0)


def test_who_paid_more_before_is_expected_to_pay_more_after() -> None:
    draw = Random(7)  # noqa: S311 - an example
    before = [(draw.randrange(0, 1000), not number % 10) for number in range(2000)]
    rich = [(x + (0 if is_control else 500), is_control) for x, is_control in before]
    cells = [
        Cell(0, group, Moments.of((x, 2 * x) for x, is_control in rich if is_control == group))
        for group in (False, True)
    ]
    found = effect(cells)
    assert found is not None
    assert found.treated_mean - found.control_mean > 900
    assert found.per_member == pytest.approx(0, abs=1e-6)
    assert found.lowered_by == pytest.approx(1)


def test_a_stratum_that_is_larger_among_the_treated_counts_as_it_does_among_them() -> None:
    """A tenth of the good are left alone and half of the poor: means of all would praise what did nothing."""
    cells = [
        _cell(0, False, [10, 12] * 50),
        _cell(0, True, [10, 12] * 50),
        _cell(1, False, [100, 120] * 450),
        _cell(1, True, [100, 120] * 50),
    ]
    found = effect(cells)
    assert found is not None
    assert found.per_member == pytest.approx(0)
    assert found.verdict == "not_proven"


@pytest.mark.parametrize(
    ("treated", "control", "verdict"),
    [
        ([10] * CONTROL_MIN, [1] * (CONTROL_MIN - 1), "too_few"),
        ([10, 11] * 50, [1, 2] * 50, "proven"),
        ([1, 2] * 50, [10, 11] * 50, "harm_proven"),
        ([1, 2] * 50, [2, 1] * 50, "not_proven"),
        ([0] * 900, [0] * 100, "not_proven"),
    ],
)
def test_a_verdict_is_given_by_the_whole_interval_and_never_of_few(
    treated: list[int], control: list[int], verdict: str
) -> None:
    found = effect([_cell(0, False, treated), _cell(0, True, control)])
    assert found is not None
    assert found.verdict == verdict


def test_one_large_receipt_of_the_control_group_proves_no_harm() -> None:
    found = effect([_cell(0, False, [1, 2] * 450), _cell(0, True, [1, 2] * 49 + [1, 150])])
    assert found is not None
    assert found.high < 0
    assert found.verdict == "not_proven"


def test_while_it_is_measured_more_is_asked_of_an_effect() -> None:
    cells = [_cell(0, False, [10, 30] * 450), _cell(0, True, [8, 27] * 50)]
    found = effect(cells)
    assert found is not None
    assert (found.verdict, found.early_verdict) == ("proven", "not_proven")


def test_nobody_on_one_side_is_no_effect_at_all() -> None:
    assert effect([_cell(0, False, [1, 2, 3])]) is None
    assert effect([]) is None
    lonely = [_cell(stratum, False, [1] * 9) for stratum in range(3)] + [_cell(1, True, [1])]
    assert effect(lonely) is None


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(-(10**9), 10**9)), min_size=1), st.data())
def test_sums_of_parts_are_the_sums_of_the_whole(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(pairs)))
    assert Moments.of(pairs[:cut]) + Moments.of(pairs[cut:]) == Moments.of(pairs)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)]
)
def test_students_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert student(0.975, freedom) == pytest.approx(quantile, abs=0.004)


def test_what_can_be_seen_before_the_start_is_the_pages_example() -> None:
    past = Moments.of((0, 90_000 + side) for side in (-150_000, 150_000) * 1000)
    sight = minimal_effect(2000, 10_00, past, 600)
    assert (sight.treated, sight.control, sight.is_too_few) == (1800, 200, False)
    assert sight.minor == pytest.approx(313_00, abs=100)
    assert sight.lift_bp == pytest.approx(34_80, abs=10)
    assert sight.buyers_bp == pytest.approx(9_57, abs=5)
    assert control_needed(2000, 250_00, past, 600) == 18_00
    assert control_needed(2000, 100_00, past, 600) is None


def test_a_group_too_small_for_any_verdict_says_so_and_promises_nothing() -> None:
    past = Moments.of([(0, 100), (0, 300)])
    assert minimal_effect(990, 10_00, past, 2).is_too_few
    assert minimal_effect(990, 10_00, past, 2).minor is None
    assert minimal_effect(5000, 10_00, Moments(2), 0).minor is None
    assert control_needed(150, 10**9, past, 2) is None


@pytest.mark.parametrize("scenario", SCENARIOS[:1], ids=lambda scenario: scenario.name)
def test_of_campaigns_that_do_nothing_few_are_claimed_to_do_something(scenario: Scenario) -> None:
    """A whiff of ``make check-experiments``: 30 campaigns where that has 1,000 of each of more kinds."""
    counted = tally(scenario, 30)
    assert counted.covered >= 26
    assert counted.claimed <= 1


def _cell(stratum: int, is_control: bool, figures: list[int]) -> Cell:  # noqa: FBT001 - as a cell has it
    return Cell(stratum, is_control, Moments.of(product([0], figures)))
