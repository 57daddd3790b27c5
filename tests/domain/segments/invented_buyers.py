"""Buyers who behave exactly as BG/NBD and Gamma-Gamma say, with parameters that are known."""

from datetime import date, timedelta
from uuid import UUID

import numpy as np

from plushka.domain.segments.lifetime.bgnbd import Floats
from plushka.domain.segments.lifetime.model import Churn, History

LAST_ON = date(2026, 7, 20)
DAYS = 360
HOLDOUT_DAYS = 90


def invented_times(churn: Churn, count: int, random: np.random.Generator, *, until: float) -> Floats:
    """Return a line for each buyer: when they came again, in weeks since the first visit, and infinity after that."""
    rates = random.gamma(churn.r, 1 / churn.alpha, count)
    leaving = random.beta(churn.a, churn.b, count)
    now, is_alive, columns = np.zeros(count), np.ones(count, dtype=bool), []
    while is_alive.any():
        now += random.exponential(1, count) / np.maximum(rates, 1e-12)
        is_alive &= now <= until
        columns.append(np.where(is_alive, now, np.inf))
        is_alive &= random.random(count) > leaving
    return np.column_stack(columns)


def known(times: Floats, age: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what is known of them at an age: visits after the first, when the last of them was, the age."""
    was = times <= age[:, None]
    return was.sum(axis=1).astype(np.float64), np.where(was, times, 0.0).max(axis=1), age


def invented_visits(churn: Churn, count: int, *, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return buyers who first came at some time in the last year."""
    random = np.random.default_rng(seed)
    age = random.uniform(5, 52, count)
    return known(invented_times(churn, count, random, until=52), age)


def invented_history(churn: Churn, count: int, *, seed: int) -> History:
    """Return a year of a business: days with a purchase, each for some money, as the database gives them."""
    random = np.random.default_rng(seed)
    age = random.integers(0, DAYS + 1, count)
    age[0] = DAYS
    times = invented_times(churn, count, random, until=DAYS / 7)
    columns: list[list[int]] = [[], [], [], [], [], []]
    for place in range(count):
        own = times[place]
        days = sorted({0, *(int(np.ceil(each * 7)) for each in own[own * 7 <= age[place]])})
        days = [day for day in days if day <= age[place]]
        before = [day for day in days if day <= age[place] - HOLDOUT_DAYS]
        mean = random.gamma(6.0) / random.gamma(4.0) * 300_00
        spend = sum(int(each) for each in random.gamma(6.0, mean / 6.0, len(days)))
        row = (int(age[place]), days[-1], len(days), spend, before[-1] if before else 0, len(before))
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return History(
        LAST_ON,
        LAST_ON - timedelta(days=HOLDOUT_DAYS),
        DAYS,
        [UUID(int=place + 1) for place in range(count)],
        *columns,
    )
