"""Two windows side by side: the till's page asks, and the member's phone answers by a button."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect
from tests.bots.conftest import Scene
from tests.bots.windows import Windows, open_windows
from tests.conftest import SetClock

from plushka.domain.bots.asking import set_confirming
from plushka.domain.businesses.queries import list_branches

ASK = "Спросить в мессенджере"


@pytest.fixture
async def windows(scene: Scene, clock: SetClock, browser: Browser) -> AsyncIterator[Windows]:
    async with open_windows(scene, clock, browser) as windows:
        yield windows


async def test_points_are_spent_once_the_member_has_pressed_the_button(
    scene: Scene, windows: Windows
) -> None:
    await _let_buttons_agree(scene)
    till = windows.till
    await windows.enrol()
    await windows.spend_the_most("100")

    await till.get_by_role("button", name=ASK).click()
    await expect(till.locator("[data-asking]")).to_be_visible()
    await till.get_by_role("button", name="Не ждать").click()
    await expect(till.locator("[data-asking]")).to_be_hidden()
    await till.get_by_role("button", name=ASK).click()
    await windows.press("Подтвердить списание")

    await expect(till.get_by_text("Клиент согласен списать")).to_be_visible()
    await expect(till.locator("#main")).to_be_focused()
    await till.locator("#main").click()
    await expect(till.locator("[data-slip]")).to_contain_text("Списано 50 бонусов")
    await expect(windows.phone.get_by_text("−50")).to_be_visible()
    assert await windows.phone.get_by_text("Касса просит списать бонусы").count() == 1


async def test_who_says_no_is_asked_once_more_or_buys_without_points(scene: Scene, windows: Windows) -> None:
    await _let_buttons_agree(scene)
    till = windows.till
    await windows.enrol()
    await windows.spend_the_most("100")
    await till.evaluate("navigator.vibrate = (pattern) => (window.trembled = pattern)")

    await till.get_by_role("button", name=ASK).click()
    await windows.press("Нет, не списывать")
    await expect(till.get_by_text("Клиент отказался: списывать бонусы нельзя.")).to_be_visible()
    assert await till.evaluate("window.trembled") == [120, 60, 120]

    await till.get_by_role("button", name="Спросить ещё раз").click()
    await expect(till.get_by_text("Клиент отказался")).to_be_hidden()
    await expect(windows.phone.get_by_text("Касса просит списать бонусы")).to_have_count(2)
    await windows.press("Нет, не списывать")
    await till.get_by_role("button", name="Без списания").click()

    await expect(till.locator("#main")).to_be_focused()
    await till.locator("#main").click()
    await expect(till.locator("[data-slip]")).to_contain_text("Начислено 10 бонусов")
    await expect(windows.phone.get_by_text("+10")).to_be_visible()


async def test_a_question_that_ran_out_is_told_and_not_asked_anew_by_itself(
    scene: Scene, windows: Windows
) -> None:
    await _let_buttons_agree(scene)
    await windows.enrol()
    await windows.spend_the_most("100")

    await windows.till.get_by_role("button", name=ASK).click()
    await expect(windows.phone.get_by_text("Касса просит списать бонусы")).to_be_visible()
    await windows.till.clock.fast_forward("02:00")

    await expect(windows.till.get_by_text("Клиент не ответил вовремя")).to_be_visible()
    await expect(windows.till.get_by_role("button", name=ASK)).to_be_visible()
    assert await windows.phone.get_by_text("Касса просит списать бонусы").count() == 1


async def test_nobody_is_asked_where_the_branch_does_not_let_buttons_agree(windows: Windows) -> None:
    await windows.enrol()
    await windows.spend_the_most("100")

    await expect(windows.till.get_by_role("button", name=ASK)).to_be_hidden()


async def _let_buttons_agree(scene: Scene) -> None:
    async with scene.shop.tx() as tx:
        await set_confirming(tx, [branch.id for branch in await list_branches(tx)])
