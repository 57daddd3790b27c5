"""Nothing is doubled or lost when the network, the server or the tab dies in the middle."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect
from tests.till.conftest import CASHIER, PHONE, Desk, find, keeper_is_there, sell

OTHER_PHONE = "+79167654321"
APPEARS_SECONDS = 40
SENT_SECONDS = 40
"""Longer than what was in a dead tab's hand is left alone (outbox.js)."""
COUNT_QUEUE = """() => new Promise((resolve) => {
  indexedDB.open("plushka-till").onsuccess = ({ target: { result: database } }) => {
    database.transaction("queue").objectStore("queue").count().onsuccess = ({ target }) => {
      database.close();
      resolve(target.result);
    };
  };
})"""


async def ready_for_offline(page: Page) -> None:
    """Wait until the device keeps the page."""
    for _ in range(APPEARS_SECONDS * 10):
        if await page.evaluate("caches.match('/till').then(Boolean)"):
            break
        await asyncio.sleep(0.1)
    await page.reload()
    await expect(page.locator("#find")).to_be_visible()


async def all_sent(page: Page) -> None:
    await expect(page.locator("[data-waiting]")).to_be_hidden()


async def test_sales_without_a_network_are_kept_and_booked_once_when_it_is_back(desk: Desk) -> None:
    device = await desk.device()
    page = await desk.open(device)
    await ready_for_offline(page)
    await device.set_offline(True)

    await find(page, PHONE)
    await expect(page.get_by_text("бонусы придут, когда она появится")).to_be_visible()
    await sell(page, "1000")
    await page.locator("#next").click()
    await find(page, "8 916 765 43 21")
    await sell(page, "250,50")
    await page.locator("#next").click()
    await sell(page, "99")
    await expect(page.locator("[data-waiting]")).to_have_text("5")

    # The tab dies, and the page opens again with neither network nor memory.
    await page.close()
    page = await device.new_page()
    await page.goto("/till")
    await expect(page.locator("[data-waiting]")).to_have_text("5")
    assert await desk.receipts() == []

    await device.set_offline(False)
    await all_sent(page)

    receipts = await desk.receipts()
    assert sorted(each["payable_minor"] for each in receipts) == [9900, 25050, 100000]
    assert {each["cashier"] for each in receipts} == {"Маша"}
    assert (await desk.balance(), await desk.balance(OTHER_PHONE)) == (100, 25)
    await desk.check_the_ledger()


async def test_a_sale_made_without_a_network_is_booked_at_its_own_moment(desk: Desk) -> None:
    device = await desk.device()
    page = await desk.open(device)
    await device.set_offline(True)
    await sell(page, "500")

    # The page's clock may differ from ours by half of what the request that told the time took.
    await page.wait_for_timeout(2000)
    sent_after = datetime.now(UTC)
    await device.set_offline(False)
    await all_sent(page)

    (receipt,) = await desk.receipts()
    assert datetime.fromisoformat(receipt["occurred_at"]) < sent_after


async def test_a_server_that_dies_before_the_sale_has_it_once_when_it_is_back(desk: Desk) -> None:
    page = await desk.open(await desk.device())
    await find(page, PHONE)
    await page.get_by_role("button", name="Завести карту").click()
    await page.locator("#amount").fill("1000")
    await expect(page.locator("[data-earned]").first).to_contain_text("100")
    desk.server.kill()

    await page.locator("#main").click()
    await expect(page.get_by_text("Сохранено на этом устройстве")).to_be_visible()
    desk.server.start()
    await all_sent(page)

    assert [each["payable_minor"] for each in await desk.receipts()] == [100000]
    assert await desk.balance() == 100
    await desk.check_the_ledger()


async def test_a_return_that_waited_is_seen_among_the_receipts_once_it_is_booked(desk: Desk) -> None:
    page = await desk.open(await desk.device())
    await sell(page, "1000")
    await page.locator("#next").click()
    await page.keyboard.press("F2")
    receipt = page.locator("[data-receipts] button").first
    await expect(receipt).to_contain_text("Без карты")
    await receipt.click()
    await expect(page.locator("#give-back")).to_be_enabled()
    desk.server.kill()

    await page.locator("#give-back").click()
    await expect(page.get_by_text("Сохранено на этом устройстве")).to_be_visible()
    desk.server.start()
    await all_sent(page)

    await expect(receipt).to_contain_text("возвращён целиком")


@pytest.mark.parametrize("tab_dies", [False, True])
async def test_a_sale_whose_answer_is_lost_is_booked_once(desk: Desk, *, tab_dies: bool) -> None:
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE})
        await till.post(
            "/v1/purchases",
            json={
                "external_id": "before",
                "currency": "RUB",
                "member": {"phone": PHONE},
                "lines": [{"sku": "1", "quantity_milli": 1000, "amount_minor": 100000}],
            },
        )
    device = await desk.device()
    page = await desk.open(device)
    await find(page, PHONE)
    await page.locator("#amount").fill("200")
    await page.get_by_role("button", name="Максимум").click()
    await expect(page.locator("[data-payable]")).to_have_text("100\u00a0₽")
    lost: list[int] = []

    async def lose_the_answer(route: Route) -> None:
        answer = await route.fetch()
        lost.append(answer.status)
        if tab_dies:
            await page.close()
        else:
            await route.abort()

    await page.route("**/v1/purchases?*", lose_the_answer, times=1)
    await page.locator("#main").click()
    if tab_dies:
        await _wait_for(page, lost)
        page = await device.new_page()
        await page.goto("/till")
    else:
        await expect(page.get_by_text("неизвестно, списались ли бонусы")).to_be_visible()
    await _queue_is_empty(page)

    assert lost == [201]
    assert [each["redeemed_points"] for each in await desk.receipts()] == [100, 0]
    assert await desk.balance() == 10
    await desk.check_the_ledger()


async def test_a_tab_that_dies_before_the_sale_leaves_the_device_sends_it_when_it_is_opened_again(
    desk: Desk,
) -> None:
    device = await desk.device()
    page = await desk.open(device)
    caught: list[str] = []

    async def die(route: Route) -> None:
        caught.append(route.request.url)
        await page.close()

    await page.route("**/v1/purchases?*", die, times=1)
    async with page.expect_response("**/v1/quotes?*"):
        await page.locator("#amount").fill("300")
    desk.server.kill()
    await page.locator("#main").click()
    await _wait_for(page, caught)
    desk.server.start()
    assert await desk.receipts() == []

    page = await device.new_page()
    await page.goto("/till")
    await _queue_is_empty(page)

    assert [each["payable_minor"] for each in await desk.receipts()] == [30000]
    await desk.check_the_ledger()


async def test_two_tabs_of_a_till_send_what_waits_once(desk: Desk) -> None:
    device = await desk.device()
    page = await desk.open(device)
    await ready_for_offline(page)
    await device.set_offline(True)
    for amount in ("100", "200", "300"):
        await sell(page, amount)
        await page.locator("#next").click()
    other = await device.new_page()
    await other.goto("/till")
    await expect(other.locator("[data-waiting]")).to_have_text("3")

    await device.set_offline(False)
    await _queue_is_empty(page)

    assert sorted(each["payable_minor"] for each in await desk.receipts()) == [10000, 20000, 30000]


async def test_what_is_not_accepted_stays_with_its_reason_and_can_be_sent_without_the_member(
    desk: Desk,
) -> None:
    device = await desk.device()
    page = await desk.open(device)
    await device.set_offline(True)
    await find(page, "1000 77")
    await sell(page, "400")
    await device.set_offline(False)

    await page.locator("[data-refused]").click()
    await expect(page.get_by_text("Такого клиента нет")).to_be_visible()
    await page.get_by_role("button", name="Отправить без клиента").click()

    await expect(page.locator("[data-queue]")).to_be_hidden()
    assert [each["payable_minor"] for each in await desk.receipts()] == [40000]


async def test_a_member_met_without_a_network_is_known_as_soon_as_it_is_back(desk: Desk) -> None:
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE, "name": "Варвара"})
    device = await desk.device()
    page = await desk.open(device)
    await device.set_offline(True)
    await find(page, PHONE)
    await expect(page.locator("[data-member]")).to_contain_text(PHONE)
    await page.locator("#amount").fill("1000")

    await device.set_offline(False)

    await expect(page.locator("[data-member]")).to_contain_text("Варвара")
    await expect(page.locator("[data-earned]").first).to_contain_text("100")


async def test_a_device_that_is_opened_without_a_network_opens_when_it_is_there(desk: Desk) -> None:
    device = await desk.device()
    page = await device.new_page()
    await page.goto("/till")
    await keeper_is_there(page)
    await device.set_offline(True)
    await page.locator("input").fill(desk.cast.anna.secret)
    await page.locator("main form button").click()
    await expect(page.get_by_text("Нет связи").first).to_be_visible()

    await device.set_offline(False)

    await expect(page.get_by_role("button", name=CASHIER)).to_be_visible()


async def test_a_sale_that_was_never_sent_is_taken_back_on_the_device(desk: Desk) -> None:
    device = await desk.device()
    page = await desk.open(device)
    await device.set_offline(True)
    await sell(page, "400")

    await page.get_by_role("button", name="Отменить продажу").click()
    await expect(page.get_by_text("убрана с устройства")).to_be_visible()
    await device.set_offline(False)
    await _queue_is_empty(page)

    assert await desk.receipts() == []


async def _queue_is_empty(page: Page) -> None:
    """Wait until the device keeps nothing that is to be sent."""
    for _ in range(SENT_SECONDS * 5):
        if await page.evaluate(COUNT_QUEUE) == 0:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("something still waits to be sent")


async def _wait_for(page: Page, events: list[Any]) -> None:
    """Wait until something has happened and ``page`` is dead."""
    for _ in range(APPEARS_SECONDS * 10):
        if events and page.is_closed():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the tab is still alive")
