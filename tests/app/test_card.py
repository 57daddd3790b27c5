"""The card and the history of a member."""

import re
from datetime import timedelta
from io import BytesIO

import httpx
from msgspec import structs
from PIL import Image
from tests.app.conftest import NEW_PHONE, Person, token_of
from tests.conftest import SetClock
from tests.office.conftest import PHONE, Shop, plain, report
from tests.office.test_branding import picture
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.members.codes import TTL
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import list_programs
from plushka.engine.program import StampCard
from plushka.engine.stamp_parts import Gift, Spend, Visits
from plushka.platform.database import Database


def code_on(page: str) -> str:
    """Return the six digits that the card shows."""
    found = re.search(r"data-code>(\d{3} \d{3})<", page)
    assert found is not None, page
    return found[1]


async def test_the_card_tells_what_the_member_has_and_how_it_is_spent(varvara: Person) -> None:
    page = plain((await varvara.get()).text)

    assert re.search(r"text-figure[^>]*>\d+ бонус", page)
    assert "Оплатить можно до 50 % чека" in page


async def test_the_code_of_the_card_is_taken_at_the_till(app: Plushka, varvara: Person, cast: Cast) -> None:
    code = code_on((await varvara.get()).text)

    async with client_of(app, cast.anna.secret) as till:
        told = await report(till, "/v1/members/codes", {"code": code})

    assert told["member"]["name"].startswith("Варвара")


async def test_a_renewed_card_has_a_new_code_and_the_one_before_lives_on(
    app: Plushka, varvara: Person, cast: Cast, clock: SetClock
) -> None:
    before = code_on((await varvara.get()).text)
    clock.advance(TTL / 2)
    after = code_on((await varvara.get()).text)
    assert before != after

    async with client_of(app, cast.anna.secret) as till:
        assert (await till.post("/v1/members/codes", json={"code": before})).is_success
    clock.advance(TTL)
    async with client_of(app, cast.anna.secret) as till:
        assert (
            await till.post("/v1/members/codes", json={"code": after})
        ).status_code == httpx.codes.NOT_FOUND


async def test_every_entry_opens_to_why_it_is_so(varvara: Person, shop: Shop) -> None:
    history = (await varvara.get("/history")).text
    hrefs = re.findall(r'class="opener[^"]*" href="([^"]+)"', history)
    assert any(str(shop.receipt_id) in href for href in hrefs)

    for href in hrefs:
        assert (await varvara.browser.get(href)).status_code == httpx.codes.OK
    page = plain((await varvara.get(f"/history/{shop.receipt_id}")).text)

    assert "Почему так" in page
    assert "10 % от" in page
    assert "Капучино 0,3" in page


async def test_the_entries_of_others_are_not_there(
    app: Plushka, varvara: Person, shop: Shop, cast: Cast
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/members", {"phone": NEW_PHONE, "name": "Оля"})
        other = await report(till, "/v1/purchases", coffee("B-1", member={"phone": NEW_PHONE}))

    for document_id in (other["id"], shop.anonymous_id, cast.eve.tenant_id):
        assert (await varvara.get(f"/history/{document_id}")).status_code == httpx.codes.NOT_FOUND


async def test_a_newcomer_is_told_what_the_history_is_for(person: Person) -> None:
    asked = await person.sign_in(NEW_PHONE)
    await person.post("/sign-in/card", token=token_of(asked), name="Оля", personal_data="on")

    assert "Пока ничего не было" in (await person.get("/history")).text


async def test_a_session_lives_on_while_it_is_used(varvara: Person, clock: SetClock) -> None:
    for _ in range(3):
        clock.advance(timedelta(days=60))
        assert (await varvara.get()).status_code == httpx.codes.OK
    clock.advance(timedelta(days=91))
    assert (await varvara.get()).status_code == httpx.codes.UNAUTHORIZED


async def test_the_pages_may_be_framed_by_messengers_alone(varvara: Person) -> None:
    policy = (await varvara.get()).headers["content-security-policy"]

    assert "frame-ancestors https://web.telegram.org" in policy
    assert "unsafe" not in policy


async def test_the_app_can_be_put_on_the_home_screen(person: Person) -> None:
    manifest = (await person.get("/manifest.webmanifest")).json()
    worker = await person.browser.get("/app/worker.js")

    assert (manifest["name"], manifest["start_url"]) == ("Кофейня Анны", person.home)
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"


async def test_its_icon_is_the_businesss_own_once_it_has_a_logo(
    person: Person, anna: httpx.AsyncClient
) -> None:
    assert "/static/icon-180." in (await person.get("/sign-in")).text
    await anna.post(
        "/settings/branding",
        data={"color": "#336699", "card_style": "plain", "motto": ""},
        files={"logo": ("logo.png", picture(), "image/png")},
    )

    touch = re.search(r'rel="apple-touch-icon" href="([^"]+)"', (await person.get("/sign-in")).text)
    assert touch is not None
    (icon,) = (await person.get("/manifest.webmanifest")).json()["icons"]
    for address, side in ((touch[1], 180), (icon["src"], 512)):
        with Image.open(BytesIO((await person.browser.get(address)).content)) as drawn:
            assert (drawn.size, drawn.mode) == ((side, side), "RGB")
            assert drawn.getpixel((0, 0)) == (255, 255, 255)
            assert drawn.getpixel((side // 2, side // 2)) == (0x33, 0x66, 0x99)
    assert (await person.browser.get(f"{touch[1]}0")).status_code == httpx.codes.NOT_FOUND


async def test_the_programmes_picture_stands_on_the_card(
    varvara: Person, anna: httpx.AsyncClient, shop: Shop
) -> None:
    assert "/picture/" not in (await varvara.get()).text
    await anna.post(
        f"/engagement/programs/{shop.program_id}/name",
        data={"name": "Плюшки", "description": ""},
        files={"picture": ("cup.jpg", picture("JPEG"), "image/jpeg")},
    )

    shown = re.search(r'src="([^"]*/picture/[0-9a-f]+)"', (await varvara.get()).text)
    assert shown is not None
    assert (await varvara.browser.get(shown[1])).headers["content-type"] == "image/webp"
    assert (await varvara.browser.get(f"{shown[1]}0")).status_code == httpx.codes.NOT_FOUND


async def test_stamps_fill_the_card_and_a_gift_shows_its_code(
    app: Plushka, varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    coffee_card = StampCard(
        "coffee", "Кофейная карта", 2, Gift("Кофе в подарок", 30), counts=Visits(once_a_day=False)
    )
    goal = StampCard("goal", "Цель на месяц", 5_000_00, Gift("Свеча"), counts=Spend())
    async with database.transaction(cast.anna.tenant_id, actor="test:stamps", at=clock.now()) as tx:
        (program,) = await list_programs(tx)
        rules = structs.replace(CASHBACK, cards=(coffee_card, goal))
        await publish(tx, program_id=program.id, program=rules, valid_from=tx.at)
    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("S-1", member={"phone": PHONE}))
        page = plain((await varvara.get()).text)
        assert page.count("data-there") == 1
        assert [told for told in ("Кофейная карта", "1 из 2", "Цель на месяц") if told not in page] == []
        assert re.search(r"1 000,00 ₽ из 5 000,00 ₽|1 000 ₽ из 5 000 ₽", page)
        assert "Подарки для вас" not in page
        await report(till, "/v1/purchases", coffee("S-2", member={"phone": PHONE}))
        page = plain((await varvara.get()).text)
        code = re.search(r">\s*([A-Z2-9]{4}-[A-Z2-9]{4})\s*<", page)
        assert code is not None
        assert "Кофе в подарок" in page
        gift = (await till.get("/v1/rewards", params={"code": code[1]})).json()
        assert (await till.post(f"/v1/rewards/{gift['id']}/redeem")).is_success
    assert "Подарки для вас" not in (await varvara.get()).text
