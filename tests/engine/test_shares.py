"""Rounding and spreading: where every kopeck goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plushka.engine.fiscal import fiscal_lines
from plushka.engine.parts import Rounding
from plushka.engine.shares import rounded, spread

weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any)


@pytest.mark.parametrize(
    ("mode", "results"), [("floor", (0, 0, 0, 1)), ("half_up", (0, 0, 1, 1)), ("ceil", (0, 1, 1, 1))]
)
def test_rounding_modes_differ_between_whole_numbers_only(mode: Rounding, results: tuple[int, ...]) -> None:
    assert tuple(rounded(numerator, 10, mode) for numerator in (0, 4, 5, 10)) == results


@given(st.integers(0, 10**12), weights)
def test_shares_sum_to_the_total_and_are_within_one_of_exact(total: int, weights: list[int]) -> None:
    shares = spread(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)


@given(weights, st.data())
def test_no_share_exceeds_its_weight_when_the_total_does_not(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    assert all(share <= weight for share, weight in zip(spread(total, weights), weights, strict=True))


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 20))
def test_equal_lines_differ_by_one_and_the_earlier_gets_it(total: int, weight: int, count: int) -> None:
    shares = spread(total, [weight] * count)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= 1


def test_a_line_price_is_split_in_two_when_no_price_expresses_the_sum() -> None:
    assert fiscal_lines(3_000, 1_000) == ((2_000, 333), (1_000, 334))
    assert fiscal_lines(2_000, 1_000) == ((2_000, 500),)
    assert fiscal_lines(1_500, 1_001) == ((1_500, 667),)


@given(st.integers(1, 10**6), st.integers(0, 10**9))
def test_fiscal_lines_come_to_the_sum_as_a_till_rounds_it(quantity_milli: int, payable_minor: int) -> None:
    parts = fiscal_lines(quantity_milli, payable_minor)
    assert len(parts) <= 2
    assert sum(quantity for quantity, _ in parts) == quantity_milli
    assert all(quantity > 0 and price >= 0 for quantity, price in parts)
    assert sum((quantity * price * 2 + 1000) // 2000 for quantity, price in parts) == payable_minor
