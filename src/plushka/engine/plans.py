"""The parts of a compiled version: what a rule and a tier come to, worked out once and not at each receipt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from msgspec import Struct

from plushka.engine.pace_plans import PaceOf
from plushka.engine.program import (
    ActivationPolicy,
    EarningCaps,
    EarningRule,
    ExpiryPolicy,
    Metric,
    RedemptionLimits,
)
from plushka.engine.purchase import Note, Totals
from plushka.engine.receipt_tests import Test

CONTESTS_MAX = 4096


class Life(Struct, frozen=True):
    """When points of an award begin and end, and what they may pay; awards of one life share a lot."""

    activation: ActivationPolicy
    expiry: ExpiryPolicy
    receipt_share_bp: int | None


TOTAL_OF: Final[Mapping[Metric, str]] = {
    "spend": "spend_minor",
    "visits": "visits",
    "points_earned": "points_earned",
    "active_friends": "active_friends",
}
"""By metric, which of ``Totals`` it measures."""


class RequirementPlan(Struct, frozen=True):
    """A tier's requirement; ``window`` is an index into ``Version.windows``."""

    metric: Metric
    at_least: int
    window: int


Met = Callable[[Sequence[Totals], Totals], bool]
"""Tells whether totals, together with some more in each window, meet what is required."""


def met_by(requirements: Sequence[RequirementPlan], match: Literal["all", "any"]) -> Met:
    """Return what tells whether all requirements are met, or any."""
    met: Met = eval(f"lambda totals, more: {_met(requirements, match)}")  # noqa: S307 - written here
    return met


Rises = Callable[[Sequence[Totals], Totals], str | None]
"""Returns the highest tier whose requirements are met by totals, together with some more in each window."""


class TierAbove(Struct, frozen=True):
    """A tier that a member may rise to."""

    id: str
    requirements: Sequence[RequirementPlan]
    match: Literal["all", "any"]


def rising_from(tier: str | None, above: Sequence[TierAbove]) -> Rises:
    """Return what tells the tier after a purchase: one expression, for it is asked at each receipt.

    ``above`` are the tiers above this one, the highest first.
    """
    written = [f"tiers[{place}] if {_met(each.requirements, each.match)}" for place, each in enumerate(above)]
    told = " else ".join([*written, f"tiers[{len(above)}]"])
    tiers = (*[each.id for each in above], tier)
    rises: Rises = eval(f"lambda totals, more: {told}", {"tiers": tiers})  # noqa: S307 - written here
    return rises


def _met(requirements: Sequence[RequirementPlan], match: Literal["all", "any"]) -> str:
    parts = [
        f"totals[{each.window}].{TOTAL_OF[each.metric]} + more.{TOTAL_OF[each.metric]} >= {each.at_least}"
        for each in requirements
    ]
    return (" and " if match == "all" else " or ").join(parts) or str(match == "all")


@dataclass(frozen=True, slots=True)
class TierPlan:
    """What a tier changes. Sequences run parallel to the programme's earning rules.

    ``paces`` are units of points per minor unit of money over ``Version.pace_denominator``, for the
    rules whose pace is the same at every receipt (percent), of multipliers how much they add, else 0.
    ``life_of`` finds in ``Version.lives`` the life of points by what gives them: rules, cards, a friend's reward.
    ``in_sums`` are the functions that ``phases.sums`` has written out so far, by whether coupons are shown.
    """

    id: str | None
    rank: int
    discount_bp: int
    limits: RedemptionLimits
    requirements: tuple[RequirementPlan, ...]
    match: Literal["all", "any"]
    is_met: Met
    rises_to: Rises
    rates_bp: tuple[int | None, ...]
    paces: tuple[int, ...]
    life_of: dict[str, int]
    in_sums: dict[bool, Callable[..., Any]] = field(default_factory=dict)
    _by_life: dict[tuple[str, ...], Mapping[int, tuple[str, ...]]] = field(default_factory=dict)

    def rules_by_life(self, rules: tuple[str, ...]) -> Mapping[int, tuple[str, ...]]:
        """Return those that have given points by the life of these. Remembered: few rules give together."""
        by_life = self._by_life.get(rules)
        if by_life is None:
            alike: dict[int, list[str]] = {}
            for rule in rules:
                alike.setdefault(self.life_of[rule], []).append(rule)
            if len(self._by_life) >= CONTESTS_MAX:
                self._by_life.clear()
            by_life = self._by_life[rules] = {life: tuple(each) for life, each in alike.items()}
        return by_life


class CapPlan(Struct, frozen=True):
    """A cap that a rule or the programme has; ``code`` is the note's that tells it cut.

    ``window``: 0 and 1 are the business day and the calendar month, of which the member has earned before.
    """

    code: Literal["cap_per_receipt", "cap_per_day", "cap_per_month"]
    points: int
    window: Literal[0, 1] | None = None


@dataclass(frozen=True, slots=True)
class RulePlan:
    """An earning rule: ``bit`` marks it in the mask of a line that it counts; notes are built beforehand.

    ``has_rivals``: on some line it may have to give more than another rule to win. ``pace`` None: the same at each
    receipt; ``by_day``: it asks what the member has spent before on the day.
    """

    index: int
    bit: int
    rule: EarningRule
    has_rivals: bool
    pace: PaceOf | None
    by_day: bool
    when: Test | None
    caps: tuple[CapPlan, ...]
    no_lines: Note
    outbid: Note
    shut_out: Note


@dataclass(frozen=True, slots=True)
class Contest:
    """The rules that claim a line, as indices: all of ``sure``, and the best of each of ``groups``.

    An exclusive contest is between the exclusive rules of the highest priority. Within a group the rule that
    wins a tie stands first; one without rivals is sure.
    """

    exclusive: bool
    sure: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    _usual: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def usual_winners(self, tier: TierPlan) -> tuple[int, ...]:
        """Return the winners where no receipt decides the pace of a rival: at one tier always the same."""
        winners = self._usual.get(tier.rank)
        if winners is None:
            winners = self._usual[tier.rank] = self.winners(tier.paces)
        return winners

    def winners(self, values: Sequence[int]) -> tuple[int, ...]:
        """Return the rules that the line goes to, given what each rule of the programme would give it."""
        if not self.groups:
            return self.sure
        return (*self.sure, *[max(group, key=values.__getitem__) for group in self.groups])


class Division(Struct, frozen=True):
    """Who gets the lines of some claims: each rule that wins any, in the programme's order, with the claims it wins.

    ``lost`` are the notes of those that win none.
    """

    winners: tuple[tuple[RulePlan, tuple[int, ...]], ...]
    lost: tuple[Note, ...]


def contest_of(plans: Sequence[RulePlan]) -> Contest:
    """Return the contest of the rules that claim one line (see ``EarningRule`` for policies and ties)."""
    ranked = sorted(plans, key=lambda plan: (-plan.rule.priority, plan.rule.id))
    exclusive = [plan for plan in ranked if plan.rule.policy == "exclusive"]
    if exclusive:
        first = [plan.index for plan in exclusive if plan.rule.priority == exclusive[0].rule.priority]
        if len(first) == 1:
            return Contest(exclusive=True, sure=tuple(first), groups=())
        return Contest(exclusive=True, sure=(), groups=(tuple(first),))
    sure = [plan.index for plan in ranked if plan.rule.policy == "stack"]
    rivals: dict[str, list[int]] = {}
    for plan in ranked:
        if plan.rule.policy == "best_in_group":
            rivals.setdefault(plan.rule.group, []).append(plan.index)
    sure += [group[0] for group in rivals.values() if len(group) == 1]
    return Contest(
        exclusive=False, sure=tuple(sure), groups=tuple(tuple(g) for g in rivals.values() if len(g) > 1)
    )


def caps_of(caps: EarningCaps) -> tuple[CapPlan, ...]:
    """Return the caps that are set, the shortest first."""
    plans: list[CapPlan] = []
    if caps.per_receipt is not None:
        plans.append(CapPlan("cap_per_receipt", caps.per_receipt))
    if caps.per_day is not None:
        plans.append(CapPlan("cap_per_day", caps.per_day, 0))
    if caps.per_month is not None:
        plans.append(CapPlan("cap_per_month", caps.per_month, 1))
    return tuple(plans)
