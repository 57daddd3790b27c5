"""A member sees their own certificates, with the PIN that the till asks for, and nobody else's."""

import re

from tests.app.conftest import Person
from tests.conftest import SetClock
from tests.office.conftest import PHONE, plain, report
from tests.pos.conftest import Cast, client_of, new_certificate

from plushka.app import Plushka
from plushka.domain.certificates.numbers import shown
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
