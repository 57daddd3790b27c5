"""Buyers by recency and frequency, five by five."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.segments.lifecycle.model import Cell
from plushka.engine.lifecycle import SCORES
from plushka.platform.i18n import format_number

SHADES = 4
"""Of a cell, by how many are in it; none is white."""


class Square(Struct, frozen=True):
    """A cell; ``shade`` from 0 to ``SHADES``. Empty where nobody is."""

    members: str = ""
    mean_m: str = ""
    mean_spend: str = ""
    list_url: str = ""
    shade: int = 0


def grid(cells: Sequence[Cell], visit: Visit) -> list[tuple[int, list[Square]]]:
    """Return lines from the most recent score down, each with its squares from the rarest on; empty without buyers."""
    if not cells:
        return []
    found = {(cell.r, cell.f): cell for cell in cells}
    most = max(cell.members for cell in cells)
    scores = range(1, SCORES + 1)
    return [
        (r, [_square(found[r, f], most, visit) if (r, f) in found else Square() for f in scores])
        for r in reversed(scores)
    ]


def _square(cell: Cell, most: int, visit: Visit) -> Square:
    figures = visit.figures
    return Square(
        members=figures.number(cell.members),
        mean_m=format_number(Decimal(cell.mean_m_hundredths).scaleb(-2), visit.look.language, decimals=1),
        mean_spend=figures.money(cell.mean_spend_minor),
        list_url=f"/members?cell={cell.r}{cell.f}",
        shade=max(1, SHADES * cell.members // most),
    )
