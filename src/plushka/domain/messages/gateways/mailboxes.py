"""The mailbox that letters come back to: which letters name, and which we read and never change."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.messages.gateways.model import (
    HOST_LENGTH_MAX,
    HOST_PATTERN,
    MAIL_PATTERN,
    PORT_MAX,
    PROBLEM_LENGTH_MAX,
    SENDER_LENGTH_MAX,
    Credentials,
    Gateway,
    HostInvalid,
    SecretInvalid,
    SecretMissing,
    SenderInvalid,
    Server,
)
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict, NotFound
from plushka.platform.vault import Vault

NAME_LENGTH_MAX = 24
"""Of what stands before the @, where a mark follows it: the whole of it has room for 64."""


class Place(Struct, frozen=True):
    """How far a mailbox was read: up to the message ``uid``, for as long as it is the same by its ``validity``."""

    validity: int
    uid: int


class Mailbox(Struct, frozen=True):
    """A connected mailbox, its credentials opened. ``address`` is what letters name as whom to return them to.

    ``is_tagged``: with a mark of the letter before the @, where the server takes that. ``place`` None: nothing was
    read yet. ``problem`` is what went wrong last, in the server's words, and empty once it was read again.
    """

    gateway_id: UUID
    address: str
    is_tagged: bool
    server: Server
    credentials: Credentials
    connected_at: datetime
    place: Place | None = None
    checked_at: datetime | None = None
    problem: str = ""


class ReturnTo(Struct, frozen=True):
    """What letters name as whom to return them to, without the secrets."""

    address: str
    is_tagged: bool


class UnknownMailbox(NotFound):
    code = "mailbox_not_found"


class MailboxTaken(Conflict):
    """Letters come back to a mailbox already."""

    code = "mailbox_taken"


def draft_mailbox(
    gateway_id: UUID, *, address: str, is_tagged: bool, server: Server, credentials: Credentials, at: datetime
) -> Mailbox:
    """Return a mailbox as it would be connected, so that it can be tried before.

    :raises SenderInvalid, HostInvalid, SecretMissing, SecretInvalid: what was typed cannot be it
    """
    if len(address) > SENDER_LENGTH_MAX or not MAIL_PATTERN.fullmatch(address):
        raise SenderInvalid(field="address", reason="email")
    if is_tagged and len(address.partition("@")[0]) > NAME_LENGTH_MAX:
        raise SenderInvalid(field="address", reason="tagged")
    if len(server.host) > HOST_LENGTH_MAX or not HOST_PATTERN.fullmatch(server.host):
        raise HostInvalid(field="host")
    if not 0 < server.port <= PORT_MAX:
        raise HostInvalid(field="port")
    if not credentials.login or not credentials.secret:
        raise SecretMissing(field="secret" if credentials.login else "login")
    if not (credentials.login + credentials.secret).isprintable():
        raise SecretInvalid(field="secret", reason="imap")
    return Mailbox(
        gateway_id=gateway_id,
        address=address,
        is_tagged=is_tagged,
        server=server,
        credentials=credentials,
        connected_at=at,
    )


async def connect_mailbox(tx: Tx, vault: Vault, mailbox: Mailbox) -> None:
    """Let letters come back to a mailbox that was drafted and has let us in; it is read from ``place`` on.

    :raises MailboxTaken: they come back to one already
    """
    if await find_return_to(tx, mailbox.gateway_id) is not None:
        raise MailboxTaken(field="address")
    sealed = msgspec.json.encode(mailbox.credentials).decode()
    await tx.execute(
        """
        -- gateways.connect_mailbox
        insert into return_mailboxes (
            tenant_id, gateway_id, address, is_tagged, host, port, security, credentials, validity, last_uid,
            connected_at, connected_by
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        tx.tenant_id,
        mailbox.gateway_id,
        mailbox.address,
        mailbox.is_tagged,
        mailbox.server.host,
        mailbox.server.port,
        mailbox.server.security,
        vault.seal(sealed, place=_seal_of(tx, mailbox.gateway_id)),
        mailbox.place.validity if mailbox.place else None,
        mailbox.place.uid if mailbox.place else None,
        mailbox.connected_at,
        tx.actor,
    )
    subject = f"gateway:{mailbox.gateway_id}"
    await audit.record(tx, action="mailbox.connect", subject=subject, address=mailbox.address)


async def disconnect_mailbox(tx: Tx, gateway_id: UUID) -> None:
    """Forget the mailbox of a gateway, if it has one: what comes back is not read any more. Safe to repeat."""
    address: str | None = await tx.fetchval(
        """
        -- gateways.disconnect_mailbox
        delete from return_mailboxes where tenant_id = $1 and gateway_id = $2 returning address
        """,
        tx.tenant_id,
        gateway_id,
    )
    if address is not None:
        await audit.record(tx, action="mailbox.disconnect", subject=f"gateway:{gateway_id}", address=address)


async def find_mailbox(tx: Tx, vault: Vault, gateway: Gateway) -> Mailbox | None:
    """Return the mailbox that letters of a gateway come back to; None: nobody reads what comes back.

    :raises WrongKey: its secrets were sealed with another key than the installation has now
    """
    row = await tx.fetchrow(
        """
        -- gateways.find_mailbox
        select address, is_tagged, host, port, security, credentials, validity, last_uid, connected_at, checked_at,
               problem
        from return_mailboxes where tenant_id = $1 and gateway_id = $2
        """,
        tx.tenant_id,
        gateway.id,
    )
    if row is None:
        return None
    sealed = vault.unseal(row["credentials"], place=_seal_of(tx, gateway.id))
    return Mailbox(
        gateway_id=gateway.id,
        address=row["address"],
        is_tagged=row["is_tagged"],
        server=Server(host=row["host"], port=row["port"], security=row["security"]),
        credentials=msgspec.json.decode(sealed, type=Credentials),
        connected_at=row["connected_at"],
        place=None if row["validity"] is None else Place(row["validity"], row["last_uid"]),
        checked_at=row["checked_at"],
        problem=row["problem"],
    )


async def find_return_to(tx: Tx, gateway_id: UUID) -> ReturnTo | None:
    """Return whom letters of a gateway are returned to; None: the sender's own address."""
    row = await tx.fetchrow(
        """
        -- gateways.find_return_to
        select address, is_tagged from return_mailboxes where tenant_id = $1 and gateway_id = $2
        """,
        tx.tenant_id,
        gateway_id,
    )
    return None if row is None else ReturnTo(**row)


async def note_read(tx: Tx, gateway_id: UUID, place: Place | None, *, problem: str = "") -> None:
    """Note how far a mailbox was read at ``tx.at``, or what kept us from it (``place`` None)."""
    await tx.execute(
        """
        -- gateways.note_read
        update return_mailboxes
        set validity = coalesce($3, validity), last_uid = coalesce($4, last_uid), checked_at = $5, problem = $6
        where tenant_id = $1 and gateway_id = $2
        """,
        tx.tenant_id,
        gateway_id,
        place.validity if place else None,
        place.uid if place else None,
        tx.at,
        problem[:PROBLEM_LENGTH_MAX],
    )


def _seal_of(tx: Tx, gateway_id: UUID) -> str:
    return f"return_mailboxes:{tx.tenant_id}:{gateway_id}"
