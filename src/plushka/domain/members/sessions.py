"""Sessions of the member's app: who is signed in, and where."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.staff.tokens import digest, new_token
from plushka.platform.database import Tx
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id

Host = Literal["browser", "telegram", "max", "vk"]
"""In what the app was opened."""
TTL = timedelta(days=90)
"""Of a session in a browser since it was last seen: nobody likes to wait for an SMS at a till."""
TTL_IN_MESSENGER = timedelta(hours=12)
SEEN_EVERY = timedelta(hours=1)


class MemberSession(Struct, frozen=True):
    """Somebody signed in; ``member_id`` is the one who has all of a member who was merged since.

    ``language`` is what they chose, None: nothing yet.
    """

    id: UUID
    member_id: UUID
    host: Host
    created_at: datetime
    seen_at: datetime
    language: Language | None


async def open_session(tx: Tx, member_id: UUID, *, host: Host) -> str:
    """Open a session of a member who has proved who they are; return its token, of which only a hash is kept."""
    token = new_token()
    await tx.execute(
        """
        -- members.open_session
        insert into member_sessions (tenant_id, id, token_hash, member_id, host, created_at, seen_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $6, $7)
        """,
        tx.tenant_id,
        new_id(),
        digest(token),
        member_id,
        host,
        tx.at,
        tx.at + _ttl(host),
    )
    return token


async def find_session(tx: Tx, token: str) -> MemberSession | None:
    """Return the session of a token of this business; None when it has run out or there is none."""
    row = await tx.fetchrow(
        """
        -- members.find_session
        select s.id, m.id as member_id, s.host, s.created_at, s.seen_at, m.language
        from member_sessions s
        join members named on named.tenant_id = s.tenant_id and named.id = s.member_id
        join members m on m.tenant_id = s.tenant_id and m.id =
            case when named.merged_into is null then named.id else named.merged_into end
        where s.tenant_id = $1 and s.token_hash = $2 and s.expires_at > $3
        """,
        tx.tenant_id,
        digest(token),
        tx.at,
    )
    return None if row is None else MemberSession(**row)


async def note_seen(tx: Tx, session: MemberSession) -> None:
    """Let a session live on from now."""
    await tx.execute(
        """
        -- members.note_seen
        update member_sessions set seen_at = $3, expires_at = $4 where tenant_id = $1 and id = $2 and seen_at < $3
        """,
        tx.tenant_id,
        session.id,
        tx.at,
        tx.at + _ttl(session.host),
    )


async def end_session(tx: Tx, session: MemberSession) -> None:
    """Sign out."""
    await tx.execute(
        """
        -- members.end_session
        delete from member_sessions where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        session.id,
    )


async def end_sessions(tx: Tx, member_id: UUID) -> None:
    """Sign a member out everywhere."""
    await tx.execute(
        """
        -- members.end_sessions
        delete from member_sessions where tenant_id = $1 and member_id = $2
        """,
        tx.tenant_id,
        member_id,
    )


async def end_sessions_since(tx: Tx, member_id: UUID, since: datetime) -> None:
    """Sign a member out wherever they have signed in since: it may have been another person."""
    await tx.execute(
        """
        -- members.end_sessions_since
        delete from member_sessions where tenant_id = $1 and member_id = $2 and created_at >= $3
        """,
        tx.tenant_id,
        member_id,
        since,
    )


async def choose_language(tx: Tx, session: MemberSession, language: Language) -> None:
    """Let a member read everything of ours in ``language`` from now on."""
    await tx.execute(
        """
        -- members.choose_language
        update members set language = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        session.member_id,
        language,
    )


def _ttl(host: Host) -> timedelta:
    return TTL if host == "browser" else TTL_IN_MESSENGER
