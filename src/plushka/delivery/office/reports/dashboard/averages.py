"""Averages of the year beside those of the year before (F196), and what a buyer brings in all their time (F198)."""

from datetime import date

from msgspec import Struct

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import ALWAYS, WHOLE, linked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Empty, Row, Table
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.averages import ACTIVE_PURCHASES, Bought, sum_active_years, sum_lifetime
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio, change
from plushka.domain.insights.reports.sales import Sold, sum_sales
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx
from plushka.platform.i18n import marked


class Year(Struct, frozen=True):
    sold: Sold
    active: Bought


async def make_averages(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make the year in which the period ends and the one before, each as far as it is over."""
    gettext = visit.words.gettext
    this = asked.period.last_on.year
    active = await sum_active_years(tx, (this, this - 1))
    now, before = [Year(await _sold(tx, year), bought) for year, bought in active.items()]
    lines: tuple[tuple[str, str, str, Ratio, Ratio], ...] = (
        ("year_receipt", marked("Average receipt"), "money", now.sold.all.mean, before.sold.all.mean),
        (
            "active_revenue",
            marked("Revenue of an active buyer"),
            "money",
            now.active.revenue_each,
            before.active.revenue_each,
        ),
        (
            "active_receipts",
            marked("Purchases of an active buyer"),
            "decimal",
            now.active.receipts_each,
            before.active.receipts_each,
        ),
        (
            "active_positions",
            marked("Positions in a receipt of an active buyer"),
            "decimal",
            now.active.positions,
            before.active.positions,
        ),
    )
    rows: tuple[Row, ...] = tuple(
        (
            Cell(gettext(title), definition=key),
            *linked(_of_year(this, key, asked), Cell(value, kind=kind)),  # type: ignore[arg-type]
            *linked(_of_year(this - 1, key, asked), Cell(earlier, kind=kind)),  # type: ignore[arg-type]
            change(value, earlier),
        )
        for key, title, kind, value, earlier in lines
    )
    return Block(
        name="averages",
        title=gettext("Averages of the year"),
        table=Table(
            (
                Column(gettext("Figure"), "text"),
                Column(str(this), "count"),
                Column(str(this - 1), "count"),
                Column(gettext("The change"), "change"),
            ),
            rows if now.sold.all.receipts or before.sold.all.receipts else (),
        ),
        as_of=await find_as_of(tx),
        empty=Empty(
            gettext("No receipts in these years"),
            gettext("Averages are worked out as soon as there are receipts."),
        ),
    )


async def make_lifetime(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make what a buyer has brought from the first purchase until now, whatever period is asked."""
    gettext = visit.words.gettext
    life = await sum_lifetime(tx)
    ever = asked.receipts_url({**WHOLE, **ALWAYS, "member": "with"})
    return Block(
        name="lifetime",
        title=gettext("What a buyer brings in all their time"),
        table=Table(
            (Column(gettext("Figure"), "text"), Column(gettext("A buyer on average"), "count")),
            (
                (
                    Cell(gettext("Revenue"), definition="lifetime_revenue"),
                    *linked(ever, Cell(life.revenue_each, kind="money")),
                ),
                (
                    Cell(gettext("Receipts"), definition="lifetime_receipts"),
                    *linked(ever, Cell(life.receipts_each, kind="decimal")),
                ),
                (
                    Cell(gettext("Positions"), definition="lifetime_lines"),
                    *linked(ever, Cell(life.lines_each, kind="decimal")),
                ),
                (Cell(gettext("Buyers"), definition="buyers_ever"), *linked(ever, life.members)),
            )
            if life.members
            else (),
        ),
        as_of=await find_as_of(tx),
        definition="lifetime",
        form="tiles",
        empty=Empty(gettext("Nobody has bought yet"), gettext("The first purchase with a card begins this.")),
    )


def _of_year(year: int, key: str, asked: Asked) -> str:
    """Return where the receipts of a year are listed; but for the average receipt, those of active buyers."""
    active = {} if key == "year_receipt" else {"bought": str(ACTIVE_PURCHASES)}
    return asked.receipts_url({**WHOLE, **active}, Period(date(year, 1, 1), date(year + 1, 1, 1)))


async def _sold(tx: Tx, year: int) -> Sold:
    return await sum_sales(tx, Scope(Period(date(year, 1, 1), date(year + 1, 1, 1))))
