"""A draft tried on own receipts in a real browser: asked, left, found again, stopped, answered, opened."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from tests.browsing import PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.conftest import Shop
from tests.office.tasks import do_all_tasks
from tests.office.test_browser import Stage, sign_in, stage

from plushka.platform.database import Database

__all__ = ["stage"]

FOLDED_MAX = 5000
"""As much of an answer as a phone shows before something is opened, in dots: six screens."""


@pytest.fixture(autouse=True)
def later(clock: SetClock, shop: Shop) -> None:
    """What was sold must be of before."""
    del shop
    clock.advance(timedelta(minutes=1))


async def ask(page: Page) -> None:
    await page.get_by_role("button", name="Проверить черновик").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()


async def test_it_is_asked_left_found_again_stopped_and_answered(
    stage: Stage, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    page = await (await stage.context(viewport={"width": 1440, "height": 900})).new_page()
    await sign_in(
        page, stage.staff["owner"], to=f"/engagement/programs/{stage.shop.program_id}/draft/rule?id=base"
    )
    await page.get_by_label("Процент", exact=True).fill("25")
    await expect(page.locator("#told").get_by_text("25\u00a0% бонусами").first).to_be_visible()
    await page.get_by_role("button", name="Проверить на своих чеках").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await look(page)

    await page.goto("/receipts")
    await page.goto(f"/engagement/programs/{stage.shop.program_id}/what-if")
    await page.get_by_role("link", name="Посмотреть, сколько готово").click()
    await page.get_by_role("button", name="Остановить").click()
    await expect(page.get_by_text("Остановлено. Ничего не изменилось.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Черновик на своих чеках")).to_be_visible()
    await look(page)

    await page.get_by_label("Маржа там, где себестоимость неизвестна").fill("40")
    await ask(page)
    await do_all_tasks(database, clock, owner_dsn)
    # The page that waits goes over to the answer by itself.
    await expect(page.get_by_text("нужно ещё 2, каждый приносит")).to_be_visible()
    for title in ("Бонусы", "Как это зависит от списания бонусов", "Клиенты по уровням в конце"):
        await page.get_by_role("heading", name=title, exact=True).scroll_into_view_if_needed()
    await look(page)

    table = page.locator("#block-receipts-more tbody a").first
    await table.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("25\u00a0% от", exact=False).first).to_be_visible()
    await look(page)
    await page.get_by_role("link", name="Открыть чек, каким он был").click()
    await expect(page.get_by_role("heading", name="Чек A-1")).to_be_visible()


async def test_on_a_phone_by_night(stage: Stage, database: Database, clock: SetClock, owner_dsn: str) -> None:
    page = await (await stage.context(viewport=PHONE_SCREEN, color_scheme="dark")).new_page()
    home = f"/engagement/programs/{stage.shop.program_id}"
    await sign_in(page, stage.staff["owner"], to=f"{home}/draft/rule?id=base")
    await page.get_by_label("Процент", exact=True).fill("5")
    await expect(page.locator("#told").get_by_text("5\u00a0% бонусами").first).to_be_visible()
    await page.get_by_role("button", name="Проверить на своих чеках").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await look(page)
    await do_all_tasks(database, clock, owner_dsn)
    await expect(page.get_by_text("Он окупается при тех визитах, что есть.")).to_be_visible()
    # What it comes to stands there; the rest are names, each of which opens.
    await expect(page.locator("#block-sums table")).to_be_visible()
    assert await page.locator("main table:visible").count() == 1
    assert await page.evaluate("document.documentElement.scrollHeight") < FOLDED_MAX
    await look(page)
    await page.get_by_label("Показать: Чеки, которые дают клиенту меньше").check()
    await look(page)
    await page.locator("#block-receipts-less tbody a").first.click()
    await expect(page.get_by_role("link", name="Открыть чек, каким он был")).to_be_visible()
    await look(page)


async def test_without_scripts_it_is_asked_and_looked_at_again(
    stage: Stage, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    page = await (await stage.context(java_script_enabled=False)).new_page()
    home = f"/engagement/programs/{stage.shop.program_id}"
    await sign_in(page, stage.staff["marketer"], to=f"{home}/draft/rule?id=base")
    await page.locator("[name='rate']").first.fill("25")
    await page.get_by_role("button", name="Проверить на своих чеках").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await do_all_tasks(database, clock, owner_dsn)
    await page.get_by_role("link", name="Обновить").click()
    await expect(page.get_by_text("Черновик обходится на")).to_be_visible()
