"""A promo code by its QR: kept for a member, waiting for who gets a card first, told to nobody who guesses (F79)."""

from datetime import timedelta

import httpx
import pytest
from msgspec import structs
from tests.app.conftest import NEW_PHONE, Person, token_of
from tests.conftest import SetClock
from tests.office.conftest import PHONE, Shop, plain
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.coupons.tries import NETWORK_MAX
from plushka.domain.partners.inviting import accept, get_invitation, invite
from plushka.domain.partners.offering import offer_coupon
from plushka.domain.partners.queries import get_offer
from plushka.domain.programs.operations import publish
from plushka.engine.conditions import Coupon
from plushka.engine.program import EarningRule, Fixed
from plushka.platform.database import Database


@pytest.fixture(autouse=True)
async def word(shop: Shop, cast: Cast, database: Database, clock: SetClock) -> None:
    """A word that gives 200 points, once to each member."""
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        coupon = await create_coupon(
            tx, name="Подарок соседям", last_on=clock.now().date(), limits=Limits(uses_per_member=1)
        )
        await add_codes(tx, coupon, ["СОСЕДИ-1"])
        rule = EarningRule("gift", "Подарок", Fixed(200), when=Coupon((coupon.key,)), policy="stack")
        program = structs.replace(CASHBACK, earning=(*CASHBACK.earning, rule))
        await publish(tx, program_id=shop.program_id, program=program, valid_from=tx.at)


async def test_a_member_has_it_put_by_and_comes_to_the_till_with_it(
    varvara: Person, app: Plushka, cast: Cast
) -> None:
    page = plain((await varvara.get("/codes/соседи-1")).text)
    assert "Подарок соседям" in page
    assert "Код на вашей карте" in page
    assert "СОСЕДИ-1" in (await varvara.get()).text
    async with client_of(app, cast.anna.secret) as till:
        asked = (await till.get("/v1/members", params={"phone": PHONE})).json()
        assert asked["coupons"] == [{"code": "СОСЕДИ-1", "coupon": "Подарок соседям"}]
        url = "https://a.example/app/x/codes/%D0%A1%D0%9E%D0%A1%D0%95%D0%94%D0%98-1"
        sold = await till.post(
            "/v1/purchases", json=coffee("C-1", member={"phone": PHONE}) | {"coupon_codes": [url]}
        )
        assert sold.json()["decision"]["coupons"][0]["reason"] is None
    assert "СОСЕДИ-1" not in (await varvara.get()).text


async def test_it_waits_for_a_stranger_until_they_have_a_card(person: Person) -> None:
    page = plain((await person.get("/codes/СОСЕДИ-1")).text)
    assert "код будет ждать" in page
    proved = await person.sign_in(NEW_PHONE)
    await person.post("/sign-in/card", token=token_of(proved), name="Новая", personal_data="on")
    card = (await person.get()).text
    assert "СОСЕДИ-1" in card
    assert "plushka_code" not in person.browser.cookies


async def test_a_partners_code_is_taken_once_and_leads_to_the_partner(
    varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    """Eve's business gives, Anna's hands out."""
    eve, anna = cast.eve.tenant_id, cast.anna.tenant_id
    async with database.transaction(eve, actor="test:eve", at=clock.now()) as tx:
        partnership_id, token = await invite(tx)
        coupon = await create_coupon(tx, name="Букет")
        await add_codes(tx, coupon, ["FLOWER-1"])
    async with database.transaction(anna, actor="test:anna", at=clock.now()) as tx:
        await accept(tx, await get_invitation(tx, token))
    async with database.transaction(eve, actor="test:eve", at=clock.now()) as tx:
        offer_id = await offer_coupon(tx, partnership_id, coupon, gives="Роза в подарок", shows_sums=False)
    page = plain((await varvara.get()).text)
    assert "От друзей" in page
    assert "Роза в подарок" in page
    assert "FLOWER-1" not in page
    for _ in range(2):
        await varvara.post(f"/partner-offers/{offer_id}/take")
    page = (await varvara.get("?said=partner_code")).text
    assert "FLOWER-1" in page
    assert f"/app/{eve}/codes/FLOWER-1" in page
    async with database.transaction(eve, actor="test:eve", at=clock.now()) as tx:
        assert (await get_offer(tx, offer_id)).handed == 1


async def test_wrong_ones_are_told_alike_and_who_guesses_waits(person: Person, clock: SetClock) -> None:
    answers = [(await person.get(f"/codes/GUESS{number}")).status_code for number in range(NETWORK_MAX)]
    assert set(answers) == {httpx.codes.NOT_FOUND}
    assert (await person.get("/codes/СОСЕДИ-1")).status_code == httpx.codes.TOO_MANY_REQUESTS
    clock.at += timedelta(minutes=11)
    assert (await person.get("/codes/СОСЕДИ-1")).status_code == httpx.codes.OK
    clock.at += timedelta(days=1)
    assert (await person.get("/codes/СОСЕДИ-1")).status_code == httpx.codes.NOT_FOUND
