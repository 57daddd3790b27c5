"""Links that give whoever opens one a place in the business, once."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.names import check_name
from plushka.domain.businesses.queries import get_business
from plushka.domain.staff.model import (
    INVITATION_DAYS,
    Account,
    InvitationInSandbox,
    Position,
    StaffMember,
    UnknownInvitation,
)
from plushka.domain.staff.operations import hire_as
from plushka.domain.staff.roles import get_role
from plushka.domain.staff.tokens import digest, new_invitation_token
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

INVITATIONS_MAX = 200
"""Of a list: the open ones, and the latest of the others."""


class Invitation(Struct, frozen=True):
    """A place offered to somebody: ``name`` is what the one who invites calls them."""

    id: UUID
    name: str
    position: Position
    role: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None

    def is_open(self, at: datetime) -> bool:
        """Tell whether the link still works."""
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at


async def invite(tx: Tx, *, name: str, position: Position) -> tuple[Invitation, str]:
    """Offer a place and return the offer with the secret of its link, which can never be shown again.

    Whether the one who acts may give the place, ``roles.check_rights`` has told.

    :raises UnknownRole: when the business has no such role of its own
    :raises Invalid: when the name is missing or too long
    :raises InvitationInSandbox: the business is a sandbox
    """
    check_name(name)
    if (await get_business(tx)).sandbox_of is not None:
        raise InvitationInSandbox
    own_role = await get_role(tx, position.own_role_id) if position.own_role_id else None
    token = new_invitation_token(tx.tenant_id)
    invitation = Invitation(
        id=new_id(),
        name=name,
        position=position,
        role=own_role.name if own_role else position.role or "",
        created_by=tx.actor,
        created_at=tx.at,
        expires_at=tx.at + timedelta(days=INVITATION_DAYS),
        accepted_at=None,
        revoked_at=None,
    )
    await tx.execute(
        """
        -- invitations.invite
        insert into invitations
            (tenant_id, id, token_hash, name, role, own_role_id, branch_ids, created_by, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        tx.tenant_id,
        invitation.id,
        digest(token),
        name,
        position.role,
        position.own_role_id,
        list(position.branch_ids),
        tx.actor,
        tx.at,
        invitation.expires_at,
    )
    await record(
        tx,
        action="invitation.create",
        subject=f"invitation:{invitation.id}",
        name=name,
        role=invitation.role,
    )
    return invitation, token


async def revoke_invitation(tx: Tx, invitation_id: UUID) -> None:
    """Take an offer back: its link opens nothing any more.

    Whether the one who acts may, ``roles.check_rights`` has told.

    :raises UnknownInvitation: when there is none that still is open
    """
    name = await tx.fetchval(
        """
        -- invitations.revoke_invitation
        update invitations set revoked_at = $3
        where tenant_id = $1 and id = $2 and accepted_at is null and revoked_at is null
        returning name
        """,
        tx.tenant_id,
        invitation_id,
        tx.at,
    )
    if name is None:
        raise UnknownInvitation
    await record(tx, action="invitation.revoke", subject=f"invitation:{invitation_id}", name=name)


async def accept(tx: Tx, token: str, account: Account) -> StaffMember:
    """Give the account the place that the link offers; the link is used up, even when sent twice at once.

    :raises UnknownInvitation: when the link does not work, for whatever reason
    :raises AlreadyHired: when the account works here; the link stays good for somebody else
    """
    invitation = await find_open_invitation(tx, token, lock=True)
    if invitation is None:
        raise UnknownInvitation
    person = await hire_as(tx, account_id=account.id, position=invitation.position)
    await tx.execute(
        """
        -- invitations.accept
        update invitations set accepted_at = $3, accepted_by = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        invitation.id,
        tx.at,
        person.id,
    )
    await record(
        tx,
        action="invitation.accept",
        subject=f"invitation:{invitation.id}",
        name=account.name,
        email=account.email,
    )
    return person


async def find_open_invitation(tx: Tx, token: str, *, lock: bool = False) -> Invitation | None:
    """Return the offer behind a link that still works; ``lock`` lets nobody else take it meanwhile."""
    row = await tx.fetchrow(
        f"""
        -- invitations.find_open_invitation
        select {_COLUMNS}
        from invitations i
        left join roles r on r.tenant_id = i.tenant_id and r.id = i.own_role_id
        where i.tenant_id = $1 and token_hash = $2 and accepted_at is null and revoked_at is null
            and expires_at > $3
        {"for update of i" if lock else ""}
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        digest(token),
        tx.at,
    )
    return None if row is None else _invitation(row)


async def get_invitation(tx: Tx, invitation_id: UUID) -> Invitation:
    """Return an offer, open or not.

    :raises UnknownInvitation: when the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- invitations.get_invitation
        select {_COLUMNS}
        from invitations i
        left join roles r on r.tenant_id = i.tenant_id and r.id = i.own_role_id
        where i.tenant_id = $1 and i.id = $2
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        invitation_id,
    )
    if row is None:
        raise UnknownInvitation
    return _invitation(row)


async def list_invitations(tx: Tx) -> tuple[Invitation, ...]:
    """Return the business's invitations, the latest first."""
    rows = await tx.fetch(
        f"""
        -- invitations.list_invitations
        select {_COLUMNS}
        from invitations i
        left join roles r on r.tenant_id = i.tenant_id and r.id = i.own_role_id
        where i.tenant_id = $1
        order by i.id desc
        limit $2
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        INVITATIONS_MAX,
    )
    return tuple(_invitation(row) for row in rows)


_COLUMNS = """i.id, i.name, i.role, i.own_role_id, i.branch_ids, i.created_by, i.created_at, i.expires_at,
            i.accepted_at, i.revoked_at, r.name as own_role_name"""


def _invitation(row: asyncpg.Record) -> Invitation:
    return Invitation(
        id=row["id"],
        name=row["name"],
        position=Position(
            role=row["role"], own_role_id=row["own_role_id"], branch_ids=frozenset(row["branch_ids"])
        ),
        role=row["own_role_name"] or row["role"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        accepted_at=row["accepted_at"],
        revoked_at=row["revoked_at"],
    )
