"""How the base grows (F203): who joined, who bought for the first time, who bought at all, month by month."""

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import WHOLE, linked, members_url
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Empty, Row, Series, Table
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.base import BaseMonth, list_base_months
from plushka.domain.insights.reports.period import Period, months_of
from plushka.domain.insights.reports.ratio import Ratio, change
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx

MONTHS = 12


async def make_base(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make the year of months that ends with the period."""
    last = asked.period.last_on.replace(day=1)
    year = Period(add_months(last, 1 - MONTHS), add_months(last, 1))
    known = await list_base_months(tx, months_of(year, at_most=MONTHS), visit.business.time_zone)
    # Before the first member there is nothing to tell.
    lines = [each for each in known if each.base or each.buyers]
    gettext = visit.words.gettext
    return Block(
        name="base",
        title=gettext("How the base grows"),
        table=Table(
            (
                Column(gettext("Month"), "month"),
                Column(gettext("Base"), "count", "base_now"),
                Column(gettext("The change"), "change", "base_change"),
                Column(gettext("New members"), "count", "enrolled"),
                Column(gettext("Bought for the first time"), "count", "first_bought"),
                Column(gettext("Bought"), "count", "buyers"),
                Column(gettext("Bought, share"), "share", "buyers_share"),
            ),
            tuple(_row(each, asked) for each in lines),
        ),
        as_of=await find_as_of(tx),
        chart=_chart(lines, visit),
        form="chart",
        definition="base_now",
        empty=_no_base(visit, asked),
    )


def _no_base(visit: Visit, asked: Asked) -> Empty:
    gettext = visit.words.gettext
    if asked.period.last_on < visit.business_day:
        return Empty(
            gettext("There were no members yet in these months"),
            gettext("Choose later days: the base is told from the month of its first member on."),
        )
    return Empty(
        gettext("Nobody has joined yet"),
        gettext("The base is told month by month as soon as there are members."),
    )


def _row(each: BaseMonth, asked: Asked) -> Row:
    month = Period(each.month_on, add_months(each.month_on, 1))
    joined = members_url(enrolled_from=month.from_on, enrolled_to=month.last_on)
    bought = asked.receipts_url({**WHOLE, "member": "with"}, month)
    return (
        each.month_on,
        *linked(members_url(enrolled_to=month.last_on), each.base),
        change(each.base, each.base - each.enrolled),
        *linked(joined, each.enrolled),
        *linked(asked.receipts_url({**WHOLE, "turn": "first"}, month), each.first_bought),
        *linked(bought, each.buyers, Ratio(each.buyers, each.base)),
    )


def _chart(lines: list[BaseMonth], visit: Visit) -> Chart:
    gettext = visit.words.gettext
    return Chart(
        labels=tuple(told_month(each.month_on, visit, short=True) for each in lines),
        series=(
            Series(gettext("Base"), tuple(each.base for each in lines), "count"),
            Series(gettext("Bought"), tuple(each.buyers for each in lines), "count", form="line"),
        ),
    )
