"""How a figure of a report is told, on a page and in a file alike."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from plushka.domain.insights.reports.ratio import Ratio

Kind = Literal[
    "text",
    "count",
    "decimal",
    "money",
    "points",
    "share",
    "change",
    "difference",
    "days",
    "date",
    "moment",
    "month",
    "quantity",
]
"""How a value is told. ``count``, ``days``: an int. ``money``: minor units, or a ratio of them to a count (a mean).
``points``: units of the programme's points. ``decimal``: a ratio, with two decimals. ``share``: a ratio of a whole, as
per cent. ``change``: the ratio of ``change()``, as per cent with its sign. ``difference``: that of ``difference()`` of
two shares, in points of per cent. ``date``, ``month``: a day, the first of a
month. ``moment``: by the business's clock. ``quantity``: thousandths."""
Value = int | str | date | datetime | Ratio | None
"""None is shown as a dash: there is no such figure."""
PARTS: tuple[Kind, ...] = ("share", "change", "difference")
"""Kinds that are parts of one; a reader sees per cent."""
PERCENT = 2
"""By how many places per cent is more than the ratio itself."""
MEAN_DECIMALS = 2
"""Of a mean of money beyond the currency's own there is nothing to tell, of one of points two."""


def file_value(
    value: Value, kind: Kind, *, money: int, points: int
) -> int | str | date | datetime | Decimal | None:
    """Return a value as a file holds it: money and points in whole units, shares as parts of one, exactly.

    ``money`` and ``points`` are how many decimals the currency and the points have.
    """
    decimals = {"money": money, "points": points, "quantity": 3}.get(kind, 0)
    if isinstance(value, Ratio):
        return _quotient(value, kind, decimals)
    if not isinstance(value, int):
        return value
    return Decimal(value).scaleb(-decimals) if decimals else value


def _quotient(ratio: Ratio, kind: Kind, decimals: int) -> Decimal | None:
    if kind in PARTS:
        units, decimals = ratio.rounded(PERCENT + 2), PERCENT + 2
    elif kind == "decimal":
        units, decimals = ratio.rounded(MEAN_DECIMALS), MEAN_DECIMALS
    else:
        units = ratio.rounded()
    return None if units is None else Decimal(units).scaleb(-decimals)
