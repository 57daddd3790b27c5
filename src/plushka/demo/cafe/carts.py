"""Carts on the coffee shop's site for beans and cakes, invented like all of it: some are ordered, most are left."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from plushka.demo.cafe.guests import GUESTS, card
from plushka.demo.cafe.menu import MENU
from plushka.demo.cafe.year import TIME_ZONE
from plushka.demo.living import LeftCart
from plushka.domain.events.carts.model import CartItem

A_DAY = 5
ORDERED_SHARE = 0.4
ORDERED_AFTER = timedelta(minutes=12)
SITE = "https://plushka.example/cart"
"""A domain that is reserved for examples: nobody has it."""
_GOODS = tuple(dish for dish in MENU if dish.category in ("beans", "desserts", "bakery"))


def carts(first: date, last: date) -> Iterator[LeftCart]:
    """Yield what guests put into carts on these days, in the order of time; the same for a day each time."""
    for back in range((last - first).days + 1):
        day = first + timedelta(days=back)
        yield from sorted((_cart(day, place) for place in range(A_DAY)), key=lambda cart: cart.at)


def _cart(day: date, place: int) -> LeftCart:
    draw = Random(f"cafe cart {day} {place}")  # noqa: S311 - invention
    dishes = draw.sample(_GOODS, draw.randrange(1, 5))
    items = tuple([CartItem(dish.name, draw.choice((1, 1, 2))) for dish in dishes])
    minute = draw.randrange(8 * 60, 22 * 60)
    number = f"{day:%m%d}-{place + 1}"
    return LeftCart(
        at=datetime.combine(day, time(*divmod(minute, 60)), ZoneInfo(TIME_ZONE)),
        number=number,
        card=card(draw.randrange(GUESTS)),
        sum_minor=sum(dish.price_minor * item.count for dish, item in zip(dishes, items, strict=True)),
        items=items,
        link=f"{SITE}/{number}",
        ordered_after=ORDERED_AFTER if draw.random() < ORDERED_SHARE else None,
    )
