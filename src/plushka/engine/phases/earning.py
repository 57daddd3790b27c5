"""Phase 8: what each rule gives to which lines (S1, S2, S11, S12).

A rule *claims* the lines it counts. Lines with the same claims are contested together, since a
percent is a percent at any price; only where a rule counts things, not money, is each line a
contest of its own.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from plushka.engine.phases.caps import NONE_YET, excess_of, under_caps
from plushka.engine.phases.case import Case
from plushka.engine.phases.gain import Earned, Gain
from plushka.engine.phases.multiplying import multiply
from plushka.engine.phases.paces import Paces, paces_of, percent_of, points_at
from plushka.engine.phases.sums import earn_in_sums
from plushka.engine.plans import Division, RulePlan, TierPlan
from plushka.engine.purchase import Award, Member, Note
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Scene
from plushka.engine.version import Version


def with_awards(earned: Earned, awards: Sequence[Award], notes: Sequence[Note]) -> Earned:
    """Return what was earned together with points that no cap cuts, as those of a full stamp card."""
    points = sum([award.points for award in awards])
    return Earned(
        awards=(*earned.awards, *awards),
        notes=(*earned.notes, *notes),
        points=earned.points + points,
        points_before_caps=earned.points_before_caps + points,
    )


def earn(case: Case, tier: TierPlan, scene: Scene, nets_minor: Sequence[int]) -> Earned:
    """Return what the rules give for ``nets_minor``, the lines' money after discounts and points (S2).

    Unless the case ``explains``, the points are not laid on lines, and most notes are left out.
    """
    if not case.explains:
        earned = earn_in_sums(case.version, tier, scene, nets_minor)
        if earned is not None:
            return earned
    version, member = case.version, case.member
    notes: list[Note] = []
    active = _active(version, scene, notes)
    multiplying = active & version.multiplier_mask
    active ^= multiplying
    claims = [mask & active for mask in scene.masks]
    distinct = frozenset(claims)
    claimed = reduce(or_, distinct, 0)
    if claimed != active:
        notes.extend(version.no_lines(active & ~claimed))
    paces = paces_of(
        version,
        tier,
        member,
        nets_minor,
        quantities_milli=scene.quantities_milli,
        claims=claims,
        special_mask=claimed & version.special_mask,
    )
    if paces.comparable is not tier.paces:
        won = _contest(version, _by_claim(claims), claimed, paces, notes)
        gains = [_laid_out(version, tier, version.rules[index], won[index], paces) for index in sorted(won)]
    else:
        # No receipt decides between rivals: who wins which claims is known beforehand.
        division = version.division(tier, distinct)
        notes.extend(division.lost)
        gains = _on_lines(version, tier, division, claims, paces)
    _cap_each(member, gains, notes)
    if multiplying:
        added = multiply(
            version,
            tier,
            scene,
            multiplying,
            claims=claims,
            nets_minor=nets_minor,
            gains=gains,
            notes=notes,
        )
        _cap_each(member, added, notes)
        gains += added
    if version.caps:
        _cap_together(version, member, gains, notes)
    line_count = len(nets_minor) if case.explains else 0
    awards = tuple([_award(gain, line_count) for gain in gains if gain.points])
    return Earned(
        awards=awards,
        notes=notes,
        points=sum([award.points for award in awards]),
        points_before_caps=sum([gain.points_before_caps for gain in gains]),
    )


def _active(version: Version, scene: Scene, notes: list[Note]) -> int:
    active = version.unconditional_mask | version.explaining(scene, notes)
    # As with promotions, one that asks for a coupon that was not shown is not weighed, and no receipt tells of it.
    for bit, when, coupons in version.by_coupon if scene.coupons else ():
        if coupons.isdisjoint(scene.coupons):
            continue
        failed = when(scene)
        if failed is None:
            active |= bit
        else:
            notes.append(failed)
    return active


def _by_claim(claims: Sequence[int]) -> dict[int, list[int]]:
    """Return the lines of each claim."""
    lines: dict[int, list[int]] = {}
    for index, claim in enumerate(claims):
        if claim in lines:
            lines[claim].append(index)
        elif claim:
            lines[claim] = [index]
    return lines


def _on_lines(
    version: Version, tier: TierPlan, division: Division, claims: Sequence[int], paces: Paces
) -> list[Gain]:
    """Return the gains with the lines that each is for."""
    by_claim = _by_claim(claims)
    everything = [index for index, claim in enumerate(claims) if claim]
    gains = []
    for plan, won in division.winners:
        # Most rules that stack win all that is claimed.
        lines = everything
        if len(won) < len(by_claim):
            lines = [line for claim in won for line in by_claim[claim]]
        gains.append(_laid_out(version, tier, plan, lines, paces))
    return gains


def _contest(
    version: Version,
    lines_by_claim: dict[int, list[int]],
    claimed: int,
    paces: Paces,
    notes: list[Note],
) -> dict[int, list[int]]:
    """Return the lines that each rule has won, by its index; rules that won none are noted."""
    won: dict[int, list[int]] = {}
    shut = 0
    for claim, lines in lines_by_claim.items():
        contest = version.contest(claim)
        if contest.exclusive:
            shut |= claim
        if not (paces.compare_by_line and contest.groups):
            for index in contest.winners(paces.comparable):
                won.setdefault(index, []).extend(lines)
            continue
        for line in lines:
            for index in contest.winners(paces.at_line(line)):
                won.setdefault(index, []).append(line)
    lost = claimed
    for index in won:
        lost &= ~version.rules[index].bit
    if lost:
        notes.extend([plan.shut_out if plan.bit & shut else plan.outbid for plan in version.rules_in(lost)])
    return won


def _laid_out(version: Version, tier: TierPlan, plan: RulePlan, lines: list[int], paces: Paces) -> Gain:
    """Return what a rule gives to lines that it has won."""
    nets_minor = paces.nets_minor
    if len(lines) == len(nets_minor):
        return _gain(version, tier, plan, paces, paces.net_minor, lines, nets_minor)
    lines.sort()
    weights = [nets_minor[line] for line in lines]
    return _gain(version, tier, plan, paces, sum(weights), lines, weights)


def _gain(  # noqa: PLR0917 - all that a gain is made of
    version: Version,
    tier: TierPlan,
    plan: RulePlan,
    paces: Paces,
    base_minor: int,
    lines: Sequence[int],
    weights: Sequence[int],
) -> Gain:
    pace = paces.special.get(plan.index)
    if pace is None:
        rate_bp = tier.rates_bp[plan.index]
        points = percent_of(version, tier, plan, base_minor)
    else:
        rate_bp, measured = pace.rate_bp, base_minor
        if pace.measure is not paces.nets_minor:
            lines = sorted(lines)
            weights = [pace.measure[line] for line in lines]
            measured = sum(weights)
        points = points_at(version, pace, measured)
    return Gain(plan, lines, weights, base_minor, rate_bp, points, points)


def _cap_each(member: Member, gains: Sequence[Gain], notes: list[Note]) -> None:
    """Cut the gains to the rules' own caps."""
    for gain in gains:
        rule = gain.plan.rule
        if gain.points == 0:
            notes.append(note("no_points", rule=rule.id, base_minor=gain.base_minor))
        elif gain.plan.caps:
            earned = member.rule_points.get(rule.id, NONE_YET)
            gain.points = under_caps(gain.points, gain.plan.caps, earned, notes, rule=rule.id)


def _cap_together(version: Version, member: Member, gains: Sequence[Gain], notes: list[Note]) -> None:
    """Cut the gains to the programme's caps, the last first."""
    excess = excess_of(version, member, sum([gain.points for gain in gains]), notes)
    for gain in reversed(gains):
        cut = min(excess, gain.points)
        gain.points -= cut
        excess -= cut


def _award(gain: Gain, line_count: int) -> Award:
    return Award(
        rule=gain.plan.rule.id,
        points=gain.points,
        base_minor=gain.base_minor,
        points_before_caps=gain.points_before_caps,
        by_line=tuple(gain.by_line(line_count)) if line_count else (),
        rate_bp=gain.rate_bp,
    )
