"""What staff wrote of a member."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import (
    NOTE_LENGTH_MAX,
    NOTES_MAX,
    Note,
    NoteMissing,
    TextTooLong,
    TooManyNotes,
    UnknownNote,
)
from plushka.domain.members.store import lock_member
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def write_note(tx: Tx, member_id: UUID, body: str) -> None:
    """Write a note of a member; the row itself says by whom."""
    body = body.strip()
    if not body:
        raise NoteMissing(field="body")
    if len(body) > NOTE_LENGTH_MAX:
        raise TextTooLong(field="body", length_max=NOTE_LENGTH_MAX)
    await lock_member(tx, member_id)
    if len(await list_notes(tx, member_id)) >= NOTES_MAX:
        raise TooManyNotes(field="body", notes_max=NOTES_MAX)
    await tx.execute(
        """
        -- members.write_note
        insert into member_notes (tenant_id, id, member_id, body, actor, at) values ($1, $2, $3, $4, $5, $6)
        """,
        tx.tenant_id,
        new_id(),
        member_id,
        body,
        tx.actor,
        tx.at,
    )
    await audit.record(tx, action="note.write", subject=f"member:{member_id}")


async def strike_note(tx: Tx, member_id: UUID, note_id: UUID, *, is_struck: bool) -> None:
    """Strike a note out, or take that back. Safe to repeat.

    :raises UnknownNote: the member has none of this id
    """
    found = await tx.fetchval(
        """
        -- members.strike_note
        update member_notes set struck_at = $4, struck_by = $5
        where tenant_id = $1 and member_id = $2 and id = $3
        returning true
        """,
        tx.tenant_id,
        member_id,
        note_id,
        tx.at if is_struck else None,
        tx.actor if is_struck else None,
    )
    if not found:
        raise UnknownNote
    await audit.record(
        tx, action="note.strike" if is_struck else "note.restore", subject=f"member:{member_id}"
    )


async def list_notes(tx: Tx, member_id: UUID) -> Sequence[Note]:
    """Return the member's notes, the latest first, those struck out too."""
    rows = await tx.fetch(
        """
        -- members.list_notes
        select id, body, actor, at, struck_at, struck_by
        from member_notes where tenant_id = $1 and member_id = $2
        order by id desc
        """,
        tx.tenant_id,
        member_id,
    )
    return [Note(**row) for row in rows]
