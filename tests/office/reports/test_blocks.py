"""Blocks of reports through the door: a place each, loaded on their own, told, explained, and written to files."""

import csv
import re
from datetime import timedelta
from io import BytesIO, StringIO

import httpx
import pytest
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import Shop, email_of, plain, signed_in
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.grouping import group_now
from plushka.delivery.office.reports.definitions import DEFINITIONS
from plushka.delivery.office.reports.registry import MAKERS
from plushka.domain.businesses.branches import open_branch
from plushka.domain.staff.operations import set_branches
from plushka.domain.staff.queries import list_staff
from plushka.platform.database import Database

BLOCK = "/reports/blocks/activity"
HX = {"hx-request": "true"}


@pytest.fixture
async def grouped(database: Database, cast: Cast, shop: Shop, clock: SetClock) -> None:  # noqa: ARG001  she has bought
    """Let 65 days pass since the purchases of Varvara, and the months be written."""
    clock.at += timedelta(days=65)
    await group_now(database, clock, cast.anna.tenant_id)


@pytest.mark.usefixtures("shop")
async def test_the_dashboard_holds_places_that_load_their_blocks_with_what_was_asked(
    anna: httpx.AsyncClient,
) -> None:
    page = (await anna.get("/reports?period=quarter&compare=year&branch=nonsense")).text
    assert 'hx-get="/reports/blocks/activity?period=quarter&amp;compare=year"' in page
    assert 'value="quarter" selected' in page
    assert "1 января – 10 марта 2026" in plain(page)


@pytest.mark.usefixtures("shop")
async def test_days_typed_the_wrong_way_round_are_turned_and_nonsense_is_not_chosen(
    anna: httpx.AsyncClient,
) -> None:
    page = plain((await anna.get("/reports?period=custom&from=2026-02-05&until=2026-02-01")).text)
    assert "1 февраля – 5 февраля 2026, в сравнении с 27 января – 31 января 2026" in page
    page = plain((await anna.get("/reports?period=x&from=x&until=9999-99-99&compare=x")).text)
    assert "9 февраля – 10 марта 2026" in page
    page = plain((await anna.get("/reports?period=custom&from=2000-01-01&until=2026-02-01")).text)
    assert "30 января 2023 – 1 февраля 2026" in page


@pytest.mark.usefixtures("shop")
async def test_a_block_without_figures_says_what_will_fill_it(anna: httpx.AsyncClient) -> None:
    block = (await anna.get(BLOCK, headers=HX)).text
    assert "Ещё ни один месяц не закончился" in block
    assert "<table" not in block
    assert "/reports/files/" not in block


@pytest.mark.usefixtures("grouped")
async def test_a_block_is_a_part_for_a_script_and_a_page_for_a_link(anna: httpx.AsyncClient) -> None:
    part, page = (await anna.get(BLOCK, headers=HX)).text, (await anna.get(BLOCK)).text
    assert "<nav" not in part
    assert "<nav" in page
    for text in (part, page):
        assert "100,00 %" in plain(text)
        assert "май 2026" not in text  # it is not over
        assert "апрель 2026" in text


@pytest.mark.usefixtures("grouped")
async def test_each_name_that_is_underlined_opens_what_it_means(anna: httpx.AsyncClient) -> None:
    block = (await anna.get(BLOCK, headers=HX)).text
    # On a phone a title stands in the cell, and opens what the head of its column does.
    in_cells = re.findall(r'class="cell-title defined" popovertarget="([^"]+)"', block)
    heads = re.sub(r'<button type="button" class="cell-title[^>]+>', "", block)
    opened, there = (
        re.findall(r'popovertarget="([^"]+)"', heads),
        re.findall(r'id="([^"]+)" popover', block),
    )
    assert opened == there
    assert set(in_cells) < set(there)
    assert len(set(opened)) == len(opened) >= 4
    assert "Знаменатель: база на конец того же месяца." in block


@pytest.mark.usefixtures("staff")
async def test_all_definitions_stand_on_one_page_in_both_languages(anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/reports/definitions")).text
    assert all(f'id="{key}"' in page for key in DEFINITIONS)
    await anna.post("/preferences", data={"language": "en", "next": "/"})
    assert (
        "Denominator: the base at the end of the same month." in (await anna.get("/reports/definitions")).text
    )


@pytest.mark.usefixtures("grouped")
async def test_files_hold_the_table_of_the_page_with_numbers_as_numbers(anna: httpx.AsyncClient) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO((await anna.get("/reports/files/activity.xlsx")).content))
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[0][:3] == ["Группа", "апрель 2026: Клиенты", "апрель 2026: Доля базы"]
    assert sheet[1][:3] == ["База", 1.0, 1.0]
    about = {row[0]: row[1] for row in book.get_sheet_by_index(1).to_python()}
    assert about["Отчёт"] == "Активность базы"
    assert "Знаменатель" in str(about["Доля базы"])

    file = await anna.get("/reports/files/activity.csv")
    assert file.headers["content-disposition"].startswith('attachment; filename="activity-2026-04-')
    rows = list(csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Группа", "апрель 2026: Клиенты", "апрель 2026: Доля базы, %"]
    assert rows[1][:3] == ["База", "1", "100,00"]
    assert len(rows) == len(sheet)


@pytest.mark.usefixtures("shop")
async def test_there_is_no_block_and_no_file_of_another_name(anna: httpx.AsyncClient) -> None:
    for path in (
        "/reports/blocks/nothing",
        "/reports/files/nothing.csv",
        "/reports/files/activity.pdf",
        "/reports/files/activity",
    ):
        assert (await anna.get(path)).status_code == httpx.codes.NOT_FOUND, path


@pytest.mark.usefixtures("grouped", "staff")
async def test_a_marketer_sees_blocks_and_takes_no_files_away(app: Plushka) -> None:
    async with signed_in(app, email_of("marketer")) as browser:
        block = await browser.get(BLOCK, headers=HX)
        assert "100,00 %" in plain(block.text)
        assert "/reports/files/" not in block.text
        assert (await browser.get("/reports/files/activity.csv")).status_code == httpx.codes.FORBIDDEN


@pytest.mark.usefixtures("grouped", "staff")
async def test_who_is_kept_to_a_branch_sees_no_figures_of_the_whole_business(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        branch = await open_branch(tx, code="north", name="Северная", time_zone="Europe/Moscow")
        maxim = next(person for person in await list_staff(tx) if person.email == email_of("manager"))
        await set_branches(tx, maxim.id, branch_ids=[branch.id])
    async with signed_in(app, email_of("manager")) as browser:
        page = await browser.get("/reports")
        assert page.status_code == httpx.codes.OK
        assert not re.search(
            "|".join(f"/reports/blocks/{name}" for name, maker in MAKERS.items() if maker.of_whole_business),
            page.text,
        )
        assert (await browser.get(BLOCK, headers=HX)).status_code == httpx.codes.FORBIDDEN


@pytest.mark.usefixtures("grouped")
async def test_eve_sees_nothing_of_annas_base(eve: httpx.AsyncClient) -> None:
    assert "Ещё ни один месяц не закончился" in (await eve.get(BLOCK, headers=HX)).text


@pytest.mark.usefixtures("staff")
async def test_a_period_without_receipts_does_not_ask_for_what_goods_cost(anna: httpx.AsyncClient) -> None:
    block = await anna.get("/reports/blocks/figures?period=custom&from=2020-01-01&until=2020-01-31")
    assert block.status_code == httpx.codes.OK
    assert "Себестоимость товаров не указана" not in block.text
