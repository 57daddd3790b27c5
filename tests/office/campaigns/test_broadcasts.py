"""Broadcasts in the office: written on a page that counts, begun by who may, watched, stopped, and told in a table.

F139, F141, F213, F217.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.domain.messages.recipients import connect_bots
from tests.office.conftest import Shop, email_of, plain, signed_in
from tests.office.reports.reading import read_rows, read_tiles
from tests.office.reports.undefined import undefined
from tests.office.tasks import do_all_tasks, rows_of
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.campaigning import count_tenant, send_tenant
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Sent
from plushka.domain.messages.taking import take
from plushka.platform.database import Database


@dataclass(frozen=True)
class World:
    """The business under test, its worker and its clock; one member can be written to."""

    cast: Cast
    member_id: UUID
    database: Database
    clock: SetClock

    @property
    def tenant_id(self) -> UUID:
        return self.cast.anna.tenant_id


@pytest.fixture
async def world(shop: Shop, cast: Cast, database: Database, clock: SetClock) -> World:
    clock.at = clock.at.replace(hour=12)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await connect_bots(tx)
        await bind_address(tx, shop.member_id, Address("telegram", "7"), language="ru")
        await note_consent(tx, shop.member_id, "marketing", is_given=True, source="office")
    return World(cast, shop.member_id, database, clock)


async def announced(anna: httpx.AsyncClient, **changes: str) -> str:
    """Write the announcement with ``changes`` and return the address of its page."""
    page: str = (await anna.post("/campaigns/announce")).headers["location"].removesuffix("/start")
    template = re.search(r'<option value="([0-9a-f-]{36})" selected', (await anna.get(f"{page}/edit")).text)
    assert template is not None
    typed = {
        "name": "Анонс",
        "template.0": template[1],
        "control": "0",
        "window_days": "7",
        "when": "now",
        "offer": "points",
        "points": "50",
        **changes,
    }
    answer = await anna.post(f"{page}/edit", data=typed)
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    return page


async def sent(world: World) -> int:
    await send_tenant(world.database, world.clock, world.tenant_id)
    async with world.database.transaction(world.tenant_id, actor="test", at=world.clock.now()) as tx:
        taken = await take(tx, "telegram", "marketing", 100)
        for message in taken:
            await finish(tx, message, Sent())
    await send_tenant(world.database, world.clock, world.tenant_id)
    return len(taken)


@pytest.mark.usefixtures("staff")
async def test_an_order_of_channels_names_all_of_them_and_stays_when_it_is_saved_again(
    anna: httpx.AsyncClient, world: World
) -> None:
    order = ("sms", "email", "max", "vk", "telegram", "inbox", "push")
    route = {f"route.{place}": channel for place, channel in enumerate(order)}
    page = await announced(anna, **route)
    edit = (await anna.get(f"{page}/edit")).text
    for place, channel in enumerate(order):
        assert re.search(
            rf'name="route.{place}"(?:(?!</select>).)*value="{channel}" selected', edit, re.DOTALL
        )
    async with world.database.transaction(world.tenant_id, actor="test", at=world.clock.now()) as tx:
        assert (await get_campaign(tx, UUID(page.rpartition("/")[2]))).letter.route == order


async def test_the_programme_is_announced_and_what_came_of_it_stands_in_the_table(
    anna: httpx.AsyncClient, app: Plushka, world: World
) -> None:
    empty = plain((await anna.get("/campaigns")).text)
    assert "Рассылок пока нет" in empty
    assert "Написать объявление" in (await anna.get("/")).text
    page = await announced(anna)

    assert (await anna.post("/campaigns/announce")).headers["location"].endswith("/start"), (
        "a click, and a look"
    )
    told = plain((await anna.get(f"{page}/start")).text)
    assert "Отправить 1 клиенту" in told
    assert "до 50" in told
    assert "у вас теперь есть карта лояльности" in told
    async with signed_in(app, email_of("marketer")) as marina:
        assert (await marina.post(f"{page}/start")).status_code == httpx.codes.FORBIDDEN
        assert (await marina.get(page)).status_code == httpx.codes.OK
    await anna.post(f"{page}/start")
    assert await sent(world) == 1
    assert "Написать объявление" not in (await anna.get("/")).text
    world.clock.advance(timedelta(hours=3))
    async with client_of(app, world.cast.anna.secret) as till:
        bought = await till.post("/v1/purchases", json=coffee("B-1", member={"id": str(world.member_id)}))
        assert bought.is_success, bought.text
    world.clock.advance(timedelta(hours=1))
    await count_tenant(world.database, world.clock, world.tenant_id)

    shown = plain((await anna.get(page)).text)
    assert "завершена" in shown
    async with signed_in(app, email_of("marketer")) as marina:
        for path in ("/campaigns", page):
            for of_margin in ("Прибыль", "Себестоимость"):
                assert of_margin in (await anna.get(path)).text
                assert of_margin not in (await marina.get(path)).text
    assert re.search(r"Конверсия</button>.*?</dt>\s*<dd[^>]*>100,00 %", shown)
    listed = plain((await anna.get("/campaigns?text=анонс&state=done")).text)
    for path in ("/campaigns", page, f"/campaigns/letters?campaign={page.rpartition('/')[2]}"):
        assert not undefined((await anna.get(path)).text), path
    assert "Анонс" in listed
    figures = dict(re.findall(r'class="cell-title[^>]*>([^<]+)</button>([^<]*)<', listed))
    assert (figures["Покупки"], figures["Позиций в нём"], figures["Конверсия"]) == ("1", "1,00", "100,00 %")
    assert "Нет контрольной группы" in listed
    assert "Ничего не найдено" in plain((await anna.get("/campaigns?text=нет")).text)
    for block in ("broadcasts", "bonuses"):
        titles, rows = await read_rows(anna, f"/reports/blocks/{block}?period=month")
        for row in rows:
            cell = row[titles.index("Уведомления")]
            assert cell.number == (await read_tiles(anna, cell.href))["Отправлено"][0].number == 1
            assert "Варвара Широкова" in plain((await anna.get(cell.href)).text)
    recipients = plain((await anna.get(f"{page}/recipients?fate=sent")).text)
    assert "Варвара Широкова" in recipients
    card = plain((await anna.get(f"/members/{world.member_id}/points")).text)
    assert re.search(r"Рассылка .Анонс.", card)

    again = await anna.post("/campaigns/announce")
    told_before = plain((await anna.get(again.headers["location"])).text)
    assert "Все в этой аудитории уже знают о программе: ничего не будет отправлено" in told_before
    whom = "кому можно написать хотя бы одним способом, кроме тех, кому уже рассказали о программе"
    assert whom in told_before
    written = await anna.post("/campaigns/announce")
    assert written.headers["location"] == again.headers["location"], "one that has not begun is shown again"


async def test_a_broadcast_is_paused_resumed_and_called_off_from_its_page(
    anna: httpx.AsyncClient, world: World
) -> None:
    page = await announced(anna)
    await anna.post(f"{page}/start")
    await send_tenant(world.database, world.clock, world.tenant_id)
    await anna.post(f"{page}/pause")
    assert "на паузе" in plain((await anna.get(f"{page}/progress")).text)
    assert await sent(world) == 0
    again = await anna.post(f"{page}/pause")
    assert again.status_code == httpx.codes.SEE_OTHER
    assert "на паузе" in plain((await anna.get(page)).text)
    await anna.post(f"{page}/resume")
    assert "Больше не получат" in plain((await anna.get(f"{page}/cancel")).text)
    await anna.post(f"{page}/cancel")
    assert await sent(world) == 0
    shown = plain((await anna.get(page)).text)
    assert "отменена" in shown
    assert "рассылку отменили" in shown
    assert "отменять нечего" in plain((await anna.get(f"{page}/cancel")).text)


async def test_two_clicks_begin_it_once_and_what_was_changed_meanwhile_is_read_again(
    anna: httpx.AsyncClient, world: World
) -> None:
    page = await announced(anna)
    read = re.search(r'name="mark" value="(\w+)"', (await anna.get(f"{page}/start")).text)
    assert read is not None
    mark = {"mark": read[1]}
    await anna.post(f"{page}/edit", data={"name": "Другое", "control": "0", "window_days": "7"})
    refused = await anna.post(f"{page}/start", data=mark)
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "прочитайте её ещё раз" in plain(refused.text)
    page = await announced(anna)
    clicks = await asyncio.gather(*(anna.post(f"{page}/start") for _ in range(2)))
    assert {click.status_code for click in clicks} == {httpx.codes.SEE_OTHER}
    assert {click.headers["location"] for click in clicks} == {page}
    assert await sent(world) == 1
    async with world.database.transaction(world.tenant_id, actor="test", at=world.clock.now()) as tx:
        assert await tx.fetchval("select count(*) from audit_entries where action = 'campaign.start'") == 1


@pytest.mark.usefixtures("shop")
async def test_what_was_typed_stays_and_what_is_missing_is_said_at_its_field(anna: httpx.AsyncClient) -> None:
    typed = {
        "name": "",
        "control": "80",
        "window_days": "7",
        "offer": "points",
        "points": "",
        "segments": "x",
    }
    wrong = await anna.post("/campaigns/new", data=typed)
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'value="80"' in wrong.text
    assert 'id="name-problem"' in wrong.text
    assert 'id="control-problem"' in wrong.text
    assert 'id="points-problem"' in wrong.text
    grown = await anna.post("/campaigns/new", data={**typed, "do": "variant.add"})
    assert 'name="template.1"' in grown.text
    made = await anna.post("/campaigns/new", data={"name": "Без текста", "control": "10", "window_days": "7"})
    refused = await anna.post(f"{made.headers['location']}/start")
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Здесь ничего не выбрано" in plain(refused.text)
    page = await announced(anna, offer="nothing")
    template = re.search(r'<option value="([0-9a-f-]{36})" selected', (await anna.get(f"{page}/edit")).text)
    assert template is not None
    counted = await anna.post(
        "/campaigns/count", data={**typed, "control": "10", "offer": "nothing", "segments": ""}
    )
    assert "В аудитории" in plain(counted.text)


async def test_conditions_are_nested_in_a_broadcast_as_in_a_segment(
    anna: httpx.AsyncClient, shop: Shop
) -> None:
    typed = {
        "name": "Не заходили",
        "control": "10",
        "window_days": "7",
        "n.is": "any",
        "n.of": ["n-0", "n-1"],
        "n-0.is": "never_bought",
        "n-1.is": "last_purchase",
        "n-1.days_min": "30",
    }
    grown = await anna.post("/campaigns/new", data={**typed, "do": "group:n"})
    assert grown.status_code == httpx.codes.OK
    assert 'name="n-2.new"' in grown.text
    for turned, count in (("", 0), ("on", 1)):
        told = plain((await anna.post("/campaigns/count", data={**typed, "n-0.not": turned})).text)
        assert re.search(rf"В аудитории</dt><dd[^>]*>{count}<", told)
    half = await anna.post("/campaigns/new", data={**typed, "n-1.days_min": ""})
    assert half.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Заполните хотя бы одно поле" in plain(half.text)

    page = (await anna.post("/campaigns/new", data=typed)).headers["location"]
    assert (
        "нет покупок или последняя покупка 30 дней назад или раньше"
        in plain((await anna.get(page)).text).lower()
    )
    edited = (await anna.get(f"{page}/edit")).text
    assert re.search(r'name="n-0-1.days_min"[^>]*value="30"', edited)
    unknown = str(shop.member_id)
    refused = await anna.post(
        f"{page}/edit", data={**typed, "n.of": ["n-0"], "n-0.is": "segment", "n-0.ids": unknown}
    )
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await anna.post(f"{page}/edit", data={**typed, "n.of": []})
    assert "все клиенты" in plain((await anna.get(page)).text).lower()


async def test_both_tables_are_taken_away_as_workbooks(
    anna: httpx.AsyncClient, app: Plushka, world: World, owner_dsn: str
) -> None:
    page = await announced(anna, name="=1+1")
    await anna.post(f"{page}/start")
    await sent(world)
    async with client_of(app, world.cast.anna.secret) as till:
        world.clock.advance(timedelta(minutes=5))
        await till.post("/v1/purchases", json=coffee("B-1", member={"id": str(world.member_id)}))
    world.clock.advance(timedelta(hours=1))
    await count_tenant(world.database, world.clock, world.tenant_id)

    async def rows(path: str) -> list[dict[str, object]]:
        task = (await anna.post(path)).headers["location"]
        await do_all_tasks(world.database, world.clock, owner_dsn)
        return rows_of((await anna.get(f"{task}/file")).content)

    (broadcast,) = await rows("/campaigns/export")
    assert (broadcast["Рассылка"], broadcast["Покупки"]) == ("=1+1", 1)
    assert broadcast["Вывод"] == "Нет контрольной группы"
    (recipient,) = await rows(f"{page}/recipients/export")
    assert recipient["Имя клиента"] == "Варвара Широкова"
    assert (recipient["Что с письмом"], recipient["Бонусов дали"]) == ("отправлено", 50)
    assert recipient["Купил после письма"] != ""
    assert recipient["Заплатил за неё"] == broadcast["Выручка"] == 1000
