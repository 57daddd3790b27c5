"""The card of a member: what is seen, and what is done about it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, get_args

import httpx
import pytest
from msgspec.structs import replace
from tests.conftest import SetClock
from tests.domain.messages.recipients import connect_gateways
from tests.office.conftest import MEMBER, PHONE, Shop, email_of, plain, report, signed_in
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.ledger.verify import check
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import ConsentSource, Identity
from plushka.domain.programs.operations import enroll, publish
from plushka.domain.programs.queries import get_current_version
from plushka.domain.purchases.laws import LAWS
from plushka.engine.program import ExpiryFixed, Requirement, StampCard, TierRule, Tiers
from plushka.engine.stamp_parts import Gift, Visits
from plushka.platform.database import Database

OTHER_PHONE = "+79031112233"


@pytest.fixture
async def maxim(app: Plushka, staff: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """The manager's browser."""
    async with signed_in(app, staff["manager"]) as browser:
        yield browser


@pytest.fixture
async def other_id(app: Plushka, cast: Cast) -> str:
    """The second card of the same person, with a receipt of its own."""
    async with client_of(app, cast.anna.secret) as till:
        member = (await till.post("/v1/members", json={"phone": OTHER_PHONE, "name": "Варя"})).json()
        await till.post("/v1/purchases", json=coffee("B-1", member={"phone": OTHER_PHONE}))
    told: str = member["id"]
    return told


async def send(browser: httpx.AsyncClient, path: str, **form: str) -> str:
    """Send a form, follow to the page that it leads to, and return its text."""
    answer = await browser.post(path, data=form, follow_redirects=True)
    assert answer.status_code == httpx.codes.OK, plain(answer.text)
    return plain(answer.text)


async def problem(browser: httpx.AsyncClient, path: str, **form: str) -> str:
    """Send a form that is refused, and return the page that says why."""
    answer = await browser.post(path, data=form)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    return plain(answer.text)


async def test_the_overview_tells_what_is_had_and_what_is_bought(anna: httpx.AsyncClient, shop: Shop) -> None:
    page = plain((await anna.get(f"/members/{shop.member_id}")).text)

    for told in ("90 бонусов", "1 900,00 ₽", "950,00 ₽", "Капучино 0,3", "в 2 чеках", "на кассе"):
        assert told in page
    assert "RFM" not in page


async def test_carts_on_the_site_are_shown_with_what_became_of_each(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, clock: SetClock, shop: Shop
) -> None:
    card = f"/members/{shop.member_id}"
    assert "Корзины на сайте" not in plain((await anna.get(card)).text)
    told = {"member": {"phone": PHONE}, "currency": "RUB", "changed_at": clock.now().isoformat()}
    goods = [{"name": "Кофе", "count": 2}, {"name": "Чай"}, {"name": "Сахар"}, {"name": "<b>Торт</b>"}]
    async with client_of(app, cast.anna.secret) as site:
        await report(site, "/v1/carts", {**told, "external_id": "1", "sum_minor": 1890_00, "items": goods})
        page = plain((await anna.get(card)).text)
        assert "Кофе × 2, Чай, Сахар и ещё 1" in page
        assert "1 890,00 ₽" in page
        assert "наполняется" in page
        clock.advance(timedelta(hours=1))
        assert "оставлена без покупки" in plain((await anna.get(card)).text)
        items = [{"name": "<b>Торт</b>"}]
        told["changed_at"] = clock.now().isoformat()
        await report(site, "/v1/carts", {**told, "external_id": "2", "sum_minor": 500_00, "items": items})
        end = {"member": {"phone": PHONE}, "outcome": "emptied", "ended_at": clock.now().isoformat()}
        await report(site, "/v1/carts/end", {**end, "external_id": "2"})
        await report(site, "/v1/carts/end", {**end, "external_id": "3"})
        page = (await anna.get(card)).text
        assert "&lt;b&gt;Торт" in page
        assert plain(page).count("очищена") == 2
        assert "Корзина 3" in plain(page)
        clock.advance(timedelta(minutes=1))
        await report(site, "/v1/purchases", coffee("C-9", member={"phone": PHONE}))
    page = plain((await anna.get(card)).text)
    assert "закрыта: потом была покупка" in page
    assert "оставлена без покупки" not in page


async def test_tags_and_notes_are_written_and_taken_away(anna: httpx.AsyncClient, shop: Shop) -> None:
    card = f"/members/{shop.member_id}"
    assert "Любит корицу" in await send(anna, f"{card}/tags", tag=" Любит  корицу ")
    page = await send(anna, f"{card}/notes", body="Сдачу не берёт")
    assert "Сдачу не берёт" in page

    strike = re.search(r'action="([^"]+/strike)"', page)
    assert strike is not None
    assert "Сдачу не берёт" not in await send(anna, strike[1])
    assert "Сдачу не берёт" in await send(anna, strike[1].replace("strike", "restore"))
    assert 'value="Любит корицу" class' not in await send(anna, f"{card}/tags", remove="Любит корицу")
    assert "Слишком длинно" in await problem(anna, f"{card}/tags", tag="о" * 41)


async def test_a_birthday_changes_once_a_year_unless_the_owner_says_why(
    anna: httpx.AsyncClient, maxim: httpx.AsyncClient, shop: Shop
) -> None:
    path = f"/members/{shop.member_id}/person"
    await send(maxim, path, name=MEMBER, birthday="1988-05-14")
    await send(maxim, path, name=MEMBER, birthday="1988-05-15")

    page = await problem(maxim, path, name=MEMBER, birthday="1988-06-01", birthday_reason="Ошиблась")
    assert "раз в год, этот снова можно с 10 марта 2027" in page
    assert 'value="1988-06-01"' in page
    await send(anna, path, name=MEMBER, birthday="1988-06-01", birthday_reason="Ошиблись в анкете")
    assert "1 июня 1988" in plain((await anna.get(f"/members/{shop.member_id}/deeds")).text)


async def test_a_phone_is_corrected_and_the_last_one_stays(
    anna: httpx.AsyncClient, shop: Shop, other_id: str
) -> None:
    path = f"/members/{shop.member_id}/identities"
    old = {"kind": "phone", "before": PHONE}

    assert "у другого клиента" in await problem(
        anna, f"{path}/correct", **old, do="correct", corrected=OTHER_PHONE
    )
    assert "Больше клиента ни по чему не найти" in await problem(anna, f"{path}/correct", **old, do="remove")
    page = await send(anna, f"{path}/correct", **old, do="correct", corrected="8 916 000-00-01")
    assert "+79160000001" in page
    assert PHONE not in page
    await send(anna, path, kind="card", value="1000 23")
    assert "100023" in (await anna.get(f"/members/{shop.member_id}")).text
    assert other_id not in page


async def test_consents_keep_their_history(anna: httpx.AsyncClient, shop: Shop) -> None:
    path = f"/members/{shop.member_id}/consents"
    await send(anna, path, consent="marketing", do="give")
    page = await send(anna, path, consent="marketing", do="withdraw")

    assert page.count("дано, отметил(а) Анна (owner)") == 1
    assert page.count("отозвано, отметил(а) Анна (owner)") == 1


async def test_the_convenient_channel_is_written_down_with_who_and_when(
    anna: httpx.AsyncClient, shop: Shop, database: Database, clock: SetClock, cast: Cast
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        await connect_gateways(tx)
    card = f"/members/{shop.member_id}"

    page = await send(anna, f"{card}/channel", channel="sms")

    (offered,) = re.findall(r'<select[^>]* name="channel".*?</select>', page, re.DOTALL)
    assert re.findall(r'value="(\w*)"( selected)?', offered) == [
        ("", ""),
        ("sms", " selected"),
        ("inbox", ""),
    ]
    assert "Удобный канал" in (await anna.get(card)).text
    trail = plain((await anna.get(f"{card}/deeds")).text)
    assert "Отмечен удобный канал, сказано в кабинете" in trail
    assert "Анна (owner)" in trail
    assert '<option value="inbox" selected' in await send(anna, f"{card}/channel", channel="inbox")


async def test_a_consent_is_told_by_whichever_door_it_came(
    anna: httpx.AsyncClient, shop: Shop, database: Database, clock: SetClock, cast: Cast
) -> None:
    doors: list[ConsentSource] = [door for literal in get_args(ConsentSource) for door in get_args(literal)]
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        for door in doors:
            given_by: ConsentSource = "app" if door in {"sms", "complaint"} else door
            await note_consent(tx, shop.member_id, "sms", is_given=True, source=given_by)
            await note_consent(tx, shop.member_id, "sms", is_given=False, source=door)
    page = plain((await anna.get(f"/members/{shop.member_id}/person")).text)
    for told in ("дано в боте", "отозвано в боте", "отозвано по SMS", "отозвано: письмо назвали спамом"):
        assert told in page


async def test_a_day_is_added_and_an_impossible_one_is_not(anna: httpx.AsyncClient, shop: Shop) -> None:
    path = f"/members/{shop.member_id}/dates"
    day = {"whose": "дочь Аня", "date_kind": "birthday"}

    assert "Такого дня нет" in await problem(anna, path, **day, day="31", month="2")
    assert "29 февраля" in await send(anna, path, **day, day="29", month="2")
    assert "дочь Аня, день рождения" in (await anna.get(f"/members/{shop.member_id}")).text


async def test_a_block_says_what_it_does_and_is_undone(
    app: Plushka, anna: httpx.AsyncClient, shop: Shop, cast: Cast
) -> None:
    card = f"/members/{shop.member_id}"
    asked = plain((await anna.get(f"{card}/block")).text)
    assert f"Заблокировать карту? Клиент: {MEMBER}" in asked
    assert "90 бонусов" in asked

    assert "Чужая карта" in await send(anna, f"{card}/block", reason="Чужая карта")
    async with client_of(app, cast.anna.secret) as till:
        sold = (await till.post("/v1/purchases", json=coffee("B-9", member={"phone": PHONE}))).json()
        refused = await till.post("/v1/purchases", json=coffee("B-10", member={"phone": PHONE}, redeem=5))
        seen = (await till.get("/v1/members", params={"phone": PHONE})).json()
    assert (sold["member_id"], sold["decision"]["unearned_reason"]) == (None, "member_blocked")
    assert (refused.status_code, refused.json()["code"], seen["is_blocked"]) == (
        409,
        "redemption_refused",
        True,
    )

    assert "Карта снова работает" in await send(anna, f"{card}/unblock")


async def test_points_above_the_limit_wait_for_a_second_person(
    anna: httpx.AsyncClient, maxim: httpx.AsyncClient, shop: Shop
) -> None:
    card = f"/members/{shop.member_id}"
    page = await send(maxim, f"{card}/adjustment", direction="give", amount="1001", reason="Испорченный торт")
    assert "больше вашего лимита" in page
    assert "90 бонусов" in page

    own = plain((await maxim.get("/members/approvals")).text)
    assert "Отозвать" in own
    approve = re.search(r'action="([^"]+/approve)"', (await anna.get("/members/approvals")).text)
    assert approve is not None
    assert (await maxim.post(approve[1])).status_code == httpx.codes.FORBIDDEN
    assert "Подтверждено: +1 001 бонус" in await send(anna, approve[1])
    assert "1 091 бонус" in plain((await anna.get(card)).text)
    deeds = plain((await anna.get(f"{card}/deeds")).text)
    assert deeds.count("+1 001 бонус, «Испорченный торт»") == 3


async def test_the_owner_sets_the_limits(
    anna: httpx.AsyncClient, maxim: httpx.AsyncClient, shop: Shop
) -> None:
    assert "Заполните" in await problem(anna, "/settings/limits", **{"limit-manager": ""})
    assert 'value="5"' in await send(anna, "/settings/limits", **{"limit-manager": "5"})
    form = {"direction": "give", "reason": "x"}
    card = f"/members/{shop.member_id}"

    assert "95 бонусов" in await send(maxim, f"{card}/adjustment", **form, amount="5")
    assert "больше вашего лимита" in await send(maxim, f"{card}/adjustment", **form, amount="6")


async def test_two_cards_are_joined_after_a_look_and_parted_again(
    *, anna: httpx.AsyncClient, shop: Shop, other_id: str, database: Database, cast: Cast, clock: SetClock
) -> None:
    card = f"/members/{shop.member_id}"
    assert "такой картой или почтой нет" in (await problem(anna, f"{card}/merge", other="999")).replace(
        "таким телефоном, ", "такой "
    )
    preview = await send(anna, f"{card}/merge", other="8 903 111-22-33")
    assert "Объединить: 100 бонусов и 1 чек" in preview
    assert "190 бонусов" in preview

    page = await send(anna, f"{card}/merge", other_id=other_id, do="merge", reason="Сменила телефон")
    assert "190 бонусов" in page
    assert OTHER_PHONE in page
    points = plain((await anna.get(f"{card}/points")).text)
    assert "чек B-1" in points
    assert MEMBER in (await anna.get(f"/members/{other_id}")).text

    undo = re.search(r'action="([^"]+/undo)"', (await anna.get(f"{card}/deeds")).text)
    assert undo is not None
    assert "Варя" in await send(anna, undo[1])
    assert "90 бонусов" in plain((await anna.get(card)).text)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        assert (await check(tx, also=LAWS))[1] == ()


async def test_eve_and_a_cashier_do_nothing_to_annas_members(
    app: Plushka, eve: httpx.AsyncClient, shop: Shop
) -> None:
    card = f"/members/{shop.member_id}"
    forms: dict[str, dict[str, Any]] = {
        "adjustment": {"direction": "give", "amount": "5", "reason": "x"},
        "block": {"reason": "x"},
        "extension": {"last_day": "2027-01-01", "reason": "x"},
        "identities": {"kind": "card", "value": "1"},
        "merge": {"other": PHONE},
        "person": {"name": "x"},
    }
    for path, form in forms.items():
        assert (await eve.post(f"{card}/{path}", data=form)).status_code == httpx.codes.NOT_FOUND, path
    for path, form in {"notes": {"body": "x"}, "tags": {"tag": "x"}}.items():
        assert (await eve.post(f"{card}/{path}", data=form)).status_code == httpx.codes.NOT_FOUND, path
    async with signed_in(app, email_of("cashier")) as browser:
        for path, form in forms.items():
            answer = await browser.post(f"{card}/{path}", data=form)
            assert answer.status_code == httpx.codes.FORBIDDEN, path


@pytest.mark.usefixtures("shop")
async def test_a_phone_is_enough_to_enrol_and_a_known_one_opens_its_card(anna: httpx.AsyncClient) -> None:
    assert "в кабинете" in await send(anna, "/members/new", phone="8 903 000-00-09")
    assert MEMBER in await send(anna, "/members/new", phone=PHONE)
    assert "Это не номер телефона" in await problem(anna, "/members/new", phone="12")


async def test_tiers_are_set_and_points_prolonged_by_hand(
    app: Plushka, anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    tiers = Tiers(
        tiers=(
            TierRule(id="bun", name="Булочка"),
            TierRule(id="pie", name="Пирог", requirements=(Requirement(metric="spend", at_least=5_000_00),)),
        )
    )
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        current = await get_current_version(tx)
        assert current is not None
        program = replace(current.program, tiers=tiers, expiry=ExpiryFixed(days=90))
        await publish(tx, program_id=current.program_id, program=program, valid_from=tx.at)
    async with client_of(app, cast.anna.secret) as till:
        member = (await till.post("/v1/members", json={"phone": OTHER_PHONE})).json()
        await till.post("/v1/purchases", json=coffee("T-1", member={"phone": OTHER_PHONE}))
    card = f"/members/{member['id']}"

    assert "Этот день уже прошёл" in await problem(
        anna, f"{card}/tier", tier="pie", reason="x", last_day="2026-03-01"
    )
    page = await send(anna, f"{card}/tier", tier="pie", reason="Постоянный гость", last_day="2026-12-31")
    assert "назначен вручную по 31 декабря" in page
    assert "назначен вручную" not in await send(anna, f"{card}/tier/free")

    assert "100 бонусов сгорят после 8 июня" in plain((await anna.get(card)).text)
    early = {"reason": "Заболела", "last_day": "2026-04-01"}
    assert "нельзя продлить" in (await problem(anna, f"{card}/extension", **early)).lower()
    never = {"reason": "x", "last_day": "9999-12-31"}
    assert "Укажите дату." in await problem(anna, f"{card}/extension", **never)
    page = await send(anna, f"{card}/extension", reason="Заболела", last_day="2026-09-30")
    assert "30 сентября" in page
    assert "Заболела" in plain((await anna.get(f"{card}/deeds")).text)


async def test_who_came_by_a_link_is_confirmed(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        member = await enroll(tx, name="Оля", identities=[Identity("phone", OTHER_PHONE)], source="link")
    card = f"/members/{member.id}"

    assert "телефон не подтверждён" in (await anna.get(card)).text
    assert "телефон не подтверждён" not in await send(anna, f"{card}/confirm")
    assert "подтверждён" in (await anna.get(f"{card}/deeds")).text.lower()


async def test_stamps_and_gifts_stand_on_the_card(
    *,
    anna: httpx.AsyncClient,
    app: Plushka,
    cast: Cast,
    shop: Shop,
    database: Database,
    clock: SetClock,
) -> None:
    card = StampCard("coffee", "Кофейная карта", 2, Gift("Кофе", 30), counts=Visits(once_a_day=False))
    async with database.transaction(cast.anna.tenant_id, actor="test:stamps", at=clock.now()) as tx:
        version = await get_current_version(tx)
        assert version is not None
        rules = replace(version.program, cards=(card,))
        await publish(tx, program_id=version.program_id, program=rules, valid_from=tx.at)
    async with client_of(app, cast.anna.secret) as till:
        for number in range(3):
            bought = await till.post("/v1/purchases", json=coffee(f"S-{number}", member={"phone": PHONE}))
            assert bought.is_success
    page = plain((await anna.get(f"/members/{shop.member_id}")).text)
    assert "1 из 2" in page
    assert re.search(r"Кофе</span> <span[^>]*>ждёт до \d", page)
