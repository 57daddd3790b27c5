"""What an endpoint is: one declaration that both serves requests and is described by OpenAPI.

A handler's annotations are its declaration: ``Call[Body, Query]`` names what comes in, ``Answer[Out]``
what goes out, its docstring what it does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_args, get_type_hints
from uuid import UUID

import msgspec
from msgspec import UnsetType

from plushka.delivery.pos.limits import BODY_BYTES_MAX
from plushka.delivery.pos.rate import RateLimiter
from plushka.domain.bots.herald import Herald
from plushka.domain.purchases.model import Caller
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.domain.purchases.reference import Reference
from plushka.domain.staff.keyring import Keyring
from plushka.domain.staff.model import KeyHolder, Scope
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import Language


class AnyQuery(Protocol):
    """What every request may say in its address."""

    language: Language | UnsetType


BodyT_co = TypeVar("BodyT_co", covariant=True)
QueryT_co = TypeVar("QueryT_co", covariant=True)
OutT = TypeVar("OutT")


@dataclass(frozen=True, slots=True)
class Services:
    """What the process shares among its requests."""

    database: Database
    clock: Clock
    purchases: PurchaseQueue
    reference: Reference
    keyring: Keyring
    rate: RateLimiter[UUID]
    strangers: RateLimiter[str]
    herald: Herald


@dataclass(frozen=True, slots=True)
class Call(Generic[BodyT_co, QueryT_co]):
    """A request that was admitted and parsed. ``id`` is the one in the path, of the nil UUID where there is none."""

    services: Services
    at: datetime
    holder: KeyHolder
    body: BodyT_co
    query: QueryT_co
    id: UUID
    idempotency_key: str | None
    language: Language
    network: str
    """What whoever asks is counted by (``addresses.network_of``)."""

    @property
    def caller(self) -> Caller:
        """The till, in the words of purchases."""
        return Caller(tenant_id=self.holder.tenant_id, till_id=self.holder.till_id, branch=self.holder.branch)

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Tx]:
        """Open a transaction on the rows of the caller's business."""
        async with self.services.database.transaction(
            self.holder.tenant_id, actor=f"till:{self.holder.till_id}", at=self.at, read_only=read_only
        ) as tx:
            yield tx


class Answer(NamedTuple, Generic[OutT]):
    """What goes back."""

    body: OutT
    status: int = 200


Handler = Callable[[Call[Any, Any]], Awaitable[Answer[Any]]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A handler with all that is known of it before a request comes."""

    method: str
    path: str
    scope: Scope
    handler: Handler
    body: type | None
    query: type[AnyQuery]
    out: type
    statuses: Sequence[int]
    refusals: Sequence[type[Refusal]]
    example: Any
    takes_key: bool
    is_queued: bool
    body_bytes_max: int
    decoder: msgspec.json.Decoder[Any] | None = field(repr=False)


def endpoint(
    route: str,
    *,
    scope: Scope,
    statuses: Sequence[int] = (200,),
    refusals: Sequence[type[Refusal]] = (),
    example: Any = None,
    takes_key: bool = False,
    is_queued: bool = False,
    body_bytes_max: int = BODY_BYTES_MAX,
) -> Callable[[Handler], Endpoint]:
    """Make the decorated handler the endpoint of ``route``, such as ``POST /v1/quotes``.

    ``refusals`` are those of the domain that it may answer with, ``example`` is a request body, and with
    ``takes_key`` it heeds the header ``Idempotency-Key``. With ``is_queued`` it may find the queue full.
    """

    def declare(handler: Handler) -> Endpoint:
        hints = get_type_hints(handler)
        body, query = get_args(hints["call"])
        (out,) = get_args(hints["return"])
        method, path = route.split(" ")
        return Endpoint(
            method=method,
            path=path,
            scope=scope,
            handler=handler,
            body=None if body is type(None) else body,
            query=query,
            out=out,
            statuses=statuses,
            refusals=refusals,
            example=example,
            takes_key=takes_key,
            is_queued=is_queued,
            body_bytes_max=body_bytes_max,
            decoder=None if body is type(None) else msgspec.json.Decoder(body),
        )

    return declare
