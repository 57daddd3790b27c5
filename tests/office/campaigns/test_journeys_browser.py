"""A journey in a real browser: begun from a ready one, changed, tried on a day, published, and counted step by step."""

from datetime import timedelta

from playwright.async_api import Locator, Page, expect
from tests.browsing import look
from tests.conftest import SetClock
from tests.office.campaigns.test_segments_browser import settled
from tests.office.conftest import MEMBER, PHONE
from tests.office.test_browser import Stage, sign_in, stage

from plushka.delivery.jobs.journeys import lead_tenant
from plushka.platform.database import Database

__all__ = ["stage"]


async def test_a_ready_journey_is_changed_tried_published_and_watched(
    stage: Stage, database: Database, clock: SetClock
) -> None:
    page = await (await stage.context()).new_page()
    await sign_in(page, stage.staff["owner"], to="/campaigns/journeys")
    await page.get_by_role("button", name="Спасибо за покупку").click()
    await page.get_by_role("link", name="Ждать 2 часа").click()
    await page.get_by_label("и", exact=True).fill("5")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("link", name="Ждать 5 часов")).to_be_visible()

    await _ask_two_questions(page)
    await page.get_by_role("link", name="Изменить: Что запускает").click()
    await page.get_by_label("Контрольная группа").fill("0")
    await page.get_by_role("button", name="Сохранить").click()

    await page.get_by_role("link", name="Проверить на клиенте").click()
    await page.get_by_label("Клиент").fill(PHONE)
    await page.get_by_label("Начало").fill("2026-12-31T20:00")
    await page.get_by_role("button", name="Проверить").click()
    await expect(page.get_by_text("1 января").first).to_be_visible()
    await expect(page.get_by_text("Поставить метку «доволен»")).to_be_visible()
    await look(page)

    await page.get_by_role("link", name="Спасибо за покупку").click()
    await page.get_by_role("link", name="Опубликовать…").click()
    await expect(page.get_by_text("клиент за 30 дней")).to_be_visible()
    await look(page)
    await page.get_by_role("button", name="Опубликовать").click()
    clock.advance(timedelta(minutes=1))
    await stage.report("B-1", member={"phone": PHONE})
    await lead_tenant(database, clock, stage.cast.anna.tenant_id)
    await page.reload()
    first = page.locator("li", has=page.get_by_role("link", name="Ждать 5 часов"))
    await expect(first).to_contain_text("сейчас здесь: 1")
    clock.advance(timedelta(hours=5))
    await lead_tenant(database, clock, stage.cast.anna.tenant_id)
    await page.reload()
    await expect(first).to_contain_text("прошли: 1")
    await expect(page.locator("li", has=page.get_by_role("link", name="Ждать 3 дня"))).to_contain_text(
        "сейчас здесь: 1"
    )
    await look(page)


async def _ask_two_questions(page: Page) -> None:
    """Put a condition of two questions at the end, and a step into its first way."""
    await _add(page, "Условие")
    await expect(page.get_by_role("heading", name="Условие")).to_be_visible()
    outcome = page.locator("#outcome")
    await page.locator("[name='n-0.count_min']").fill("2")
    await expect(outcome).to_contain_text("Покупок от 2")
    await page.locator("select[name='n.new']").select_option("last_purchase")
    await settled(page)
    await page.locator("[name='n-1.days_max']").fill("7")
    await expect(outcome).to_contain_text("последняя покупка не раньше чем 7")
    await expect(outcome).to_contain_text(MEMBER)
    await look(page)
    await page.get_by_role("button", name="Сохранить").click()
    step = page.locator(
        "li", has=page.get_by_role("link", name="Если: покупок от 2 и последняя покупка")
    ).last
    await expect(step.get_by_text("Пути пока одинаковые")).to_be_visible()
    await _add(page, "Поставить метку", within=step.get_by_text("Добавить шаг").first)
    await page.get_by_label("Метка").fill("доволен")
    await page.get_by_role("button", name="Сохранить").click()


async def _add(page: Page, kind: str, *, within: Locator | None = None) -> None:
    """Put a step at the end of the list, or of a way of a step."""
    await (within or page.get_by_text("Добавить шаг").last).click()
    await page.locator("details[open]").last.get_by_role("button", name=kind, exact=True).click()
