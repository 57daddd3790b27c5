"""The table of broadcasts with what they have caused, and the recipients of one, each with what became of them."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plushka.domain.campaigns.listing import CampaignFilter, CampaignRow, list_broadcasts, sum_broadcasts
from plushka.domain.campaigns.model import STATES
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.reasons import FATES_TOLD, reason_told
from plushka.domain.campaigns.recipients import (
    Recipient,
    RecipientFilter,
    count_recipients,
    list_recipients,
)
from plushka.domain.insights.campaigns.columns import (
    cells_of_caused,
    cells_of_figures,
    heading_of_caused,
    heading_of_figures,
)
from plushka.domain.insights.campaigns.journey_export import export_journeys
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.letter_export import export_letters
from plushka.domain.insights.campaigns.model import Caused, subject_of_campaign
from plushka.domain.insights.campaigns.outcomes import Outcome, list_outcomes
from plushka.domain.insights.campaigns.voice import Voice, voice_of
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_workbook
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, language_of, marked, translator

KIND = "campaigns.export"
STEP_ROWS = 2000
_COLUMNS = (marked("Broadcast"), marked("State"), marked("Begins"), marked("Recipients"))
_OF_RECIPIENTS = (
    marked("Member's id"),
    marked("Member's name"),
    marked("What became of it"),
    marked("Why not"),
    marked("Variant"),
    marked("Channel"),
    marked("Told at"),
    marked("Has the offer"),
    marked("Points given"),
    marked("Cost of the message"),
    marked("Bought after the letter"),
    marked("Paid for it"),
    marked("Purchases while it was measured"),
    marked("Paid while it was measured"),
    marked("Stratum by spending"),
)


async def export(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds: recipients of the ``campaign`` that it names, else broadcasts.

    A task may be one of journeys or of letters.
    """
    match run.task.arguments.get("of"):
        case "journeys":
            return await export_journeys(run)
        case "letters":
            return await export_letters(run)
        case _:
            pass
    return await (_export_recipients(run) if run.task.arguments.get("campaign") else _export_broadcasts(run))


async def _export_broadcasts(run: Run) -> Mapping[str, Fact]:
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=CampaignFilter)
    knows_margin = run.task.arguments.get("margin") == "yes"

    async def count(tx: Tx) -> int:
        return (await sum_broadcasts(tx, where))[0]

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        rows = await list_broadcasts(tx, where, before=UUID(cursor) if cursor else None, limit=STEP_ROWS)
        if not rows:
            return NO_MORE
        caused = await find_caused(tx, [subject_of_campaign(row.id) for row in rows])
        voice = await voice_of(tx, language)
        cells = [
            _cells(row, caused.get(subject_of_campaign(row.id)), voice, knows_margin=knows_margin)
            for row in rows
        ]
        return Piece(cells, str(rows[-1].id))

    words = translator(language_of(str(run.task.arguments["language"])))
    columns = [
        *_COLUMNS,
        *heading_of_figures(knows_margin=knows_margin),
        *heading_of_caused(words, knows_margin=knows_margin),
    ]
    return await write_workbook(run, columns, count=count, piece=piece)


async def _export_recipients(run: Run) -> Mapping[str, Fact]:
    campaign_id = UUID(str(run.task.arguments["campaign"]))
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=RecipientFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        rows = await list_recipients(
            tx, campaign_id, where, after=UUID(cursor) if cursor else None, limit=STEP_ROWS
        )
        if not rows:
            return NO_MORE
        campaign = await get_campaign(tx, campaign_id)
        outcomes = await list_outcomes(tx, campaign, [row.member_id for row in rows])
        voice = await voice_of(tx, language)
        cells = [_cells_of(row, outcomes[row.member_id], voice) for row in rows]
        return Piece(cells, str(rows[-1].member_id))

    return await write_workbook(
        run, _OF_RECIPIENTS, count=lambda tx: count_recipients(tx, campaign_id, where), piece=piece
    )


def _cells(row: CampaignRow, caused: Caused | None, voice: Voice, *, knows_margin: bool) -> list[Cell]:
    words = voice.words
    return [
        row.name,
        words.gettext(STATES[row.state]),
        voice.moment(row.begins_at),
        row.figures.addressed,
        *cells_of_figures(row.figures, decimals=voice.decimals, knows_margin=knows_margin),
        *cells_of_caused(
            caused,
            words,
            decimals=voice.decimals,
            has_control=row.has_control,
            knows_margin=knows_margin,
        ),
    ]


def _cells_of(row: Recipient, outcome: Outcome, voice: Voice) -> list[Cell]:
    words = voice.words
    return [
        str(row.member_id),
        row.name,
        words.gettext(FATES_TOLD[row.fate]),
        reason_told(row.reason, words),
        row.variant,
        row.channel,
        voice.moment(row.told_at),
        words.gettext("yes") if row.given else "",
        outcome.points,
        voice.money(outcome.message_minor),
        voice.moment(outcome.bought_at),
        voice.money(outcome.revenue_minor),
        outcome.purchases,
        voice.money(outcome.paid_minor),
        outcome.stratum,
    ]
