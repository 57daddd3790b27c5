"""What campaigns and promotions have caused, as pages tell it: figures, a verdict, and nothing beyond it."""

import re
from datetime import timedelta
from io import BytesIO
from typing import get_args

import httpx
import pytest
from msgspec import structs
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import Shop, email_of, hire_with_password, plain, signed_in
from tests.office.reports.undefined import undefined
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.delivery.office.permissions import rights_of
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import find_version_in_force
from plushka.domain.staff.model import Position, Role
from plushka.domain.staff.people import give_position
from plushka.domain.staff.queries import list_staff
from plushka.domain.staff.roles import create_role
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
    assert (heading[2:5], rows) == (["Поздравлено", "Письма", "Покупки"], [])


PAGES = ("/campaigns/promotions", "/campaigns/birthdays")
FILES = ("/campaigns/proof.xlsx", "/campaigns/birthdays.xlsx")
OF_MARGIN = ("Прибыль", "Себестоимость")
KNOW_MARGIN: tuple[Role, ...] = ("owner", "manager", "accountant")


@pytest.fixture
async def greeted(database: Database, cast: Cast, shop: Shop, promoted: str, clock: SetClock) -> str:
    """Have the promotions, the first of them compared, and a member greeted; return the path of the promotions."""
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute(
            """
            insert into occasion_gifts (
                tenant_id, id, member_id, program_id, version_id, occasion_id, name, key, given_on, points, at
            )
            values ($1, gen_random_uuid(), $2, $3, $4, 'birthday', 'День рождения', 'birthday:2026', $5, 500, $6)
            """,
            tx.tenant_id,
            shop.member_id,
            shop.program_id,
            shop.version_id,
            tx.at.date(),
            tx.at,
        )
    clock.at += timedelta(hours=1)
    await measure_tenant(database, clock, cast.anna.tenant_id)
    return promoted


@pytest.mark.usefixtures("greeted")
@pytest.mark.parametrize("path", PAGES)
async def test_every_figure_of_promotions_and_greetings_is_explained_by_a_click(
    anna: httpx.AsyncClient, path: str
) -> None:
    page = (await anna.get(path)).text
    assert page.count('class="definition"') > 8
    assert not undefined(page)


def heading_of(content: bytes) -> str:
    return " ".join(
        str(cell)
        for cell in CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[0]
    )


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.usefixtures("staff")
async def test_what_goods_cost_is_for_who_may_know_the_margin(app: Plushka, greeted: str, role: Role) -> None:
    async with signed_in(app, email_of(role)) as browser:
        for path in (*PAGES, f"{greeted}/ten"):
            answer = await browser.get(path)
            if role == "cashier":
                assert answer.status_code == httpx.codes.FORBIDDEN, path
                continue
            assert answer.status_code == httpx.codes.OK, path
            assert ("Себестоимость" in answer.text) == (role in KNOW_MARGIN), path
            assert ("Прибыль" in answer.text) <= (role in KNOW_MARGIN), path
            assert (".xlsx" in answer.text) == (role in KNOW_MARGIN), path
        for path in FILES:
            answer = await browser.get(path)
            if role in KNOW_MARGIN:
                assert all(word in heading_of(answer.content) for word in OF_MARGIN), path
            else:
                assert answer.status_code == httpx.codes.FORBIDDEN, path


@pytest.mark.usefixtures("staff", "greeted")
async def test_files_of_a_role_without_the_margin_do_not_tell_it(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    for name, actions, status in (
        ("Читает", {"campaigns.read", "reports.export"}, httpx.codes.OK),
        ("Уносит", {"reports.export"}, httpx.codes.FORBIDDEN),
    ):
        email = f"{len(actions)}@plushka.example"
        await hire_with_password(database, clock, cast.anna.tenant_id, email, "cashier")
        async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
            role = await create_role(tx, name=name, actions=sorted(actions), own=rights_of("owner"))
            person = next(each for each in await list_staff(tx) if each.email == email)
            await give_position(tx, person.id, Position(own_role_id=role.id))
        async with signed_in(app, email) as browser:
            for path in FILES:
                answer = await browser.get(path)
                assert answer.status_code == status, path
                if answer.is_success:
                    assert not any(word in heading_of(answer.content) for word in OF_MARGIN), path
