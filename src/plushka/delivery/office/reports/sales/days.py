"""Sales day by day, beside those of the period compared with."""

from datetime import date, timedelta

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Row, Series, Table
from plushka.delivery.office.reports.words import no_receipts
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.sales import Sold, added_sides, sum_sales_by_day
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx


async def make_sales_days(tx: Tx, visit: Visit, asked: Asked) -> Block:
    found = await sum_sales_by_day(tx, asked.scope)
    # A day of which all came back has no receipts.
    days = {day: sold for day, sold in found.items() if sold.all.receipts}
    before = await sum_sales_by_day(tx, asked.scope_of(asked.before)) if asked.before else {}
    gettext = visit.words.gettext
    whole = added_sides(days.values())
    return Block(
        name="sales_days",
        title=gettext("Day by day"),
        table=Table(
            (
                Column(gettext("Business day"), "date"),
                Column(gettext("Revenue"), "money", "revenue"),
                Column(gettext("Receipts"), "count", "receipts"),
                Column(gettext("Average receipt"), "money", "average_receipt"),
                Column(gettext("Penetration"), "share", "penetration"),
                Column(gettext("Discounts and points"), "money", "given"),
            ),
            tuple(
                (day, *_figures(sold, Period(day, day + timedelta(days=1)), asked))
                for day, sold in sorted(days.items(), reverse=True)
            ),
            total=(gettext("All days"), *_figures(whole, asked.period, asked)),
        ),
        as_of=await find_as_of(tx),
        chart=_chart(days, before, asked, visit),
        form="chart",
        definition="revenue",
        empty=no_receipts(visit),
    )


def _figures(sold: Sold, period: Period, asked: Asked) -> Row:
    href = asked.receipts_url(period=period)
    return (
        *linked(href, sold.all.revenue_minor, sold.all.receipts, sold.all.mean),
        *linked(asked.receipts_url({"member": "with"}, period), sold.penetration),
        *linked(href, sold.all.given_minor),
    )


def _chart(days: dict[date, Sold], before: dict[date, Sold], asked: Asked, visit: Visit) -> Chart:
    shown = [asked.period.from_on + timedelta(days=place) for place in range(asked.period.days)]
    series = [
        Series(
            visit.words.gettext("Revenue"),
            tuple(days[day].all.revenue_minor if day in days else 0 for day in shown),
            "money",
            form="line",
        )
    ]
    if asked.before and before:
        first = asked.before.from_on
        earlier = [first + timedelta(days=place) for place in range(min(len(shown), asked.before.days))]
        values = [before[day].all.revenue_minor if day in before else 0 for day in earlier]
        series.append(
            Series(visit.words.gettext("Before"), tuple(values), "money", form="line", is_before=True)
        )
    return Chart(labels=tuple(visit.figures.day_of_month(day) for day in shown), series=tuple(series))
