"""BG/NBD and Gamma-Gamma: numbers of the papers (docs/algorithms/lifetime-value.md), parameters found again, laws."""

from typing import Any

import numpy as np
import pytest
from msgspec import structs
from tests.domain.segments.invented_buyers import (
    LAST_ON,
    invented_history,
    invented_times,
    invented_visits,
    known,
)

from plushka.domain.segments.lifetime.bgnbd import (
    Floats,
    chance_alive,
    expected_visits,
    fit_churn,
    log_likelihood,
)
from plushka.domain.segments.lifetime.foreseeing import Seen, discounted_visits, foresee
from plushka.domain.segments.lifetime.gamma_gamma import expected_spending, fit_spending
from plushka.domain.segments.lifetime.model import YEAR_DAYS, Churn, History, Spending

CDNOW = Churn(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""Of 2,357 buyers of CDs (Fader, Hardie & Lee 2005, table 2)."""
CDNOW_SPENDING = Spending(p=6.25, q=3.74, v=15.44)
"""Of those of them who came again (Fader & Hardie 2013)."""


def one(value: float) -> Floats:
    return np.array([float(value)])


def test_the_forecast_of_the_papers_buyer_is_theirs() -> None:
    # Twice in 38.86 weeks, the second time after 30.43: 1.226 visits in the next 39 (the paper's worked example).
    buyer = (one(2), one(30.43), one(38.86))
    assert expected_visits(CDNOW, 39, *buyer)[0] == pytest.approx(1.226, abs=0.0005)
    # 6.25 · (15.44 + 2 · 22.35) / (6.25 · 2 + 3.74 − 1), and 6.25 · 15.44 / 2.74 of who is not known at all.
    assert expected_spending(CDNOW_SPENDING, one(2), one(22.35))[0] == pytest.approx(24.66, abs=0.005)
    assert expected_spending(CDNOW_SPENDING, one(0), one(0))[0] == pytest.approx(35.22, abs=0.005)


def test_parameters_of_invented_buyers_are_found_again() -> None:
    x, t_x, age = invented_visits(CDNOW, 60_000, seed=7)
    found = fit_churn(x, t_x, age)
    assert found is not None
    assert found.r == pytest.approx(CDNOW.r, rel=0.05)
    assert found.alpha == pytest.approx(CDNOW.alpha, rel=0.05)
    # How probable it is to leave is known better than how it is spread.
    assert found.a / (found.a + found.b) == pytest.approx(CDNOW.a / (CDNOW.a + CDNOW.b), rel=0.05)
    assert found.a == pytest.approx(CDNOW.a, rel=0.15)
    best, true = (log_likelihood(each, x, t_x, age).sum() for each in (found, CDNOW))
    assert best >= true


def test_spending_of_invented_buyers_is_found_again() -> None:
    random = np.random.default_rng(11)
    visits = random.integers(1, 30, 40_000).astype(np.float64)
    rates = random.gamma(CDNOW_SPENDING.q, 1 / CDNOW_SPENDING.v, len(visits))
    mean = random.gamma(CDNOW_SPENDING.p * visits) / (rates * visits)
    found = fit_spending(visits, mean)
    assert found is not None
    for name in ("p", "q", "v"):
        assert getattr(found, name) == pytest.approx(getattr(CDNOW_SPENDING, name), rel=0.05)
    # The unit of money is nobody's business: in kopecks it is the same, a hundred times over.
    minor = fit_spending(visits, mean * 100)
    assert minor is not None
    assert (minor.p, minor.q, minor.v) == pytest.approx((found.p, found.q, found.v * 100), rel=1e-3)


def test_the_forecast_is_what_such_buyers_do_afterwards() -> None:
    random = np.random.default_rng(3)
    x, t_x, age, came = _and_then(random, weeks=26)
    forecast = expected_visits(CDNOW, 26, x, t_x, age)
    assert forecast.sum() == pytest.approx(came.sum(), rel=0.03)
    for least, most in ((0, 0), (1, 1), (2, 3), (4, 99)):
        within = (x >= least) & (x <= most)
        assert forecast[within].sum() == pytest.approx(came[within].sum(), rel=0.1)


def _and_then(random: np.random.Generator, weeks: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return invented buyers as they are known at 26 weeks, and how often they really come in the next ``weeks``."""
    times = invented_times(CDNOW, 40_000, random, until=26 + weeks)
    came = ((times > 26) & np.isfinite(times)).sum(axis=1).astype(np.float64)
    return *known(times, np.full(len(times), 26.0)), came


def test_the_chance_falls_with_silence_and_visits_grow_with_time() -> None:
    silence = np.linspace(0, 60, 61)
    alive = chance_alive(CDNOW, np.full(61, 5.0), np.full(61, 20.0), 20 + silence)
    assert np.all(np.diff(alive) < 0)
    assert np.all((alive > 0) & (alive < 1))
    weeks = [expected_visits(CDNOW, each, one(5), one(20), one(30))[0] for each in (1, 13, 52, 520)]
    assert weeks == sorted(weeks)
    assert chance_alive(CDNOW, one(0), one(0), one(500))[0] == 1.0


@pytest.mark.parametrize("x", [0, 1, 50, 900])
@pytest.mark.parametrize("a", [0.05, 1.0, 1 + 1e-9, 3.0])
def test_nobody_s_forecast_is_no_number(x: int, a: float) -> None:
    churn = Churn(r=0.8, alpha=2.0, a=a, b=5.0)
    for t_x in (0.0, 50.0, 104.0) if x else (0.0,):
        buyer = (one(x), one(t_x), one(104))
        for weeks in (1, 52):
            assert 0 <= expected_visits(churn, weeks, *buyer)[0] < 2 * weeks * (x + 1)
        assert 0 <= chance_alive(churn, *buyer)[0] <= 1


def test_a_base_of_invented_buyers_is_foreseen_and_checked_on_what_was_kept_back() -> None:
    history = invented_history(CDNOW, 3000, seed=5)
    foreseen = foresee(history, discount_bp=15_00)
    assert foreseen.outcome == "fitted"
    assert foreseen.calibration is not None
    assert foreseen.expected is not None
    calibration = foreseen.calibration
    assert calibration.holdout_days == 90
    was_there = [visits for visits in history.known_visits if visits]
    assert sum(each.members for each in calibration.classes) == len(was_there)
    assert calibration.actual == sum(
        after - before for before, after in zip(history.known_visits, history.visits, strict=True) if before
    )
    assert calibration.expected_milli == pytest.approx(1000 * calibration.actual, rel=0.1)
    # Going on as before is what nobody does: the model has to be better than that.
    assert abs(calibration.expected_milli - 1000 * calibration.actual) < abs(
        calibration.steady_milli - 1000 * calibration.actual
    )
    for alive, visits in zip(foreseen.expected.alive_bp, history.visits, strict=True):
        assert (alive is None) == (visits == 1)


def test_too_little_is_told_to_be_too_little() -> None:
    history = invented_history(CDNOW, 3000, seed=5)
    few = History(
        history.through_on,
        history.calibrated_on,
        history.days,
        *(column[:150] for column in _columns(history)),
    )
    assert foresee(few, discount_bp=15_00).outcome == "too_few_buyers"
    short = History(history.through_on, history.calibrated_on, 60, *_columns(history))
    assert foresee(short, discount_bp=15_00).outcome == "too_short"
    nothing = History(history.through_on, history.calibrated_on, 0, [], [], [], [], [], [], [])
    assert foresee(nothing, discount_bp=15_00).outcome == "too_short"


def test_buyers_all_alike_have_no_parameters_and_none_are_told() -> None:
    count = 1000
    # Everybody comes every week to the day: the spread of the rates is nothing, and the search runs into its bounds.
    alike = History(
        LAST_ON,
        invented_history(CDNOW, 10, seed=1).calibrated_on,
        360,
        [],
        [359] * count,
        [357] * count,
        [52] * count,
        [100_00] * count,
        [266] * count,
        [39] * count,
    )
    foreseen = foresee(alike, discount_bp=15_00)
    assert foreseen.outcome == "not_converged"
    assert foreseen.expected is None


@pytest.mark.parametrize(("spend_minor", "why"), [(100_00, "not_converged"), (0, "few_paid")])
def test_where_spending_has_no_model_visits_and_chances_are_foreseen_all_the_same(
    spend_minor: int, why: str
) -> None:
    history = invented_history(CDNOW, 1000, seed=5)
    whole = foresee(history, discount_bp=15_00)
    # Every visit brings the same to the kopeck, or nothing: there is no spread to be found.
    alike = structs.replace(history, spend_minor=[spend_minor * visits for visits in history.visits])
    foreseen = foresee(alike, discount_bp=15_00)
    assert whole.expected is not None
    assert whole.expected.money is not None
    assert foreseen.expected is not None
    assert (foreseen.outcome, foreseen.spending, foreseen.no_money) == ("fitted", None, why)
    assert foreseen.expected == structs.replace(whole.expected, money=None)
    assert (foreseen.churn, foreseen.calibration) == (whole.churn, whole.calibration)


def test_a_year_is_discounted_from_the_middle_of_its_months() -> None:
    buyers = Seen(np.array([0.0, 3.0, 40.0]), np.array([0.0, 20.0, 51.0]), np.array([1.0, 30.0, 52.0]))
    year = expected_visits(CDNOW, YEAR_DAYS / 7, buyers.x, buyers.t_x, buyers.age)
    worth = discounted_visits(CDNOW, buyers, discount_bp=15_00)
    # Day by day it comes to the same but for a thousandth.
    exact, before = np.zeros(3), np.zeros(3)
    for day in range(1, YEAR_DAYS + 1):
        until = expected_visits(CDNOW, day / 7, buyers.x, buyers.t_x, buyers.age)
        exact += (until - before) * 1.15 ** -((day - 0.5) / YEAR_DAYS)
        before = until
    assert worth == pytest.approx(exact, rel=1e-3)
    assert np.all((year / 1.15 < worth) & (worth < year))


def _columns(history: History) -> list[list[Any]]:
    return [
        history.member_ids,
        history.age,
        history.recency,
        history.visits,
        history.spend_minor,
        history.known_recency,
        history.known_visits,
    ]
