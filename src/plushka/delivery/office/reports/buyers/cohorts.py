"""Buyers by the month of their first purchase: how many come again, and what each has brought by then."""

from collections.abc import Callable
from datetime import date

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import WHOLE, linked
from plushka.delivery.office.reports.blocks import Block, Column, Empty, HeatMap, Kind, Table
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.cohorts import Cohort, list_cohorts
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio, total
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx

MONTHS = 12
"""Cohorts that are shown, and months that each is followed."""


async def make_retention(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    return await _make(
        tx,
        visit,
        asked,
        name="retention",
        title=gettext("Who comes again, by month of the first purchase"),
        kind="share",
        key="retention",
        figure=Cohort.retained,
    )


async def make_cohort_revenue(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    return await _make(
        tx,
        visit,
        asked,
        name="cohort_revenue",
        title=gettext("What a buyer has brought, by month of the first purchase"),
        kind="money",
        key="cohort_revenue",
        figure=Cohort.brought,
    )


async def _make(
    tx: Tx,
    visit: Visit,
    asked: Asked,
    *,
    name: str,
    title: str,
    kind: Kind,
    key: str,
    figure: Callable[[Cohort, int], Ratio],
) -> Block:
    """Make a line a cohort, a column a month after it; a month that has not begun has no figure."""
    last = asked.period.last_on.replace(day=1)
    year = Period(add_months(last, 1 - MONTHS), add_months(last, 1))
    cohorts = await list_cohorts(tx, year.from_on, year.until_on)
    gettext, today = visit.words.gettext, visit.business_day
    over = min(last, today.replace(day=1))
    # No column for a month that has not begun for any of them.
    followed = [later for later in range(MONTHS) if any(_is_begun(each, later, over) for each in cohorts[:1])]
    shown = [[_known(figure(each, later), each, later, over) for later in followed] for each in cohorts]
    totals = [
        total(figure(each, later) for each in cohorts if _is_begun(each, later, over)) for later in followed
    ]

    def behind(cohort: Cohort, later: int) -> str:
        """Return where what a cohort bought in a month is listed; where it is summed up, all until then."""
        began = Period(cohort.began_on, add_months(cohort.began_on, 1))
        month = add_months(cohort.began_on, later)
        days = Period(cohort.began_on if kind == "money" else month, add_months(month, 1))
        since = {"since_from": began.from_on.isoformat(), "since_to": began.last_on.isoformat()}
        return asked.receipts_url({**WHOLE, **since}, days)

    later_titles = [gettext("month {number}", number=later) for later in followed]
    return Block(
        name=name,
        title=title,
        table=Table(
            (
                Column(gettext("First purchase"), "month"),
                Column(gettext("Members"), "count", "cohort_members"),
                *(Column(each, kind, key) for each in later_titles),
            ),
            tuple(
                (
                    each.began_on,
                    *linked(behind(each, 0), each.members),
                    *(
                        cell
                        for later, value in zip(followed, values, strict=True)
                        for cell in linked(behind(each, later), value)
                    ),
                )
                for each, values in zip(cohorts, shown, strict=True)
            ),
            total=(
                gettext("All months"),
                *linked(
                    asked.receipts_url(
                        {**WHOLE, "turn": "first"}, Period(add_months(last, 1 - MONTHS), add_months(last, 1))
                    ),
                    sum(each.members for each in cohorts),
                ),
                *totals,
            ),
        ),
        as_of=await find_as_of(tx),
        chart=HeatMap(
            columns=tuple(later_titles),
            rows=tuple(told_month(each.began_on, visit, short=True) for each in cohorts),
            values=tuple(map(tuple, shown)),
            kind=kind,
        ),
        notes=(
            gettext(
                "Month 0 is that of the first purchase. The year up to {month}.",
                month=told_month(last, visit),
            ),
        ),
        form="chart",
        definition=key,
        empty=Empty(
            gettext("Nobody bought with a card for the first time in this year"),
            gettext("Buyers stand here by the month of their first purchase."),
        ),
    )


def _is_begun(cohort: Cohort, later: int, last: date) -> bool:
    return add_months(cohort.began_on, later) <= last


def _known(value: Ratio, cohort: Cohort, later: int, last: date) -> Ratio | None:
    return value if _is_begun(cohort, later, last) else None
