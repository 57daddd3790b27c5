"""The engine again, slow and by the book: interpreted conditions, exact fractions, limits found by trying.

Shares no code with the engine but its values. Where the two differ, one of them is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from tests.engine.reference_promotions import gifts, nearest, promote, shares
from tests.engine.reference_referrals import Brought, bring
from tests.engine.reference_stamps import Punched, punch

from plushka.engine import conditions as c
from plushka.engine.program import (
    EarningCaps,
    EarningRule,
    Fixed,
    Ladder,
    Multiplied,
    Percent,
    Program,
    RedemptionLimits,
)
from plushka.engine.purchase import Basket, Line, Lot, Member, Totals
from plushka.engine.version import DAY_WINDOW, MONTH_WINDOW, CountedWindow, Version

ISO_DAYS_A_WEEK = 7


@dataclass
class Decision:
    """What the reference decided, in the engine's units."""

    discounts: list[int]
    points: int = 0
    points_max: int = 0
    redeemed: list[int] = field(default_factory=list)
    lots: dict[int, int] = field(default_factory=dict)
    awards: dict[str, int] = field(default_factory=dict)
    by_line: dict[str, list[int]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    promotions: dict[str, list[int]] = field(default_factory=dict)
    cards: list[Punched] = field(default_factory=list)
    brought: Brought = field(default_factory=Brought)
    gifts: dict[str, int] = field(default_factory=dict)
    tier: str | None = None


@dataclass
class Sale:
    """What conditions see."""

    member: Member
    basket: Basket
    tier: str | None
    local: datetime
    day: date
    prices: list[int]
    part: list[bool]


def decide(version: Version, member: Member, basket: Basket, at: datetime) -> Decision:
    """Decide a member's purchase."""
    program = version.program
    local = at.astimezone(ZoneInfo(basket.place.time_zone))
    day = (local.replace(tzinfo=None) - timedelta(minutes=basket.place.day_starts_minutes)).date()
    part = [takes_part(program, line) for line in basket.lines]
    names = [tier.id for tier in program.tiers.tiers] if program.tiers else []
    tier = (member.tier if member.tier in names else names[0]) if names else None

    discount_bp = max([t.discount_bp for t in program.tiers.tiers if t.id == tier] if program.tiers else [0])
    rate = Fraction(max(discount_bp, member.personal_discount_bp), 10_000)
    amounts = [line.amount_minor for line in basket.lines]
    counted = [amount if takes else 0 for amount, takes in zip(amounts, part, strict=True)]
    decision = Decision(discounts=shares(nearest(sum(counted) * rate, program.rounding), counted))
    prices = [amount - cut for amount, cut in zip(amounts, decision.discounts, strict=True)]
    sale = Sale(member, basket, tier, local, day, prices, part)
    prices, raised_bp, decision.promotions = promote(program, sale, on_receipt, on_line)
    decision.discounts = [amount - price for amount, price in zip(amounts, prices, strict=True)]

    redeem(program, member, basket, at, tier, prices, part, decision, raised_bp)
    nets = [price - paid for price, paid in zip(prices, decision.redeemed, strict=True)]
    decision.tier = progress(version, Sale(member, basket, tier, local, day, prices, part), nets, decision)
    return decision


def progress(version: Version, sale: Sale, nets: list[int], decision: Decision) -> str | None:
    """Earn and stamp at the sale's tier, and return the tier that is reached, at which it may be earned again."""
    program, member = version.program, sale.member
    spend = sum(net for net, takes in zip(nets, sale.part, strict=True) if takes)

    def earn_at(tier: str | None) -> list[Totals]:
        decision.awards, decision.by_line, decision.silent = {}, {}, set()
        if not (decision.points and not program.earn_when_redeeming):
            earn(version, replace(sale, tier=tier), nets, decision)
        for card in decision.cards:
            if card.points:
                decision.awards[card.id] = card.points
                decision.by_line[card.id] = shares(card.points, card.weights)
        if decision.brought.points:
            decision.awards["referral"] = decision.brought.points
            decision.by_line["referral"] = shares(decision.brought.points, decision.brought.weights)
        earned = sum(decision.awards.values())
        before = member.totals or [Totals()] * len(version.windows)
        return [
            Totals(t.spend_minor + spend, t.visits + 1, t.points_earned + earned, t.active_friends)
            for t in before
        ]

    decision.gifts = gifts(program, sale, on_receipt, on_line)
    decision.cards = punch(program, sale, nets, on_receipt, on_line)
    decision.brought = bring(program, sale, nets, on_receipt, on_line)
    totals = earn_at(sale.tier)
    if not program.tiers:
        return sale.tier
    reached = highest(version, sale.tier, totals)
    if reached != sale.tier and program.tiers.upgrade_counts_now:
        reached = highest(version, reached, earn_at(reached))
    return reached


def takes_part(program: Program, line: Line) -> bool:
    if line.look.kind == "certificate" or (line.look.kind == "delivery" and not program.delivery_takes_part):
        return False
    return program.excluded is None or not on_line(program.excluded, line)


def on_line(condition: c.Condition, line: Line) -> bool:
    match condition:
        case c.All(of=parts):
            return all(on_line(part, line) for part in parts)
        case c.Any(of=parts):
            return any(on_line(part, line) for part in parts)
        case c.Not(of=part):
            return not on_line(part, line)
        case c.Product(ids=ids):
            return line.product in ids
        case c.Category(ids=ids):
            return any(category in ids for category in line.look.categories)
        case c.Brand(ids=ids):
            return line.look.brand in ids
        case _:
            raise AssertionError(condition)


def on_receipt(condition: c.Condition, sale: Sale) -> bool:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    counted = [
        (line, price)
        for line, price, takes in zip(sale.basket.lines, sale.prices, sale.part, strict=True)
        if takes
    ]
    match condition:
        case c.All(of=parts):
            return all(on_receipt(part, sale) for part in parts)
        case c.Any(of=parts):
            return any(on_receipt(part, sale) for part in parts)
        case c.Not(of=part):
            return not on_receipt(part, sale)
        case c.HasLines(where=where):
            found = [(line, price) for line, price in counted if on_line(where, line)]
            return (
                sum(line.quantity_milli for line, _ in found) >= condition.quantity_min_milli
                and sum(price for _, price in found) >= condition.amount_min_minor
            )
        case c.ReceiptAmount():
            amount = sum(price for _, price in counted)
            above = amount > condition.min_minor or (amount == condition.min_minor and condition.min_included)
            most = condition.max_minor
            return above and (most is None or amount < most or (amount == most and condition.max_included))
        case c.Branch(ids=ids):
            return sale.basket.place.branch in ids
        case c.Channel(ids=ids):
            return sale.basket.channel in ids
        case c.Weekday(days=days):
            return sale.day.isoweekday() in days
        case c.TimeWindow(start=start, end=end):
            clock = sale.local.strftime("%H:%M")
            return start <= clock < end if start < end else clock >= start or clock < end
        case c.Period(first_on=first_on, last_on=last_on):
            return (first_on is None or sale.day >= first_on) and (last_on is None or sale.day <= last_on)
        case c.Tier(ids=ids):
            return sale.tier in ids
        case c.Coupon(ids=ids):
            return any(coupon in ids for coupon in sale.basket.coupons)
        case c.Segment(ids=ids):
            return any(segment in ids for segment in sale.member.segments)
        case c.Tag(ids=ids):
            return any(tag in ids for tag in sale.member.tags)
        case c.FirstPurchase():
            return sale.member.purchases == 0
        case c.RepeatWithin(days=days):
            last_on = sale.member.last_purchase_on
            return last_on is not None and last_on <= sale.day <= last_on + timedelta(days=days)
        case c.Birthday(days_before=before, days_after=after):
            return any(
                is_birthday(sale.member.birthday, sale.day + timedelta(days=shift))
                for shift in range(-after, before + 1)
            )
        case _:
            raise AssertionError(condition)


def is_birthday(birthday: date | None, day: date) -> bool:
    if birthday is None:
        return False
    if (birthday.month, birthday.day) == (2, 29) and (day.month, day.day) == (2, 28):
        return (day + timedelta(days=1)).month == 3
    return (birthday.month, birthday.day) == (day.month, day.day)


def redeem(  # noqa: PLR0917 - the whole sale
    program: Program,
    member: Member,
    basket: Basket,
    at: datetime,
    tier: str | None,
    prices: list[int],
    part: list[bool],
    decision: Decision,
    raised_bp: int,
) -> None:
    decision.redeemed = [0] * len(prices)
    redemption = program.redemption
    if redemption is None or (redemption.blocked_by_debt and member.debt):
        return
    bounds: RedemptionLimits = redemption.by_tier.get(tier or "", redemption.limits)
    if sum(price for price, takes in zip(prices, part, strict=True) if takes) < bounds.receipt_min_minor:
        return
    value, unit, payable = program.point.value_minor, 10**program.point.scale, sum(prices)
    eligible = [
        price if takes and not (redemption.excluded and on_line(redemption.excluded, line)) else 0
        for line, price, takes in zip(basket.lines, prices, part, strict=True)
    ]

    def money(points: int) -> int:
        return floor(Fraction(points * value, unit))

    def idle(points: int) -> bool:
        return points > 0 and money(points - 1) == money(points)

    def most_below(bound: int, amount: int) -> int:
        return next(p for p in range(bound, -1, -1) if money(p) <= amount and not idle(p))

    alive = [lot for lot in member.lots if lot.expires_at is None or at < lot.expires_at]
    alive.sort(key=lambda lot: (lot.expires_at is None, lot.expires_at, lot.priority, lot.earned_at, lot.id))
    may = {lot.id.int: lot_most(lot, payable, money, most_below) for lot in alive}
    bound = min(member.available, sum(may.values()), max(0, member.available - bounds.balance_residual_min))
    share_bp = max(bounds.receipt_share_bp, raised_bp)
    most = most_below(bound, min(floor(Fraction(share_bp * payable, 10_000)), sum(eligible)))
    decision.points_max = most if most >= bounds.points_min else 0
    asked = decision.points_max if basket.redeem == "max" else basket.redeem
    asked = min(asked, decision.points_max)
    if basket.redeem != "max" and basket.redeem < bounds.points_min:
        asked = 0
    decision.points = most_below(asked, payable)
    decision.redeemed = shares(money(decision.points), eligible)
    left = decision.points
    for lot in alive:
        taken = min(left, may[lot.id.int])
        if taken:
            decision.lots[lot.id.int] = taken
        left -= taken


def lot_most(lot: Lot, payable: int, money, most_below) -> int:  # type: ignore[no-untyped-def]
    if lot.receipt_share_bp is None:
        return lot.available
    amount = floor(Fraction(lot.receipt_share_bp * payable, 10_000))
    return (
        lot.available
        if money(lot.available) < amount
        else min(lot.available, most_below(lot.available, amount))
    )


def earn(version: Version, sale: Sale, nets: list[int], decision: Decision) -> None:
    program, count = version.program, len(nets)
    lines = sale.basket.lines
    claims: dict[str, list[int]] = {}
    for rule in program.earning:
        if rule.when is None or on_receipt(rule.when, sale):
            claims[rule.id] = [
                index
                for index in range(count)
                if sale.part[index] and (rule.lines is None or on_line(rule.lines, lines[index]))
            ]
    multipliers = {rule.id: rule for rule in program.earning if isinstance(rule.effect, Multiplied)}
    rules = {rule.id: rule for rule in program.earning if rule.id not in multipliers}
    gives = {name: grants(version, rules[name], sale, nets, claims[name]) for name in claims if name in rules}
    won: dict[str, list[int]] = {name: [] for name in gives}
    for index in range(count):
        rivals = [rules[name] for name in gives if index in claims[name]]
        for rule in winners(rivals, {rule.id: gives[rule.id][index] for rule in rivals}):
            won[rule.id].append(index)
    for name, indices in won.items():
        rule = rules[name]
        points = total(program, rule, lines, gives[name], indices)
        decision.awards[name] = capped(points, rule.caps, sale.member.rule_points.get(name, (0, 0)))
    weighed = {
        name: [weight if index in won[name] else 0 for index, weight in enumerate(weights)]
        for name in won
        for weights in [measure(rules[name], lines, nets, claims[name])]
    }
    given = [
        sum(shares(points, weighed[name])[index] for name, points in decision.awards.items())
        for index in range(count)
    ]
    for name, indices in multiplied(multipliers, rules, claims).items():
        effect = multipliers[name].effect
        assert isinstance(effect, Multiplied)
        times = Fraction(effect.times_bp, 10_000)
        weighed[name] = [points if index in indices else 0 for index, points in enumerate(given)]
        points = nearest(sum(weighed[name]) * (times - 1), program.rounding)
        used = sale.member.rule_points.get(name, (0, 0))
        decision.awards[name] = capped(points, multipliers[name].caps, used)
    excess = sum(decision.awards.values())
    excess -= capped(excess, program.caps, (today(version, sale).points_earned, this_month(version, sale)))
    for name in reversed(list(decision.awards)):
        cut = min(excess, decision.awards[name])
        decision.awards[name] -= cut
        excess -= cut
    for name, points in decision.awards.items():
        decision.by_line[name] = shares(points, weighed[name])
    decision.silent = {rule.id for rule in program.earning if not decision.awards.get(rule.id)}
    decision.awards = {name: points for name, points in decision.awards.items() if points}


def multiplied(
    multipliers: dict[str, EarningRule], rules: dict[str, EarningRule], claims: dict[str, list[int]]
) -> dict[str, list[int]]:
    """Return the lines of each multiplier that claims any: those of an exclusive rule are nobody's else."""
    closed = {
        index
        for name in claims
        if name in rules
        for index in claims[name]
        if rules[name].policy == "exclusive"
    }
    won: dict[str, list[int]] = {name: [] for name in claims if name in multipliers}
    for index in sorted({index for name in won for index in claims[name]} - closed):
        rivals = [multipliers[name] for name in won if index in claims[name]]
        times = {rule.id: Fraction(getattr(rule.effect, "times_bp", 0)) for rule in rivals}
        for rule in winners(rivals, times):
            won[rule.id].append(index)
    return won


def winners(rivals: list[EarningRule], gives: dict[str, Fraction]) -> list[EarningRule]:
    exclusive = [rule for rule in rivals if rule.policy == "exclusive"]
    if exclusive:
        return [min(exclusive, key=lambda rule: (-rule.priority, -gives[rule.id], rule.id))]
    best: dict[str, EarningRule] = {}
    for rule in rivals:
        if rule.policy == "best_in_group":
            held = best.get(rule.group, rule)
            best[rule.group] = min(held, rule, key=lambda one: (-gives[one.id], -one.priority, one.id))
    return [rule for rule in rivals if rule.policy == "stack" or best.get(rule.group) == rule]


def grants(
    version: Version, rule: EarningRule, sale: Sale, nets: list[int], claimed: list[int]
) -> list[Fraction]:
    """Return what the rule would give each line, in exact units of points."""
    program = version.program
    point = Fraction(10**program.point.scale, program.point.value_minor)
    base = sum(nets[index] for index in claimed)
    effect = rule.effect
    out = []
    for index, line in enumerate(sale.basket.lines):
        match effect:
            case Percent():
                rate = effect.by_tier.get(sale.tier or "", effect.rate_bp)
                out.append(nets[index] * Fraction(rate, 10_000) * point)
            case Ladder():
                before = today(version, sale).spend_minor if effect.per_day else 0
                if effect.marginal and base:
                    whole = climbed(effect, before + base) - climbed(effect, before)
                    out.append(whole * Fraction(nets[index], base) * point)
                else:
                    out.append(nets[index] * rate_at(effect, before + base) * point)
            case Fixed(per="receipt") if index in claimed:
                out.append(
                    Fraction(effect.points * nets[index], base)
                    if base
                    else Fraction(effect.points, len(claimed))
                )
            case Fixed(per="line"):
                out.append(Fraction(effect.points))
            case Fixed(per="unit"):
                out.append(Fraction(effect.points * line.quantity_milli, 1000))
            case _:
                out.append(Fraction(0))
    return out


def rate_at(ladder: Ladder, amount: int) -> Fraction:
    rate = Fraction(0)
    for band in ladder.bands:
        if amount > band.from_minor or (amount == band.from_minor and band.from_included):
            rate = Fraction(band.rate_bp, 10_000)
    return rate


def climbed(ladder: Ladder, amount: int) -> Fraction:
    """Return what an amount earns slice by slice, in minor units."""
    tops = [band.from_minor for band in ladder.bands[1:]] + [amount]
    return sum(
        (
            Fraction(band.rate_bp, 10_000) * max(0, min(top, amount) - band.from_minor)
            for band, top in zip(ladder.bands, tops, strict=True)
        ),
        Fraction(0),
    )


def total(
    program: Program, rule: EarningRule, lines: Sequence[Line], gives: list[Fraction], indices: list[int]
) -> int:
    if isinstance(rule.effect, Fixed) and rule.effect.per == "unit":
        return rule.effect.points * (sum(lines[index].quantity_milli for index in indices) // 1000)
    return nearest(sum((gives[index] for index in indices), Fraction(0)), program.rounding)


def measure(rule: EarningRule, lines: Sequence[Line], nets: list[int], claimed: list[int]) -> list[int]:
    match rule.effect:
        case Fixed(per="unit"):
            return [line.quantity_milli for line in lines]
        case Fixed(per="line"):
            return [1] * len(lines)
        case Fixed(per="receipt") if not any(nets[index] for index in claimed):
            return [1] * len(lines)
        case _:
            return nets


def capped(points: int, caps: EarningCaps, earned: tuple[int, int]) -> int:
    bounds = [
        (caps.per_receipt, 0),
        (caps.per_day, earned[0]),
        (caps.per_month, earned[1]),
    ]
    return min([points, *(max(0, cap - used) for cap, used in bounds if cap is not None)])


def today(version: Version, sale: Sale) -> Totals:
    return _totals(version, sale, DAY_WINDOW)


def this_month(version: Version, sale: Sale) -> int:
    return _totals(version, sale, MONTH_WINDOW).points_earned


def _totals(version: Version, sale: Sale, wanted: CountedWindow) -> Totals:
    for window, totals in zip(version.windows, sale.member.totals, strict=False):
        if window == wanted:
            return totals
    return Totals()


def highest(version: Version, tier: str | None, totals: list[Totals]) -> str:
    assert version.program.tiers is not None
    reached = ""
    for candidate in version.program.tiers.tiers:
        have = {
            "spend": lambda t: t.spend_minor,
            "points_earned": lambda t: t.points_earned,
        }
        met = all(
            have[r.metric](totals[version.windows.index(r.window)]) >= r.at_least
            for r in candidate.requirements
        )
        if candidate.id == tier or (met and candidate.requirements) or not reached:
            reached = candidate.id
    return reached
