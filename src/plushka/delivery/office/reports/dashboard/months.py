"""Month by month: revenue with a card and without (F112), the share of repeat purchases (F113)."""

from collections.abc import Callable
from datetime import date

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Empty, Row, Series, Table
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.sales import Sold, added_sides, sum_sales_by_month
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx

MONTHS_LEAST = 6
MONTHS_MOST = 24


async def make_revenue_months(tx: Tx, visit: Visit, asked: Asked) -> Block:
    months = await _months(tx, asked)
    gettext = visit.words.gettext
    whole = added_sides(months.values())
    return Block(
        name="revenue_months",
        title=gettext("Revenue by month"),
        table=Table(
            (
                Column(gettext("Month"), "month"),
                Column(gettext("With a card"), "money", "card_revenue"),
                Column(gettext("Without a card"), "money", "no_card_revenue"),
                Column(gettext("All"), "money", "revenue"),
                Column(gettext("Share with a card"), "share", "card_share"),
            ),
            tuple((month, *_revenue(sold, asked, _month(month))) for month, sold in months.items()),
            total=(gettext("All months"), *_revenue(whole, asked, _whole(months, asked))),
        ),
        as_of=await find_as_of(tx),
        chart=_chart(
            months,
            visit,
            (gettext("With a card"), lambda sold: sold.with_card.revenue_minor),
            (gettext("Without a card"), lambda sold: sold.without.revenue_minor),
        ),
        form="chart",
        definition="revenue",
        empty=_nothing(visit),
    )


async def make_repeat_months(tx: Tx, visit: Visit, asked: Asked) -> Block:
    months = await _months(tx, asked)
    gettext = visit.words.gettext
    return Block(
        name="repeat_months",
        title=gettext("Repeat purchases by month"),
        table=Table(
            (
                Column(gettext("Month"), "month"),
                Column(gettext("Receipts with a card"), "count", "card_receipts"),
                Column(gettext("First purchases"), "count", "first_purchases"),
                Column(gettext("Repeat purchases"), "share", "repeats"),
            ),
            tuple((month, *_repeats(sold, asked, _month(month))) for month, sold in months.items()),
            total=(
                gettext("All months"),
                *_repeats(added_sides(months.values()), asked, _whole(months, asked)),
            ),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=tuple(told_month(month, visit, short=True) for month in months),
            series=(
                Series(
                    gettext("Repeat purchases"),
                    tuple(sold.with_card.repeats for sold in months.values()),
                    "share",
                    form="line",
                ),
            ),
        ),
        form="chart",
        definition="repeats",
        empty=_nothing(visit),
    )


def _revenue(sold: Sold, asked: Asked, period: Period) -> Row:
    card = asked.receipts_url({"member": "with"}, period)
    return (
        *linked(card, sold.with_card.revenue_minor),
        *linked(asked.receipts_url({"member": "without"}, period), sold.without.revenue_minor),
        *linked(asked.receipts_url(period=period), sold.all.revenue_minor),
        *linked(card, sold.revenue_share),
    )


def _repeats(sold: Sold, asked: Asked, period: Period) -> Row:
    return (
        *linked(asked.receipts_url({"member": "with"}, period), sold.with_card.receipts),
        *linked(asked.receipts_url({"turn": "first"}, period), sold.with_card.first_purchases),
        *linked(asked.receipts_url({"turn": "again"}, period), sold.with_card.repeats),
    )


def _month(first: date) -> Period:
    return Period(first, add_months(first, 1))


def _whole(months: dict[date, Sold], asked: Asked) -> Period:
    return Period(min(months), add_months(max(months), 1)) if months else asked.period


async def _months(tx: Tx, asked: Asked) -> dict[date, Sold]:
    """Return the months of the period, at least half a year of them, as whole months."""
    last = asked.period.last_on.replace(day=1)
    asked_for = (last.year - asked.period.from_on.year) * 12 + last.month - asked.period.from_on.month + 1
    first = add_months(last, 1 - min(max(asked_for, MONTHS_LEAST), MONTHS_MOST))
    return await sum_sales_by_month(tx, asked.scope_of(Period(first, add_months(last, 1))))


def _chart(
    months: dict[date, Sold], visit: Visit, *sides: tuple[str, Callable[[Sold], int | Ratio]]
) -> Chart:
    return Chart(
        labels=tuple(told_month(month, visit, short=True) for month in months),
        series=tuple(
            Series(title, tuple(value(sold) for sold in months.values()), "money") for title, value in sides
        ),
    )


def _nothing(visit: Visit) -> Empty:
    return Empty(
        visit.words.gettext("No receipts in these months"),
        visit.words.gettext("Months stand here as soon as there are receipts in them."),
    )
