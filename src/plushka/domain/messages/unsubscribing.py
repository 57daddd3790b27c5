"""Links by which a member unsubscribes without signing in: a token leads to the member, and tells nothing of them."""

import secrets
from collections.abc import Collection, Mapping
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.consents import refuse_consent
from plushka.domain.members.model import ConsentKind, ConsentSource
from plushka.platform.database import GlobalTx, Tx

TOKEN_BYTES = 12
"""96 bits: sixteen letters and digits, so that a link does not fill half of an SMS."""
TOKEN_LENGTH_MAX = 40
From = Literal["email", "sms"]
"""What a link stands in, and what is unsubscribed from by it; ``e`` and ``s`` in its address."""
LETTERS: Mapping[From, str] = {"email": "e", "sms": "s"}
_KINDS: Mapping[str, From] = {letter: kind for kind, letter in LETTERS.items()}


class Subscriber(Struct, frozen=True):
    """Whose a link is."""

    tenant_id: UUID
    member_id: UUID


async def link_tokens(tx: Tx, member_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the token of each member, made where there is none yet; one member has one for ever."""
    rows = await tx.fetch(
        """
        -- unsubscribing.find_tokens
        select member_id, token from unsubscribe_links where tenant_id = $1 and member_id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(member_ids),
    )
    known = {row["member_id"]: row["token"] for row in rows}
    if missing := [member_id for member_id in dict.fromkeys(member_ids) if member_id not in known]:
        await tx.execute(
            """
            -- unsubscribing.make_tokens
            insert into unsubscribe_links (token, tenant_id, member_id, created_at)
            select token, $1, member_id, $2 from unnest($3::text[], $4::uuid[]) as made (token, member_id)
            on conflict (tenant_id, member_id) do nothing
            """,
            tx.tenant_id,
            tx.at,
            [secrets.token_urlsafe(TOKEN_BYTES) for _ in missing],
            missing,
        )
        return await link_tokens(tx, member_ids)
    return known


def path_of(kind: From, token: str) -> str:
    """Return where a member unsubscribes."""
    return f"/u/{LETTERS[kind]}{token}"


def read_path(text: str) -> tuple[From, str] | None:
    """Return what a link unsubscribes from, and its token; None: it is none of ours."""
    kind = _KINDS.get(text[:1])
    return None if kind is None or len(text) > TOKEN_LENGTH_MAX else (kind, text[1:])


async def find_subscriber(tx: GlobalTx, token: str) -> Subscriber | None:
    """Return whose a token is."""
    row = await tx.fetchrow(
        """
        -- unsubscribing.find_subscriber
        select tenant_id, member_id from unsubscribe_links where token = $1
        """,
        token,
    )
    return None if row is None else Subscriber(**row)


async def unsubscribe(
    tx: Tx, member_id: UUID, kinds: Collection[ConsentKind], *, source: ConsentSource = "link"
) -> None:
    """Take back consents of who the member is now, also what was never given; safe to repeat."""
    now_id: UUID | None = await tx.fetchval(
        """
        -- unsubscribing.find_member
        select coalesce(merged_into, id) from members where tenant_id = $1 and id = $2 and erased_at is null
        """,
        tx.tenant_id,
        member_id,
    )
    if now_id is not None:
        for kind in sorted(kinds):
            await refuse_consent(tx, now_id, kind, source=source)


async def forget_link(tx: Tx, member_id: UUID) -> None:
    """Let a member's link lead to nobody: their data are destroyed."""
    await tx.execute(
        """
        -- unsubscribing.forget_link
        delete from unsubscribe_links where tenant_id = $1 and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )
