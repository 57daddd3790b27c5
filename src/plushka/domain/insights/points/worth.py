"""Points in money: every day's balance at the price of that day, and what has made it so, to the minor unit.

A day's liability is its balance at the day's price, half up. What it has changed by is told by movements at the day's
price, and by what the balance of the day before gains or loses by another price; the parts are whole minor units that
come to the change exactly (largest remainder, S1).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from math import floor

from msgspec import Struct

from plushka.domain.insights.points.days import History
from plushka.domain.insights.points.prices import Prices
from plushka.domain.insights.points.ways import WAYS, Way, sign
from plushka.domain.insights.reports.period import Period


class Worth(Struct, frozen=True):
    """A day in minor units. ``net_minor``: what members have less what they owe, at its end.

    ``moved`` by way, at least 0; ``revalued_minor``: what another price has made of what was there, of either sign.
    """

    day: date
    net_minor: int
    moved: dict[Way, int]
    revalued_minor: int


class Account(Struct, frozen=True):
    """A period in money: ``opening_minor`` and all ``days`` that changed something come to ``closing_minor``."""

    opening_minor: int
    closing_minor: int
    days: tuple[Worth, ...]

    def sum_moved(self) -> dict[Way, int]:
        return {way: sum(day.moved.get(way, 0) for day in self.days) for way in WAYS}

    @property
    def revalued_minor(self) -> int:
        return sum(day.revalued_minor for day in self.days)


def money(units: int, price: Fraction) -> int:
    """Return units at a price, half up."""
    return floor(units * price + Fraction(1, 2))


def value(history: History, prices: Prices, period: Period) -> Account:
    """Return the money of a history that begins with ``period``."""
    before = period.from_on.toordinal() - 1
    price = prices.on(date.fromordinal(before))
    balance = history.opening.net
    opening = at_last = money(balance, price)
    days = []
    moved_on = {day.day: day for day in history.days}
    changes = {*moved_on, *_price_changes(prices, period)}
    for day in sorted(changes):
        price_now = prices.on(day)
        there = moved_on.get(day)
        moved = there.moved if there else {}
        ways = [way for way in WAYS if moved.get(way)]
        exact = [sign(way) * moved[way] * price_now for way in ways]
        after = balance + sum(sign(way) * moved[way] for way in ways)
        worth = money(after, price_now)
        revalued, *parts = apportioned(worth - at_last, [balance * (price_now - price), *exact])
        days.append(
            Worth(
                day, worth, {way: sign(way) * part for way, part in zip(ways, parts, strict=True)}, revalued
            )
        )
        balance, price, at_last = after, price_now, worth
    return Account(opening, at_last, tuple(days))


def apportioned(total: int, exact: Sequence[Fraction]) -> list[int]:
    """Return whole numbers next to ``exact`` that sum to ``total``, which is less than 1 from their sum.

    Where all are whole they stay as they are; a whole part, as one that is 0, is never changed if another can be.
    """
    whole = [floor(each) for each in exact]
    left = total - sum(whole)
    by_remainder = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in by_remainder[:left]:
        whole[place] += 1
    return whole


def _price_changes(prices: Prices, period: Period) -> Iterable[date]:
    return [day for day in prices.days if period.from_on <= day < period.until_on]
