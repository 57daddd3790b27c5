"""A programme changed in a real browser: words and trial follow the typing, receipts follow what is published."""

from playwright.async_api import expect
from tests.office.conftest import PHONE
from tests.office.test_browser import Stage, sign_in, stage

__all__ = ["stage"]


async def test_a_rule_is_changed_tried_published_and_put_back(stage: Stage) -> None:
    page = await (await stage.context(timezone_id="Europe/Moscow")).new_page()
    await sign_in(page, stage.staff["owner"], to="/engagement/programs")
    await page.locator("article h2 a").first.click()
    await page.get_by_role("link", name="Изменить правила").click()
    await page.get_by_role("link", name="10 %", exact=True).click()

    await page.get_by_label("Процент", exact=True).fill("25")
    told = page.locator("#told")
    await expect(told.get_by_text("25\u00a0% бонусами с каждого чека.", exact=True)).to_be_visible()
    await expect(page.locator("#outcome td").filter(has_text="250").first).to_be_visible()
    await expect(page.locator("#outcome td").filter(has_text="100").first).to_be_visible()
    await expect(page.get_by_label("Процент", exact=True)).to_be_focused()
    await page.get_by_label("Процент", exact=True).fill("много")
    await page.get_by_role("button", name="Сохранить в черновике").click()
    await expect(page.get_by_text("Введите число, например 1,50.")).to_be_visible()
    assert await page.get_by_label("Процент", exact=True).input_value() == "много"
    assert all("422" in complaint for complaint in stage.complaints), (
        "the browser says what the server refused"
    )
    stage.complaints.clear()
    await page.get_by_label("Процент", exact=True).fill("25")
    await page.get_by_role("button", name="Сохранить в черновике").click()
    await expect(page.get_by_text("Сохранено в черновике.")).to_be_visible()
    await page.get_by_role("button", name="Изменения и публикация").click()
    await expect(page.get_by_text("10\u00a0% бонусами с каждого чека.")).to_be_visible()
    await expect(page.get_by_text("25\u00a0% бонусами с каждого чека.")).to_be_visible()
    await page.get_by_role("button", name="Опубликовать версию 2").click()
    await expect(page.get_by_text("Версия 2 опубликована и действует.")).to_be_visible()

    await stage.report("N-1", member={"phone": PHONE})
    await page.goto("/receipts?number=N-1")
    await expect(page.locator("tbody").get_by_text("+250").locator("visible=true").first).to_be_visible()

    await page.goto(f"/engagement/programs/{stage.shop.program_id}/versions/{stage.shop.version_id}")
    await page.get_by_role("button", name="Вернуть эти правила").click()
    await expect(page.get_by_text("Правила версии 1 снова действуют — это версия 3.")).to_be_visible()
    await stage.report("N-2", member={"phone": PHONE})
    await page.goto("/receipts?number=N-2")
    await expect(page.locator("tbody").get_by_text("+100").locator("visible=true").first).to_be_visible()


async def test_a_rule_is_changed_without_scripts(stage: Stage) -> None:
    page = await (await stage.context(java_script_enabled=False)).new_page()
    home = f"/engagement/programs/{stage.shop.program_id}"
    await sign_in(page, stage.staff["marketer"], to=f"{home}/draft/rule?id=base")

    await page.get_by_text("Лесенка по сумме").click()
    await page.get_by_role("button", name="Добавить ступень").click()
    await page.locator("[name='band.0.from']").fill("1 000")
    await page.locator("[name='band.0.rate']").fill("7,5")
    await page.get_by_role("button", name="Сохранить в черновике").click()
    await expect(page.get_by_text("Сохранено в черновике.")).to_be_visible()
    await expect(page.locator("#told").get_by_text("от 1\u00a0000\u00a0₽ — 7,5\u00a0%").first).to_be_visible()
    await page.get_by_role("button", name="Изменения и публикация").click()
    await expect(page.get_by_text("Публикует владелец или управляющий.")).to_be_visible()
