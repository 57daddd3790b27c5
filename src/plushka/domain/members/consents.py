"""What members agreed to: each giving and taking back is a row that stays."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import (
    Consent,
    ConsentKind,
    ConsentSource,
    ConsentSuppressed,
    ConsentUnchanged,
)
from plushka.domain.members.store import lock_members
from plushka.domain.members.suppressions import lift, list_suppressed
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

OWN_HAND: frozenset[ConsentSource] = frozenset({"app", "bot"})
"""Where members have proved who they are."""


async def note_consent(
    tx: Tx,
    member_id: UUID,
    kind: ConsentKind,
    *,
    is_given: bool,
    source: ConsentSource,
    text_version: str | None = None,
) -> None:
    """Note that a member gave a consent or took it back; the row itself says who noted it.

    :raises ConsentUnchanged: it is so already
    :raises ConsentSuppressed: they asked to be deleted before, and this is not their own hand
    """
    await lock_members(tx, [member_id])
    known = await _find(tx, member_id, kind)
    if is_given == (known is not None and known.is_given):
        raise ConsentUnchanged(field=kind)
    if is_given and kind != "personal_data" and await list_suppressed(tx, [member_id]):
        if source not in OWN_HAND:
            raise ConsentSuppressed(field=kind)
        await lift(tx, member_id)
    await _write(tx, member_id, kind, is_given=is_given, source=source, text_version=text_version)


async def refuse_consent(tx: Tx, member_id: UUID, kind: ConsentKind, *, source: ConsentSource) -> bool:
    """Note that a member does not agree, also where they never did, so that it holds against a general consent.

    Safe to repeat; tell whether it is new.
    """
    await lock_members(tx, [member_id])
    known = await _find(tx, member_id, kind)
    is_new = known is None or known.is_given
    if is_new:
        await _write(tx, member_id, kind, is_given=False, source=source)
    return is_new


async def _find(tx: Tx, member_id: UUID, kind: ConsentKind) -> Consent | None:
    return next((one for one in await list_consents(tx, member_id) if one.kind == kind), None)


async def _write(
    tx: Tx,
    member_id: UUID,
    kind: ConsentKind,
    *,
    is_given: bool,
    source: ConsentSource,
    text_version: str | None = None,
) -> None:
    await tx.execute(
        """
        -- members.note_consent
        insert into consents (tenant_id, id, member_id, kind, is_given, source, text_version, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        tx.tenant_id,
        new_id(),
        member_id,
        kind,
        is_given,
        source,
        text_version,
        tx.actor,
        tx.at,
    )
    await audit.record(
        tx,
        action="consent.give" if is_given else "consent.withdraw",
        subject=f"member:{member_id}",
        consent=kind,
    )


async def list_consents(tx: Tx, member_id: UUID) -> Sequence[Consent]:
    """Return all that the member said, the latest first: of each kind the first row is what holds."""
    rows = await tx.fetch(
        """
        -- members.list_consents
        select id, kind, is_given, source, text_version, actor, at
        from consents where tenant_id = $1 and member_id = $2
        order by id desc
        """,
        tx.tenant_id,
        member_id,
    )
    return [Consent(**row) for row in rows]
