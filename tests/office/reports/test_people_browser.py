"""The matrix and the forecast in a real browser: a square opens by keyboard, charts are drawn, on a phone too."""

from datetime import date
from uuid import UUID

from playwright.async_api import expect
from tests.browsing import PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.reports.test_dashboard_browser import arrived
from tests.office.reports.test_future import visited
from tests.office.test_browser import Stage, sign_in, stage
from tests.pos.conftest import Cast

from plushka.delivery.jobs.foreseeing import foresee_now
from plushka.delivery.jobs.grouping import group_now
from plushka.platform.database import Database

__all__ = ["stage", "visited"]


async def test_a_square_opens_by_keyboard_and_what_will_come_is_drawn(
    stage: Stage, database: Database, cast: Cast, clock: SetClock, visited: dict[UUID, list[date]]
) -> None:
    assert visited
    await group_now(database, clock, cast.anna.tenant_id)
    await foresee_now(database, clock, cast.anna.tenant_id)
    page = await (await stage.context()).new_page()
    await sign_in(page, stage.staff["owner"], to="/reports/rfm")
    await arrived(page)
    await look(page)
    square = page.locator("#block-rfm_matrix button[popovertarget]").filter(has_text="%").first
    await square.focus()
    await page.keyboard.press("Enter")
    opened = page.locator("#block-rfm_matrix [popover]:popover-open")
    await expect(opened.get_by_role("button", name="Написать им")).to_be_visible()
    await page.keyboard.press("Escape")
    moves = page.locator("#block-rfm_moves .chart")
    await moves.scroll_into_view_if_needed()
    await expect(moves.locator("svg path").first).to_be_attached()
    await look(page)

    await page.goto("/reports/future")
    await arrived(page)
    chart = page.locator("#block-future_accuracy .chart")
    await chart.scroll_into_view_if_needed()
    await expect(chart.locator("svg path").first).to_be_attached()
    await look(page)

    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.set_viewport_size({"width": PHONE_SCREEN["width"], "height": PHONE_SCREEN["height"]})
    await look(page)
    await page.goto("/reports/rfm")
    await arrived(page)
    await look(page)
