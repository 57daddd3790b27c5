"""Every chart of sales, buyers, mechanics and branches in a real browser: by day on a laptop, at night on a phone."""

import pytest
from playwright.async_api import Page, expect
from tests.browsing import PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.reports.test_dashboard_browser import arrived
from tests.office.reports.test_mechanics import promoted
from tests.office.reports.year import a_year
from tests.office.test_browser import Stage, sign_in, stage

from plushka.app import Plushka
from plushka.platform.database import Database

__all__ = ["promoted", "stage"]

OF_YEAR = "period=year"
CHARTS = {
    "sales": ("sales_days", "hours"),
    "buyers": ("steps", "retention", "cohort_revenue"),
    "mechanics": ("mechanics",),
    "branches": ("branches",),
}
"""What is drawn on each page at least; whatever else is, has to be seen as well."""
MARKS = """chart => [...chart.querySelectorAll("svg path")].filter((path) => {
  const fill = path.getAttribute("fill");
  const box = path.getBBox();
  return fill && !["none", "transparent"].includes(fill) && box.width > 1 && box.height > 1;
}).length"""
"""What is filled and has an extent: bars, squares, dots; lines of a grid and of an axis have none."""
UNNAMED = """chart => {
  const { kind, things, labels, names } = JSON.parse(chart.querySelector("script").textContent);
  const bare = (text) => text.replace(/\\s/g, "");
  const written = bare(chart.querySelector("svg").textContent);
  const missing = (of) => of.filter((name) => !written.includes(bare(name)));
  if (kind === "dots") {
    return missing(names).length < names.length ? [] : [...names, written];
  }
  return things && missing(labels).length ? [...missing(labels), written] : [];
}"""
"""Bars of things without their names, and dots if none of them has one: those on each other share it."""

CUT = """chart => {
  const whole = chart.querySelector("svg").getBoundingClientRect();
  return [...chart.querySelectorAll("svg text")]
    .map((text) => [text.textContent, text.getBoundingClientRect()])
    .filter(([, box]) => box.left < whole.left - 1 || box.right > whole.right + 1)
    .map(([text]) => text);
}"""
"""Names that go on beyond the edge of their chart."""
NAMED_AT_THE_EDGE = """async (chart) => {
  const copy = chart.cloneNode(true);
  const data = JSON.parse(copy.querySelector("script").textContent);
  data.names = ["Первая", "Второй десерт за полцены каждый четверг"];
  data.x = { ...data.x, values: [0, 900], told: ["0", "900"] };
  data.y = { ...data.y, values: [10, 20], told: ["10", "20"] };
  copy.querySelector("script").textContent = JSON.stringify(data);
  const ground = Object.assign(document.createElement("div"), { className: "chart-ground" });
  copy.querySelector(".chart-ground").replaceWith(ground);
  copy.id = "edge";
  chart.after(copy);
  (await import(chart.dataset.chart)).draw(copy);
}"""
"""The same chart once more, with a long name at its right edge."""


@pytest.mark.usefixtures("promoted")
@pytest.mark.parametrize("screen", ["laptop", "phone"])
async def test_each_chart_is_drawn_with_its_table_below(
    stage: Stage, app: Plushka, database: Database, clock: SetClock, screen: str
) -> None:
    await a_year(app, stage.cast.anna, database, clock)
    night = {"viewport": PHONE_SCREEN, "color_scheme": "dark", "reduced_motion": "reduce"}
    page = await (await stage.context(**(night if screen == "phone" else {}))).new_page()
    await sign_in(page, stage.staff["owner"], to="/reports")
    for name, charts in CHARTS.items():
        await page.goto(f"/reports/{name}?{OF_YEAR}")
        await arrived(page)
        drawn = await page.locator("[data-block-there]:has(.chart)").evaluate_all(
            "blocks => blocks.map((block) => block.id)"
        )
        assert set(drawn) >= {f"block-{chart}" for chart in charts}, name
        for block in drawn:
            await is_drawn(page, block)
        if name == "mechanics" and screen == "phone":
            await page.locator("#block-mechanics .chart").evaluate(NAMED_AT_THE_EDGE)
            await expect(page.locator("#edge")).to_contain_text("десерт")
            assert not await page.locator("#edge").evaluate(CUT)
            await page.locator("#edge").evaluate("edge => edge.remove()")
        if name == "branches":
            await expect(page.locator("#block-branches svg text", has_text="₽").first).to_be_attached()
        await look(page)


async def is_drawn(page: Page, name: str) -> None:
    """Find marks in the chart of a block, and its figures in a table that can be read."""
    block = page.locator(f"#{name}")
    chart = block.locator(".chart")
    await chart.scroll_into_view_if_needed()
    await expect(chart.locator("svg path").first).to_be_attached()
    assert await chart.evaluate(MARKS) > 1, name
    assert not await chart.evaluate(UNNAMED), name
    assert not await chart.evaluate(CUT), name
    table = block.locator("table")
    if not await table.is_visible():
        await block.locator("summary").click()
    await expect(table).to_be_visible()
    assert await table.locator("tbody tr").count() > 0, name
