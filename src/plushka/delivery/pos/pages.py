"""What everybody may read without a key: the server's health, and the description of this API."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from plushka.delivery.pos.endpoint import Endpoint, Services
from plushka.delivery.pos.openapi import describe, error_codes
from plushka.delivery.pos.reference import STYLE_HASH, render

_JSON = b"application/json"
_CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A document at ``path``; ``body`` makes it anew each time."""

    path: str
    content_type: bytes
    body: Callable[[Services], Awaitable[bytes]]
    headers: Mapping[str, str] = field(default_factory=dict)


def pages_of(endpoints: Iterable[Endpoint]) -> tuple[Page, ...]:
    """Return the pages that go with ``endpoints``."""
    endpoints = tuple(endpoints)
    description = describe(endpoints)
    return (
        Page("/v1/health", _JSON, _live),
        Page("/v1/health/ready", _JSON, _ready),
        Page("/v1/openapi.json", _JSON, _always(msgspec.json.encode(description))),
        Page(
            "/v1/docs",
            b"text/html; charset=utf-8",
            _always(render(description, error_codes(endpoints)).encode()),
            {"content-security-policy": _CONTENT_SECURITY_POLICY, "referrer-policy": "no-referrer"},
        ),
    )


async def _live(_: Services) -> bytes:
    return b'{"status":"ok"}'


async def _ready(services: Services) -> bytes:
    async with services.database.global_transaction(actor="visitor", at=services.clock.now()) as tx:
        await tx.execute("-- pos.ready\nselect 1")
    return b'{"status":"ok"}'


def _always(body: bytes) -> Callable[[Services], Awaitable[bytes]]:
    async def page(_: Services) -> bytes:
        return body

    return page
