"""Every table of figures is taken away as a file, and every chart as a picture, but for those that are named here.

All templates of the office are looked through, and pages of a business that has something in them are visited: what
they offer is taken.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
from tests.conftest import SetClock
from tests.office.conftest import signed_in
from tests.office.reports.test_broadcasts_block import write_down
from tests.office.reports.year import a_year
from tests.office.tasks import rows_of
from tests.pos.conftest import Cast

import plushka.delivery.office
from plushka.app import Plushka
from plushka.delivery.jobs.grouping import group_now
from plushka.delivery.office.reports.registry import MAKERS
from plushka.platform.database import Database

TEMPLATES = Path(plushka.delivery.office.__file__).parent / "templates"
SETTING = "settings, with a number beside some of them"
OF_ONE = "what one receipt, member, certificate or campaign has; lists of them are taken away"
EXCEPTIONS: Mapping[str, str] = {
    "settings/branches.html": SETTING,
    "settings/roles.html": SETTING,
    "reports/payback_costs.html": "costs as the owner has typed them; the payback is taken away with them",
    "campaigns/groups/bounds.html": "a look at bounds that are being typed; groups are taken away",
    "receipts/receipt.html": OF_ONE,
    "receipts/table.html": "the latest receipts, on other pages; the list of receipts is taken away",
    "members/card/points.html": OF_ONE,
    "events/member.html": OF_ONE,
    "engagement/certificates/one.html": OF_ONE,
    "engagement/what_if/example.html": OF_ONE,
    "members/found.html": "members are taken away by the page of what is done with many, to which the list leads",
    "campaigns/broadcasts/parts.html": "parts of tables, whose pages are looked at",
    "engagement/coupons/parts.html": "parts of tables, whose pages are looked at",
}
"""By template: why its table of figures has no file of its own."""
TABLE = re.compile(r"<th[^>]*\bnumber\b|\bcame_heads\(")
FILE = re.compile(r'/export|export_url|\.xlsx|\.csv|/files?"|\bfiles\b')
CHART = re.compile(r"\bchart_place\(|<svg[^>]*viewBox=\"0 0 \{\{ chart")
PICTURE = re.compile(r"\bchart_saves\(|report_url")


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        # What only calls or defines the macro of a chart shows none.
        yield (
            str(path.relative_to(TEMPLATES)),
            re.sub(r"{#.*?#}|{% macro chart_place.*?endmacro %}", "", path.read_text()),
        )


def test_every_template_with_a_table_of_figures_offers_a_file() -> None:
    tables = {name for name, text in templates() if TABLE.search(text)}
    without = {name for name, text in templates() if name in tables and not FILE.search(text)}
    assert without == set(EXCEPTIONS)
    assert len(tables) > 30


def test_every_chart_offers_a_picture() -> None:
    charts = {name: text for name, text in templates() if CHART.search(text)}
    assert {"reports/block.html", "campaigns/groups/overview.html", "home/summary.html"} <= set(charts)
    assert not [name for name, text in charts.items() if not PICTURE.search(text)]


PAGES = (
    "/", "/campaigns", "/campaigns/journeys", "/campaigns/letters", "/campaigns/segments", "/campaigns/tags",
    "/campaigns/groups", "/campaigns/promotions", "/campaigns/suggestions", "/engagement/coupons",
    "/engagement/links", "/journal", "/ledger", "/members", "/receipts", "/settings/audit", "/settings/products",
)  # fmt: skip


async def test_what_pages_offer_is_taken(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    await a_year(app, cast.anna, database, clock)
    await write_down(database, clock, cast.anna.tenant_id)
    await group_now(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        await fill(anna)
        clock.advance(timedelta(minutes=1))
        taken: dict[str, set[str]] = {}
        for page in PAGES:
            text = unescape((await anna.get(page)).text)
            taken[page] = {href async for href in take(anna, text)}
        for name in MAKERS:
            text = unescape((await anna.get(f"/reports/blocks/{name}?period=year")).text)
            if "<table" in text:
                kinds = {href.partition("?")[0].rpartition(".")[2] async for href in take(anna, text)}
                assert kinds == {"xlsx", "csv"}, name
                assert ("data-chart-save" in text) == ('class="chart"' in text), name
    for page in (
        "/campaigns/segments",
        "/campaigns/tags",
        "/engagement/coupons",
        "/engagement/links",
        "/ledger",
    ):
        assert f"{page}.xlsx" in taken[page]
    empty = {page for page, offered in taken.items() if not offered}
    # Of a report, which is taken away there; by the page of what is done with many; where nothing was found.
    assert empty == {"/", "/members", "/campaigns/letters", "/campaigns/suggestions"}


async def fill(anna: httpx.AsyncClient) -> None:
    """Let there be something in tables that a year of receipts leaves empty."""
    for path, typed in (
        ("/engagement/links", {"name": "Стол у кассы"}),
        ("/engagement/coupons", {"name": "Весна", "kind": "words", "codes": "ВЕСНА", "gives": "nothing"}),
        ("/campaigns/segments", {"name": "Свои"}),
        (
            "/campaigns/tags",
            {"tag": "Много", "kind": "large", "top_percent": "100", "receipts_min": "2", "days": "30"},
        ),
        ("/ledger/verifications", {}),
    ):
        answer = await anna.post(path, data=typed)
        assert answer.status_code == httpx.codes.SEE_OTHER, (path, answer.text)


async def take(anna: httpx.AsyncClient, text: str) -> AsyncIterator[str]:
    """Take what a page offers: files at once, or a task that writes one."""
    for href in dict.fromkeys(re.findall(r'href="([^"]+(?:\.xlsx|\.csv|/file)(?:\?[^"]*)?)"', text)):
        answer = await anna.get(href)
        assert answer.status_code == httpx.codes.OK, href
        if ".xlsx" in href and "/reports/" not in href and "groups" not in href:
            assert rows_of(answer.content) or "proof" in href, href
        assert len(answer.content) > 20, href
        yield href
    for action in dict.fromkeys(re.findall(r'method="post" action="([^"]*/exports?(?:\?[^"]*)?)"', text)):
        answer = await anna.post(action)
        assert answer.headers["location"].startswith("/tasks/"), action
        yield action
