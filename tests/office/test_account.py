"""A person's own account: password, second step, sessions."""

import re
from datetime import timedelta

import httpx
import pyotp
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD, browser_at, email_of, signed_in
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.domain.staff.devices import told_device
from plushka.domain.staff.second_factor import STEP_SECONDS

NEW_PASSWORD = "ведро чернил на балконе"


async def switch_on(browser: httpx.AsyncClient, clock: SetClock) -> tuple[str, list[str]]:
    """Switch codes on; return the app's secret and the recovery codes."""
    guessed = await browser.post("/account/second-factor/begin", data={"present_password": "мимо"})
    assert guessed.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'id="present_password-problem"' in guessed.text
    page = await browser.post("/account/second-factor/begin", data={"present_password": PASSWORD})
    found = re.search(r'id="secret"[^>]*>([A-Z2-7 ]+)<', page.text)
    assert found is not None
    assert "<svg" in page.text
    secret = found[1].replace(" ", "")
    blind = await browser.post("/account/second-factor/confirm", data={"code": "000000"})
    assert blind.status_code == httpx.codes.CONFLICT
    assert found[1] not in blind.text, "who has not given the password does not see what it was begun with"
    wrong = await browser.post("/account/second-factor/confirm", data={"code": "000000", "secret": secret})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert found[1] in wrong.text, "the same secret, or the app would have to be set up again"
    done = await browser.post(
        "/account/second-factor/confirm", data={"code": pyotp.TOTP(secret).at(clock.now()), "secret": secret}
    )
    codes = re.search(r'id="codes"[^>]*>([^<]+)<', done.text)
    assert codes is not None, done.text
    clock.advance(timedelta(seconds=STEP_SECONDS))
    return secret, codes[1].split()


async def test_a_name_and_a_language_are_changed(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/account/profile", data={"name": "Анна Петровна", "language": "en"})
    assert answer.status_code == httpx.codes.SEE_OTHER
    assert "Where you are signed in" in (await anna.get("/account")).text

    for data in ({"name": "", "language": "ru"}, {"name": "Анна", "language": "xx"}):
        wrong = await anna.post("/account/profile", data=data)
        assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "-problem" in wrong.text


async def test_a_password_is_changed_by_who_knows_the_present_one(
    anna: httpx.AsyncClient, app: Plushka
) -> None:
    async with signed_in(app, email_of("owner")) as elsewhere:
        wrong = await anna.post("/account/password", data={"present": "мимо", "password": NEW_PASSWORD})
        assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert 'id="present-problem"' in wrong.text
        weak = await anna.post("/account/password", data={"present": PASSWORD, "password": "qwertyuiop"})
        assert 'id="password-problem"' in weak.text
        assert "qwertyuiop" not in weak.text

        done = await anna.post("/account/password", data={"present": PASSWORD, "password": NEW_PASSWORD})

        assert done.status_code == httpx.codes.SEE_OTHER
        assert (await elsewhere.get("/")).status_code == httpx.codes.FOUND
        assert (await anna.get("/")).status_code == httpx.codes.OK
    async with browser_at(app) as browser:
        for password, status in ((PASSWORD, 422), (NEW_PASSWORD, 303)):
            data = {"email": email_of("owner"), "password": password}
            assert (await browser.post("/sign-in", data=data)).status_code == status


async def test_who_found_an_open_session_cannot_guess_the_password_from_within(
    anna: httpx.AsyncClient,
) -> None:
    for _ in range(5):
        await anna.post("/account/password", data={"present": "мимо", "password": NEW_PASSWORD})

    answer = await anna.post("/account/password", data={"present": PASSWORD, "password": NEW_PASSWORD})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_codes_are_switched_on_asked_for_and_switched_off(
    anna: httpx.AsyncClient, app: Plushka, clock: SetClock
) -> None:
    secret, recovery = await switch_on(anna, clock)
    assert len(recovery) == 10
    page = (await anna.get("/account")).text
    assert "Осталось 10 запасных кодов." in page
    assert recovery[0] not in page

    async with browser_at(app) as browser:
        asked = await browser.post(
            "/sign-in", data={"email": email_of("owner"), "password": PASSWORD, "next": "/members"}
        )
        assert asked.headers["location"] == "/sign-in/code?next=%2Fmembers"
        assert "plushka_session" not in browser.cookies
        assert (await browser.get("/members")).status_code == httpx.codes.FOUND, "not in yet"
        wrong = await browser.post("/sign-in/code", data={"code": "000000", "next": "/members"})
        assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        entered = await browser.post(
            "/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.now()), "next": "/members"}
        )
        assert (entered.status_code, entered.headers["location"]) == (303, "/members")
        assert (await browser.get("/members")).status_code == httpx.codes.OK

    async with browser_at(app) as browser:
        await browser.post("/sign-in", data={"email": email_of("owner"), "password": PASSWORD})
        entered = await browser.post("/sign-in/code", data={"code": recovery[0]})
        assert entered.status_code == httpx.codes.SEE_OTHER

    refused = await anna.post("/account/second-factor/off", data={"present_password": "мимо"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    renewed = await anna.post("/account/second-factor/codes", data={"present_password": PASSWORD})
    assert "Новые запасные коды" in renewed.text
    await anna.post("/account/second-factor/off", data={"present_password": PASSWORD})
    async with signed_in(app, email_of("owner")) as browser:
        assert (await browser.get("/")).status_code == httpx.codes.OK


@pytest.mark.usefixtures("staff")
async def test_without_the_password_there_is_no_second_step(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/sign-in/code")).headers["location"] == "/sign-in"
    answer = await stranger.post("/sign-in/code", data={"code": "123456"})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Войдите заново" in answer.text


async def test_sessions_are_listed_and_ended(app: Plushka, staff: dict[str, str]) -> None:
    async with signed_in(app, staff["owner"]) as here, browser_at(app) as there:
        there.headers["user-agent"] = (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/142.0.0.0 Safari/537.36"
        )
        await there.post("/sign-in", data={"email": staff["owner"], "password": PASSWORD})
        page = (await here.get("/account")).text
        assert "Chrome, Windows" in page
        end = re.findall(r"/account/sessions/[0-9a-f-]{36}/end", page)
        assert len(end) == 1, "not the one at hand"

        await here.post(end[0])

        assert (await there.get("/")).status_code == httpx.codes.FOUND
        assert (await here.post(end[0])).status_code == httpx.codes.NOT_FOUND
        await there.post("/sign-in", data={"email": staff["owner"], "password": PASSWORD})
        await here.post("/account/sessions/end-others")
        assert (await there.get("/")).status_code == httpx.codes.FOUND
        assert (await here.get("/")).status_code == httpx.codes.OK


async def test_nobody_ends_the_session_of_somebody_else(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, app: Plushka
) -> None:
    async with signed_in(app, email_of("owner")):
        end = re.findall(r"/account/sessions/[0-9a-f-]{36}/end", (await anna.get("/account")).text)
    assert (await eve.post(end[0])).status_code == httpx.codes.NOT_FOUND


WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} Safari/604.1",
            "Safari, iPhone",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/142.0 YaBrowser/25.10 Safari/537.36",
            "Яндекс Браузер, Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_a_device_is_told_as_its_owner_knows_it(user_agent: str, told: str) -> None:
    assert told_device(user_agent) == told


async def test_who_works_at_tills_chooses_a_pin_that_nobody_else_knows(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    async with signed_in(app, email_of("cashier")) as cashier, client_of(app, cast.anna.secret) as till:
        assert "/account/pin" not in (await cashier.get("/account")).text
        unasked = await cashier.post("/account/pin", data={"pin": "5093", "pin_password": PASSWORD})
        assert unasked.status_code == httpx.codes.NOT_FOUND
        people = (await anna.get("/settings/staff")).text
        found = re.search(r'href="(/settings/staff/[0-9a-f-]+)"[^>]*>[^<]*cashier', people)
        assert found is not None
        await anna.post(f"{found[1]}/pin", data={"pin": "2907"})

        blind = await cashier.post("/account/pin", data={"pin": "5093", "pin_password": "мимо"})
        assert 'id="pin_password-problem"' in blind.text
        assert 'value="5093"' in blind.text
        easy = await cashier.post("/account/pin", data={"pin": "0000", "pin_password": PASSWORD})
        assert 'id="pin-problem"' in easy.text
        own = await cashier.post("/account/pin", data={"pin": "5093", "pin_password": PASSWORD})
        assert own.status_code == httpx.codes.SEE_OTHER

        (line,) = (await till.get("/v1/cashiers")).json()["cashiers"]
        shift = await till.post("/v1/shifts", json={"cashier": line["id"], "pin": "5093"})
        assert shift.status_code == httpx.codes.CREATED
    trail = (await anna.get("/settings/audit")).text
    assert "Свой PIN-код" in trail


async def test_an_owner_gives_themselves_a_pin_in_their_own_page(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    answer = await anna.post("/account/pin", data={"pin": "5093", "pin_password": PASSWORD})
    assert answer.status_code == httpx.codes.SEE_OTHER

    async with client_of(app, cast.anna.secret) as till:
        (line,) = (await till.get("/v1/cashiers")).json()["cashiers"]
        shift = await till.post("/v1/shifts", json={"cashier": line["id"], "pin": "5093"})
    assert shift.status_code == httpx.codes.CREATED
