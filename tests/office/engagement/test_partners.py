"""Partners in the office and the app: Anna and Boris' neighbour share codes, and a stranger sees nothing (F78–F80)."""

import re

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import EVE, plain
from tests.office.engagement.test_coupons import PATH as COUPONS
from tests.office.engagement.test_coupons import made
from tests.pos.conftest import Cast

from plushka.domain.audit.queries import list_entries
from plushka.platform.database import Database

PATH = "/engagement/partners"


async def invited(browser: httpx.AsyncClient, **typed: str) -> str:
    """Make an invitation and return its link."""
    page = (await browser.post(PATH, data={"email": "", **typed})).text
    found = re.search(rf"{PATH}/join/[\w-]+", page)
    assert found is not None, plain(page)
    return found[0]


@pytest.fixture
async def partnership(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> str:
    """Anna has invited Eve's business: here Eve is the partner."""
    link = await invited(anna)
    assert "приглашает" in plain((await eve.get(link)).text)
    accepted = await eve.post(link)
    assert accepted.status_code == httpx.codes.SEE_OTHER
    return accepted.headers["location"]


async def test_a_coupon_is_given_counted_and_printed(  # noqa: PLR0917
    anna: httpx.AsyncClient,
    eve: httpx.AsyncClient,
    partnership: str,
    cast: Cast,
    database: Database,
    clock: SetClock,
) -> None:
    coupon = await made(anna, codes="\n".join(f"C-{number}" for number in range(12)))
    given = await anna.post(
        f"{partnership}/offers",
        data={"coupon": coupon.rsplit("/", 1)[1], "gives": "Кофе в подарок соседям"},
    )
    assert given.status_code == httpx.codes.SEE_OTHER, plain(given.text)
    page = (await eve.get(partnership)).text
    assert "Кофе в подарок соседям" in page
    assert "Оплачено" not in plain(page)
    offer = re.search(rf"{PATH}/offers/[0-9a-f-]+", page)
    assert offer is not None
    printed = await eve.post(f"{offer[0]}/print", data={"count": "10"})
    sheet = (await eve.get(printed.headers["location"])).text
    assert (sheet.count("print-card-code"), "C-11" in sheet) == (10, True)
    refused = await eve.post(f"{offer[0]}/print", data={"count": "3"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Столько кодов уже не осталось" in plain(refused.text)
    assert (await eve.post(f"{offer[0]}/sums/show")).status_code == httpx.codes.NOT_FOUND
    await anna.post(f"{offer[0]}/sums/show")
    assert "Оплачено" in plain((await eve.get(partnership)).text)
    await anna.post(f"{coupon}/stop")
    assert "остановлен" in plain((await eve.get(partnership)).text)
    await anna.post(f"{coupon}/resume")
    for hidden in ("hide", "show"):
        assert (await eve.post(f"{offer[0]}/hidden/{hidden}")).status_code == httpx.codes.SEE_OTHER
    await anna.post(f"{offer[0]}/sums/hide")
    await eve.post(f"{partnership}/end")
    assert "Партнёров пока нет" in (await anna.get(PATH)).text
    trails = []
    for caller in (cast.anna, cast.eve):
        async with database.transaction(caller.tenant_id, actor="test", at=clock.now()) as tx:
            entries = await list_entries(tx, limit=100)
        trails.append({entry.action for entry in entries if entry.action.startswith(("offer", "partner"))})
    assert trails == [
        {"partnership.invite", "offer.give", "offer.show_sums", "offer.hide_sums"},
        {"partnership.accept", "offer.print", "offer.hide", "offer.show", "partnership.end"},
    ]


async def test_an_invitation_to_an_address_shows_in_the_office_of_that_person(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient
) -> None:
    await invited(anna, email=EVE)
    page = (await eve.get(PATH)).text
    found = re.search(r'name="invitation" value="([0-9a-f-]+)"', page)
    assert found is not None, plain(page)
    accepted = await eve.post(f"{PATH}/accept", data={"invitation": found[1]})
    assert accepted.headers["location"] == f"{PATH}/{found[1]}"
    assert 'name="invitation"' not in (await eve.get(PATH)).text


async def test_what_cannot_be_is_told(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    link = await invited(anna)
    assert "ваше собственное приглашение" in plain((await anna.get(link)).text)
    assert "Такого приглашения нет" in plain((await eve.get(f"{PATH}/join/nothing")).text)
    assert "Это не адрес почты" in plain((await anna.post(PATH, data={"email": "eve"})).text)
    await eve.post(link)
    again = await eve.post(link)
    assert again.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "уже принято" in plain(again.text)


async def test_a_stranger_sees_no_partnership(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    await made(anna)
    await invited(anna)
    waiting = re.search(rf"{PATH}/[0-9a-f-]{{36}}", (await anna.get(PATH)).text)
    assert waiting is not None
    for method, path in (("GET", waiting[0]), ("POST", f"{waiting[0]}/end")):
        assert (await eve.request(method, path)).status_code == httpx.codes.NOT_FOUND
    assert "Партнёров пока нет" in (await eve.get(PATH)).text
    assert "Купонов пока нет" in (await eve.get(COUPONS)).text
