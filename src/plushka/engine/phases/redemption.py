"""Phase 6: points pay a part of the receipt (S1, S3, S11, S21)."""

from collections.abc import Sequence

from plushka.engine.lots import spendable, take
from plushka.engine.phases.case import Case
from plushka.engine.price_effects import RaisedShare
from plushka.engine.prices import taking_part, weights_of
from plushka.engine.program import Redemption
from plushka.engine.promotion_plans import PromotionPlan
from plushka.engine.purchase import Limit, Lot, Note, Redeemed
from plushka.engine.reasons import note
from plushka.engine.shares import spread
from plushka.engine.version import BP, Version


def redeem(case: Case, prices_minor: Sequence[int], raised_by: PromotionPlan | None = None) -> Redeemed:
    """Return what points buy, where some are asked for or lots are given to weigh what could be.

    A request beyond the maximum is answered with the maximum, and noted. ``raised_by``: the promotion that lets
    points pay more of the receipt.
    """
    version, tier, requested = case.version, case.tier, case.basket.redeem
    refusal = _refusal(case, prices_minor)
    if refusal is not None:
        case.notes.append(refusal)
        return Redeemed(
            requested=0 if requested == "max" else requested, points=0, amount_minor=0, points_max=0
        )
    payable_minor = sum(prices_minor)
    eligible = _eligible(case, prices_minor)
    lots = _lots(case, payable_minor)
    share_bp = _receipt_share_bp(case, raised_by)
    limits = _limits(case, share_bp, payable_minor, sum(eligible), sum([most for _, most in lots]))
    points_max = min([limit.points for limit in limits])
    if points_max < tier.limits.points_min:
        case.notes.append(note("redemption_below_minimum", points_min=tier.limits.points_min))
        points_max = 0
    asked = requested
    if asked == "max":
        asked = case.asks(points_max) if case.asks is not None else points_max
    points = _points(case, asked, points_max)
    if points == 0:
        return Redeemed(requested=asked, points=0, amount_minor=0, points_max=points_max, limits=limits)
    amount_minor = money_of(version, points)
    by_line_minor = spread(amount_minor, eligible)
    return Redeemed(
        requested=asked,
        points=points,
        amount_minor=amount_minor,
        points_max=points_max,
        limits=limits,
        by_line_minor=tuple(by_line_minor),
        by_line_points=tuple(spread(points, by_line_minor)) if case.explains else (),
        lots=take(lots, points),
    )


def money_of(version: Version, points: int) -> int:
    """Return the money that ``points`` (units) buy, in whole minor units, down."""
    return points * version.program.point.value_minor // version.unit


def without_idle(version: Version, points: int) -> int:
    """Return ``points`` less those that buy no whole minor unit: they are never debited (S1)."""
    return -(-money_of(version, points) * version.unit // version.program.point.value_minor)


def points_within(version: Version, amount_minor: int) -> int:
    """Return the most points that buy at most ``amount_minor``, without idle ones."""
    most = ((amount_minor + 1) * version.unit - 1) // version.program.point.value_minor
    return without_idle(version, most)


def _refusal(case: Case, prices_minor: Sequence[int]) -> Note | None:
    redemption: Redemption | None = case.version.program.redemption
    if redemption is None:
        return note("redemption_off")
    if redemption.blocked_by_debt and case.member.debt > 0:
        return note("redemption_blocked_by_debt", debt=case.member.debt)
    if case.member.is_unverified and not case.member.purchases:
        return note("redemption_unverified")
    if case.member.is_spending_stopped:
        return note("redemption_stopped")
    min_minor = case.tier.limits.receipt_min_minor
    if taking_part(prices_minor, case.sight.masks) < min_minor:
        return note("redemption_receipt_too_small", min_minor=min_minor)
    return None


def _eligible(case: Case, prices_minor: Sequence[int]) -> Sequence[int]:
    """Return what points may pay of each line."""
    sight, excluded_bit = case.sight, case.version.not_redeemable_bit
    if not sight.bits & excluded_bit:
        return weights_of(prices_minor, sight.masks)
    return [
        price if mask and not mask & excluded_bit else 0
        for price, mask in zip(prices_minor, sight.masks, strict=True)
    ]


def _lots(case: Case, payable_minor: int) -> list[tuple[Lot, int]]:
    """Return the lots that live, in order of use, each with the most points that it may give."""
    lots = []
    for lot in spendable(case.member.lots, case.at):
        most = lot.available
        if lot.receipt_share_bp is not None:
            most = min(most, points_within(case.version, payable_minor * lot.receipt_share_bp // BP))
        lots.append((lot, most))
    return lots


def _receipt_share_bp(case: Case, raised_by: PromotionPlan | None) -> int:
    share_bp = case.tier.limits.receipt_share_bp
    effect = raised_by.promotion.effect if raised_by is not None else None
    if raised_by is None or not isinstance(effect, RaisedShare) or effect.receipt_share_bp <= share_bp:
        return share_bp
    case.notes.append(note("share_raised", rule=raised_by.promotion.id, share_bp=effect.receipt_share_bp))
    return effect.receipt_share_bp


def _limits(
    case: Case, share_bp: int, payable_minor: int, eligible_minor: int, from_lots: int
) -> tuple[Limit, ...]:
    """Weigh every bound. A share below 100 % also leaves a minor unit to pay, since it rounds down."""
    version, bounds, available = case.version, case.tier.limits, case.member.available
    share_minor = payable_minor * share_bp // BP
    limits = [
        Limit("available", without_idle(version, available)),
        Limit("receipt_share", points_within(version, share_minor)),
        Limit("eligible_lines", points_within(version, eligible_minor)),
        Limit("lot_shares", without_idle(version, from_lots)),
    ]
    residual = bounds.balance_residual_min
    if residual:
        limits.append(Limit("residual_balance", without_idle(version, max(0, available - residual))))
    return tuple(limits)


def _points(case: Case, requested: int, points_max: int) -> int:
    points_min = case.tier.limits.points_min
    if requested > points_max:
        case.notes.append(note("redemption_clamped", requested=requested, points_max=points_max))
        requested = points_max
    elif 0 < requested < points_min:
        case.notes.append(note("redemption_below_minimum", points_min=points_min))
        return 0
    points = without_idle(case.version, requested)
    if points < requested:
        case.notes.append(note("redemption_rounded", requested=requested, points=points))
    return points
