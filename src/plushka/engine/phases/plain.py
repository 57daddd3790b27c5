"""The usual receipt, for those who do not ask why: at the prices of the till, nothing spent, nothing given but points.

Of the phases only earning, tiers and lots have something to do then, and no other is entered.
"""

from datetime import datetime

from plushka.engine.phases.case import scene_of
from plushka.engine.phases.granting import grants
from plushka.engine.phases.sums import earn_in_sums
from plushka.engine.plans import TierPlan
from plushka.engine.purchase import POINTS_MAX, Basket, Member, Outcome, Totals
from plushka.engine.sight import Sight
from plushka.engine.version import Version


def decide_plain(  # noqa: PLR0917 - all that a decision is made from
    version: Version, tier: TierPlan, member: Member, basket: Basket, at: datetime, sight: Sight
) -> Outcome | None:
    """Return the decision on a receipt; None where other phases may change something, or it takes more than sums."""
    business_date = sight.moment.business_date
    if (
        tier.discount_bp
        or member.personal_discount_bp
        or basket.redeem
        or member.lots
        or version.gifts
        or sight.bits & version.cards_mask
        or (version.referral is not None and member.invited is not None)
        or (version.promotions and version.promotions_on(business_date, with_coupons=bool(basket.coupons)))
    ):
        return None
    scene = scene_of(basket, sight, sight.amounts_minor, member, tier.id)
    earned = earn_in_sums(version, tier, scene, sight.amounts_minor)
    if earned is None or earned.points_before_caps > POINTS_MAX:
        return None
    spend_minor, after = sight.taking_part_minor, tier.id
    if tier is not version.tiers[-1]:
        more = Totals(spend_minor, 1, earned.points)
        after = tier.rises_to(version.totals_of(member), more)
        if (
            after != tier.id
            and version.program.tiers is not None
            and version.program.tiers.upgrade_counts_now
        ):
            return None
    return Outcome(
        lines=(),
        amount_minor=sight.amount_minor,
        discount_minor=0,
        redeemed_minor=0,
        payable_minor=sight.amount_minor,
        earned_points=earned.points,
        business_date=business_date,
        awards=earned.awards,
        grants=grants(version, tier, earned, basket.place, business_date, at) if earned.awards else (),
        tier_before=tier.id,
        tier_after=after,
        spend_minor=spend_minor,
    )
