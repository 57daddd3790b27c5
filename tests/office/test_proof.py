"""What campaigns and promotions have caused, as pages tell it: figures, a verdict, and nothing beyond it."""

import re
from datetime import timedelta
from io import BytesIO

import httpx
import pytest
from msgspec import structs
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain
from tests.pos.conftest import Cast

from plushka.delivery.jobs.measuring import measure_tenant
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import find_version_in_force
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion
from plushka.platform.database import Database

PATH = "/campaigns/promotions"


@pytest.fixture
async def promoted(database: Database, cast: Cast, shop: Shop, clock: SetClock) -> str:
    """Publish two promotions, one with a control group, and return the path of the latter."""
    promotions = (
        Promotion("ten", "Минус 10 %", PercentOff(10_00), control_bp=10_00),
        Promotion("five", "Минус 5 %", PercentOff(5_00), policy="stack"),
    )
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        version = await find_version_in_force(tx, shop.program_id)
        assert version is not None
        program = structs.replace(version.program, promotions=promotions)
        await publish(tx, program_id=shop.program_id, program=program, valid_from=tx.at)
    return f"{PATH}/{shop.program_id}"


@pytest.mark.usefixtures("shop")
async def test_where_no_promotion_is_the_page_says_so(anna: httpx.AsyncClient) -> None:
    assert "Акций пока нет" in plain((await anna.get(PATH)).text)
    assert "Доказано и не доказано" in plain((await anna.get("/campaigns/method")).text)


async def test_a_promotion_is_told_with_its_share_and_a_verdict_that_claims_nothing_of_few(
    anna: httpx.AsyncClient, promoted: str, database: Database, cast: Cast, clock: SetClock
) -> None:
    waiting = plain((await anna.get(f"{promoted}/ten")).text)
    assert "в течение часа" in waiting

    clock.at += timedelta(hours=1)
    await measure_tenant(database, clock, cast.anna.tenant_id)

    page = plain((await anna.get(f"{PATH}?days=90")).text)
    assert "Слишком мало клиентов" in page
    assert "Все чеки" in page
    told = plain((await anna.get(f"{promoted}/ten")).text)
    assert "не меньше 100 клиентов с каждой стороны" in told
    assert "10 % клиентов остаются без неё" in told
    workbook = CalamineWorkbook.from_filelike(BytesIO((await anna.get("/campaigns/proof.xlsx")).content))
    _, row = workbook.get_sheet_by_index(0).to_python()
    assert (row[0], row[3]) == ("Минус 10 %", "Слишком мало клиентов")
    without = plain((await anna.get(f"{promoted}/five")).text)
    assert "Контрольной группы не было" in without
    assert (await anna.get(f"{promoted}/nobody")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.usefixtures("promoted")
async def test_what_a_promotions_group_will_not_see_is_told_before_it_is_published(
    anna: httpx.AsyncClient, shop: Shop
) -> None:
    draft = f"/engagement/programs/{shop.program_id}/draft"
    few = plain((await anna.get(f"{draft}/sight?control=10")).text)
    assert "не меньше 100 клиентов с каждой стороны" in few
    none = plain((await anna.get(f"{draft}/sight?control=")).text)
    assert "Без контрольной группы не узнать, что дала акция" in none
    assert not plain((await anna.get(f"{draft}/sight?control=90")).text).strip()

    assert "контрольной группы" not in plain((await anna.get(f"{draft}/publish")).text)
    page = (await anna.get(f"{draft}/promotion?id=ten")).text
    mark = re.search(r'name="mark" value="([^"]*)"', page)
    assert mark is not None
    typed = {
        "mark": mark[1],
        "do": "save",
        "name": "Минус 10 %",
        "kind": "percent_off",
        "rate": "10",
        "of": "lines",
        "running": "on",
        "group": "promotions",
        "policy": "best_in_group",
        "control": "20",
    }
    answer = await anna.post(f"{draft}/promotion?id=ten", data=typed)
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    told = plain((await anna.get(f"{draft}/publish")).text)
    assert "«Минус 10 %»: Контрольная группа слишком мала" in told
    assert "«Минус 5 %»:" not in told


async def test_birthday_greetings_are_taken_away_as_a_workbook(anna: httpx.AsyncClient) -> None:
    content = (await anna.get("/campaigns/birthdays.xlsx?days=30")).content
    heading, *rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert (heading[2:5], rows) == (["Поздравлено", "Письма", "Покупок"], [])
