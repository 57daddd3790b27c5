"""A programme while it is being written: saved as it grows, compared, and published when it is sound.

One draft a programme. Two people who write at once do not overwrite each other: a save names the revision
that it was made from, and a revision that is no longer the last is refused.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import structs

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.programs.model import (
    VALID_FROM_AHEAD_MAX,
    Draft,
    DraftChanged,
    NoDraft,
    PublishedVersion,
    RemovedPart,
    ValidFromPast,
    ValidFromTooFar,
    VersionsChanged,
)
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import find_latest_version, get_program, get_version
from plushka.domain.programs.versions import decode_program
from plushka.engine.program import Program
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

REMOVED_MAX = 20
"""Rules, promotions and cards kept of those that were taken out of a draft."""

_decode_removed = msgspec.json.Decoder(tuple[RemovedPart, ...]).decode


async def get_draft(tx: Tx, program_id: UUID) -> Draft:
    """Return the draft as it was saved last; where none was, what the first save starts from.

    :raises UnknownProgram: the business has no such programme
    """
    card = await get_program(tx, program_id)
    row = await tx.fetchrow(
        """
        -- programs.get_draft
        select body, began_from, revision, saved_at, saved_by, removed
        from program_drafts where tenant_id = $1 and program_id = $2
        """,
        tx.tenant_id,
        program_id,
    )
    if row is not None:
        return Draft(
            program_id=program_id,
            program=structs.replace(decode_program(row["body"]), name=card.name),
            began_from=row["began_from"],
            revision=row["revision"],
            saved_at=row["saved_at"],
            saved_by=row["saved_by"],
            removed=_decode_removed(row["removed"]),
        )
    latest = await find_latest_version(tx, program_id)
    if latest is not None:
        return Draft(program_id, structs.replace(latest.program, name=card.name), latest.number)
    business = await get_business(tx)
    return Draft(program_id, Program(name=card.name, currency=business.currency), None)


async def save_draft(
    tx: Tx, program_id: UUID, program: Program, *, mark: str, removed: Sequence[RemovedPart] | None = None
) -> Draft:
    """Save ``program`` over the draft that bore ``mark`` when the writer read it; return what is saved now.

    ``removed``: the parts that can be put back from now on, the latest last; None: those that could before.

    :raises DraftChanged: somebody else has saved or published since; nothing is overwritten
    :raises UnknownProgram: the business has no such programme
    """
    draft = await _get_marked(tx, program_id, mark)
    revision = new_id()
    kept = draft.removed if removed is None else tuple(removed[-REMOVED_MAX:])
    saved = await tx.fetchval(
        """
        -- programs.save_draft
        insert into program_drafts as d
            (tenant_id, program_id, body, began_from, revision, saved_at, saved_by, removed)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (tenant_id, program_id) do update
        set body = excluded.body, revision = excluded.revision, saved_at = excluded.saved_at,
            saved_by = excluded.saved_by, removed = excluded.removed
        where d.revision = $9
        returning true
        """,
        tx.tenant_id,
        program_id,
        msgspec.json.encode(program).decode(),
        draft.began_from,
        revision,
        tx.at,
        tx.actor,
        msgspec.json.encode(kept).decode(),
        draft.revision,
    )
    if not saved:
        raise DraftChanged
    await audit.record(tx, action="program.save_draft", subject=f"program:{program_id}")
    return structs.replace(
        draft, program=program, revision=revision, saved_at=tx.at, saved_by=tx.actor, removed=kept
    )


async def discard_draft(tx: Tx, program_id: UUID, *, mark: str) -> None:
    """Throw the draft away; what is published stays as it is.

    :raises DraftChanged: somebody else has saved or published since ``mark`` was seen
    """
    draft = await _get_marked(tx, program_id, mark)
    await _delete(tx, draft)
    await audit.record(tx, action="program.discard_draft", subject=f"program:{program_id}")


async def publish_draft(
    tx: Tx, program_id: UUID, *, mark: str, against: int, valid_from: datetime | None = None
) -> PublishedVersion:
    """Make a version of the draft, in force from ``valid_from`` on or at once; the draft is gone then.

    ``against``, the number of the latest version or 0, and ``mark`` are what the publisher has seen compared.

    :raises NoDraft: nothing was saved
    :raises DraftChanged: somebody else has saved or published since ``mark`` was seen
    :raises VersionsChanged: another version was published meanwhile
    :raises ValidFromPast: it would change rules by which receipts were decided already
    :raises ValidFromTooFar: it is planned too far ahead
    :raises ProgramUnsound: the programme contradicts itself
    """
    check_valid_from(valid_from, tx.at)
    draft = await _get_marked(tx, program_id, mark)
    if draft.revision is None:
        raise NoDraft
    version = await publish(tx, program_id=program_id, program=draft.program, valid_from=valid_from or tx.at)
    if version.number != against + 1:
        raise VersionsChanged
    await _delete(tx, draft)
    return version


async def roll_back(tx: Tx, version_id: UUID) -> PublishedVersion:
    """Publish the rules of an old version anew, in force at once. A draft stays as it is.

    :raises UnknownVersion: the business has none of this id
    """
    old = await get_version(tx, version_id)
    card = await get_program(tx, old.program_id)
    version = await publish(
        tx, program_id=old.program_id, program=structs.replace(old.program, name=card.name), valid_from=tx.at
    )
    await audit.record(
        tx,
        action="program.roll_back",
        subject=f"program:{old.program_id}",
        number=version.number,
        rules_of=old.number,
    )
    return version


def check_valid_from(valid_from: datetime | None, now: datetime) -> None:
    """Refuse a moment that a version cannot come into force at; None is at once.

    :raises ValidFromPast: the moment has come already
    :raises ValidFromTooFar: the moment is too far ahead
    """
    if valid_from is not None and valid_from < now:
        raise ValidFromPast(field="valid_from")
    if valid_from is not None and valid_from > now + VALID_FROM_AHEAD_MAX:
        raise ValidFromTooFar(field="valid_from", days_max=VALID_FROM_AHEAD_MAX.days)


async def _get_marked(tx: Tx, program_id: UUID, mark: str) -> Draft:
    draft = await get_draft(tx, program_id)
    if draft.mark != mark:
        raise DraftChanged
    return draft


async def _delete(tx: Tx, draft: Draft) -> None:
    deleted = await tx.fetchval(
        """
        -- programs.delete_draft
        delete from program_drafts where tenant_id = $1 and program_id = $2 and revision = $3
        returning true
        """,
        tx.tenant_id,
        draft.program_id,
        draft.revision,
    )
    if not deleted:
        raise DraftChanged
