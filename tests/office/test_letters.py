"""Letters in the office: templates written, looked at, tested; rules; and what a member was written."""

import re
from datetime import timedelta
from io import BytesIO

import httpx
import pytest
from PIL import Image
from tests.conftest import SetClock
from tests.domain.messages.recipients import connect_bots, letter
from tests.office.conftest import PHONE, Shop, browser_at, email_of, plain, signed_in
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.grouping import group_now
from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import Identity
from plushka.domain.messages.letters import post
from plushka.domain.messages.templates.ready import READY
from plushka.domain.programs.operations import enroll
from plushka.platform.database import Database

PATH = "/campaigns/templates"
BORIS = "+79990000107"
TYPED = {
    "name": "Привет",
    "purpose": "marketing",
    "text_ru": "Здравствуйте, {first_name|друг}! У вас {balance}.",
    "label_0_ru": "Карта",
    "preview_language": "ru",
}


async def made(browser: httpx.AsyncClient, **typed: str) -> str:
    """Write a template and return the address of its page."""
    answer = await browser.post(f"{PATH}/new", data={**TYPED, **typed})
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    return answer.headers["location"]


async def test_a_ready_template_is_taken_and_shown_as_it_arrives(anna: httpx.AsyncClient) -> None:
    assert plain((await anna.get(PATH)).text).count("Скучаем") == 1
    labels = {button.labels["ru"] for ready in READY.values() for button in ready.body.buttons}
    assert labels == {"Открыть карту", "Вернуться к корзине"}
    for key, ready in READY.items():
        page = plain((await anna.get(f"{PATH}/new?from={key}")).text)
        assert {label for label in labels if label in page} == {
            button.labels["ru"] for button in ready.body.buttons
        }
        assert "Знак" not in page
    assert "Анна, давно вас не видели" in plain((await anna.get(f"{PATH}/new?from=miss_you")).text)


async def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(anna: httpx.AsyncClient) -> None:
    answer = await anna.post(f"{PATH}/new", data={**TYPED, "text_ru": "Привет, {имя}!", "text_en": "Hi"})
    page = plain(answer.text)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Знак 9: переменной «имя» нет" in page
    assert "У каждой кнопки должен быть текст на этом языке" in page
    assert "Привет, {имя}!" in page


async def test_a_preview_is_of_a_channel_and_of_a_member(anna: httpx.AsyncClient) -> None:
    sms = plain((await anna.post(f"{PATH}/preview", data={**TYPED, "preview_channel": "sms"})).text)
    assert "Здравствуйте, Анна! У вас 120 бонусов." in sms
    assert "Знаков: 38, частей: 1." in sms
    assert "В SMS нет кнопок" in sms
    assert "В SMS нет кнопок" not in plain((await anna.post(f"{PATH}/preview", data=TYPED)).text)
    mail = {**TYPED, "preview_channel": "email", "subject_ru": "Для {name|вас}", "preview_member": "nobody"}
    told = plain((await anna.post(f"{PATH}/preview", data=mail)).text)
    assert "Для Анна" in told
    assert "Клиента с таким телефоном, картой или почтой нет." in told


async def test_a_template_is_changed_pictured_copied_and_put_away(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    page = await made(anna)
    drawn = BytesIO()
    Image.new("RGBA", (20, 20)).save(drawn, "PNG")
    answer = await anna.post(
        page, data={**TYPED, "revision": "1"}, files={"picture": ("p.png", drawn.getvalue(), "image/png")}
    )
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    text = (await anna.get(page)).text
    address = text.split(f'src="{page}/picture/')[1].split('"')[0]
    assert (await anna.get(f"{page}/picture/{address}")).headers["content-type"] == "image/jpeg"
    home = f"/app/{cast.anna.tenant_id}/templates/{page.rpartition('/')[2]}/picture"
    async with browser_at(app) as stranger:
        shown = await stranger.get(f"{home}/{address}")
        assert (shown.headers["content-type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")
        assert (await stranger.get(f"{home}/0123456789abcdef")).status_code == httpx.codes.NOT_FOUND
    told = set()
    for channel in ("sms", "push", "telegram"):
        typed = {**TYPED, "template_id": page.rpartition("/")[2], "preview_channel": channel}
        shown = await anna.post(f"{PATH}/preview", data=typed)
        if "По этому каналу картинка не уходит" in plain(shown.text):
            told.add(channel)
    assert told == {"sms"}
    stale = await anna.post(page, data={**TYPED, "name": "Поздно", "revision": "1"})
    assert stale.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Поздно" in stale.text
    assert (await anna.post(f"{page}/picture/removal")).status_code == httpx.codes.SEE_OTHER
    assert f"{page}/picture/" not in (await anna.get(page)).text.replace("picture/removal", "")
    copy = (await anna.post(f"{page}/copy")).headers["location"]
    assert "Привет — копия" in plain((await anna.get(copy)).text)
    await anna.post(f"{page}/archive")
    assert f'href="{page}"' not in (await anna.get(PATH)).text
    assert f'href="{page}"' in (await anna.get(f"{PATH}?shown=archive")).text


async def test_a_test_goes_at_once_to_who_agreed_and_stands_on_their_card(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, shop: Shop, cast: Cast
) -> None:
    page = await made(anna)
    typed = {"test_member": PHONE, "test_channel": "telegram"}
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await connect_bots(tx)
        await bind_address(tx, shop.member_id, Address("telegram", "1"), language="ru")
    refused = await anna.post(f"{page}/test", data=typed)
    assert "не согласен на рекламу" in plain(refused.text)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await note_consent(tx, shop.member_id, "marketing", is_given=True, source="till")
    unreachable = await anna.post(f"{page}/test", data={**typed, "test_channel": "vk"})
    assert "нельзя написать по этому каналу" in plain(unreachable.text)
    assert (await anna.post(f"{page}/test", data=typed)).status_code == httpx.codes.SEE_OTHER
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await post(tx, [letter(shop.member_id, route=("max",))])
    card = plain((await anna.get(f"/members/{shop.member_id}/letters")).text)
    assert "ждёт" in card
    assert "нет канала, по которому можно написать" in card
    failed = plain((await anna.get(f"/members/{shop.member_id}/letters?fate=failed")).text)
    assert "нет канала, по которому можно написать" in failed
    assert "ждёт" not in failed
    by_vk = plain((await anna.get(f"/members/{shop.member_id}/letters?channel=vk&fate=waits")).text)
    assert "Таких сообщений нет" in by_vk


async def test_rules_are_saved_and_what_is_wrong_is_told(anna: httpx.AsyncClient) -> None:
    channels = ("telegram", "max", "vk", "push", "email", "sms", "inbox")
    typed = {f"place_{channel}": str(place) for place, channel in enumerate(channels, start=1)}
    typed |= {"quiet_from": "22:30", "quiet_until": "08:00", "cap_letters": "3", "cap_days": "7"}
    typed |= {
        "move_on_minutes": "15",
        "cost_sms": "4,50",
        "offers_vk": "on",
        "place_vk": "1",
        "place_telegram": "3",
    }
    assert (await anna.post("/settings/letters", data=typed)).status_code == httpx.codes.SEE_OTHER
    ticked = re.compile(r'name="tells_of_burning"[^>]*checked')
    assert not ticked.search((await anna.get("/settings/letters")).text)
    saved = await anna.post("/settings/letters", data={**typed, "tells_of_burning": "on"})
    assert saved.status_code == httpx.codes.SEE_OTHER
    page = (await anna.get("/settings/letters")).text
    assert ticked.search(page)
    assert 'value="22:30"' in page
    assert 'value="4,50"' in page
    assert page.index("offers_vk") < page.index("offers_max") < page.index("offers_telegram")
    wrong = await anna.post("/settings/letters", data={**typed, "cap_days": "900"})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'value="900"' in wrong.text


@pytest.mark.usefixtures("staff")
async def test_a_preview_suggests_what_the_member_misses_or_what_goes_with_their_purchases(
    *, app: Plushka, cast: Cast, shop: Shop, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await upsert_products(
            tx, [ProductEntry("bun", "Плюшка с корицей"), ProductEntry("raf", "Раф лавандовый")]
        )
        await enroll(tx, name="Борис", identities=[Identity("phone", BORIS)])

    async def buy(till: httpx.AsyncClient, number: str, skus: str, **more: object) -> None:
        lines = [{"sku": sku, "quantity_milli": 1000, "amount_minor": 100_00} for sku in skus.split()]
        answer = await till.post("/v1/purchases", json=coffee(number, lines=lines, **more))
        assert answer.is_success, answer.text

    async with client_of(app, cast.anna.secret) as till:
        # Varvara has a raf every ten days, three times; buns go with rafs in ten receipts of nobody.
        for visit in range(3):
            await buy(till, f"raf-{visit}", "raf", member={"phone": PHONE})
            clock.advance(timedelta(days=10))
        for number in range(10):
            await buy(till, f"both-{number}", "raf bun")
            await buy(till, f"else-{number}", "4600001")
        await buy(till, "boris", "raf", member={"phone": BORIS})
    clock.advance(timedelta(days=6))

    async def previewed(browser: httpx.AsyncClient, phone: str) -> str:
        typed = {**TYPED, "text_ru": "Попробуйте: {suggestion|новинки}.", "preview_member": phone}
        return plain((await browser.post(f"{PATH}/preview", data=typed)).text)

    async with signed_in(app, email_of("marketer")) as marina:
        assert "Попробуйте: новинки." in await previewed(marina, BORIS)
        await group_now(database, clock, cast.anna.tenant_id)
        assert "Попробуйте: Раф лавандовый." in await previewed(marina, PHONE)
        assert "Попробуйте: Плюшка с корицей." in await previewed(marina, BORIS)
        assert "Раф лавандовый" in plain((await marina.get(f"/members/{shop.member_id}")).text)
