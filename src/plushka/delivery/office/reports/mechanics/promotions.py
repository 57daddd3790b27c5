"""Promotions beside each other: what receipts that they are on came to, with shares of all receipts (F207–F210)."""

from plushka.delivery.office.campaigns.letters.addresses import letters_url
from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Empty, Row, Table
from plushka.delivery.office.reports.constructor.matching import Rows
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.promotions import PromotionFigures, count_promotions
from plushka.domain.insights.constructor.model import VALUES_MAX, Filter
from plushka.domain.insights.reports.mechanics import name_mechanics
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx


async def make_promotions(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    promoted = await count_promotions(tx, asked.scope, visit.business.time_zone)
    names = await name_mechanics(
        tx, [(program_id, f"promotion:{own_id}") for program_id, own_id in promoted.by_promotion]
    )
    whole = promoted.total
    columns = (
        Column(gettext("Promotion"), "text"),
        Column(gettext("Receipts"), "count", "mechanic_receipts"),
        Column(gettext("Share of receipts"), "share", "mechanic_receipts_share"),
        Column(gettext("Buyers"), "count", "mechanic_buyers"),
        Column(gettext("Share of buyers"), "share", "mechanic_buyers_share", is_more=True),
        Column(gettext("Positions"), "count", "mechanic_positions", is_more=True),
        Column(gettext("Share of positions"), "share", "mechanic_positions_share", is_more=True),
        Column(gettext("Revenue"), "money", "mechanic_revenue"),
        Column(gettext("Spent on letters"), "money", "promotion_costs", is_more=True),
        Column(gettext("Cost of goods"), "money", "cost", MARGIN, is_more=True),
        Column(gettext("Discount"), "money", "mechanic_discount"),
        Column(gettext("Paid with points"), "money", "mechanic_redeemed", is_more=True),
        Column(gettext("Profit"), "money", "promotion_profit", MARGIN),
        Column(gettext("Points earned"), "points", "mechanic_earned"),
    )

    def row(title: str, came: PromotionFigures, **filters: str) -> Row:
        href = asked.receipts_url(filters)
        return (
            Cell(title, href=href) if filters else title,
            *linked(href, came.receipts, Ratio(came.receipts, whole.receipts)),
            *linked(
                href if filters else asked.receipts_url({"member": "with"}),
                came.buyers,
                Ratio(came.buyers, whole.buyers),
            ),
            *linked(href, came.positions, Ratio(came.positions, whole.positions), came.revenue_minor),
            *linked(_letters_url(came), came.letters_minor),
            *linked(
                href,
                came.cost_minor if came.is_cost_known else None,
                came.discount_minor,
                came.redeemed_minor,
                came.profit_minor,
                came.earned_points,
            ),
        )

    return Block(
        name="promotions",
        title=gettext("Promotions"),
        table=Table(
            columns,
            tuple(
                row(
                    names.get((program_id, f"promotion:{promotion_id}"), promotion_id),
                    came,
                    mechanic=f"promotion:{promotion_id}",
                    **({PARAMETER: str(program_id)} if visit.choices else {}),
                )
                for (program_id, promotion_id), came in promoted.by_promotion.items()
            ),
            total=row(gettext("All receipts"), whole),
        ),
        as_of=await find_as_of(tx),
        notes=(gettext("A receipt that two promotions are on counts for both."),),
        definition="promotions",
        empty=Empty(
            gettext("No promotion was on a receipt in this period"),
            gettext("Promotions are made in the programme's draft; what they came to stands here."),
        ),
    )


def _letters_url(came: PromotionFigures) -> str:
    """Return where the letters are listed that told of it; of more broadcasts than a list can be asked for, nowhere."""
    told_by = came.letters.campaign_ids if came.letters else ()
    if not 0 < len(told_by) <= VALUES_MAX:
        return ""
    rows = Rows("campaigns", (Filter("campaign", tuple(map(str, told_by))),))
    return letters_url([rows], arrived=False)
