"""The trail as a file: a line an entry, the latest first."""

from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.audit.model import Entry, EntryFilter
from plushka.domain.audit.queries import ENTRIES_MAX, count_entries, list_entries
from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.trail.objects import find_objects
from plushka.domain.insights.trail.sentences import changes, sentence
from plushka.domain.staff.queries import list_staff
from plushka.domain.staff.words import told_actor
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, marked, translator

KIND = "audit.export"

_COLUMNS = (
    marked("When"),
    marked("Who"),
    marked("What was done"),
    marked("Member"),
    marked("What was changed"),
    marked("Address in the network"),
    marked("Action"),
    marked("Object"),
)


async def export_trail(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds: ``filter`` is JSON, ``language`` that of the reader."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=EntryFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        entries = await list_entries(tx, where, before=UUID(cursor) if cursor else None, limit=ENTRIES_MAX)
        return Piece(await _rows(tx, entries, language), str(entries[-1].id)) if entries else NO_MORE

    return await write_table(run, _COLUMNS, count=lambda tx: count_entries(tx, where), piece=piece)


async def _rows(tx: Tx, entries: Sequence[Entry], language: Language) -> list[list[Cell]]:
    business = await get_business(tx)
    words, zone = translator(language), ZoneInfo(business.time_zone)
    names = {f"staff:{person.id}": person.name for person in await list_staff(tx)}
    objects = await find_objects(tx, entries)
    members = objects.members
    return [
        [
            entry.at.astimezone(zone),
            told_actor(entry.actor, names, words),
            sentence(entry, words, scale=objects.scale(entry)),
            members[entry.subject].name if entry.subject in members else "",
            "; ".join(
                f"{what}: {before or '—'} → {after or '—'}"
                for what, before, after in changes(entry, words, scale=objects.scale(entry))
            ),
            entry.address,
            entry.action,
            entry.subject,
        ]
        for entry in entries
    ]
