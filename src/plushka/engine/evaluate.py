"""The decision on a purchase: nine phases in the fixed order of S11.

1 line prices · 2 tier or personal discount · 3 promotions · 4 coupons · 5 gifts · 6 points
redemption · 7 tenders · 8 earning · 9 progress. Phases 1 and 7 are the till's: it tells the amounts
of lines, and takes certificates and money for what is payable, which changes nothing here (S2).
"""

from collections.abc import Sequence
from datetime import datetime
from operator import sub

from plushka.engine.local_time import moment
from plushka.engine.phases.case import Asks, Case, scene_of
from plushka.engine.phases.discount import discount
from plushka.engine.phases.gain import Earned
from plushka.engine.phases.gifts import win
from plushka.engine.phases.granting import grants
from plushka.engine.phases.plain import decide_plain
from plushka.engine.phases.progress import earn_and_rise
from plushka.engine.phases.promotions import Promoted, promote
from plushka.engine.phases.redemption import redeem
from plushka.engine.prices import taking_part
from plushka.engine.purchase import (
    POINTS_MAX,
    Basket,
    Discount,
    IssuedGift,
    LineOutcome,
    Member,
    Note,
    Outcome,
    Redeemed,
)
from plushka.engine.reasons import note
from plushka.engine.sight import Sight
from plushka.engine.tiers import next_tier
from plushka.engine.version import Version
from plushka.platform.errors import Conflict

ANONYMOUS = note("anonymous")
BLOCKED = note("member_blocked")
NO_PROMOTIONS = Promoted((), ())


class ReceiptPointsOverMaximum(Conflict):
    """The rules give this receipt more points than can be counted; ``points_max`` is the most."""

    code = "receipt_points_over_maximum"


def evaluate(
    version: Version,
    member: Member | None,
    basket: Basket,
    at: datetime,
    *,
    explains: bool = True,
    asks: Asks | None = None,
    sight: Sight | None = None,
) -> Outcome:
    """Decide ``basket`` for ``member`` (None: anonymous, who neither earns nor gets a member's discount).

    One who is blocked gets what nobody would, and the note says so.

    ``at`` is aware: the moment of the purchase by the till, also when it is reported late. Amounts are
    at least 0, quantities above 0; checking them is the border's work. Points earned here cannot be
    spent here (S2).

    Whoever does not ask that it ``explains`` is spared what only tells how it came about, and what to do with a line
    that comes back: lines, shares of lines in points, notes, how far the next tier is, stamp cards where none gets a
    stamp. All else is the same.

    ``sight`` is what ``version``, or one that is numbered together with it, sees of ``basket``, where that is known.
    A basket that asks for all points that may be spent (``max``) asks for as many as ``asks`` says of them.

    :raises ReceiptPointsOverMaximum: the rules give more than ``POINTS_MAX``
    """
    if sight is None:
        sight = version.see(basket, moment(at, basket.place))
    amounts_minor = sight.amounts_minor
    if member is None or member.is_blocked:
        why = ANONYMOUS if member is None else BLOCKED
        return _anonymous(version, basket, sight, why, explains=explains)
    tier = version.tier_plan(member.tier)
    if not explains and (plain := decide_plain(version, tier, member, basket, at, sight)) is not None:
        return plain
    case = Case(version, member, basket, at, sight, tier, [], explains, asks)
    business_date = sight.moment.business_date

    discounted = discount(case, amounts_minor) if tier.discount_bp or member.personal_discount_bp else None
    prices_minor = _less(amounts_minor, discounted.by_line) if discounted else amounts_minor

    scene = scene_of(basket, sight, prices_minor, member, tier.id)
    promoted = NO_PROMOTIONS
    if version.promotions and (
        promotions := version.promotions_on(business_date, with_coupons=bool(basket.coupons))
    ):
        promoted = promote(version, promotions, scene, amounts_minor, basket.budgets_used, case.notes)
        if promoted.discounts:
            prices_minor = promoted.prices_minor
            scene = scene_of(basket, sight, prices_minor, member, tier.id)
    discounts = (discounted, *promoted.discounts) if discounted else promoted.discounts

    gifts: tuple[IssuedGift, ...] = ()
    if version.gifts and member.cards is not None:
        on = version.gifts_on(business_date)
        gifts = win(on, scene, basket.budgets_used, case.notes, time_zone=basket.place.time_zone)

    redeemed = None
    if basket.redeem or member.lots:
        redeemed = redeem(case, prices_minor, promoted.raised_by)
    payables_minor = (
        _less(prices_minor, redeemed.by_line_minor) if redeemed and redeemed.points else prices_minor
    )

    points_spent = redeemed.points if redeemed else 0
    progress = earn_and_rise(case, scene, payables_minor, points_spent=points_spent)
    earned = progress.earned
    if earned.points_before_caps > POINTS_MAX:
        raise ReceiptPointsOverMaximum(field="lines", points_max=POINTS_MAX)
    return Outcome(
        lines=_lines(amounts_minor, prices_minor, payables_minor, redeemed, earned) if explains else (),
        amount_minor=sight.amount_minor,
        discount_minor=sum([each.amount_minor for each in discounts]) if discounts else 0,
        redeemed_minor=redeemed.amount_minor if redeemed else 0,
        payable_minor=sight.amount_minor if payables_minor is amounts_minor else sum(payables_minor),
        earned_points=earned.points,
        business_date=business_date,
        discounts=discounts,
        redeemed=redeemed,
        awards=earned.awards,
        grants=grants(version, progress.earned_at, earned, basket.place, business_date, at)
        if earned.awards
        else (),
        tier_before=tier.id,
        tier_after=progress.tier_after,
        next_tier=next_tier(version, progress.tier_after, progress.totals)
        if explains and version.program.tiers
        else None,
        spend_minor=progress.spend_minor,
        notes=(*case.notes, *earned.notes) if explains else (),
        cards=progress.stamped.cards,
        gifts=(*gifts, *progress.stamped.gifts),
        referred=progress.referred,
    )


def _anonymous(version: Version, basket: Basket, sight: Sight, why: Note, *, explains: bool) -> Outcome:
    notes = [why]
    discounts: tuple[Discount, ...] = ()
    amounts_minor, business_date = sight.amounts_minor, sight.moment.business_date
    prices_minor = amounts_minor
    if version.has_promotions_for_anonymous:
        scene = scene_of(basket, sight, amounts_minor, None, None)
        promotions = version.promotions_on(business_date, with_coupons=bool(basket.coupons))
        promoted = promote(version, promotions, scene, amounts_minor, basket.budgets_used, notes)
        discounts, prices_minor = promoted.discounts, promoted.prices_minor
    return Outcome(
        lines=tuple(
            [
                LineOutcome(amount, amount - price, 0, price, 0, 0)
                for amount, price in zip(amounts_minor, prices_minor, strict=True)
            ]
        )
        if explains
        else (),
        amount_minor=sight.amount_minor,
        discount_minor=sum([each.amount_minor for each in discounts]),
        redeemed_minor=0,
        payable_minor=sum(prices_minor),
        earned_points=0,
        business_date=business_date,
        discounts=discounts,
        spend_minor=taking_part(prices_minor, sight.masks),
        notes=tuple(notes) if explains else (),
    )


def _less(amounts_minor: Sequence[int], cuts_minor: Sequence[int]) -> list[int]:
    return list(map(sub, amounts_minor, cuts_minor))


def _lines(
    amounts_minor: Sequence[int],
    prices_minor: Sequence[int],
    payables_minor: Sequence[int],
    redeemed: Redeemed | None,
    earned: Earned,
) -> tuple[LineOutcome, ...]:
    nothing = (0,) * len(amounts_minor)
    spent = redeemed.by_line_points if redeemed and redeemed.points else nothing
    by_line = [award.by_line for award in earned.awards]
    return tuple(
        map(
            LineOutcome,
            amounts_minor,
            nothing if prices_minor is amounts_minor else map(sub, amounts_minor, prices_minor),
            nothing if payables_minor is prices_minor else map(sub, prices_minor, payables_minor),
            payables_minor,
            spent,
            map(sum, zip(*by_line, strict=True)) if by_line else nothing,
        )
    )
