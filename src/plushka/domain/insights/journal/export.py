"""The journal as a file: a line a movement, the earliest first."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.journal.entries import Entry, JournalFilter, list_entries
from plushka.domain.insights.model import Document
from plushka.domain.insights.queries import find_documents
from plushka.domain.ledger.words import ACCOUNTS, KINDS
from plushka.domain.programs.queries import find_scales
from plushka.domain.staff.queries import list_staff
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, Translator, marked, translator
from plushka.platform.ids import floor_of

KIND = "journal.export"
STEP_ROWS = 5000

_COLUMNS = (
    marked("Booked"),
    marked("Member"),
    marked("Member's id"),
    marked("Movement"),
    marked("From account"),
    marked("To account"),
    marked("Points"),
    marked("Document"),
    marked("Number or reason"),
    marked("By whom"),
)
_DOCUMENTS = {
    "receipt": marked("receipt"),
    "return": marked("return"),
    "hold": marked("hold"),
    "adjustment": marked("by hand"),
    "welcome": marked("for joining"),
    "campaign": marked("present of a campaign"),
    "merge": marked("joining of two cards"),
    "reward": marked("gift"),
    "erasure": marked("the member deleted themselves"),
    "friend": marked("for a friend"),
    "occasion": marked("occasion"),
}


async def export_journal(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds: ``filter`` is JSON, ``language`` that of the reader."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=JournalFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        last = UUID(cursor) if cursor else UUID(int=0)
        entries = await list_entries(tx, where, after=last, limit=STEP_ROWS)
        return Piece(await _rows(tx, entries, language), str(entries[-1].movement.id)) if entries else NO_MORE

    return await write_table(run, _COLUMNS, count=lambda tx: _count(tx, where), piece=piece)


async def _rows(tx: Tx, entries: Sequence[Entry], language: Language) -> list[list[Cell]]:
    business, scales = await get_business(tx), await find_scales(tx)
    documents = await find_documents(tx, list({entry.movement.document_id for entry in entries}))
    people = {f"staff:{person.id}": person.name for person in await list_staff(tx)}
    words, zone = translator(language), ZoneInfo(business.time_zone)
    return [
        [
            entry.movement.at.astimezone(zone),
            entry.member_name,
            str(entry.member_id),
            words.gettext(KINDS[entry.movement.kind]),
            words.gettext(ACCOUNTS[entry.movement.debit]),
            words.gettext(ACCOUNTS[entry.movement.credit]),
            Decimal(entry.movement.points).scaleb(-scales[entry.program_id]),
            *_document(documents.get(entry.movement.document_id), people, words),
        ]
        for entry in entries
    ]


def _document(document: Document | None, people: Mapping[str, str], words: Translator) -> list[Cell]:
    if document is None:
        return ["", "", ""]
    return [
        words.gettext(_DOCUMENTS[document.kind]),
        document.label,
        people.get(document.actor, document.actor) if document.actor else "",
    ]


async def _count(tx: Tx, where: JournalFilter) -> int:
    """Return how many movements there are, for the progress only."""
    count: int = await tx.fetchval(
        """
        -- insights.count_entries
        select count(*)
        from postings p
        where p.tenant_id = $1 and ($2::uuid is null or p.id >= $2) and ($3::uuid is null or p.id < $3)
            and ($4::text[] is null or p.kind = any($4))
            and ($5::uuid is null or p.wallet_id in (
                select id from wallets where tenant_id = $1 and member_id = $5
            ))
        """,
        tx.tenant_id,
        floor_of(where.booked_from) if where.booked_from else None,
        floor_of(where.booked_before) if where.booked_before else None,
        list(where.kinds) or None,
        where.member_id,
    )
    return count
