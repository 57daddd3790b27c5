"""Branches and tills, set up and changed through the office and felt at the till."""

import re
import shlex
from datetime import timedelta
from html import unescape
from itertools import pairwise
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import ADDRESS, email_of, plain, signed_in
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.businesses.queries import list_branches
from plushka.domain.staff.queries import list_tills
from plushka.platform.database import Database

FORM = {
    "name": "Таганка",
    "code": "taganka",
    "address": "Таганская, 1",
    "time_zone": "Europe/Moscow",
    "day_starts": "05:00",
    "opens_0": "09:00",
    "closes_0": "21:00",
    "opens_1": "09:00",
    "closes_1": "21:00",
    "opens_5": "18:00",
    "closes_5": "02:00",
}


@pytest.fixture
async def arbat(database: Database, cast: Cast, clock: SetClock) -> UUID:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now(), read_only=True) as tx:
        return (await list_branches(tx))[0].id


async def test_a_branch_is_opened_and_changed(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/settings/branches/new", data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/branches")
    page = (await anna.get("/settings/branches")).text
    assert "Точка «Таганка» открыта." in page
    assert "Пн–Вт 09:00–21:00, Сб 18:00–02:00" in page
    link = re.search(r'href="(/settings/branches/[0-9a-f-]{36})">Таганка', page)
    assert link is not None
    form = (await anna.get(link[1])).text
    assert 'value="05:00"' in form
    assert 'value="02:00"' in form

    await anna.post(link[1], data={**FORM, "name": "Таганская"})

    assert "Таганская" in (await anna.get("/settings/branches")).text


@pytest.mark.parametrize("path", ["/settings", "/settings/branches/new"])
async def test_a_time_zone_is_chosen_by_its_city(anna: httpx.AsyncClient, path: str) -> None:
    page = (await anna.get(path)).text

    assert 'value="Europe/Moscow" selected>Москва (UTC+3)</option>' in page
    for city in ("Владивосток (UTC+10)", "Алматы (UTC+5)", "Киев (UTC+2)"):
        assert f">{city}</option>" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Заполните это поле"),
        ({"code": "arbat"}, "Такой код уже у другой точки"),
        ({"time_zone": "Europe/Atlantis"}, "Часового пояса"),
        ({"day_starts": "завтра"}, "Укажите время"),
        ({"opens_3": "10:00"}, "Заполните это поле"),
    ],
)
async def test_a_wrong_branch_is_told_at_its_field_and_keeps_what_was_typed(
    anna: httpx.AsyncClient, wrong: dict[str, str], said: str
) -> None:
    answer = await anna.post("/settings/branches/new", data={**FORM, **wrong})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    (field,) = wrong
    problem = re.search(rf'id="(?:{field}|closes_3)-problem"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    assert problem is not None, answer.text
    assert said in plain(problem[1])
    assert "Таганская, 1" in answer.text


async def test_a_closed_branch_takes_no_receipts_but_late_ones(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, arbat: UUID, clock: SetClock
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        assert (await till.post("/v1/purchases", json=coffee("A-1"))).is_success
        clock.advance(timedelta(minutes=1))
        before = clock.now() - timedelta(seconds=30)

        answer = await anna.post(f"/settings/branches/{arbat}/close")
        assert answer.status_code == httpx.codes.SEE_OTHER

        refused = await till.post("/v1/purchases", json=coffee("A-2"))
        assert (refused.status_code, refused.json()["code"]) == (409, "branch_closed")
        assert refused.json()["errors"][0]["field"] == "branch"
        late = await till.post("/v1/purchases", json=coffee("A-3", occurred_at=before.isoformat()))
        assert late.is_success, late.text

        again = await anna.post(f"/settings/branches/{arbat}/close")
        assert again.status_code == httpx.codes.CONFLICT
        await anna.post(f"/settings/branches/{arbat}/reopen")
        assert (await till.post("/v1/purchases", json=coffee("A-4"))).is_success


async def test_a_till_gets_its_key_once_with_an_example_that_works(
    anna: httpx.AsyncClient, app: Plushka, arbat: UUID
) -> None:
    answer = await anna.post("/settings/tills/new", data={"name": "Касса 2", "branch": str(arbat)})
    path = answer.headers["location"]
    assert "ключа ещё нет" in (await anna.get("/settings/tills")).text

    page = await anna.post(f"{path}/keys", data={"scopes": ["members", "quotes", "purchases"]})

    assert page.headers["cache-control"] == "no-store"
    found = re.search(r'id="secret"[^>]*>(plk_[^<]+)<', page.text)
    assert found is not None
    secret = found[1]
    assert secret not in (await anna.get(path)).text
    assert f"…{secret[-4:]}" in (await anna.get(path)).text
    assert (await run_example(app, page.text)).is_success
    assert f'href="{ADDRESS}/till#key={secret}"' in page.text


async def run_example(app: Plushka, page: str) -> httpx.Response:
    """Do what the command on the page does."""
    command = re.search(r'id="example"[^>]*>(curl [^<]+)<', page)
    assert command is not None
    words = shlex.split(unescape(command[1]).replace("\\\n", ""))
    headers = dict(word.split(": ", 1) for before, word in pairwise(words) if before == "--header")
    async with client_of(app, None) as till:
        return await till.post(words[1], headers=headers, content=words[words.index("--data") + 1])


async def test_the_example_of_a_till_without_a_branch_names_one(
    anna: httpx.AsyncClient, app: Plushka
) -> None:
    path = (await anna.post("/settings/tills/new", data={"name": "Сайт", "branch": ""})).headers["location"]
    page = await anna.post(f"{path}/keys", data={"scopes": ["quotes"]})

    tried = await run_example(app, page.text)

    assert tried.is_success, tried.text


async def test_a_key_of_nothing_is_not_issued(anna: httpx.AsyncClient, cast: Cast) -> None:
    answer = await anna.post(f"/settings/tills/{cast.anna.till_id}/keys", data={})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Отметьте хотя бы одно право ключа." in answer.text


async def test_when_a_key_was_last_used_is_told_to_the_minute(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    async def used() -> object:
        async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
            return await tx.fetchval("select used_at from api_keys where id = $1", cast.anna.key_id)

    async with client_of(app, cast.anna.secret) as till:
        assert await used() is None
        await till.post("/v1/quotes", json=coffee())
        first = clock.now()
        assert await used() == first
        clock.advance(timedelta(seconds=30))
        await till.post("/v1/quotes", json=coffee())
        assert await used() == first, "a write for every request would be too much"
        clock.advance(timedelta(seconds=30))
        await till.post("/v1/quotes", json=coffee())
        assert await used() == clock.now()
    assert "12:01" in (await anna.get(f"/settings/tills/{cast.anna.till_id}")).text


async def test_a_revoked_key_and_a_retired_till_are_out(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, clock: SetClock
) -> None:
    till_path = f"/settings/tills/{cast.anna.till_id}"
    page = await anna.post(f"{till_path}/keys", data={"scopes": ["quotes"]})
    found = re.search(r'id="secret"[^>]*>(plk_[^<]+)<', page.text)
    assert found is not None
    revoke = re.findall(r"/settings/keys/[0-9a-f-]{36}/revoke", (await anna.get(till_path)).text)
    await anna.post(revoke[0])
    clock.advance(timedelta(seconds=6))
    async with client_of(app, found[1]) as till:
        assert (await till.post("/v1/quotes", json=coffee())).status_code == httpx.codes.UNAUTHORIZED

    await anna.post(f"{till_path}/retire")
    clock.advance(timedelta(seconds=6))

    async with client_of(app, cast.anna.secret) as till:
        assert (await till.post("/v1/quotes", json=coffee())).status_code == httpx.codes.UNAUTHORIZED
    assert (await anna.post(f"{till_path}/keys", data={"scopes": ["quotes"]})).status_code == 422
    assert (await anna.post(f"{till_path}/retire")).status_code == httpx.codes.CONFLICT
    assert "не работает с" in (await anna.get("/settings/tills")).text


async def test_a_till_is_renamed_and_moved(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, clock: SetClock, database: Database
) -> None:
    await anna.post("/settings/branches/new", data=FORM)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        taganka = next(branch for branch in await list_branches(tx) if branch.code == "taganka")

    await anna.post(
        f"/settings/tills/{cast.anna.till_id}", data={"name": "Главная", "branch": str(taganka.id)}
    )

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        till = next(till for till in await list_tills(tx) if till.id == cast.anna.till_id)
    assert (till.name, till.branch_id) == ("Главная", taganka.id)
    async with client_of(app, cast.anna.secret) as client:
        made = await client.post("/v1/purchases", json=coffee("B-1"))
    assert made.is_success
    assert "Таганка" in (await anna.get("/receipts")).text


@pytest.mark.usefixtures("staff")
async def test_eve_touches_no_branch_and_no_till_of_annas(
    eve: httpx.AsyncClient, cast: Cast, arbat: UUID
) -> None:
    for path in (f"/settings/branches/{arbat}", f"/settings/tills/{cast.anna.till_id}"):
        assert (await eve.get(path)).status_code == httpx.codes.NOT_FOUND
    for path in (
        f"/settings/branches/{arbat}/close",
        f"/settings/tills/{cast.anna.till_id}/retire",
        f"/settings/keys/{cast.anna.key_id}/revoke",
    ):
        assert (await eve.post(path)).status_code == httpx.codes.NOT_FOUND, path
    moved = await eve.post("/settings/tills/new", data={"name": "Моя", "branch": str(arbat)})
    assert moved.status_code == httpx.codes.UNPROCESSABLE_ENTITY, "a branch of another business is none"


async def test_a_marketer_sees_the_branches_and_changes_none(app: Plushka, staff: dict[str, str]) -> None:
    assert staff
    async with signed_in(app, email_of("marketer")) as browser:
        page = (await browser.get("/settings/branches")).text
        assert "Арбат" in page
        assert "/settings/branches/new" not in page
        assert (await browser.get("/settings/tills")).status_code == httpx.codes.FORBIDDEN
