"""What can be noted, and what is taken to be added up."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

Kind = Literal["receipts", "returns", "postings", "members", "calendar"]
"""What the ids of a change are of. ``members``: whose receipts moved; ``calendar``: days begin at another moment."""

Subjects = dict[Kind, list[UUID]]


class Taken(Struct, frozen=True):
    """``count`` changes that are to be added up now (``subjects``), and those that wait, if ``has_left``.

    ``left`` has the receipts and returns of those; postings only if ``has_calendar``: the business's days have moved.
    """

    count: int
    subjects: Subjects
    has_calendar: bool
    has_left: bool
    left: Subjects
