"""The checklist says what is still to be done, as the data say it, and goes when nothing is."""

import httpx
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain, report, signed_in
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.domain.insights.checklist import FIRST_MEMBERS
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import get_program_id
from plushka.engine.program import Program
from plushka.platform.database import Database


async def test_it_follows_the_business_until_members_are_to_be_told(
    app: Plushka, cast: Cast, shop: Shop, anna: httpx.AsyncClient
) -> None:
    del shop
    home = plain((await anna.get("/")).text)
    assert "Для начала" in home
    assert "2 из 4" in home
    assert f"1 из {FIRST_MEMBERS}" in home

    async with client_of(app, cast.anna.secret) as till:
        for number in range(1, FIRST_MEMBERS):
            await report(till, "/v1/members", {"phone": f"+7916000000{number}", "name": "Гость"})
    home = plain((await anna.get("/")).text)
    assert "3 из 4" in home
    assert "Написать объявление" in home

    await anna.post("/campaigns/announce")
    assert "3 из 4" in plain((await anna.get("/")).text), "nobody was told yet"


async def test_an_empty_programme_and_a_silent_till_are_still_to_do(
    eve: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.eve.tenant_id, actor="test:eve", at=clock.now()) as tx:
        empty = Program(name="Пусто", currency="RUB")
        await publish(tx, program_id=await get_program_id(tx), program=empty, valid_from=tx.at)
    home = plain((await eve.get("/")).text)
    assert "0 из 4" in home
    assert "Как подключить кассу" in home


async def test_it_is_put_away_and_taken_back(app: Plushka, shop: Shop, anna: httpx.AsyncClient) -> None:
    del shop
    put_away = await anna.post("/checklist/hide")
    assert put_away.headers["location"] == "/"
    home = (await anna.get("/")).text
    assert "Для начала" not in home
    assert 'action="/checklist/show"' in home
    async with signed_in(app, "manager@plushka.example") as manager:
        assert "Для начала" not in (await manager.get("/")).text
        await manager.post("/checklist/show")
    assert "Для начала" in (await anna.get("/")).text


async def test_who_cannot_act_on_it_does_not_see_it(app: Plushka, shop: Shop, staff: dict[str, str]) -> None:
    del shop
    async with signed_in(app, staff["accountant"]) as accountant:
        assert "Для начала" not in (await accountant.get("/")).text
        assert (await accountant.post("/checklist/hide")).status_code == httpx.codes.FORBIDDEN
