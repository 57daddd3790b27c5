"""Gamma-Gamma: what a buyer spends on a visit (Fader & Hardie 2013, “The Gamma-Gamma Model of Monetary Value”).

A buyer's visits are Gamma(p, ν), and ν is spread over buyers as Gamma(q, v): who has come often is believed, who has
come once is drawn towards all. It takes what is spent to be independent of how often one comes.
"""

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from plushka.domain.segments.lifetime.bgnbd import Floats
from plushka.domain.segments.lifetime.model import Spending

_BOUND = 12.0


def fit_spending(visits: Floats, mean: Floats) -> Spending | None:
    """Return the parameters of the greatest likelihood of mean spendings over so many visits, in the unit of ``mean``.

    Means must be positive. None where the search does not end or ends at its bounds.
    """
    # In means of all, so that the search begins near its end whatever the currency.
    unit = float(np.average(mean, weights=visits))
    values, places = np.unique(visits, return_inverse=True)
    scaled = mean / unit
    logs_visits, logs_mean = np.log(visits), np.log(scaled)

    def loss(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        of_visits = gammaln(p * values + q) - gammaln(p * values) - gammaln(q) + q * np.log(v)
        likelihood = (
            of_visits[places]
            + (p * visits - 1) * logs_mean
            + p * visits * logs_visits
            - (p * visits + q) * np.log(v + visits * scaled)
        )
        return -float(np.mean(likelihood))

    found = minimize(
        loss,
        x0=np.log([2.0, 3.0, 1.0]),
        method="L-BFGS-B",
        bounds=[(-_BOUND, _BOUND)] * 3,
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
    )
    if not found.success or np.any(np.abs(found.x) > _BOUND - 0.01):
        return None
    p, q, v = (float(each) for each in np.exp(found.x))
    # Of q up to 1 there is no mean over buyers.
    return Spending(p, q, v * unit) if q > 1 else None


def expected_spending(spending: Spending, visits: Floats, mean: Floats) -> Floats:
    """Return what each buyer is expected to spend on a visit to come, in the unit of ``v``."""
    p, q, v = spending.p, spending.q, spending.v
    return np.asarray(p * (v + visits * mean) / (p * visits + q - 1))
