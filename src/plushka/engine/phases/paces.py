"""How fast each rule gives at this receipt, as integers over one denominator, so that rules can be compared."""

from collections.abc import Sequence
from functools import reduce
from math import lcm
from operator import and_

from msgspec import Struct

from plushka.engine.pace_plans import UNIT_MILLI, Pace
from plushka.engine.plans import RulePlan, TierPlan
from plushka.engine.purchase import Member
from plushka.engine.shares import rounded
from plushka.engine.version import Version


class Paces(Struct, frozen=True):
    """The paces of all rules at this receipt.

    ``comparable`` has one number for each rule of the programme; those of rules that may compete are
    over one denominator. ``special`` are the rules, by index, whose pace this receipt decided; all
    others are percents of ``nets_minor``.
    """

    comparable: Sequence[int]
    special: dict[int, Pace]
    nets_minor: Sequence[int]
    net_minor: int
    compare_by_line: bool = False

    def at_line(self, line: int) -> list[int]:
        """Return what each rule would give to one line, for comparison only."""
        net_minor = self.nets_minor[line]
        values = [net_minor * pace for pace in self.comparable]
        for index, pace in self.special.items():
            values[index] = pace.measure[line] * self.comparable[index]
        return values


def paces_of(
    version: Version,
    tier: TierPlan,
    member: Member,
    nets_minor: Sequence[int],
    *,
    quantities_milli: Sequence[int],
    claims: Sequence[int],
    special_mask: int,
) -> Paces:
    """Return the paces of the rules that claim lines; ``special_mask`` are those that are no plain percent."""
    net_minor = sum(nets_minor)
    if not special_mask:
        return Paces(tier.paces, {}, nets_minor, net_minor)
    claimed_by_all = reduce(and_, claims)
    special: dict[int, Pace] = {}
    rivals: dict[int, Pace] = {}
    for plan in version.rules_in(special_mask):
        if plan.bit & claimed_by_all:
            base_minor, line_count = net_minor, len(nets_minor)
        else:
            bases = [net for net, claim in zip(nets_minor, claims, strict=True) if claim & plan.bit]
            base_minor, line_count = sum(bases), len(bases)
        pace = special_pace(version, plan, member, base_minor, line_count, nets_minor, quantities_milli)
        special[plan.index] = pace
        if plan.has_rivals:
            rivals[plan.index] = pace
    if not rivals:
        return Paces(tier.paces, special, nets_minor, net_minor)
    scale = lcm(*[pace.denominator for pace in rivals.values()])
    comparable = [pace * scale for pace in tier.paces]
    for index, pace in rivals.items():
        comparable[index] = pace.numerator * (scale // pace.denominator)
    by_line = any(pace.measure is not nets_minor for pace in rivals.values())
    return Paces(comparable, special, nets_minor, net_minor, compare_by_line=by_line)


def special_pace(  # noqa: PLR0917 - all that a pace is made of
    version: Version,
    plan: RulePlan,
    member: Member,
    base_minor: int,
    line_count: int,
    nets_minor: Sequence[int],
    quantities_milli: Sequence[int],
) -> Pace:
    """Return the pace of a rule that is no plain percent; it claims ``base_minor`` of so many lines."""
    if plan.pace is None:
        raise ValueError(plan.rule.id)
    before_minor = version.totals_today(member).spend_minor if plan.by_day else 0
    return plan.pace(before_minor, base_minor, line_count, nets_minor, quantities_milli)


def percent_of(version: Version, tier: TierPlan, plan: RulePlan, base_minor: int) -> int:
    """Return the points of a rule whose pace is the same at every receipt."""
    return (base_minor * tier.paces[plan.index] + version.pace_lift) // version.pace_denominator


def points_at(version: Version, pace: Pace, measured: int) -> int:
    """Return the points for so much of what a pace measures."""
    if pace.for_whole_unit is not None:
        return pace.for_whole_unit * (measured // UNIT_MILLI)
    exact = measured * pace.numerator
    if pace.denominator == 1:
        return (exact + version.pace_lift) // version.pace_denominator
    return rounded(exact, pace.denominator * version.pace_denominator, version.program.rounding)
