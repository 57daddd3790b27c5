"""From a band of the chance to have left to a draft of a broadcast to whoever is in it when it is sent."""

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
from plushka.domain.campaigns.beginning import begin_broadcast_to, begin_broadcast_to_list
from plushka.domain.insights.reports.future import BANDS, LEFT_FROM_BP, ONCE, list_members_of_band
from plushka.domain.messages.templates.ready import Key
from plushka.engine.audience import ProbablyLeft


@post(WRITE, opt={"action": "campaigns.change"})
async def write_to_band(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Make the draft to whoever is in ``band`` at the time and go to it; nothing is sent by that.

    Who has come once has no chance to have left, so of them those of now become a list.

    :raises BlockForbidden: it begins with a segment, which this person may not make
    """
    if not may_write(visit):
        raise BlockForbidden
    bands = {str(band): band for band in (ONCE, *BANDS)}
    band = bands.get(request.query_params.get("band", ""))
    if band is None:
        raise NotFoundException
    gettext = visit.words.gettext
    template: Key = "second_purchase" if band in {ONCE, 0} else "miss_you"
    async with visit.writing() as tx:
        if band == ONCE:
            campaign_id = await begin_broadcast_to_list(
                tx,
                await list_members_of_band(tx, band),
                name=gettext("Came once, {date}", date=visit.figures.day(visit.today)),
                template=template,
            )
        else:
            campaign_id = await begin_broadcast_to(
                tx,
                _in_band(band),
                name=gettext("Have left: {chance}", chance=told_band(band, visit)),
                template=template,
                aim="reactivation" if template == "miss_you" else "other",
            )
    return sent_on(
        f"/campaigns/{campaign_id}/edit", gettext("The draft is ready: look it through and send it.")
    )


def _in_band(band: int) -> ProbablyLeft:
    """Return the same as a condition: whole percent are rounded down, so that no band has an end in another."""
    ends = [None, *(bp // 100 for bp in LEFT_FROM_BP), None]
    least, most = ends[band], ends[band + 1]
    return ProbablyLeft(percent_min=least, percent_max=None if most is None else most - 1)
