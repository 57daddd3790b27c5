"""From the visits of a base to what each member is expected to do: pure, seconds for a hundred thousand members."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from plushka.domain.segments.lifetime.bgnbd import Floats, chance_alive, expected_visits, fit_churn
from plushka.domain.segments.lifetime.gamma_gamma import expected_spending, fit_spending
from plushka.domain.segments.lifetime.model import (
    BUYERS_MIN,
    CLASSES,
    COMEBACKS_MIN,
    HISTORY_DAYS_MIN,
    MILLI,
    SOON_DAYS,
    WHOLE_BP,
    YEAR_DAYS,
    Calibration,
    Churn,
    Compared,
    Expected,
    ExpectedMoney,
    History,
    NoMoney,
    Outcome,
    Spending,
)

WEEK = 7
PARTS = 12
"""Of a year, each discounted from its middle."""


class Foreseen(Struct, frozen=True):
    """Only of a ``fitted`` outcome there is more than the outcome; without ``spending`` there is no money."""

    outcome: Outcome
    churn: Churn | None = None
    spending: Spending | None = None
    calibration: Calibration | None = None
    expected: Expected | None = None
    no_money: NoMoney = ""


class Seen(Struct, frozen=True):
    """Buyers as the model wants them: comebacks, weeks to the last one, weeks since the first visit."""

    x: Floats
    t_x: Floats
    age: Floats


def foresee(history: History, *, discount_bp: int) -> Foreseen:
    """Check the model on the days that are kept back, then work out everything from all days."""
    if history.days < HISTORY_DAYS_MIN:
        return Foreseen("too_short")
    visits, age = _floats(history.visits), _floats(history.age)
    known = _floats(history.known_visits)
    was_there = known > 0
    if np.sum(was_there) < BUYERS_MIN or np.sum(known > 1) < COMEBACKS_MIN:
        return Foreseen("too_few_buyers")
    then = Seen(
        known[was_there] - 1,
        _floats(history.known_recency)[was_there] / WEEK,
        (age[was_there] - history.holdout_days) / WEEK,
    )
    now = Seen(visits - 1, _floats(history.recency) / WEEK, age / WEEK)
    churn_then, churn = fit_churn(then.x, then.t_x, then.age), fit_churn(now.x, now.t_x, now.age)
    mean = _floats(history.spend_minor) / visits
    if churn_then is None or churn is None:
        return Foreseen("not_converged")
    # Who comes and who has left is known without what they spend: one does not wait for the other.
    spending, no_money = _spending(visits, mean)
    came = (visits - known)[was_there]
    return Foreseen(
        "fitted",
        churn,
        spending,
        _calibration(churn_then, then, came, history),
        _expected(churn, spending, now, np.maximum(mean, 0.0), discount_bp),
        no_money,
    )


def _spending(visits: Floats, mean: Floats) -> tuple[Spending | None, NoMoney]:
    paid = mean > 0
    if np.sum(paid) < BUYERS_MIN:
        return None, "few_paid"
    found = fit_spending(visits[paid], mean[paid])
    return found, "" if found else "not_converged"


def _calibration(churn: Churn, then: Seen, came: Floats, history: History) -> Calibration:
    weeks = history.holdout_days / WEEK
    forecast = expected_visits(churn, weeks, then.x, then.t_x, then.age)
    # Who first came on the very last day has no pace yet.
    steady = np.sum(then.x[then.age > 0] / then.age[then.age > 0]) * weeks
    return Calibration(
        history.calibrated_on,
        history.holdout_days,
        tuple(_compared(then.x, came, forecast)),
        _whole(steady * MILLI),
    )


def _compared(x: Floats, came: Floats, forecast: Floats) -> Iterator[Compared]:
    for least, most in CLASSES:
        within = (x >= least) & (x <= (np.inf if most is None else most))
        yield Compared(
            least,
            most,
            int(np.sum(within)),
            int(np.sum(came[within])),
            _whole(np.sum(forecast[within]) * MILLI),
        )


def _expected(churn: Churn, spending: Spending | None, now: Seen, mean: Floats, discount_bp: int) -> Expected:
    alive = chance_alive(churn, now.x, now.t_x, now.age)
    soon = expected_visits(churn, SOON_DAYS / WEEK, now.x, now.t_x, now.age)
    year = expected_visits(churn, YEAR_DAYS / WEEK, now.x, now.t_x, now.age)
    money = None
    if spending is not None:
        visit = expected_spending(spending, now.x + 1, mean)
        money = ExpectedMoney(
            visit_minor=_wholes(visit).tolist(),
            soon_minor=_wholes(soon * visit).tolist(),
            year_minor=_wholes(year * visit).tolist(),
            value_minor=_wholes(
                np.minimum(discounted_visits(churn, now, discount_bp=discount_bp), year) * visit
            ).tolist(),
        )
    alive_bp = _wholes(alive * WHOLE_BP).tolist()
    return Expected(
        alive_bp=[bp if x > 0 else None for bp, x in zip(alive_bp, now.x.tolist(), strict=True)],
        visits_soon_milli=_wholes(soon * MILLI).tolist(),
        visits_year_milli=_wholes(year * MILLI).tolist(),
        money=money,
    )


def discounted_visits(churn: Churn, now: Seen, *, discount_bp: int) -> Floats:
    """Return the visits of a year, those of each part of it counted for as much as they are worth today."""
    worth = np.zeros_like(now.x)
    before = np.zeros_like(now.x)
    for part in range(1, PARTS + 1):
        until = expected_visits(churn, YEAR_DAYS / WEEK * part / PARTS, now.x, now.t_x, now.age)
        worth += (until - before) * (1 + discount_bp / WHOLE_BP) ** -((part - 0.5) / PARTS)
        before = until
    return worth


def _floats(column: list[int]) -> Floats:
    return np.asarray(column, dtype=np.float64)


def _wholes(values: Floats) -> NDArray[np.int64]:
    """Return values rounded half up; none of ours is negative."""
    return np.floor(values + 0.5).astype(np.int64)


def _whole(value: np.floating) -> int:
    return int(np.floor(value + 0.5))
