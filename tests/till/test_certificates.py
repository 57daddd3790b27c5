"""Certificates at the till page: one is sold by its number, pays for a sale, and has its part back from a return."""

from playwright.async_api import expect
from tests.browsing import look
from tests.pos.conftest import new_certificate
from tests.till.conftest import Desk

from plushka.domain.certificates.numbers import shown
from plushka.domain.certificates.pins import pin_of
from plushka.domain.certificates.queries import find_by_number


async def make(desk: Desk) -> tuple[str, str]:
    """Make a certificate of 1000 ₽ that nobody has bought yet, and return its number and its PIN."""
    anna, clock = desk.cast.anna, desk.clock
    number = await new_certificate(desk.database, clock, anna)
    async with desk.database.transaction(
        anna.tenant_id, actor="test:anna", at=desk.clock_on_the_wall()
    ) as tx:
        found = await find_by_number(tx, number)
        assert found is not None
        return number, pin_of(tx, found.pin_salt)


async def test_one_is_sold_by_its_number_and_pays_for_a_sale(desk: Desk) -> None:
    number, _ = await make(desk)
    page = await desk.open(await desk.device())
    await page.get_by_role("button", name="Сертификат").click()
    await page.locator("#certificate").fill(shown(number).lower())
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-unsold]")).to_contain_text("ещё никто не купил")
    await look(page)
    await page.get_by_role("button", name="Продать").click()
    await expect(page.get_by_text("Сертификат продан")).to_be_visible()

    await page.locator("#amount").fill("1400")
    await page.get_by_role("button", name="Сертификат").click()
    await page.locator("#certificate").fill(number)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-payable]")).to_have_text("400\u00a0₽")
    await expect(page.get_by_role("button", name="Проверить")).to_be_enabled()
    await look(page)
    await page.locator("#main").click()
    await expect(page.locator("#next")).to_be_visible()
    (receipt,) = await desk.receipts()
    assert receipt["payable_minor"] == 1400_00

    await page.locator("#next").click()
    await page.locator("#amount").fill("100")
    await page.get_by_role("button", name="Сертификат").click()
    await page.locator("#certificate").fill(number)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("На этом сертификате ничего не осталось.")).to_be_visible()
    await expect(page.locator("[data-payable]")).to_have_text("100\u00a0₽")


async def test_where_no_certificates_are_sold_nobody_is_asked_for_one(desk: Desk) -> None:
    page = await desk.open(await desk.device())
    await page.locator("#amount").fill("100")
    await expect(page.locator("#main")).to_be_enabled()
    await expect(page.get_by_role("button", name="Сертификат")).to_be_hidden()
