"""Telling other systems what journeys have left for them, signed, until they have taken it.

Nobody is to make this server ask its own network (server-side request forgery): an address is https, its host is
resolved here, and what is not of the public internet is not connected to, whatever name it goes by; no redirect is
followed. ``is_open`` lifts that where nothing is at stake: in tests and in the demo.
"""

import asyncio
from http import HTTPStatus
from ipaddress import ip_address
from socket import AddressFamily
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from plushka.domain.campaigns.journeys.calls import Taken, note_failed, note_taken, take_calls
from plushka.engine.journeys.check import is_address
from plushka.platform.addresses import is_public
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.errors import PermanentFailure, TemporaryFailure

TIMEOUT_SECONDS = 10
GONE = HTTPStatus.GONE


class Calls:
    """The job that tells other systems, as this installation allows."""

    def __init__(self, *, is_open: bool = False) -> None:
        self._is_open = is_open

    async def call_tenant(self, database: Database, clock: Clock, tenant_id: UUID) -> None:
        """Send the tenant's calls that are due: of two workers one has each call. None is sent inside a transaction."""
        while True:
            async with database.transaction(tenant_id, actor="job:webhooks", at=clock.now()) as tx:
                calls = await take_calls(tx)
            if not calls:
                return
            outcomes = await asyncio.gather(*(self._try(call) for call in calls))
            async with database.transaction(tenant_id, actor="job:webhooks", at=clock.now()) as tx:
                for call, failure in zip(calls, outcomes, strict=True):
                    if failure is None:
                        await note_taken(tx, call.id)
                    else:
                        for_good = isinstance(failure, PermanentFailure)
                        await note_failed(tx, call, failure.reason, for_good=for_good)

    async def _try(self, call: Taken) -> TemporaryFailure | PermanentFailure | None:
        try:
            await self._post(call)
        except (TemporaryFailure, PermanentFailure) as failure:
            return failure
        return None

    async def _post(self, call: Taken) -> None:
        host = urlsplit(call.url).hostname or ""
        if not is_address(call.url, allows_http=self._is_open):
            raise PermanentFailure("address_not_allowed")
        # What is an address already is connected to without being resolved.
        if not self._is_open and _is_number(host) and not is_public(host):
            raise PermanentFailure("address_not_allowed")
        connector = aiohttp.TCPConnector(resolver=_Resolver(is_open=self._is_open), use_dns_cache=False)
        headers = {
            "content-type": "application/json",
            "user-agent": "Plushka",
            "x-plushka-signature": call.signature,
            "x-plushka-attempt": str(call.attempts),
        }
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
                ) as session,
                session.post(
                    call.url, data=call.body.encode(), headers=headers, allow_redirects=False
                ) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TemporaryFailure(type(error).__name__) from error
        if status == GONE:
            raise PermanentFailure(f"http {status}")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise TemporaryFailure(f"http {status}")


class _Resolver(AbstractResolver):
    """Resolves names, and knows none that leads to a network of one's own."""

    def __init__(self, *, is_open: bool) -> None:
        self._is_open = is_open
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily | Any = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        public = [each for each in found if self._is_open or is_public(each["host"])]
        if not public:
            raise OSError(f"{host} is not on the public internet")
        return public

    async def close(self) -> None:
        await self._system.close()


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
