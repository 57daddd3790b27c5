"""Values of the groups."""

from datetime import date, datetime

from msgspec import Struct

from plushka.engine.lifecycle import Group, Rhythm, ScoreBounds


class Terms(Struct, frozen=True):
    """By what a business sorts its members; without ``bounds`` scores are fifths of its buyers."""

    rhythm: Rhythm = Rhythm()
    bounds: ScoreBounds | None = None


class Run(Struct, frozen=True):
    """When the groups were last worked out: at ``as_of``, with purchases through the business day ``through_on``."""

    as_of: datetime
    through_on: date
    members: int


class Snapshot(Struct, frozen=True):
    """How many members were in each group when ``month`` (its first day) ended; kept for good.

    ``is_backdated``: it was taken so late that it tells of the month what was known afterwards.
    """

    month: date
    taken_at: datetime
    actor: str
    is_backdated: bool
    members: dict[Group, int]

    @property
    def base(self) -> int:
        return sum(self.members.values())


class Move(Struct, frozen=True):
    """So many members were in ``before`` at the end of the month before and in ``after`` at the end of this one.

    None before: they have joined; None after: they were merged or deleted.
    """

    before: Group | None
    after: Group | None
    members: int


class Cell(Struct, frozen=True):
    """Buyers of one recency and one frequency score.

    ``spend_minor`` is what they spent within the year, all together. The mean of their monetary scores is in
    hundredths, that of their spending in minor units.
    """

    r: int
    f: int
    members: int
    spend_minor: int
    mean_m_hundredths: int
    mean_spend_minor: int


class GroupSum(Struct, frozen=True):
    """How many members are in a group, and what they spent within the year."""

    members: int = 0
    spend_minor: int = 0


class MemberGroup(Struct, frozen=True):
    """Where one member is, as of the last run."""

    group: Group
    r: int
    f: int
    m: int
    last_on: date | None
    visits: int
    spend_minor: int
    as_of: datetime
