"""Caps on earned points: a rule's own, then the programme's (F34)."""

from collections.abc import Sequence

from plushka.engine.plans import CapPlan
from plushka.engine.purchase import Member, Note
from plushka.engine.reasons import note
from plushka.engine.version import Version

NONE_YET = (0, 0)
"""What a rule has given today and this month that has given nothing."""


def under_caps(
    points: int, caps: Sequence[CapPlan], earned: tuple[int, int], notes: list[Note], rule: str | None = None
) -> int:
    """Return how many of ``points`` the caps let through; the tightest cap that cut is noted.

    ``earned`` is what the capped rule (or the programme, without ``rule``) has already given the
    member this business day and this calendar month.
    """
    allowed = points
    cut = None
    for cap in caps:
        left = cap.points if cap.window is None else max(0, cap.points - earned[cap.window])
        if left < allowed:
            allowed, cut = left, cap
    if cut is not None:
        notes.append(note(cut.code, rule=rule, cap=cut.points, cut=points - allowed))
    return allowed


def excess_of(version: Version, member: Member, total: int, notes: list[Note]) -> int:
    """Return how many of ``total`` points the programme's caps do not let through."""
    return total - under_caps(total, version.caps, version.earned_by(member), notes)
