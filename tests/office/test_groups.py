"""Groups of members in the office: now, month by month, by scores; their bounds, tried and kept; the workbook."""

from datetime import timedelta
from io import BytesIO

import httpx
import pytest
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, Shop, plain
from tests.pos.conftest import Cast

from plushka.delivery.jobs.grouping import group_now
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll
from plushka.platform.database import Database

PATH = "/campaigns/groups"
TYPED = {
    "active_days": "10",
    "drowsy_days": "20",
    "asleep_days": "30",
    "core_visits": "4",
    "scored": "fifths",
}


@pytest.fixture
async def grouped(database: Database, cast: Cast, shop: Shop, clock: SetClock) -> None:  # noqa: ARG001  she has bought
    """Let the purchases of Varvara be two months old, Boris join and buy nothing, and the months be written."""
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await enroll(tx, name="Борис", identities=[Identity("phone", "+79990000107")])
    clock.at += timedelta(days=65)
    await group_now(database, clock, cast.anna.tenant_id)


@pytest.mark.usefixtures("shop")
async def test_before_the_first_night_the_page_says_so_and_offers_to_begin(anna: httpx.AsyncClient) -> None:
    assert "Группы ещё не посчитаны" in plain((await anna.get(PATH)).text)
    answer = await anna.post(f"{PATH}/refresh", follow_redirects=True)
    assert "1 клиент разложен по группам" in plain(answer.text)
    assert "Ещё ни один месяц не закончился" in plain(answer.text)


@pytest.mark.usefixtures("grouped")
async def test_groups_are_counted_listed_and_told_month_by_month(anna: httpx.AsyncClient) -> None:
    page = plain((await anna.get(PATH)).text)
    assert "Вся база: 2" in page
    assert "не были 61–90 дн." in page
    assert "построено задним числом" in page
    assert "50,00 %" in page
    # Varvara was active at the end of the month, and then fell asleep.
    assert "Кто куда перешёл" in page
    found = (await anna.get("/members?group=asleep")).text
    assert MEMBER in found
    assert "Борис" not in found
    assert MEMBER in (await anna.get("/members?cell=11")).text
    assert MEMBER not in (await anna.get("/members?cell=55")).text
    assert "Группа: Спящие" in plain(found)


@pytest.mark.usefixtures("grouped")
async def test_bounds_are_tried_before_they_are_kept(anna: httpx.AsyncClient) -> None:
    tried = plain((await anna.post(f"{PATH}/bounds", data={**TYPED, "try": "on"})).text)
    assert "не были больше 30 дн." in tried
    assert "61–90" in plain((await anna.get(PATH)).text)
    kept = await anna.post(f"{PATH}/bounds", data=TYPED, follow_redirects=True)
    assert "не были больше 30 дн." in plain(kept.text)
    assert MEMBER in (await anna.get("/members?group=lost")).text
    assert "Изменены границы групп клиентов" in plain((await anna.get("/settings/audit")).text)


@pytest.mark.usefixtures("grouped")
async def test_bounds_that_do_not_rise_are_refused_at_their_field_and_stay_typed(
    anna: httpx.AsyncClient,
) -> None:
    refused = await anna.post(f"{PATH}/bounds", data={**TYPED, "drowsy_days": "10"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Каждая граница должна быть больше предыдущей" in refused.text
    assert 'value="30"' in refused.text
    steps = {
        f"{name}_{step}": str(step)
        for name in ("recency_days", "visits", "spend_minor")
        for step in range(1, 5)
    }
    own = {**TYPED, "scored": "own", **steps}
    assert (await anna.post(f"{PATH}/bounds", data={**own, "visits_4": "3"})).status_code == 422
    assert (await anna.post(f"{PATH}/bounds", data=own)).status_code == 303
    assert 'value="own" selected' in (await anna.get(f"{PATH}/bounds")).text


@pytest.mark.usefixtures("grouped")
async def test_a_group_becomes_one_segment_and_a_broadcast_to_it(anna: httpx.AsyncClient) -> None:
    made = await anna.post(f"{PATH}/asleep/segment")
    again = await anna.post(f"{PATH}/asleep/segment", data={"broadcast": "on"})
    segment = made.headers["location"].removeprefix("/campaigns/segments/")
    assert again.headers["location"] == f"/campaigns/new?segment={segment}"
    assert f'value="{segment}" class="mt-1 size-4 shrink-0 accent-primary" checked' in (
        (await anna.get(again.headers["location"])).text
    )
    assert "Спящие" in (await anna.get("/campaigns/segments")).text
    assert "Спящие" in plain((await anna.get("/settings/audit")).text)
    assert (await anna.post(f"{PATH}/nobody/segment")).status_code == 404


@pytest.mark.usefixtures("grouped")
async def test_the_workbook_has_the_months_and_the_moves(anna: httpx.AsyncClient) -> None:
    file = await anna.get(f"{PATH}/file")
    book = CalamineWorkbook.from_filelike(BytesIO(file.content))
    months = book.get_sheet_by_name("Месяцы").to_python()
    assert months[0][:4] == ["Месяц", "База", "База: доля", "База: изменение"]
    assert months[1][1] == 2
    moves = book.get_sheet_by_name("Переходы").to_python()
    assert ["Без покупок", "Без покупок", 1] in [row[1:] for row in moves]


@pytest.mark.usefixtures("grouped")
async def test_eve_sees_nobody_of_anna_s(eve: httpx.AsyncClient) -> None:
    assert "Группы ещё не посчитаны" in plain((await eve.get(PATH)).text)
    assert MEMBER not in (await eve.get("/members?group=asleep")).text
