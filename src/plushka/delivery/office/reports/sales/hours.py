"""Hours of the week and of the day: when it is bought, and for how much."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import (
    Block,
    Chart,
    Choice,
    Column,
    HeatMap,
    Kind,
    Row,
    Series,
    Table,
)
from plushka.delivery.office.reports.words import no_receipts, of_all_programs
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.hours import Hour, list_hours
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx
from plushka.platform.i18n import WEEKDAYS, marked


class Sum(Struct, frozen=True):
    """Receipts of some hours, and what they brought."""

    receipts: int = 0
    revenue_minor: int = 0

    @property
    def mean(self) -> Ratio:
        return Ratio(self.revenue_minor, self.receipts)


class Measure(Struct, frozen=True):
    """What the hours are told by; ``key`` is that of its definition."""

    title: str
    key: str
    kind: Kind
    value: Callable[[Sum], int | Ratio]


MEASURES: Mapping[str, Measure] = {
    "": Measure(marked("Receipts"), "receipts", "count", lambda each: each.receipts),
    "revenue": Measure(marked("Revenue"), "revenue", "money", lambda each: each.revenue_minor),
    "mean": Measure(marked("Average receipt"), "average_receipt", "money", lambda each: each.mean),
}
"""By what stands in the address."""


async def make_hours(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make a line a day of the week, a column an hour from the first to the last one with receipts."""
    found = await list_hours(tx, asked.scope)
    chosen = asked.measure if asked.measure in MEASURES else ""
    measure = MEASURES[chosen]
    hours = _in_order({each.hour for each in found})
    gettext = visit.words.gettext
    names = [gettext(title).capitalize() for title in WEEKDAYS]
    by_hour = {(each.weekday, each.hour): Sum(each.receipts, each.revenue_minor) for each in found}
    sums = [[by_hour.get((day, hour), Sum()) for hour in hours] for day in range(1, len(WEEKDAYS) + 1)]
    totals = [_added(column) for column in zip(*sums, strict=True)]
    return Block(
        name="hours",
        title=gettext("Hours of the week"),
        table=Table(
            (
                Column(gettext("Day of the week"), "text"),
                *(Column(f"{hour}:00", measure.kind) for hour in hours),
                Column(gettext("All"), measure.kind, measure.key),
            ),
            tuple(
                (name, *_linked(row, hours, measure, asked, weekday=str(day)))
                for day, (name, row) in enumerate(zip(names, sums, strict=True), start=1)
            )
            if found
            else (),
            total=(gettext("All days"), *_linked(totals, hours, measure, asked)),
        ),
        as_of=await find_as_of(tx),
        chart=HeatMap(
            columns=tuple(f"{hour}:00" for hour in hours),
            rows=tuple(names),
            values=tuple(tuple(measure.value(each) for each in row) for row in sums),
            kind=measure.kind,
        ),
        notes=_notes(asked, visit),
        form="chart",
        definition=measure.key,
        empty=no_receipts(visit),
        choices=tuple(Choice(gettext(each.title), name, name == chosen) for name, each in MEASURES.items()),
    )


async def make_day_hours(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make a line an hour of the day, all days of the week together."""
    found = await list_hours(tx, asked.scope)
    hours = _in_order({each.hour for each in found})
    sums = [_added(each for each in found if each.hour == hour) for hour in hours]
    whole = _added(found)
    gettext = visit.words.gettext

    def figures(sold: Sum, **hour: str) -> Row:
        share = Ratio(sold.revenue_minor, whole.revenue_minor)
        return linked(_behind(asked, **hour), sold.revenue_minor, share, sold.receipts, sold.mean)

    return Block(
        name="day_hours",
        title=gettext("Sales by hour"),
        table=Table(
            (
                Column(gettext("Hour"), "text"),
                Column(gettext("Revenue"), "money", "revenue"),
                Column(gettext("Share of the revenue"), "share", "revenue_share"),
                Column(gettext("Receipts"), "count", "receipts"),
                Column(gettext("Average receipt"), "money", "average_receipt"),
            ),
            tuple(
                (f"{hour}:00", *figures(sold, hour=str(hour)))
                for hour, sold in zip(hours, sums, strict=True)
                if sold.receipts
            ),
            total=(gettext("All hours"), *figures(whole)),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=tuple(f"{hour}:00" for hour in hours),
            series=(Series(gettext("Revenue"), tuple(each.revenue_minor for each in sums), "money"),),
        ),
        notes=_notes(asked, visit),
        form="chart",
        definition="revenue",
        empty=no_receipts(visit),
    )


def _added(hours: Iterable[Hour | Sum]) -> Sum:
    found = list(hours)
    return Sum(sum(each.receipts for each in found), sum(each.revenue_minor for each in found))


def _notes(asked: Asked, visit: Visit) -> tuple[str, ...]:
    told = visit.words.gettext("By the clock of the branch; all weeks of the period together.")
    return (told, *of_all_programs(asked, visit))


def _behind(asked: Asked, **filters: str) -> str:
    """Return where receipts of some hours are listed; hours know no programme."""
    return asked.receipts_url({**filters, PARAMETER: ""})


def _linked(sums: list[Sum], hours: list[int], measure: Measure, asked: Asked, **filters: str) -> Row:
    """Return figures by hour and that of all of them."""
    cells = [
        linked(_behind(asked, **filters, hour=str(hour)), measure.value(each))
        for hour, each in zip(hours, sums, strict=True)
    ]
    whole = Sum(sum(each.receipts for each in sums), sum(each.revenue_minor for each in sums))
    return (
        *(cell for each in cells for cell in each),
        *linked(_behind(asked, **filters), measure.value(whole)),
    )


def _in_order(hours: set[int]) -> list[int]:
    """Return all hours from the first to the last; a business that is open past midnight ends after it.

    The day begins after the longest pause, so the hours after midnight stand behind the evening that they belong to.
    """
    if not hours:
        return []
    ordered = sorted(hours)
    pauses = [(ordered[place] - ordered[place - 1] - 1) % 24 for place in range(len(ordered))]
    first = ordered[pauses.index(max(pauses))]
    last = ordered[ordered.index(first) - 1]
    return [(first + place) % 24 for place in range((last - first) % 24 + 1)]
