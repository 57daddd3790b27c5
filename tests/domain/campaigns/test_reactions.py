"""What came of a campaign is asked of members: by what broadcasts and journeys leave behind, as their figures count."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import TEXT, begun, deliver, tellable, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.campaigning import count_tenant
from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.figures import list_figures
from plushka.domain.campaigns.model import CodeOffered, LetterPlan
from plushka.domain.coupons.operations import create_coupon
from plushka.domain.messages.model import Refused
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.refreshing import refresh
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import Campaign, Not, Reaction
from plushka.engine.conditions import Coupon
from plushka.engine.journeys.parts import GiveCoupon, GoalPurchase, Journey, OnRegistration, Wait
from plushka.engine.price_effects import AmountOff
from plushka.engine.program import Promotion
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def met(shop: Shop, *campaigns: UUID, **asked: object) -> set[UUID]:
    """Return who a condition on campaigns finds, by whichever interpreter."""
    audience = Campaign(campaigns, **asked)  # type: ignore[arg-type]
    async with shop.tx() as tx:
        found = set(await list_members(tx, audience))
        everybody = await tx.fetch("select id from members where tenant_id = $1", tx.tenant_id)
        assert await still_in(tx, audience, [row["id"] for row in everybody]) == found
    return found


async def gift(shop: Shop) -> UUID:
    """Make a coupon of 100 off, and publish what its codes give."""
    async with shop.tx() as tx:
        coupon = await create_coupon(tx, name="Подарок")
    promotion = Promotion("gift", "Подарок", AmountOff(100_00), when=Coupon((coupon.key,)))
    await shop.publish(structs.replace(CASHBACK, promotions=(promotion,)))
    return coupon.id


async def code_of(shop: Shop, member_id: UUID) -> str:
    async with shop.tx() as tx:
        code: str = await tx.fetchval("select code from coupon_codes where member_id = $1", member_id)
    return code


async def test_each_reaction_to_a_broadcast_finds_those_whose_it_is(shop: Shop, clock: SetClock) -> None:
    members = await tellable(shop, 8)
    (stranger,) = await tellable(shop, 1, first=9, agreed=False)
    march = await begun(
        shop,
        control_bp=5000,
        offer=CodeOffered(await gift(shop)),
        letter=LetterPlan((TEXT,), route=("telegram",)),
    )
    await worked(shop, march)
    (read,) = await deliver(shop, count=1)
    (refused,) = await deliver(shop, count=1, result=Refused("nobody there"))
    rest = [letter.member_id for letter in await deliver(shop)]
    told = {read.member_id, *rest}
    left_alone = await met(shop, march, reaction="control")
    assert len(left_alone) in {4, 5}
    assert await met(shop, march) == told
    assert await met(shop, march, reaction="undelivered") == {refused.member_id}
    assert await met(shop, march, reaction="delivered") == set()
    assert await met(shop, march, reaction="nothing") == {*members, stranger} - told
    assert await met(shop, march, reaction="skipped") == {stranger} - left_alone

    clock.at += timedelta(days=2)
    buyer, returner = sorted(filter(None, told))[:2]
    await shop.buy("1", 500_00, member=buyer, coupon_codes=(await code_of(shop, buyer),))
    await shop.buy("2", 500_00, member=returner, coupon_codes=(await code_of(shop, returner),))
    await shop.buy("3", 500_00, member=next(iter(left_alone)))
    assert await met(shop, march, reaction="bought") == {buyer, returner}
    assert await met(shop, march, reaction="code_used") == {buyer, returner}
    assert await met(shop, march, reaction="control", bought_within_days=2) == {next(iter(left_alone))}
    assert await met(shop, march, reaction="control", bought_within_days=1) == set()
    await give_back(shop, "r", "2")
    assert await met(shop, march, reaction="bought") == {buyer}
    assert await met(shop, march, reaction="code_used") == {buyer}
    assert await met(shop, march, days=2) == set()
    assert await met(shop, march, days=3) == told
    await count_tenant(shop.database, clock, shop.caller.tenant_id)
    async with shop.tx() as tx:
        total = (await list_figures(tx, march))[0].figures
    assert (total.sent, total.purchases) == (len(told), 1)


async def test_a_second_broadcast_is_for_those_to_whom_nothing_of_the_first_went(
    shop: Shop, clock: SetClock
) -> None:
    first, second = await tellable(shop, 2)
    march = await begun(shop)
    await worked(shop, march)
    (letter,) = await deliver(shop, count=1)
    clock.at += timedelta(minutes=5)
    rest = composed(Who(others=(Campaign((march,), reaction="nothing"),)))
    again = await begun(shop, name="Ещё раз", audience=rest)
    await worked(shop, again)
    # The first letter goes out late, before that of the second: whoever has it is written to no more.
    late = await deliver(shop)
    assert {first, second} - {letter.member_id} == {one.member_id for one in late}
    assert [one.campaign_id for one in late] == [march]
    assert await met(shop, again) == set()


async def test_whose_purchase_a_campaign_brought_enters_a_segment_and_who_returns_it_leaves(
    shop: Shop, clock: SetClock
) -> None:
    (member,) = await tellable(shop, 1)
    march = await begun(shop)
    async with shop.tx() as tx:
        segment = await create_segment(
            tx, name="Пришли по письму", audience=Campaign((march,), reaction="bought")
        )
    await worked(shop, march)
    await deliver(shop)

    async def moved() -> tuple[int, int]:
        clock.at += timedelta(minutes=10)
        async with shop.tx() as tx:
            refreshed = await refresh(tx, segment)
        return refreshed.entered, refreshed.left

    assert await moved() == (0, 0)
    await shop.buy("1", 500_00, member=member)
    assert await moved() == (1, 0)
    assert await moved() == (0, 0)
    await give_back(shop, "r", "1")
    assert await moved() == (0, 1)


@pytest.mark.parametrize("reaction", ["code_used", "goal"])
async def test_a_code_of_a_journey_and_its_goal_are_told_of_it(shop: Shop, reaction: Reaction) -> None:
    assert isinstance(shop.clock, SetClock)
    road = Road(shop, shop.clock)
    coupon = await gift(shop)
    steps = (GiveCoupon("first", str(coupon)), GiveCoupon("second", str(coupon)), Wait("wait", days=30))
    card = await road.begin(Journey("Знакомство", OnRegistration(), steps, goal=GoalPurchase()))
    road.clock.at += timedelta(minutes=1)
    anna, boris = await tellable(shop, 2)
    await road.go()
    assert await met(shop, card.id, reaction=reaction) == set()
    road.clock.at += timedelta(minutes=1)
    async with shop.tx() as tx:
        codes = await tx.fetch(
            """
            select c.code, c.member_id from journey_passes p
            join coupon_codes c on c.tenant_id = p.tenant_id and c.key = p.coupon_key
            where p.tenant_id = $1 order by p.step
            """,
            tx.tenant_id,
        )
    assert sorted(row["member_id"] for row in codes) == sorted([anna, anna, boris, boris])
    # The first of two: a run itself remembers only what it gave last.
    code = next(row["code"] for row in codes if row["member_id"] == anna)
    await shop.buy("1", 500_00, member=anna, coupon_codes=(code,))
    await road.until(NOON + timedelta(minutes=10), every=timedelta(minutes=8))
    assert await met(shop, card.id, reaction=reaction) == {anna}
    assert await met(shop, reaction=reaction) == {anna}
    async with shop.tx() as tx:
        assert await list_members(tx, Not(Campaign((card.id,), reaction=reaction))) == [boris]
