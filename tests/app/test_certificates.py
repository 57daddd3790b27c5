"""A member sees their own certificates, with the PIN that the till asks for, and nobody else's."""

import re

import httpx
from tests.app.conftest import Person
from tests.conftest import SetClock
from tests.office.conftest import PHONE, plain, report
from tests.pos.conftest import Cast, client_of, new_certificate

from plushka.app import Plushka
from plushka.domain.certificates.numbers import shown
from plushka.domain.certificates.ordering import OPEN_MAX
from plushka.platform.database import Database


async def test_who_bought_one_with_the_card_finds_it_in_the_app(
    app: Plushka, varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    own = await new_certificate(database, clock, cast.anna, needs_pin=True)
    others = await new_certificate(database, clock, cast.anna)
    assert "Подарочные сертификаты" not in plain((await varvara.get()).text)
    async with client_of(app, cast.anna.secret) as till:
        body = {"external_id": "C-1", "certificate": own, "member": {"phone": PHONE}}
        await report(till, "/v1/certificates/sales", body)
        await report(till, "/v1/certificates/sales", {"external_id": "C-2", "certificate": others})
        page = plain((await varvara.get()).text)
        assert shown(own) in page
        assert "1 000,00 ₽" in page.replace("\u00a0", " ")
        assert shown(others) not in page
        pin = re.search(r"code text-lead\">(\d{4})<", page)
        assert pin is not None
        checked = await report(till, "/v1/certificates/check", {"certificate": own, "pin": pin[1]})
    assert checked["balance_minor"] == 100000
    data = (await varvara.get("/profile/data.json")).json()
    assert [(one["number"], one["balance_minor"]) for one in data["certificates"]] == [(own, 100000)]
    assert shown(own) in plain((await varvara.get("/profile/data")).text)


async def test_one_is_ordered_in_the_app_and_paid_for_at_the_till(
    app: Plushka, varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    await new_certificate(database, clock, cast.anna)
    assert "Купить подарочный сертификат" in plain((await varvara.get()).text)
    page = (await varvara.get("/certificates")).text
    kind = re.search(r'name="type" value="([0-9a-f-]+)"', page)
    assert kind is not None
    refused = await varvara.post("/certificates", type=kind[1], amount="7")
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    for _ in range(OPEN_MAX):
        assert (await varvara.post("/certificates", type=kind[1], amount="1000")).is_redirect
    again = await varvara.post("/certificates", type=kind[1], amount="1000")
    assert "Сначала оплатите один из них" in plain(again.text)
    number = re.search(r'class="code text-lead">([2-9A-Z -]+)<', (await varvara.get("/certificates")).text)
    assert number is not None
    assert number[1] not in (await varvara.get()).text
    async with client_of(app, cast.anna.secret) as till:
        sold = await report(till, "/v1/certificates/sales", {"external_id": "C-1", "certificate": number[1]})
    assert sold["certificate"]["balance_minor"] == 100000, sold
    card = (await varvara.get()).text
    assert number[1] in card
    assert number[1] not in (await varvara.get("/certificates")).text
    picture = re.search(r"/certificates/[0-9a-f-]+/picture\.png", card)
    assert picture is not None
    assert (await varvara.get(picture[0])).content.startswith(b"\x89PNG")
