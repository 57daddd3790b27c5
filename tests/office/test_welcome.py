"""The first run: from nothing to a business whose till sells, and nobody else's hand in it."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD, browser_at, plain
from tests.pos.conftest import client_of, started

from plushka.app import Plushka
from plushka.domain.founding.setups import show_key
from plushka.platform.database import Database
from plushka.platform.settings import Environment, Settings

BUSINESS = {
    "do": "next",
    "name": "Кофейня Анны",
    "country_shown": "KZ",
    "country": "KZ",
    "currency": "KZT",
    "language": "ru",
    "time_zone": "Asia/Almaty",
}
OWNER = {"do": "next", "owner": "Анна Абрамова", "email": "anna@example.com", "password": PASSWORD}


@pytest.fixture
async def empty(settings: Settings, clock: SetClock) -> AsyncIterator[Plushka]:
    """The product on a machine of one's own, where nothing was founded yet."""
    async with started(settings, clock) as running:
        yield running


@pytest.fixture
async def visitor(empty: Plushka, database: Database, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the operator has opened the link with the key."""
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        key = await show_key(tx)
    async with browser_here(empty) as browser:
        assert (await browser.get(f"/welcome?key={key}")).headers["location"] == "/welcome"
        yield browser


def browser_here(app: Any) -> httpx.AsyncClient:
    """Return a browser on the same machine."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://127.0.0.1:8000",
        headers={"accept-language": "ru-KZ,ru;q=0.9"},
    )


async def walk(browser: httpx.AsyncClient, *, preset: str = "levels") -> httpx.Response:
    """Go through all the steps, and return the last page."""
    for step, typed in (
        ("business", BUSINESS),
        ("branch", {"do": "next", "branch": "На Абая"}),
        ("owner", OWNER),
    ):
        answer = await browser.post(f"/welcome/{step}", data=typed)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    return await browser.post("/welcome/program", data={"do": "next", "preset": preset})


async def test_from_nothing_to_the_first_receipt_in_the_office(
    empty: Plushka, visitor: httpx.AsyncClient
) -> None:
    asked = await visitor.get("/", follow_redirects=True)
    assert asked.url.path == "/welcome/business"
    assert 'value="KZ" selected' in asked.text
    assert 'value="KZT" selected' in asked.text
    assert 'value="Asia/Almaty" selected' in asked.text

    done = await walk(visitor)

    key = re.search(r"plk_\w{32}_[\w-]{43}", done.text)
    assert key is not None
    async with client_of(empty, key[0]) as till:
        await till.post("/v1/members", json={"phone": "+77011234567", "name": "Аня"})
        sold = await till.post(
            "/v1/purchases",
            json={
                "external_id": "A-1",
                "currency": "KZT",
                "member": {"phone": "+77011234567"},
                "lines": [{"sku": "coffee", "quantity_milli": 1000, "amount_minor": 1_000_00}],
            },
        )
    assert sold.json()["decision"]["earned_points"] == 100
    seen = await visitor.get("/receipts")
    assert "Кофейня Анны" in seen.text
    assert "A-1" in seen.text
    assert key[0] not in (await visitor.get("/")).text


async def test_what_the_first_run_made_is_its_owner_s_doing(visitor: httpx.AsyncClient) -> None:
    await walk(visitor)

    trail = plain((await visitor.get("/settings/audit")).text)
    assert "Опубликована версия программы 1" in trail
    assert "кто-то неизвестный" not in trail
    programs = (await visitor.get("/engagement/programs")).text
    program = re.search(r'href="(/engagement/programs/[0-9a-f-]{36})"', programs)
    assert program is not None
    assert "кто опубликовал: Анна Абрамова" in plain((await visitor.get(program[1])).text)


async def test_the_key_is_shown_once_and_the_door_closes(empty: Plushka, visitor: httpx.AsyncClient) -> None:
    await walk(visitor)
    async with browser_at(empty) as stranger:
        for path in ("/welcome", "/welcome/business", "/welcome/program"):
            assert (await stranger.get(path)).headers["location"] == "/sign-in", path
        refused = await stranger.post("/welcome/program", data={"do": "next", "preset": "coffee"})
        assert refused.headers["location"] == "/sign-in"
        entered = await stranger.post("/sign-in", data={"email": "Anna@example.com", "password": PASSWORD})
        assert entered.headers["location"] == "/"


@pytest.mark.parametrize(
    ("step", "typed", "told"),
    [
        ("business", {**BUSINESS, "name": " "}, "Заполните"),
        ("business", {**BUSINESS, "name": "К" * 101}, "Слишком длинно"),
        ("business", {**BUSINESS, "currency": "XXX"}, "Выберите"),
        ("business", {**BUSINESS, "time_zone": "Moon/Sea"}, "Выберите"),
        ("branch", {"do": "next", "branch": ""}, "Заполните"),
        ("owner", {**OWNER, "email": "anna"}, "Это не адрес почты"),
        ("owner", {**OWNER, "password": "эйяфйк"}, "Пароль слишком короткий"),
        ("owner", {**OWNER, "password": ""}, "Заполните"),
        ("program", {"do": "next", "preset": "casino"}, "Выберите"),
        ("program", {"do": "next"}, "Выберите"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_stays_typed(
    visitor: httpx.AsyncClient, step: str, typed: dict[str, str], told: str
) -> None:
    if step in {"owner", "program"}:
        await visitor.post("/welcome/business", data=BUSINESS)
        await visitor.post("/welcome/branch", data={"do": "next", "branch": "На Абая"})
    if step == "program":
        await visitor.post("/welcome/owner", data=OWNER)

    answer = await visitor.post(f"/welcome/{step}", data=typed)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'aria-invalid="true"' in answer.text
    assert told in plain(answer.text)
    assert "эйяфйк" not in answer.text
    assert PASSWORD not in answer.text
    kept = typed.get("email") or typed.get("branch") or typed.get("name", "").strip()
    assert kept in answer.text


async def test_nothing_is_lost_by_going_back_or_by_another_process(
    settings: Settings, clock: SetClock, visitor: httpx.AsyncClient
) -> None:
    await visitor.post("/welcome/business", data=BUSINESS)
    await visitor.post("/welcome/branch", data={"do": "next", "branch": "На Абая"})
    back = await visitor.post("/welcome/owner", data={**OWNER, "do": "back", "password": ""})
    assert back.headers["location"] == "/welcome/branch"
    async with started(settings, clock) as restarted, browser_here(restarted) as browser:
        browser.cookies = visitor.cookies
        assert (await browser.get("/welcome")).headers["location"] == "/welcome/owner"
        assert "На Абая" in (await browser.get("/welcome/branch")).text
        owner = await browser.get("/welcome/owner")
        assert "anna@example.com" in owner.text
        assert "Сохранён" not in owner.text
        await browser.post("/welcome/owner", data=OWNER)
        assert "Сохранён" in (await browser.get("/welcome/owner")).text
        again = await browser.post("/welcome/owner", data={**OWNER, "password": ""})
        assert again.headers["location"] == "/welcome/program"


async def test_a_step_is_not_jumped_over(visitor: httpx.AsyncClient) -> None:
    for step in ("branch", "owner", "program"):
        assert (await visitor.get(f"/welcome/{step}")).headers["location"] == "/welcome/business"
    early = await visitor.post("/welcome/program", data={"do": "next", "preset": "coffee"})
    assert early.headers["location"] == "/welcome/business"
    assert (await visitor.get("/welcome/nowhere")).status_code == httpx.codes.NOT_FOUND


async def test_another_country_brings_its_currency_and_clock(visitor: httpx.AsyncClient) -> None:
    turned = await visitor.post("/welcome/business", data={**BUSINESS, "country": "JP"})
    assert turned.status_code == httpx.codes.OK
    assert 'value="JPY" selected' in turned.text
    assert 'value="Asia/Tokyo" selected' in turned.text
    assert "Кофейня Анны" in turned.text


async def test_presets_tell_their_price_in_the_business_s_money(visitor: httpx.AsyncClient) -> None:
    await visitor.post("/welcome/business", data=BUSINESS)
    await visitor.post("/welcome/branch", data={"do": "next", "branch": "На Абая"})
    await visitor.post("/welcome/owner", data=OWNER)
    page = plain((await visitor.get("/welcome/program")).text)
    assert "Латте и булочка" in page
    assert "2 500 ₸" in page
    assert "до 1 250 ₸" in page
    assert "Каждый шестой кофе" in page

    await visitor.post("/welcome/business", data={**BUSINESS, "currency": "GEL"})
    page = (await visitor.get("/welcome/program")).text
    assert "Латте" not in page
    done = await visitor.post("/welcome/program", data={"do": "next", "preset": "empty"})
    assert "plk_" in done.text
    assert "Бонусы начнутся" in done.text


@pytest.mark.parametrize(
    "changes", [{"environment": Environment.PRODUCTION}, {"host": "10.0.0.5"}], ids=["production", "network"]
)
async def test_a_stranger_needs_the_operator_s_key(
    settings: Settings, database: Database, clock: SetClock, changes: dict[str, object]
) -> None:
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        key = await show_key(tx)
    exposed = type(settings)(**{**{name: getattr(settings, name) for name in settings.__slots__}, **changes})
    async with started(exposed, clock) as app, browser_at(app) as stranger, browser_at(app) as anna:
        stranger.cookies.set("plushka_setup", "guessed", path="/welcome")
        for browser in (stranger, anna):
            assert (await browser.get("/welcome")).status_code == httpx.codes.FORBIDDEN
        assert (await stranger.post("/welcome/business", data=BUSINESS)).status_code == httpx.codes.FORBIDDEN
        let_in = await anna.get(f"/welcome?key={key}")
        assert let_in.headers["location"] == "/welcome"
        cookie = let_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        anna.cookies.set("plushka_setup", str(key), path="/welcome")
        assert (await anna.get("/welcome")).headers["location"] == "/welcome/business"


async def test_a_stranger_behind_a_bare_proxy_on_this_machine_needs_the_key_too(empty: Plushka) -> None:
    """The proxy asks 127.0.0.1, from 127.0.0.1, and says nothing of who has asked it."""
    async with browser_here(empty) as stranger:
        for path in ("/welcome", "/welcome/business"):
            locked = await stranger.get(path)
            assert locked.status_code == httpx.codes.FORBIDDEN
            assert "plushka welcome" in locked.text
        assert (await stranger.post("/welcome/business", data=BUSINESS)).status_code == httpx.codes.FORBIDDEN


async def test_a_page_of_another_site_sets_nothing_up(visitor: httpx.AsyncClient) -> None:
    refused = await visitor.post("/welcome/business", data=BUSINESS, headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == httpx.codes.FORBIDDEN


async def test_an_owner_founds_another_business_and_is_there(
    anna: httpx.AsyncClient,
) -> None:
    assert (await anna.get("/businesses/new")).headers["location"] == "/businesses/new/business"
    await anna.post("/businesses/new/business", data={**BUSINESS, "name": "Пекарня Анны"})
    await anna.post("/businesses/new/branch", data={"do": "next", "branch": "Мира, 1"})
    done = await anna.post("/businesses/new/program", data={"do": "next", "preset": "retail"})
    assert "plk_" in done.text
    home = await anna.get("/")
    assert "Пекарня Анны" in home.text
    assert "Кофейня Анны" in home.text
    assert "/enter" in home.text
