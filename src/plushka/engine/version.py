"""A published programme, compiled once so that receipts are decided fast (S20). Equal programmes decide equally."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import assert_never
from uuid import UUID

from msgspec import Struct

from plushka.engine.expiry import DAY, add_months, period_start
from plushka.engine.line_masks import LineMasks
from plushka.engine.local_time import Moment
from plushka.engine.named_segments import named_segments
from plushka.engine.occasion_plans import OccasionPlan, occasion_plans
from plushka.engine.pace_plans import pace_of
from plushka.engine.plans import (
    CONTESTS_MAX,
    CapPlan,
    Contest,
    Division,
    Life,
    RequirementPlan,
    RulePlan,
    TierAbove,
    TierPlan,
    caps_of,
    contest_of,
    met_by,
    rising_from,
)
from plushka.engine.program import (
    REFERRAL,
    Calendar,
    EarningRule,
    Ladder,
    Lifetime,
    Multiplied,
    Percent,
    PointsReward,
    Program,
    Promotion,
    RedemptionLimits,
    Rolling,
    TierRule,
    Window,
)
from plushka.engine.promotion_plans import (
    PromotionPlan,
    coupons_by_part,
    coupons_of,
    is_gift,
    promotion_plans,
)
from plushka.engine.purchase import Basket, Member, Note, Totals
from plushka.engine.reasons import note
from plushka.engine.receipt_code import Conditional, Explaining, explaining_of
from plushka.engine.receipt_tests import Test, receipt_test
from plushka.engine.referral_plans import ReferralPlan, referral_plan
from plushka.engine.shares import lift
from plushka.engine.sight import Sight, sight_of
from plushka.engine.stamp_plans import StampPlan, stamp_plans

BP = 100_00


class WholeMonth(Struct, frozen=True):
    """The calendar month to its end: a cap counts what is booked on its later days too, by receipts told sooner."""


DAY_WINDOW = Calendar("day")
MONTH_WINDOW = WholeMonth()
CountedWindow = Window | WholeMonth
NO_TOTALS = Totals()
DAYS_MAX = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A compiled programme.

    ``windows`` are those that ``Member.totals`` must carry, in this order; ``windows_of_friends`` are the indices of
    those in which a tier asks for active friends, who are counted in no other. ``capped_rules`` are the
    ids of rules that need ``Member.rule_points``, in their order, and ``capped`` the same. ``conditional`` are the
    rules that a receipt can fail; ``explaining`` tells which of them hold, and why others do not;
    ``by_coupon`` are those that cannot hold without one of some coupons. The rest is for the engine's phases:
    ``pace_denominator`` is what integer paces are divided by to give units of points per minor unit, and
    ``pace_lift`` is added before, so that the division rounds;
    ``special_mask`` holds the bits of rules whose pace only a receipt tells, ``special_rivals_mask`` of those among
    them that may have to outbid others, ``multiplier_mask`` those of multipliers, which have contests of their own,
    ``cards_mask`` those of stamp cards. ``promotions`` are those of prices, ``gifts`` those that give one. ``segments``
    are those that a condition names.
    """

    id: UUID
    program: Program
    windows: tuple[CountedWindow, ...]
    windows_of_friends: frozenset[int]
    capped_rules: tuple[str, ...]
    capped: frozenset[str]
    tiers: tuple[TierPlan, ...]
    rules: tuple[RulePlan, ...]
    conditional: tuple[Conditional, ...]
    explaining: Explaining
    by_coupon: tuple[tuple[int, Test, frozenset[str]], ...]
    unconditional_mask: int
    special_mask: int
    special_rivals_mask: int
    multiplier_mask: int
    caps: tuple[CapPlan, ...]
    lives: tuple[Life, ...]
    promotions: tuple[PromotionPlan, ...]
    gifts: tuple[PromotionPlan, ...]
    has_promotions_for_anonymous: bool
    has_control_groups: bool
    budgeted: tuple[Promotion, ...]
    coupons_by_part: dict[str, frozenset[str]]
    segments: frozenset[str]
    cards: tuple[StampPlan, ...]
    cards_mask: int
    occasions: tuple[OccasionPlan, ...]
    referral: ReferralPlan | None
    masks: LineMasks
    not_redeemable_bit: int
    unit: int
    pace_denominator: int
    pace_lift: int
    _tier_of: Mapping[str | None, TierPlan]
    _no_totals: tuple[Totals, ...]
    _day_window: int | None
    _month_window: int | None
    _promotions_on: dict[tuple[date, bool], tuple[PromotionPlan, ...]] = field(default_factory=dict)
    _divisions: dict[tuple[int, frozenset[int]], Division] = field(default_factory=dict)
    _contests: dict[int, Contest] = field(default_factory=dict)
    _rules_in: dict[int, Sequence[RulePlan]] = field(default_factory=dict)
    _no_lines: dict[int, Sequence[Note]] = field(default_factory=dict)

    def see(self, basket: Basket, now: Moment) -> Sight:
        """Return what the version sees of a basket, whoever's it is; ``now`` is what the branch's clock shows."""
        return sight_of(self.masks.numbering, basket, now)

    def coupons_used(self, parts: Iterable[str]) -> frozenset[str]:
        """Return the coupons that the rules and promotions of these ids ask for."""
        return frozenset[str]().union(*[self.coupons_by_part.get(part, frozenset()) for part in parts])

    def tier_plan(self, tier: str | None) -> TierPlan:
        """Return the plan of a tier; of the first one for None, or for a tier this version does not have."""
        return self._tier_of[tier]

    def totals_of(self, member: Member) -> tuple[Totals, ...]:
        """Return the member's totals, one for each window; none given means that all are 0."""
        return member.totals or self._no_totals

    def totals_today(self, member: Member) -> Totals:
        """Return the member's totals of the business day; 0 where no rule of the version asks for them."""
        return self.totals_of(member)[self._day_window] if self._day_window is not None else NO_TOTALS

    def earned_by(self, member: Member) -> tuple[int, int]:
        """Return the points that the member has earned today and this month; 0 where no cap of the programme asks."""
        totals, day, month = member.totals or self._no_totals, self._day_window, self._month_window
        return (
            0 if day is None else totals[day].points_earned,
            0 if month is None else totals[month].points_earned,
        )

    def promotions_on(self, day: date, *, with_coupons: bool) -> Sequence[PromotionPlan]:
        """Return the promotions of prices that live on a business day; without coupons those that ask for none.

        Remembered: most days have none of many.
        """
        plans = self._promotions_on.get((day, with_coupons))
        if plans is None:
            plans = tuple(
                [plan for plan in self.promotions if plan.is_on(day) and (with_coupons or not plan.coupons)]
            )
            if len(self._promotions_on) >= DAYS_MAX:
                self._promotions_on.clear()
            self._promotions_on[day, with_coupons] = plans
        return plans

    def gifts_on(self, day: date) -> Sequence[PromotionPlan]:
        """Return the promotions that give something, of those that live on a business day."""
        return [plan for plan in self.gifts if plan.is_on(day)]

    def rules_in(self, mask: int) -> Sequence[RulePlan]:
        """Return the rules whose bits are in ``mask``, in the programme's order. Remembered, as contests are."""
        plans = self._rules_in.get(mask)
        if plans is None:
            plans = tuple([plan for plan in self.rules if mask & plan.bit])
            if len(self._rules_in) >= CONTESTS_MAX:
                self._rules_in.clear()
            self._rules_in[mask] = plans
        return plans

    def no_lines(self, mask: int) -> Sequence[Note]:
        """Return the notes of the rules in ``mask`` that no line is for. Remembered, as contests are."""
        notes = self._no_lines.get(mask)
        if notes is None:
            notes = tuple([plan.no_lines for plan in self.rules_in(mask)])
            if len(self._no_lines) >= CONTESTS_MAX:
                self._no_lines.clear()
            self._no_lines[mask] = notes
        return notes

    def division(self, tier: TierPlan, claims: frozenset[int]) -> Division:
        """Return who wins the lines of these claims where no receipt decides between rivals. Remembered."""
        key = tier.rank, claims
        division = self._divisions.get(key)
        if division is None:
            division = self._divide(tier, claims)
            if len(self._divisions) >= CONTESTS_MAX:
                self._divisions.clear()
            self._divisions[key] = division
        return division

    def _divide(self, tier: TierPlan, claims: frozenset[int]) -> Division:
        won: dict[int, list[int]] = {}
        claimed = shut = 0
        for claim in sorted(claims - {0}):
            claimed |= claim
            contest = self.contest(claim)
            if contest.exclusive:
                shut |= claim
            for index in contest.usual_winners(tier):
                won.setdefault(index, []).append(claim)
        for index in won:
            claimed &= ~self.rules[index].bit
        return Division(
            winners=tuple([(self.rules[index], tuple(won[index])) for index in sorted(won)]),
            lost=tuple(
                [plan.shut_out if plan.bit & shut else plan.outbid for plan in self.rules_in(claimed)]
            ),
        )

    def contest(self, mask: int) -> Contest:
        """Return the contest of the rules in ``mask``. Remembered: a shop has few kinds of lines."""
        contest = self._contests.get(mask)
        if contest is None:
            contest = contest_of(self.rules_in(mask))
            if len(self._contests) >= CONTESTS_MAX:
                self._contests.clear()
            self._contests[mask] = contest
        return contest


class _TierOf(dict[str | None, TierPlan]):
    """Tiers by id; an id that there is none of is that of the first."""

    def __init__(self, tiers: Sequence[TierPlan]) -> None:
        super().__init__((plan.id, plan) for plan in tiers)
        self._first = tiers[0]

    def __missing__(self, tier: str | None) -> TierPlan:
        return self._first


def compile_version(version_id: UUID, program: Program, *, beside: Version | None = None) -> Version:
    """Compile ``program``, which ``check.problems`` has found sound. Immutable but for its memos: share it freely.

    ``beside`` another version it sees lines by the same masks, unless the two leave out different goods.
    """
    masks = LineMasks(
        program.excluded,
        delivery_takes_part=program.delivery_takes_part,
        beside=beside.masks if beside else None,
    )
    excluded = program.redemption.excluded if program.redemption else None
    not_redeemable = masks.bit_of(excluded) if excluded is not None else 0
    rivals = Counter(map(_contest_of, program.earning))
    rules = tuple(
        _rule_plan(program, index, rule, masks, has_rivals=rivals[_contest_of(rule)] > 1)
        for index, rule in enumerate(program.earning)
    )
    conditional = tuple(
        Conditional(plan.bit, plan.rule.when, plan.when, plan.rule.id)
        for plan in rules
        if plan.when is not None and plan.rule.when is not None and not coupons_of(plan.rule.when)
    )
    special = [plan for plan in rules if plan.pace is not None]
    windows = _windows(program)
    lives: dict[Life, int] = {}
    tiers = tuple(
        _tier_plan(program, rank, tier, windows, lives)
        for rank, tier in enumerate(program.tiers.tiers if program.tiers else (None,))
    )
    cards = stamp_plans(program.cards, masks)
    pace_denominator = BP * program.point.value_minor
    capped_rules = tuple(
        rule.id
        for rule in program.earning
        if rule.caps.per_day is not None or rule.caps.per_month is not None
    )
    return Version(
        id=version_id,
        program=program,
        windows=windows,
        windows_of_friends=frozenset(
            requirement.window
            for tier in tiers
            for requirement in tier.requirements
            if requirement.metric == "active_friends"
        ),
        capped_rules=capped_rules,
        capped=frozenset(capped_rules),
        tiers=tiers,
        rules=rules,
        conditional=conditional,
        explaining=explaining_of(conditional, masks),
        by_coupon=tuple(
            (plan.bit, plan.when, asked)
            for plan in rules
            if plan.when is not None and (asked := coupons_of(plan.rule.when))
        ),
        unconditional_mask=sum(plan.bit for plan in rules if plan.when is None),
        special_mask=sum(plan.bit for plan in special),
        special_rivals_mask=sum(plan.bit for plan in special if plan.has_rivals),
        multiplier_mask=sum(plan.bit for plan in rules if isinstance(plan.rule.effect, Multiplied)),
        caps=caps_of(program.caps),
        lives=tuple(lives),
        promotions=promotion_plans([each for each in program.promotions if not is_gift(each)], masks),
        gifts=promotion_plans([each for each in program.promotions if is_gift(each)], masks),
        budgeted=tuple(each for each in program.promotions if each.budgets and not each.is_paused),
        coupons_by_part=coupons_by_part(program),
        segments=frozenset(segment_id for _, segment_id in named_segments(program)),
        cards=cards,
        cards_mask=sum(plan.bit for plan in cards),
        occasions=occasion_plans(program.occasions, masks),
        referral=referral_plan(program.referral, masks),
        has_promotions_for_anonymous=any(promotion.for_anonymous for promotion in program.promotions),
        has_control_groups=any(each.control_bp and not each.is_paused for each in program.promotions),
        masks=masks,
        not_redeemable_bit=not_redeemable,
        unit=10**program.point.scale,
        pace_denominator=pace_denominator,
        pace_lift=lift(pace_denominator, program.rounding),
        _tier_of=_TierOf(tiers),
        _no_totals=tuple(Totals() for _ in windows),
        _day_window=windows.index(DAY_WINDOW) if DAY_WINDOW in windows else None,
        _month_window=windows.index(MONTH_WINDOW) if MONTH_WINDOW in windows else None,
    )


@lru_cache(maxsize=1024)
def window_spans(version: Version, business_date: date) -> tuple[tuple[date, date] | None, ...]:
    """Return, for each of ``version.windows``, the first and last business day that its totals count; None: all."""
    return tuple(_span(window, business_date) for window in version.windows)


def _span(window: CountedWindow, business_date: date) -> tuple[date, date] | None:
    match window:
        case Lifetime():
            return None
        case Rolling(days=days):
            return business_date - timedelta(days=days - 1), business_date
        case Calendar(unit="day"):
            return business_date, business_date
        case Calendar(unit=unit):
            return period_start(unit, business_date), business_date
        case WholeMonth():
            start = period_start("month", business_date)
            return start, add_months(start, 1) - DAY
        case _:
            assert_never(window)


def _windows(program: Program) -> tuple[CountedWindow, ...]:
    tiers = program.tiers.tiers if program.tiers else ()
    windows: list[CountedWindow] = [requirement.window for tier in tiers for requirement in tier.requirements]
    ladders = [rule.effect for rule in program.earning if isinstance(rule.effect, Ladder)]
    if program.caps.per_day is not None or any(ladder.per_day for ladder in ladders):
        windows.append(DAY_WINDOW)
    if program.caps.per_month is not None:
        windows.append(MONTH_WINDOW)
    return tuple(dict.fromkeys(windows))


def _contest_of(rule: EarningRule) -> tuple[bool, str, str]:
    """Return what two rules have in common that may have to outbid each other; ``stack`` rules never do."""
    multiplies = isinstance(rule.effect, Multiplied)
    match rule.policy:
        case "best_in_group":
            return multiplies, "group", rule.group
        case "exclusive":
            return multiplies, "exclusive", ""
        case "stack":
            return multiplies, "stack", rule.id
        case _:
            assert_never(rule.policy)


def _rule_plan(
    program: Program, index: int, rule: EarningRule, masks: LineMasks, *, has_rivals: bool
) -> RulePlan:
    return RulePlan(
        index=index,
        bit=masks.bit_of(rule.lines),
        rule=rule,
        has_rivals=has_rivals,
        pace=pace_of(rule.effect, 10**program.point.scale, BP * program.point.value_minor),
        by_day=isinstance(rule.effect, Ladder) and rule.effect.per_day,
        when=receipt_test(rule.when, rule.id, masks) if rule.when is not None else None,
        caps=caps_of(rule.caps),
        no_lines=note("no_lines", rule=rule.id),
        outbid=note("outbid", rule=rule.id),
        shut_out=note("shut_out", rule=rule.id),
    )


def _tier_plan(
    program: Program,
    rank: int,
    tier: TierRule | None,
    windows: tuple[CountedWindow, ...],
    lives: dict[Life, int],
) -> TierPlan:
    tier_id = tier.id if tier else None
    rates_bp = tuple(_rate_bp(rule, tier_id) for rule in program.earning)
    unit = 10**program.point.scale
    redemption = program.redemption
    limits = redemption.limits if redemption else RedemptionLimits()
    if redemption and tier_id is not None:
        limits = redemption.by_tier.get(tier_id, limits)
    requirements = _requirements(tier, windows) if tier else ()
    match_ = tier.match if tier else "all"
    return TierPlan(
        id=tier_id,
        rank=rank,
        discount_bp=tier.discount_bp if tier else 0,
        limits=limits,
        requirements=requirements,
        match=match_,
        is_met=met_by(requirements, match_),
        rises_to=rising_from(
            tier_id,
            [
                TierAbove(above.id, _requirements(above, windows), above.match)
                for above in (reversed(program.tiers.tiers[rank + 1 :]) if program.tiers else ())
            ],
        ),
        rates_bp=rates_bp,
        paces=tuple(
            rule.effect.times_bp - BP if isinstance(rule.effect, Multiplied) else (rate_bp or 0) * unit
            for rule, rate_bp in zip(program.earning, rates_bp, strict=True)
        ),
        life_of={
            name: lives.setdefault(_life(program, giver, tier), len(lives))
            for name, giver in _givers(program).items()
        },
    )


def _requirements(tier: TierRule, windows: Sequence[CountedWindow]) -> tuple[RequirementPlan, ...]:
    return tuple(
        RequirementPlan(metric=each.metric, at_least=each.at_least, window=windows.index(each.window))
        for each in tier.requirements
    )


def _rate_bp(rule: EarningRule, tier_id: str | None) -> int | None:
    if not isinstance(rule.effect, Percent):
        return None
    return (
        rule.effect.by_tier.get(tier_id, rule.effect.rate_bp) if tier_id is not None else rule.effect.rate_bp
    )


def _givers(program: Program) -> dict[str, EarningRule | PointsReward]:
    """Return all that gives points, by id: rules in their order, cards whose reward is points, a friend's reward."""
    givers: dict[str, EarningRule | PointsReward] = {rule.id: rule for rule in program.earning}
    givers |= {card.id: card.reward for card in program.cards if isinstance(card.reward, PointsReward)}
    if program.referral is not None and program.referral.friend is not None:
        givers[REFERRAL] = program.referral.friend
    return givers


def _life(program: Program, rule: EarningRule | PointsReward, tier: TierRule | None) -> Life:
    """Return the life of a rule's points: the rule's own policy, else the tier's, else the programme's."""
    return Life(
        activation=rule.activation or program.activation,
        expiry=rule.expiry or (tier.expiry if tier else None) or program.expiry,
        receipt_share_bp=rule.grant_cap.receipt_share_bp if rule.grant_cap else None,
    )
