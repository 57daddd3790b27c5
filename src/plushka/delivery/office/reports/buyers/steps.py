"""From the first purchase to the fourth: where buyers stay away."""

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import ALWAYS, WHOLE, linked
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Empty, Series, Table
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.cohorts import SOON_DAYS, list_steps
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

_STEPS = (
    marked("First purchase"),
    marked("Second purchase"),
    marked("Third purchase"),
    marked("Fourth purchase"),
)


async def make_steps(tx: Tx, visit: Visit, asked: Asked) -> Block:
    steps = await list_steps(tx, asked.period.from_on, asked.period.until_on)
    gettext = visit.words.gettext
    first = steps[0].members if steps else 0
    before = [step.members for step in steps]

    def behind(number: int) -> str:
        """Return where all receipts are listed of those who have come so far."""
        began = {"since_from": asked.period.from_on.isoformat(), "since_to": asked.period.last_on.isoformat()}
        return asked.receipts_url({**WHOLE, **ALWAYS, **began, "bought": str(number) if number > 1 else ""})

    rows = tuple(
        (
            gettext(_STEPS[step.number - 1]),
            *linked(
                behind(step.number),
                step.members,
                Ratio(step.members, first),
                Ratio(step.members, before[place - 1]) if place else None,
            ),
            Ratio(step.soon, before[place - 1]) if place else None,
            *linked(behind(step.number), step.days),
        )
        for place, step in enumerate(steps)
    )
    return Block(
        name="steps",
        title=gettext("From the first purchase to the fourth"),
        table=Table(
            (
                Column(gettext("Purchase"), "text"),
                Column(gettext("Members"), "count", "step_members"),
                Column(gettext("Of those who began"), "share", "step_of_first"),
                Column(gettext("Of those before"), "share", "step_share"),
                Column(gettext("Within {count} days", count=SOON_DAYS), "share", "step_soon"),
                Column(gettext("Days to it, the middle one"), "days", "step_days"),
            ),
            rows,
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=tuple(gettext(title) for title in _STEPS[: len(steps)]),
            series=(Series(gettext("Members"), tuple(before), "count"),),
            of_things=True,
        ),
        notes=(
            gettext("Members whose first purchase was in the period, with all that they bought since."),
            gettext("Whoever came lately has had less time to come again."),
        ),
        definition="step_share",
        empty=Empty(
            gettext("Nobody bought with a card for the first time in this period"),
            gettext("Choose other days, or wait for the first receipt of a till."),
        ),
    )
