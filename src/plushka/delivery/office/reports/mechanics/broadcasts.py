"""Broadcasts of the period and what came of each (F205, F211, F212)."""

from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.delivery.office.campaigns.broadcasts.rows import PATH
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Empty, Row, Table, Value
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import span
from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.listing import CampaignFilter, find_counted_at, list_broadcasts, sum_broadcasts
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.domain.insights.campaigns.words import NO_GROUP, VERDICTS
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx

BROADCASTS_MAX = 200


async def make_broadcasts(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    since, until = span(asked.period.from_on, asked.period.last_on, visit.business.time_zone)
    where = CampaignFilter(since=since, until=until)
    found = await list_broadcasts(tx, where, limit=BROADCASTS_MAX)
    _, total = await sum_broadcasts(tx, where)
    caused = await find_caused(tx, [subject_of_campaign(each.id) for each in found])
    zone = ZoneInfo(visit.business.time_zone)

    def row(first: Cell | Value, began: Value, verdict: Value, came: Figures) -> Row:
        knows_cost = bool(came.known_cost) or not came.purchases
        return (
            first,
            began,
            came.sent,
            came.purchases,
            Ratio(came.purchases, came.sent),
            came.revenue_minor,
            came.messages_minor,
            came.cost_minor if knows_cost else None,
            came.profit_minor,
            Ratio(came.revenue_minor, came.purchases),
            came.discount_minor,
            Ratio(came.positions, came.purchases),
            verdict,
        )

    def verdict(campaign_id: UUID, *, has_control: bool) -> str:
        if not has_control:
            return gettext(NO_GROUP)
        one = caused.get(subject_of_campaign(campaign_id))
        return gettext(VERDICTS[one.verdict]) if one else gettext("not compared yet")

    return Block(
        name="broadcasts",
        title=gettext("Broadcasts"),
        table=Table(
            (
                Column(gettext("Broadcast"), "text"),
                Column(gettext("Began"), "date"),
                Column(gettext("Notifications"), "count", "letters_sent"),
                Column(gettext("Purchases"), "count", "letters_purchases"),
                Column(gettext("Conversion"), "share", "conversion"),
                Column(gettext("Revenue"), "money", "letters_revenue"),
                Column(gettext("Cost of messages"), "money", "letters_cost"),
                Column(gettext("Cost of goods"), "money", "cost", MARGIN),
                Column(gettext("Profit"), "money", "letters_profit", MARGIN),
                Column(gettext("Average receipt"), "money", "average_receipt"),
                Column(gettext("Discount"), "money", "mechanic_discount"),
                Column(gettext("Positions in a receipt"), "decimal", "positions"),
                Column(gettext("What it caused"), "text", "letters_verdict"),
            ),
            tuple(
                row(
                    Cell(each.name, href=f"{PATH}/{each.id}"),
                    each.begins_at.astimezone(zone).date() if each.begins_at else None,
                    verdict(each.id, has_control=each.has_control),
                    each.figures,
                )
                for each in found
                if each.figures.addressed
            ),
            total=row(gettext("Together"), None, "", total),
        ),
        as_of=await find_counted_at(tx),
        definition="broadcasts",
        is_nightly=True,
        empty=Empty(
            gettext("No broadcast began in this period"),
            gettext("Write one under Campaigns: what came of it stands here within an hour."),
        ),
    )
