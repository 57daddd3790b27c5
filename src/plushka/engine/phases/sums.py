"""Phase 8 for those who ask neither which lines points are for nor why a rule gives none: sums of lines will do.

It is written out as one function for each tier of a version: which rules hold, what each has won in all, and rule after
rule what it gives for that. What it gives is what ``earning`` gives, which a property test watches.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from operator import mul
from struct import Struct as Layout

from msgspec.structs import replace

from plushka.engine.conditions import Not
from plushka.engine.pace_plans import steps_of
from plushka.engine.phases.caps import NONE_YET
from plushka.engine.phases.gain import Earned
from plushka.engine.phases.paces import points_at
from plushka.engine.plans import CONTESTS_MAX, CapPlan, RulePlan, TierPlan
from plushka.engine.program import Fixed, Ladder, Percent
from plushka.engine.purchase import Award
from plushka.engine.receipt_code import SCENE, holding
from plushka.engine.receipt_tests import Scene
from plushka.engine.shares import rounded
from plushka.engine.version import DAY_WINDOW, MONTH_WINDOW, NO_TOTALS, Version
from plushka.engine.written import Code, indented

SUM_BITS = 32
"""So wide are sums of money; receipts that come to more go line by line."""

InSums = Callable[[Scene, Sequence[int]], Earned | None]
"""Returns what the rules give for lines of so much money after points; None where that takes more than sums."""


def earn_in_sums(version: Version, tier: TierPlan, scene: Scene, nets_minor: Sequence[int]) -> Earned | None:
    """Return what the rules give; None where that takes more than sums: multipliers, rivals whose pace a receipt tells.

    The function that tells it is written out when it is first asked for.
    """
    with_coupons = bool(scene.coupons)
    in_sums: InSums | None = tier.in_sums.get(with_coupons)
    if in_sums is None:
        in_sums = tier.in_sums[with_coupons] = _Writing(version, tier, with_coupons=with_coupons).function()
    return in_sums(scene, nets_minor)


class _Writing:
    """The function of a tier, being written; ``sums`` are its rules in the order of their places in the sum."""

    def __init__(self, version: Version, tier: TierPlan, *, with_coupons: bool) -> None:
        self.version = version
        self.tier = tier
        self.by_coupon = version.by_coupon if with_coupons else ()
        self.code = Code(version.masks)
        self.name = self.code.name
        conditional = [*[each.bit for each in version.conditional], *[bit for bit, _, _ in self.by_coupon]]
        plans = version.rules_in((version.unconditional_mask | sum(conditional)) & ~version.multiplier_mask)
        self.plans = [plan for plan in plans if plan.pace is not None or tier.paces[plan.index]]
        self.exclusive_mask = sum([plan.bit for plan in plans if plan.rule.policy == "exclusive"])
        # A number is as long as its highest one is high: rules for any goods come first.
        self.sums = sorted(self.plans, key=lambda plan: (_picks(plan), plan.when is not None))
        self.wins = self.name(_Wins(version, tier, self.sums))

    def function(self) -> InSums:
        """Return the function."""
        version = self.version
        function: InSums = self.code.function(
            "scene, nets_minor",
            [
                *SCENE,
                f"bits = {version.unconditional_mask}",
                *holding(version.conditional, self.code),
                *self._with_coupons(),
                *self._left(),
                *self._summed_up(),
                f"totals = member.totals or {self.name((NO_TOTALS,) * len(version.windows))}",
                "awards, total, cut = [], 0, 0",
                *[line for plan in self.plans for line in self._rule(plan)],
                *self._together(),
            ],
        )
        return function

    def _claimed(self, plan: RulePlan) -> Iterator[str]:
        """Yield lines that sum up what a rule claims: all that it has won, unless others may have taken some of it."""
        yield f"claimed = won{plan.index}"
        takes = "True" if plan.has_rivals else f"bits & scene.bits & {self.exclusive_mask}"
        if plan.has_rivals or self.exclusive_mask:
            yield f"if {takes}:"
            marked = f"map({self.name(plan.bit.__and__)}, scene.masks)"
            yield f"    claimed = sum({self.name(compress)}(nets_minor, {marked}))"

    def _with_coupons(self) -> Iterator[str]:
        """Yield lines that add the rules which hold by a coupon that was shown."""
        for bit, when, coupons in self.by_coupon:
            asked = self.name(coupons)
            yield f"if not {asked}.isdisjoint(scene.coupons) and {self.name(when)}(scene) is None:"
            yield f"    bits |= {bit}"

    def _left(self) -> Iterator[str]:
        """Yield lines that leave to ``earning`` what takes more than sums."""
        version = self.version
        yield f"if receipt_minor >> {SUM_BITS} or bits & {version.multiplier_mask}:"
        yield "    return None"
        yield f"if scene.bits & bits & {version.special_rivals_mask}:"
        yield "    return None"

    def _summed_up(self) -> Iterator[str]:
        """Yield lines that work out the sums, all at once: of what each line counts for, times its money."""
        layout = Layout(f"<{len(self.sums)}I")
        yield f"counted = {self.wins}[bits].__getitem__"
        yield f"sums = sum(map({self.name(mul)}, nets_minor, map(counted, scene.masks)))"
        won = ", ".join([f"won{plan.index}" for plan in self.sums])
        yield f"[{won}] = {self.name(layout.unpack)}(sums.to_bytes({layout.size}, 'little'))"

    def _rule(self, plan: RulePlan) -> Iterator[str]:
        """Yield lines that add what a rule gives."""
        won, name = f"won{plan.index}", self.name
        before = f"totals[{self.version.windows.index(DAY_WINDOW)}].spend_minor" if plan.by_day else "0"
        match plan.rule.effect:
            case Percent():
                yield f"if {won}:"
                yield f"    uncut = {self._percent_of(won, self.tier.paces[plan.index])}"
                rate_bp = str(self.tier.rates_bp[plan.index])
            case Ladder(marginal=False) as ladder:
                starts_minor, rates_bp = map(name, steps_of(ladder))
                yield f"if {won}:"
                yield from indented(self._claimed(plan))
                yield f"    rate_bp = {rates_bp}[{name(bisect_right)}({starts_minor}, {before} + claimed)]"
                yield f"    uncut = {self._percent_of(won, f'rate_bp * {self.version.unit}')}"
                rate_bp = "rate_bp"
            case Fixed(per="receipt", points=points):
                yield f"if bits & scene.bits & {plan.bit}:"
                yield from indented(self._claimed(plan))
                # Of lines that are all free points depend on how many they are.
                yield "    if not claimed:"
                yield "        return None"
                yield f"if {won}:"
                part = f"{name(rounded)}({won} * {points}, claimed, {name(self.version.program.rounding)})"
                yield f"    uncut = {points} if {won} == claimed else {part}"
                rate_bp = "None"
            case _:
                one = name((1 << self.sums.index(plan) * SUM_BITS).__and__)
                yield f"if bits & scene.bits & {plan.bit}:"
                yield from indented(self._claimed(plan))
                yield f"    pace = {name(plan.pace)}({before}, claimed, 0, nets_minor, scene.quantities_milli)"
                yield f"    won = map({one}, map(counted, scene.masks))"
                yield f"    measured = sum({name(compress)}(pace.measure, won))"
                yield f"    uncut = {name(points_at)}({name(self.version)}, pace, measured)"
                rate_bp = "pace.rate_bp"
        yield from indented(self._award(plan, won, rate_bp))

    def _percent_of(self, won: str, pace: int | str) -> str:
        lifted = f" + {self.version.pace_lift}" if self.version.pace_lift else ""
        return f"({won} * {pace}{lifted}) // {self.version.pace_denominator}"

    def _award(self, plan: RulePlan, won: str, rate_bp: str) -> Iterator[str]:
        """Yield lines that award ``uncut`` points, as far as the rule's own caps let them through."""
        points, rule = "uncut", self.name(plan.rule.id)
        if plan.caps:
            points = "points"
            yield "points = uncut"
            yield f"earned = member.rule_points.get({rule}, {self.name(NONE_YET)})"
            yield from _capped(plan.caps, ("earned[0]", "earned[1]"))
            yield "cut += uncut - points"
        yield f"if {points}:"
        yield f"    total += {points}"
        yield f"    awards.append({self.name(Award)}({rule}, {points}, {won}, uncut, (), {rate_bp}))"

    def _together(self) -> Iterator[str]:
        """Yield lines that cut to the caps of the programme, and return."""
        windows = self.version.windows
        earned = [
            f"totals[{windows.index(window)}].points_earned" if window in windows else "0"
            for window in (DAY_WINDOW, MONTH_WINDOW)
        ]
        yield "points = total"
        yield from _capped(self.version.caps, earned)
        yield "if points < total:"
        yield f"    awards = {self.name(_less)}(awards, total - points)"
        yield f"return {self.name(Earned)}(tuple(awards), (), points, total + cut)"


class _Wins(dict[int, "_Counts"]):
    """What lines count for, by the rules that hold, and then by their masks."""

    def __init__(self, version: Version, tier: TierPlan, sums: Sequence[RulePlan]) -> None:
        super().__init__()
        self._version = version
        self._tier = tier
        self._sums = sums
        self._by_claim: dict[int, int] = {}

    def __missing__(self, bits: int) -> "_Counts":
        if len(self) >= CONTESTS_MAX:
            self.clear()
        counts = self[bits] = _Counts(self, bits)
        return counts

    def of_claim(self, claim: int) -> int:
        """Return a 1 for each of the sums that a line of this claim is in, all in one number."""
        counts = self._by_claim.get(claim)
        if counts is None:
            if len(self._by_claim) >= CONTESTS_MAX:
                self._by_claim.clear()
            winners = self._version.contest(claim).usual_winners(self._tier)
            counts = sum(
                [1 << place * SUM_BITS for place, plan in enumerate(self._sums) if plan.index in winners]
            )
            self._by_claim[claim] = counts
        return counts


class _Counts(dict[int, int]):
    """What a line counts for by its mask, where the rules of ``bits`` hold.

    Worked out when it is first asked for: a shop has few kinds of lines.
    """

    def __init__(self, wins: _Wins, bits: int) -> None:
        super().__init__()
        self._wins = wins
        self._bits = bits

    def __missing__(self, mask: int) -> int:
        if len(self) >= CONTESTS_MAX:
            self.clear()
        counts = self[mask] = self._wins.of_claim(mask & self._bits)
        return counts


def _picks(plan: RulePlan) -> bool:
    """Whether a rule is for some goods, and not for all, or all but some."""
    return not (plan.rule.lines is None or isinstance(plan.rule.lines, Not))


def _capped(caps: Sequence[CapPlan], earned: Sequence[str]) -> Iterator[str]:
    """Yield lines that cut ``points`` to caps; ``earned`` tells what was earned before in the day and the month."""
    for cap in caps:
        left = str(cap.points) if cap.window is None else f"{cap.points} - {earned[cap.window]}"
        yield f"if points > {left}:"
        yield f"    points = max(0, {left})"


def _less(awards: Sequence[Award], excess: int) -> list[Award]:
    """Take ``excess`` off the awards, the last first; what is left of nothing is none."""
    left = []
    for award in reversed(awards):
        cut = min(excess, award.points)
        excess -= cut
        if award.points > cut:
            left.append(replace(award, points=award.points - cut) if cut else award)
    left.reverse()
    return left
