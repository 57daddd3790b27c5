"""All broadcasts with what came of each, found by name, state and days, and taken away as a workbook."""

from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from plushka.delivery.office.campaigns.broadcasts.rows import PATH, campaign_line, figures_line
from plushka.delivery.office.campaigns.explaining import explain_campaigns
from plushka.delivery.office.chips import Chip
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.constructor.matching import ROWS, read_rows, told_rows
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of, span, text_of
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.announcing import announce
from plushka.domain.campaigns.listing import LIST_MAX, CampaignFilter, list_broadcasts, sum_broadcasts
from plushka.domain.campaigns.model import STATES
from plushka.domain.insights.campaigns.export import KIND
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.domain.insights.constructor.matching import Matching
from plushka.domain.insights.constructor.matching import list_broadcasts as list_matching
from plushka.platform.database import Tx


@get(PATH, opt={"action": "campaigns.read"})
async def show_broadcasts(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the broadcasts that the filters find, those written last first, and all of them together."""
    asked = request.query_params
    async with visit.reading() as tx:
        matching = _matching(request, visit)
        where = await _where(tx, request, visit)
        rows_told = await told_rows(tx, matching, visit, heads={}) if matching else ""
        found = await list_broadcasts(tx, where, before=id_of(asked, "before"), limit=LIST_MAX + 1)
        count, total = await sum_broadcasts(tx, where)
        has_any = bool(count) or (await sum_broadcasts(tx, CampaignFilter()))[0] > 0
        page = found[:LIST_MAX]
        caused = await find_caused(tx, [subject_of_campaign(row.id) for row in page])
    rows = [campaign_line(row, caused.get(subject_of_campaign(row.id)), visit) for row in page]
    shown = {name: asked.get(name, "") for name in ("text", "state", "from", "to", ROWS)}
    query = urlencode({name: value for name, value in shown.items() if value})
    without_rows = urlencode({name: value for name, value in shown.items() if value and name != ROWS})
    return visit.page(
        "campaigns/broadcasts/list.html",
        section="campaigns",
        page="broadcasts",
        rows=rows,
        total=figures_line(total, visit),
        count=count,
        explained=explain_campaigns(visit),
        has_any=has_any,
        chips=[Chip(rows_told, f"{PATH}?{without_rows}")] if rows_told else [],
        asked=shown,
        query=query,
        states=[
            ("", visit.words.gettext("all")),
            *((key, visit.words.gettext(told)) for key, told in STATES.items()),
        ],
        next=f"{PATH}?{urlencode({**shown, 'before': str(page[-1].id)})}" if len(found) > LIST_MAX else "",
        may_change=visit.may("campaigns.change"),
        knows_margin=visit.may(MARGIN),
        may_export=visit.may("campaigns.export"),
    )


@post(f"{PATH}/export", opt={"action": "campaigns.export"})
async def export_broadcasts(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    async with visit.reading() as tx:
        where = await _where(tx, request, visit)
    return await leave_export(
        visit,
        KIND,
        where,
        file_name="broadcasts.xlsx",
        margin="yes" if visit.may(MARGIN) else "no",
        needs=MARGIN if visit.may(MARGIN) else "",
    )


@post(f"{PATH}/announce", opt={"action": "campaigns.change"})
async def write_announcement(visit: NamedDependency[Visit]) -> Redirect:
    """Write the announcement of the programme to members who were never told of it, and lead to where it is begun.

    One that was written and has not begun is shown again.

    A letter to everybody is read before it is sent: what it says and how many get it stand above the button.
    """
    async with visit.writing() as tx:
        announcement = await announce(tx)
    gettext, page = visit.words.gettext, f"{PATH}/{announcement.id}"
    if announcement.state == "scheduled":
        return sent_on(page, gettext("The announcement waits for its moment already."))
    if not visit.may("campaigns.send"):
        return sent_on(page, gettext("The announcement is written: somebody who may send starts it."))
    if announcement.is_new:
        return sent_on(f"{page}/start", gettext("The announcement is written: read it and start it."))
    return sent_on(f"{page}/start", gettext("The announcement was written before: read it and start it."))


def _matching(request: OfficeRequest, visit: Visit) -> tuple[Matching, ...]:
    """Return what cell of a report the broadcasts are of, if it is asked for one."""
    return read_rows(request.query_params.getall(ROWS, [])[:1], visit, ("campaigns",))


async def _where(tx: Tx, request: OfficeRequest, visit: Visit) -> CampaignFilter:
    asked, matching = request.query_params, _matching(request, visit)
    since, until = span(day_of(asked, "from"), day_of(asked, "to"), visit.business.time_zone)
    return CampaignFilter(
        text=text_of(asked, "text"),
        state=next((state for state in STATES if state == asked.get("state")), None),
        since=since,
        until=until,
        among=await list_matching(tx, matching[0]) if matching else None,
    )
