"""Two windows side by side: the till's page asks, and the member's phone answers by a button."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect
from tests.bots.conftest import REGISTRATION, VERA, Scene, serving
from tests.browsing import API_REFUSES, PHONE_SCREEN, Browsing
from tests.conftest import SetClock
from tests.pos.conftest import PIN, Business, new_cashier, served
from tools.chromium import chromium

from plushka.app import Plushka
from plushka.demo.messengers.phone import Phones
from plushka.domain.bots.asking import set_confirming
from plushka.domain.businesses.queries import list_branches
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key

CASHIER = "Маша"
ASK = "Спросить в мессенджере"


@dataclass
class Windows:
    """The cashier's and the member's."""

    till: Page
    phone: Page

    async def press(self, label: str) -> None:
        """Press the latest button of the bot."""
        await self.phone.get_by_role("button", name=label, exact=True).last.click()

    async def enrol(self) -> None:
        for label in ("Начать", "Соглашаюсь", "Поделиться телефоном", "Нет, спасибо"):
            await self.press(label)
        await expect(self.phone.get_by_text("Предложений больше не будет.")).to_be_visible()

    async def spend_the_most(self, amount: str) -> None:
        """Find the member, and bring the sale to where their word is wanted."""
        await self.till.locator("#find").fill("89990000101")
        await self.till.locator("#find").press("Enter")
        await self.till.locator("#amount").fill(amount)
        await self.till.get_by_role("button", name="Максимум").click()
        await expect(self.till.locator("#code")).to_be_visible()


@pytest.fixture
async def windows(scene: Scene, clock: SetClock) -> AsyncIterator[Windows]:
    """Both at work, where points are spent with the member's word only; nothing may go wrong in a script."""
    async with scene.shop.tx() as tx:
        caller = scene.shop.caller
        key, secret = await issue_key(tx, till_id=caller.till_id, scopes=SCOPES)
        await tx.execute(
            "update businesses set spending_needs_permit = true where tenant_id = $1", tx.tenant_id
        )
    business = Business(caller.tenant_id, caller.till_id, key.id, secret)
    await new_cashier(scene.shop.database, clock, business, name=CASHIER)
    with served(Plushka(scene.settings, clock)) as address:
        async with (
            scene.working(),
            serving(Phones([scene.fake]).routes()) as messenger,
            chromium() as browser,
        ):
            browsing = Browsing(address=address, browser=browser, usual=API_REFUSES)
            context = await browsing.context(viewport=PHONE_SCREEN)
            windows = Windows(await context.new_page(), await context.new_page())
            await windows.phone.goto(f"{messenger}/phone/telegram/{REGISTRATION.username}/{VERA.id}")
            await windows.till.clock.install()
            await windows.till.goto(f"/till#key={secret}")
            await windows.till.get_by_role("button", name=CASHIER).click()
            await windows.till.locator("#pin").fill(PIN)
            await windows.till.keyboard.press("Enter")
            await expect(windows.till.locator("#find")).to_be_focused()
            yield windows
    browsing.check_complaints()


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
