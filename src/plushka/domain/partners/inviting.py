"""A business invites another one, which accepts; either ends it."""

import secrets
from hashlib import sha256
from uuid import UUID

from asyncpg import UniqueViolationError

from plushka.domain.audit import operations as audit
from plushka.domain.partners.model import (
    INVITED_FOR,
    PARTNERS_MAX,
    AlreadyPartners,
    Invitation,
    InvitationOver,
    OwnInvitation,
    PartnershipEnded,
    TooManyPartners,
    UnknownInvitation,
)
from plushka.domain.partners.queries import get_partnership, list_partnerships
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

TOKEN_BYTES = 32


async def invite(tx: Tx, *, email: str = "") -> tuple[UUID, str]:
    """Make an invitation for one business; return its id and the token of its link, which is kept nowhere.

    ``email``: it shows in the office of whoever has this address, too.

    :raises TooManyPartners: there are too many already
    """
    if len(await list_partnerships(tx)) >= PARTNERS_MAX:
        raise TooManyPartners(partners_max=PARTNERS_MAX)
    partnership_id, token = new_id(), secrets.token_urlsafe(TOKEN_BYTES)
    await tx.execute(
        """
        -- partners.invite
        insert into partnerships (id, inviter_id, token_hash, email, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        partnership_id,
        tx.tenant_id,
        _hash(token),
        email.strip().lower(),
        tx.at,
        tx.at + INVITED_FOR,
    )
    await audit.record(tx, action="partnership.invite", subject=f"partnership:{partnership_id}")
    return partnership_id, token


async def get_invitation(tx: Tx, token: str) -> Invitation:
    """Return the invitation of a link.

    :raises UnknownInvitation: there is none of this token
    :raises InvitationOver: it can be accepted no more
    :raises OwnInvitation: the business of the transaction has made it
    """
    row = await tx.fetchrow(
        """
        -- partners.get_invitation
        select p.id, p.inviter_id, b.name as inviter, p.expires_at
        from partnerships p join businesses b on b.tenant_id = p.inviter_id
        where p.token_hash = $1
        """,
        _hash(token),
    )
    if row is None:
        raise UnknownInvitation
    invitation = Invitation(**row)
    await _check(tx, invitation)
    return invitation


async def accept(tx: Tx, invitation: Invitation) -> None:
    """Become the partner of whoever has invited. Two who accept at once: one is told that it is over.

    :raises InvitationOver: it can be accepted no more
    :raises OwnInvitation: the business has made it itself
    :raises AlreadyPartners: the two are
    """
    await _check(tx, invitation)
    try:
        accepted = await tx.fetchval(
            """
            -- partners.accept
            update partnerships set partner_id = $1, accepted_at = $3
            where id = $2 and partner_id is null and ended_at is null and expires_at > $3
            returning true
            """,
            tx.tenant_id,
            invitation.id,
            tx.at,
        )
    except UniqueViolationError as error:
        raise AlreadyPartners from error
    if not accepted:
        raise InvitationOver
    await audit.record(
        tx, action="partnership.accept", subject=f"partnership:{invitation.id}", name=invitation.inviter
    )


async def end(tx: Tx, partnership_id: UUID) -> None:
    """End a partnership, or take an invitation back. Codes that people hold stay good until the issuer stops them.

    :raises UnknownPartnership: the business has none of this id
    :raises PartnershipEnded: it was ended before
    """
    partnership = await get_partnership(tx, partnership_id)
    ended = await tx.fetchval(
        """
        -- partners.end
        update partnerships set ended_at = $3, ended_by = $1
        where id = $2 and $1 in (inviter_id, partner_id) and ended_at is null
        returning true
        """,
        tx.tenant_id,
        partnership_id,
        tx.at,
    )
    if not ended:
        raise PartnershipEnded
    await audit.record(
        tx,
        action="partnership.withdraw" if partnership.accepted_at is None else "partnership.end",
        subject=f"partnership:{partnership_id}",
        name=partnership.other,
    )


async def _check(tx: Tx, invitation: Invitation) -> None:
    row = await tx.fetchrow(
        """
        -- partners.is_open
        select partner_id is null and ended_at is null and expires_at > $2 as is_open from partnerships where id = $1
        """,
        invitation.id,
        tx.at,
    )
    if invitation.inviter_id == tx.tenant_id:
        raise OwnInvitation
    if row is None or not row["is_open"]:
        raise InvitationOver


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
