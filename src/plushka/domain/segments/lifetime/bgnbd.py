"""BG/NBD: how often buyers come again, and whether they still do.

Fader, Hardie & Lee 2005, “Counting Your Customers” the Easy Way, Marketing Science 24(2). While a buyer is alive,
visits come by a Poisson process whose rate is spread over buyers as Gamma(r, α); after each visit they leave for good
with a probability that is spread as Beta(a, b). Floats are statistics; whoever makes money of them rounds once, at the
end. Time is in weeks.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from plushka.domain.segments.lifetime.model import Churn

Floats = NDArray[np.float64]
_BOUND = 9.0
"""Logarithms of parameters stay within this: beyond it the data say nothing of them."""
_NEAR_ONE = 1e-6


def log_likelihood(churn: Churn, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """Return ln L of each buyer: ``x`` visits after the first in ``age`` weeks, the last of them after ``t_x``."""
    r, alpha, a, b = churn.r, churn.alpha, churn.a, churn.b
    # Of x there are few values, and gamma functions are what takes long.
    values, places = np.unique(x, return_inverse=True)
    of_x = gammaln(r + values) - gammaln(r) + r * np.log(alpha) + betaln(a, b + values) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return np.asarray(of_x[places] + np.logaddexp(alive, np.where(x > 0, left, -np.inf)))


def fit_churn(x: Floats, t_x: Floats, age: Floats) -> Churn | None:
    """Return the parameters of the greatest likelihood; None where the search does not end or ends at its bounds."""

    def loss(logs: Floats) -> float:
        return -float(np.mean(log_likelihood(Churn(*np.exp(logs)), x, t_x, age)))

    # Begin where the mean rate is that of the data.
    gap = float(np.sum(age) / max(np.sum(x), 1.0))
    found = minimize(
        loss,
        x0=np.log([1.0, max(gap, 0.01), 1.0, 3.0]),
        method="L-BFGS-B",
        bounds=[(-_BOUND, _BOUND)] * 4,
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
    )
    if not found.success or np.any(np.abs(found.x) > _BOUND - 0.01):
        return None
    return Churn(*(float(each) for each in np.exp(found.x)))


def chance_alive(churn: Churn, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """Return how likely each buyer still comes; 1 of who has come once, as nobody leaves before the second visit."""
    odds = _odds_left(churn, x, t_x, age)
    return np.asarray(1 / (1 + odds))


def expected_visits(churn: Churn, weeks: float, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """Return how many visits each buyer is expected to make in the next ``weeks``, by what is known of them.

    The paper's hypergeometric function by Euler's transformation, whose arguments do not grow with ``x``:
    (1−z)^(r+x) ₂F₁(r+x, b+x; c; z) = (1−z)^(a−1) ₂F₁(a+b−1−r, a−1; c; z) with c = a+b+x−1.
    """
    a, b, r, alpha = churn.a, churn.b, churn.r, churn.alpha
    if abs(a - 1) < _NEAR_ONE:
        # The quotient has a limit there, and this is it to six digits.
        a = 1 + _NEAR_ONE
    z = weeks / (alpha + age + weeks)
    rest = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - rest) / (1 + _odds_left(churn, x, t_x, age)))


def _odds_left(churn: Churn, x: Floats, t_x: Floats, age: Floats) -> Floats:
    r, alpha, a, b = churn.r, churn.alpha, churn.a, churn.b
    logs = (
        np.log(a) - np.log(b + np.maximum(x, 1) - 1) + (r + x) * (np.log(alpha + age) - np.log(alpha + t_x))
    )
    return np.where(x > 0, np.exp(np.minimum(logs, 700.0)), 0.0)
