"""What journeys write goes through the same doors as what broadcasts write."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import tellable
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.messages.model import Purpose
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import change_template, create_template
from plushka.engine.journeys.parts import Journey, Message, OnRegistration, Step
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")


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
