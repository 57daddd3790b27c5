"""Points of a receipt that are a fixed sum, laid on the lines that won them."""

from collections.abc import Sequence

from plushka.engine.purchase import Award
from plushka.engine.shares import spread


def award_over(rule: str, points: int, lines: Sequence[int], nets_minor: Sequence[int]) -> Award:
    """Return the award of ``points`` over ``lines`` by what was paid for them; equally where nothing was."""
    weights = [nets_minor[line] for line in lines]
    shares = spread(points, weights if any(weights) else [1] * len(lines))
    by_line = [0] * len(nets_minor)
    for line, share in zip(lines, shares, strict=True):
        by_line[line] = share
    return Award(
        rule=rule,
        points=points,
        base_minor=sum(weights),
        points_before_caps=points,
        by_line=tuple(by_line),
    )
