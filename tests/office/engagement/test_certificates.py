"""Certificates in the office: kinds, batches, one with its journal, what is owed, paper and picture."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PHONE, plain
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.certificates.numbers import ALPHABET
from plushka.platform.database import Database

Issue = Callable[..., Awaitable[list[str]]]
PATH = "/engagement/certificates"
KIND = {
    "name": "Подарочный",
    "amounts": "fixed",
    "nominals": "1000, 3000",
    "life": "12",
    "life_unit": "months",
    "in_parts": "on",
    "needs_pin": "on",
}


async def make_kind(browser: httpx.AsyncClient, **typed: str) -> str:
    """Make a kind and return its id."""
    answer = await browser.post(f"{PATH}/kinds", data={**KIND, **typed})
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    found = re.search(rf"{PATH}/kinds/([^/]+)/retire", (await browser.get(f"{PATH}/kinds")).text)
    assert found is not None
    return found[1]


@pytest.fixture
def issue(anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str) -> Issue:
    """Make certificates of 1000 ₽ and return the addresses of the pages of those that the list shows first."""

    async def make(count: int = 1) -> list[str]:
        type_id = await make_kind(anna)
        answer = await anna.post(PATH, data={"type": type_id, "count": str(count), "amount_minor": "1000"})
        assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
        await do_all_tasks(database, clock, owner_dsn)
        return re.findall(rf'href="({PATH}/[0-9a-f-]{{36}})"', (await anna.get(PATH)).text)

    return make


async def test_a_batch_is_made_listed_found_and_exported_with_pins(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str, issue: Issue
) -> None:
    pages = await issue(count=60)
    assert len(pages) == 50
    listed = await anna.get(PATH)
    assert "Найдено: 60" in plain(listed.text)
    more = re.search(rf'href="({PATH}\?[^"]*before=[^"]*)"', listed.text)
    assert more is not None
    rest = await anna.get(more[1].replace("&amp;", "&"))
    assert len(re.findall(rf'href="{PATH}/[0-9a-f-]{{36}}"', rest.text)) == 10
    number = re.findall(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{2}}", listed.text)[7]
    assert "Найдено: 1" in plain((await anna.get(PATH, params={"number": number.lower()})).text)
    assert "Ничего не найдено" in plain((await anna.get(PATH, params={"state": "active"})).text)

    answer = await anna.post(f"{PATH}/export?number={number}")
    await do_all_tasks(database, clock, owner_dsn)
    (row,) = (await anna.get(f"{answer.headers['location']}/file")).text.splitlines()[1:]
    assert re.fullmatch(rf"{number};\d{{4}};Подарочный;не продан;1000,00;0,00;;", row)


async def test_one_is_sold_used_blocked_prolonged_and_told(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, issue: Issue
) -> None:
    (page,) = await issue()
    sheet = plain((await anna.get(f"{page}/sheet?size=a6")).text)
    pin = re.search(r"PIN-код (\d{4})", sheet)
    number = re.search(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{2}}", sheet)
    assert pin is not None
    assert number is not None
    assert (await anna.post(f"{page}/sell", data={})).status_code == httpx.codes.SEE_OTHER
    async with client_of(app, cast.anna.secret) as till:
        await till.post("/v1/members", json={"phone": PHONE})
        tender = {"certificate": number[0], "pin": pin[1], "amount_minor": 40000}
        assert (await till.post("/v1/purchases", json=coffee("C", tenders=[tender]))).status_code == 201
    told = plain((await anna.get(page)).text)
    for text in ("600,00 ₽", "Оплата покупки", "Продажа сертификата"):
        assert text in told, text

    for action, typed in (
        ("block", {"reason": "потерян"}),
        ("unblock", {"reason": "нашёлся"}),
        ("extend", {"last_on": "2028-01-01", "extend_reason": "просили"}),
        ("transfer", {"member": PHONE, "transfer_reason": "подарили"}),
        ("pin", {}),
    ):
        answer = await anna.post(f"{page}/{action}", data=typed)
        assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    told = plain((await anna.get(page)).text)
    for text in ("потерян", "нашёлся", "просили", "подарили", "Чей:"):
        assert text in told, text
    assert pin[1] not in plain((await anna.get(f"{page}/sheet")).text) or pin[1] == "2028"

    owed = plain((await anna.get(f"{PATH}/liability")).text)
    assert "600,00 ₽" in owed
    file = (await anna.get(f"{PATH}/liability.csv")).text
    assert "Подарочный;1;1000,00;400,00;0,00;1;600,00" in file


async def test_what_is_wrong_is_said_at_its_field_and_stays_typed(
    anna: httpx.AsyncClient, issue: Issue
) -> None:
    wrong = await anna.post(f"{PATH}/kinds", data={**KIND, "nominals": "тысяча", "name": "Мой вид"})
    assert wrong.status_code == 422
    assert "через запятую" in plain(wrong.text)
    assert 'value="Мой вид"' in wrong.text
    bounds = {**KIND, "amounts": "any", "amount_min": "500", "amount_max": "100"}
    assert (await anna.post(f"{PATH}/kinds", data=bounds)).status_code == 422

    (page,) = await issue()
    assert (await anna.post(f"{page}/block", data={"reason": ""})).status_code == 422
    stranger = await anna.post(f"{page}/sell", data={"member": "+79990000000"})
    assert (stranger.status_code, "+79990000000" in stranger.text) == (422, True)
    again = await anna.post(PATH, data={"type": str(UUID(int=1)), "count": "1"})
    assert again.status_code == 422


async def test_a_picture_for_a_messenger(anna: httpx.AsyncClient, issue: Issue) -> None:
    (page,) = await issue()
    picture = await anna.get(f"{page}/picture.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


async def test_eve_sees_nothing(anna: httpx.AsyncClient, eve: httpx.AsyncClient, issue: Issue) -> None:
    (page,) = await issue()
    for address in (page, f"{page}/sheet", f"{page}/picture.png"):
        assert (await eve.get(address)).status_code == 404
    assert (await eve.post(f"{page}/block", data={"reason": "моё"})).status_code in (404, 422)
    assert "Сертификатов пока нет" in plain((await eve.get(PATH)).text)
    assert "потерян" not in plain((await anna.get(page)).text)
