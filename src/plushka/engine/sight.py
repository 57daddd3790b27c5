"""What rules see of a receipt, whoever's it is: worked out once, and for all versions that are numbered together."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from msgspec import Struct

from plushka.engine.line_masks import Numbering
from plushka.engine.local_time import Moment
from plushka.engine.prices import taking_part
from plushka.engine.purchase import Basket


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
    _by_mask: Mapping[int, int] | None = None

    def by_mask(self) -> Mapping[int, int]:
        """Return the sums of lines that look the same to all rules, by their mask. Remembered."""
        if self._by_mask is None:
            self._by_mask = sums_by_mask(self.masks, self.amounts_minor)
        return self._by_mask


def sight_of(numbering: Numbering, basket: Basket, now: Moment) -> Sight:
    """Return what versions of this numbering see of a basket."""
    lines = basket.lines
    return at_prices(
        numbering,
        now,
        numbering.of(lines),
        [line.quantity_milli for line in lines],
        [line.amount_minor for line in lines],
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


def sums_by_mask(masks: Sequence[int], amounts_minor: Sequence[int]) -> dict[int, int]:
    """Return the sums of lines that look the same to all rules, by their mask."""
    sums: dict[int, int] = {}
    for mask, amount_minor in zip(masks, amounts_minor, strict=True):
        sums[mask] = sums.get(mask, 0) + amount_minor
    return sums
