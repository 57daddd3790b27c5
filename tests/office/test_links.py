"""Registration links, and the page behind them."""

import re

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop, browser_at, email_of, plain, signed_in
from tests.pos.conftest import Cast, client_of, coffee, started

from plushka.app import Plushka
from plushka.domain.members.consents import list_consents
from plushka.domain.members.model import Identity
from plushka.domain.members.pace import TRIES_MAX, WINDOW
from plushka.domain.members.queries import find_member
from plushka.platform.database import Database
from plushka.platform.settings import Settings

NEW_PHONE = "8 903 111-22-33"
NEWCOMER = Identity("phone", "+79031112233")
CONSENTS = {"personal_data": "on", "marketing": "on"}


async def make_link(browser: httpx.AsyncClient, name: str = "Табличка у кассы") -> tuple[str, str]:
    """Make a link and return its page in the office and its public path."""
    answer = await browser.post("/engagement/links", data={"name": name, "branch": "", "cashier": "Ира"})
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    page = answer.headers["location"]
    found = re.search(r"/join/[a-z0-9]+", (await browser.get(page)).text)
    assert found is not None
    return page, found[0]


async def test_a_stranger_enrols_by_phone_and_is_seen_where_they_came_from(
    app: Plushka, anna: httpx.AsyncClient, stranger: httpx.AsyncClient, cast: Cast
) -> None:
    page, path = await make_link(anna)
    assert "Кофейня Анны" in (await stranger.get(path)).text

    answer = await stranger.post(path, data={"phone": NEW_PHONE, "name": "Оля", **CONSENTS})

    assert answer.status_code == httpx.codes.OK
    assert "+79031112233" in answer.text
    assert "Если вы уже участник, карта действует" in answer.text
    async with client_of(app, cast.anna.secret) as till:
        seen = (await till.get("/v1/members", params={"phone": NEW_PHONE})).json()
        bought = await till.post("/v1/purchases", json=coffee("J-1", member={"phone": NEW_PHONE}))
    assert (seen["is_unverified"], bought.status_code) == (True, 201)
    told = plain((await anna.get(page)).text)
    assert "100 % от открывших" in told
    assert "100 % от записавшихся" in told
    card = (await anna.get(f"/members/{seen['id']}")).text
    assert "по ссылке «Табличка у кассы»" in card
    assert "телефон не подтверждён" in card


async def test_whether_a_phone_is_known_is_never_told(
    *,
    anna: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    shop: Shop,
    database: Database,
    cast: Cast,
    clock: SetClock,
) -> None:
    _, path = await make_link(anna)

    unknown = await stranger.post(path, data={"phone": NEW_PHONE, **CONSENTS})
    known = await stranger.post(path, data={"phone": PHONE, "name": "Чужой", **CONSENTS})

    assert known.status_code == unknown.status_code
    assert known.text.replace(PHONE, "…") == unknown.text.replace(NEWCOMER.value, "…")
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        member = await find_member(tx, Identity("phone", PHONE))
        assert member is not None
        assert (member.id, member.name, member.is_unverified) == (shop.member_id, MEMBER, False)
        assert await list_consents(tx, shop.member_id) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"phone": NEW_PHONE, "marketing": "on"}, "Без этого согласия"),
        ({"phone": "12", **CONSENTS}, "Это не номер телефона"),
        ({"phone": "", **CONSENTS}, "Заполните"),
    ],
)
async def test_what_is_wrong_is_told_and_what_was_typed_stays(
    *,
    anna: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    database: Database,
    cast: Cast,
    clock: SetClock,
    typed: dict[str, str],
    told: str,
) -> None:
    _, path = await make_link(anna)

    answer = await stranger.post(path, data={"name": "Оля", **typed})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert told in answer.text
    assert 'value="Оля"' in answer.text
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        assert await find_member(tx, NEWCOMER) is None


async def test_who_tries_many_phones_has_to_wait(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient, clock: SetClock, settings: Settings
) -> None:
    _, path = await make_link(anna)
    for last in range(TRIES_MAX):
        answer = await stranger.post(path, data={"phone": f"8 903 111-22-{last:02}", **CONSENTS})
        assert answer.status_code == httpx.codes.OK

    refused = await stranger.post(path, data={"phone": NEW_PHONE, **CONSENTS})
    async with started(settings, clock) as another, browser_at(another) as elsewhere:
        again = await elsewhere.post(path, data={"phone": NEW_PHONE, **CONSENTS})
    clock.advance(WINDOW)
    let_in = await stranger.post(path, data={"phone": NEW_PHONE, **CONSENTS})

    assert refused.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert again.status_code == httpx.codes.TOO_MANY_REQUESTS, "another process counts on"
    assert "Слишком много попыток" in refused.text
    assert let_in.status_code == httpx.codes.OK


async def test_an_ipv6_network_has_one_pace(app: Plushka, anna: httpx.AsyncClient) -> None:
    _, path = await make_link(anna)
    answers = []
    for last in range(TRIES_MAX + 1):
        async with browser_at(app, address=f"2001:db8::{last:x}") as browser:
            answers.append(await browser.post(path, data={"phone": f"8 903 111-22-{last:02}", **CONSENTS}))

    assert answers[-2].status_code == httpx.codes.OK
    assert answers[-1].status_code == httpx.codes.TOO_MANY_REQUESTS


async def test_a_closed_link_and_an_unknown_one_enrol_nobody(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    page, path = await make_link(anna)
    await anna.post(f"{page}/close")

    closed = await stranger.post(path, data={"phone": NEW_PHONE, **CONSENTS})
    unknown = await stranger.get("/join/nothing")

    assert (closed.status_code, unknown.status_code) == (httpx.codes.CONFLICT, httpx.codes.NOT_FOUND)
    assert "Эта ссылка закрыта" in closed.text
    await anna.post(f"{page}/open")
    assert (await stranger.get(path)).status_code == httpx.codes.OK


async def test_the_code_is_downloaded_and_printed(anna: httpx.AsyncClient) -> None:
    page, path = await make_link(anna)

    svg, png = await anna.get(f"{page}/qr.svg"), await anna.get(f"{page}/qr.png")

    assert svg.content.startswith(b"<?xml")
    assert png.content.startswith(b"\x89PNG")
    assert path.removeprefix("/join/") in svg.headers["content-disposition"]
    for size in ("a4", "a6"):
        sheet = (await anna.get(f"{page}/sheet", params={"size": size})).text
        assert f"print-sheet-{size}" in sheet
        assert path in sheet


async def test_a_link_needs_a_name(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/engagement/links", data={"name": " ", "cashier": "Ира"})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'value="Ира"' in answer.text


@pytest.mark.usefixtures("staff")
async def test_eve_and_a_cashier_do_not_see_annas_links(
    app: Plushka, anna: httpx.AsyncClient, eve: httpx.AsyncClient
) -> None:
    page, _ = await make_link(anna)

    assert (await eve.get(page)).status_code == httpx.codes.NOT_FOUND
    assert "Табличка у кассы</a>" not in (await eve.get("/engagement/links")).text
    assert (await eve.post(f"{page}/close")).status_code == httpx.codes.NOT_FOUND
    async with signed_in(app, email_of("cashier")) as browser:
        assert (await browser.get(page)).status_code == httpx.codes.FORBIDDEN
