"""The table of months (F199–F202): how many, which share of the base, how many more or fewer than a month before."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from plushka.domain.segments.lifecycle.model import Snapshot
from plushka.engine.expiry import add_months
from plushka.engine.lifecycle import GROUPS, Group


class Figure(Struct, frozen=True):
    """A count; its share of the month's base and its change against the month before, in hundredths of a per cent.

    None: the base is empty; there is no month before, or nobody was counted in it.
    """

    members: int
    share_bp: int | None
    change_bp: int | None


class Month(Struct, frozen=True):
    """A line of the table. The base's share is the whole of it: shares are of counts, and so is their total."""

    month: date
    taken_at: datetime
    actor: str
    is_backdated: bool
    base: Figure
    groups: dict[Group, Figure]


def months(snapshots: Sequence[Snapshot]) -> list[Month]:
    """Return a line for each snapshot, in their order; a change is told only between neighbouring months."""
    by_month = {snapshot.month: snapshot for snapshot in snapshots}
    lines = []
    for snapshot in snapshots:
        before = by_month.get(add_months(snapshot.month, -1))
        lines.append(
            Month(
                month=snapshot.month,
                taken_at=snapshot.taken_at,
                actor=snapshot.actor,
                is_backdated=snapshot.is_backdated,
                base=_figure(snapshot.base, snapshot.base, before.base if before else None),
                groups={
                    group: _figure(
                        snapshot.members[group], snapshot.base, before.members[group] if before else None
                    )
                    for group in GROUPS
                },
            )
        )
    return lines


def share_bp(part: int, whole: int) -> int | None:
    """Return ``part / whole`` in hundredths of a per cent, half up."""
    if whole == 0:
        return None
    return int((Decimal(part) * 100_00 / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _figure(members: int, base: int, before: int | None) -> Figure:
    change = None if before is None else share_bp(members - before, before)
    return Figure(members=members, share_bp=share_bp(members, base), change_bp=change)
