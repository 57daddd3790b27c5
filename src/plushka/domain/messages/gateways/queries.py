"""Reads of gateways; credentials are opened with the installation's vault."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.messages.gateways.model import (
    Credentials,
    Gateway,
    Health,
    Kind,
    Server,
    UnknownGateway,
)
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.vault import Vault


class Posted(Struct, frozen=True):
    """Where a connected gateway is found."""

    tenant_id: UUID
    gateway_id: UUID


async def find_gateway(tx: Tx, vault: Vault, kind: Kind) -> Gateway | None:
    """Return what carries this kind for the business; None: nothing does.

    :raises WrongKey: its secrets were sealed with another key than the installation has now
    """
    row = await tx.fetchrow(f"-- gateways.find_gateway\n{_SELECT} and kind = $2", tx.tenant_id, kind)
    return None if row is None else _gateway_of(row, vault, tx.tenant_id)


async def get_gateway(tx: Tx, vault: Vault, gateway_id: UUID) -> Gateway:
    """Return a connected gateway.

    :raises UnknownGateway: there is none of this id, or it was disconnected
    :raises WrongKey: its secrets were sealed with another key
    """
    row = await tx.fetchrow(f"-- gateways.get_gateway\n{_SELECT} and id = $2", tx.tenant_id, gateway_id)
    if row is None:
        raise UnknownGateway
    return _gateway_of(row, vault, tx.tenant_id)


async def list_kinds(tx: Tx) -> frozenset[Kind]:
    """Return what the business has a gateway for."""
    rows = await tx.fetch(
        """
        -- gateways.list_kinds
        select kind from gateways where tenant_id = $1 and disconnected_at is null
        """,
        tx.tenant_id,
    )
    return frozenset(row["kind"] for row in rows)


async def find_push_key(tx: Tx) -> str:
    """Return what browsers subscribe with; empty: the business pushes nothing."""
    key: str | None = await tx.fetchval(
        """
        -- gateways.find_push_key
        select public_key from gateways where tenant_id = $1 and kind = 'push' and disconnected_at is null
        """,
        tx.tenant_id,
    )
    return key or ""


async def get_rest(tx: Tx, gateway_id: UUID) -> datetime | None:
    """Return before when a gateway is to send nothing; None: that was never wanted."""
    until: datetime | None = await tx.fetchval(
        """
        -- gateways.get_rest
        select rests_until from gateways where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        gateway_id,
    )
    return until


async def list_posted(tx: GlobalTx) -> Sequence[Posted]:
    """Return where all gateways are, of every business."""
    rows = await tx.fetch(
        """
        -- gateways.list_posted
        select tenant_id, gateway_id from gateway_posts order by gateway_id
        """
    )
    return [Posted(**row) for row in rows]


def place_of(tenant_id: UUID, gateway_id: UUID) -> str:
    """Return where a gateway's credentials are sealed for."""
    return f"gateways:{tenant_id}:{gateway_id}"


def _gateway_of(row: Record, vault: Vault, tenant_id: UUID) -> Gateway:
    sealed = vault.unseal(row["credentials"], place=place_of(tenant_id, row["id"]))
    return Gateway(
        id=row["id"],
        provider=row["provider"],
        sender=row["sender"],
        server=Server(host=row["host"], port=row["port"], security=row["security"]),
        credentials=msgspec.json.decode(sealed, type=Credentials),
        per_second=row["per_second"],
        public_key=row["public_key"],
        connected_at=row["connected_at"],
        health=Health(
            checked_at=row["checked_at"],
            balance_minor=row["balance_minor"],
            problem=row["problem"],
            problem_at=row["problem_at"],
        ),
    )


_SELECT = """
    select id, provider, sender, host, port, security, credentials, per_second, public_key, connected_at,
           checked_at, balance_minor, problem, problem_at
    from gateways where tenant_id = $1 and disconnected_at is null
"""
