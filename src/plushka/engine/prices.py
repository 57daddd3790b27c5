"""Sums over the lines of a receipt."""

from collections.abc import Sequence


def taking_part(amounts_minor: Sequence[int], masks: Sequence[int]) -> int:
    """Return the sum of the lines that take part in the programme: those whose mask is not 0."""
    return sum(weights_of(amounts_minor, masks))


def weights_of(amounts_minor: Sequence[int], masks: Sequence[int]) -> Sequence[int]:
    """Return the amounts, with 0 in place of those of lines that take no part."""
    if all(masks):
        return amounts_minor
    return [amount if mask else 0 for amount, mask in zip(amounts_minor, masks, strict=True)]
