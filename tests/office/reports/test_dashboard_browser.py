"""The dashboard in a real browser: blocks come by themselves, charts are drawn, by keyboard and on a phone."""

import csv
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

from playwright.async_api import Page, Route, expect
from tests.browsing import PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.test_browser import Stage, sign_in, stage
from tests.pos.conftest import Cast

from plushka.delivery.jobs.folding import fold_tenant
from plushka.platform.database import Database

__all__ = ["stage"]


def rows_of(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))


async def arrived(page: Page) -> None:
    """Wait until every block has come and what can be seen of the charts is drawn."""
    await expect(page.locator("[data-block]")).to_have_count(0)
    await expect(page.locator("[data-block-there]").first).to_be_visible()


async def test_the_dashboard_tells_draws_and_is_taken_away(
    stage: Stage, database: Database, cast: Cast, clock: SetClock
) -> None:
    clock.at += timedelta(days=1)
    await fold_tenant(database, clock, cast.anna.tenant_id)
    page = await (await stage.context(accept_downloads=True)).new_page()
    await sign_in(page, stage.staff["owner"], to="/reports")
    await arrived(page)
    figures = page.locator("#block-figures")
    # Three receipts of 1000 ₽, of which points have paid 100 ₽.
    await expect(figures).to_contain_text("2\u00a0900,00\u00a0₽")
    await look(page)

    chart = page.locator("#block-revenue_months .chart")
    await chart.scroll_into_view_if_needed()
    await expect(chart.locator("svg path").first).to_be_attached()
    await expect(chart.get_by_text("март 26")).to_be_attached()
    await look(page)

    # The table behind the chart, by keyboard.
    table = page.locator("#block-revenue_months table")
    await expect(table).to_be_hidden()
    await page.locator("#block-revenue_months summary").focus()
    await page.keyboard.press("Enter")
    await expect(table).to_be_visible()
    await expect(table).to_contain_text("1\u00a0900,00\u00a0₽")
    assert await table.evaluate("table => table.parentElement.scrollWidth <= table.parentElement.clientWidth")

    # What a figure means, by keyboard, and back.
    await figures.get_by_role("button", name="Проникновение").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Знаменатель: все чеки тех же дней.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Знаменатель: все чеки тех же дней.")).to_be_hidden()

    async with page.expect_download() as download:
        await page.locator("#block-revenue_months").get_by_role("link", name="CSV").click()
    assert rows_of(await (await download.value).path())[1] == [
        "2026-03-01",
        "1900,00",
        "1000,00",
        "2900,00",
        "65,52",
    ]

    # The chart itself, with its title and what its colours stand for.
    for kind in ("svg", "png"):
        async with page.expect_download() as download:
            await page.locator("#block-revenue_months").get_by_role("button", name=kind.upper()).click()
        file = await download.value
        assert file.suggested_filename == f"revenue_months.{kind}"
        content = (await file.path()).read_bytes()
        if kind == "png":
            assert content.startswith(b"\x89PNG")
            # Twice as many dots as the page has, and some of them are drawn upon.
            assert int.from_bytes(content[16:20]) > 2 * 300
            assert len(content) > 4_000
        else:
            written = "".join(ET.fromstring(content).itertext())  # noqa: S314  our own page has drawn it
            assert "Выручка по месяцам" in written
            assert "март 26" in written
            assert "С картой" in written

    # Another period is asked for by a choice alone; the address keeps it.
    await page.locator("select[name=period]").select_option("last_month")
    await expect(figures).to_contain_text("За этот период нет чеков")
    assert "period=last_month" in page.url


async def test_what_is_printed_by_night_is_by_day_has_every_chart_and_nothing_to_press(
    stage: Stage, database: Database, cast: Cast, clock: SetClock
) -> None:
    await fold_tenant(database, clock, cast.anna.tenant_id)
    context = await stage.context(viewport=PHONE_SCREEN, color_scheme="dark", reduced_motion="reduce")
    page = await context.new_page()
    async with page.expect_response("**/charts.*.js"):
        await sign_in(page, stage.staff["owner"], to="/reports")
        await arrived(page)
    charts = page.locator("[data-chart]")
    assert await charts.count() > 2
    await expect(page.locator("[data-chart]:not([data-chart-drawn])").last).to_be_attached()
    # A browser that prints waits for nothing: all is there when the event is over.
    drawn = await page.evaluate("""async () => {
      await import(document.querySelector("[data-chart]").dataset.chart);
      await new Promise((done) => setTimeout(done));
      dispatchEvent(new Event("beforeprint"));
      return [...document.querySelectorAll("[data-chart]")].map((chart) => chart.querySelectorAll("svg path").length);
    }""")
    assert all(drawn), drawn
    await page.emulate_media(media="print", color_scheme="dark")
    assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(43, 39, 36)"
    await expect(page.get_by_role("navigation")).to_have_count(0)
    await expect(page.get_by_role("main").locator(".btn:visible, select:visible")).to_have_count(0)
    await expect(page.locator("#block-financial thead th", has_text="С картой").first).to_be_visible()
    await expect(page.get_by_role("main").get_by_text("Кофейня Анны")).to_be_visible()
    narrow = await charts.evaluate_all(
        "charts => charts.every((each) => each.querySelector('svg').getBoundingClientRect().width <= innerWidth)"
    )
    assert narrow

    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await page.emulate_media(media="screen", color_scheme="dark")
    assert await page.evaluate("document.documentElement.dataset.theme") is None
    await look(page)


async def test_on_a_phone_at_night_a_block_that_fails_says_so_and_is_asked_again(
    stage: Stage, database: Database, cast: Cast, clock: SetClock
) -> None:
    await fold_tenant(database, clock, cast.anna.tenant_id)
    context = await stage.context(viewport=PHONE_SCREEN, color_scheme="dark", reduced_motion="reduce")
    page = await context.new_page()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=500, body="")

    await page.route("**/reports/blocks/financial*", refuse)
    await sign_in(page, stage.staff["owner"], to="/reports")
    failed = page.locator("#block-financial")
    await expect(failed.get_by_role("alert")).to_be_visible()
    await expect(page.locator("#block-figures")).to_contain_text("2\u00a0900,00\u00a0₽")
    await expect(page.locator("[data-block]")).to_have_count(1)
    await look(page)

    await page.unroute("**/reports/blocks/financial*")
    await failed.get_by_role("button", name="Повторить").click()
    await arrived(page)
    await expect(page.locator("#block-financial")).to_contain_text("Доля выручки")
    chart = page.locator("#block-repeat_months .chart")
    await chart.scroll_into_view_if_needed()
    await expect(chart.locator("svg path").first).to_be_attached()
    await look(page)
    stage.forgive("status of 500")
    stage.forgive("Response Status Error Code 500")
