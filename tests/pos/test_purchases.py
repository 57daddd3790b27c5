"""A till's day: a member comes, buys, spends, returns; every answer as the till sees it."""

import asyncio
import json
from typing import Any

import httpx
import psycopg
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.pos.conftest import CASHBACK, Cast, coffee

from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import get_program_id
from plushka.engine.program import EarningCaps, EarningRule, Fixed
from plushka.engine.purchase import POINTS_MAX
from plushka.platform.database import Database

NO_CAPS = EarningCaps()


async def enroll(till: httpx.AsyncClient, **identities: str) -> dict[str, Any]:
    answer = await till.post("/v1/members", json=identities or {"phone": "8 (916) 123-45-67"})
    assert answer.status_code == 201, answer.text
    member: dict[str, Any] = answer.json()
    return member


async def test_a_purchase_earns_and_the_next_one_spends(anna: httpx.AsyncClient) -> None:
    await enroll(anna)

    first = await anna.post("/v1/purchases", json=coffee(member={"phone": "+7 916 123-45-67"}))
    assert first.status_code == 201, first.text
    assert first.json()["decision"]["earned_points"] == 100
    assert first.json()["balance"] == {"available": 100, "pending": 0, "held": 0, "debt": 0}

    quote = await anna.post(
        "/v1/quotes", json=coffee(member={"phone": "89161234567"}, redeem="max") | {"external_id": "2"}
    )
    assert quote.status_code == 422
    assert quote.json()["errors"] == [{"code": "field_unknown", "field": "external_id"}]

    second = await anna.post("/v1/purchases", json=coffee("2", member={"phone": "89161234567"}, redeem="max"))
    decision = second.json()["decision"]
    assert decision["redeemed_points"] == 100
    assert decision["payable_minor"] == 90000
    assert decision["lines"][0]["fiscal"] == [{"quantity_milli": 2000, "price_minor": 45000}]


async def test_a_quote_books_nothing(anna: httpx.AsyncClient) -> None:
    member = await enroll(anna)
    body = coffee(member={"id": member["id"]})
    del body["external_id"]

    quoted = await anna.post("/v1/quotes?slip=true&explanation=true&language=en", json=body)

    assert quoted.status_code == 200, quoted.text
    assert quoted.json()["decision"]["earned_points"] == 100
    assert "Earned 100 points" in quoted.json()["slip"]
    assert quoted.json()["explanation"]["earning"][0]["rule"] == "base"
    assert (await anna.get(f"/v1/members/{member['id']}")).json()["balance"]["available"] == 0


async def test_a_repeat_is_answered_with_what_was_booked(anna: httpx.AsyncClient) -> None:
    await enroll(anna)
    body = coffee(member={"phone": "+79161234567"})

    first = await anna.post("/v1/purchases", json=body, headers={"Idempotency-Key": "k1"})
    again = await anna.post("/v1/purchases", json=body, headers={"Idempotency-Key": "k1"})
    other = await anna.post("/v1/purchases", json=coffee("2"), headers={"Idempotency-Key": "k1"})
    differs = await anna.post("/v1/purchases", json=coffee())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (differs.status_code, differs.json()["code"]) == (409, "receipt_differs")
    found = await anna.get("/v1/receipts", params={"external_id": "1"})
    assert found.json() == first.json()


async def test_a_batch_answers_each_receipt_on_its_own(anna: httpx.AsyncClient) -> None:
    member = await enroll(anna)
    batch = [
        coffee("1", member={"id": member["id"]}, occurred_at="2026-03-10T11:30:00+03:00"),
        coffee("2", currency="USD"),
        coffee("3") | {"lines": [{"sku": "4600001", "quantity_milli": -1, "amount_minor": 1}]},
        coffee("4", extra=1),
        coffee("5"),
        coffee("5"),
    ]

    answer = await anna.post("/v1/purchases/batch", json={"purchases": batch})

    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 422, 422, 422, 201, 200]
    assert results[0]["receipt"]["balance"]["available"] == 100
    assert [result["problem"] and result["problem"]["code"] for result in results[1:4]] == [
        "currency_wrong",
        "number_too_small",
        "field_unknown",
    ]
    assert results[2]["problem"]["errors"][0]["field"] == "lines[0].quantity_milli"


async def test_a_receipt_that_no_program_can_read_stops_no_other_of_its_batch(
    anna: httpx.AsyncClient,
) -> None:
    bodies = [
        json.dumps(coffee(str(number), cashier="Зоя"), ensure_ascii=False).encode() for number in range(4)
    ]
    bodies[1] = bodies[1].replace("Зоя".encode(), b"\\u0000")
    bodies[2] = bodies[2].replace("Зоя".encode(), b"\xff")

    answer = await anna.post("/v1/purchases/batch", content=b'{"purchases":[%s]}' % b",".join(bodies))

    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 422, 400, 201]
    assert results[1]["problem"]["errors"] == [{"code": "text_has_nul", "field": "cashier"}]


async def test_a_receipt_that_fails_on_our_side_stops_no_other_of_its_batch(
    anna: httpx.AsyncClient, owner_dsn: str
) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute("alter table receipts add constraint broken check (external_id <> '1')")

    answer = await anna.post("/v1/purchases/batch", json={"purchases": [coffee("1"), coffee("2")]})

    assert [result["status"] for result in answer.json()["results"]] == [500, 201]
    assert (await anna.get("/v1/receipts", params={"external_id": "1"})).status_code == 404


@pytest.mark.parametrize("caps", [NO_CAPS, EarningCaps(per_receipt=100)])
async def test_a_receipt_that_earns_more_than_can_be_counted_is_refused(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, caps: EarningCaps
) -> None:
    await plenty(database, clock, cast, caps=caps)
    member = await enroll(anna)
    beyond = coffee("1", member={"id": member["id"]}, lines=[grain(1_001)])

    booked = await anna.post("/v1/purchases", json=beyond)
    batch = await anna.post("/v1/purchases/batch", json={"purchases": [beyond, coffee("2")]})
    del beyond["external_id"]
    quoted = await anna.post("/v1/quotes", json=beyond)

    for refused in (booked.json(), quoted.json(), batch.json()["results"][0]["problem"]):
        assert refused["code"] == "receipt_points_over_maximum"
        assert refused["errors"] == [
            {"code": "receipt_points_over_maximum", "field": "lines", "points_max": POINTS_MAX}
        ]
    assert (booked.status_code, quoted.status_code) == (409, 409)
    assert [result["status"] for result in batch.json()["results"]] == [409, 201]
    assert (await anna.get("/v1/receipts", params={"external_id": "1"})).status_code == 404


async def test_an_account_holds_only_so_many_points(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    await plenty(database, clock, cast)
    member = await enroll(anna)
    sold = [
        await anna.post(
            "/v1/purchases", json=coffee(str(units), member={"id": member["id"]}, lines=[grain(units)])
        )
        for units in (999, 2, 1)
    ]

    assert [answer.status_code for answer in sold] == [201, 409, 201]
    assert sold[1].json()["errors"] == [
        {"code": "balance_over_maximum", "field": "lines", "points_max": POINTS_MAX}
    ]
    assert sold[2].json()["balance"]["available"] == POINTS_MAX
    one_more = coffee("4", member={"id": member["id"]}, lines=[grain(1)])
    del one_more["external_id"]
    assert (await anna.post("/v1/quotes", json=one_more)).json()["code"] == "balance_over_maximum"


async def plenty(database: Database, clock: SetClock, cast: Cast, *, caps: EarningCaps = NO_CAPS) -> None:
    """Publish rules that give as many points a unit as rules can."""
    each = EarningRule(id="each", name="each", effect=Fixed(points=10**12, per="unit"), caps=caps)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        rules = structs.replace(CASHBACK, earning=(each,))
        await publish(tx, program_id=await get_program_id(tx), program=rules, valid_from=tx.at)


def grain(units: int) -> dict[str, object]:
    return {"sku": "grain", "quantity_milli": units * 1000, "amount_minor": 1}


async def test_held_points_are_spent_by_the_purchase_or_go_back(anna: httpx.AsyncClient) -> None:
    member = await enroll(anna)
    await anna.post("/v1/purchases", json=coffee(member={"id": member["id"]}))
    hold = await anna.post(
        "/v1/holds", json={"external_id": "2", "member": {"id": member["id"]}, "points": 60}
    )
    assert hold.status_code == 201, hold.text
    assert hold.json()["balance"] == {"available": 40, "pending": 0, "held": 60, "debt": 0}

    spent = await anna.post(
        "/v1/purchases", json=coffee("2", member={"id": member["id"]}, hold_id=hold.json()["id"])
    )
    assert spent.json()["decision"]["redeemed_points"] == 60
    late = await anna.post(f"/v1/holds/{hold.json()['id']}/cancel")
    assert (late.status_code, late.json()["code"]) == (409, "hold_closed")

    other = await anna.post(
        "/v1/holds", json={"external_id": "3", "member": {"id": member["id"]}, "points": 10}
    )
    back = await anna.post(f"/v1/holds/{other.json()['id']}/cancel")
    assert (back.status_code, back.json()["state"]) == (200, "cancelled")
    assert back.json()["balance"]["held"] == 0


async def test_a_return_is_previewed_then_booked_once(anna: httpx.AsyncClient) -> None:
    member = await enroll(anna)
    bought = await anna.post("/v1/purchases", json=coffee(member={"id": member["id"]}))
    body = {
        "external_id": "R1",
        "receipt": {"id": bought.json()["id"]},
        "lines": [{"index": 0, "quantity_milli": 1000}],
    }

    preview = await anna.post("/v1/returns/preview", json=body)
    booked = await anna.post("/v1/returns", json=body)
    again = await anna.post("/v1/returns", json=body)
    too_much = await anna.post(
        "/v1/returns", json={**body, "external_id": "R2", "lines": [{"index": 0, "quantity_milli": 1001}]}
    )

    assert preview.status_code == 200, preview.text
    assert (preview.json()["id"], preview.json()["refund_minor"]) == (None, 50000)
    assert (booked.status_code, booked.json()["points_clawed_back"]) == (201, 50)
    assert (again.status_code, again.json()["id"]) == (200, booked.json()["id"])
    assert (too_much.status_code, too_much.json()["code"]) == (409, "return_exceeds_receipt")


async def test_a_receipt_explains_itself_in_the_language_asked_for(anna: httpx.AsyncClient) -> None:
    member = await enroll(anna)
    bought = await anna.post("/v1/purchases?slip=true", json=coffee(member={"id": member["id"]}))

    russian = await anna.get(f"/v1/receipts/{bought.json()['id']}?explanation=true&slip=true")
    english = await anna.get(f"/v1/receipts/{bought.json()['id']}?explanation=true&language=en")

    assert russian.json()["slip"] == bought.json()["slip"]
    assert russian.json()["explanation"]["earning"] != english.json()["explanation"]["earning"]
    assert bought.json()["explanation"] is None


async def test_two_tills_enrol_one_phone_at_the_same_moment(anna: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(anna.post("/v1/members", json={"phone": "+79161234567", "name": "Пётр"}) for _ in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_member_is_found_by_whatever_they_show(anna: httpx.AsyncClient) -> None:
    member = await enroll(
        anna, phone="+79161234567", card="1000 22", email="Petr@Example.com", external="crm-7"
    )

    for query in (
        {"phone": "8 916 123 45 67"},
        {"card": "100022"},
        {"email": "petr@example.com"},
        {"external": "crm-7"},
    ):
        found = await anna.get("/v1/members", params=query)
        assert (found.status_code, found.json()["id"]) == (200, member["id"]), query
    stranger = await anna.get("/v1/members", params={"phone": "+79160000000"})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "member_not_found")


async def test_the_figures_tell_how_long_requests_took(anna: httpx.AsyncClient) -> None:
    await anna.post("/v1/purchases", json=coffee())

    figures = (await anna.get("/metrics")).text
    assert 'plushka_pos_request_seconds_count{endpoint="commit_purchase",status="201"}' in figures
