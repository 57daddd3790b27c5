"""What rules see of a receipt, whoever's it is: worked out once, and for all versions that are numbered together."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import attrgetter, or_

from msgspec import Struct

from plushka.engine.line_masks import Numbering
from plushka.engine.local_time import Moment
from plushka.engine.prices import taking_part
from plushka.engine.purchase import Basket

_quantity_milli, _amount_minor = attrgetter("quantity_milli"), attrgetter("amount_minor")


class Sight(Struct):
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
    _active: int = 0
    _claims: Mapping[int, int] = {}

    def claims(self, active: int) -> Mapping[int, int]:
        """Return the sums of lines by what of ``active`` their masks have. Remembered for who asks the same next."""
        if active != self._active:
            self._active, self._claims = active, claims_of(self.masks, active, self.amounts_minor)
        return self._claims


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
    return Sight(
        numbering,
        now,
        masks,
        quantities_milli,
        amounts_minor,
        sum(amounts_minor),
        taking_part(amounts_minor, masks),
        reduce(or_, masks, 0),
    )


def claims_of(masks: Sequence[int], active: int, amounts_minor: Sequence[int]) -> dict[int, int]:
    """Return the sums of lines by what of ``active`` their masks have."""
    sums: dict[int, int] = {}
    for mask, amount_minor in zip(masks, amounts_minor, strict=True):
        claim = mask & active
        sums[claim] = sums.get(claim, 0) + amount_minor
    return sums
