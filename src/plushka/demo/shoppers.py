"""Who comes to the demo's tills next, and with what: of the grocery chain the baskets that follow yesterday's."""

from collections.abc import Callable, Iterator
from datetime import date

from msgspec import Struct

from plushka.demo import baskets, people
from plushka.demo.dataset import Year
from plushka.domain.purchases.model import PurchaseLine

WINDOW_BASKETS = 500
"""Baskets whose lines are read at once."""


class Shopper(Struct, frozen=True):
    """Somebody at a till of ``branch``, with a card or without; ``receipt`` is the number their receipt gets.

    ``cashier`` is who serves them, where it is known.
    """

    branch: str
    receipt: str
    card: str | None
    lines: tuple[PurchaseLine, ...]
    pays_with_points: bool
    cashier: str | None = None
    coupon_codes: tuple[str, ...] = ()


Queue = Callable[[int], Iterator[Shopper]]
"""All who come, without end, but for the first so many: they were there."""


def grocery(year: Year, yesterday: date) -> Queue:
    """Return the baskets that follow yesterday's, and the whole year after them again, round after round.

    A basket sold in the n-th round has the receipt number of the data set and ``-n``.
    """
    in_order = baskets.in_order(year, yesterday)

    def from_place(start: int) -> Iterator[Shopper]:
        while True:
            number, first = divmod(start, in_order.height)
            window = in_order.slice(first, WINDOW_BASKETS)
            for basket in baskets.read(baskets.with_lines(window, year)):
                yield Shopper(
                    branch=basket.branch,
                    receipt=f"{basket.basket_id}-{number + 1}",
                    card=baskets.card(basket.household_id),
                    lines=basket.lines,
                    pays_with_points=people.pays_with_points(basket.household_id, basket.basket_id),
                    coupon_codes=basket.coupon_codes,
                )
            start += window.height

    return from_place
