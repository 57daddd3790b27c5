"""A person's way with members in a real browser: in from a file, found, tagged, out as a file, given points, told."""

import pytest
from playwright.async_api import Page, expect
from tests.browsing import LAPTOP, PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.tasks import do_all_tasks
from tests.office.test_browser import Stage, sign_in, stage

from plushka.platform.database import Database

__all__ = ["stage"]

FILE = "ФИО;Телефон;Бонусы\n" + "".join(
    f"Гость {number:02};7999{number:07};{number}\n" for number in range(60)
)


@pytest.mark.parametrize("screen", [LAPTOP, PHONE_SCREEN], ids=["laptop", "phone"])
async def test_from_a_file_to_a_tag_to_a_file_to_the_trail(
    stage: Stage, screen: dict[str, int], database: Database, clock: SetClock, owner_dsn: str
) -> None:
    page = await (await stage.context(viewport=screen, reduced_motion="reduce")).new_page()
    await sign_in(page, stage.staff["owner"], to="/members/import")
    await look(page)
    file = {"name": "гости.csv", "mimeType": "text/csv", "buffer": (FILE + "Никто;12;5\n").encode("cp1251")}
    await page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Посмотреть файл").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await look(page)
    await do_all_tasks(database, clock, owner_dsn)

    await expect(page.get_by_text("Проверьте, что в каждом столбце")).to_be_visible()
    await expect(page.get_by_label("Телефон")).to_have_value("phone")
    await look(page)
    await page.get_by_role("button", name="Попробовать").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await do_all_tasks(database, clock, owner_dsn)
    await expect(page.get_by_text("Строк с проблемами: 1")).to_be_visible()
    await look(page)
    await page.get_by_role("button", name="Импортировать 60 клиентов").click()
    await do_all_tasks(database, clock, owner_dsn)
    await expect(page.get_by_text("Создано 60")).to_be_visible()

    await page.goto("/members")
    await page.get_by_role("searchbox").fill("гость 5")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(15)
    assert "search=" in page.url
    await look(page)
    await page.get_by_label("Выбрать всех на странице").check()
    await rows.nth(0).get_by_role("checkbox").uncheck()
    await page.get_by_role("button", name="Действия с выбранными 14").click()
    await page.get_by_role("combobox", name="Метка").fill("новые")
    await look(page)
    await page.get_by_role("button", name="Поставить метку").click()
    await do_all_tasks(database, clock, owner_dsn)
    await expect(page.get_by_text("Метка поставлена: 14")).to_be_visible()

    await page.goto("/members")
    await page.get_by_text("Фильтры").first.click()
    await look(page)
    await page.get_by_label("новые").check()
    await page.get_by_role("button", name="Показать", exact=True).click()
    await expect(rows).to_have_count(14)
    await expect(page.get_by_role("link", name="Убрать фильтр: Метка: новые")).to_be_visible()
    await page.get_by_role("link", name="Действия со всеми").click()
    await page.get_by_label("CSV").check()
    await page.get_by_role("button", name="Собрать файл").click()
    await do_all_tasks(database, clock, owner_dsn)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Скачать файл").click()
    path = await (await download.value).path()
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 15

    await give_points_to_guest_58(page)


async def give_points_to_guest_58(page: Page) -> None:
    """Give an imported member points by hand, and find it in the trail."""
    await page.goto("/members?search=гость+58")
    await page.get_by_role("link", name="Гость 58").click()
    await page.goto(f"{page.url}/adjustment")
    await page.get_by_label("Сколько бонусов").fill("7")
    await page.get_by_label("Причина").fill("за переезд")
    await page.get_by_role("button", name="Изменить").click()
    await expect(page.get_by_text("65\u00a0бонусов").first).to_be_visible()
    await page.goto("/settings/audit")
    await expect(page.get_by_text("за переезд").first).to_be_visible()


async def test_the_list_is_used_without_scripts(stage: Stage) -> None:
    page = await (await stage.context(java_script_enabled=False)).new_page()
    await sign_in(page, stage.staff["owner"], to="/members")

    await page.get_by_text("Фильтры").first.click()
    await page.get_by_label("Не был").fill("30")
    await page.get_by_role("button", name="Показать", exact=True).click()
    await expect(page.get_by_text("Под все условия сразу никто не подходит")).to_be_visible()
    await page.get_by_role("link", name="Убрать фильтр: Не был 30").click()
    await page.locator("tbody input[name=member]").first.check()
    await page.get_by_role("button", name="Действия с выбранными").click()
    await expect(page.get_by_role("heading", name="Действия с 1")).to_be_visible()
