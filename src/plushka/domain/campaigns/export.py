"""The table of broadcasts, and the recipients of one, as workbooks."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.listing import CampaignFilter, CampaignRow, list_broadcasts, sum_broadcasts
from plushka.domain.campaigns.model import STATES
from plushka.domain.campaigns.reasons import FATES_TOLD, reason_told
from plushka.domain.campaigns.recipients import (
    Recipient,
    RecipientFilter,
    count_recipients,
    list_recipients,
)
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_workbook
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, Translator, currency_decimals, marked, translator

KIND = "campaigns.export"
STEP_ROWS = 2000
_COLUMNS = (
    marked("Broadcast"),
    marked("State"),
    marked("Begins"),
    marked("Recipients"),
    marked("Letters sent"),
    marked("Letters delivered"),
    marked("Conversion of letters sent, %"),
    marked("Purchases"),
    marked("Revenue"),
    marked("Cost of goods"),
    marked("Cost of messages"),
    marked("Profit"),
    marked("Average receipt"),
    marked("Discounts and points"),
    marked("Positions per receipt"),
)
_OF_RECIPIENTS = (
    marked("Member's id"),
    marked("Member's name"),
    marked("What became of it"),
    marked("Why not"),
    marked("Variant"),
    marked("Channel"),
    marked("Told at"),
    marked("Has the offer"),
)


async def export(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds: recipients of the ``campaign`` that it names, else broadcasts."""
    return await (_export_recipients(run) if run.task.arguments.get("campaign") else _export_broadcasts(run))


async def _export_broadcasts(run: Run) -> Mapping[str, Fact]:
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=CampaignFilter)

    async def count(tx: Tx) -> int:
        return (await sum_broadcasts(tx, where))[0]

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        rows = await list_broadcasts(tx, where, before=UUID(cursor) if cursor else None, limit=STEP_ROWS)
        if not rows:
            return NO_MORE
        business = await get_business(tx)
        zone, decimals = ZoneInfo(business.time_zone), currency_decimals(business.currency)
        words = translator(language)
        return Piece([_cells(row, words, zone=zone, decimals=decimals) for row in rows], str(rows[-1].id))

    return await write_workbook(run, _COLUMNS, count=count, piece=piece)


async def _export_recipients(run: Run) -> Mapping[str, Fact]:
    campaign_id = UUID(str(run.task.arguments["campaign"]))
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=RecipientFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        rows = await list_recipients(
            tx, campaign_id, where, after=UUID(cursor) if cursor else None, limit=STEP_ROWS
        )
        if not rows:
            return NO_MORE
        zone = ZoneInfo((await get_business(tx)).time_zone)
        words = translator(language)
        return Piece([_cells_of(row, words, zone) for row in rows], str(rows[-1].member_id))

    return await write_workbook(
        run, _OF_RECIPIENTS, count=lambda tx: count_recipients(tx, campaign_id, where), piece=piece
    )


def _cells(row: CampaignRow, words: Translator, *, zone: ZoneInfo, decimals: int) -> list[Cell]:
    figures = row.figures

    def money(minor: int | None) -> Cell:
        return None if minor is None else Decimal(minor).scaleb(-decimals)

    def hundredths(number: int | None) -> Cell:
        return None if number is None else Decimal(number).scaleb(-2)

    return [
        row.name,
        words.gettext(STATES[row.state]),
        row.begins_at.astimezone(zone) if row.begins_at else None,
        figures.addressed,
        figures.sent,
        figures.delivered,
        hundredths(figures.conversion_bp),
        figures.purchases,
        money(figures.revenue_minor),
        money(figures.cost_minor),
        money(figures.messages_minor),
        money(figures.profit_minor),
        money(figures.average_minor),
        money(figures.discount_minor),
        hundredths(figures.positions_hundredths),
    ]


def _cells_of(row: Recipient, words: Translator, zone: ZoneInfo) -> list[Cell]:
    return [
        str(row.member_id),
        row.name,
        words.gettext(FATES_TOLD[row.fate]),
        reason_told(row.reason, words),
        row.variant,
        row.channel,
        row.told_at.astimezone(zone) if row.told_at else None,
        words.gettext("yes") if row.given else "",
    ]
