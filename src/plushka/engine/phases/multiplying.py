"""Multipliers: points over those that other rules gave, in the second half of phase 8.

A multiplier counts points as they lie on lines, after the own caps of the rules that gave them; so of points for a
visit it multiplies what lies on its lines. It comes before the caps of the programme, which cut it first.
"""

from collections.abc import Sequence

from plushka.engine.phases.gain import Gain
from plushka.engine.plans import RulePlan, TierPlan
from plushka.engine.program import Multiplied
from plushka.engine.purchase import Note
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Scene
from plushka.engine.shares import rounded
from plushka.engine.version import BP, Version


def multiply(
    version: Version,
    tier: TierPlan,
    scene: Scene,
    active: int,
    *,
    claims: Sequence[int],
    nets_minor: Sequence[int],
    gains: Sequence[Gain],
    notes: list[Note],
) -> list[Gain]:
    """Return what the ``active`` multipliers add to ``gains``; ``claims`` are the other rules that count each line."""
    won = _won(version, tier, scene.masks, active, claims, notes)
    if not won:
        return []
    given = [0] * len(nets_minor)
    for gain in gains:
        for line, points in enumerate(gain.by_line(len(given))):
            given[line] += points
    added = [
        _added(version, plan, won[plan.index], nets_minor, given)
        for plan in version.rules_in(active)
        if plan.index in won
    ]
    notes.extend(
        [note("nothing_to_multiply", rule=each.plan.rule.id) for each in added if not sum(each.weights)]
    )
    return [gain for gain in added if sum(gain.weights)]


def _won(  # noqa: PLR0917 - called once, above
    version: Version,
    tier: TierPlan,
    masks: Sequence[int],
    active: int,
    claims: Sequence[int],
    notes: list[Note],
) -> dict[int, list[int]]:
    """Return the lines of each multiplier, by its index; the lines of an exclusive rule are nobody's else."""
    won: dict[int, list[int]] = {}
    claimed = shut = 0
    for line, (mask, claim) in enumerate(zip(masks, claims, strict=True)):
        counting = mask & active
        claimed |= counting
        if claim and version.contest(claim).exclusive:
            shut |= counting
        elif counting:
            contest = version.contest(counting)
            shut |= counting if contest.exclusive else 0
            for index in contest.usual_winners(tier):
                won.setdefault(index, []).append(line)
    notes.extend(version.no_lines(active & ~claimed))
    lost = claimed
    for index in won:
        lost &= ~version.rules[index].bit
    notes.extend([plan.shut_out if plan.bit & shut else plan.outbid for plan in version.rules_in(lost)])
    return won


def _added(
    version: Version, plan: RulePlan, lines: list[int], nets_minor: Sequence[int], given: Sequence[int]
) -> Gain:
    effect = plan.rule.effect
    times_bp = effect.times_bp if isinstance(effect, Multiplied) else BP
    weights = [given[line] for line in lines]
    points = rounded(sum(weights) * (times_bp - BP), BP, version.program.rounding)
    base_minor = sum([nets_minor[line] for line in lines])
    return Gain(plan, lines, weights, base_minor, None, points, points)
