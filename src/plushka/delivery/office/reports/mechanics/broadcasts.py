"""Broadcasts of the period and what came of each (F205, F211, F212)."""

from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.delivery.office.campaigns.broadcasts.rows import PATH
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Empty, Table
from plushka.delivery.office.reports.constructor.matching import Rows
from plushka.delivery.office.reports.mechanics.letters import columns_of_letters, told_letters
from plushka.delivery.office.reports.mechanics.verdicts import load_verdicts
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import span
from plushka.domain.campaigns.listing import CampaignFilter, find_counted_at, list_broadcasts, sum_broadcasts
from plushka.domain.insights.constructor.model import Filter
from plushka.platform.database import Tx

BROADCASTS_MAX = 200


async def make_broadcasts(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    since, until = span(asked.period.from_on, asked.period.last_on, visit.business.time_zone)
    where = CampaignFilter(since=since, until=until)
    found = await list_broadcasts(tx, where, limit=BROADCASTS_MAX)
    _, total = await sum_broadcasts(tx, where)
    verdicts = await load_verdicts(tx, visit, [(each.id, each.has_control) for each in found])
    zone = ZoneInfo(visit.business.time_zone)
    return Block(
        name="broadcasts",
        title=gettext("Broadcasts"),
        table=Table(
            (
                Column(gettext("Broadcast"), "text"),
                Column(gettext("Began"), "moment"),
                *columns_of_letters(visit),
                Column(gettext("What it caused"), "text", "letters_verdict"),
            ),
            tuple(
                (
                    Cell(each.name, href=f"{PATH}/{each.id}"),
                    each.begins_at.astimezone(zone) if each.begins_at else None,
                    *told_letters(each.figures, _rows(each.id)),
                    verdicts[each.id],
                )
                for each in found
                if each.figures.addressed
            ),
            total=(
                gettext("Together"),
                None,
                # Of those that began on these days, whenever their letters went out.
                *told_letters(total, Rows("campaigns", (), asked.period.from_on, asked.period.last_on)),
                "",
            ),
        ),
        as_of=await find_counted_at(tx),
        definition="broadcasts",
        is_nightly=True,
        empty=Empty(
            gettext("No broadcast began in this period"),
            gettext("Write one under Campaigns: what came of it stands here within an hour."),
        ),
    )


def _rows(campaign_id: UUID) -> Rows:
    return Rows("campaigns", (Filter("campaign", (str(campaign_id),)),))
