"""Broadcasts: each one that has begun to go out is a row, with what came of it as it was counted last."""

from plushka.domain.campaigns.model import AIMS, STATES
from plushka.domain.insights.constructor.catalogue import Dimension, Measure, Source
from plushka.domain.insights.constructor.sources.days import dimensions_of_day
from plushka.domain.insights.constructor.sources.journeys import BONUS_WORDS
from plushka.domain.insights.constructor.sources.letters import LETTER_COLUMNS, LETTER_MEASURES
from plushka.domain.messages.model import PURPOSE_NAMES
from plushka.platform.i18n import marked

CAMPAIGNS = Source(
    title=marked("Broadcasts"),
    text=marked(
        "Each broadcast with its letters, what they cost and the purchases that followed, as counted last."
    ),
    days=marked("Days on which they began"),
    sql="""campaigns c
            join campaign_figures f on f.tenant_id = $1 and f.campaign_id = c.id and f.cut = 'total'""",
    listed="f.receipt_id",
    listed_from="""campaigns c
            join letter_purchases f on f.tenant_id = $1 and f.campaign_id = c.id""",
    letters="o.id",
    letters_from="campaigns c join outgoing o on o.tenant_id = $1 and o.campaign_id = c.id",
    where="""c.tenant_id = $1 and c.kind = 'broadcast'
            and c.planned_at >= {from_at} and c.planned_at < {until_at}""",
    action="campaigns.read",
    dimensions={
        "campaign": Dimension(marked("Broadcast"), "c.id::text", "campaign"),
        "state": Dimension(marked("State"), "c.state", "words", words=STATES),
        "aim": Dimension(marked("What it is for"), "c.aim", "words", words=AIMS),
        "bonus": Dimension(marked("Bonus"), "c.offer ->> 'kind'", "words", words=BONUS_WORDS),
        "purpose": Dimension(marked("Purpose"), "c.purpose", "words", words=PURPOSE_NAMES),
        **dimensions_of_day("(c.planned_at at time zone {zone})::date"),
    },
    columns=LETTER_COLUMNS,
    measures={
        "broadcasts": Measure(marked("Broadcasts"), "count", "count(*)", definition="asked_broadcasts"),
        **LETTER_MEASURES,
    },
)
