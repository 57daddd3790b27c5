"""Where letters of campaigns are listed."""

from collections.abc import Iterable
from urllib.parse import urlencode

from plushka.delivery.office.reports.constructor.matching import ROWS, Rows

PATH = "/campaigns/letters"


def letters_url(rows: Iterable[Rows], *, arrived: bool) -> str:
    """Return where the letters are listed that are any of these rows; ``arrived``: those alone that went out."""
    pairs = [(ROWS, each.text) for each in rows]
    return f"{PATH}?{urlencode([*pairs, *([('arrived', 'yes')] if arrived else [])])}"
