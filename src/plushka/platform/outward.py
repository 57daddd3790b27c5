"""Connections to servers that somebody has named: never into the inner network, unless the operator says so.

Who may type an address could otherwise let us knock at what only we can reach (SSRF). A name is looked up once, and the
connection goes to the address that was looked at, so that it cannot become another one in between.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from plushka.platform.addresses import is_public
from plushka.platform.errors import Invalid, TemporaryFailure

LOOKUP_SECONDS_MAX = 10


class InnerAddress(Invalid):
    """The server stands where strangers must not send us."""

    code = "host_inner"


async def resolve(host: str, port: int, *, allowed: Collection[str] = ()) -> str:
    """Return an address of ``host``, to be connected to as it is.

    :raises InnerAddress: it is of the inner network, and ``allowed`` has not this host
    :raises TemporaryFailure: nobody knows this host, now
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOKUP_SECONDS_MAX):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TemporaryFailure(f"{host}: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if host not in allowed and not all(map(is_public, addresses)):
        raise InnerAddress(field="host")
    return addresses[0]


def outward_session(*, allowed: Collection[str] = (), timeout_seconds: float = 20) -> aiohttp.ClientSession:
    """Return a session of HTTP that connects to public addresses and the ``allowed`` hosts, and follows no redirect.

    What it will not connect to raises ``aiohttp.ClientError``.
    """
    tracing = aiohttp.TraceConfig()
    tracing.on_request_start.append(_refuse_bare_addresses(frozenset(allowed)))
    tracing.on_request_redirect.append(_refuse_redirect)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=_PublicResolver(allowed)),
        trace_configs=[tracing],
        timeout=aiohttp.ClientTimeout(total=timeout_seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


class NotPublic(aiohttp.ClientError):
    """Where this leads is not the internet, or is somewhere else than was said."""


class _PublicResolver(AbstractResolver):
    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if host not in self._allowed and not all(is_public(one["host"]) for one in found):
            raise NotPublic(f"{host} is of the inner network")
        return found

    async def close(self) -> None:
        await self._resolver.close()


def _refuse_bare_addresses(allowed: frozenset[str]) -> Callable[..., Awaitable[None]]:
    """Return what refuses an address of numbers, which no resolver sees."""

    async def refuse(_session: object, _context: object, parameters: aiohttp.TraceRequestStartParams) -> None:
        host = parameters.url.host or ""
        try:
            ip_address(host)
        except ValueError:
            return
        if host not in allowed and not is_public(host):
            raise NotPublic(f"{host} is of the inner network")

    return refuse


async def _refuse_redirect(*_: object) -> None:
    raise NotPublic("redirected")
