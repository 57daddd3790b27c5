"""Line prices for a fiscal receipt, where a line's sum is its price times its quantity (S17)."""

from plushka.engine.shares import rounded

UNIT_MILLI = 1000


def fiscal_lines(quantity_milli: int, payable_minor: int) -> tuple[tuple[int, int], ...]:
    """Return one or two ``(quantity_milli, price_minor)`` parts that come to ``payable_minor`` exactly.

    A part's sum is price × quantity rounded half up to the minor unit, as tills print it. Pieces
    whose sum no price expresses are split into two prices one minor unit apart: 3 for 1000 are 2 at
    333 and 1 at 334. Of a weighed quantity, one whole unit is split off and carries the difference;
    less than one unit always has a price.
    """
    price_minor, remainder = divmod(payable_minor * UNIT_MILLI, quantity_milli)
    if remainder == 0:
        return ((quantity_milli, price_minor),)
    if quantity_milli % UNIT_MILLI == 0:
        return ((quantity_milli - remainder, price_minor), (remainder, price_minor + 1))
    for price in (price_minor, price_minor + 1):
        if _sum_minor(quantity_milli, price) == payable_minor:
            return ((quantity_milli, price),)
    rest_milli = quantity_milli - UNIT_MILLI
    return ((rest_milli, price_minor), (UNIT_MILLI, payable_minor - _sum_minor(rest_milli, price_minor)))


def _sum_minor(quantity_milli: int, price_minor: int) -> int:
    return rounded(quantity_milli * price_minor, UNIT_MILLI, "half_up")
