"""The coffee shop's visitors of now: invented one after another, at any hour, so that there is always one to watch."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from plushka.demo.cafe import menu
from plushka.demo.cafe.cashiers import on_shift
from plushka.demo.cafe.guests import BRANCHES, GUESTS, guest
from plushka.demo.cafe.year import SATURDAY, TIME_ZONE
from plushka.demo.shoppers import Queue, Shopper
from plushka.platform.clock import Clock

STRANGERS_SHARE = 0.25
REGULARS_OF = 5
"""Of so many drawn the one who comes most often is taken: regulars are seen more than their number."""


def visitors(clock: Clock) -> Queue:
    """Return the visitors; what the n-th of them takes depends on the hour too."""

    def from_place(start: int) -> Iterator[Shopper]:
        for number in count(start):
            yield _visitor(number, clock.now().astimezone(ZoneInfo(TIME_ZONE)))

    return from_place


def _visitor(number: int, local: datetime) -> Shopper:
    draw = Random(f"cafe visitor {number}")  # noqa: S311 - invention, not secrecy
    drawn = [guest(draw.randrange(GUESTS)) for _ in range(REGULARS_OF)]
    who = None if draw.random() < STRANGERS_SHARE else min(drawn, key=lambda one: one.gap_days)
    branch = draw.choice(BRANCHES) if who is None else who.branch
    return Shopper(
        branch=branch,
        receipt=f"T-{number:05}",
        card=None if who is None else who.card,
        lines=menu.basket(draw, hour=local.hour, month=local.month, is_weekend=local.weekday() >= SATURDAY),
        cashier=on_shift(branch, local.date()),
        pays_with_points=who is not None and draw.random() < who.pays_share,
    )
