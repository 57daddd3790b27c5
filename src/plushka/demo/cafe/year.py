"""A year of visits: busy mornings by the station, weekends in the park, a slow July, more people every month."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.demo.cafe import menu
from plushka.demo.cafe.cashiers import on_shift
from plushka.demo.cafe.guests import BRANCHES, DAYS, GUESTS, Guest, card, guest
from plushka.domain.members.model import Identity
from plushka.domain.purchases.model import Purchase, PurchaseLine

TIME_ZONE = "Europe/Moscow"
SATURDAY = 5
_PARK = "3"
_AT_HOME_SHARE = 0.92
"""How often a guest goes to their own branch."""
_BUSIEST = 1.2
"""On a day so many times as busy as the average, and on busier ones, a guest who means to come does."""

_BY_MONTH = (0.85, 0.95, 1.0, 1.02, 0.97, 0.93, 0.85, 0.87, 1.02, 1.05, 1.05, 1.12)
_PARK_SUMMER = 1.25
_BY_WEEKDAY = {
    "1": (1.0, 1.0, 1.02, 1.03, 1.1, 0.78, 0.68),
    "2": (1.05, 1.0, 1.0, 1.02, 1.1, 0.5, 0.45),
    "3": (0.8, 0.8, 0.85, 0.88, 1.0, 1.4, 1.35),
}
_BY_HOUR = {
    "1": {8: 14, 9: 16, 10: 9, 11: 7, 12: 11, 13: 13, 14: 8, 15: 6, 16: 6, 17: 6, 18: 5, 19: 4, 20: 3},
    "2": {7: 14, 8: 22, 9: 14, 10: 6, 11: 4, 12: 7, 13: 7, 14: 4, 15: 4, 16: 5, 17: 9, 18: 8, 19: 4, 20: 2},
    "3": {8: 5, 9: 8, 10: 9, 11: 10, 12: 9, 13: 8, 14: 8, 15: 9, 16: 9, 17: 9, 18: 8, 19: 6, 20: 4},
}
_BY_HOUR_AT_WEEKENDS = {9: 8, 10: 14, 11: 16, 12: 14, 13: 11, 14: 9, 15: 9, 16: 8, 17: 6, 18: 5, 19: 4, 20: 2}
_STRANGERS_A_DAY = {"1": 6.0, "2": 4.5, "3": 3.0}
_STRANGERS_FADE = (1.5, 0.8)
"""People without a card: from this share of the average on the first day to that on the last, as more take one."""


class Visit(Struct, frozen=True):
    """A receipt of the past; ``guest`` is a member's number, None for somebody without a card."""

    branch: str
    at: datetime
    guest: int | None
    lines: tuple[PurchaseLine, ...]
    pays_with_points: bool = False

    def to_purchase(self, number: int) -> Purchase:
        """Return the purchase, under the ``number`` of its receipt."""
        return Purchase(
            external_id=f"P-{number:05}",
            lines=self.lines,
            occurred_at=self.at,
            currency=menu.CURRENCY,
            member=None if self.guest is None else Identity(kind="card", value=card(self.guest)),
            cashier=on_shift(self.branch, self.at.astimezone(ZoneInfo(TIME_ZONE)).date()),
            redeem="max" if self.pays_with_points else 0,
        )


def first_day(yesterday: date) -> date:
    """Return the day on which the coffee shop opened."""
    return yesterday - timedelta(days=DAYS - 1)


def opens_at(yesterday: date) -> datetime:
    """Return the instant at which its first day begins."""
    return datetime.combine(first_day(yesterday), time(), ZoneInfo(TIME_ZONE)).astimezone(UTC)


def visits(yesterday: date) -> list[Visit]:
    """Return all visits of the 51 weeks that end yesterday, in the order of time."""
    strangers = _strangers(first_day(yesterday))
    return _in_order([*visits_of(range(GUESTS), yesterday), *strangers])


def visits_of(numbers: Iterable[int], yesterday: date) -> list[Visit]:
    """Return those of ``visits`` that guests of these numbers make."""
    opened_on = first_day(yesterday)
    return _in_order(visit for number in numbers for visit in _visits_of(guest(number), opened_on))


def _in_order(made: Iterable[Visit]) -> list[Visit]:
    return sorted(made, key=lambda visit: (visit.at, visit.guest or -1, visit.branch))


def _visits_of(who: Guest, opened_on: date) -> Iterator[Visit]:
    draw = Random(f"cafe visits {who.number}")  # noqa: S311
    day = float(who.joins_on_day)
    until = min(DAYS, who.joins_on_day + who.stays_days)
    is_first = True
    while is_first or day < until:
        on = opened_on + timedelta(days=int(day))
        branch = who.branch if draw.random() < _AT_HOME_SHARE else draw.choice(BRANCHES)
        if is_first or draw.random() < _busyness(branch, on) / _BUSIEST:
            pays = not is_first and draw.random() < who.pays_share
            yield _visit(draw, branch, on, guest_number=who.number, pays=pays)
        is_first = False
        day += max(1.0, draw.expovariate(1 / who.gap_days))


def _strangers(opened_on: date) -> Iterator[Visit]:
    draw = Random("cafe strangers")  # noqa: S311
    first, last = _STRANGERS_FADE
    for day in range(DAYS):
        on = opened_on + timedelta(days=day)
        for branch in BRANCHES:
            left = first + (last - first) * day / DAYS
            expected = _STRANGERS_A_DAY[branch] * left * _busyness(branch, on) * draw.gauss(1, 0.15)
            for _ in range(max(0, round(expected))):
                yield _visit(draw, branch, on, guest_number=None, pays=False)


def _busyness(branch: str, on: date) -> float:
    summer = _PARK_SUMMER if branch == _PARK and on.month in menu.SUMMER else 1.0
    return _BY_MONTH[on.month - 1] * _BY_WEEKDAY[branch][on.weekday()] * summer


def _visit(draw: Random, branch: str, on: date, *, guest_number: int | None, pays: bool) -> Visit:
    is_weekend = on.weekday() >= SATURDAY
    hours = _BY_HOUR_AT_WEEKENDS if is_weekend else _BY_HOUR[branch]
    hour = draw.choices(list(hours), list(hours.values()))[0]
    local = datetime.combine(on, time(hour, draw.randrange(60), draw.randrange(60)), ZoneInfo(TIME_ZONE))
    return Visit(
        branch=branch,
        at=local.astimezone(UTC),
        guest=guest_number,
        lines=menu.basket(draw, hour=hour, month=on.month, is_weekend=is_weekend),
        pays_with_points=pays,
    )
