"""Carts that a shop tells of: the latest holds, in whatever order it comes, and nobody is told of another business."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.telling import forget_tenant
from plushka.domain.bots.leaving import delete_member
from plushka.domain.events.carts.model import KEPT_FOR
from plushka.platform.database import Database

NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MEMBER = {"phone": "+79161234567"}
THIRTY_DAYS = 30 * 24 * 60


def at(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


def cart(minutes: int = -10, **changes: Any) -> dict[str, object]:
    return {
        "external_id": "77120",
        "member": MEMBER,
        "sum_minor": 1890_00,
        "currency": "RUB",
        "items": [{"name": "Кофе"}, {"name": "Фильтры", "count": 2}],
        "link": "https://shop.example.ru/cart?id=77120",
        "changed_at": at(minutes),
        **changes,
    }


def over(minutes: int, outcome: str = "ordered") -> dict[str, object]:
    return {"external_id": "77120", "member": MEMBER, "outcome": outcome, "ended_at": at(minutes)}


@pytest.fixture
async def site(anna: httpx.AsyncClient) -> httpx.AsyncClient:
    await anna.post("/v1/members", json=MEMBER)
    return anna


async def told(site: httpx.AsyncClient, body: dict[str, object]) -> dict[str, Any]:
    path = "/v1/carts/end" if "outcome" in body else "/v1/carts"
    answer = await site.post(path, json=body)
    assert answer.is_success, answer.text
    cart: dict[str, Any] = answer.json()
    return cart


async def test_a_cart_is_one_however_often_it_is_told(site: httpx.AsyncClient) -> None:
    first = await site.post("/v1/carts", json=cart())
    again = await site.post("/v1/carts", json=cart())
    changed = await site.post("/v1/carts", json=cart(-5, sum_minor=100_00))

    assert (first.status_code, again.status_code, changed.status_code) == (201, 200, 200)
    assert again.json() == first.json()
    assert changed.json()["id"] == first.json()["id"]
    assert changed.json()["sum_minor"] == 100_00
    assert changed.json()["changed_at"] == "2026-03-10T08:55:00Z"


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_in_whatever_order_it_comes_the_latest_holds(
    order: tuple[int, ...], site: httpx.AsyncClient
) -> None:
    said = (cart(-9, sum_minor=1_00), cart(-8, sum_minor=2_00), over(-7))

    answers = [await told(site, said[place]) for place in (*order, *order)]

    assert {each["outcome"] for each in answers[2:]} == {"ordered"}
    assert {each["id"] for each in answers} == {answers[0]["id"]}


async def test_what_is_filled_after_it_was_over_is_another_cart(site: httpx.AsyncClient) -> None:
    before = await told(site, cart(-9))
    await told(site, over(-8, "emptied"))
    after = await told(site, cart(-7))

    assert after["id"] != before["id"]
    assert (after["outcome"], after["ended_at"]) == (None, None)
    assert (await told(site, over(-8)))["outcome"] is None


async def test_a_cart_that_somebody_else_has_now_is_another_one(site: httpx.AsyncClient) -> None:
    await site.post("/v1/members", json={"phone": "+79161112233"})
    hers = await told(site, cart(-9))
    his = await told(site, cart(-8, member={"phone": "+79161112233"}))

    assert his["id"] != hers["id"]
    assert his["member_id"] != hers["member_id"]


async def test_a_purchase_that_names_the_cart_ends_it_whoever_it_is_of(site: httpx.AsyncClient) -> None:
    await told(site, cart(-9))

    await site.post("/v1/purchases", json=coffee("1", cart="another"))
    assert (await told(site, cart(-9)))["outcome"] is None
    booked = await site.post("/v1/purchases", json=coffee("2", cart="77120"))
    again = await site.post("/v1/purchases", json=coffee("2", cart="77120"))

    assert (booked.status_code, again.status_code) == (201, 200)
    ended = await told(site, cart(-9))
    assert (ended["outcome"], ended["ended_at"]) == ("bought", "2026-03-10T09:00:00Z")


async def test_a_receipt_of_long_ago_does_not_end_what_was_filled_since(site: httpx.AsyncClient) -> None:
    await told(site, cart(-9))
    late = {"purchases": [coffee("1", cart="77120", occurred_at=at(-60))]}

    await site.post("/v1/purchases/batch", json=late)

    assert (await told(site, cart(-9)))["outcome"] is None


async def test_a_clock_that_runs_ahead_a_little_keeps_its_order(
    site: httpx.AsyncClient, clock: SetClock
) -> None:
    first = await told(site, cart(8))
    assert first["changed_at"] == "2026-03-10T09:00:00Z"
    assert (await told(site, over(9)))["ended_at"] == "2026-03-10T09:00:00Z"
    clock.at += timedelta(minutes=2)

    assert (await told(site, cart(8)))["outcome"] == "ordered"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"member": {"phone": "+79990000000"}}, "member_not_found", "member"),
        ({"member": {}}, "member_ambiguous", "member"),
        ({"currency": "USD"}, "currency_wrong", "currency"),
        ({"link": "http://shop.example.ru"}, "cart_link_wrong", "link"),
        ({"link": "javascript:alert(1)"}, "cart_link_wrong", "link"),
        ({"link": "https://me:secret@shop.example.ru"}, "cart_link_wrong", "link"),
        ({"link": "https://shop.example.ru/a b"}, "cart_link_wrong", "link"),
        ({"link": "https://[shop"}, "cart_link_wrong", "link"),
        ({"link": "https://shop.example.ru/" + "a" * 500}, "text_too_long", "link"),
        ({"changed_at": at(11)}, "cart_in_future", "changed_at"),
        ({"changed_at": at(-THIRTY_DAYS - 1)}, "cart_too_old", "changed_at"),
        ({"changed_at": "2026-03-10T12:00:00"}, "time_zone_missing", "changed_at"),
        ({"items": []}, "items_too_few", "items"),
        ({"items": [{"name": "Кофе", "count": 0}]}, "number_too_small", "items[0].count"),
        ({"sum_minor": -1}, "number_too_small", "sum_minor"),
        ({"sum_minor": 1.5}, "type_wrong", "sum_minor"),
        ({"colour": 1}, "field_unknown", "colour"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(
    changes: dict[str, Any], code: str, field: str, site: httpx.AsyncClient
) -> None:
    answer = await site.post("/v1/carts", json=cart(**changes))

    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(("minutes", "code"), [(11, "cart_in_future"), (-THIRTY_DAYS - 1, "cart_too_old")])
async def test_an_end_has_a_moment_too(minutes: int, code: str, site: httpx.AsyncClient) -> None:
    answer = await site.post("/v1/carts/end", json=over(minutes))

    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["field"] == "ended_at"


async def test_another_business_neither_sees_nor_ends_it(
    site: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    mine = await told(site, cart())
    async with client_of(app, cast.eve.secret) as eve:
        by_id = await eve.post("/v1/carts", json=cart(member={"id": mine["member_id"]}))
        await eve.post("/v1/members", json=MEMBER)
        hers = await told(eve, over(-1))

    assert by_id.json()["code"] == "member_not_found"
    assert hers["id"] != mine["id"]
    assert (await told(site, cart()))["outcome"] is None


async def test_carts_are_forgotten_with_their_member_and_after_a_month(
    site: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    async def kept() -> int:
        async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.at) as tx:
            count: int = await tx.fetchval("select count(*) from carts where tenant_id = $1", tx.tenant_id)
            return count

    mine = await told(site, cart())
    await told(site, {**over(-1), "external_id": "77121"})
    clock.at += KEPT_FOR
    await forget_tenant(database, clock, cast.anna.tenant_id)
    assert await kept() == 2
    await told(site, cart(int(KEPT_FOR.total_seconds() // 60)))
    clock.at += timedelta(minutes=1)
    await forget_tenant(database, clock, cast.anna.tenant_id)
    assert await kept() == 1

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.at) as tx:
        await delete_member(tx, UUID(mine["member_id"]))
    assert await kept() == 0
