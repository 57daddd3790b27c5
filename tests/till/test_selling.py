"""A cashier at work: from the key to the receipt, with points spent, returned and explained."""

from time import time

import pytest
from playwright.async_api import Page, expect
from tests.browsing import LAPTOP, TABLET, look
from tests.pos.conftest import PIN, new_cashier, new_till
from tests.till.conftest import CASHIER, PHONE, Desk, find, sell

from plushka.domain.businesses.queries import get_business
from plushka.domain.members.codes import issue_code
from plushka.domain.members.identities import identify
from plushka.domain.members.queries import find_member
from plushka.domain.staff.pins import give_pin

BARCODE = "4607001234562"
SCANNER_SECONDS = 0.01
"""Between two keys."""
LINE_PX_MAX = 40
UNCOVERED = """(selector) => {
  const shown = document.querySelector(selector);
  const { x, y, width, height } = shown.getBoundingClientRect();
  return shown.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


async def enrol(page: Page, phone: str = PHONE) -> None:
    await find(page, phone)
    await page.get_by_role("button", name="Завести карту").click()
    await expect(page.locator("[data-balance]")).to_be_visible()


async def test_a_new_member_is_served_with_a_phone_and_an_amount(desk: Desk) -> None:
    page = await desk.open(await desk.device())

    await enrol(page)
    await page.locator("#amount").fill("1 234,50")
    await expect(page.locator("[data-earned]").first).to_have_text("+123\u00a0бонуса")
    await page.locator("#main").click()

    await expect(page.locator("[data-slip]")).to_contain_text("Начислено 123 бонуса")
    await page.locator("#next").click()
    await find(page, "8 (916) 123-45-67")
    await expect(page.locator("[data-balance]")).to_have_text("123\u00a0бонуса")
    (receipt,) = await desk.receipts()
    assert (receipt["payable_minor"], receipt["cashier"]) == (123450, CASHIER)


async def test_the_keypad_does_it_all_without_a_keyboard(desk: Desk) -> None:
    page = await desk.open(await desk.device())
    await expect(page.locator("#main")).to_be_disabled()

    for digit in "89161234567":
        await page.get_by_role("button", name=digit, exact=True).click()
    await page.locator("#main").click()
    await page.get_by_role("button", name="Завести карту").click()
    await expect(page.locator("[data-balance]")).to_be_visible()
    for key in ("1", "0", ",", "5", "0"):
        await page.get_by_role("button", name=key, exact=True).click()
    await page.get_by_role("button", name="Стереть последнюю цифру").click()
    await page.locator("#main").click()

    await expect(page.locator("#next")).to_be_visible()
    assert [each["payable_minor"] for each in await desk.receipts()] == [1050]


async def test_on_a_phone_the_keys_stay_under_the_fingers_whatever_comes_above(desk: Desk) -> None:
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE})
    page = await desk.open(await desk.device())
    await find(page, PHONE)
    await sell(page, "1000")
    await page.locator("#next").click()
    await find(page, PHONE)
    await expect(page.locator("[data-balance]")).to_have_text("100\u00a0бонусов")
    key, main = page.get_by_role("button", name="5", exact=True), page.locator("#main")
    before = await key.bounding_box()

    for digit in "500":
        await page.get_by_role("button", name=digit, exact=True).click()
    await expect(page.locator("[data-spending]")).to_be_visible()

    assert await key.bounding_box() == before
    await expect(main).to_be_in_viewport(ratio=1)
    await expect(page.locator("[data-earned]").first).to_be_in_viewport(ratio=1)
    assert await page.evaluate(UNCOVERED, "[data-earned]")
    # A phone as the name, and what is there, each on one line.
    title = await page.locator("[data-member] p").first.bounding_box()
    assert title is not None
    assert title["height"] < LINE_PX_MAX


async def test_points_are_spent_by_the_slider_with_the_members_code_where_the_business_asks_for_it(
    desk: Desk,
) -> None:
    await _ask_for_permits(desk)
    page = await desk.open(await desk.device())
    await enrol(page)
    await sell(page, "1000")
    await page.locator("#next").click()
    await find(page, PHONE)
    await page.locator("#amount").fill("150")

    await page.get_by_role("button", name="Максимум").click()
    await expect(page.locator("[data-payable]")).to_have_text("75\u00a0₽")
    await page.locator("#redeem").press("ArrowLeft")
    await expect(page.locator("[data-payable]")).to_have_text("76\u00a0₽")
    await page.locator("#main").click()
    await expect(page.locator("#code")).to_be_focused()
    await page.locator("#code").fill("000000")
    await page.locator("#code").press("Enter")
    await expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    await page.locator("#code").fill(await _code_of(desk, PHONE))
    await page.locator("#code").press("Enter")
    await expect(page.get_by_text("Клиент согласен списать")).to_be_visible()
    await page.locator("#main").click()

    await expect(page.locator("[data-slip]")).to_contain_text("Списано 74 бонуса")
    assert await desk.balance() == 100 - 74 + 7
    await desk.check_the_ledger()


async def test_a_members_code_finds_them_and_lets_spend_at_once(desk: Desk) -> None:
    await _ask_for_permits(desk)
    page = await desk.open(await desk.device())
    await enrol(page)
    await sell(page, "1000")
    await page.locator("#next").click()

    await find(page, await _code_of(desk, PHONE))
    await page.locator("#amount").fill("100")
    await page.get_by_role("button", name="Максимум").click()
    await expect(page.locator("[data-payable]")).to_have_text("50\u00a0₽")
    await page.locator("#main").click()

    await expect(page.locator("[data-slip]")).to_contain_text("Списано 50 бонусов")


async def test_who_guesses_codes_waits_after_five_and_the_right_one_waits_too(desk: Desk) -> None:
    page = await desk.open(await desk.device())
    await enrol(page)
    await page.get_by_role("button", name="Другой клиент").click()

    for wrong in range(4):
        async with page.expect_response("**/v1/members/codes*"):
            await find(page, f"00000{wrong}")
        await expect(page.get_by_text("Такого кода сейчас ни у кого нет")).to_be_visible()
    for one in ("000004", await _code_of(desk, PHONE)):
        async with page.expect_response("**/v1/members/codes*"):
            await find(page, one)
        await expect(page.get_by_text("Слишком много неверных кодов.")).to_be_visible()
    await expect(page.locator("[data-balance]")).to_be_hidden()
    await find(page, PHONE)
    await expect(page.locator("[data-balance]")).to_be_visible()


async def test_the_last_sale_is_undone_after_its_effect_was_shown(desk: Desk) -> None:
    page = await desk.open(await desk.device())
    await enrol(page)
    await sell(page, "1000")

    await page.get_by_role("button", name="Отменить продажу").click()
    await expect(page.locator("[data-effects]")).to_have_text("Отзовётся: 100\u00a0бонусов")
    assert await desk.balance() == 100
    await page.get_by_role("button", name="Вернуть 1\u00a0000\u00a0₽").click()

    await expect(page.get_by_text("возвращён целиком")).to_be_visible()
    assert await desk.balance() == 0
    await desk.check_the_ledger()


async def test_one_of_two_products_comes_back(desk: Desk) -> None:
    page = await desk.open(await desk.device(viewport=TABLET))
    await enrol(page)
    await page.locator("[data-products] button").click()
    await page.locator("[data-products] button").click()
    await page.locator("#main").click()
    await expect(page.locator("#next")).to_be_visible()

    await page.keyboard.press("F2")
    await page.locator("[data-receipts] button").first.click()
    await page.get_by_role("button", name="На один меньше").click()
    await page.get_by_role("button", name="Вернуть 230\u00a0₽").click()
    await expect(page.get_by_text("Возврат проведён: 230\u00a0₽")).to_be_visible()

    await page.locator("[data-receipts] button").first.click()
    await expect(page.get_by_text("1 / 1")).to_be_visible()
    assert await desk.balance() == 23
    await desk.check_the_ledger()


async def test_a_scanner_finds_cards_products_and_qr_codes_wherever_the_cursor_stands(desk: Desk) -> None:
    page = await desk.open(await desk.device(viewport=LAPTOP, has_touch=False))
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE, "card": "1000222222"})

    await _scan(page, BARCODE)
    await expect(page.locator("[data-payable]")).to_have_text("230\u00a0₽")
    await page.locator("#amount").fill("12")
    await _scan(page, "1000222222")
    await expect(page.locator("[data-balance]")).to_be_visible()
    await expect(page.locator("#amount")).to_have_value("12")
    await page.get_by_role("button", name="Другой клиент").click()
    await _scan(page, await _code_of(desk, PHONE, is_qr=True))
    await expect(page.locator("[data-balance]")).to_be_visible()
    await _scan(page, BARCODE)
    await expect(page.locator("[data-payable]")).to_have_text("472\u00a0₽")


async def test_a_keyboard_is_enough(desk: Desk) -> None:
    page = await desk.open(await desk.device(viewport=LAPTOP, has_touch=False))
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE})

    for text, then in (("89161234567", "#amount"), ("500", "#main")):
        await page.keyboard.type(text, delay=60)
        await page.keyboard.press("Enter")
        await expect(page.locator(then)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#next")).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(page.locator("#find")).to_be_focused()
    assert await desk.balance() == 50


async def test_cashiers_change_and_a_closed_shift_tells_its_totals(desk: Desk) -> None:
    await new_cashier(desk.database, desk.clock, desk.cast.anna, name="Петя", pin="7730")
    page = await desk.open(await desk.device())
    await sell(page, "300")
    await page.keyboard.press("F4")
    await expect(page.locator("[data-totals]")).to_contain_text("300\u00a0₽")

    await page.get_by_role("button", name="Другой кассир").click()
    await page.get_by_role("button", name="Петя").click()
    await page.keyboard.type("0000", delay=60)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("PIN-код не подошёл")).to_be_visible()
    await page.keyboard.type("7730", delay=60)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Смена «Маша» оставалась открытой")).to_be_visible()
    await sell(page, "50")
    await page.keyboard.press("F4")
    await page.get_by_role("button", name="Закрыть смену").click()

    await expect(page.get_by_role("heading", name="Смена закрыта")).to_be_visible()
    await expect(page.locator("[data-totals]")).to_contain_text("50\u00a0₽")
    assert [each["cashier"] for each in await desk.receipts()] == ["Петя", CASHIER]


async def test_a_cashier_changes_the_pin_that_somebody_else_has_given(desk: Desk) -> None:
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:anna", at=desk.clock.now()
    ) as tx:
        await give_pin(tx, desk.cashier, "481516")
    page = await (await desk.device()).new_page()
    await page.goto(f"/till#key={desk.cast.anna.secret}")
    await page.get_by_role("button", name=CASHIER).click()

    async def type_pin(pin: str) -> None:
        await page.locator("#pin").fill(pin)
        await page.keyboard.press("Enter")

    await type_pin("481516")
    await expect(page.get_by_text("Придумайте свой PIN-код")).to_be_visible()
    await look(page)
    await type_pin("5093")
    await expect(page.get_by_text("Введите его ещё раз")).to_be_visible()
    await type_pin("5094")
    await expect(page.get_by_text("PIN-коды не совпали")).to_be_visible()
    for easy in ("1234", "1234"):
        await type_pin(easy)
    await expect(page.get_by_text("Такой PIN-код подберут первым")).to_be_visible()
    for own in ("5093", "5093"):
        await type_pin(own)

    await expect(page.locator("#find")).to_be_focused()
    other = await (await desk.device()).new_page()
    await other.goto(f"/till#key={desk.cast.anna.secret}")
    await other.get_by_role("button", name=CASHIER).click()
    await other.locator("#pin").fill("5093")
    await other.keyboard.press("Enter")
    await expect(other.locator("#find")).to_be_focused()


async def test_another_device_asks_for_the_pin_though_a_shift_is_open(desk: Desk) -> None:
    await desk.open(await desk.device())

    page = await (await desk.device()).new_page()
    await page.goto(f"/till#key={desk.cast.anna.secret}")

    await expect(page.get_by_role("button", name=CASHIER)).to_be_visible()
    assert "plk_" not in page.url


async def test_a_key_that_opens_nothing_says_so(desk: Desk) -> None:
    page = await (await desk.device()).new_page()
    await page.goto("/till")
    await page.locator("input").fill("пароль")
    await page.get_by_role("button", name="Открыть", exact=True).click()
    await expect(page.get_by_text("Это не ключ кассы")).to_be_visible()
    await page.locator("input").fill(desk.cast.anna.secret[:-4] + "AAAA")
    await page.get_by_role("button", name="Открыть", exact=True).click()

    await expect(page.get_by_text("Такого ключа нет, или он отозван")).to_be_visible()


async def test_a_key_that_may_not_do_enough_says_what_it_lacks(desk: Desk) -> None:
    key = await new_till(desk.database, desk.clock, desk.cast.anna, scopes=("quotes",))
    page = await (await desk.device()).new_page()

    await page.goto(f"/till#key={key}")

    await expect(page.get_by_text("У этого ключа нет права «purchases»")).to_be_visible()


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_screen_is_for_everybody(desk: Desk, language: str, theme: str) -> None:
    device = await desk.device(locale=language, color_scheme=theme, reduced_motion="reduce")
    page = await device.new_page()
    await page.goto("/till")
    await expect(page.locator("input")).to_be_visible()
    await look(page)
    await page.goto(f"/till#key={desk.cast.anna.secret}")
    await page.get_by_role("button", name=CASHIER).click()
    await look(page)
    await page.keyboard.type(PIN, delay=60)
    await page.keyboard.press("Enter")
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE, "name": "Варвара Широкова"})
    await find(page, PHONE)
    await page.locator("#amount").fill("1000")
    await expect(page.locator("[data-earned]").first).to_contain_text("100")
    await look(page)
    await page.locator("#main").click()
    await expect(page.locator("[data-slip]")).to_be_visible()
    await look(page)
    await page.keyboard.press("F2")
    await page.locator("[data-receipts] button").first.click()
    await expect(page.locator("[data-effects]")).to_contain_text("100")
    await look(page)
    await page.keyboard.press("F4")
    await expect(page.locator("[data-totals]")).to_be_visible()
    await look(page)
    await page.keyboard.press("Escape")
    await device.set_offline(offline=True)
    await find(page, PHONE)
    await page.locator("#amount").fill("1000")
    await expect(page.locator("#main")).to_be_enabled()
    await look(page)


async def _scan(page: Page, code: str) -> None:
    """Type as a scanner does: fast, and Enter.

    When a key was pressed is told with it, as the system does: what is busy here would type as slowly as people do.
    """
    keyboard = await page.context.new_cdp_session(page)
    began = time()
    for place, sign in enumerate([*code, "\r"]):
        pressed = {"key": "Enter" if sign == "\r" else sign, "timestamp": began + place * SCANNER_SECONDS}
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": sign, **pressed})
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})
    await keyboard.detach()


async def _ask_for_permits(desk: Desk) -> None:
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:anna", at=desk.clock.now()
    ) as tx:
        await tx.execute(
            "update businesses set spending_needs_permit = true where tenant_id = $1", tx.tenant_id
        )
        assert (await get_business(tx)).spending_needs_permit


async def _code_of(desk: Desk, phone: str, *, is_qr: bool = False) -> str:
    """Return what the member's phone shows now."""
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:member", at=desk.clock_on_the_wall()
    ) as tx:
        member = await find_member(tx, identify("phone", phone, country="RU"))
        assert member is not None
        code = await issue_code(tx, member.id)
    return code.qr if is_qr else code.digits
