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


async def settled(page: Page) -> None:
    """Wait for what a swap has put in: it answers a few milliseconds later."""
    await expect(page.locator(".htmx-added, .htmx-settling, .htmx-request, .htmx-swapping")).to_have_count(0)
