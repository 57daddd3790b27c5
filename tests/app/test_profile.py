"""What a member decides about themselves: profile, consents, language, their data, and an end of it all."""

import re

import httpx
from tests.app.conftest import Person
from tests.conftest import SetClock
from tests.domain.messages.recipients import connect_gateways
from tests.office.conftest import MEMBER, PHONE, Shop, plain, report
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.delivery.jobs.grouping import group_now
from plushka.domain.ledger.model import Balance
from plushka.domain.ledger.queries import get_wallet
from plushka.domain.ledger.verify import check
from plushka.domain.members.consents import list_consents, refuse_consent
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.purchases.laws import LAWS
from plushka.platform.database import Database


async def test_a_birthday_is_written_down_at_once_and_changed_once_a_year(varvara: Person) -> None:
    first = await varvara.post("/profile", name=MEMBER, birthday="1990-05-01")
    second = await varvara.post("/profile", name=MEMBER, birthday="1991-05-01")
    third = await varvara.post("/profile", name="Варя", birthday="1992-05-01")

    assert [first.status_code, second.status_code] == [httpx.codes.SEE_OTHER] * 2
    assert third.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "раз в год" in third.text
    assert 'value="Варя"' in third.text
    assert "Изменить можно будет с" in (await varvara.get("/profile")).text


async def test_each_consent_is_given_and_taken_back_on_its_own(
    varvara: Person, shop: Shop, database: Database, cast: Cast, clock: SetClock
) -> None:
    await varvara.post("/profile/consents", marketing="on", sms="on")
    await varvara.post("/profile/consents", marketing="on")

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        told = [(one.kind, one.is_given, one.source) for one in await list_consents(tx, shop.member_id)]
    assert told == [("sms", False, "app"), ("sms", True, "app"), ("marketing", True, "app")]


async def test_the_channel_that_suits_them_is_chosen_of_those_that_lead_to_them_and_told(
    *, varvara: Person, anna: httpx.AsyncClient, shop: Shop, database: Database, cast: Cast, clock: SetClock
) -> None:
    page = (await varvara.get("/profile")).text
    assert re.findall(r'name="channel" value="(\w*)"', page) == ["", "inbox"]
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await connect_gateways(tx)
        await refuse_consent(tx, shop.member_id, "sms", source="app")
    page = (await varvara.get("/profile")).text
    assert re.findall(r'name="channel" value="(\w*)"', page) == ["", "sms", "inbox"]
    assert "Рекламу сюда вы отключили" in page

    saved = await varvara.post("/profile/channel", channel="sms")

    assert saved.headers["location"].endswith("said=channel")
    assert re.search(r'value="sms"[^>]* checked', (await varvara.get("/profile")).text)
    assert (await varvara.get("/profile/data.json")).json()["preferred_channel"] == "sms"
    assert "Удобный канал" in (await varvara.get("/profile/data")).text
    card = (await anna.get(f"/members/{shop.member_id}/person")).text
    assert re.search(r'<option value="sms" selected', card)
    trail = plain((await anna.get(f"/members/{shop.member_id}/deeds")).text)
    assert "Отмечен удобный канал, сказано в приложении" in trail
    assert "удобный канал" in trail

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute("update gateways set disconnected_at = $1", tx.at)
    assert "Сейчас туда не доходит" in (await varvara.get("/profile")).text
    await varvara.post("/profile/channel", channel="")
    assert re.search(r'value=""[^>]* checked', (await varvara.get("/profile")).text)


async def test_the_language_chosen_is_that_of_every_page_after(varvara: Person) -> None:
    answer = await varvara.post("/profile/language", language="en")

    assert answer.status_code == httpx.codes.SEE_OTHER
    assert "Show or say this to the cashier" in (await varvara.get()).text


async def test_a_member_takes_all_that_is_known_of_them_away(
    varvara: Person, shop: Shop, database: Database, clock: SetClock, cast: Cast
) -> None:
    await group_now(database, clock, cast.anna.tenant_id)
    file = await varvara.get("/profile/data.json")
    page = await varvara.get("/profile/data")

    data = file.json()
    assert (data["member_id"], data["name"]) == (str(shop.member_id), MEMBER)
    assert {"kind": "phone", "value": PHONE} in data["identities"]
    assert [receipt["number"] for receipt in data["receipts"]] == ["A-2", "A-1"]
    assert data["accounts"][0]["movements"]
    assert (data["group"]["group"], data["group"]["recency"]) == ("newcomer", 1)
    assert "Новички" in page.text
    assert file.headers["content-disposition"].startswith("attachment")
    assert PHONE in page.text


async def test_who_asks_to_be_deleted_is_asked_once_more_and_then_is_nobody(
    *,
    app: Plushka,
    varvara: Person,
    shop: Shop,
    anna: httpx.AsyncClient,
    database: Database,
    cast: Cast,
    clock: SetClock,
) -> None:
    await anna.post(f"/members/{shop.member_id}/notes", data={"body": "Варвара любит корицу"})
    await varvara.post("/profile", name="Варвара Широкова-Белова", birthday="1990-05-01")
    unsure = await varvara.post("/profile/deletion")
    assert unsure.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert (await varvara.get()).status_code == httpx.codes.OK

    answer = await varvara.post("/profile/deletion", sure="on")

    assert answer.headers["location"].endswith("said=deleted")
    assert (await varvara.get()).status_code == httpx.codes.UNAUTHORIZED
    async with client_of(app, cast.anna.secret) as till:
        known = await till.get("/v1/members", params={"phone": PHONE})
    assert known.status_code == httpx.codes.NOT_FOUND
    card = (await anna.get(f"/members/{shop.member_id}")).text
    for secret in ("Варвара", "Широкова", PHONE, "корицу", "1990"):
        assert secret not in card
    trail = (await anna.get(f"/settings/audit?subject=member:{shop.member_id}")).text
    assert "Уничтожены все персональные данные" in trail
    assert "Широкова" not in trail
    assert (await anna.get(f"/receipts/{shop.receipt_id}")).status_code == httpx.codes.OK
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        assert await find_member(tx, Identity("phone", PHONE)) is None
        gone = await get_member(tx, shop.member_id)
        assert (gone.name, gone.birthday, gone.identities) == ("Удалён", None, ())
        act = await tx.fetchrow("select member_id, reason, actor from erasure_acts")
        assert act is not None
        assert tuple(act) == (shop.member_id, "own_request", f"member:{shop.member_id}")


async def test_before_the_deletion_the_points_that_are_lost_are_told(
    varvara: Person, shop: Shop, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        wallet = await get_wallet(tx, member_id=shop.member_id, program_id=shop.program_id)
    page = (await varvara.get("/profile/deletion")).text.replace("\u00a0", " ")
    assert f"Будет потеряно: {wallet.balance.available + wallet.balance.pending} бонус" in page
    assert "рекламу" in page

    await varvara.post("/profile/deletion", sure="on")

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        wallet = await get_wallet(tx, member_id=shop.member_id, program_id=shop.program_id)
        assert wallet.balance == Balance()
        assert (await check(tx, also=LAWS))[1] == ()


async def test_the_office_cannot_sign_them_up_for_offers(
    *, varvara: Person, anna: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    await varvara.post("/profile/deletion", sure="on")
    async with client_of(app, cast.anna.secret) as till:
        back = await report(till, "/v1/members", {"phone": PHONE, "name": MEMBER})
    answer = await anna.post(f"/members/{back['id']}/consents", data={"consent": "marketing", "do": "give"})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "просил удалить его данные" in answer.text


async def test_who_was_deleted_can_come_again_as_somebody_new(varvara: Person) -> None:
    await varvara.post("/profile/deletion", sure="on")

    asked = await varvara.sign_in()

    assert "карты ещё нет" in asked.text
