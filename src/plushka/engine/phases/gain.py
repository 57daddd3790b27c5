"""What a rule gives to a receipt, before and after it is cut."""

from collections.abc import Sequence

from msgspec import Struct

from plushka.engine.plans import RulePlan
from plushka.engine.purchase import Award, Note
from plushka.engine.shares import spread


class Gain(Struct):
    """What a rule has won: ``weights`` are its measure of ``lines``; both are empty where nobody asks for lines."""

    plan: RulePlan
    lines: Sequence[int]
    weights: Sequence[int]
    base_minor: int
    rate_bp: int | None
    points_before_caps: int
    points: int

    def by_line(self, line_count: int) -> list[int]:
        """Return the points of each line of the receipt; largest remainder, so that they sum to all (S1)."""
        shares = spread(self.points, self.weights)
        if len(shares) == line_count:
            return shares
        by_line = [0] * line_count
        for line, points in zip(self.lines, shares, strict=True):
            by_line[line] = points
        return by_line


class Earned(Struct, frozen=True):
    """The awards of a receipt, in the programme's order of rules, multipliers last, and why other rules gave none.

    ``points_before_caps`` is what all rules gave uncut.
    """

    awards: tuple[Award, ...] = ()
    notes: Sequence[Note] = ()
    points: int = 0
    points_before_caps: int = 0
