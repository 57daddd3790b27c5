"""When points begin and end: months, zones, midnights that do not exist."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plushka.engine.expiry import (
    activates_at,
    active_on,
    effective_expiry,
    expires_at,
    last_day,
    last_valid_on,
    midnight_after,
)
from plushka.engine.local_time import instant, moment
from plushka.engine.program import (
    AfterDays,
    AtOnce,
    ExpiryCalendar,
    ExpiryFixed,
    ExpiryNever,
    ExpiryPolicy,
    ExpirySliding,
)
from plushka.engine.purchase import Place

MOSCOW = "Europe/Moscow"
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
policies: st.SearchStrategy[ExpiryPolicy] = st.one_of(
    st.builds(
        ExpiryFixed,
        days=st.integers(1, 1000),
        round_up_to=st.sampled_from(("day", "week", "month", "quarter", "half_year")),
    ),
    st.builds(
        ExpiryFixed,
        months=st.integers(1, 60),
        round_up_to=st.sampled_from(("day", "week", "month", "quarter", "half_year")),
    ),
    st.builds(ExpirySliding, st.integers(1, 1000)),
    st.builds(ExpiryCalendar, st.integers(1, 12), st.integers(1, 29)),
)


@given(policies, days, days)
def test_points_earned_later_never_expire_earlier(policy: ExpiryPolicy, first: date, second: date) -> None:
    earlier, later = sorted((first, second))
    ends = [last_valid_on(policy, day) for day in (earlier, later)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert earlier < ends[0] <= ends[1]


@pytest.mark.parametrize(
    ("policy", "active", "last"),
    [
        (ExpiryFixed(months=1), date(2026, 1, 31), date(2026, 2, 28)),
        (ExpiryFixed(months=1), date(2028, 1, 31), date(2028, 2, 29)),
        (ExpiryFixed(days=15), date(2026, 3, 1), date(2026, 3, 16)),
        (ExpiryFixed(days=1, round_up_to="week"), date(2026, 3, 2), date(2026, 3, 8)),
        (ExpiryFixed(days=6, round_up_to="week"), date(2026, 3, 2), date(2026, 3, 8)),
        (ExpiryFixed(days=30, round_up_to="month"), date(2026, 3, 2), date(2026, 4, 30)),
        (ExpiryFixed(months=3, round_up_to="quarter"), date(2026, 3, 2), date(2026, 6, 30)),
        (ExpiryFixed(months=3, round_up_to="half_year"), date(2026, 5, 2), date(2026, 12, 31)),
        (ExpiryCalendar(12, 31), date(2026, 3, 2), date(2026, 12, 31)),
        (ExpiryCalendar(12, 31), date(2026, 12, 31), date(2027, 12, 31)),
        (ExpiryCalendar(2, 29), date(2026, 1, 1), date(2026, 2, 28)),
        (ExpiryNever(), date(2026, 3, 2), None),
    ],
)
def test_last_valid_day(policy: ExpiryPolicy, active: date, last: date | None) -> None:
    assert last_valid_on(policy, active) == last


@pytest.mark.parametrize("zone", ["Asia/Vladivostok", "America/New_York", "Africa/Cairo"])
def test_the_last_day_of_what_ends_at_midnight_is_the_day_before(zone: str) -> None:
    # Cairo skips this midnight: the day begins at 01:00.
    day = date(2026, 4, 23)
    assert last_day(midnight_after(day, zone), zone) == day


def test_points_end_at_midnight_of_the_branch_after_their_last_day() -> None:
    assert expires_at(ExpiryFixed(days=1), date(2026, 3, 2), MOSCOW) == datetime(2026, 3, 3, 21, tzinfo=UTC)
    assert expires_at(ExpiryFixed(days=1), date(2026, 3, 2), "Asia/Vladivostok") == datetime(
        2026, 3, 3, 14, tzinfo=UTC
    )


def test_where_clocks_skip_midnight_the_day_begins_at_one() -> None:
    # Beirut: 29 March 2026 begins at 01:00.
    assert instant(date(2026, 3, 29), 0, "Asia/Beirut") == datetime(2026, 3, 28, 22, tzinfo=UTC)
    place = Place("main", "Asia/Beirut", 0)
    assert moment(datetime(2026, 3, 28, 22, tzinfo=UTC), place).business_date == date(2026, 3, 29)
    assert moment(datetime(2026, 3, 28, 21, 59, tzinfo=UTC), place).business_date == date(2026, 3, 28)


def test_an_hour_that_comes_twice_is_its_first_coming() -> None:
    assert instant(date(2026, 10, 25), 150, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_pending_points_begin_with_the_business_day() -> None:
    at = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # 01:30 in Moscow: still the business day of the 2nd
    place = Place("main", MOSCOW)
    business_date = moment(at, place).business_date
    assert business_date == date(2026, 3, 2)
    active = active_on(AfterDays(1), business_date)
    assert active == date(2026, 3, 3)
    assert activates_at(AfterDays(1), active, MOSCOW, 240) == datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert activates_at(AtOnce(), business_date, MOSCOW, 240) is None


@given(days, st.integers(1, 400), days)
def test_a_purchase_never_shortens_a_sliding_lot(active: date, sliding: int, bought: date) -> None:
    stored = expires_at(ExpirySliding(sliding), active, MOSCOW)
    assert stored is not None
    effective = effective_expiry(stored, sliding, bought, MOSCOW)
    assert effective is not None
    assert effective >= stored
    later = effective_expiry(stored, sliding, bought + timedelta(days=1), MOSCOW)
    assert later is not None
    assert later >= effective


def test_a_sliding_lot_ends_after_the_last_purchase() -> None:
    stored = datetime(2026, 7, 1, 21, tzinfo=UTC)
    assert effective_expiry(stored, 120, date(2026, 6, 1), MOSCOW) == datetime(2026, 9, 29, 21, tzinfo=UTC)
    assert effective_expiry(stored, 120, None, MOSCOW) == stored
    assert effective_expiry(stored, None, date(2026, 6, 1), MOSCOW) == stored
    assert effective_expiry(None, None, date(2026, 6, 1), MOSCOW) is None
