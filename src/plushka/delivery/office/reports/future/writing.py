"""From a band of the chance to have left to a draft of a broadcast to whoever is in it now."""

from litestar import post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.future.paths import WRITE
from plushka.delivery.office.reports.future.words import told_band
from plushka.delivery.office.reports.showing import BlockForbidden
from plushka.delivery.office.reports.whom import may_write
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.beginning import begin_broadcast_to_list
from plushka.domain.insights.reports.future import BANDS, ONCE, list_members_of_band


@post(WRITE, opt={"action": "campaigns.change"})
async def write_to_band(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Put those of ``band`` into a list of its own and go to the draft to it; nothing is sent by that.

    :raises BlockForbidden: it begins with a segment, which this person may not make
    """
    if not may_write(visit):
        raise BlockForbidden
    bands = {str(band): band for band in (ONCE, *BANDS)}
    band = bands.get(request.query_params.get("band", ""))
    if band is None:
        raise NotFoundException
    gettext = visit.words.gettext
    name = gettext(
        "Have left: {chance}, {date}", chance=told_band(band, visit), date=visit.figures.day(visit.today)
    )
    async with visit.writing() as tx:
        campaign_id = await begin_broadcast_to_list(
            tx,
            await list_members_of_band(tx, band),
            name=name,
            template="second_purchase" if band in {ONCE, 0} else "miss_you",
        )
    return sent_on(
        f"/campaigns/{campaign_id}/edit", gettext("The draft is ready: look it through and send it.")
    )
