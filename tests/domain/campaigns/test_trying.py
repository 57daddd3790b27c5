"""What is sent to one member to be looked at is advertising all the same, of a broadcast as of a template."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.telling import DRAFT, tellable
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.model import LetterPlan, Plan, Variant
from plushka.domain.campaigns.operations import create_broadcast
from plushka.domain.campaigns.trying import send_to_one
from plushka.domain.members.blocking import block
from plushka.domain.members.consents import note_consent
from plushka.domain.messages.model import CHANNELS, Purpose
from plushka.domain.messages.rules import ChannelRule, Rules, change_rules
from plushka.domain.messages.templates import testing
from plushka.domain.messages.templates.model import Draft
from plushka.domain.messages.templates.store import create_template
from plushka.platform.database import Database
from plushka.platform.ids import new_id

Try = Callable[[Shop, UUID, Purpose], Awaitable[None]]


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def try_broadcast(shop: Shop, _: UUID, purpose: Purpose) -> None:
    async with shop.tx() as tx:
        text = Variant("A", await create_template(tx, Draft("Март", purpose, DRAFT.body)), 1)
        plan = Plan(name="Март", audience=composed(Who()), letter=LetterPlan((text,), ("telegram",)))
        campaign_id = await create_broadcast(tx, plan)
    async with shop.tx() as tx:
        assert await send_to_one(tx, campaign_id, "+79990000001") == 1


async def try_template(shop: Shop, member_id: UUID, purpose: Purpose) -> None:
    async with shop.tx() as tx:
        template_id = await create_template(tx, Draft("Март", purpose, DRAFT.body))
    async with shop.tx() as tx:
        await testing.send_test(tx, template_id, member_id, "telegram", test_id=new_id())


async def left(shop: Shop) -> list[str]:
    async with shop.tx() as tx:
        rows = await tx.fetch("select channel, state from outgoing where tenant_id = $1", tx.tenant_id)
    return [f"{row['channel']} {row['state']}" for row in rows]


tries = pytest.mark.parametrize("try_it", [try_broadcast, try_template])


@tries
async def test_who_agreed_has_it_at_once(shop: Shop, clock: SetClock, try_it: Try) -> None:
    (member_id,) = await tellable(shop, 1)
    clock.at = clock.at.replace(hour=23)
    await try_it(shop, member_id, "marketing")
    assert await left(shop) == ["telegram waiting"]


@tries
async def test_who_has_not_agreed_or_is_blocked_has_none_that_advertises(shop: Shop, try_it: Try) -> None:
    (member_id,) = await tellable(shop, 1, agreed=False)
    with pytest.raises(testing.TestUnwanted):
        await try_it(shop, member_id, "marketing")
    async with shop.tx() as tx:
        await note_consent(tx, member_id, "marketing", is_given=True, source="office")
        await block(tx, member_id, reason="тест")
    with pytest.raises(testing.TestUnwanted):
        await try_it(shop, member_id, "marketing")
    assert await left(shop) == []
    await try_it(shop, member_id, "transactional")
    assert await left(shop) == ["telegram waiting"]


@tries
@pytest.mark.parametrize("refused_by", ["the business", "the member"])
async def test_none_that_advertises_goes_by_a_channel_that_carries_no_advertising(
    shop: Shop, try_it: Try, refused_by: str
) -> None:
    (member_id,) = await tellable(shop, 1)
    async with shop.tx() as tx:
        if refused_by == "the member":
            await note_consent(tx, member_id, "messenger", is_given=True, source="office")
            await note_consent(tx, member_id, "messenger", is_given=False, source="office")
        else:
            channels = tuple(ChannelRule(one, is_transactional_only=one == "telegram") for one in CHANNELS)
            await change_rules(tx, Rules(channels=channels))
    with pytest.raises(testing.TestUnreachable):
        await try_it(shop, member_id, "marketing")
    assert await left(shop) == []
