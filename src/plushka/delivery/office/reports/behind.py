"""What figures are of: where the members and the movements behind them are listed, and figures with the way there.

Receipts are those that are asked about (``Asked.receipts_url``).
"""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from msgspec import structs

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.reports.blocks import Cell, Row, Value, cell
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.points.ways import Way
from plushka.domain.insights.reports.ratio import Ratio
from plushka.engine.expiry import add_months

WHOLE = {"branch": "", PARAMETER: ""}
"""Filters of receipts where figures know neither branches nor programmes."""
ALWAYS = {"from": "", "to": ""}
"""Filters of receipts where figures are of all time."""


def members_url(**filters: str | int | date | Sequence[str]) -> str:
    """Return where members are listed; a filter that is empty is none."""
    chosen = {name: value for name, value in filters.items() if value != ""}
    return f"/members?{urlencode(chosen, doseq=True)}"


def then_of(month: date, group: str) -> str:
    """Return the filter of members who were in a group when a month ended; an empty one: who were no members yet."""
    return f"{month:%Y-%m}:{group}"


def moved_url(month: date, before: str | None, after: str | None) -> str:
    """Return where those are listed who went between groups into the end of a month; who has left is listed nowhere.

    ``before`` None: they have joined; ``after`` None: they have left.
    """
    if after is None:
        return ""
    return members_url(then=[then_of(add_months(month, -1), before or ""), then_of(month, after)])


def movements_url(
    visit: Visit,
    ways: Sequence[Way] = (),
    *,
    moved: tuple[date | None, date | None] = (None, None),
    earned: tuple[date, date] | None = None,
    program_id: UUID | None = None,
) -> str:
    """Return where the movements of the programme's points are listed, by ways and days, both of which count.

    ``earned``: of lots of these days. ``program_id``: of another programme than the one that is looked at.
    """
    pairs = [
        (PARAMETER, program_id or visit.program_id),
        *zip(("moved_from", "moved_to"), moved, strict=True),
        *zip(("earned_from", "earned_to"), earned or (None, None), strict=True),
        *(("way", way) for way in ways),
    ]
    return f"/journal?{urlencode([(name, str(value)) for name, value in pairs if value])}"


def linked(href: str, *values: Cell | Value) -> Row:
    """Return figures with the way to what they are of; one that has its own keeps it, and nothing leads nowhere."""
    return tuple(_linked(href, cell(value)) for value in values)


def _linked(href: str, shown: Cell) -> Cell:
    return shown if shown.href or _is_nothing(shown.value) else structs.replace(shown, href=href)


def _is_nothing(value: Value) -> bool:
    return value.numerator == 0 if isinstance(value, Ratio) else not value
