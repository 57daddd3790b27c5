"""One more phone in the app: proved by a code, put on the card, or a second card joined with it."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from tests.app.conftest import NEW_PHONE, Person, token_of
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop, browser_at, report
from tests.pos.conftest import Cast, client_of, started

from plushka.app import Plushka
from plushka.domain.ledger.verify import check
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member
from plushka.domain.purchases.laws import LAWS
from plushka.platform.database import Database
from plushka.platform.settings import Settings

SECOND = Identity("phone", "+79031112233")


@pytest.fixture
async def second(app: Plushka, cast: Cast) -> UUID:
    """Varvara's second card, by another phone."""
    async with client_of(app, cast.anna.secret) as till:
        return UUID((await report(till, "/v1/members", {"phone": SECOND.value, "name": "Варя"}))["id"])


async def prove(person: Person, phone: str = NEW_PHONE) -> httpx.Response:
    """Type one more phone in the profile, and the code that came to it."""
    asked = await person.post("/profile/phone", phone=phone)
    assert asked.status_code == httpx.codes.OK, asked.text
    return await person.post("/profile/phone/code", token=token_of(asked), code=await person.latest_code())


async def offer_of(person: Person) -> str:
    """Return the address of the offer that a proved phone leads to."""
    answer = await prove(person)
    found = re.search(r"/profile/cards/[0-9a-f-]+$", answer.headers["location"])
    assert found is not None
    return found[0]


async def holder(database: Database, cast: Cast, clock: SetClock) -> UUID | None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        member = await find_member(tx, SECOND)
        return member.id if member else None


async def test_a_phone_of_nobody_comes_on_the_card(
    varvara: Person, shop: Shop, database: Database, cast: Cast, clock: SetClock
) -> None:
    answer = await prove(varvara)

    assert answer.headers["location"].endswith("/profile/phone?said=phone_added")
    page = await varvara.get("/profile/phone?said=phone_added")
    assert "Телефон привязан к вашей карте" in page.text
    assert SECOND.value in page.text
    assert await holder(database, cast, clock) == shop.member_id
    assert (await prove(varvara, PHONE)).headers["location"].endswith("said=phone_own")


async def test_a_second_card_is_shown_with_what_comes_of_both_and_joined(
    *, varvara: Person, shop: Shop, second: UUID, database: Database, cast: Cast, clock: SetClock
) -> None:
    offer = await offer_of(varvara)
    page = (await varvara.get(offer)).text
    assert f"Имя останется: {MEMBER}" in page
    for told in ("Вместе", "Объединить карты", "Оставить как есть", "потом не сможет никто"):
        assert told in page
    assert await holder(database, cast, clock) == second

    answer = await varvara.post(offer, do="join")

    assert answer.headers["location"].endswith("?said=cards_merged")
    assert await holder(database, cast, clock) == shop.member_id
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        assert (await check(tx, also=LAWS))[1] == ()
    history = (await varvara.get("/history")).text
    assert history.index("Две карты стали одной") < history.index("Покупка")
    again = await varvara.post(offer, do="join")
    assert again.status_code == httpx.codes.CONFLICT
    assert "предложение уже не действует" in again.text


async def test_leaving_both_is_as_easy(
    varvara: Person, second: UUID, database: Database, cast: Cast, clock: SetClock
) -> None:
    offer = await offer_of(varvara)
    answer = await varvara.post(offer, do="leave")

    assert answer.headers["location"].endswith("/profile?said=cards_left")
    assert await holder(database, cast, clock) == second
    assert (await varvara.get(offer)).status_code == httpx.codes.CONFLICT


async def test_who_has_come_in_long_ago_shows_once_more_who_they_are(
    varvara: Person, clock: SetClock
) -> None:
    clock.advance(timedelta(minutes=16))
    page = await varvara.get("/profile/phone")
    refused = await varvara.post("/profile/phone", phone=NEW_PHONE)

    assert "Войти заново" in page.text
    assert refused.status_code == httpx.codes.FORBIDDEN
    await varvara.post("/sign-out")
    await varvara.sign_in()
    assert (await prove(varvara)).headers["location"].endswith("said=phone_added")


async def test_a_code_proves_once_and_only_in_the_hands_of_who_asked(
    varvara: Person, app: Plushka, cast: Cast
) -> None:
    asked = await varvara.post("/profile/phone", phone=NEW_PHONE)
    code = await varvara.latest_code()
    wrong = await varvara.post("/profile/phone/code", token=token_of(asked), code="000000")
    assert "Осталось" in wrong.text
    first = await varvara.post("/profile/phone/code", token=token_of(asked), code=code)
    second = await varvara.post("/profile/phone/code", token=token_of(asked), code=code)

    assert first.headers["location"].endswith("said=phone_added")
    assert second.status_code == httpx.codes.CONFLICT
    assert "Запросите новый" in second.text
    async with browser_at(app) as browser:
        stranger = Person(browser, f"/app/{cast.anna.tenant_id}")
        refused = await stranger.post("/profile/phone/code", token=token_of(asked), code=code)
        assert refused.status_code == httpx.codes.UNAUTHORIZED


async def test_another_members_offer_is_not_there(
    *, varvara: Person, app: Plushka, cast: Cast, second: UUID, database: Database, clock: SetClock
) -> None:
    offer = await offer_of(varvara)
    async with browser_at(app) as browser:
        eve = Person(browser, varvara.home)
        await eve.sign_in("+79035556677")
        token = token_of(await eve.ask_for_code("+79035556677"))
        joined = await eve.post("/sign-in/code", token=token, code=await eve.latest_code())
        await eve.post("/sign-in/card", token=token_of(joined), name="Ева", personal_data="on")
        assert (await eve.get(offer)).status_code == httpx.codes.CONFLICT
        assert (await eve.post(offer, do="join")).status_code == httpx.codes.CONFLICT
        elsewhere = replace(eve, home=f"/app/{cast.eve.tenant_id}")
        assert (await elsewhere.post(offer, do="join")).status_code == httpx.codes.UNAUTHORIZED
    assert await holder(database, cast, clock) == second


async def test_of_two_presses_in_two_processes_one_joins(
    *,
    varvara: Person,
    second: UUID,
    settings: Settings,
    database: Database,
    cast: Cast,
    clock: SetClock,
) -> None:
    offer = await offer_of(varvara)
    async with started(settings, clock) as twin, browser_at(twin) as browser:
        browser.cookies = varvara.browser.cookies
        there = replace(varvara, browser=browser)
        answers = await asyncio.gather(varvara.post(offer, do="join"), there.post(offer, do="join"))

    assert sorted(answer.status_code for answer in answers) == [httpx.codes.SEE_OTHER, httpx.codes.CONFLICT]
    assert await holder(database, cast, clock) != second
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        assert await tx.fetchval("select count(*) from merges") == 1
        assert (await check(tx, also=LAWS))[1] == ()
