"""What journeys write goes through the same doors as what broadcasts write."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import deliver, tellable
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.campaigns.journeys.publishing import publish, take_out
from plushka.domain.campaigns.journeys.queries import list_runs_of_member
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.events.store import Told
from plushka.domain.messages.composing import compose
from plushka.domain.messages.model import Purpose
from plushka.domain.messages.taking import take
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import change_template, create_template
from plushka.domain.occasions.noting import note_event
from plushka.engine.audience import NeverBought, Purchases
from plushka.engine.journeys.parts import (
    GivePoints,
    Goal,
    GoalAudience,
    GoalEvent,
    GoalPurchase,
    Journey,
    Message,
    OnRegistration,
    Step,
    TagMember,
    Wait,
)
from plushka.engine.occasion_parts import FieldTest
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
NIGHT = datetime.fromisoformat("2026-03-10T22:00:00+03:00")
MORNING = datetime.fromisoformat("2026-03-11T09:00:00+03:00")


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


async def template(shop: Shop, purpose: Purpose = "marketing", *, text: str = "Привет!") -> UUID:
    async with shop.tx() as tx:
        return await create_template(tx, Draft(text, purpose, Body({"ru": Words(text)})))


def welcoming(*steps: Step) -> Journey:
    return Journey("Знакомство", OnRegistration(), steps, control_bp=0)


async def letters(shop: Shop) -> list[tuple[str, str, str]]:
    async with shop.tx() as tx:
        rows = await tx.fetch(
            "select purpose, state, failure from outgoing where tenant_id = $1 and campaign_id is not null order by id",
            tx.tenant_id,
        )
    return [(row["purpose"], row["state"], row["failure"]) for row in rows]


GOALS: dict[str, Goal] = {
    "purchase": GoalPurchase(),
    "event": GoalEvent("review", (FieldTest("rating", at_least=5),)),
    "audience": GoalAudience(Purchases(count_min=1)),
}


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize(
    "behind", [(), (Wait("w", days=9), TagMember("t", "дошёл"))], ids=["last", "not last"]
)
async def test_who_reaches_the_goal_in_the_night_is_not_written_to_in_the_morning(
    road: Road, goal: str, behind: tuple[Step, ...]
) -> None:
    journey = welcoming(Message("m", str(await template(road.shop))), *behind)
    await road.begin(structs.replace(journey, goal=GOALS[goal]))
    road.clock.at = NIGHT
    bought, not_yet = await tellable(road.shop, 2)
    await road.go()
    assert await deliver(road.shop) == []

    road.clock.at += timedelta(hours=1)
    await road.shop.buy("1", 100_00, member=bought)
    async with road.shop.tx() as tx:
        await note_event(tx, road.shop.reference.versions, Told(bought, "review", {"rating": 5}))
        await note_event(tx, road.shop.reference.versions, Told(not_yet, "review", {"rating": 4}))
    road.clock.at = MORNING
    assert [letter.member_id for letter in await deliver(road.shop)] == [not_yet]
    assert await letters(road.shop) == [
        ("marketing", "skipped", "journey_over"),
        ("marketing", "sent", ""),
    ]


@pytest.mark.parametrize("leaves", [True, False])
async def test_who_leaves_the_audience_in_the_night_is_written_to_only_if_nobody_leaves_the_journey(
    road: Road, *, leaves: bool
) -> None:
    journey = welcoming(Message("m", str(await template(road.shop))))
    await road.begin(structs.replace(journey, audience=NeverBought(), leaves=leaves))
    road.clock.at = NIGHT
    bought, not_yet = await tellable(road.shop, 2)
    await road.go()
    assert await deliver(road.shop) == []
    await road.shop.buy("1", 100_00, member=bought)
    road.clock.at = MORNING
    assert (
        [letter.member_id for letter in await deliver(road.shop)] == [not_yet]
        if leaves
        else [bought, not_yet]
    )


@pytest.mark.parametrize("purpose", get_args(Purpose))
async def test_who_is_taken_out_is_not_written_to_any_more(road: Road, purpose: Purpose) -> None:
    letter = Message("m", str(await template(road.shop, purpose)), purpose)
    card = await road.begin(welcoming(letter, Wait("w", days=9)))
    out, stays = await tellable(road.shop, 2)
    await road.go()
    async with road.shop.tx() as tx:
        (run,) = await list_runs_of_member(tx, out)
        await take_out(tx, run.id)
        taken = await take(tx, "telegram", purpose, 10)
    assert [each.member_id for each in taken] == [stays]
    assert await road.runs(card.id) == [("taken_out", None), ("active", "w")]


async def test_who_has_no_wallet_is_not_told_of_points_that_they_were_not_given(road: Road) -> None:
    letter = Message("m", str(await template(road.shop, text="Дарим {points}")))
    card = await road.begin(welcoming(GivePoints("p", 50), letter))
    given, without = await tellable(road.shop, 2)
    async with road.shop.tx() as tx:
        await tx.execute("set local role none")
        await tx.execute("delete from wallets where member_id = $1", without)
    await road.go()
    assert await road.runs(card.id) == [("passed", None)] * 2
    async with road.shop.tx() as tx:
        taken = await take(tx, "telegram", "marketing", 10)
        composed = await compose(tx, taken)
    assert [(message.member_id, said.plain) for message, said in composed] == [
        (given, "Дарим 50\N{NO-BREAK SPACE}бонусов")
    ]
    assert [reason for _, _, reason in await letters(road.shop)] == ["", "value_missing"]


async def test_a_letter_names_the_last_day_of_the_points_that_came_before_it(road: Road) -> None:
    letter = Message("m", str(await template(road.shop, text="Дарим {points} до {points_until|конца года}")))
    again = Message("n", str(await template(road.shop, text="Ещё {points} до {points_until}")))
    first = (GivePoints("p", 50, life_days=15), Wait("w", days=2), letter)
    await road.begin(welcoming(*first, GivePoints("q", 70), again))
    await tellable(road.shop, 1)
    await road.go()
    await road.until(NOON + timedelta(days=2))
    async with road.shop.tx() as tx:
        composed = await compose(tx, await take(tx, "telegram", "marketing", 10))
    told = [said.plain.replace("\N{NO-BREAK SPACE}", " ") for _, said in composed]
    assert told == ["Дарим 50 бонусов до 25 марта"], "those that never burn have no last day"
    assert [reason for _, _, reason in await letters(road.shop)] == ["", "value_missing"]


async def test_a_letter_advertises_if_its_template_does_whatever_its_step_was_published_with(
    road: Road,
) -> None:
    template_id = await template(road.shop, "transactional")
    await road.begin(welcoming(Message("m", str(template_id), "transactional")))
    async with road.shop.tx() as tx:
        await change_template(
            tx, template_id, Draft("Скидки", "marketing", Body({"ru": Words("Скидки!")})), revision=1
        )
    await tellable(road.shop, 1, agreed=False)
    await road.go()
    assert await letters(road.shop) == [("marketing", "skipped", "no_consent")]


@pytest.mark.parametrize(
    ("of_step", "of_template"), [("transactional", "marketing"), ("marketing", "transactional")]
)
async def test_a_step_of_another_kind_than_its_template_is_not_published(
    road: Road, of_step: Purpose, of_template: Purpose
) -> None:
    template_id = await template(road.shop, of_template)
    async with road.shop.tx() as tx:
        other = await create_journey(tx, welcoming(Message("m", str(template_id), of_step)))
        same = await create_journey(tx, welcoming(Message("m", str(template_id), of_template)))
        problems = await problems_of(tx, other.draft)
        assert [(each.path, each.code) for each in problems] == [
            ("steps[0].template", "letter_of_another_kind")
        ]
        await publish(tx, same.id, revision=same.revision)
