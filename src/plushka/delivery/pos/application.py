"""The API as one plain ASGI application: find the endpoint, admit the key, parse, call, answer.

Plain, because all the rest of a request is so little: a framework's routing, dependencies and
serialisation cost more than everything that happens here (docs/decisions/0020).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil
from time import perf_counter
from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar.types import HTTPScope, Receive, Send
from prometheus_client import Histogram

from plushka.delivery.pos.endpoint import Call, Endpoint, Services
from plushka.delivery.pos.limits import IDEMPOTENCY_KEY_LENGTH_MAX
from plushka.delivery.pos.pages import Page
from plushka.delivery.pos.parsing import parse_json, parse_query
from plushka.delivery.pos.problems import INTERNAL_ERROR, problem_of
from plushka.delivery.pos.refusals import IdempotencyKeyInvalid, Rejected, ScopeMissing
from plushka.domain.staff.model import KeyHolder, Scope
from plushka.domain.staff.tills import is_used_long_ago, note_key_use
from plushka.domain.staff.tokens import PresentedKey, read_key
from plushka.platform.addresses import network_of
from plushka.platform.i18n import Language
from plushka.platform.logs import brief
from plushka.platform.point_words import call_points

Headers = Mapping[bytes, bytes]

_JSON = b"application/json"
_PROBLEM = b"application/problem+json"
_ID = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)")
_NO_ID = UUID(int=0)
_IDEMPOTENCY_KEY = re.compile(rf"[\x21-\x7e]{{1,{IDEMPOTENCY_KEY_LENGTH_MAX}}}")
_LANGUAGE_OF_STRANGERS: Language = "en"

_seconds = Histogram(
    "plushka_pos_request_seconds",
    "Time from a till's request to its answer",
    labelnames=("endpoint", "status"),
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
)
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger()


class PosApplication:
    """Serves ``endpoints`` to those who hold a key, and ``pages`` to everybody."""

    def __init__(self, services: Services, endpoints: Iterable[Endpoint], pages: Iterable[Page]) -> None:
        self._services = services
        self._pages = {page.path: page for page in pages}
        self._endpoints: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            self._endpoints.setdefault(endpoint.path, {})[endpoint.method] = endpoint

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        began = perf_counter()
        request = _Request(self._services, scope, receive)
        try:
            page = self._pages.get(scope["path"])
            if page is not None:
                body = await page.body(self._services)
                await _send(send, 200, page.content_type, body, page.headers)
                return
            status, out = await request.answer(self._endpoints)
            await _send(send, status, _JSON, _encode(out), {})
            _seconds.labels(request.name, status).observe(perf_counter() - began)
        except Exception as error:  # noqa: BLE001  the edge: whatever it is, the till is told
            problem, headers = problem_of(error, request.language)
            if problem.status == INTERNAL_ERROR:
                _log.error("request failed", path=scope["path"], code=problem.code, exc_info=error)
            elif problem.status > INTERNAL_ERROR:
                # Every till comes again every second: a trace each would fill the disk that may be full already.
                _log.warning("not now", path=scope["path"], code=problem.code, reason=brief(error))
            await _send(send, problem.status, _PROBLEM, _encode(problem), headers)
            _seconds.labels(request.name, problem.status).observe(perf_counter() - began)


class _Request:
    """One request on its way in. ``name`` (of its endpoint) and ``language`` are known better as it gets on."""

    def __init__(self, services: Services, scope: HTTPScope, receive: Receive) -> None:
        self._services = services
        self._scope = scope
        self._receive = receive
        self._headers: Headers = dict(scope["headers"])
        self._at: datetime = services.clock.now()
        self.name = ""
        self.language: Language = _LANGUAGE_OF_STRANGERS

    async def answer(self, endpoints: Mapping[str, Mapping[str, Endpoint]]) -> tuple[int, Any]:
        endpoint, path_id = self._find(endpoints)
        self.name = endpoint.handler.__name__
        holder = await self._admit(endpoint.scope)
        call_points(holder.point_words)
        query = parse_query(self._scope["query_string"], endpoint.query)
        self.language = query.language or self.language
        body = None
        if endpoint.decoder is not None:
            body = parse_json(endpoint.decoder, await self._read(endpoint.body_bytes_max))
        call = Call(
            services=self._services,
            at=self._at,
            holder=holder,
            body=body,
            query=query,
            id=path_id,
            idempotency_key=self._idempotency_key() if endpoint.takes_key else None,
            language=self.language,
            network=self._network(),
        )
        answer = await endpoint.handler(call)
        return answer.status, answer.body

    def _find(self, endpoints: Mapping[str, Mapping[str, Endpoint]]) -> tuple[Endpoint, UUID]:
        path = self._scope["path"]
        path_id = _NO_ID
        methods = endpoints.get(path)
        if methods is None and (match := _ID.search(path)):
            path_id = UUID(match[1])
            methods = endpoints.get(f"{path[: match.start(1)]}{{id}}{path[match.end(1) :]}")
        if methods is None:
            raise Rejected(404, "route_not_found")
        endpoint = methods.get(self._scope["method"])
        if endpoint is None:
            raise Rejected(405, "method_not_allowed", headers={"allow": ", ".join(methods)})
        return endpoint, path_id

    async def _admit(self, scope: Scope) -> KeyHolder:
        kind, _, secret = self._headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            raise Rejected(401, "key_missing", headers={"www-authenticate": "Bearer"})
        presented = read_key(secret)
        holder = None
        if presented is not None:
            keyring = self._services.keyring
            holder = keyring.find(presented, at=self._at)
            if holder is None and not keyring.is_unknown(presented, at=self._at):
                holder = await self._look_up(presented)
                await self._note_use(holder)
        if holder is None:
            raise Rejected(401, "key_invalid", headers={"www-authenticate": 'Bearer error="invalid_token"'})
        self.language = holder.language
        wait_seconds = self._services.rate.take(holder.key_id, now=self._at.timestamp())
        if wait_seconds:
            raise Rejected(429, "rate_exceeded", headers={"retry-after": str(ceil(wait_seconds))})
        if scope not in holder.scopes:
            raise ScopeMissing(scope=scope)
        return holder

    async def _look_up(self, presented: PresentedKey) -> KeyHolder | None:
        """Return the key's holder; whose address has tried too many keys in vain waits, unless the key was good before.

        A try counts until its key has proved good: of many at the same moment all would pass otherwise.
        """
        keyring, strangers = self._services.keyring, self._services.strangers
        is_stranger, is_in_vain = not keyring.has_met(presented), False
        network = self._network()
        if is_stranger and (wait_seconds := strangers.take(network, now=self._at.timestamp())):
            raise Rejected(429, "unknown_keys_too_many", headers={"retry-after": str(ceil(wait_seconds))})
        try:
            async with self._services.database.transaction(
                presented.tenant_id, actor="visitor", at=self._at, read_only=True
            ) as tx:
                holder = await keyring.look_up(tx, presented)
            is_in_vain = holder is None
            return holder
        finally:
            if is_stranger and not is_in_vain:
                strangers.give_back(network)

    def _network(self) -> str:
        client = self._scope["client"]
        return network_of(client[0] if client else "")

    async def _note_use(self, holder: KeyHolder | None) -> None:
        if holder is None or not is_used_long_ago(holder, self._at):
            return
        async with self._services.database.transaction(
            holder.tenant_id, actor=f"till:{holder.till_id}", at=self._at
        ) as tx:
            await note_key_use(tx, holder.key_id)

    async def _read(self, bytes_max: int) -> bytes:
        announced = self._headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > bytes_max:
            raise Rejected(413, "body_too_large")
        chunks: list[bytes] = []
        size = 0
        while True:
            event = await self._receive()
            if event["type"] != "http.request":
                raise Rejected(400, "json_malformed")
            chunks.append(event["body"])
            size += len(event["body"])
            if size > bytes_max:
                raise Rejected(413, "body_too_large")
            if not event["more_body"]:
                return b"".join(chunks)

    def _idempotency_key(self) -> str | None:
        header = self._headers.get(b"idempotency-key")
        if header is None:
            return None
        key = header.decode("latin-1")
        if not _IDEMPOTENCY_KEY.fullmatch(key):
            raise IdempotencyKeyInvalid(field="Idempotency-Key", length_max=IDEMPOTENCY_KEY_LENGTH_MAX)
        return key


async def _send(
    send: Send, status: int, content_type: bytes, body: bytes, headers: Mapping[str, str]
) -> None:
    lines = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body, "more_body": False})
