"""Connecting a gateway, noting how it does, disconnecting it."""

import re
from datetime import datetime
from uuid import UUID

import msgspec

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.messages.gateways.mailboxes import disconnect_mailbox
from plushka.domain.messages.gateways.model import (
    CARRIED,
    HOST_LENGTH_MAX,
    HOST_PATTERN,
    MAIL_PATTERN,
    PER_SECOND_MAX,
    PORT_MAX,
    PROBLEM_LENGTH_MAX,
    SENDER_LENGTH_MAX,
    SMPP_LOGIN_LENGTH_MAX,
    SMPP_PASSWORD_LENGTH_MAX,
    Credentials,
    Gateway,
    GatewayInSandbox,
    GatewayTaken,
    HostInvalid,
    PaceInvalid,
    Provider,
    SecretInvalid,
    SecretMissing,
    SenderInvalid,
    Server,
)
from plushka.domain.messages.gateways.queries import find_gateway, place_of
from plushka.platform.database import Tx
from plushka.platform.ids import new_id
from plushka.platform.vault import Vault

_SMS_NAME = re.compile(r"(?=.*\S)[A-Za-z0-9 ._&!-]{1,11}|\+?[0-9]{3,15}")
"""Letters of Latin and digits up to eleven, as the networks take them, or a number."""


def draft(
    provider: Provider,
    *,
    sender: str,
    credentials: Credentials,
    server: Server,
    per_second: int,
    at: datetime,
    public_key: str = "",
) -> Gateway:
    """Return a gateway as it would be connected, so that it can be tried before.

    :raises SecretMissing, SecretInvalid, SenderInvalid, HostInvalid, PaceInvalid: what was typed cannot be it
    """
    if provider != "smtp" and not credentials.secret:
        raise SecretMissing(field="secret")
    if provider != "webpush" and not _is_sayable(credentials, provider):
        raise SecretInvalid(field="secret", reason=provider)
    kind = CARRIED[provider]
    if len(sender) > SENDER_LENGTH_MAX or not (_SMS_NAME if kind == "sms" else MAIL_PATTERN).fullmatch(
        sender
    ):
        raise SenderInvalid(field="sender", reason=kind)
    if provider in {"smpp", "smtp"}:
        if len(server.host) > HOST_LENGTH_MAX or not HOST_PATTERN.fullmatch(server.host):
            raise HostInvalid(field="host")
        if not 0 < server.port <= PORT_MAX:
            raise HostInvalid(field="port")
    if not 0 < per_second <= PER_SECOND_MAX:
        raise PaceInvalid(field="per_second", per_second_max=PER_SECOND_MAX)
    return Gateway(
        id=new_id(),
        provider=provider,
        sender=sender,
        server=server,
        credentials=credentials,
        per_second=per_second,
        public_key=public_key,
        connected_at=at,
    )


async def refuse_in_sandbox(tx: Tx) -> None:
    """Let nothing leave a sandbox.

    :raises GatewayInSandbox: this is one
    """
    if (await get_business(tx)).sandbox_of is not None:
        raise GatewayInSandbox


async def connect_gateway(tx: Tx, vault: Vault, gateway: Gateway) -> None:
    """Connect a gateway that was drafted and has answered.

    :raises GatewayInSandbox: nothing leaves a sandbox
    :raises GatewayTaken: the business has one of this kind already
    """
    await refuse_in_sandbox(tx)
    if await find_gateway(tx, vault, gateway.kind) is not None:
        raise GatewayTaken(field="provider")
    sealed = msgspec.json.encode(gateway.credentials).decode()
    await tx.execute(
        """
        -- gateways.connect_gateway
        insert into gateways (
            tenant_id, id, kind, provider, sender, host, port, security, credentials, per_second, public_key,
            balance_minor, connected_at, connected_by
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        tx.tenant_id,
        gateway.id,
        gateway.kind,
        gateway.provider,
        gateway.sender,
        gateway.server.host,
        gateway.server.port,
        gateway.server.security,
        vault.seal(sealed, place=place_of(tx.tenant_id, gateway.id)),
        gateway.per_second,
        gateway.public_key,
        gateway.health.balance_minor,
        gateway.connected_at,
        tx.actor,
    )
    await tx.execute(
        """
        -- gateways.post
        insert into gateway_posts (tenant_id, gateway_id) values ($1, $2)
        """,
        tx.tenant_id,
        gateway.id,
    )
    await audit.record(
        tx,
        action="gateway.connect",
        subject=f"gateway:{gateway.id}",
        provider=gateway.provider,
        sender=gateway.sender,
    )


async def disconnect_gateway(tx: Tx, gateway: Gateway) -> None:
    """Let go of a gateway: nothing leaves by it any more, and its secrets are forgotten, with those of its mailbox."""
    await disconnect_mailbox(tx, gateway.id)
    await tx.execute(
        """
        -- gateways.disconnect_gateway
        update gateways set disconnected_at = $3, credentials = '' where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        gateway.id,
        tx.at,
    )
    await tx.execute(
        """
        -- gateways.take_post_down
        delete from gateway_posts where tenant_id = $1 and gateway_id = $2
        """,
        tx.tenant_id,
        gateway.id,
    )
    await audit.record(
        tx,
        action="gateway.disconnect",
        subject=f"gateway:{gateway.id}",
        provider=gateway.provider,
        sender=gateway.sender,
    )


async def note_health(
    tx: Tx,
    gateway_id: UUID,
    *,
    begun_at: datetime | None = None,
    balance_minor: int | None = None,
    problem: str = "",
) -> None:
    """Note how a gateway was found at ``tx.at``: no ``problem`` takes back the last one, but while it rests.

    What has come up since ``begun_at``, when it began to be looked at, is not taken back by that look.
    """
    await tx.execute(
        """
        -- gateways.note_health
        update gateways
        set checked_at = $3, balance_minor = coalesce($4, balance_minor),
            problem = case when $5 = '' and (rests_until > $3 or problem_at >= $6) then problem else $5 end,
            problem_at = case when $5 <> '' then $3 when rests_until > $3 or problem_at >= $6 then problem_at end
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        gateway_id,
        tx.at,
        balance_minor,
        problem[:PROBLEM_LENGTH_MAX],
        begun_at,
    )


async def note_well(tx: Tx, gateway_id: UUID) -> None:
    """Take back the last problem: something has gone out since, or staff have looked and found all well."""
    await tx.execute(
        """
        -- gateways.note_well
        update gateways set problem = '', problem_at = null where tenant_id = $1 and id = $2 and problem <> ''
        """,
        tx.tenant_id,
        gateway_id,
    )


async def note_rest(tx: Tx, gateway_id: UUID, until: datetime) -> None:
    """Note before when a gateway is to be sent nothing, as it wants; the latest of several moments counts."""
    await tx.execute(
        """
        -- gateways.note_rest
        update gateways set rests_until = greatest(rests_until, $3) where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        gateway_id,
        until,
    )


def _is_sayable(credentials: Credentials, provider: Provider) -> bool:
    """Tell whether a protocol has room for what was typed, and it ends no header."""
    both = credentials.login + credentials.secret
    if provider != "smpp":
        return both.isprintable()
    return (
        both.isascii()
        and both.isprintable()
        and len(credentials.login) <= SMPP_LOGIN_LENGTH_MAX
        and len(credentials.secret) <= SMPP_PASSWORD_LENGTH_MAX
    )
