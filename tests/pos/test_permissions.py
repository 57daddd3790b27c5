"""Who may ask for what: every endpoint × every credential. A route that is missing here fails."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import PIN, Cast, client_of, coffee, new_cashier, new_certificate

from plushka.app import Plushka
from plushka.delivery.pos.routes import ENDPOINTS
from plushka.domain.staff.keyring import TTL_SECONDS
from plushka.domain.staff.operations import revoke_key
from plushka.platform.database import Database

# Eve holds a good key of her own business, so she is admitted, and must find nothing of Anna's.
# Boris' key has the right to quote and no other.
TABLE = {
    # route: (nobody, a false key, Boris, Eve, Anna)
    "GET /v1/till": (401, 401, 200, 200, 200),
    "GET /v1/products": (401, 401, 200, 200, 200),
    "POST /v1/members": (401, 401, 403, 201, 200),
    "GET /v1/members": (401, 401, 403, 404, 200),
    "GET /v1/members/{id}": (401, 401, 403, 404, 200),
    "POST /v1/members/codes": (401, 401, 403, 404, 404),  # nobody shows one
    "POST /v1/members/{id}/referrer": (401, 401, 403, 404, 404),  # the code is nobody's
    "POST /v1/members/permits": (401, 401, 403, 404, 403),  # the branch does not ask so
    "POST /v1/quotes": (401, 401, 200, 404, 200),
    "POST /v1/purchases": (401, 401, 403, 404, 201),
    "POST /v1/purchases/batch": (401, 401, 403, 200, 200),
    "POST /v1/holds": (401, 401, 403, 404, 201),
    "POST /v1/holds/{id}/cancel": (401, 401, 403, 404, 200),
    "GET /v1/rewards/offers": (401, 401, 403, 404, 200),
    "POST /v1/rewards": (401, 401, 403, 404, 404),  # the catalogue is empty
    "GET /v1/rewards": (401, 401, 403, 404, 404),  # nobody has won one
    "POST /v1/rewards/{id}/redeem": (401, 401, 403, 404, 404),
    "POST /v1/rewards/{id}/reverse": (401, 401, 403, 404, 404),
    "POST /v1/rewards/{id}/cancel": (401, 401, 403, 404, 404),
    "GET /v1/certificates/types": (401, 401, 403, 200, 200),
    "POST /v1/certificates/check": (401, 401, 403, 404, 200),
    "POST /v1/certificates/sales": (401, 401, 403, 404, 201),
    "POST /v1/events": (401, 401, 403, 404, 201),
    "GET /v1/events/{id}": (401, 401, 403, 404, 200),
    "POST /v1/events/{id}/cancel": (401, 401, 403, 404, 200),
    "POST /v1/carts": (401, 401, 403, 404, 201),
    "POST /v1/carts/end": (401, 401, 403, 404, 200),
    "GET /v1/receipts/{id}": (401, 401, 403, 404, 200),
    "GET /v1/receipts": (401, 401, 403, 404, 200),
    "GET /v1/receipts/latest": (401, 401, 403, 200, 200),
    "GET /v1/receipts/{id}/returns": (401, 401, 403, 404, 200),
    "POST /v1/returns": (401, 401, 403, 404, 201),
    "POST /v1/returns/preview": (401, 401, 403, 404, 200),
    "GET /v1/cashiers": (401, 401, 403, 200, 200),
    "POST /v1/shifts": (401, 401, 403, 404, 200),
    "GET /v1/shifts/current": (401, 401, 403, 404, 200),
    "POST /v1/shifts/{id}/close": (401, 401, 403, 404, 200),
}


def test_every_route_is_in_the_table() -> None:
    assert [f"{one.method} {one.path}" for one in ENDPOINTS] == list(TABLE)


@pytest.fixture
async def things(anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock) -> dict[str, str]:
    """What Anna has and Eve shall not see."""
    member = (await anna.post("/v1/members", json={"phone": "+79161234567"})).json()
    receipt = (await anna.post("/v1/purchases", json=coffee(member={"id": member["id"]}))).json()
    hold = await anna.post(
        "/v1/holds", json={"external_id": "H", "member": {"id": member["id"]}, "points": 1}
    )
    event = await anna.post(
        "/v1/events", json={"external_id": "E", "kind": "review", "member": {"id": member["id"]}}
    )
    cashier = await new_cashier(database, clock, cast.anna, name="Маша")
    shift = await anna.post("/v1/shifts", json={"cashier": str(cashier), "pin": PIN})
    return {
        "member": member["id"],
        "receipt": receipt["id"],
        "reward": str(UUID(int=1)),
        "hold": hold.json()["id"],
        "event": event.json()["id"],
        "cashier": str(cashier),
        "shift": shift.json()["id"],
        "certificate": await new_certificate(database, clock, cast.anna),
    }


def cart(member: dict[str, str]) -> dict[str, Any]:
    return {
        "external_id": "K",
        "member": member,
        "sum_minor": 100000,
        "currency": "RUB",
        "items": [{"name": "Кофе"}],
        "changed_at": "2026-03-10T09:00:00Z",
    }


def request_of(route: str, things: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    """Return method, address and body of a request that is good when it comes from Anna's till."""
    method, _, path = route.partition(" ")
    member = {"id": things["member"]}
    noun = path.split("/")[2].removesuffix("s")
    address = path.replace("{id}", things.get(noun, ""))
    quote = coffee(member=member, branch="arbat")
    del quote["external_id"]
    back = {"external_id": "R", "receipt": {"id": things["receipt"]}}
    return {
        "POST /v1/members": (method, address, {"phone": "+79161234567"}),
        "GET /v1/members": (method, f"{address}?phone=89161234567", None),
        "POST /v1/quotes": (method, address, quote),
        "POST /v1/members/codes": (method, address, {"code": "000000"}),
        "POST /v1/members/{id}/referrer": (method, address, {"code": "0000 0000"}),
        "POST /v1/members/permits": (method, address, {"member": member, "branch": "arbat"}),
        "POST /v1/purchases": (method, address, coffee("2", member=member)),
        "POST /v1/purchases/batch": (method, address, {"purchases": [coffee("3", member=member)]}),
        "GET /v1/rewards": (method, f"{address}?code=ABCD2345", None),
        "GET /v1/rewards/offers": (method, f"{address}?member={things['member']}", None),
        "POST /v1/rewards": (method, address, {"offer": str(UUID(int=1)), "member": member}),
        "POST /v1/holds": (method, address, {"external_id": "4", "member": member, "points": 1}),
        "POST /v1/certificates/check": (method, address, {"certificate": things["certificate"]}),
        "POST /v1/certificates/sales": (
            method,
            address,
            {"external_id": "C", "certificate": things["certificate"]},
        ),
        "POST /v1/events": (method, address, {"external_id": "E2", "kind": "review", "member": member}),
        "POST /v1/events/{id}/cancel": (method, address, {"reason": "a mistake"}),
        "POST /v1/carts": (method, address, cart(member)),
        "POST /v1/carts/end": (
            method,
            address,
            {
                "external_id": "K",
                "member": member,
                "outcome": "emptied",
                "ended_at": cart(member)["changed_at"],
            },
        ),
        "GET /v1/receipts": (method, f"{address}?external_id=1", None),
        "POST /v1/returns": (method, address, back),
        "POST /v1/shifts": (method, address, {"cashier": things["cashier"], "pin": PIN}),
        "POST /v1/returns/preview": (method, address, back),
    }.get(route, (method, address, None))


@pytest.mark.parametrize("route", TABLE)
async def test_each_credential_gets_its_answer(
    route: str, app: Plushka, cast: Cast, things: dict[str, str]
) -> None:
    false = cast.anna.secret[:-4] + "AAAA"
    method, address, body = request_of(route, things)
    answers = []
    for secret in (None, false, cast.boris_secret, cast.eve.secret, cast.anna.secret):
        async with client_of(app, secret) as client:
            answers.append(await client.request(method, address, json=body))

    assert tuple(answer.status_code for answer in answers) == TABLE[route], [a.text for a in answers]
    for answer in answers:
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert "79161234567" not in answer.text


async def test_a_right_that_a_key_lacks_is_told_in_the_language_of_the_business(
    app: Plushka, cast: Cast
) -> None:
    async with client_of(app, cast.boris_secret) as boris:
        answer = await boris.get("/v1/cashiers")

    assert answer.json()["detail"].startswith("У этого ключа нет права «purchases».")


async def test_eve_commits_a_batch_and_none_of_it_touches_annas_member(
    eve: httpx.AsyncClient, anna: httpx.AsyncClient, things: dict[str, str]
) -> None:
    answer = await eve.post(
        "/v1/purchases/batch", json={"purchases": [coffee("3", member={"id": things["member"]})]}
    )

    assert answer.json()["results"][0]["problem"]["code"] == "member_not_found"
    member = (await anna.get(f"/v1/members/{things['member']}")).json()
    assert member["balance"]["available"] == 99


async def test_a_revoked_key_stops_working_within_seconds(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    assert (await anna.get("/v1/receipts?external_id=1")).status_code == 404
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await revoke_key(tx, cast.anna.key_id)

    clock.advance(timedelta(seconds=TTL_SECONDS))

    assert (await anna.get("/v1/receipts?external_id=1")).json()["code"] == "key_invalid"


async def test_a_till_without_a_branch_names_one(app: Plushka, cast: Cast) -> None:
    quote = coffee()
    del quote["external_id"]
    async with client_of(app, cast.boris_secret) as boris:
        unnamed = await boris.post("/v1/quotes", json=quote)
        unknown = await boris.post("/v1/quotes", json={**quote, "branch": "moon"})
        named = await boris.post("/v1/quotes?slip=true", json={**quote, "branch": "arbat"})

    assert [unnamed.json()["code"], unknown.json()["code"]] == ["branch_unknown"] * 2
    assert named.status_code == 200


@pytest.mark.parametrize("path", ["/v1/health", "/v1/health/ready", "/v1/openapi.json", "/v1/docs"])
async def test_pages_need_no_key(path: str, app: Plushka) -> None:
    async with client_of(app, None) as nobody:
        assert (await nobody.get(path)).status_code == 200


async def test_unknown_addresses_and_methods_are_told_apart(anna: httpx.AsyncClient) -> None:
    nowhere = await anna.get("/v1/nowhere")
    not_an_id = await anna.get("/v1/members/7")
    wrong_way = await anna.delete(f"/v1/members/{UUID(int=1)}")

    assert [nowhere.json()["code"], not_an_id.json()["code"]] == ["route_not_found"] * 2
    assert (wrong_way.status_code, wrong_way.headers["allow"]) == (405, "GET")
