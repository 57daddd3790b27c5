"""Financial results (F193): the last months side by side, with a card and without."""

from collections.abc import Callable
from datetime import date

from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Empty, Kind, Row, Table, Value
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.sales import Sales, Sold, sum_sales_by_month
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

MONTHS_BESIDE = 3
_SIDES: tuple[tuple[str, Callable[[Sold], Sales]], ...] = (
    (marked("With a card"), lambda sold: sold.with_card),
    (marked("Without a card"), lambda sold: sold.without),
    (marked("All"), lambda sold: sold.all),
)
_LINES: tuple[tuple[str, str, Kind, str, Callable[[Sales, Sales], int | Ratio]], ...] = (
    ("revenue", marked("Revenue"), "money", "", lambda side, _: side.revenue_minor),
    (
        "revenue_share",
        marked("Share of the revenue"),
        "share",
        "",
        lambda side, whole: Ratio(side.revenue_minor, whole.revenue_minor),
    ),
    ("receipts", marked("Receipts"), "count", "", lambda side, _: side.receipts),
    ("average_receipt", marked("Average receipt"), "money", "", lambda side, _: side.mean),
    ("cost", marked("Cost of goods"), "money", MARGIN, lambda side, _: side.cost_minor),
    ("margin", marked("Margin"), "money", MARGIN, lambda side, _: side.margin_minor),
    ("given", marked("Discounts and points"), "money", "", lambda side, _: side.given_minor),
    ("given_share", marked("Discounts and points, share"), "share", "", lambda side, _: side.given),
)
"""Key of the definition, title, kind, who may see it, and the figure of a side of the whole."""


async def make_financial(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make the three months up to the one in which the period ends, the latest first."""
    gettext = visit.words.gettext
    last = asked.period.last_on.replace(day=1)
    first = add_months(last, 1 - MONTHS_BESIDE)
    known = await sum_sales_by_month(tx, asked.scope_of(Period(first, add_months(last, 1))))
    months = [(month, known[month]) for month in sorted(known, reverse=True)]
    columns = [Column(gettext("Figure"), "text")]
    columns += [
        Column(gettext(title), "count", group=told_month(month, visit))
        for month, _ in months
        for title, _ in _SIDES
    ]
    return Block(
        name="financial",
        title=gettext("Financial results"),
        table=Table(tuple(columns), _rows(months, asked, visit) if months else ()),
        as_of=await find_as_of(tx),
        notes=_notes(last, visit),
        empty=Empty(
            gettext("No receipts in these months"),
            gettext("Three months stand beside each other here as soon as there are receipts in them."),
        ),
    )


def _rows(months: list[tuple[date, Sold]], asked: Asked, visit: Visit) -> tuple[Row, ...]:
    rows: list[Row] = []
    for key, title, kind, action, figure in _LINES:
        knows_cost = any(sold.all.costed_minor for _, sold in months)
        if action and not (visit.may(action) and knows_cost):
            continue
        row: list[Cell | Value] = [Cell(visit.words.gettext(title), definition=key)]
        for month, sold in months:
            days = Period(month, add_months(month, 1))
            for (_, side), filters in zip(
                _SIDES, ({"member": "with"}, {"member": "without"}, {}), strict=True
            ):
                href = asked.receipts_url(filters, days)
                row += linked(href, Cell(figure(side(sold), sold.all), kind=kind))
        rows.append(tuple(row))
    return tuple(rows)


def _notes(last: date, visit: Visit) -> tuple[str, ...]:
    if last != visit.business_day.replace(day=1):
        return ()
    return (visit.words.gettext("{month} is not over.", month=told_month(last, visit).capitalize()),)
