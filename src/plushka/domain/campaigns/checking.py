"""Whether a broadcast makes sense, and whether it says all that it must before it begins."""

from msgspec import structs

from plushka.domain.campaigns.model import (
    CONTROL_BP_MAX,
    LIFE_DAYS_MAX,
    NAME_LENGTH_MAX,
    PER_MINUTE_MAX,
    POINTS_MAX,
    SHARE_MAX,
    VARIANTS_MAX,
    WINDOW_DAYS_MAX,
    Campaign,
    CampaignIncomplete,
    CodeOffered,
    LetterPlan,
    Offer,
    Plan,
    PlanImpossible,
    PointsOffered,
    PromotionMentioned,
    TextNeedsOffer,
)
from plushka.domain.coupons.queries import get_coupon
from plushka.domain.messages.templates.checking import find_missing
from plushka.domain.messages.templates.store import find_templates
from plushka.domain.programs.queries import find_version_in_force
from plushka.platform.database import Tx

_BP = 10_000


def check_plan(plan: Plan) -> None:
    """Refuse what makes no sense, whenever it would begin.

    :raises PlanImpossible: ``field`` is out of its bounds
    """
    checks = (
        ("name", 0 < len(plan.name) <= NAME_LENGTH_MAX),
        ("control", 0 <= plan.control_bp <= CONTROL_BP_MAX),
        ("window_days", 1 <= plan.window_days <= WINDOW_DAYS_MAX),
        ("per_minute", plan.per_minute is None or 1 <= plan.per_minute <= PER_MINUTE_MAX),
        ("moment", plan.starts_at is None or plan.local_at is None),
        ("moment", plan.local_at is None or plan.local_at.tzinfo is None),
        ("template.0", _is_letter_possible(plan.letter)),
        ("offer", _is_offer_possible(plan.offer)),
    )
    for field, holds in checks:
        if not holds:
            raise PlanImpossible(field=field)


async def check_ready(tx: Tx, campaign: Campaign) -> None:
    """Refuse to begin what does not say to whom, or what, or gives what is not there.

    :raises CampaignIncomplete: ``field`` is to be looked at
    :raises TextNeedsOffer: a text names what the offer does not give
    """
    if campaign.audience is None:
        raise CampaignIncomplete(field="segments")
    await _check_texts(tx, campaign)
    match campaign.offer:
        case PointsOffered(program_id):
            if await find_version_in_force(tx, program_id=program_id) is None:
                raise CampaignIncomplete(field="points")
        case CodeOffered(coupon_id):
            coupon = await get_coupon(tx, coupon_id)
            if coupon.is_stopped or (coupon.last_on is not None and coupon.last_on < tx.at.date()):
                raise CampaignIncomplete(field="coupon")
        case PromotionMentioned(program_id, promotion_id):
            version = await find_version_in_force(tx, program_id=program_id)
            promotions = version.program.promotions if version else ()
            if not any(one.id == promotion_id and not one.is_paused for one in promotions):
                raise CampaignIncomplete(field="promotion")
        case _:
            pass


async def with_purpose(tx: Tx, plan: Plan) -> Plan:
    """Return a plan that advertises unless all its texts say that they do not."""
    templates = await find_templates(tx, [variant.template_id for variant in plan.letter.variants])
    purposes = {template.purpose for template in templates.values()}
    return structs.replace(plan, purpose="transactional" if purposes == {"transactional"} else "marketing")


async def _check_texts(tx: Tx, campaign: Campaign) -> None:
    if not campaign.letter.variants:
        raise CampaignIncomplete(field="template.0")
    templates = await find_templates(tx, [variant.template_id for variant in campaign.letter.variants])
    for place, variant in enumerate(campaign.letter.variants):
        template = templates.get(variant.template_id)
        # One that does not advertise has no way to unsubscribe, so it cannot stand beside one that does.
        if template is None or template.archived_at is not None or template.purpose != campaign.purpose:
            raise CampaignIncomplete(field=f"template.{place}")
        missing = find_missing(template, given_by(campaign.offer))
        if missing:
            raise TextNeedsOffer(field=f"template.{place}", variable=missing[0].what)


def given_by(offer: Offer) -> frozenset[str]:
    """Return the variables of a text to which an offer gives a value."""
    match offer:
        case PointsOffered():
            return frozenset({"points"})
        case CodeOffered():
            return frozenset({"coupon"})
        case PromotionMentioned():
            return frozenset({"promotion"})
        case _:
            return frozenset()


def _is_letter_possible(letter: LetterPlan) -> bool:
    names = [variant.name for variant in letter.variants]
    return (
        len(names) <= VARIANTS_MAX
        and len(set(names)) == len(names)
        and all(
            name and 1 <= variant.share <= SHARE_MAX
            for name, variant in zip(names, letter.variants, strict=True)
        )
        and len(set(letter.route)) == len(letter.route)
    )


def _is_offer_possible(offer: Offer) -> bool:
    if not isinstance(offer, PointsOffered):
        return True
    return (
        1 <= offer.points <= POINTS_MAX
        and (offer.life_days is None or 1 <= offer.life_days <= LIFE_DAYS_MAX)
        and (offer.receipt_share_bp is None or 1 <= offer.receipt_share_bp <= _BP)
    )
