"""A report of one's own in a real browser: built, turned, drawn, saved, sent and taken away; on a phone at night."""

import asyncio

from playwright.async_api import expect
from tests.browsing import PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.tasks import do_all_tasks
from tests.office.test_browser import Stage, sign_in, stage

from plushka.platform.database import Database

__all__ = ["stage"]

PATH = "/reports/constructor"


async def test_a_report_is_built_by_choices_alone_saved_and_exported(
    stage: Stage, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    page = await (await stage.context(accept_downloads=True)).new_page()
    await sign_in(page, stage.staff["owner"], to=PATH)
    answer = page.locator("#block-asked[data-block-there]")
    await expect(answer).to_contain_text("2\u00a0900,00\u00a0₽")
    await look(page)

    # Rows by branch, columns with a card and without, by keyboard.
    await page.locator("#c-row-1").focus()
    await page.locator("#c-row-1").select_option("branch")
    await expect(answer).to_contain_text("Арбат")
    await page.locator("#c-column").select_option("card")
    await expect(answer).to_contain_text("без карты")
    await page.get_by_role("button", name="Сводная таблица").press("Enter")
    await expect(page.get_by_role("button", name="Сводная таблица")).to_have_attribute("aria-pressed", "true")
    await expect(answer.locator("thead")).to_contain_text("без карты")
    await expect(answer.locator("tfoot")).to_contain_text("Итого")
    await look(page)

    # A condition, and away with it.
    await page.locator("#c-add").select_option("card")
    await page.get_by_role("group", name="С картой или без").get_by_label("без карты").check()
    await expect(answer.locator("thead")).not_to_contain_text("с картой")
    await page.get_by_label("Убрать условие: С картой или без").dispatch_event("click")
    await expect(answer.locator("thead")).to_contain_text("с картой")

    await page.get_by_role("button", name="График").click()
    await expect(page.locator("#block-asked .chart svg path").first).to_be_attached()
    await look(page)

    await page.locator("summary", has_text="Сохранить").press("Enter")
    await page.locator("#save-new").fill("Карты по точкам")
    await page.locator("#save-new").press("Enter")
    await expect(page.get_by_role("heading", name="Карты по точкам")).to_be_visible()
    await page.get_by_role("link", name="Расписание").click()
    await page.locator("select[name=every]").select_option("month")
    await expect(page.locator("select[name=day]")).to_be_visible()
    await expect(page.locator("select[name=weekday]")).to_be_hidden()
    await look(page)
    await page.get_by_role("button", name="Отправлять по расписанию").click()
    await expect(page.get_by_text("Следующий раз:")).to_be_visible()

    await page.goto(f"{stage.address}{PATH}/saved")
    await look(page)
    await page.get_by_role("button", name="Удалить «Карты по точкам»").click()
    await page.get_by_role("button", name="Отменить").click()
    await page.get_by_role("link", name="Карты по точкам").click()

    await page.get_by_role("button", name="в файл CSV").click()
    await expect(page.get_by_text("ждёт очереди").or_(page.get_by_text("Остановить"))).to_be_visible()
    assert await do_all_tasks(database, clock, owner_dsn) == 1
    await asyncio.sleep(0)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Скачать файл").click()
    assert (await download.value).suggested_filename.endswith(".csv")


async def test_on_a_phone_at_night_it_can_be_read_and_built(stage: Stage) -> None:
    context = await stage.context(viewport=PHONE_SCREEN, color_scheme="dark", reduced_motion="reduce")
    page = await context.new_page()
    await sign_in(page, stage.staff["owner"], to=f"{PATH}?source=lines&row=product&measure=revenue&span=year")
    answer = page.locator("#block-asked[data-block-there]")
    await expect(answer).to_contain_text("Итого")
    await look(page)
    await page.locator("#c-source").select_option("members")
    await expect(page.locator("#c-measure-bought")).to_be_visible()
    await look(page)

    await page.locator("summary", has_text="Сохранить").click()
    # All of it is on the screen, so that it can be typed into and pressed.
    for field in (
        page.get_by_label("Название"),
        page.get_by_role("button", name="Сохранить как новый отчёт"),
    ):
        await expect(field).to_be_in_viewport(ratio=1)
