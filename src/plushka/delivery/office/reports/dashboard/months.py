"""Month by month: revenue with a card and without (F112), the share of repeat purchases (F113).

The period compared with is told beside as whole months, too: those directly before, or the same ones a year before.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Empty, Kind, Row, Series, Table
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio, change, difference
from plushka.domain.insights.reports.sales import Sold, added_sides, sum_sales_by_month
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx

MONTHS_LEAST = 6
MONTHS_MOST = 24
YEAR = 12
Months = Mapping[date, Sold]


async def make_revenue_months(tx: Tx, visit: Visit, asked: Asked) -> Block:
    period, shift = _window(asked)
    months = await sum_sales_by_month(tx, asked.scope_of(period))
    before = await _before(tx, asked, period, shift)
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
                *_columns(before, "money", "change", visit),
            ),
            tuple(
                (
                    month,
                    *_revenue(sold, asked, _month(month)),
                    *_revenue_before(sold, before, asked, _month(add_months(month, -shift))),
                )
                for month, sold in months.items()
            ),
            total=(
                gettext("All months"),
                *_revenue(whole, asked, _whole(months, asked)),
                *_revenue_before(whole, _as_one(before, asked), asked, _whole(before, asked)),
            ),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=_labels(months, visit),
            series=(
                _series(gettext("With a card"), months, lambda sold: sold.with_card.revenue_minor, "money"),
                _series(gettext("Without a card"), months, lambda sold: sold.without.revenue_minor, "money"),
                *_line_before(
                    [before.get(add_months(month, -shift)) for month in months],
                    lambda sold: sold.all.revenue_minor,
                    "money",
                    visit,
                ),
            ),
            stacked=True,
        ),
        form="chart",
        definition="revenue",
        empty=_nothing(visit),
    )


async def make_repeat_months(tx: Tx, visit: Visit, asked: Asked) -> Block:
    period, shift = _window(asked)
    months = await sum_sales_by_month(tx, asked.scope_of(period))
    before = await _before(tx, asked, period, shift)
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
                *_columns(before, "share", "difference", visit),
            ),
            tuple(
                (
                    month,
                    *_repeats(sold, asked, _month(month)),
                    *_repeats_before(sold, before, asked, _month(add_months(month, -shift))),
                )
                for month, sold in months.items()
            ),
            total=(
                gettext("All months"),
                *_repeats(added_sides(months.values()), asked, _whole(months, asked)),
                *_repeats_before(
                    added_sides(months.values()),
                    _as_one(before, asked),
                    asked,
                    _whole(before, asked),
                ),
            ),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=_labels(months, visit),
            series=(
                _series(
                    gettext("Repeat purchases"), months, lambda sold: sold.with_card.repeats, "share", "line"
                ),
                *_line_before(
                    [before.get(add_months(month, -shift)) for month in months],
                    lambda sold: sold.with_card.repeats,
                    "share",
                    visit,
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


def _revenue_before(sold: Sold, before: Months, asked: Asked, period: Period) -> Row:
    """Return the revenue of the ``period`` compared with, and the change since; nothing where nothing is compared."""
    if not before:
        return ()
    earlier = before.get(period.from_on)
    if earlier is None:
        return (None, None)
    return (
        *linked(asked.receipts_url(period=period), earlier.all.revenue_minor),
        Cell(change(sold.all.revenue_minor, earlier.all.revenue_minor)),
    )


def _repeats(sold: Sold, asked: Asked, period: Period) -> Row:
    return (
        *linked(asked.receipts_url({"member": "with"}, period), sold.with_card.receipts),
        *linked(asked.receipts_url({"turn": "first"}, period), sold.with_card.first_purchases),
        *linked(asked.receipts_url({"turn": "again"}, period), sold.with_card.repeats),
    )


def _repeats_before(sold: Sold, before: Months, asked: Asked, period: Period) -> Row:
    """Return the share of repeat purchases of the ``period`` compared with, and the difference since."""
    if not before:
        return ()
    earlier = before.get(period.from_on)
    if earlier is None:
        return (None, None)
    return (
        *linked(asked.receipts_url({"turn": "again"}, period), earlier.with_card.repeats),
        Cell(difference(sold.with_card.repeats, earlier.with_card.repeats)),
    )


def _month(first: date) -> Period:
    return Period(first, add_months(first, 1))


def _whole(months: Months, asked: Asked) -> Period:
    return Period(min(months), add_months(max(months), 1)) if months else asked.period


def _as_one(months: Months, asked: Asked) -> Months:
    """Return the sum of all months under the first of them, nothing if there are none."""
    return {_whole(months, asked).from_on: added_sides(months.values())} if months else {}


def _window(asked: Asked) -> tuple[Period, int]:
    """Return the whole months of the period, at least half a year, and how many months before it is compared with."""
    last = asked.period.last_on.replace(day=1)
    asked_for = (last.year - asked.period.from_on.year) * 12 + last.month - asked.period.from_on.month + 1
    count = min(max(asked_for, MONTHS_LEAST), MONTHS_MOST)
    period = Period(add_months(last, 1 - count), add_months(last, 1))
    return period, YEAR if asked.comparison == "year" else count


async def _before(tx: Tx, asked: Asked, period: Period, shift: int) -> Months:
    if asked.before is None:
        return {}
    earlier = Period(add_months(period.from_on, -shift), add_months(period.until_on, -shift))
    return await sum_sales_by_month(tx, asked.scope_of(earlier))


def _columns(before: Months, kind: Kind, changed: Kind, visit: Visit) -> tuple[Column, ...]:
    if not before:
        return ()
    gettext = visit.words.gettext
    title = gettext("The change") if changed == "change" else gettext("Difference")
    return (
        Column(gettext("Before"), kind, "months_before"),
        Column(title, changed, "months_change"),
    )


def _labels(months: Months, visit: Visit) -> tuple[str, ...]:
    return tuple(told_month(month, visit, short=True) for month in months)


def _series(
    title: str,
    months: Months,
    value: Callable[[Sold], int | Ratio],
    kind: Kind,
    form: Literal["bar", "line"] = "bar",
) -> Series:
    return Series(title, tuple(value(sold) for sold in months.values()), kind, form=form)


def _line_before(
    earlier: Sequence[Sold | None], value: Callable[[Sold], int | Ratio], kind: Kind, visit: Visit
) -> tuple[Series, ...]:
    """Return the line of the months compared with, each under the month that it stands beside."""
    if not any(earlier):
        return ()
    values = tuple(None if sold is None else value(sold) for sold in earlier)
    return (Series(visit.words.gettext("Before"), values, kind, form="line", is_before=True),)


def _nothing(visit: Visit) -> Empty:
    return Empty(
        visit.words.gettext("No receipts in these months"),
        visit.words.gettext("Months stand here as soon as there are receipts in them."),
    )
