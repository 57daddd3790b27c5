"""What the comparison of a campaign's groups says, in a word."""

from collections.abc import Collection, Mapping
from uuid import UUID

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.domain.insights.campaigns.words import NO_GROUP, VERDICTS
from plushka.platform.database import Tx


async def load_verdicts(tx: Tx, visit: Visit, campaigns: Collection[tuple[UUID, bool]]) -> Mapping[UUID, str]:
    """Return the verdict on each campaign, of which it is said whether it has a control group."""
    gettext = visit.words.gettext
    caused = await find_caused(tx, [subject_of_campaign(campaign_id) for campaign_id, _ in campaigns])

    def verdict(campaign_id: UUID, *, has_control: bool) -> str:
        if not has_control:
            return gettext(NO_GROUP)
        one = caused.get(subject_of_campaign(campaign_id))
        return gettext(VERDICTS[one.verdict]) if one else gettext("not compared yet")

    return {
        campaign_id: verdict(campaign_id, has_control=has_control) for campaign_id, has_control in campaigns
    }
