"""Sums over the lines of a receipt."""

from collections.abc import Sequence


def taking_part(amounts_minor: Sequence[int], masks: Sequence[int]) -> int:
    """Return the sum of the lines that take part in the programme: those whose mask is not 0."""
    return sum([amount for amount, mask in zip(amounts_minor, masks, strict=True) if mask])
