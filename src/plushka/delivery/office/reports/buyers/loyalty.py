"""The base in a few facts: who came once, who does not return, how often a buyer comes, what is taken off (F239)."""

from datetime import date, timedelta

from plushka.delivery.office.receipts.asked import ONCE
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import ALWAYS, WHOLE, linked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Empty, Table
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.loyalty import GONE_DAYS, find_loyalty
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.sales import sum_sales
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx


async def make_loyalty(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make it of all time until today, and of the year in which the period ends."""
    gettext, year = visit.words.gettext, asked.period.last_on.year
    found = await find_loyalty(tx, year, visit.business_day)
    period = Period(date(year, 1, 1), date(year + 1, 1, 1))
    with_card = (await sum_sales(tx, Scope(period))).with_card
    gone = visit.business_day - timedelta(days=GONE_DAYS + 1)

    def behind(**filters: str) -> str:
        return asked.receipts_url({**WHOLE, "member": "with", **filters}, period)

    once = behind(bought=ONCE, **ALWAYS)
    return Block(
        name="loyalty",
        title=gettext("The base in a few facts"),
        table=Table(
            (Column(gettext("Figure"), "text"), Column(gettext("Value"), "count")),
            (
                (Cell(gettext("Buyers"), definition="buyers_ever"), *linked(behind(**ALWAYS), found.buyers)),
                (Cell(gettext("Bought once"), definition="bought_once"), *linked(once, found.once)),
                (
                    Cell(gettext("Bought once, share"), definition="bought_once"),
                    *linked(once, Cell(found.once_share, kind="share")),
                ),
                (
                    Cell(gettext("Do not return"), definition="do_not_return"),
                    *linked(behind(last_to=gone.isoformat(), **ALWAYS), Cell(found.gone_share, kind="share")),
                ),
                (
                    Cell(gettext("Purchases of a buyer, {year}", year=year), definition="year_receipts_each"),
                    *linked(behind(), Cell(found.receipts_each, kind="decimal")),
                ),
                (
                    Cell(
                        gettext("Average receipt with a card, {year}", year=year),
                        definition="average_receipt",
                    ),
                    *linked(behind(), Cell(with_card.mean, kind="money")),
                ),
                (
                    Cell(gettext("Average discount, {year}", year=year), definition="discount_share"),
                    *linked(behind(), Cell(with_card.discount_share, kind="share")),
                ),
            )
            if found.buyers
            else (),
        ),
        as_of=await find_as_of(tx),
        form="tiles",
        definition="loyalty",
        empty=Empty(gettext("Nobody has bought yet"), gettext("The first purchase with a card begins this.")),
    )
