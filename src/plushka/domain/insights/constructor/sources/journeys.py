"""Letters of journeys: what came of those of each day, by journey and by what had been given before them."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.campaigns.journeys.figures import BONUS_OF_LETTER, Bonus
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
_LETTERS = f"""(
                select l.tenant_id, l.id, l.campaign_id, l.told_on, {BONUS_OF_LETTER} as bonus
                from (
                    select o.tenant_id, o.id, o.campaign_id, o.finished_at as told_at,
                           (o.finished_at at time zone {{zone}})::date as told_on,
                           split_part(o.key, ':', 2)::uuid as run_id,
                           case when m.merged_into is null then m.id else m.merged_into end as buyer_id
                    from outgoing o join members m on m.tenant_id = $1 and m.id = o.member_id
                    where o.tenant_id = $1 and o.key like 'journey:%'
                      and o.finished_at >= {{from_at}} and o.finished_at < {{until_at}}
                    -- What a key says is read of these alone.
                    offset 0
                ) as l
            ) f"""  # noqa: S608  a constant
JOURNEYS = Source(
    title=marked("Journeys"),
    text=marked(
        "The letters of each journey, what they cost and the purchases that followed, as counted last."
    ),
    days=marked("Days on which the letters went out"),
    sql="journey_days f",
    listed="f.receipt_id",
    listed_from="letter_purchases f join journeys j on j.tenant_id = $1 and j.id = f.campaign_id",
    letters="f.id",
    letters_from=_LETTERS,
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
