"""What a letter of a broadcast says of its offer: values of the text's variables that are the campaign's own."""

from collections.abc import Mapping

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.model import Campaign, PointsOffered, PromotionMentioned
from plushka.domain.messages.templates.points_given import given_later
from plushka.domain.programs.queries import find_version_in_force
from plushka.platform.database import Tx
from plushka.platform.i18n import format_points
from plushka.platform.point_words import calling_points


async def values_of(tx: Tx, campaign: Campaign) -> Mapping[str, str]:
    """Return the values that are the same in all letters; the code of a coupon is not."""
    offer = campaign.offer
    if not isinstance(offer, PointsOffered | PromotionMentioned):
        return {}
    version = await find_version_in_force(tx, program_id=offer.program_id)
    if version is None:
        return {}
    if isinstance(offer, PromotionMentioned):
        promotions = version.program.promotions
        return {"promotion": next((one.name for one in promotions if one.id == offer.promotion_id), "")}
    business = await get_business(tx)
    with calling_points(business.point_words):
        told = format_points(offer.points, version.program.point.scale, business.language)
    return {"points": told, **given_later(offer.program_id, offer.life_days)}
