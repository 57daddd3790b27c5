"""Coming in by phone and a one-time code."""

from dataclasses import replace

import httpx
import pytest
from tests.app.conftest import NEW_PHONE, Person, token_of
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, browser_at
from tests.pos.conftest import Cast, started

from plushka.app import Plushka
from plushka.domain.members.consents import list_consents
from plushka.domain.members.model import Identity
from plushka.domain.members.phone_codes import (
    CODES_OF_NETWORK_MAX,
    CODES_OF_PHONE_MAX,
    TRIES_MAX,
    TTL,
    WINDOW,
)
from plushka.domain.members.queries import find_member
from plushka.platform.database import Database
from plushka.platform.settings import Environment, Settings

NEWCOMER = Identity("phone", "+79031112233")


@pytest.mark.usefixtures("shop")
async def test_a_member_comes_in_by_a_code_and_sees_the_card(person: Person) -> None:
    assert (await person.get()).status_code == httpx.codes.UNAUTHORIZED

    answer = await person.sign_in()

    assert answer.headers["location"] == person.home
    card = await person.get()
    assert card.status_code == httpx.codes.OK
    assert MEMBER in card.text


async def test_a_stranger_gets_a_card_with_the_phone_they_proved(
    person: Person, database: Database, cast: Cast, clock: SetClock
) -> None:
    asked = await person.sign_in(NEW_PHONE)
    token = token_of(asked)
    refused = await person.post("/sign-in/card", token=token, name="Оля", marketing="on")
    made = await person.post("/sign-in/card", token=token, name="Оля", personal_data="on")

    assert "Без этого согласия" in refused.text
    assert 'value="Оля"' in refused.text
    assert made.status_code == httpx.codes.SEE_OTHER
    assert "Карта ваша" in (await person.get("?said=welcome")).text
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        member = await find_member(tx, NEWCOMER)
        assert member is not None
        assert (member.name, member.source, member.is_unverified) == ("Оля", "app", False)
        consents = await list_consents(tx, member.id)
    assert [(consent.kind, consent.source) for consent in consents] == [("personal_data", "app")]


@pytest.mark.usefixtures("shop")
async def test_whether_a_phone_is_known_is_never_told_before_the_code(person: Person) -> None:
    known, unknown = await person.ask_for_code(PHONE), await person.ask_for_code(NEW_PHONE)

    assert known.status_code == unknown.status_code
    bare = [answer.text.replace(token_of(answer), "…") for answer in (known, unknown)]
    assert bare[0].replace(PHONE, "…") == bare[1].replace(NEWCOMER.value, "…")


@pytest.mark.usefixtures("shop")
async def test_guessing_ends_after_five_tries_and_the_right_code_is_too_late(person: Person) -> None:
    token = token_of(await person.ask_for_code(PHONE))
    code = await person.latest_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(TRIES_MAX - 1):
        answer = await person.post("/sign-in/code", token=token, code=wrong)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Осталась 1 попытка" in answer.text

    last = await person.post("/sign-in/code", token=token, code=wrong)
    late = await person.post("/sign-in/code", token=token, code=code)

    assert (last.status_code, late.status_code) == (httpx.codes.CONFLICT, httpx.codes.CONFLICT)
    assert (await person.get()).status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.usefixtures("shop")
async def test_a_code_works_once_and_for_five_minutes(person: Person, clock: SetClock) -> None:
    token = token_of(await person.ask_for_code(PHONE))
    code = await person.latest_code()
    used = await person.post("/sign-in/code", token=token, code=code)
    again = await person.post("/sign-in/code", token=token, code=code)
    token = token_of(await person.ask_for_code(PHONE))
    clock.advance(TTL)
    late = await person.post("/sign-in/code", token=token, code=await person.latest_code())

    statuses = [used.status_code, again.status_code, late.status_code]
    assert statuses == [httpx.codes.SEE_OTHER, httpx.codes.CONFLICT, httpx.codes.CONFLICT]


async def test_a_phone_gets_few_codes_and_a_network_not_many(
    app: Plushka, person: Person, clock: SetClock
) -> None:
    for _ in range(CODES_OF_PHONE_MAX):
        assert (await person.ask_for_code(PHONE)).status_code == httpx.codes.OK
    refused = await person.ask_for_code(PHONE)
    assert refused.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert "Подождите 15 минут" in refused.text
    for number in range(CODES_OF_NETWORK_MAX - CODES_OF_PHONE_MAX):
        assert (await person.ask_for_code(f"8 903 111-22-{number:02}")).status_code == httpx.codes.OK
    assert (await person.ask_for_code(NEW_PHONE)).status_code == httpx.codes.TOO_MANY_REQUESTS
    async with browser_at(app, address="10.1.1.1") as elsewhere:
        assert (await Person(elsewhere, person.home).ask_for_code(NEW_PHONE)).status_code == httpx.codes.OK
    clock.advance(WINDOW)
    assert (await person.ask_for_code(PHONE)).status_code == httpx.codes.OK


async def test_a_session_of_one_business_opens_no_other(varvara: Person, cast: Cast) -> None:
    token = varvara.browser.cookies["plushka_member"]
    elsewhere = f"/app/{cast.eve.tenant_id}"

    answer = await varvara.browser.get(elsewhere, headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == httpx.codes.UNAUTHORIZED


async def test_in_production_the_session_goes_over_https_only(
    varvara: Person, settings: Settings, clock: SetClock
) -> None:
    local = await varvara.sign_in()
    session = {"authorization": f"Bearer {varvara.browser.cookies['plushka_member']}"}
    deployed = replace(settings, environment=Environment.PRODUCTION)
    async with started(deployed, clock) as production, browser_at(production) as browser:
        left = await browser.post(f"{varvara.home}/sign-out", headers=session)

    assert "; Secure" not in local.headers["set-cookie"]
    assert "; Secure" in left.headers["set-cookie"]


async def test_who_signs_out_is_out(varvara: Person) -> None:
    token = varvara.browser.cookies["plushka_member"]
    answer = await varvara.post("/sign-out")

    assert answer.headers["location"].endswith("/sign-in?said=signed_out")
    header = {"authorization": f"Bearer {token}"}
    assert (await varvara.browser.get(varvara.home, headers=header)).status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize("typed", ["12", "", "не телефон"])
async def test_what_is_no_phone_gets_no_code(person: Person, typed: str) -> None:
    answer = await person.ask_for_code(typed)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f'value="{typed}"' in answer.text


async def test_a_page_of_another_site_asks_for_no_code(person: Person) -> None:
    answer = await person.browser.post(
        f"{person.home}/sign-in", data={"phone": PHONE}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == httpx.codes.FORBIDDEN


async def test_no_business_is_a_page_that_says_so(person: Person) -> None:
    for path in ("/app/00000000-0000-0000-0000-000000000000", "/app/none"):
        assert (await person.browser.get(path)).status_code == httpx.codes.NOT_FOUND


async def test_an_address_of_no_page_is_told_by_the_app_and_leads_to_the_card(person: Person) -> None:
    for path in ("/nothing", "/history/of/nothing"):
        lost = await person.get(path)
        assert lost.status_code == httpx.codes.NOT_FOUND
        assert f'href="{person.home}"' in lost.text
        assert "/static/app." in lost.text
    assert "К карте" not in (await person.browser.get("/app/nothing/at/all")).text


async def test_without_a_gateway_the_page_says_that_no_code_can_be_sent(
    settings: Settings, clock: SetClock, cast: Cast
) -> None:
    bare = replace(settings, data_folder=settings.data_folder / "bare")
    async with started(bare, clock) as app, browser_at(app) as browser:
        shown = await browser.get(f"/app/{cast.anna.tenant_id}/sign-in")
        phone = await browser.get("/demo/phone")

    assert "не отправляет SMS" in shown.text
    assert phone.status_code == httpx.codes.NOT_FOUND
