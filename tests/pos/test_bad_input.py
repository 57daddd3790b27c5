"""Whatever a till sends by mistake: a clear code, the field at fault, and nothing booked."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import Cast, coffee

from plushka.delivery.pos.limits import BATCH_BODY_BYTES_MAX, BODY_BYTES_MAX
from plushka.platform.database import Database

LINE = {"sku": "1", "quantity_milli": 1000, "amount_minor": 100}


def with_line(**changes: Any) -> dict[str, Any]:
    return coffee(lines=[LINE, LINE | changes])


BAD_PURCHASES = {
    # what is wrong: (body, status, code, field)
    "an unknown field": (coffee(discount=5), 422, "field_unknown", "discount"),
    "an unknown field of a line": (with_line(price=5), 422, "field_unknown", "lines[1].price"),
    "no currency": ({"external_id": "1", "lines": [LINE]}, 422, "field_missing", "currency"),
    "another currency": (coffee(currency="USD"), 422, "currency_wrong", "currency"),
    "a currency in words": (coffee(currency="roubles"), 422, "value_malformed", "currency"),
    "no lines": (coffee(lines=[]), 422, "items_too_few", "lines"),
    "501 lines": (coffee(lines=[LINE] * 501), 422, "items_too_many", "lines"),
    "a negative quantity": (
        with_line(quantity_milli=-1000),
        422,
        "number_too_small",
        "lines[1].quantity_milli",
    ),
    "no quantity": (with_line(quantity_milli=0), 422, "number_too_small", "lines[1].quantity_milli"),
    "a negative amount": (with_line(amount_minor=-1), 422, "number_too_small", "lines[1].amount_minor"),
    "a huge amount": (with_line(amount_minor=10**16), 422, "number_too_large", "lines[1].amount_minor"),
    "an endless amount": (with_line(amount_minor=10**400), 422, "number_too_large", "lines[1].amount_minor"),
    "a sum beyond reason": (
        coffee(lines=[LINE | {"amount_minor": 10**15}] * 2),
        422,
        "amount_out_of_range",
        "lines",
    ),
    "a fraction": (with_line(amount_minor=1.5), 422, "type_wrong", "lines[1].amount_minor"),
    "a number in quotes": (with_line(amount_minor="100"), 422, "type_wrong", "lines[1].amount_minor"),
    "null": (coffee(lines=None), 422, "type_wrong", "lines"),
    "an empty sku": (with_line(sku=""), 422, "text_too_short", "lines[1].sku"),
    "a long sku": (with_line(sku="9" * 101), 422, "text_too_long", "lines[1].sku"),
    "a NUL in a name": (with_line(name="milk\0"), 422, "text_has_nul", "lines[1].name"),
    "a NUL in the number": (coffee("1\0"), 422, "text_has_nul", "external_id"),
    "an unknown kind": (with_line(kind="gift"), 422, "value_unknown", "lines[1].kind"),
    "an unknown branch": (coffee(branch="moon"), 422, "branch_unknown", "branch"),
    "a clock in the future": (
        coffee(occurred_at="2026-03-10T12:06:00+03:00"),
        422,
        "time_in_future",
        "occurred_at",
    ),
    "a clock before all": (
        coffee(occurred_at="0001-01-01T00:00:00+23:59"),
        409,
        "program_not_in_force",
        None,
    ),
    "a clock after all": (
        coffee(occurred_at="9999-12-31T23:59:59-23:59"),
        422,
        "time_in_future",
        "occurred_at",
    ),
    "a clock of no place": (
        coffee(occurred_at="2026-03-10T12:00:00"),
        422,
        "time_zone_missing",
        "occurred_at",
    ),
    "no time at all": (coffee(occurred_at="noon"), 422, "value_malformed", "occurred_at"),
    "nobody named": (coffee(member={}), 422, "member_ambiguous", "member"),
    "two ways to name": (
        coffee(member={"phone": "+79161234567", "card": "1"}),
        422,
        "member_ambiguous",
        "member",
    ),
    "no phone": (coffee(member={"phone": "12"}), 422, "phone_invalid", "member.phone"),
    "no id": (coffee(member={"id": "7"}), 422, "value_malformed", "member.id"),
    "a stranger": (coffee(member={"phone": "+79160000000"}), 404, "member_not_found", "member"),
    "negative points": (coffee(redeem=-1), 422, "number_too_small", "redeem"),
    "points in words": (coffee(redeem="all"), 422, "value_unknown", "redeem"),
    "points of nobody": (coffee(redeem=5), 422, "member_missing", "member"),
    "another sum than asked": (
        coffee(expected_payable_minor=1),
        409,
        "payable_changed",
        "expected_payable_minor",
    ),
    "a list": ([], 422, "type_wrong", None),
}


async def receipts(database: Database, cast: Cast, clock: SetClock) -> int:
    async with database.transaction(cast.anna.tenant_id, actor="test:count", at=clock.now()) as tx:
        count: int = await tx.fetchval("select count(*) from receipts where tenant_id = $1", tx.tenant_id)
        return count


async def test_a_bad_purchase_is_refused_by_code_and_field(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    told = {}
    for name, (body, *_) in BAD_PURCHASES.items():
        answer = await anna.post("/v1/purchases", content=json.dumps(body))
        problem = answer.json()
        told[name] = (answer.status_code, problem["code"], problem["errors"][0]["field"])
        assert problem["detail"], name

    assert told == {name: tuple(expected) for name, (_, *expected) in BAD_PURCHASES.items()}
    assert await receipts(database, cast, clock) == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"external_id":"\xff"}', b'{"external_id":"\\ud800"}', b"[" * 100_000, b"NaN"],
)
async def test_what_is_no_json_is_told_so(body: bytes, anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/v1/purchases", content=body)

    expected = (422, "type_wrong") if body.startswith(b"[") else (400, "json_malformed")
    assert (answer.status_code, answer.json()["code"]) == expected


async def test_text_that_only_looks_like_a_nul_is_text(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/v1/purchases", json=coffee(cashier="back\\u0000slash"))

    assert answer.json()["cashier"] == "back\\u0000slash"


@pytest.mark.parametrize(
    ("path", "bytes_max"), [("/v1/purchases", BODY_BYTES_MAX), ("/v1/purchases/batch", BATCH_BODY_BYTES_MAX)]
)
async def test_a_body_may_be_so_large_and_no_larger(
    path: str, bytes_max: int, anna: httpx.AsyncClient
) -> None:
    async def in_chunks() -> AsyncIterator[bytes]:
        for _ in range(bytes_max // 2**20):
            yield b" " * 2**20
        yield b" "

    announced = await anna.post(path, content=b" " * (bytes_max + 1))
    chunked = await anna.post(path, content=in_chunks())
    just_fits = await anna.post(path, content=b" " * bytes_max)

    assert (announced.status_code, announced.json()["code"]) == (413, "body_too_large")
    assert chunked.status_code == 413
    assert just_fits.json()["code"] == "json_malformed"


async def test_a_batch_takes_500_receipts_and_no_more(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/v1/purchases/batch", json={"purchases": [coffee()] * 501})

    assert answer.json()["errors"] == [{"code": "items_too_many", "field": "purchases", "items_max": 500}]


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("", "member_ambiguous", None),
        ("?phone=1&card=2", "phone_invalid", "phone"),
        ("?card=1&email=a@b.c", "member_ambiguous", None),
        ("?card=%00", "text_has_nul", "card"),
        ("?card=", "text_too_short", "card"),
        ("?card=%20", "identity_empty", "card"),
        ("?card=1&card=2", "field_repeated", "card"),
        ("?card=1&language=null", "value_unknown", "language"),
        ("?colour=red", "field_unknown", "colour"),
        ("?card=1&language=de", "value_unknown", "language"),
        ("?email=nobody", "email_invalid", "email"),
    ],
)
async def test_a_bad_query_is_refused_by_code_and_field(
    query: str, code: str, field: str | None, anna: httpx.AsyncClient
) -> None:
    answer = await anna.get(f"/v1/members{query}")

    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == (code, field)


@pytest.mark.parametrize("key", ["", " ", "k" * 201, "ключ".encode().decode("latin-1")])
async def test_an_idempotency_key_is_short_and_plain(key: str, anna: httpx.AsyncClient) -> None:
    answer = await anna.post(
        "/v1/purchases", json=coffee(), headers=[(b"Idempotency-Key", key.encode("latin-1"))]
    )

    assert answer.json()["code"] == "idempotency_key_invalid"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"external_id": "R"}, "field_missing", "receipt"),
        ({"external_id": "R", "receipt": {}}, "receipt_ambiguous", "receipt"),
        ({"external_id": "R", "receipt": {"external_id": "none"}}, "receipt_not_found", "receipt"),
        ({"external_id": "R", "receipt": {"external_id": "1"}, "lines": []}, "items_too_few", "lines"),
        (
            {
                "external_id": "R",
                "receipt": {"external_id": "1"},
                "lines": [{"index": 9, "quantity_milli": 1}],
            },
            "line_unknown",
            "lines[0].index",
        ),
    ],
)
async def test_a_bad_return_is_refused(
    body: dict[str, Any], code: str, field: str | None, anna: httpx.AsyncClient
) -> None:
    await anna.post("/v1/purchases", json=coffee())

    answer = await anna.post("/v1/returns", json=body)

    assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == (code, field)
