"""Letters of campaigns as a workbook."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plushka.domain.campaigns.reasons import reason_told
from plushka.domain.insights.campaigns.letters import Letter, LetterFilter, list_letters, sum_letters
from plushka.domain.insights.campaigns.voice import Voice, voice_of
from plushka.domain.messages.words import STATE_WORDS
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_workbook
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, marked

LETTERS = "letters"
"""What an export of campaigns is ``of``, when it is of these."""
STEP_ROWS = 2000
_COLUMNS = (
    marked("When"),
    marked("Member's id"),
    marked("Member's name"),
    marked("Campaign"),
    marked("Channel"),
    marked("What became of it"),
    marked("Why not"),
    marked("Cost of the message"),
)


async def export_letters(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds, letters written last first."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=LetterFilter)

    async def count(tx: Tx) -> int:
        return (await sum_letters(tx, where)).letters

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        rows = await list_letters(tx, where, before=UUID(cursor) if cursor else None, limit=STEP_ROWS)
        if not rows:
            return NO_MORE
        voice = await voice_of(tx, language)
        return Piece([_cells(row, voice) for row in rows], str(rows[-1].id))

    return await write_workbook(run, _COLUMNS, count=count, piece=piece)


def _cells(row: Letter, voice: Voice) -> list[Cell]:
    return [
        voice.moment(row.told_at),
        str(row.member_id),
        row.member_name,
        row.campaign_name,
        row.channel,
        voice.words.gettext(STATE_WORDS[row.state]),
        reason_told(row.failure, voice.words),
        voice.money(row.cost_minor),
    ]
