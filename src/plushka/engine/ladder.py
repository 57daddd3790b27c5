"""The receipt ladder (S12): a rate by the size of the base, for all of it or slice by slice."""

from collections.abc import Sequence

from plushka.engine.program import Band


def sliced(bands: Sequence[Band], from_minor: int, to_minor: int) -> int:
    """Return Σ slice × rate in minor units × basis points, over the part of the ladder between two amounts."""
    total = 0
    for index, band in enumerate(bands):
        end_minor = bands[index + 1].from_minor if index + 1 < len(bands) else to_minor
        slice_minor = min(end_minor, to_minor) - max(band.from_minor, from_minor)
        if slice_minor > 0:
            total += slice_minor * band.rate_bp
    return total
