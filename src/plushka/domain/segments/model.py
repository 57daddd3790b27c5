"""A segment, and why one is refused."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.engine.audience import Audience
from plushka.platform.errors import Conflict, Invalid, NotFound

NAME_LENGTH_MAX = 100
SEGMENTS_MAX = 200
DEPTH_MAX = 5
"""How many segments may stand on each other."""
LIST_MEMBERS_MAX = 200_000


class StoredSegment(Struct, frozen=True):
    """Members under a name: those of ``audience`` as it holds, or (None) a list.

    ``members`` were in it at ``refreshed_at``; of a list they are counted whenever it changes.
    """

    id: UUID
    name: str
    audience: Audience | None
    members: int
    refreshed_at: datetime | None
    created_at: datetime
    archived_at: datetime | None = None

    @property
    def is_list(self) -> bool:
        return self.audience is None


class UnknownSegment(NotFound):
    code = "segment_not_found"


class SegmentNameTaken(Conflict):
    """Another segment that is not archived has this name."""

    code = "segment_name_taken"


class SegmentNameMissing(Invalid):
    code = "segment_name_missing"


class SegmentNameTooLong(Invalid):
    code = "segment_name_too_long"


class TooManySegments(Conflict):
    code = "segments_too_many"


class AudienceInvalid(Invalid):
    """``problem`` is the code of what is wrong with the conditions, ``field`` where."""

    code = "audience_invalid"


class SegmentCycle(Invalid):
    """The segment would stand on itself, or on too many others one upon the other."""

    code = "segment_cycle"


class SegmentInUse(Conflict):
    """``by`` names what uses it: a segment or a programme."""

    code = "segment_in_use"


class NotConditions(Conflict):
    """A list has no conditions, and a segment of conditions cannot be without."""

    code = "segment_not_conditions"


class NotAList(Conflict):
    """Members are put into lists; those of conditions come and go by themselves."""

    code = "segment_not_list"


class ListFull(Conflict):
    code = "segment_list_full"
