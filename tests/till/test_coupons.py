"""Promo codes at the till: what one gives is seen before the sale is booked, and one that gives nothing says why."""

from datetime import timedelta
from uuid import UUID

from msgspec import structs
from playwright.async_api import expect
from tests.browsing import look
from tests.pos.conftest import CASHBACK
from tests.till.conftest import PHONE, Desk, find, sell

from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import list_programs
from plushka.engine.conditions import Coupon
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion


async def give_out(desk: Desk, *codes: str, member_id: UUID | None = None) -> None:
    """Give out codes that can be used once, for 20 % off, with a card or without."""
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:anna", at=desk.clock_on_the_wall()
    ) as tx:
        coupon = await create_coupon(tx, name="Весна", limits=Limits(uses_per_code=1))
        await add_codes(tx, coupon, codes, member_id=member_id)
        spring = Promotion(
            "spring", "Весна", PercentOff(20_00), when=Coupon((coupon.key,)), for_anonymous=True
        )
        (program,) = await list_programs(tx)
        await publish(
            tx,
            program_id=program.id,
            program=structs.replace(CASHBACK, promotions=(spring,)),
            valid_from=tx.at - timedelta(seconds=1),
        )


async def test_a_code_lowers_the_price_once_and_another_says_why_not(desk: Desk) -> None:
    await give_out(desk, "SPRING")
    page = await desk.open(await desk.device())
    await page.locator("#amount").fill("1000")
    await page.get_by_role("button", name="Промокод").click()
    await expect(page.locator("#coupon")).to_be_focused()
    await page.keyboard.type("spring")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-payable]")).to_have_text("800\u00a0₽")
    await expect(page.locator("[data-coupons]")).to_contain_text("Весна")
    await page.locator("#coupon").fill("нет такого")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-coupons]")).to_contain_text("Такого кода нет.")
    await look(page)
    await page.get_by_role("button", name="Убрать код").last.click()
    await expect(page.locator("[data-coupons]")).not_to_contain_text("Такого кода нет.")
    await page.locator("#main").click()
    await expect(page.locator("#next")).to_be_visible()

    await page.locator("#next").click()
    await expect(page.locator("[data-coupons]")).to_be_hidden()
    await page.locator("#amount").fill("1000")
    await page.get_by_role("button", name="Промокод").click()
    await expect(page.locator("#coupon")).to_be_focused()
    await page.keyboard.type("SPRING", delay=80)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-coupons]")).to_contain_text("Этот код уже использован.")
    await expect(page.locator("[data-payable]")).to_have_text("1\u00a0000\u00a0₽")
    assert [each["payable_minor"] for each in await desk.receipts()] == [800_00]


async def test_without_a_connection_no_code_is_asked_for(desk: Desk) -> None:
    await give_out(desk, "SPRING")
    device = await desk.device()
    page = await desk.open(device)
    await sell(page, "100")
    await page.locator("#next").click()
    await device.set_offline(offline=True)
    await page.locator("#amount").fill("1000")
    await expect(page.locator("#main")).to_be_enabled()
    await expect(page.get_by_role("button", name="Промокод")).to_be_hidden()


async def test_a_members_own_code_is_seen_and_used_by_a_button(desk: Desk) -> None:
    async with desk.till() as till:
        member = (await till.post("/v1/members", json={"phone": PHONE, "name": "Варвара"})).json()
    await give_out(desk, "VARVARA-1", member_id=UUID(member["id"]))
    page = await desk.open(await desk.device())
    await find(page, PHONE)
    await expect(page.locator("[data-own-coupons]")).to_contain_text("VARVARA-1")
    await look(page)
    await page.locator("#amount").fill("1000")
    await page.get_by_role("button", name="Применить").click()
    await expect(page.locator("[data-payable]")).to_have_text("800\u00a0₽")
    await expect(page.locator("[data-own-coupons]")).to_be_hidden()
    await page.locator("#main").click()
    await page.locator("#next").click()
    await find(page, PHONE)
    await expect(page.locator("[data-balance]")).to_be_visible()
    await expect(page.locator("[data-own-coupons]")).to_be_hidden()
