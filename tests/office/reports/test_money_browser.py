"""Points as money and the payback in a real browser: wide by day, and on a phone at night; nobody is kept from them."""

from datetime import timedelta

import pytest
from playwright.async_api import expect
from tests.browsing import PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.reports.test_dashboard_browser import arrived
from tests.office.test_browser import Stage, sign_in, stage
from tests.pos.conftest import Cast

from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.jobs.paying_back import count_payback
from plushka.domain.insights.payback.costs import save_cost
from plushka.domain.insights.payback.model import Cost
from plushka.platform.database import Database
from plushka.platform.ids import new_id

__all__ = ["stage"]


@pytest.mark.parametrize("screen", ["laptop", "phone"])
async def test_both_pages_can_be_read_and_used(
    stage: Stage, database: Database, cast: Cast, clock: SetClock, screen: str
) -> None:
    clock.at += timedelta(days=1)
    await fold_tenant(database, clock, cast.anna.tenant_id)
    await count_payback(database, clock, cast.anna.tenant_id)
    night = {"viewport": PHONE_SCREEN, "color_scheme": "dark", "reduced_motion": "reduce"}
    page = await (await stage.context(**(night if screen == "phone" else {}))).new_page()
    await sign_in(page, stage.staff["owner"], to="/reports/points")
    await arrived(page)
    await expect(page.locator("#block-points_identity")).to_contain_text("✓ Журнал и бонусные счета")
    chart = page.locator("#block-points_days .chart")
    await chart.scroll_into_view_if_needed()
    await expect(chart.locator("svg path").first).to_be_attached()
    await look(page)
    await page.goto("/reports/points/accounts")
    await look(page)

    await page.goto("/reports/payback/costs")
    await page.get_by_label("За что платим").fill("Подписка")
    await page.get_by_label("Сумма").fill("300")
    await look(page)
    await page.get_by_role("button", name="Записать").click()
    await expect(page.get_by_role("link", name="Подписка")).to_be_visible()
    await look(page)
    await page.goto("/reports/payback")
    await arrived(page)
    await expect(page.locator("#block-payback")).to_contain_text("300,00\u00a0₽")
    await look(page)


@pytest.mark.parametrize("screen", ["laptop", "phone"])
async def test_on_a_phone_a_long_list_begins_with_its_first_rows(
    stage: Stage, database: Database, cast: Cast, clock: SetClock, screen: str
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        for number in range(8):
            first = clock.now().date().replace(day=1)
            await save_cost(tx, Cost(new_id(), f"Строка {number}", 100_00, first, 1, covers_messages=False))
    page = await (await stage.context(**({"viewport": PHONE_SCREEN} if screen == "phone" else {}))).new_page()
    await sign_in(page, stage.staff["owner"], to="/reports/payback")
    await arrived(page)
    block = page.locator("#block-payback")
    seventh, more = block.locator("tbody tr").nth(6), block.get_by_label("Ещё строки: 8")
    if screen == "laptop":
        await expect(more).to_be_hidden()
    else:
        await expect(seventh).to_be_hidden()
        await look(page)
        await more.check()
    await expect(seventh).to_be_visible()
    await look(page)
