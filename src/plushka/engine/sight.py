"""What rules see of a receipt, whoever's it is: worked out once, and for all versions that are numbered together."""

from collections.abc import Sequence
from functools import reduce
from operator import attrgetter, or_

from msgspec import Struct

from plushka.engine.line_masks import Numbering
from plushka.engine.local_time import Moment
from plushka.engine.prices import taking_part
from plushka.engine.purchase import Basket

_quantity_milli, _amount_minor = attrgetter("quantity_milli"), attrgetter("amount_minor")


class Sight(Struct, frozen=True):
    """A receipt at the prices of the till. Sequences run parallel to its lines.

    ``masks`` are those of the ``numbering``, ``bits`` what any of them has; ``taking_part_minor`` is the sum of lines
    that take part in the programme. ``moment`` is what the branch's clock shows.
    """

    numbering: Numbering
    moment: Moment
    masks: Sequence[int]
    quantities_milli: Sequence[int]
    amounts_minor: Sequence[int]
    amount_minor: int
    taking_part_minor: int
    bits: int


def sight_of(numbering: Numbering, basket: Basket, now: Moment) -> Sight:
    """Return what versions of this numbering see of a basket."""
    lines = basket.lines
    return at_prices(
        numbering,
        now,
        numbering.of(lines),
        list(map(_quantity_milli, lines)),
        list(map(_amount_minor, lines)),
    )


def at_prices(
    numbering: Numbering,
    now: Moment,
    masks: Sequence[int],
    quantities_milli: Sequence[int],
    amounts_minor: Sequence[int],
) -> Sight:
    """Return the sight of lines that are told by their columns."""
    amount_minor = sum(amounts_minor)
    return Sight(
        numbering,
        now,
        masks,
        quantities_milli,
        amounts_minor,
        amount_minor,
        amount_minor if all(masks) else taking_part(amounts_minor, masks),
        reduce(or_, masks, 0),
    )
