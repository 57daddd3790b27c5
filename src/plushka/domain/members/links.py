"""Registration links: where members come from (F243)."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import (
    NAME_LENGTH_MAX,
    LinkClosed,
    TextMissing,
    TextTooLong,
    TooManyLinks,
    UnknownLink,
)
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.ids import new_id

LINKS_MAX = 1000
CODE_LENGTH = 8
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that looks like something else when it is read from paper."""


class Link(Struct, frozen=True):
    """A link of a branch, a cashier or a campaign, which ``name`` tells; a closed one enrols nobody."""

    id: UUID
    code: str
    name: str
    branch_id: UUID | None
    cashier: str | None
    created_at: datetime
    closed_at: datetime | None


async def create_link(
    tx: Tx, *, name: str, branch_id: UUID | None = None, cashier: str | None = None
) -> Link:
    """Make a link with a code of its own, which is never given to another."""
    name = " ".join(name.split())
    if not name:
        raise TextMissing(field="name")
    for field, text in (("name", name), ("cashier", cashier or "")):
        if len(text) > NAME_LENGTH_MAX:
            raise TextTooLong(field=field, length_max=NAME_LENGTH_MAX)
    if len(await list_links(tx)) >= LINKS_MAX:
        raise TooManyLinks(field="name", links_max=LINKS_MAX)
    link = Link(
        id=new_id(),
        code="".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH)),
        name=name,
        branch_id=branch_id,
        cashier=cashier or None,
        created_at=tx.at,
        closed_at=None,
    )
    await tx.execute(
        """
        -- members.claim_code
        insert into registration_codes (code, tenant_id, link_id) values ($1, $2, $3)
        """,
        link.code,
        tx.tenant_id,
        link.id,
    )
    await tx.execute(
        """
        -- members.create_link
        insert into registration_links (tenant_id, id, code, name, branch_id, cashier, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        link.id,
        link.code,
        link.name,
        link.branch_id,
        link.cashier,
        tx.at,
    )
    await audit.record(tx, action="link.create", subject=f"link:{link.id}", name=name)
    return link


async def set_closed(tx: Tx, link_id: UUID, *, is_closed: bool) -> None:
    """Close a link, or open it again. Safe to repeat.

    :raises UnknownLink: the business has none of this id
    """
    link = await get_link(tx, link_id)
    if (link.closed_at is not None) == is_closed:
        return
    await tx.execute(
        """
        -- members.set_link_closed
        update registration_links set closed_at = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        link_id,
        tx.at if is_closed else None,
    )
    await audit.record(tx, action="link.close" if is_closed else "link.open", subject=f"link:{link_id}")


async def note_opened(tx: Tx, link_id: UUID, business_date: date) -> None:
    """Count that somebody opened a link."""
    await tx.execute(
        """
        -- members.note_opened
        insert into link_visits as v (tenant_id, link_id, business_date, opened) values ($1, $2, $3, 1)
        on conflict (tenant_id, link_id, business_date) do update set opened = v.opened + 1
        """,
        tx.tenant_id,
        link_id,
        business_date,
    )


async def find_tenant_id(tx: GlobalTx, code: str) -> UUID | None:
    """Return the business that a code is of."""
    tenant_id: UUID | None = await tx.fetchval(
        """
        -- members.find_tenant_id
        select tenant_id from registration_codes where code = $1
        """,
        code,
    )
    return tenant_id


async def get_open_link(tx: Tx, code: str) -> Link:
    """Return the link of a code of the transaction's business.

    :raises UnknownLink: there is none
    :raises LinkClosed: it enrols nobody any more
    """
    row = await tx.fetchrow(f"{_SELECT} and code = $2", tx.tenant_id, code)
    if row is None:
        raise UnknownLink
    link = Link(**row)
    if link.closed_at is not None:
        raise LinkClosed
    return link


async def get_link(tx: Tx, link_id: UUID) -> Link:
    """Return a link.

    :raises UnknownLink: the business has none of this id
    """
    row = await tx.fetchrow(f"{_SELECT} and id = $2", tx.tenant_id, link_id)
    if row is None:
        raise UnknownLink
    return Link(**row)


async def list_links(tx: Tx) -> Sequence[Link]:
    """Return all links, the latest first."""
    rows = await tx.fetch(f"{_SELECT} order by id desc limit $2", tx.tenant_id, LINKS_MAX)
    return [Link(**row) for row in rows]


_SELECT = """
    -- members.list_links
    select id, code, name, branch_id, cashier, created_at, closed_at
    from registration_links where tenant_id = $1
"""
