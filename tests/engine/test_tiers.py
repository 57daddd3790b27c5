"""Tiers rise with purchases, fall at reviews, and are kept by hand."""

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from plushka.engine.program import (
    Calendar,
    EarningCaps,
    Lifetime,
    Program,
    Requirement,
    Rolling,
    TierReview,
    TierRule,
    Tiers,
)
from plushka.engine.purchase import Totals
from plushka.engine.tiers import (
    ReviewDates,
    expected_tier,
    fitting_tier,
    next_review,
    next_tier,
    review,
    tier_after,
    tier_after_return,
)
from plushka.engine.version import Version, compile_version, window_spans

YEAR = Calendar("year")
LADDER = Tiers(
    (
        TierRule("bronze", "Bronze"),
        TierRule(
            "silver",
            "Silver",
            (Requirement("spend", 100, YEAR), Requirement("active_friends", 3)),
            match="any",
        ),
        TierRule("gold", "Gold", (Requirement("spend", 1000, YEAR), Requirement("visits", 5, Rolling(90)))),
    )
)


def version(**changes: object) -> Version:
    return compile_version(UUID(int=1), Program("p", "RUB", tiers=replace(LADDER, **changes)))


def totals(spend: int = 0, visits: int = 0, friends: int = 0) -> tuple[Totals, ...]:
    return tuple(Totals(spend_minor=spend, visits=visits, active_friends=friends) for _ in range(3))


def test_windows_are_those_that_requirements_ask_for_in_their_order() -> None:
    assert version().windows == (YEAR, Lifetime(), Rolling(90))
    today = date(2026, 5, 20)
    assert window_spans(version(), today) == ((date(2026, 1, 1), today), None, (date(2026, 2, 20), today))


@pytest.mark.parametrize(
    ("unit", "start"),
    [
        ("day", date(2026, 11, 20)),
        ("month", date(2026, 11, 1)),
        ("quarter", date(2026, 10, 1)),
        ("half_year", date(2026, 7, 1)),
        ("year", date(2026, 1, 1)),
    ],
)
def test_calendar_windows_begin_with_their_period(unit: str, start: date) -> None:
    window = Calendar(unit)  # type: ignore[arg-type]
    tiers = (LADDER.tiers[0], TierRule("x", "X", (Requirement("spend", 1, window),)))
    today = date(2026, 11, 20)
    assert window_spans(version(tiers=tiers), today) == ((start, today),)


def test_a_cap_of_a_month_counts_the_whole_of_it() -> None:
    capped = compile_version(UUID(int=1), Program(name="P", currency="RUB", caps=EarningCaps(per_month=1)))
    for today in (date(2028, 2, 1), date(2028, 2, 29)):
        assert window_spans(capped, today) == ((date(2028, 2, 1), date(2028, 2, 29)),)


def test_any_needs_one_requirement_and_all_needs_each() -> None:
    assert fitting_tier(version(), totals(friends=3)) == "silver"
    assert fitting_tier(version(), totals(spend=1000, visits=4)) == "silver"
    assert fitting_tier(version(), totals(spend=1000, visits=5)) == "gold"


def test_a_purchase_lifts_and_never_lowers() -> None:
    assert tier_after(version(), "bronze", totals(spend=1000, visits=5)) == "gold"
    assert tier_after(version(), "gold", totals()) == "gold"
    assert tier_after(version(), None, totals()) == "bronze"
    assert tier_after(version(), "a tier of an older version", totals(spend=100)) == "silver"


def test_progress_is_told_by_the_furthest_requirement_or_by_the_nearest_of_alternatives() -> None:
    silver = next_tier(version(), "bronze", totals(spend=50, friends=2))
    assert silver is not None
    assert (silver.tier, silver.metric, silver.have, silver.need) == ("silver", "active_friends", 2, 3)
    gold = next_tier(version(), "silver", totals(spend=500, visits=4))
    assert gold is not None
    assert (gold.metric, gold.have, gold.need) == ("spend", 500, 1000)
    assert next_tier(version(), "gold", totals()) is None


def test_a_review_lowers_by_one_or_to_what_fits() -> None:
    assert review(version(), "gold", totals()) == "silver"
    to_fit = version(review=TierReview("year", "to_fit"))
    assert review(to_fit, "gold", totals()) == "bronze"
    assert review(to_fit, "bronze", totals(spend=100)) == "silver"


def test_the_grace_period_may_save_a_tier_and_so_may_the_year_that_ended() -> None:
    enough = totals(spend=1000, visits=5)
    assert review(version(), "gold", totals(), enough) == "gold"
    assert review(version(), "gold", enough, totals()) == "gold"


def test_a_tier_given_by_hand_does_not_fall_until_it_ends() -> None:
    assert review(version(), "gold", totals(), is_manual=True) == "gold"
    assert review(version(), "silver", totals(spend=1000, visits=5), is_manual=True) == "gold"
    assert review(version(), "gold", totals(), is_manual=False) == "silver"


def test_a_return_lowers_at_once_only_where_the_programme_says_so() -> None:
    assert tier_after_return(version(), "gold", totals()) == "gold"
    at_once = version(returns_downgrade=True)
    assert tier_after_return(at_once, "gold", totals(spend=100)) == "silver"
    assert tier_after_return(at_once, "gold", totals(), is_manual=True) == "gold"
    assert tier_after_return(at_once, "silver", totals(spend=1000, visits=5)) == "silver"


@pytest.mark.parametrize(
    ("cycle", "grace_days", "tier_since", "after", "expected"),
    [
        ("never", 0, date(2026, 3, 2), date(2026, 3, 2), None),
        ("month", 0, date(2026, 3, 2), date(2026, 3, 2), ReviewDates(date(2026, 3, 31), date(2026, 4, 1))),
        (
            "quarter",
            10,
            date(2026, 3, 2),
            date(2026, 4, 10),
            ReviewDates(date(2026, 3, 31), date(2026, 4, 11)),
        ),
        (
            "quarter",
            10,
            date(2026, 3, 2),
            date(2026, 4, 11),
            ReviewDates(date(2026, 6, 30), date(2026, 7, 11)),
        ),
        ("year", 0, date(2024, 5, 1), date(2026, 3, 2), ReviewDates(date(2026, 12, 31), date(2027, 1, 1))),
        (
            "anniversary",
            0,
            date(2024, 2, 29),
            date(2024, 2, 29),
            ReviewDates(date(2025, 2, 27), date(2025, 2, 28)),
        ),
        (
            "anniversary",
            0,
            date(2024, 2, 29),
            date(2027, 6, 1),
            ReviewDates(date(2028, 2, 28), date(2028, 2, 29)),
        ),
    ],
)
def test_reviews_come_with_the_cycle(
    cycle: str, grace_days: int, tier_since: date, after: date, expected: ReviewDates | None
) -> None:
    reviewed = version(review=TierReview(cycle, grace_days=grace_days))  # type: ignore[arg-type]
    assert next_review(reviewed, tier_since, after) == expected


def test_publishing_tells_where_a_member_would_move() -> None:
    reviewed = version(review=TierReview("quarter", downgrade="to_fit"))
    one_down = version(review=TierReview("quarter"))

    assert expected_tier(reviewed, "bronze", totals(spend=100)) == "silver"
    assert expected_tier(reviewed, "gold", totals()) == "bronze"
    assert expected_tier(one_down, "gold", totals()) == "silver"
    assert expected_tier(one_down, "gold", totals(), is_manual=True) == "gold"
    assert expected_tier(version(), "gold", totals()) == "gold"
    assert expected_tier(version(), "of another version", totals(spend=100)) == "silver"


def test_a_programme_without_tiers_has_one_that_has_no_name() -> None:
    plain = compile_version(UUID(int=1), Program("p", "RUB"))
    assert fitting_tier(plain, ()) is None
    assert review(plain, None, ()) is None
    assert next_tier(plain, None, ()) is None
    assert next_review(plain, date(2026, 3, 2), date(2026, 3, 2)) is None
