"""Journeys of the period and what came of their letters, and which bonus brings members again (F121, F179)."""

from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Dots, Empty, Table
from plushka.delivery.office.reports.constructor.matching import Rows
from plushka.delivery.office.reports.mechanics.letters import columns_of_letters, told_letters
from plushka.delivery.office.reports.mechanics.verdicts import load_verdicts
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.journeys.figures import find_counted_at, list_figures_of_days
from plushka.domain.campaigns.sums import summed
from plushka.domain.insights.campaigns.bonuses import sum_by_bonus
from plushka.domain.insights.constructor.model import Filter
from plushka.domain.insights.constructor.sources.journeys import BONUS_WORDS
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx

_TOLD_BY = ("journeys", "campaigns")
JOURNEYS_MAX = 200
"""A business has no more of them that run."""


async def make_journeys(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    found = await list_figures_of_days(tx, asked.period.from_on, asked.period.until_on, limit=JOURNEYS_MAX)
    verdicts = await load_verdicts(tx, visit, [(each.id, each.has_control) for each in found])
    return Block(
        name="journeys",
        title=gettext("Journeys"),
        table=Table(
            (
                Column(gettext("Journey"), "text"),
                *columns_of_letters(visit),
                Column(gettext("What it caused"), "text", "letters_verdict"),
            ),
            tuple(
                (
                    Cell(each.name, href=f"{PATH}/{each.id}"),
                    *told_letters(each.figures, _rows(asked, "journeys", campaign=str(each.id))),
                    verdicts[each.id],
                )
                for each in found
            ),
            total=(
                gettext("Together"),
                *told_letters(summed(Figures, (each.figures for each in found)), _rows(asked, "journeys")),
                "",
            )
            if found
            else None,
        ),
        as_of=await find_counted_at(tx),
        definition="journeys",
        is_nightly=True,
        empty=Empty(
            gettext("No letter of a journey went out in this period"),
            gettext(
                "Take a ready one under Campaigns: what comes of its letters stands here by the next day."
            ),
        ),
    )


async def make_bonuses(tx: Tx, visit: Visit, asked: Asked) -> Block:
    gettext = visit.words.gettext
    found = await sum_by_bonus(tx, asked.period, visit.business.time_zone)
    named = {bonus: gettext(BONUS_WORDS[bonus]) for bonus in found}
    return Block(
        name="bonuses",
        title=gettext("Which bonus brings members again"),
        table=Table(
            (Column(gettext("Bonus"), "text"), *columns_of_letters(visit)),
            tuple(
                (
                    named[bonus],
                    *told_letters(came, *(_rows(asked, source, bonus=bonus) for source in _TOLD_BY)),
                )
                for bonus, came in found.items()
            ),
            total=(
                gettext("Together"),
                *told_letters(
                    summed(Figures, found.values()), *(_rows(asked, source) for source in _TOLD_BY)
                ),
            )
            if found
            else None,
        ),
        as_of=await find_counted_at(tx),
        definition="bonuses",
        is_nightly=True,
        chart=Dots(
            gettext("Conversion"),
            gettext("Came again"),
            "share",
            "share",
            tuple(
                (named[bonus], Ratio(came.purchases, came.sent), Ratio(came.came_again, came.purchases))
                for bonus, came in found.items()
                if came.purchases
            ),
        )
        if any(came.purchases for came in found.values())
        else None,
        empty=Empty(
            gettext("No letter went out in this period"),
            gettext("Letters of broadcasts and journeys stand here by what they told of."),
        ),
    )


def _rows(asked: Asked, source: str, **values: str) -> Rows:
    filters = tuple(Filter(dimension, (value,)) for dimension, value in values.items())
    return Rows(source, filters, asked.period.from_on, asked.period.last_on)
