"""The description of the API (OpenAPI 3.1), made of the endpoints' own declarations."""

import inspect
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import msgspec

from plushka.delivery.pos import refusals
from plushka.delivery.pos.answers import Problem
from plushka.delivery.pos.endpoint import Endpoint
from plushka.delivery.pos.limits import IDEMPOTENCY_KEY_LENGTH_MAX
from plushka.delivery.pos.problems import INTERNAL_ERROR, TITLE_OF_STATUS, status_of
from plushka.delivery.pos.requests import PurchaseIn
from plushka.delivery.pos.sentences import meaning
from plushka.domain.purchases.model import QueueFull
from plushka.platform.errors import Refusal

Json = dict[str, Any]

_SUCCESS = {200: "Done; booked before if it is a booking", 201: "Booked now"}
_SCHEMAS = "#/components/schemas/{name}"

OF_EVERY_REQUEST: dict[int, tuple[str, ...]] = {
    401: ("key_missing", "key_invalid"),
    403: ("scope_missing",),
    422: (
        "field_unknown",
        "field_missing",
        "field_repeated",
        "type_wrong",
        "value_unknown",
        "value_malformed",
        "text_has_nul",
    ),
    429: ("rate_exceeded", "unknown_keys_too_many"),
    503: ("temporarily_unavailable",),
}
OF_EVERY_BODY: dict[int, tuple[str, ...]] = {
    400: ("json_malformed",),
    413: ("body_too_large",),
    422: (
        "text_too_long",
        "text_too_short",
        "items_too_many",
        "items_too_few",
        "number_too_large",
        "number_too_small",
        "time_zone_missing",
    ),
}


def describe(endpoints: Iterable[Endpoint]) -> Json:
    """Return the OpenAPI document of ``endpoints``."""
    endpoints = tuple(endpoints)
    types = {kind for one in endpoints for kind in (one.body, one.out) if kind is not None}
    _, components = msgspec.json.schema_components(
        (*sorted(types, key=lambda kind: kind.__name__), PurchaseIn, Problem), ref_template=_SCHEMAS
    )
    paths: dict[str, Json] = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Plushka POS API",
            "version": version("plushka"),
            "description": (
                "Tills report purchases; the programme's rules turn them into points and discounts. Money is "
                "in minor units, quantities in thousandths, points in units of the wallet: integers throughout."
            ),
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "The till's API key."}
            },
        },
        "security": [{"key": []}],
    }


def codes_of(endpoint: Endpoint) -> dict[int, list[str]]:
    """Return the error codes an endpoint may answer with, by status."""
    codes: dict[int, list[str]] = {}
    for status, names in (*OF_EVERY_REQUEST.items(), *(OF_EVERY_BODY.items() if endpoint.decoder else ())):
        codes.setdefault(status, []).extend(names)
    own: Sequence[type[Refusal]] = endpoint.refusals
    if endpoint.takes_key:
        own = (*own, refusals.IdempotencyKeyInvalid)
    if endpoint.is_queued:
        codes[503].append(QueueFull.code)
    for refusal in own:
        codes.setdefault(status_of(refusal), []).append(refusal.code)
    return dict(sorted(codes.items()))


def error_codes(endpoints: Iterable[Endpoint]) -> list[tuple[str, int, str]]:
    """Return every code with its status and its meaning, by code."""
    codes = {("route_not_found", 404), ("method_not_allowed", 405), ("internal_error", INTERNAL_ERROR)}
    for one in endpoints:
        codes |= {(code, status) for status, names in codes_of(one).items() for code in names}
    return [(code, status, meaning(code)) for code, status in sorted(codes)]


def _operation(endpoint: Endpoint) -> Json:
    summary, _, description = (inspect.getdoc(endpoint.handler) or "").partition("\n\n")
    operation: Json = {
        "operationId": endpoint.handler.__name__,
        "tags": [endpoint.handler.__module__.rpartition(".")[2]],
        "summary": " ".join(summary.split()),
        "description": " ".join(f"{description} Scope of the key: `{endpoint.scope}`.".split()),
        "parameters": list(_parameters(endpoint)),
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        content: Json = {"schema": {"$ref": _SCHEMAS.format(name=endpoint.body.__name__)}}
        if endpoint.example is not None:
            content["example"] = endpoint.example
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _parameters(endpoint: Endpoint) -> Iterable[Json]:
    if "{id}" in endpoint.path:
        yield {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    _, components = msgspec.json.schema_components((endpoint.query,), ref_template=_SCHEMAS)
    query = components[endpoint.query.__name__]
    for name, schema in query["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in query.get("required", ()),
            "schema": schema,
        }
    if endpoint.takes_key:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key with another request is refused.",
            "schema": {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_LENGTH_MAX},
        }


def _responses(endpoint: Endpoint) -> Json:
    out = {"application/json": {"schema": {"$ref": _SCHEMAS.format(name=endpoint.out.__name__)}}}
    responses: Json = {
        str(status): {
            "description": _SUCCESS[status],
            "content": out,
        }
        for status in sorted(endpoint.statuses)
    }
    problem = {"application/problem+json": {"schema": {"$ref": _SCHEMAS.format(name=Problem.__name__)}}}
    for status, codes in codes_of(endpoint).items():
        told = "\n".join(f"- `{code}`: {meaning(code)}" for code in codes)
        responses[str(status)] = {"description": f"{TITLE_OF_STATUS[status]}\n\n{told}", "content": problem}
    return responses
