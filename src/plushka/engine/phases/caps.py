"""Caps on earned points: a rule's own, then the programme's (F34)."""

from collections.abc import Sequence

from plushka.engine.program import EarningCaps
from plushka.engine.purchase import Note
from plushka.engine.reasons import note


def under_caps(
    points: int, caps: EarningCaps, earned: tuple[int, int], notes: list[Note], rule: str | None = None
) -> int:
    """Return how many of ``points`` the caps let through; the tightest cap that cut is noted.

    ``earned`` is what the capped rule (or the programme, without ``rule``) has already given the
    member this business day and this calendar month.
    """
    today, this_month = earned
    bounds: Sequence[tuple[str, int | None, int]] = (
        ("cap_per_receipt", caps.per_receipt, 0),
        ("cap_per_day", caps.per_day, today),
        ("cap_per_month", caps.per_month, this_month),
    )
    allowed = points
    cut = None
    for code, cap, used in bounds:
        if cap is not None and max(0, cap - used) < allowed:
            allowed = max(0, cap - used)
            cut = (code, cap)
    if cut is not None:
        notes.append(note(cut[0], rule=rule, cap=cut[1], cut=points - allowed))
    return allowed
