"""Points in money: whole minor units that come to the change of the balance, whatever a point costs."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from plushka.domain.insights.points.days import Balances, Day, History
from plushka.domain.insights.points.prices import Prices
from plushka.domain.insights.points.ways import WAYS, Way, sign
from plushka.domain.insights.points.worth import apportioned, money, value
from plushka.domain.insights.reports.period import Period

FIRST = date(2026, 3, 1)
PERIOD = Period(FIRST, FIRST + timedelta(days=30))

moves = st.dictionaries(st.sampled_from(WAYS), st.integers(1, 10**6), max_size=6)
days = st.dictionaries(st.integers(0, 29), moves, max_size=12)
prices = st.dictionaries(
    st.integers(-5, 29), st.fractions(0, 500, max_denominator=100), min_size=1, max_size=4
)


def history_of(opening: int, moved: dict[int, dict[Way, int]]) -> History:
    balance, found = opening, []
    for place in sorted(moved):
        balance += sum(sign(way) * points for way, points in moved[place].items())
        ends = Balances(available=max(balance, 0), debt=max(-balance, 0))
        found.append(Day(FIRST + timedelta(days=place), ends, moved[place], {}))
    return History(Balances(available=opening), tuple(found))


@given(st.integers(0, 10**7), days, prices)
def test_movements_and_another_price_are_all_that_changes_the_liability(
    opening: int, moved: dict[int, dict[Way, int]], since: dict[int, Fraction]
) -> None:
    by_day = Prices([(FIRST + timedelta(days=place), since[place]) for place in sorted(since)])
    history = history_of(opening, moved)
    account = value(history, by_day, PERIOD)
    sums = sum(sign(way) * minor for way, minor in account.sum_moved().items())
    assert account.opening_minor + sums + account.revalued_minor == account.closing_minor
    assert account.closing_minor == money(history.closing.net, by_day.on(PERIOD.last_on))
    for day in account.days:
        price = by_day.on(day.day)
        points = moved.get((day.day - FIRST).days, {})
        assert set(day.moved) == set(points)
        # Each part is a whole minor unit next to what it is exactly, and never on the other side of 0.
        assert all(abs(minor - points[way] * price) < 1 <= minor + 1 for way, minor in day.moved.items())


@given(st.lists(st.fractions(-1000, 1000, max_denominator=60), min_size=1, max_size=9))
def test_whole_parts_come_to_the_whole_and_stay_what_they_are_if_they_were_whole(
    exact: list[Fraction],
) -> None:
    total = money(1, sum(exact, Fraction(0)))
    parts = apportioned(total, exact)
    assert sum(parts) == total
    assert all(abs(part - each) < 1 for part, each in zip(parts, exact, strict=True))


def test_worked() -> None:
    # 1000 points at 1 ₽ are 1000 ₽; 300 are spent; then a point buys 80 kopecks: 700 of them lose 140 ₽.
    history = history_of(1000, {2: {"spent": 300}, 10: {"issued": 50}})
    by_day = Prices([(FIRST, Fraction(100)), (FIRST + timedelta(days=10), Fraction(80))])
    account = value(history, by_day, PERIOD)
    assert (account.opening_minor, account.closing_minor, account.revalued_minor) == (
        1000_00,
        600_00,
        -140_00,
    )
    assert account.sum_moved()["spent"] == 300_00
    assert account.sum_moved()["issued"] == 40_00
