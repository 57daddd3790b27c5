"""What came of a journey in the office: in the list, at its steps, and taken away as workbooks (F121, F179)."""

from datetime import timedelta

import httpx
import pytest
from tests.office.campaigns.test_broadcasts import World, world
from tests.office.conftest import email_of, plain, signed_in
from tests.office.reports.undefined import undefined
from tests.office.tasks import do_all_tasks, rows_of
from tests.pos.conftest import client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.campaigning import count_journeys
from plushka.delivery.jobs.journeys import lead_tenant
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Sent
from plushka.domain.messages.taking import take
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.engine.journeys.parts import GivePoints, Journey, Message, OnPurchase

__all__ = ["world"]
JOURNEYS = "/campaigns/journeys"


async def thanked(app: Plushka, world: World) -> str:
    """Let a journey thank the member for a purchase, which is followed by another; return its page."""
    async with world.database.transaction(world.tenant_id, actor="test", at=world.clock.now()) as tx:
        words = Body({"ru": Words("Спасибо!")})
        letter = await create_template(tx, Draft("Спасибо", "marketing", words))
        steps = (GivePoints("gift", 50), Message("thanks", str(letter)))
        card = await create_journey(tx, Journey("=Благодарность", OnPurchase(), steps, control_bp=0))
        card = await publish(tx, card.id, revision=card.revision)
    async with client_of(app, world.cast.anna.secret) as till:
        for number in (1, 2):
            world.clock.advance(timedelta(hours=1))
            bought = await till.post(
                "/v1/purchases", json=coffee(f"B-{number}", member={"id": str(world.member_id)})
            )
            assert bought.is_success, bought.text
            if number == 1:
                await lead_tenant(world.database, world.clock, world.tenant_id)
                async with world.database.transaction(
                    world.tenant_id, actor="test", at=world.clock.now()
                ) as tx:
                    for message in await take(tx, "telegram", "marketing", 10):
                        await finish(tx, message, Sent())
    world.clock.advance(timedelta(hours=1))
    await count_journeys(world.database, world.clock, world.tenant_id)
    return f"{JOURNEYS}/{card.id}"


@pytest.mark.usefixtures("staff")
async def test_what_came_of_its_letters_stands_at_the_step_on_the_page_and_in_the_list(
    anna: httpx.AsyncClient, app: Plushka, world: World
) -> None:
    page = await thanked(app, world)
    shown, listed = plain((await anna.get(page)).text), plain((await anna.get(JOURNEYS)).text)

    assert "отправлено: 1 · купили: 1 (100,00 %) · заплатили: 1 000,00 ₽" in shown
    assert "Что купили после её писем" in shown
    assert not undefined((await anna.get(JOURNEYS)).text)
    assert not undefined(shown)
    assert "1 цепочка вместе" in listed
    assert "1 000,00 ₽" in listed
    assert "Прибыль" in listed
    async with signed_in(app, email_of("marketer")) as marina:
        for path in (page, JOURNEYS):
            assert "Себестоимость" not in plain((await marina.get(path)).text)


async def test_journeys_and_who_was_in_one_are_taken_away_as_workbooks(
    anna: httpx.AsyncClient, app: Plushka, world: World, owner_dsn: str
) -> None:
    page = await thanked(app, world)

    async def rows(path: str) -> list[dict[str, object]]:
        task = (await anna.post(path)).headers["location"]
        await do_all_tasks(world.database, world.clock, owner_dsn)
        return rows_of((await anna.get(f"{task}/file")).content)

    (journey,) = await rows(f"{JOURNEYS}/export")
    assert (journey["Цепочка"], journey["Начали её"]) == ("=Благодарность", 1)
    assert (journey["Покупки"], journey["Выручка"]) == (1, 1000)
    (walk,) = await rows(f"{page}/export")
    assert (walk["Имя клиента"], walk["Чем кончилась"]) == ("Варвара Широкова", "цепочка пройдена")
    assert (walk["Бонусов дали"], walk["Покупки после сообщений"]) == (50, 1)
    assert walk["За них заплачено"] == 1000
