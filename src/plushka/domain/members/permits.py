"""Permits: that a member agreed to spend points at a till, once (S19).

A permit comes from a code that the till was shown. It is used up by the receipt or the hold that spends, under the
lock of the member's wallet.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.members.codes import as_shown, hash_of, use_up
from plushka.domain.staff.tills import lock_till
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict, Denied, NotFound
from plushka.platform.ids import new_id

PERMIT_TTL = timedelta(minutes=10)
TRIES_MAX = 5
TRIES_WINDOW = timedelta(minutes=1)
"""``TRIES_MAX`` wrong codes within it lock the till until the first of them is as old."""

PermitSource = Literal["code", "button"]


class CodeUnknown(NotFound):
    """No member shows this code now: it ran out, was used, or never was."""

    code = "code_unknown"


class CodesLocked(Denied):
    """Too many wrong codes were tried at this till; the next may come after ``retry_after_seconds``."""

    code = "codes_locked"


class PermitRequired(Denied):
    """The business lets points be spent only where the member agreed: with a code, a QR or a button."""

    code = "permit_required"


class PermitUnusable(Conflict):
    """The permit is no good here; ``reason``: unknown, other_till, other_member, expired, used."""

    code = "permit_unusable"


class Permit(Struct, frozen=True):
    """One receipt of this till may spend the member's points until ``expires_at``."""

    id: UUID
    member_id: UUID
    till_id: UUID
    expires_at: datetime
    used_by: UUID | None = None
    """The receipt or the hold that spent."""

    def check(self, *, till_id: UUID, member_id: UUID, at: datetime) -> None:
        """:raises PermitUnusable: it does not let this member's points be spent at this till now."""
        reason = None
        if self.till_id != till_id:
            reason = "other_till"
        elif self.member_id != member_id:
            reason = "other_member"
        elif self.used_by is not None:
            reason = "used"
        elif self.expires_at <= at:
            reason = "expired"
        if reason is not None:
            raise PermitUnusable(field="permit", reason=reason)


async def present_code(tx: Tx, *, till_id: UUID, typed: str) -> Permit | CodeUnknown | CodesLocked:
    """Turn a code that a till was shown into a permit; a wrong one is returned, so that the try is kept.

    Safe to repeat: the till that lost the answer gets the same permit while it is unused. Tries of one till come one
    after another until ``tx`` ends.
    """
    await lock_till(tx, till_id)
    proof = hash_of(tx.tenant_id, as_shown(typed))
    known = await _find_repeat(tx, till_id, proof)
    if known is not None:
        return known
    wait = await _wait(tx, till_id)
    if wait:
        return _locked(wait)
    member_id = await use_up(tx, as_shown(typed))
    if member_id is not None:
        return await _permit(tx, member_id=member_id, till_id=till_id, source="code", proof=proof)
    await _note_wrong(tx, till_id)
    wait = await _wait(tx, till_id)
    if not wait:
        return CodeUnknown(field="code")
    await record(tx, action="till.codes_locked", subject=f"till:{till_id}", tries=TRIES_MAX)
    return _locked(wait)


async def permit_by_button(tx: Tx, *, member_id: UUID, till_id: UUID) -> Permit:
    """Make a permit that the member gave by a button in their messenger."""
    return await _permit(tx, member_id=member_id, till_id=till_id, source="button", proof=None)


async def list_permits(tx: Tx, ids: Collection[UUID]) -> Mapping[UUID, Permit]:
    """Return permits by id. Under the lock of the member's wallet, whether they are used is final."""
    rows = await tx.fetch(
        """
        -- members.list_permits
        select id, member_id, till_id, expires_at, used_by
        from spend_permits where tenant_id = $1 and id = any($2)
        """,
        tx.tenant_id,
        list(ids),
    )
    return {row["id"]: Permit(**row) for row in rows}


async def use_permits(tx: Tx, used: Mapping[UUID, UUID]) -> None:
    """Note which receipt or hold used which permit. The wallet of its member is locked."""
    await tx.execute(
        """
        -- members.use_permits
        update spend_permits p set used_by = used.document_id, used_at = $4
        from unnest($2::uuid[], $3::uuid[]) as used (id, document_id)
        where p.tenant_id = $1 and p.id = used.id and p.used_by is null
        """,
        tx.tenant_id,
        list(used),
        list(used.values()),
        tx.at,
    )


async def _permit(
    tx: Tx, *, member_id: UUID, till_id: UUID, source: PermitSource, proof: bytes | None
) -> Permit:
    permit = Permit(id=new_id(), member_id=member_id, till_id=till_id, expires_at=tx.at + PERMIT_TTL)
    await tx.execute(
        """
        -- members.permit
        insert into spend_permits (tenant_id, id, member_id, till_id, source, proof_hash, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        permit.id,
        member_id,
        till_id,
        source,
        proof,
        tx.at,
        permit.expires_at,
    )
    return permit


async def _find_repeat(tx: Tx, till_id: UUID, proof: bytes) -> Permit | None:
    row = await tx.fetchrow(
        """
        -- members.find_repeat
        select id, member_id, till_id, expires_at, used_by
        from spend_permits
        where tenant_id = $1 and till_id = $2 and proof_hash = $3 and expires_at > $4 and used_by is null
        order by id desc limit 1
        """,
        tx.tenant_id,
        till_id,
        proof,
        tx.at,
    )
    return None if row is None else Permit(**row)


async def _wait(tx: Tx, till_id: UUID) -> timedelta:
    """Return how long the till is locked for; nothing: it is not."""
    first_at = await tx.fetchval(
        """
        -- members.wait_for_codes
        select at from code_tries where tenant_id = $1 and till_id = $2 and at > $3 order by at desc offset $4 limit 1
        """,
        tx.tenant_id,
        till_id,
        tx.at - TRIES_WINDOW,
        TRIES_MAX - 1,
    )
    return timedelta() if first_at is None else first_at + TRIES_WINDOW - tx.at


async def _note_wrong(tx: Tx, till_id: UUID) -> None:
    await tx.execute(
        """
        -- members.note_wrong_code: forget the old
        delete from code_tries where tenant_id = $1 and till_id = $2 and at <= $3
        """,
        tx.tenant_id,
        till_id,
        tx.at - TRIES_WINDOW,
    )
    await tx.execute(
        """
        -- members.note_wrong_code
        insert into code_tries (tenant_id, id, till_id, at) values ($1, $2, $3, $4)
        """,
        tx.tenant_id,
        new_id(),
        till_id,
        tx.at,
    )


def _locked(wait: timedelta) -> CodesLocked:
    return CodesLocked(field="code", retry_after_seconds=max(1, round(wait.total_seconds())))
