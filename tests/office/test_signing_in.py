"""Coming in and going out, and who is kept from it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie

import httpx
import pytest
from litestar import Litestar
from tests.conftest import SetClock
from tests.office.conftest import ADDRESS, PASSWORD, browser_at, email_of, signed_in
from tests.pos.conftest import started

from plushka.app import Plushka
from plushka.delivery.bots.shells import Shells
from plushka.delivery.channels.adapters import AdapterRack
from plushka.delivery.jobs.verification import verify_tenant
from plushka.delivery.office.context import Office
from plushka.delivery.office.routes import EXCEPTION_HANDLERS, router
from plushka.delivery.web.local_path import local_path
from plushka.domain.bots.connecting import BotDesk
from plushka.domain.messages.gateways.parcels import GatewayDesk
from plushka.domain.messages.outgoing import CHANNEL
from plushka.domain.purchases.reference import Reference
from plushka.domain.staff.model import SESSION_DAYS
from plushka.domain.staff.tries import FAILURES_OF_EMAIL_MAX, FAILURES_OF_NETWORK_MAX, WINDOW
from plushka.platform.bell import Bell
from plushka.platform.database import Database
from plushka.platform.settings import Environment, Settings
from plushka.platform.vault import Vault

OWNER = email_of("owner")


def office_of(
    database: Database, clock: SetClock, environment: Environment, *, demo_email: str | None = None
) -> httpx.AsyncClient:
    """Return a browser at an office of this environment."""
    app = Litestar(route_handlers=[router], exception_handlers=EXCEPTION_HANDLERS, openapi_config=None)
    vault, bell = Vault(b"k" * 32), Bell(database, clock, CHANNEL)
    settings = Settings.from_environment({"PLUSHKA_DATA": "/nowhere"})
    app.state.office = Office(
        database=database,
        aside=database,
        clock=clock,
        reference=Reference(),
        environment=environment,
        verify=verify_tenant,
        bots=BotDesk(vault, Shells({}), bell, None),
        gateways=GatewayDesk(vault, AdapterRack(settings, keeps_links=False), bell, None),
        demo_email=demo_email,
    )
    return browser_at(app)


async def enter(browser: httpx.AsyncClient, *, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await browser.post("/sign-in", data={"email": OWNER, "password": password, **more})


def session_cookie(answer: httpx.Response) -> dict[str, str]:
    cookie = SimpleCookie(answer.headers["set-cookie"])["plushka_session"]
    return {name: str(value) for name, value in cookie.items() if value}


@pytest.mark.usefixtures("staff")
async def test_the_owner_comes_in_and_goes_out(stranger: httpx.AsyncClient) -> None:
    answer = await enter(stranger, next="/members")
    assert (answer.status_code, answer.headers["location"]) == (303, "/members")
    assert (await stranger.get("/members")).status_code == httpx.codes.OK

    answer = await stranger.post("/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (await stranger.get("/members")).status_code == httpx.codes.FOUND


async def test_a_session_that_was_left_is_dead_though_somebody_kept_its_cookie(
    anna: httpx.AsyncClient,
) -> None:
    token = anna.cookies["plushka_session"]
    await anna.post("/sign-out")

    anna.cookies.set("plushka_session", token)
    answer = await anna.get("/")

    assert answer.status_code == httpx.codes.FOUND


async def test_a_session_runs_out(anna: httpx.AsyncClient, clock: SetClock) -> None:
    clock.advance(timedelta(days=SESSION_DAYS))

    assert (await anna.get("/")).status_code == httpx.codes.FOUND


async def test_signing_in_again_makes_another_session_and_ends_the_one_before(
    anna: httpx.AsyncClient,
) -> None:
    before = anna.cookies["plushka_session"]
    await enter(anna)
    after = anna.cookies["plushka_session"]

    assert after != before
    anna.cookies.set("plushka_session", before, domain="plushka.test")
    assert (await anna.get("/")).status_code == httpx.codes.FOUND


@pytest.mark.usefixtures("staff")
async def test_a_wrong_password_keeps_the_email_and_does_not_tell_which_is_wrong(
    stranger: httpx.AsyncClient,
) -> None:
    answers = [
        await enter(stranger, password="плюшка без корицы"),
        await stranger.post("/sign-in", data={"email": "nobody@plushka.example", "password": PASSWORD}),
        await stranger.post("/sign-in", data={"email": "no\0body", "password": PASSWORD}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all("Почта или пароль не подходят" in answer.text for answer in answers)
    assert f'value="{OWNER}"' in answers[0].text
    assert "плюшка без корицы" not in answers[0].text


@pytest.mark.usefixtures("staff")
async def test_who_guesses_waits_and_a_right_guess_does_not_help(
    stranger: httpx.AsyncClient, clock: SetClock
) -> None:
    for _ in range(FAILURES_OF_EMAIL_MAX):
        await enter(stranger, password="мимо")

    answer = await enter(stranger)
    assert answer.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert "Попробуйте через 15 минут" in answer.text

    clock.advance(WINDOW)
    assert (await enter(stranger)).status_code == httpx.codes.SEE_OTHER


@pytest.mark.usefixtures("staff")
async def test_who_guesses_at_one_process_waits_at_every_other(
    stranger: httpx.AsyncClient, settings: Settings, clock: SetClock
) -> None:
    async with started(settings, clock) as other, browser_at(other) as door:
        for _ in range(FAILURES_OF_EMAIL_MAX):
            await enter(door, password="мимо")

    assert (await enter(stranger)).status_code == httpx.codes.TOO_MANY_REQUESTS


@pytest.mark.usefixtures("staff")
async def test_who_came_in_has_failed_no_more(stranger: httpx.AsyncClient) -> None:
    for _ in range(2):
        for _ in range(FAILURES_OF_EMAIL_MAX - 1):
            await enter(stranger, password="мимо")
        assert (await enter(stranger)).status_code == httpx.codes.SEE_OTHER


@pytest.mark.usefixtures("staff")
async def test_an_address_that_tries_many_people_waits_and_the_next_one_does_not(app: Plushka) -> None:
    async with browser_at(app, address="2001:db8::1") as guesser:
        for number in range(FAILURES_OF_NETWORK_MAX):
            await guesser.post("/sign-in", data={"email": f"{number}@plushka.example", "password": "мимо"})
    async with browser_at(app, address="2001:db8::2") as neighbour:
        assert (await enter(neighbour)).status_code == httpx.codes.TOO_MANY_REQUESTS
    async with browser_at(app, address="2001:db8:0:1::1") as other:
        assert (await enter(other)).status_code == httpx.codes.SEE_OTHER


@pytest.mark.parametrize(
    ("trusted", "told", "status"),
    [
        # The proxy's word counts only where the operator says so; what the client itself had written never does.
        (("10.0.0.0/8",), "192.0.2.7", httpx.codes.SEE_OTHER),
        (("10.0.0.0/8",), "192.0.2.7, 192.0.2.1", httpx.codes.TOO_MANY_REQUESTS),
        ((), "192.0.2.7", httpx.codes.TOO_MANY_REQUESTS),
        (("172.16.0.0/12",), "192.0.2.7", httpx.codes.TOO_MANY_REQUESTS),
    ],
)
@pytest.mark.usefixtures("staff")
async def test_behind_a_trusted_proxy_everybody_is_counted_alone(
    settings: Settings, clock: SetClock, trusted: tuple[str, ...], told: str, status: int
) -> None:
    behind = replace(settings, trusted_proxies=trusted)
    async with started(behind, clock) as app, browser_at(app, address="10.0.0.9") as proxy:
        for number in range(FAILURES_OF_NETWORK_MAX):
            await proxy.post(
                "/sign-in",
                data={"email": f"{number}@plushka.example", "password": "мимо"},
                headers={"x-forwarded-for": "192.0.2.1"},
            )
        answer = await proxy.post(
            "/sign-in",
            data={"email": OWNER, "password": PASSWORD},
            headers={"x-forwarded-for": told},
        )
    assert answer.status_code == status


@pytest.mark.usefixtures("staff")
async def test_guesses_sent_all_at_once_are_counted_like_others(stranger: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(enter(stranger, password=f"мимо {number}") for number in range(20)))

    checked = [answer for answer in answers if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY]
    assert len(checked) == FAILURES_OF_EMAIL_MAX


@pytest.mark.usefixtures("staff")
async def test_the_session_cookie_is_for_us_alone(database: Database, clock: SetClock) -> None:
    flags = {}
    for environment in Environment:
        async with office_of(database, clock, environment) as browser:
            flags[environment] = session_cookie(await enter(browser))

    local = flags[Environment.LOCAL]
    assert {"httponly", "samesite"} <= set(local)
    assert local["samesite"] == "lax"
    assert "secure" not in local
    assert flags[Environment.PRODUCTION] == {**local, "secure": "True"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_a_page_of_another_site_can_do_nothing_in_annas_name(
    anna: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await anna.post("/sign-out", headers=headers)

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert (await anna.get("/")).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "same-origin", "origin": "https://public.example"}, {"origin": ADDRESS}, {}],
)
async def test_our_own_page_can(anna: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await anna.post("/sign-out", headers=headers)).status_code == httpx.codes.SEE_OTHER


@pytest.mark.usefixtures("staff")
async def test_the_demo_lets_in_without_a_password_on_ones_own_machine(
    database: Database, clock: SetClock
) -> None:
    async with office_of(database, clock, Environment.LOCAL, demo_email=OWNER) as browser:
        assert "/demo" in (await browser.get("/sign-in")).text
        assert (await browser.get("/demo")).headers["location"] == "/"
        assert (await browser.get("/")).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("environment", "demo_email"), [(Environment.PRODUCTION, OWNER), (Environment.LOCAL, None)]
)
@pytest.mark.usefixtures("staff")
async def test_nobody_comes_in_without_a_password_where_there_is_no_demo(
    database: Database, clock: SetClock, environment: Environment, demo_email: str | None
) -> None:
    async with office_of(database, clock, environment, demo_email=demo_email) as browser:
        answer = await browser.get("/demo")

        assert answer.status_code == httpx.codes.NOT_FOUND
        assert "plushka_session" not in browser.cookies
        assert "/demo" not in (await browser.get("/sign-in")).text


@pytest.mark.usefixtures("staff")
async def test_a_cashier_begins_where_cashiers_may(app: Plushka, stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/sign-in", data={"email": email_of("cashier"), "password": PASSWORD})

    assert answer.headers["location"] == "/members"
    async with signed_in(app, email_of("cashier")) as browser:
        assert 'href="/ledger"' not in (await browser.get("/receipts")).text


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "members",
        "",
        "/a\r\nset-cookie: x",
        "http:///evil.example",
        "//[",
        "http://[evil.example",
    ],
)
def test_a_way_back_never_leads_to_another_site(text: str) -> None:
    assert local_path(text) == "/"


def test_a_way_back_keeps_its_query() -> None:
    assert local_path("/receipts?number=A-1&branch=") == "/receipts?number=A-1&branch="


@pytest.mark.usefixtures("staff")
async def test_a_session_planted_in_a_browser_is_not_the_one_that_signing_in_opens(
    app: Plushka, stranger: httpx.AsyncClient
) -> None:
    planted = "planted-by-somebody-who-waits"
    stranger.cookies.set("plushka_session", planted, domain="plushka.test")
    answer = await enter(stranger)
    assert answer.cookies["plushka_session"] != planted

    async with browser_at(app) as other:
        other.cookies.set("plushka_session", planted)
        assert (await other.get("/")).status_code == httpx.codes.FOUND


async def test_no_page_of_ours_stands_in_a_frame_of_another_site(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    pages = [
        *[
            await anna.get(path)
            for path in ("/", "/account", "/settings/staff", "/settings/tills", "/nothing")
        ],
        *[await stranger.get(path) for path in ("/sign-in", "/invitations/x", "/password-resets/x")],
    ]
    for page in pages:
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"], page.url
