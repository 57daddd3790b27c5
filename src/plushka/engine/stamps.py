"""How a card is filled, stamp by stamp: one step, which decides a purchase and tells where a member stands.

Where a member stands is a function of what their purchases still count for and of what was given for it, never of the
order in which any of that came about (S9).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import assert_never

from msgspec import Struct

from plushka.engine.expiry import DAY, MONTHS_OF, add_months, period_start
from plushka.engine.stamp_parts import Always, FromFirst, FromLast, Lasts, Within


class Terms(Struct, frozen=True, array_like=True):
    """What a stamp was given on: they are kept with it, so that new rules change nothing that was."""

    needed: int
    lasts: Lasts
    once_a_day: bool
    carries_over: bool


class Stamps(Struct, frozen=True):
    """What one purchase of a business day counts for on a card."""

    day: date
    count: int
    terms: Terms


class Filled(Struct, frozen=True):
    """A card on its way: ``have`` stamps, of which the oldest is of ``first_on``; ``finished`` cards came before it.

    ``last_on`` is the day of the last stamp, also where that has finished a card. ``ends_on`` is the last day on
    which the card can be filled; None: no end.
    """

    have: int = 0
    finished: int = 0
    first_on: date | None = None
    last_on: date | None = None
    ends_on: date | None = None


EMPTY = Filled()


def add_stamps(card: Filled, stamps: Stamps, *, is_day_stamped: bool | None = None) -> Filled:
    """Return the card with the stamps on it; with those that finish it, the next one.

    ``is_day_stamped`` tells whether there is a stamp of that day; None: so it is if the last one is.
    """
    terms, day = stamps.terms, stamps.day
    card = on_day(card, day)
    if is_day_stamped is None:
        is_day_stamped = card.last_on == day
    if terms.once_a_day and is_day_stamped:
        return card
    cards, rest = divmod(card.have + stamps.count, terms.needed)
    if cards and not terms.carries_over:
        rest = 0
    begins_on = day if cards or card.first_on is None else card.first_on
    last_on = day if card.last_on is None else max(card.last_on, day)
    return Filled(
        have=rest,
        finished=card.finished + cards,
        first_on=begins_on if rest else None,
        last_on=last_on,
        ends_on=_ends_on(terms.lasts, begins_on, last_on) if rest else None,
    )


def on_day(card: Filled, day: date) -> Filled:
    """Return the card as it is on ``day``: what was not finished in time has burnt."""
    if card.ends_on is None or day <= card.ends_on:
        return card
    return Filled(finished=card.finished, last_on=card.last_on)


def fill(stamps: Iterable[Stamps]) -> Filled:
    """Return the card that all stamps of a member have filled, told in the order of their purchases."""
    card = EMPTY
    for each in stamps:
        if each.count:
            card = add_stamps(card, each)
    return card


def _ends_on(lasts: Lasts, first_on: date, last_on: date) -> date | None:
    match lasts:
        case Always():
            return None
        case FromFirst(days=days):
            return first_on + timedelta(days=days)
        case FromLast(days=days):
            return last_on + timedelta(days=days)
        case Within(unit=unit):
            return add_months(period_start(unit, first_on), MONTHS_OF[unit]) - DAY
        case _:
            assert_never(lasts)
