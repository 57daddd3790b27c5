"""The table of journeys with what they have caused, and the members of one, each time that they began it."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.journeys.figures import sum_by_journey
from plushka.domain.campaigns.journeys.model import JourneyCard
from plushka.domain.campaigns.journeys.queries import count_by_journey, list_journeys
from plushka.domain.campaigns.journeys.telling import RUN_STATES, STATES
from plushka.domain.insights.campaigns.columns import (
    cells_of_caused,
    cells_of_figures,
    heading_of_caused,
    heading_of_figures,
)
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused, subject_of_campaign
from plushka.domain.insights.campaigns.voice import Voice, voice_of
from plushka.domain.insights.campaigns.walks import Bought, Walk, count_walks, find_bought, list_walks
from plushka.domain.programs.queries import find_version_in_force, get_program_id
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_workbook
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, language_of, marked, translator

JOURNEYS = "journeys"
"""What an export of campaigns is ``of``, when it is of these."""
STEP_ROWS = 2000
_COLUMNS = (
    marked("Journey"),
    marked("State"),
    marked("Members who began it"),
    marked("On the way"),
    marked("Reached the goal"),
)
_OF_WALKS = (
    marked("Member's id"),
    marked("Member's name"),
    marked("How it ended"),
    marked("Began at"),
    marked("Ended at"),
    marked("Letters sent"),
    marked("Last letter at"),
    marked("Points given"),
    marked("Cost of messages"),
    marked("Purchases after letters"),
    marked("Paid for them"),
)


class JourneyFilter(Struct, frozen=True):
    """The journey whose members are written, each time that they began it; None: all journeys, each once."""

    journey_id: UUID | None = None


async def export_journeys(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=JourneyFilter)
    return await (_export_table(run) if where.journey_id is None else _export_walks(run, where.journey_id))


async def _export_table(run: Run) -> Mapping[str, Fact]:
    knows_margin = run.task.arguments.get("margin") == "yes"

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        # A business has some dozens of them: one piece.
        journeys = [] if cursor else await list_journeys(tx)
        if not journeys:
            return NO_MORE
        counts = await count_by_journey(tx)
        totals = await sum_by_journey(tx)
        caused = await find_caused(tx, [subject_of_campaign(each.id) for each in journeys])
        voice = await voice_of(tx, language)
        cells = [
            _cells(
                each,
                counts.get(each.id, (0, 0, 0)),
                totals.get(each.id, Figures()),
                caused.get(subject_of_campaign(each.id)),
                voice,
                knows_margin=knows_margin,
            )
            for each in journeys
        ]
        return Piece(cells, str(journeys[-1].id))

    async def count(tx: Tx) -> int:
        return len(await list_journeys(tx))

    words = translator(language_of(str(run.task.arguments["language"])))
    columns = [
        *_COLUMNS,
        *heading_of_figures(knows_margin=knows_margin),
        *heading_of_caused(words, knows_margin=knows_margin),
    ]
    return await write_workbook(run, columns, count=count, piece=piece)


async def _export_walks(run: Run, journey_id: UUID) -> Mapping[str, Fact]:
    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        walks = await list_walks(tx, journey_id, after=UUID(cursor) if cursor else None, limit=STEP_ROWS)
        if not walks:
            return NO_MORE
        bought = await find_bought(tx, journey_id, {walk.member_id for walk in walks})
        scale = await _point_scale(tx)
        voice = await voice_of(tx, language)
        cells = [_cells_of_walk(walk, bought.get(walk.id, Bought()), voice, scale) for walk in walks]
        return Piece(cells, str(walks[-1].id))

    return await write_workbook(run, _OF_WALKS, count=lambda tx: count_walks(tx, journey_id), piece=piece)


async def _point_scale(tx: Tx) -> int:
    """Return the decimals of the points that journeys give: those of the first programme."""
    version = await find_version_in_force(tx, await get_program_id(tx))
    return 0 if version is None else version.program.point.scale


def _cells(
    card: JourneyCard,
    counts: tuple[int, int, int],
    figures: Figures,
    caused: Caused | None,
    voice: Voice,
    *,
    knows_margin: bool,
) -> list[Cell]:
    active, entered, goal = counts
    return [
        card.name,
        voice.words.gettext(STATES[card.state]),
        entered,
        active,
        goal if card.draft.goal is not None else None,
        *cells_of_figures(figures, decimals=voice.decimals, knows_margin=knows_margin),
        *cells_of_caused(
            caused,
            voice.words,
            decimals=voice.decimals,
            has_control=card.draft.control_bp > 0,
            knows_margin=knows_margin,
        ),
    ]


def _cells_of_walk(walk: Walk, bought: Bought, voice: Voice, scale: int) -> list[Cell]:
    return [
        str(walk.member_id),
        walk.name,
        voice.words.gettext(RUN_STATES[walk.state]),
        voice.moment(walk.entered_at),
        voice.moment(walk.ended_at),
        bought.letters,
        voice.moment(bought.told_at),
        Decimal(walk.points).scaleb(-scale),
        voice.money(bought.messages_minor),
        bought.purchases,
        voice.money(bought.revenue_minor),
    ]
