"""One person, several businesses: going from one to another, and being let into no other."""

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain, signed_in
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.staff.operations import hire
from plushka.domain.staff.queries import find_credentials
from plushka.platform.database import Database


@pytest.fixture
async def anna_at_two(
    database: Database, clock: SetClock, cast: Cast, staff: dict[str, str], shop: Shop
) -> str:
    """Let Anna be a cashier in Eve's bakery too; return her e-mail. Her own coffee shop has receipts."""
    del shop
    async with database.global_transaction(actor="test:cast", at=clock.now()) as tx:
        credentials = await find_credentials(tx, staff["owner"])
    assert credentials is not None
    async with database.transaction(cast.eve.tenant_id, actor="test:cast", at=clock.now()) as tenant_tx:
        await hire(tenant_tx, account_id=credentials.account_id, role="cashier")
    return staff["owner"]


async def test_she_goes_to_the_other_business_and_is_there_when_she_signs_in_again(
    app: Plushka, cast: Cast, anna_at_two: str
) -> None:
    async with signed_in(app, anna_at_two) as browser:
        home = await browser.get("/receipts")
        assert f"/businesses/{cast.eve.tenant_id}/enter" in home.text
        assert f"/businesses/{cast.anna.tenant_id}/enter" not in home.text
        assert "A-1" in home.text

        entered = await browser.post(f"/businesses/{cast.eve.tenant_id}/enter")
        assert entered.status_code == httpx.codes.SEE_OTHER
        arrived = await browser.get(entered.headers["location"])
        assert "Теперь вы здесь: Пекарня Евы" in plain(arrived.text)
        assert "A-1" not in (await browser.get("/receipts")).text
        assert (await browser.get("/")).status_code == httpx.codes.FORBIDDEN

    async with signed_in(app, anna_at_two) as browser:
        again = await browser.get("/receipts")
        assert f"/businesses/{cast.anna.tenant_id}/enter" in again.text


async def test_nobody_is_let_into_a_business_they_do_not_work_for(
    anna: httpx.AsyncClient, cast: Cast, shop: Shop
) -> None:
    refused = await anna.post(f"/businesses/{cast.eve.tenant_id}/enter")
    assert refused.status_code == httpx.codes.NOT_FOUND
    assert "Пекарня Евы" not in refused.text
    assert str(shop.receipt_id) in (await anna.get("/receipts")).text


async def test_who_works_in_one_business_and_owns_none_has_nothing_to_choose(
    app: Plushka, staff: dict[str, str]
) -> None:
    async with signed_in(app, staff["cashier"]) as browser:
        page = await browser.get("/receipts")
    assert "/businesses/" not in page.text
