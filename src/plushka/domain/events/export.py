"""Events as a file."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.events.kinds import list_kinds
from plushka.domain.events.model import EventKind, translated
from plushka.domain.events.queries import EventFilter, FoundEvent, count_events, list_events
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, currency_decimals, marked, translator

KIND = "events.export"
STEP_ROWS = 2000
_COLUMNS = (
    marked("Noted at"),
    marked("Happened at"),
    marked("Event"),
    marked("Member"),
    marked("Number"),
    marked("What it says"),
    marked("Cancelled at"),
    marked("Why it was cancelled"),
)


async def export_events(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds, the newest first."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=EventFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        found = await list_events(tx, where, before=UUID(cursor) if cursor else None, limit=STEP_ROWS)
        if not found:
            return NO_MORE
        business, words = await get_business(tx), translator(language)
        kinds = {kind.name: translated(kind, words) for kind in await list_kinds(tx, also_retired=True)}
        zone, decimals = ZoneInfo(business.time_zone), currency_decimals(business.currency)
        return Piece(
            [_cells(one, kinds, zone=zone, decimals=decimals) for one in found], str(found[-1].event.id)
        )

    return await write_table(run, _COLUMNS, count=lambda tx: count_events(tx, where), piece=piece)


def _cells(found: FoundEvent, kinds: Mapping[str, EventKind], *, zone: ZoneInfo, decimals: int) -> list[Cell]:
    event = found.event
    kind = kinds.get(event.kind)
    return [
        event.noted_at.astimezone(zone),
        event.occurred_at.astimezone(zone),
        kind.title if kind else event.kind,
        found.member_name,
        event.external_id,
        "; ".join(_said(name, value, kind, decimals) for name, value in event.data.items()),
        event.cancelled_at and event.cancelled_at.astimezone(zone),
        event.cancel_reason,
    ]


def _said(name: str, value: object, kind: EventKind | None, decimals: int) -> str:
    asked = next((each for each in kind.fields if each.name == name), None) if kind else None
    if asked is not None and asked.type == "money" and isinstance(value, int):
        value = Decimal(value).scaleb(-decimals)
    return f"{asked.title if asked else name}: {value}"
