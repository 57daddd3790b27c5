"""A till asks a member by their bot whether it may spend, and a button answers."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from tests.bots.conftest import VERA, Scene
from tests.conftest import SetClock
from tests.pos.conftest import client_of, started

from plushka.domain.bots.asking import set_confirming
from plushka.domain.businesses.queries import list_branches
from plushka.domain.staff.operations import issue_key

MEMBER = {"phone": "+79990000101"}


@pytest.fixture
async def till(scene: Scene, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    async with scene.shop.tx() as tx:
        _, secret = await issue_key(
            tx, till_id=scene.shop.caller.till_id, scopes=("members", "quotes", "purchases")
        )
    async with started(scene.settings, clock) as app, client_of(app, secret) as client:
        yield client


async def test_a_button_becomes_a_permit_that_spends_once(scene: Scene, till: httpx.AsyncClient) -> None:
    refused = await till.post("/v1/members/permits", json={"member": MEMBER})
    assert (refused.status_code, refused.json()["code"]) == (404, "member_not_found")
    async with scene.working():
        await scene.enrol()
        refused = await till.post("/v1/members/permits", json={"member": MEMBER})
        assert (refused.status_code, refused.json()["code"]) == (403, "button_not_used")
        assert await _can_be_asked(till) is False
        async with scene.shop.tx() as tx:
            await set_confirming(tx, [branch.id for branch in await list_branches(tx)])
            await tx.execute("update businesses set spending_needs_permit = true")
        assert await _can_be_asked(till) is True

        asked = (await till.post("/v1/members/permits", json={"member": MEMBER})).json()
        assert (asked["permit"], asked["declined"]) == (None, False)
        again = (await till.post("/v1/members/permits", json={"member": MEMBER})).json()
        assert again == asked
        *_, question = await scene.read(5)
        assert question == "Касса просит списать бонусы: <b>Арбат</b>."
        await scene.press("Подтвердить списание")
        *_, done = await scene.read(6)
        assert done == "Готово: касса может один раз списать ваши бонусы."

        permit = (await till.post("/v1/members/permits", json={"member": MEMBER})).json()["permit"]
        sale = {
            "external_id": "1",
            "currency": "RUB",
            "member": MEMBER,
            "redeem": 50,
            "permit": permit["id"],
            "lines": [{"sku": "coffee", "quantity_milli": 1000, "amount_minor": 100_00}],
        }
        assert (await till.post("/v1/purchases", json=sale)).status_code == 201
        fresh = (await till.post("/v1/members/permits", json={"member": MEMBER})).json()
        assert fresh["permit"] is None


async def test_a_no_is_told_to_the_till_which_may_ask_once_more(
    scene: Scene, till: httpx.AsyncClient
) -> None:
    async with scene.shop.tx() as tx:
        await set_confirming(tx, [branch.id for branch in await list_branches(tx)])
    async with scene.working():
        await scene.enrol()
        asked = (await till.post("/v1/members/permits", json={"member": MEMBER})).json()
        await scene.read(5)
        await scene.press("Нет, не списывать")
        *_, done = await scene.read(6)
        assert done == "Хорошо, бонусы не спишутся. Кассир это уже видит."

        told = (await till.post("/v1/members/permits", json={"member": MEMBER})).json()
        assert told == {**asked, "declined": True}
        anew = {"member": MEMBER, "again_after": told["id"]}
        once_more = (await till.post("/v1/members/permits", json=anew)).json()
        assert (once_more["declined"], once_more["id"] != asked["id"]) == (False, True)
        await scene.read(7)
        await scene.press("Подтвердить списание")
        await scene.read(8)
        answered = (await till.post("/v1/members/permits", json={"member": MEMBER})).json()
        assert (answered["declined"], answered["permit"] is not None) == (False, True)


async def test_who_cannot_be_written_to_is_not_asked_and_a_late_answer_gives_nothing(
    scene: Scene, till: httpx.AsyncClient, clock: SetClock
) -> None:
    async with scene.shop.tx() as tx:
        await set_confirming(tx, [branch.id for branch in await list_branches(tx)])
    async with scene.working():
        await scene.enrol()
        await till.post("/v1/members/permits", json={"member": MEMBER})
        await scene.read(5)
        clock.advance(timedelta(minutes=3))
        await scene.press("Подтвердить списание")
        *_, late = await scene.read(6)
        assert late == "Время вышло: бонусы не спишутся. Пусть кассир спросит ещё раз."
        await scene.fake.block(scene.fake_bot, VERA)
        await scene.until_state("blocked")
        refused = await till.post("/v1/members/permits", json={"member": MEMBER})
        assert await _can_be_asked(till) is False
    assert (refused.status_code, refused.json()["code"]) == (409, "member_unreachable")


async def _can_be_asked(till: httpx.AsyncClient) -> object:
    return (await till.get("/v1/members", params=MEMBER)).json()["can_be_asked"]
