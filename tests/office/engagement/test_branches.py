"""Branches moved to another programme through the office and felt at the till."""

from datetime import timedelta
from html import unescape
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.businesses.queries import list_branches
from plushka.domain.programs.assigning import move_branches
from plushka.domain.programs.model import ScaleOfProgram
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.programs.queries import get_program_id
from plushka.engine.program import PointUnit
from plushka.platform.database import Database


@pytest.fixture
async def arbat(database: Database, cast: Cast, clock: SetClock) -> UUID:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now(), read_only=True) as tx:
        return (await list_branches(tx))[0].id


@pytest.fixture
async def address(database: Database, cast: Cast, clock: SetClock, shop: Shop) -> str:
    """The page of the branches of a second programme, «Кофе»."""
    clock.advance(timedelta(minutes=1))
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        program_id = await create_program(tx, name="Кофе")
        await publish(tx, program_id=program_id, program=CASHBACK, valid_from=tx.at)
        assert await get_program_id(tx) == shop.program_id
    return f"/engagement/programs/{program_id}/branches"


async def test_a_move_is_told_then_confirmed_and_felt_at_the_till(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, arbat: UUID, address: str
) -> None:
    page = (await anna.get(address)).text
    assert "обслуживает «Кешбэк 10 %»" in plain(page)

    asked = await anna.post(address, data={"branches": str(arbat), "when": "now", "do": ""})
    assert asked.status_code == 200
    assert "С этой минуты чеки точки «Арбат» считает программа «Кофе»." in asked.text
    assert "Бонусы клиентов остаются на прежних счетах." in asked.text
    async with client_of(app, cast.anna.secret) as till:
        seen = (await till.get("/v1/members", params={"phone": "+79161234567"})).json()
        assert (seen["program"]["name"], seen["balance"]["available"]) == ("Кешбэк 10 %", 90)

        moved = await anna.post(address, data={"branches": str(arbat), "when": "now", "do": "move"})
        assert (moved.status_code, moved.headers["location"]) == (303, address)
        assert "обслуживает эта программа" in (await anna.get(address)).text
        assert "Арбат" in (await anna.get(address.removesuffix("/branches"))).text
        seen = (await till.get("/v1/members", params={"phone": "+79161234567"})).json()
        assert (seen["program"]["name"], seen["balance"]["available"]) == ("Кофе", 0)
        bought = await till.post("/v1/purchases", json=coffee("B-1", member={"phone": "+79161234567"}))
        assert bought.json()["balance"]["available"] == 100
    trail = plain((await anna.get("/settings/audit")).text)
    assert "Точка «arbat» переведена в программу «Кофе»" in trail


async def test_a_planned_move_is_shown_and_can_be_withdrawn(
    anna: httpx.AsyncClient, arbat: UUID, address: str
) -> None:
    later = {"branches": str(arbat), "when": "later", "valid_from": "2026-12-01T10:00"}
    assert "С 1 декабря, 10:00 чеки точки «Арбат»" in plain((await anna.post(address, data=later)).text)
    await anna.post(address, data={**later, "do": "move"})
    page = unescape(plain((await anna.get(address)).text))
    assert "с 1 декабря, 10:00 — «Кофе»" in page
    assert "обслуживает «Кешбэк 10 %»" in page

    plan = {"branch": str(arbat), "planned_for": "2026-12-01T07:00:00+00:00"}
    withdrawn = await anna.post(f"{address}/withdraw", data=plan)
    assert withdrawn.status_code == 303
    assert "1 декабря" not in plain((await anna.get(address)).text)
    again = await anna.post(f"{address}/withdraw", data=plan)
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"branches": ""}, "Отметьте хотя бы одну точку."),
        ({"when": "later", "valid_from": "2026-03-01T10:00"}, "Этот момент уже прошёл"),
        ({"when": "later", "valid_from": "завтра"}, "Укажите дату и время."),
        ({"when": "later", "valid_from": "2036-03-01T10:00"}, "дней"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    anna: httpx.AsyncClient, arbat: UUID, address: str, wrong: dict[str, str], said: str
) -> None:
    answer = await anna.post(address, data={"branches": str(arbat), "when": "now", "do": "move", **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert wrong.get("valid_from", "") in answer.text
    if wrong.get("branches") != "":
        assert f'value="{arbat}" class="mt-1 size-4 shrink-0 accent-primary" checked' in answer.text


async def test_eve_moves_nothing_of_annas(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, arbat: UUID, address: str
) -> None:
    assert (await eve.get(address)).status_code == 404
    assert (
        await eve.post(address, data={"branches": str(arbat), "when": "now", "do": "move"})
    ).status_code == 404
    assert "обслуживает «Кешбэк" in plain((await anna.get(address)).text)


async def test_each_receipt_movement_and_wallet_is_told_in_the_points_of_its_programme(
    *,
    anna: httpx.AsyncClient,
    app: Plushka,
    cast: Cast,
    database: Database,
    clock: SetClock,
    shop: Shop,
    arbat: UUID,
) -> None:
    clock.advance(timedelta(minutes=1))
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        fine = await create_program(tx, name="Сотые")
        in_hundredths = structs.replace(CASHBACK, point=PointUnit(scale=2))
        await publish(tx, program_id=fine, program=in_hundredths, valid_from=tx.at)
        await move_branches(tx, [arbat], program_id=fine)
        with pytest.raises(ScaleOfProgram):
            await publish(tx, program_id=fine, program=CASHBACK, valid_from=tx.at)
    async with client_of(app, cast.anna.secret) as till:
        body = coffee("B-1", member={"phone": "+79161234567"})
        body["lines"] = [{"sku": "4600001", "quantity_milli": 1000, "amount_minor": 12345}]
        bought = (await till.post("/v1/purchases", json=body)).json()
    assert bought["balance"]["available"] == 12_34

    card = plain((await anna.get(f"/members/{shop.member_id}")).text)
    assert ">90 бонусов<" in card
    assert ">12,34 бонуса<" in card
    assert "Доступно в каждой программе" in card
    for page in ("/receipts", f"/receipts/{bought['id']}", "/journal", "/"):
        told = plain((await anna.get(page)).text)
        assert "12,34" in told, page
        assert "1 234" not in told, page
    assert "Кешбэк 10 %" in plain((await anna.get("/")).text)
