"""Caps on earned points: a rule's own, then the programme's (F34)."""

from collections.abc import Sequence

from plushka.engine.plans import CapPlan
from plushka.engine.purchase import Note
from plushka.engine.reasons import note


def under_caps(
    points: int, caps: Sequence[CapPlan], earned: tuple[int, int], notes: list[Note], rule: str | None = None
) -> int:
    """Return how many of ``points`` the caps let through; the tightest cap that cut is noted.

    ``earned`` is what the capped rule (or the programme, without ``rule``) has already given the
    member this business day and this calendar month.
    """
    used = {"cap_per_receipt": 0, "cap_per_day": earned[0], "cap_per_month": earned[1]}
    allowed = points
    cut = None
    for cap in caps:
        left = max(0, cap.points - used[cap.code])
        if left < allowed:
            allowed, cut = left, cap
    if cut is not None:
        notes.append(note(cut.code, rule=rule, cap=cut.points, cut=points - allowed))
    return allowed
