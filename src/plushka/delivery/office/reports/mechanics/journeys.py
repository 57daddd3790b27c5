"""Journeys of the period and what came of their letters, and which bonus brings members again (F121, F179)."""

from uuid import UUID

from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.campaigns.letters.addresses import letters_url
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Dots, Empty, Table
from plushka.delivery.office.reports.constructor.matching import Rows
from plushka.delivery.office.reports.mechanics.letters import columns_of_letters, purchases_url, told_letters
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
                    *told_letters(
                        each.figures,
                        letters=_letters(asked, campaign=each.id),
                        purchases=purchases_url(_rows(asked, "campaign", str(each.id))),
                    ),
                    verdicts[each.id],
                )
                for each in found
            ),
            total=(
                gettext("Together"),
                *told_letters(
                    summed(Figures, (each.figures for each in found)),
                    letters=_letters(asked, kind="journey"),
                    purchases=purchases_url(Rows("journeys", (), asked.period.from_on, asked.period.last_on)),
                ),
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
                    *told_letters(
                        came,
                        letters="",
                        purchases=purchases_url(
                            _rows(asked, "bonus", bonus), _rows(asked, "bonus", bonus, source="campaigns")
                        ),
                    ),
                )
                for bonus, came in found.items()
            ),
            total=(
                gettext("Together"),
                *told_letters(
                    summed(Figures, found.values()),
                    letters="",
                    purchases=purchases_url(
                        *(
                            Rows(source, (), asked.period.from_on, asked.period.last_on)
                            for source in ("journeys", "campaigns")
                        )
                    ),
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


def _rows(asked: Asked, dimension: str, value: str, *, source: str = "journeys") -> Rows:
    return Rows(source, (Filter(dimension, (value,)),), asked.period.from_on, asked.period.last_on)


def _letters(asked: Asked, *, campaign: UUID | None = None, kind: str = "") -> str:
    return letters_url(
        campaign=campaign, kind=kind, from_=asked.period.from_on, to=asked.period.last_on, arrived="yes"
    )
