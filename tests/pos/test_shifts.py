"""Cashiers take a till over by a PIN, and a shift tells what it came to."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import PIN, Cast, coffee, new_cashier

from plushka.domain.staff.people import dismiss
from plushka.domain.staff.pins import FAILURES_OF_CASHIER_MAX, FAILURES_OF_TILL_MAX, WINDOW, give_pin
from plushka.platform.database import Database


@pytest.fixture
async def masha(cast: Cast, database: Database, clock: SetClock) -> UUID:
    return await new_cashier(database, clock, cast.anna, name="Маша")


@pytest.fixture
async def petya(cast: Cast, database: Database, clock: SetClock) -> UUID:
    return await new_cashier(database, clock, cast.anna, name="Петя", pin="7730")


async def take_over(till: httpx.AsyncClient, cashier: UUID, pin: str = PIN, **more: str) -> httpx.Response:
    return await till.post("/v1/shifts", json={"cashier": str(cashier), "pin": pin, **more})


async def test_a_shift_tells_what_was_sold_and_taken_back_in_it(
    anna: httpx.AsyncClient, masha: UUID, clock: SetClock
) -> None:
    await anna.post("/v1/purchases", json=coffee("0"))
    clock.advance(timedelta(minutes=1))
    shift = (await take_over(anna, masha)).json()
    clock.advance(timedelta(minutes=1))
    await anna.post("/v1/members", json={"phone": "+79161234567"})
    await anna.post("/v1/purchases", json=coffee("1", member={"phone": "+79161234567"}))
    await anna.post("/v1/purchases", json=coffee("2"))
    await anna.post("/v1/returns", json={"external_id": "R", "receipt": {"external_id": "2"}})

    totals = (await anna.get("/v1/shifts/current")).json()["totals"]

    assert totals == {
        "receipts": 2,
        "receipts_of_members": 1,
        "payable_minor": 200000,
        "earned_points": 100,
        "redeemed_points": 0,
        "returns": 1,
        "refunded_minor": 100000,
        "by_certificates_minor": 0,
        "to_certificates_minor": 0,
        "certificates_sold_minor": 0,
    }
    clock.advance(timedelta(minutes=1))
    closed = (await anna.post(f"/v1/shifts/{shift['id']}/close")).json()
    assert closed["totals"] == totals
    assert (await anna.get("/v1/shifts/current")).json()["code"] == "shift_not_found"


async def test_a_receipt_sent_late_belongs_to_the_shift_it_was_made_in(
    anna: httpx.AsyncClient, masha: UUID, petya: UUID, clock: SetClock
) -> None:
    first = (await take_over(anna, masha)).json()
    sold_at = clock.now() + timedelta(minutes=5)
    clock.advance(timedelta(hours=1))
    second = (await take_over(anna, petya, "7730")).json()
    await anna.post("/v1/purchases", json=coffee("1", occurred_at=sold_at.isoformat()))

    assert second["forgotten"]["id"] == first["id"]
    closed = (await anna.post(f"/v1/shifts/{first['id']}/close")).json()
    assert closed["totals"]["receipts"] == 1
    assert (await anna.get("/v1/shifts/current")).json()["totals"]["receipts"] == 0


async def test_the_next_cashier_closes_a_forgotten_shift_and_the_same_one_goes_on(
    anna: httpx.AsyncClient, masha: UUID, petya: UUID
) -> None:
    first = await take_over(anna, masha)
    again = await take_over(anna, masha)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]

    second = await take_over(anna, petya, "7730")

    assert second.json()["forgotten"]["cashier"]["name"] == "Маша"
    assert (await anna.get("/v1/shifts/current")).json()["cashier"]["name"] == "Петя"


async def test_who_guesses_a_pin_waits_and_the_right_one_waits_too(
    anna: httpx.AsyncClient, masha: UUID, petya: UUID, clock: SetClock
) -> None:
    for _ in range(FAILURES_OF_CASHIER_MAX):
        assert (await take_over(anna, masha, "0000")).json()["code"] == "pin_wrong"

    locked = await take_over(anna, masha)

    assert locked.status_code == httpx.codes.FORBIDDEN
    assert locked.json()["errors"] == [{"code": "pin_locked", "field": "pin", "wait_minutes": 15}]
    assert (await take_over(anna, petya, "7730")).status_code == httpx.codes.CREATED
    clock.advance(WINDOW)
    assert (await take_over(anna, masha)).status_code == httpx.codes.CREATED


async def test_a_till_at_which_many_pins_are_tried_waits(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, masha: UUID
) -> None:
    for number in range(FAILURES_OF_TILL_MAX // FAILURES_OF_CASHIER_MAX):
        other = await new_cashier(database, clock, cast.anna, name=f"Кассир {number}")
        for _ in range(FAILURES_OF_CASHIER_MAX):
            await take_over(anna, other, "0000")

    assert (await take_over(anna, masha)).json()["code"] == "pin_locked"


async def test_a_new_pin_replaces_the_old_one_and_who_is_dismissed_takes_over_no_till(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, masha: UUID
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await give_pin(tx, masha, "481516")
    assert (await take_over(anna, masha)).json()["code"] == "pin_wrong"
    assert (await take_over(anna, masha, "481516", new_pin="481517")).status_code == httpx.codes.CREATED

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await dismiss(tx, masha)

    assert (await anna.get("/v1/cashiers")).json() == {"cashiers": []}
    assert (await take_over(anna, masha, "481517")).json()["code"] == "cashier_not_found"


async def test_a_pin_that_was_given_opens_nothing_until_the_cashiers_own_comes_with_it(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, masha: UUID
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await give_pin(tx, masha, "481516")

    for _ in range(FAILURES_OF_CASHIER_MAX + 1):
        told = await take_over(anna, masha, "481516")
        assert (told.status_code, told.json()["code"]) == (httpx.codes.CONFLICT, "pin_given")
    for easy in ("0000", "1234", "654321"):
        told = await take_over(anna, masha, "481516", new_pin=easy)
        assert told.json()["errors"] == [{"code": "pin_too_easy", "field": "new_pin"}]
    same = await take_over(anna, masha, "481516", new_pin="481516")
    assert same.json()["errors"] == [{"code": "pin_unchanged", "field": "new_pin"}]
    assert (await take_over(anna, masha, "000000", new_pin="5093")).json()["code"] == "pin_wrong"
    assert (await anna.get("/v1/shifts/current")).status_code == httpx.codes.NOT_FOUND

    assert (await take_over(anna, masha, "481516", new_pin="5093")).status_code == httpx.codes.CREATED
    assert (await take_over(anna, masha, "481516")).json()["code"] == "pin_wrong"
    assert (await take_over(anna, masha, "5093")).status_code == httpx.codes.OK


async def test_a_till_finds_its_latest_receipts_and_what_came_back(anna: httpx.AsyncClient) -> None:
    await anna.post("/v1/purchases", json=coffee("1"))
    await anna.post(
        "/v1/returns",
        json={
            "external_id": "R",
            "receipt": {"external_id": "1"},
            "lines": [{"index": 0, "quantity_milli": 1000}],
        },
    )

    (receipt,) = (await anna.get("/v1/receipts/latest")).json()["receipts"]

    assert (receipt["external_id"], receipt["refunded_minor"], receipt["is_returned"]) == ("1", 50000, False)
    (back,) = (await anna.get(f"/v1/receipts/{receipt['id']}/returns")).json()["returns"]
    assert back["lines"] == [{"index": 0, "quantity_milli": 1000}]


@pytest.mark.parametrize("text", ["капу", "4600001", "4607001234562", ""])
async def test_a_till_finds_a_product_by_its_name_sku_or_barcode(anna: httpx.AsyncClient, text: str) -> None:
    (product,) = (await anna.get("/v1/products", params={"text": text})).json()["products"]

    assert product["price_minor"] == 23000
    assert product["category"] == "Напитки"


async def test_the_till_tells_where_it_stands(anna: httpx.AsyncClient, clock: SetClock) -> None:
    till = (await anna.get("/v1/till?language=ru")).json()

    assert till["branch"]["name"] == "Арбат"
    assert (till["currency"], till["currency_decimals"], till["currency_sign"]) == ("RUB", 2, "₽")
    assert till["points"] == {"program": "Кешбэк 10 %", "scale": 0, "value_minor": 100}
    assert till["point_words"]["ru"]["five"] == "бонусов"
    assert till["now"] == clock.now().isoformat().replace("+00:00", "Z")
