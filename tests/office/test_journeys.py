"""Journeys in the office: begun from a ready one, written step by step, tried, published, watched and stopped."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.office.conftest import plain, report
from tests.office.test_events import enroll
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.journeys import lead_tenant
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.events.kinds import declare, redeclare
from plushka.domain.events.model import EventField
from plushka.domain.messages.model import Purpose
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import get_program_id
from plushka.engine.journeys.parts import GivePoints, Message
from plushka.engine.program import StampCard
from plushka.engine.stamp_parts import Gift, Spend
from plushka.platform.database import Database

pytestmark = pytest.mark.usefixtures("shop")
JOURNEYS = "/campaigns/journeys"


async def begin(anna: httpx.AsyncClient, **typed: str) -> str:
    answer = await anna.post(JOURNEYS, data=typed)
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    href: str = answer.headers["location"]
    return href


async def press(anna: httpx.AsyncClient, href: str, do: str) -> httpx.Response:
    """Press a button of the list of steps."""
    page = await anna.get(href)
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    assert revision is not None
    return await anna.post(f"{href}/steps", data={"do": do, "revision": revision[1]})


async def save(anna: httpx.AsyncClient, href: str, **typed: Any) -> httpx.Response:
    page = await anna.get(href)
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    assert revision is not None
    return await anna.post(href, data={"revision": revision[1], **typed})


TERMS = {
    "name": "Знакомство",
    "trigger": "registration",
    "goal": "none",
    "again": "never",
    "at_once": "1",
    "control": "0",
}


def conditions(*leaves: dict[str, str], how: str = "all") -> dict[str, Any]:
    """Return what the editor of conditions sends for some that stand beside one another."""
    typed: dict[str, Any] = {"n.is": how, "n.of": [f"n-{number}" for number in range(len(leaves))]}
    for number, leaf in enumerate(leaves):
        typed |= {f"n-{number}.{name}": value for name, value in leaf.items()}
    return typed


async def test_a_ready_journey_says_what_is_to_be_chosen(anna: httpx.AsyncClient) -> None:
    href = await begin(anna, chain="win_back")

    page = plain((await anna.get(href)).text)
    assert "Возвращение 30 / 60 / 90" in page
    assert "Выдать код купона «15 % за возвращение»" in page
    assert "Его коды пока ничего не дают" in page
    assert "Его коды пока ничего не дают" in plain((await anna.get(f"{href}/publish")).text)
    refused = await anna.post(f"{href}/publish", data={"revision": "1"})
    assert refused.headers["location"].endswith("/publish")
    assert "черновик" in plain((await anna.get(JOURNEYS)).text)


async def test_steps_are_put_in_changed_moved_taken_out_and_undone(anna: httpx.AsyncClient) -> None:
    href = await begin(anna)
    points = (await press(anna, href, "add::0:points")).headers["location"]
    assert (await save(anna, points, points="250", life_days="5")).status_code == httpx.codes.SEE_OTHER
    wrong = await save(anna, points, points="много", life_days="5")
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'value="много"' in wrong.text
    choice = (await press(anna, href, "add::0:choice")).headers["location"]
    await save(anna, choice, do="save", **conditions({"is": "purchases", "count_min": "3"}))
    choice_id = choice.rpartition("/")[2]
    inner = (await press(anna, href, f"add:{choice_id}:0:tag")).headers["location"]
    await save(anna, inner, tag="наш")

    page = plain((await anna.get(href)).text)
    assert "250" in page
    assert "Если: покупок от 3" in page
    assert "Поставить метку «наш»" in page

    await press(anna, href, f"up:{choice_id}")
    text = plain((await anna.get(href)).text)
    assert text.index("Если: покупок от 3") < text.index("Начислить 250")
    await press(anna, href, f"remove:{choice_id}")
    assert "Поставить метку «наш»" not in plain((await anna.get(href)).text)
    await press(anna, href, "undo")
    assert "Поставить метку «наш»" in plain((await anna.get(href)).text)

    late = await anna.post(f"{href}/steps", data={"do": f"remove:{choice_id}", "revision": "1"})
    assert late.status_code == httpx.codes.SEE_OTHER
    assert "Поставить метку «наш»" in plain((await anna.get(href)).text)


async def test_a_choice_an_entry_and_a_goal_ask_whatever_a_segment_can(anna: httpx.AsyncClient) -> None:
    href = await begin(anna)
    choice = (await press(anna, href, "add::0:choice")).headers["location"]
    asked = conditions({"is": "purchases", "count_min": "3"}, {"is": "tag", "ids": "vip"}, how="any")

    live = await save(anna, choice, do="refresh", **asked)
    assert live.status_code == httpx.codes.OK
    assert "клиентов сейчас" in plain(live.text)
    assert "Если: покупок от 1" in plain((await anna.get(href)).text), "nothing is saved before it is said"
    more = await save(anna, choice, do="add:n", **asked, **{"n.new": "never_bought"})
    assert "Нет покупок" in plain(more.text)
    empty = await save(anna, choice, do="save", **conditions({"is": "purchases"}))
    assert empty.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Заполните хотя бы одно поле" in plain(empty.text)
    assert (await save(anna, choice, do="save", **asked)).headers["location"].startswith(href)

    whom = conditions({"is": "last_purchase", "days_min": "30"}, {"is": "blocked", "not": "on"})
    await save(anna, f"{href}/whom", do="save", leaves="on", **whom)
    later = await save(anna, f"{href}/terms", **{**TERMS, "goal": "audience"})
    assert later.headers["location"] == f"{href}/goal"
    await save(anna, f"{href}/goal", do="save", **conditions({"is": "purchases", "count_min": "9"}))
    page = plain((await anna.get(href)).text)
    assert "Если: покупок от 3 или метка «vip»" in page
    assert "Только если: последняя покупка 30 дней назад или раньше и не (заблокирован)" in page
    assert "Для кого условия больше не выполняются, того цепочка отпускает" in page
    assert "Заканчивается, как только: покупок от 9" in page

    await save(anna, f"{href}/whom", do="clear")
    await save(anna, f"{href}/goal", do="clear")
    page = plain((await anna.get(href)).text)
    assert "Для всех" in page
    assert "Ничто не заканчивает её раньше" in page
    late = await anna.post(f"{href}/whom", data={"revision": "1", "do": "save", **whom})
    assert late.status_code == httpx.codes.UNPROCESSABLE_ENTITY


CART = (
    EventField("total", "Сумма", "money"),
    EventField("items", "Товаров", "integer"),
    EventField("left_on", "Брошена", "date"),
    EventField("from_app", "Из приложения", "boolean"),
    EventField("kind", "Вид", "choice", choices=("еда", "вещи")),
)


async def test_a_step_takes_from_its_template_whether_it_advertises(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    kinds: tuple[Purpose, ...] = ("transactional", "marketing")
    href = await begin(anna)
    for purpose in kinds:
        async with database.transaction(cast.anna.tenant_id, actor="test:office", at=clock.now()) as tx:
            template = await create_template(tx, Draft(purpose, purpose, Body({"ru": Words("Привет!")})))
        letter = (await press(anna, href, "add::0:message")).headers["location"]
        page = await anna.get(letter)
        assert "purpose" not in page.text
        saved = await save(anna, letter, template=str(template), purpose="transactional")
        assert saved.status_code == httpx.codes.SEE_OTHER
    async with database.transaction(cast.anna.tenant_id, actor="test:office", at=clock.now()) as tx:
        steps = (await get_journey(tx, UUID(href.rpartition("/")[2]))).draft.steps
    assert [step.purpose for step in steps if isinstance(step, Message)] == list(kinds)


async def test_before_it_runs_it_is_told_whom_its_letters_leave_out(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    said = {
        "Без слова": "{first_name}, ещё {stamps_left}",
        "Со словом": "{first_name|Друг}, у вас {balance}",
        "Друзьям": "Позовите друга: {referral_link|в приложении}",
    }
    href = await begin(anna)
    assert (await save(anna, f"{href}/terms", **TERMS)).status_code == httpx.codes.SEE_OTHER
    for name, text in said.items():
        async with database.transaction(cast.anna.tenant_id, actor="test:office", at=clock.now()) as tx:
            template = await create_template(tx, Draft(name, "marketing", Body({"ru": Words(text)})))
        letter = (await press(anna, href, "add::0:message")).headers["location"]
        await save(anna, letter, template=str(template))
    page = plain((await anna.get(f"{href}/publish")).text)
    assert "В шаблоне «Без слова» есть {first_name}, {stamps_left}" in page
    assert "В шаблоне «Со словом»" not in page
    assert (
        "В шаблоне «Друзьям» есть ссылка для друзей. Ни одна действующая программа ничего не даёт за друзей"
        in page
    )


async def test_a_letter_has_an_order_of_channels_and_points_a_share_of_the_receipt(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:office", at=clock.now()) as tx:
        template = await create_template(tx, Draft("Привет", "marketing", Body({"ru": Words("Привет!")})))
    href = await begin(anna)
    points = (await press(anna, href, "add::0:points")).headers["location"]
    await save(anna, points, points="250", life_days="5", receipt_share="12,5")
    letter = (await press(anna, href, "add::0:message")).headers["location"]
    order = ("sms", "email", "max", "vk", "telegram", "inbox", "push")
    route = {f"route.{place}": channel for place, channel in enumerate(order)}
    await save(anna, letter, template=str(template), **route)
    page = plain((await anna.get(href)).text)
    assert "не больше 12,5 % чека" in page
    assert "SMS → Почта → MAX" in page
    async with database.transaction(cast.anna.tenant_id, actor="test:office", at=clock.now()) as tx:
        given, said = (await get_journey(tx, UUID(href.rpartition("/")[2]))).draft.steps
    assert isinstance(given, GivePoints)
    assert isinstance(said, Message)
    assert (given.receipt_share_bp, said.route) == (1250, order)
    shown = (await anna.get(points)).text + (await anna.get(letter)).text
    assert 'value="12,5"' in shown
    for place, channel in enumerate(order):
        assert re.search(
            rf'name="route.{place}"(?:(?!</select>).)*value="{channel}" selected', shown, re.DOTALL
        )


async def test_what_an_event_says_is_asked_by_the_types_of_its_fields(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, cast: Cast
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.at) as tx:
        await declare(tx, name="cart", title="Брошенная корзина", fields=CART)
    href = await begin(anna)
    terms = {**TERMS, "trigger": "event", "event": "cart"}
    shown = await save(anna, f"{href}/terms", **terms, do="fields")
    assert "Брошена" in plain(shown.text)
    assert "После события" not in plain((await anna.get(href)).text), "nothing is saved yet"
    asked = {
        "where.total.from": "1500,50",
        "where.items.from": "2",
        "where.items.to": "2",
        "where.left_on.from": "2026-03-01",
        "where.from_app": "yes",
        "where.kind": "еда",
    }
    wrong = await save(anna, f"{href}/terms", **terms, **{**asked, "where.items.from": "3"})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Второе значение не должно быть меньше первого" in plain(wrong.text)
    assert (
        await save(anna, f"{href}/terms", **terms, **{**asked, "where.items.from": "две"})
    ).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await save(anna, f"{href}/terms", **terms, **asked)

    told = plain((await anna.get(href)).text).replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "После события «Брошенная корзина», если «Сумма» не меньше 1 500,50 ₽, «Товаров» ровно 2, "
        "«Брошена» не раньше 1 марта 2026, «Из приложения» — да и «Вид» — «еда»" in told
    )
    again = await anna.get(f"{href}/terms")
    assert re.search(r'name="where.total.from"[^>]*value="1\s500,50"', again.text)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.at) as tx:
        await redeclare(tx, "cart", title="Брошенная корзина", fields=CART[1:])
    assert "у таких событий поле «total» таким быть не может" in plain((await anna.get(href)).text).lower()
    await save(anna, f"{href}/terms", **terms, **asked)
    assert "таким быть не может" not in plain((await anna.get(href)).text)


async def test_what_is_missing_to_a_reward_for_a_sum_is_typed_and_told_in_money(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, cast: Cast
) -> None:
    cards = (
        StampCard("coffee", "Кофейная карта", 5, Gift("Кофе")),
        StampCard("sum", "Тысяча", 1_000_00, Gift("Торт"), counts=Spend()),
    )
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.at) as tx:
        program = structs.replace(CASHBACK, cards=cards)
        await publish(tx, program_id=await get_program_id(tx), program=program, valid_from=tx.at)
    href = await begin(anna)
    terms = {**TERMS, "trigger": "money_goal", "money_goal": "sum"}
    page = (await anna.get(f"{href}/terms")).text
    offered = {
        name: re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
        for name in ("card", "money_goal")
    }
    told = {name: found[0] for name, found in offered.items() if found is not None}
    assert ("Кофейная карта" in told["card"], "Тысяча" in told["card"]) == (True, False)
    assert ("Кофейная карта" in told["money_goal"], "Тысяча" in told["money_goal"]) == (False, True)

    wrong = await save(anna, f"{href}/terms", **terms, money_left="0")
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "0,01" in plain(wrong.text)
    await save(anna, f"{href}/terms", **terms, money_left="1250,50")

    shown = plain((await anna.get(href)).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "До награды «Тысяча» не хватает 1 250,50 ₽ или меньше" in shown
    again = (await anna.get(f"{href}/terms")).text
    assert re.search(r'name="money_left"[^>]*value="1\s?250,50"', again)
    assert re.search(r'<option value="money_goal" selected', again)


async def test_a_cart_that_a_shop_tells_of_is_followed_up_until_they_buy(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    kind = {
        "title": "Брошенная корзина",
        "name": "cart",
        "rows": ["0"],
        "field.0.name": "total",
        "field.0.title": "Сумма",
        "field.0.type": "money",
        "field.0.required": "on",
    }
    assert (await anna.post("/settings/events/new", data=kind)).status_code == httpx.codes.SEE_OTHER
    href = await begin(anna)
    terms = {**TERMS, "trigger": "event", "event": "cart", "where.total.from": "1500", "goal": "purchase"}
    await save(anna, f"{href}/terms", **{**terms, "again": "each"})
    wait = (await press(anna, href, "add::0:wait")).headers["location"]
    await save(anna, wait, days="0", hours="1")
    points = (await press(anna, href, "add::0:points")).headers["location"]
    await save(anna, points, points="100", life_days="3")
    assert (await save(anna, f"{href}/publish")).headers["location"] == href

    clock.advance(timedelta(minutes=1))
    phones = [f"+7916555020{number}" for number in range(3)]
    async with client_of(app, cast.anna.secret) as shop_online:
        for phone in phones:
            await report(shop_online, "/v1/members", {"phone": phone})
        for number, (phone, total) in enumerate(zip(phones, (150_000, 200_000, 149_999), strict=True)):
            cart = {"external_id": f"C{number}", "kind": "cart", "member": {"phone": phone}}
            for _ in range(2):
                await report(shop_online, "/v1/events", {**cart, "data": {"total": total}})
        await lead_tenant(database, clock, cast.anna.tenant_id)
        assert "сейчас здесь: 2" in plain((await anna.get(href)).text)
        clock.advance(timedelta(minutes=30))
        bought = await report(shop_online, "/v1/purchases", coffee("B-1", member={"phone": phones[1]}))
        clock.advance(timedelta(minutes=31))
        await lead_tenant(database, clock, cast.anna.tenant_id)
        balances = [
            (await shop_online.get("/v1/members", params={"phone": phone})).json()["balance"]["available"]
            for phone in phones
        ]

    page = plain((await anna.get(href)).text)
    assert "цепочка пройдена" in page
    assert "цель достигнута" in page
    assert balances[0] - balances[2] == 100, "a cart of 1,499.99 is none to be followed up"
    assert balances[1] == bought["balance"]["available"], "who has bought is given nothing more"


async def test_a_cart_that_is_left_is_a_trigger_of_its_own(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    href = await begin(anna, chain="abandoned_cart")
    shown = plain((await anna.get(href)).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Корзина на сайте без покупки 1 час" in shown
    terms = {**TERMS, "name": "Корзина", "trigger": "cart", "cart_minutes": "4", "goal": "purchase"}
    assert "Не меньше 5" in plain((await save(anna, f"{href}/terms", **terms)).text)
    terms |= {"cart_minutes": "90", "cart.where.sum.from": "1500", "cart.where.count.to": "3"}
    await save(anna, f"{href}/terms", **terms)
    shown = plain((await anna.get(href)).text).replace("\N{NO-BREAK SPACE}", " ")
    asked = "если «Сумма корзины» не меньше 1 500 ₽ и «Сколько товаров» не больше 3"
    assert f"Корзина на сайте без покупки 90 минут, {asked}" in shown
    typed = (await anna.get(f"{href}/terms")).text
    assert re.search(r'name="cart_minutes"[^>]*value="90"', typed)
    assert re.search(r'name="cart.where.sum.from"[^>]*value="1\s?500"', typed)
    href = await begin(anna)
    await save(anna, f"{href}/terms", **terms)
    await press(anna, href, "add::0:finish")
    assert "Считаем по последнему состоянию корзин" in plain((await anna.get(f"{href}/publish")).text)
    assert (await save(anna, f"{href}/publish")).headers["location"] == href

    clock.advance(timedelta(minutes=1))
    phone = {"phone": "+79165550201"}
    cart = {
        "member": phone,
        "currency": "RUB",
        "items": [{"name": "Торт"}],
        "changed_at": clock.at.isoformat(),
    }
    async with client_of(app, cast.anna.secret) as site:
        await report(site, "/v1/members", phone)
        for number, total in (("1", 1499_99), ("2", 1500_00)):
            await report(site, "/v1/carts", {**cart, "external_id": number, "sum_minor": total})
        clock.advance(timedelta(minutes=90))
        await lead_tenant(database, clock, cast.anna.tenant_id)
        await lead_tenant(database, clock, cast.anna.tenant_id)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.at) as tx:
        (found,) = await tx.fetch(
            "select c.external_id from journey_runs r join carts c on 'cart:' || c.id = r.key where r.tenant_id = $1",
            tx.tenant_id,
        )
    assert found["external_id"] == "2"


async def test_the_editor_says_where_a_gift_goes_to_whom_its_letter_does_not(anna: httpx.AsyncClient) -> None:
    href = await begin(anna)
    await press(anna, href, "add::0:points")
    choice = (await press(anna, href, "add::0:choice")).headers["location"].rpartition("/")[2]
    caution = "Между этим шагом и письмом стоит условие"
    assert caution not in plain((await anna.get(href)).text), "no letter is behind it"
    await press(anna, href, f"add:{choice}:0:message")
    assert plain((await anna.get(href)).text).count(caution) == 1
    await press(anna, href, f"up:{choice}")
    assert caution not in plain((await anna.get(href)).text)


async def test_a_journey_runs_and_a_member_is_taken_out(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    clock.advance(timedelta(minutes=1))
    href = await begin(anna)
    unsound = await save(
        anna, f"{href}/terms", **{**TERMS, "trigger": "absence", "days": "9", "days_most": "3"}
    )
    assert unsound.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert (await save(anna, f"{href}/terms", **TERMS)).status_code == httpx.codes.SEE_OTHER
    await press(anna, href, "add::0:wait")
    publish = await anna.get(f"{href}/publish")
    assert "За последние сутки" in plain(publish.text)
    assert "Без контрольной группы никто не узнает, что дала цепочка" in plain(publish.text)
    await save(anna, f"{href}/terms", **{**TERMS, "control": "10", "trigger": "absence", "days": "9"})
    publish = await anna.get(f"{href}/publish")
    assert "За 30 дней в неё никто бы не попал" in plain(publish.text)
    await press(anna, href, "undo")
    assert (await save(anna, f"{href}/publish")).headers["location"] == href

    member_id = await enroll(app, cast)
    await lead_tenant(database, clock, cast.anna.tenant_id)
    assert "сейчас здесь: 1" in plain((await anna.get(href)).text)
    card = await anna.get(f"/members/{member_id}/journeys")
    assert "Ждать 1 день" in plain(card.text)
    leave = re.search(r'action="(/members/[^"]+/leave)"', card.text)
    assert leave is not None
    await anna.post(leave[1])
    assert "исключён" in plain((await anna.get(f"/members/{member_id}/journeys")).text)

    trial = plain(
        (await anna.get(f"{href}/try", params={"member": "+79165550101", "on": "2026-12-31T10:00"})).text
    )
    assert "Ждать 1 день" in trial
    assert "1 января" in trial
    await anna.post(f"{href}/pause")
    assert "на паузе" in plain((await anna.get(href)).text)
    await anna.post(f"{href}/resume")
    await anna.post(f"{href}/stop")
    assert "остановлена" in plain((await anna.get(href)).text)


async def test_eve_finds_nothing_of_annas_journeys(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    href = await begin(anna)

    for path in (href, f"{href}/terms", f"{href}/publish", f"{href}/try"):
        assert (await eve.get(path)).status_code == httpx.codes.NOT_FOUND
    assert (await eve.post(f"{href}/stop")).status_code == httpx.codes.NOT_FOUND
