"""Hours of the week: when it is bought."""

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Column, HeatMap, Row, Table
from plushka.delivery.office.reports.words import no_receipts, of_all_programs
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.hours import list_hours
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx
from plushka.platform.i18n import WEEKDAYS


async def make_hours(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make a line a day of the week, a column an hour from the first to the last one with receipts."""
    found = await list_hours(tx, asked.scope)
    receipts = {(each.weekday, each.hour): each.receipts for each in found}
    hours = _in_order({each.hour for each in found})
    gettext = visit.words.gettext
    names = [gettext(title).capitalize() for title in WEEKDAYS]
    values = [[receipts.get((day, hour), 0) for hour in hours] for day in range(1, len(WEEKDAYS) + 1)]
    totals = [sum(column) for column in zip(*values, strict=True)]
    told = gettext("Receipts, by the clock of the branch; all weeks of the period together.")
    return Block(
        name="hours",
        title=gettext("Hours of the week"),
        table=Table(
            (
                Column(gettext("Day of the week"), "text"),
                *(Column(f"{hour}:00", "count") for hour in hours),
                Column(gettext("All"), "count", "receipts"),
            ),
            tuple(
                (name, *_linked(row, hours, asked, weekday=str(day)))
                for day, (name, row) in enumerate(zip(names, values, strict=True), start=1)
            )
            if found
            else (),
            total=(gettext("All days"), *_linked(totals, hours, asked)),
        ),
        as_of=await find_as_of(tx),
        chart=HeatMap(
            columns=tuple(f"{hour}:00" for hour in hours),
            rows=tuple(names),
            values=tuple(map(tuple, values)),
            kind="count",
        ),
        notes=(told, *of_all_programs(asked, visit)),
        form="chart",
        definition="receipts",
        empty=no_receipts(visit),
    )


def _linked(receipts: list[int], hours: list[int], asked: Asked, **filters: str) -> Row:
    """Return receipts by hour and their sum; hours know no programme."""

    def behind(**hour: str) -> str:
        return asked.receipts_url({**filters, **hour, PARAMETER: ""})

    cells = [linked(behind(hour=str(hour)), each) for hour, each in zip(hours, receipts, strict=True)]
    return (*(cell for each in cells for cell in each), *linked(behind(), sum(receipts)))


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
