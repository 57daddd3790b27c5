"""A person's sessions: where they are signed in, and ending those."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.staff.model import SEEN_EVERY, Session, UnknownSession
from plushka.platform.database import GlobalTx, Tx

SESSIONS_MAX = 100
"""Of a list."""


class Place(Struct, frozen=True):
    """A browser somewhere in which a person is signed in; ``seen_at`` is true to the minute."""

    id: UUID
    device: str
    address: str
    created_at: datetime
    seen_at: datetime


def is_seen_long_ago(session: Session, at: datetime) -> bool:
    """Tell whether it is time to note again that somebody is at work."""
    return at - session.seen_at >= SEEN_EVERY


async def note_seen(tx: Tx, session: Session) -> None:
    """Note that somebody is at work, from where the transaction's request came."""
    await tx.execute(
        """
        -- sessions.note_seen
        update sessions set seen_at = $3, address = $4 where tenant_id = $1 and id = $2 and seen_at < $3
        """,
        tx.tenant_id,
        session.id,
        tx.at,
        tx.address or "",
    )
    await tx.execute(
        """
        -- sessions.note_seen
        update staff set seen_at = $3 where tenant_id = $1 and id = $2 and (seen_at is null or seen_at < $3)
        """,
        tx.tenant_id,
        session.staff_id,
        tx.at,
    )


async def list_sessions(tx: GlobalTx, account_id: UUID) -> tuple[Place, ...]:
    """Return where an account is signed in, whatever the business, the latest seen first."""
    rows = await tx.fetch(
        """
        -- sessions.list_sessions
        select id, device, address, created_at, seen_at
        from sessions
        where account_id = $1 and expires_at > $2
        order by seen_at desc, id desc
        limit $3
        """,
        account_id,
        tx.at,
        SESSIONS_MAX,
    )
    return tuple(Place(**row) for row in rows)


async def leave(tx: Tx, session: Session) -> None:
    """End the session at hand: its person signs out."""
    await tx.execute(
        """
        -- sessions.leave
        delete from sessions where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        session.id,
    )
    await record(tx, action="session.leave", subject=f"account:{session.account.id}")


async def end_session(tx: Tx, account_id: UUID, session_id: UUID) -> None:
    """End one of a person's own sessions.

    :raises UnknownSession: when the account has none of this id
    """
    device = await tx.fetchval(
        """
        -- sessions.end_session
        delete from sessions where account_id = $1 and id = $2 returning device
        """,
        account_id,
        session_id,
    )
    if device is None:
        raise UnknownSession
    await record(tx, action="session.end", subject=f"account:{account_id}", device=device)


async def end_other_sessions(tx: Tx, session: Session) -> int:
    """End all sessions of a person but the one at hand, and return how many there were."""
    ended = await end_sessions(tx, session.account.id, but=session.id)
    await record(tx, action="session.end_others", subject=f"account:{session.account.id}", sessions=ended)
    return ended


async def end_sessions(tx: GlobalTx, account_id: UUID, *, but: UUID | None = None) -> int:
    """End the sessions of an account in every business, and return how many there were."""
    ended = await tx.fetch(
        """
        -- sessions.end_sessions
        delete from sessions where account_id = $1 and ($2::uuid is null or id <> $2) returning id
        """,
        account_id,
        but,
    )
    return len(ended)
