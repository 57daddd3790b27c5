"""Letters of journeys: what came of those of each day, by journey and by what had been given before them."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.campaigns.journeys.figures import Bonus
from plushka.domain.insights.constructor.catalogue import Dimension, Source
from plushka.domain.insights.constructor.sources.days import dimensions_of_day
from plushka.domain.insights.constructor.sources.letters import LETTER_COLUMNS, LETTER_MEASURES
from plushka.platform.i18n import marked

BONUS_WORDS: Mapping[Bonus, str] = MappingProxyType(
    {
        "nothing": marked("no bonus"),
        "points": marked("points as a gift"),
        "coupon": marked("a coupon's code"),
        "gift": marked("a gift"),
        "promotion": marked("a promotion"),
    }
)
JOURNEYS = Source(
    title=marked("Journeys"),
    text=marked(
        "The letters of each journey, what they cost and the purchases that followed, as counted last."
    ),
    days=marked("Days on which the letters went out"),
    sql="journey_days f",
    listed="f.receipt_id",
    listed_from="letter_purchases f join journeys j on j.tenant_id = $1 and j.id = f.campaign_id",
    where="f.tenant_id = $1 and f.told_on >= {from_on}::date and f.told_on < {until_on}::date",
    action="campaigns.read",
    dimensions={
        "campaign": Dimension(marked("Journey"), "f.campaign_id::text", "campaign"),
        "bonus": Dimension(marked("Bonus"), "f.bonus", "words", words=BONUS_WORDS),
        **dimensions_of_day("f.told_on"),
    },
    columns=LETTER_COLUMNS,
    measures=LETTER_MEASURES,
)
