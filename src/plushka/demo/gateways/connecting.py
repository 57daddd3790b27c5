"""Gateways of the demo's businesses: those that are none, and push, which a browser has a service for."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from plushka.demo.gateways.mail import LOGIN, FakeMail
from plushka.demo.gateways.sms import SMSRU_PREFIX, FakeSms
from plushka.demo.messengers.addresses import HOST
from plushka.domain.messages.gateways.hooks import new_hook
from plushka.domain.messages.gateways.model import PER_SECOND, Credentials, Gateway, Provider, Server
from plushka.domain.messages.gateways.operations import (
    connect_gateway,
    disconnect_gateway,
    draft,
)
from plushka.domain.messages.gateways.push_keys import new_keys
from plushka.domain.messages.gateways.queries import find_gateway
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

ACTOR = "operator:demo"
MAIL_PORT_AFTER: Final = 1
"""The mail server stands beside the messengers."""


def gateways_of(port: int) -> dict[str, str]:
    """Return the settings with which gateways of this process are spoken to instead of the real ones."""
    return {"PLUSHKA_SMSRU_API": f"http://{HOST}:{port}{SMSRU_PREFIX}", "PLUSHKA_INNER_HOSTS": HOST}


async def ensure_gateways(
    database: Database, clock: Clock, settings: Settings, tenant_ids: Collection[UUID]
) -> None:
    """Give each business SMS, mail and push. Safe to repeat; what stands elsewhere by now is connected anew."""
    vault = Vault.of(settings)
    mail_port = settings.phones_port + MAIL_PORT_AFTER
    for tenant_id in tenant_ids:
        wanted = [
            _draft(clock, "smsru", "Plushka", Credentials(secret=FakeSms().key, hook=new_hook())),
            _draft(
                clock,
                "smtp",
                "card@plushka.example",
                Credentials(login=LOGIN, secret=FakeMail().password),
                Server(HOST, mail_port, "none"),
            ),
            _draft(clock, "webpush", "owner@plushka.example", Credentials()),
        ]
        for gateway in wanted:
            async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
                known = await find_gateway(tx, vault, gateway.kind)
                if known is not None and known.server != gateway.server:
                    await disconnect_gateway(tx, known)
                if known is None or known.server != gateway.server:
                    await connect_gateway(tx, vault, gateway)


def _draft(
    clock: Clock, provider: Provider, sender: str, credentials: Credentials, server: Server | None = None
) -> Gateway:
    keys = new_keys() if provider == "webpush" else None
    return draft(
        provider,
        sender=sender,
        credentials=Credentials(secret=keys.private) if keys else credentials,
        server=server or Server(),
        per_second=PER_SECOND[provider],
        at=clock.now(),
        public_key=keys.public if keys else "",
    )
