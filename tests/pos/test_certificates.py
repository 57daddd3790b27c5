"""Certificates through the door: who guesses is stopped, and of many tills at one certificate each gets its due."""

from collections import Counter
from functools import partial
from pathlib import Path

import httpx
from tests.conftest import SetClock
from tests.domain.certificates.conftest import now, sold
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop
from tests.faults.servers import web_server
from tests.faults.test_one_card import at_once
from tests.pos.conftest import PIN, Cast, client_of, coffee, new_cashier, new_certificate, new_till

from plushka.app import Plushka
from plushka.domain.certificates.tries import NETWORK_MAX, TILL_MAX
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

NOBODYS = "222222222222"
CLIENTS = 50
WINNERS = 7


async def test_five_wrong_numbers_lock_the_till_for_checks_sales_and_purchases(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    number = await new_certificate(database, clock, cast.anna)
    for status in [404] * (TILL_MAX - 1) + [403]:
        assert (
            await anna.post("/v1/certificates/check", json={"certificate": NOBODYS})
        ).status_code == status
    for path, body in (
        ("/v1/certificates/check", {"certificate": number}),
        ("/v1/certificates/sales", {"external_id": "C", "certificate": number}),
        ("/v1/purchases", coffee(tenders=[{"certificate": number, "amount_minor": 1}])),
    ):
        answer = await anna.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "certificates_locked")
        assert answer.json()["errors"][0]["retry_after_seconds"] == 60


async def test_an_address_that_tries_from_many_tills_is_locked_too(
    app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    statuses = []
    for number in range(NETWORK_MAX):
        if number % (TILL_MAX - 1) == 0:
            secret = await new_till(database, clock, cast.anna, scopes=SCOPES)
        async with client_of(app, secret, address="198.51.100.7") as till:
            answer = await till.post("/v1/certificates/check", json={"certificate": NOBODYS})
        statuses.append(answer.status_code)
    assert statuses == [404] * (NETWORK_MAX - 1) + [403]
    secret = await new_till(database, clock, cast.anna, scopes=SCOPES)
    for address, status in (("198.51.100.7", 403), ("198.51.100.8", 404)):
        async with client_of(app, secret, address=address) as till:
            answer = await till.post("/v1/certificates/check", json={"certificate": NOBODYS})
        assert answer.status_code == status


async def test_eve_pays_with_nothing_of_annas(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    number = await new_certificate(database, clock, cast.anna)
    await anna.post("/v1/certificates/sales", json={"external_id": "C", "certificate": number})
    answer = await eve.post(
        "/v1/purchases", json=coffee(tenders=[{"certificate": number, "amount_minor": 100}])
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "certificate_not_found")
    shown = await anna.post("/v1/certificates/check", json={"certificate": number})
    assert shown.json()["balance_minor"] == 100000


async def test_a_stored_receipt_still_tells_what_certificates_paid(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    number = await new_certificate(database, clock, cast.anna)
    await anna.post("/v1/certificates/sales", json={"external_id": "C", "certificate": number})
    body = coffee(tenders=[{"certificate": number, "amount_minor": 40000}])
    booked = (await anna.post("/v1/purchases", json=body)).json()
    again = await anna.post("/v1/purchases", json=body)
    shown = (await anna.get(f"/v1/receipts/{booked['id']}")).json()
    assert again.status_code == 200
    for receipt in (booked, again.json(), shown):
        assert (receipt["money_minor"], receipt["certificates"]) == (
            60000,
            [{"number": number, "amount_minor": 40000, "left_minor": 60000}],
        )


async def test_of_fifty_tills_exactly_as_many_are_paid_as_the_certificate_holds(
    database: Database, dsn: str, tmp_path: Path
) -> None:
    async with open_shop(database, SystemClock(), CASHBACK) as shop:
        certificate = await sold(shop, WINNERS * 100_00)
        async with shop.tx() as tx:
            _, key = await issue_key(tx, till_id=shop.caller.till_id, scopes=SCOPES)

        async def spend(number: int) -> tuple[int, str]:
            body = {
                "external_id": f"{number}",
                "currency": "RUB",
                "lines": [{"sku": "coffee", "quantity_milli": 1000, "amount_minor": 100_00}],
                "tenders": [{"certificate": certificate.number, "amount_minor": 100_00}],
            }
            answer = await tills.post("/v1/purchases", json=body)
            return answer.status_code, answer.json().get("code", "")

        with web_server(dsn, tmp_path, workers=2) as url:
            async with httpx.AsyncClient(
                base_url=url,
                headers={"Authorization": f"Bearer {key}"},
                limits=httpx.Limits(max_connections=CLIENTS),
                timeout=60,
            ) as tills:
                await at_once([partial(tills.get, "/v1/health") for _ in range(CLIENTS)])
                answers = await at_once([partial(spend, number) for number in range(CLIENTS)])
        assert Counter(answers) == {(201, ""): WINNERS, (409, "certificate_short"): CLIENTS - WINNERS}
        assert (await now(shop, certificate)).balance_minor == 0
        assert await shop.differences() == ()


async def test_a_shift_tells_certificates_from_money(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    number = await new_certificate(database, clock, cast.anna)
    cashier = await new_cashier(database, clock, cast.anna, name="Маша")
    await anna.post("/v1/shifts", json={"cashier": str(cashier), "pin": PIN})
    await anna.post("/v1/certificates/sales", json={"external_id": "C", "certificate": number})
    tenders = [{"certificate": number, "amount_minor": 40000}]
    await anna.post("/v1/purchases", json=coffee(tenders=tenders))
    back = {
        "external_id": "R",
        "receipt": {"external_id": "1"},
        "lines": [{"index": 0, "quantity_milli": 1000}],
    }
    await anna.post("/v1/returns", json=back)
    totals = (await anna.get("/v1/shifts/current")).json()["totals"]
    told = {name: totals[name] for name in totals if name.endswith("_minor")}
    assert told == {
        "payable_minor": 100000,
        "refunded_minor": 50000,
        "by_certificates_minor": 40000,
        "to_certificates_minor": 20000,
        "certificates_sold_minor": 100000,
    }
