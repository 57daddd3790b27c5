"""The editor of segments in a real browser: conditions come and go without losing what was typed."""

from playwright.async_api import Page, expect
from tests.browsing import PHONE_SCREEN, look
from tests.office.conftest import MEMBER
from tests.office.test_browser import Stage, sign_in, stage

__all__ = ["stage"]


async def test_a_segment_is_written_on_a_phone_and_counted_on_the_way(stage: Stage) -> None:
    page = await (await stage.context(viewport=PHONE_SCREEN)).new_page()
    await sign_in(page, stage.staff["marketer"], to="/campaigns/segments/new")
    outcome = page.locator("#outcome")
    await page.locator("#name").fill("Дважды")
    await page.locator("select[name='n.new']").select_option("purchases")
    await settled(page)
    await page.locator("[name='n-0.count_min']").fill("2")
    await expect(outcome).to_contain_text("Покупок от 2")
    await expect(outcome).to_contain_text(MEMBER)
    await page.get_by_role("button", name="Добавить группу").click()
    await expect(page.locator("select[name='n-1.new']")).to_be_visible()
    await settled(page)
    await page.locator("select[name='n-1.new']").select_option("never_bought")
    await expect(outcome).to_contain_text("Покупок от 2 и нет покупок")
    await expect(outcome).not_to_contain_text(MEMBER)
    await page.locator("[name='n-1-0.not']").check()
    await expect(outcome).to_contain_text(MEMBER)
    await expect(page.locator("[name='n-0.count_min']")).to_have_value("2")
    await look(page)
    await page.get_by_role("button", name="Сохранить сегмент").click()
    await expect(page.get_by_role("heading", name="Дважды")).to_be_visible()
    await look(page)
    await page.get_by_role("link", name="Открыть списком").click()
    await expect(page.locator("#main")).to_contain_text(MEMBER)


async def test_fields_of_an_event_are_asked_for_by_keys_on_a_phone(stage: Stage) -> None:
    page = await (await stage.context(viewport=PHONE_SCREEN)).new_page()
    await sign_in(page, stage.staff["marketer"], to="/campaigns/segments/new")
    outcome = page.locator("#outcome")
    await choose(page, "n.new", "event")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    kind = page.locator("select[name='n-0.kind']")
    await expect(kind).to_be_focused()
    await expect(page.locator("[name='n-0.where.rating.from']")).to_be_visible()
    await settled(page)
    await choose(page, "n-0.kind", "survey")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Показать поля")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("[name='n-0.where.name.how']")).to_be_focused()
    await settled(page)
    await page.keyboard.press("Tab")
    await page.keyboard.type("Осень")
    await expect(outcome).to_contain_text("«Опрос» («Какой опрос» — «Осень»)")
    comment = page.locator("[name='n-0.where.comment']")
    await expect(comment).to_be_visible()
    await choose(page, "n-0.where.comment.how", "empty")
    await expect(comment).to_be_hidden()
    await expect(outcome).to_contain_text("поле «Комментарий» не заполнено")
    await look(page)


async def choose(page: Page, name: str, value: str) -> None:
    """Choose by keys: each arrow would be a choice, so nothing happens until a button is pressed."""
    select = page.locator(f"select[name='{name}']")
    await select.focus()
    await page.keyboard.press("Shift")
    await select.select_option(value)


async def settled(page: Page) -> None:
    """Wait for what a swap has put in: it answers a few milliseconds later."""
    await expect(page.locator(".htmx-added, .htmx-settling, .htmx-request, .htmx-swapping")).to_have_count(0)
