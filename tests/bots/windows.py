"""Two windows side by side: the cashier's till page, and the member's phone with the bot and the app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from playwright.async_api import Browser, Page, expect
from tests.bots.conftest import REGISTRATION, VERA, Scene, working_on
from tests.browsing import API_REFUSES, ASKS_TO_SIGN_IN, PHONE_SCREEN, TABLET, Browsing
from tests.pos.conftest import PIN, Business, new_cashier, served
from tests.serving import serving

from plushka.demo.messengers.phone import Phones
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key
from plushka.platform.clock import Clock

CASHIER = "Маша"


@dataclass
class Windows:
    """The cashier's and the member's."""

    till: Page
    phone: Page

    async def find(self, text: str) -> None:
        """Find a member at the till."""
        await self.till.locator("#find").fill(text)
        await self.till.locator("#find").press("Enter")

    async def spend_the_most(self, amount: str) -> None:
        """Find the member, and bring the sale to where their word is wanted."""
        await self.find("89990000101")
        await self.till.locator("#amount").fill(amount)
        await self.till.get_by_role("button", name="Максимум").click()
        await expect(self.till.locator("#code")).to_be_visible()

    async def press(self, label: str) -> None:
        """Press the latest button of the bot on the phone."""
        await press(self.phone, label)

    async def enrol(self) -> None:
        await enrol(self.phone)


async def press(phone: Page, label: str) -> None:
    """Press the latest button of the bot."""
    await phone.get_by_role("button", name=label, exact=True).last.click()


async def enrol(phone: Page) -> None:
    """Become a member by the bot, without offers."""
    for label in ("Начать", "Соглашаюсь", "Поделиться телефоном", "Нет, спасибо"):
        await press(phone, label)
    await expect(phone.get_by_text("Предложений больше не будет.")).to_be_visible()


@asynccontextmanager
async def open_windows(scene: Scene, clock: Clock, browser: Browser) -> AsyncIterator[Windows]:
    """Put both to work, where points are spent with the member's word only; nothing may go wrong in a script."""
    async with scene.shop.tx() as tx:
        caller = scene.shop.caller
        key, secret = await issue_key(tx, till_id=caller.till_id, scopes=SCOPES)
        await tx.execute(
            "update businesses set spending_needs_permit = true where tenant_id = $1", tx.tenant_id
        )
    business = Business(caller.tenant_id, caller.till_id, key.id, secret)
    await new_cashier(scene.shop.database, clock, business, name=CASHIER)
    with served(scene.settings, clock) as address:
        async with (
            working_on(scene.shop, replace(scene.settings, public_url=address), scene.vault),
            serving(Phones([scene.fake]).routes()) as messenger,
            Browsing(address=address, browser=browser, usual=(*API_REFUSES, ASKS_TO_SIGN_IN)) as browsing,
        ):
            till = await (await browsing.context(viewport=TABLET)).new_page()
            phone = await (await browsing.context(viewport=PHONE_SCREEN)).new_page()
            await phone.goto(f"{messenger}/phone/telegram/{REGISTRATION.username}/{VERA.id}")
            await till.clock.install()
            await till.goto(f"/till#key={secret}")
            await till.get_by_role("button", name=CASHIER).click()
            await till.locator("#pin").fill(PIN)
            await till.keyboard.press("Enter")
            await expect(till.locator("#find")).to_be_focused()
            yield Windows(till, phone)
