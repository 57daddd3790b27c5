"""What a journey gives before a letter is given to whom the letter will go: nothing comes of which nobody is told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import deliver, tellable
from tests.domain.campaigns.test_letters_of_journeys import NIGHT, NOON, letters, template, welcoming
from tests.domain.messages.recipients import letter
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.campaigns.journeys.model import StepCount
from plushka.domain.campaigns.journeys.queries import count_runs
from plushka.domain.coupons.operations import create_coupon
from plushka.domain.members.channels import Address, mark_unreachable
from plushka.domain.members.consents import note_consent
from plushka.domain.members.suppressions import suppress
from plushka.domain.messages.letters import post
from plushka.domain.messages.model import Purpose
from plushka.domain.messages.rules import Rules, change_rules
from plushka.engine.audience import NeverBought
from plushka.engine.conditions import Coupon
from plushka.engine.journeys.parts import (
    Choice,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Message,
    Share,
    Split,
    Step,
    TagMember,
    Wait,
)
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion
from plushka.platform.database import Database


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


async def message(road: Road, step: str = "m", purpose: Purpose = "marketing") -> Message:
    return Message(step, str(await template(road.shop, purpose, text=f"Подарок {step}")), purpose)


async def capped(road: Road) -> None:
    async with road.shop.tx() as tx:
        await change_rules(tx, structs.replace(Rules(), cap_letters=1))


async def points(road: Road, *member_ids: UUID) -> list[int]:
    return [(await road.shop.wallet(member_id)).balance.available for member_id in member_ids]


async def passed(road: Road, journey_id: UUID, step: str = "p") -> StepCount:
    async with road.shop.tx() as tx:
        return (await count_runs(tx, journey_id)).by_step[step]


async def test_who_has_had_enough_letters_is_given_nothing_of_which_they_would_not_be_told(
    road: Road,
) -> None:
    await capped(road)
    card = await road.begin(welcoming(GivePoints("p", 50), await message(road)))
    full, free = await tellable(road.shop, 2)
    async with road.shop.tx() as tx:
        await post(tx, [letter(full)])
    assert len(await deliver(road.shop)) == 1
    await road.go()

    assert await points(road, full, free) == [0, 50]
    assert [each.member_id for each in await deliver(road.shop)] == [free]
    assert sorted(await letters(road.shop)) == [("marketing", "sent", ""), ("marketing", "skipped", "cap")]
    assert await passed(road, card.id) == StepCount(passed=2, withheld=(("cap", 1),))
    assert await road.runs(card.id) == [("passed", None)] * 2
    assert await road.shop.differences() == ()


async def test_letters_that_wait_for_the_morning_count_as_well(road: Road) -> None:
    await capped(road)
    await road.begin(welcoming(GivePoints("p", 50), await message(road)))
    road.clock.at = NIGHT
    full, free = await tellable(road.shop, 2)
    async with road.shop.tx() as tx:
        await post(tx, [letter(full)])
    await road.go()
    assert await points(road, full, free) == [0, 50], "quiet hours refuse nothing: it goes in the morning"
    road.clock.at += timedelta(hours=11)
    assert {each.member_id for each in await deliver(road.shop)} == {full, free}


async def test_of_two_journeys_at_one_moment_the_second_gives_nothing_if_one_letter_may_go(
    road: Road,
) -> None:
    await capped(road)
    for number in (1, 2):
        steps = (GivePoints("p", 50), await message(road, f"m{number}"))
        await road.begin(structs.replace(welcoming(*steps), name=f"Цепочка {number}"))
    (member,) = await tellable(road.shop, 1)
    await road.go()
    assert await points(road, member) == [50]
    assert len(await deliver(road.shop)) == 1


async def test_who_agreed_to_nothing_is_out_of_reach_or_was_deleted_before_is_given_nothing(
    road: Road,
) -> None:
    by_telegram = structs.replace(await message(road), route=("telegram",))
    card = await road.begin(welcoming(GivePoints("p", 50), by_telegram))
    told, unreached, suppressed = await tellable(road.shop, 3)
    (unwilling,) = await tellable(road.shop, 1, first=4, agreed=False)
    async with road.shop.tx() as tx:
        await mark_unreachable(tx, Address("telegram", "2"), "blocked")
        await suppress(tx, [suppressed])
    await road.go()
    assert await points(road, told, unreached, suppressed, unwilling) == [50, 0, 0, 0]
    assert (await passed(road, card.id)).withheld == (
        ("no_consent", 1),
        ("suppressed", 1),
        ("unreachable", 1),
    )
    reasons = sorted(reason for _, _, reason in await letters(road.shop))
    assert reasons == ["", "no_consent", "suppressed", "unreachable"]


async def test_a_service_letter_needs_a_way_and_no_consent(road: Road) -> None:
    await road.begin(welcoming(GivePoints("p", 50), await message(road, purpose="transactional")))
    (member,) = await tellable(road.shop, 1, agreed=False)
    await road.go()
    assert await points(road, member) == [50]


@pytest.mark.parametrize("between", ["nothing", "wait", "choice", "letter behind"])
async def test_a_gift_without_a_letter_of_its_own_moment_is_given_to_everybody(
    road: Road, between: str
) -> None:
    told = await message(road)
    steps: dict[str, tuple[Step, ...]] = {
        "nothing": (GivePoints("p", 50),),
        "wait": (GivePoints("p", 50), Wait("w", hours=1), told),
        # It is asked when the gift has been given.
        "choice": (GivePoints("p", 50), Choice("c", NeverBought(), yes=(told,))),
        "letter behind": (told, GivePoints("p", 50)),
    }
    await road.begin(welcoming(*steps[between]))
    (member,) = await tellable(road.shop, 1, agreed=False)
    await road.go()
    assert await points(road, member) == [50]


async def test_what_lies_between_and_a_lot_part_no_gift_from_its_letter(road: Road) -> None:
    ways = (Share(50, (await message(road, "m1"),)), Share(50, (await message(road, "m2"),)))
    card = await road.begin(welcoming(GivePoints("p", 50), TagMember("t", "дарили"), Split("s", ways)))
    (member,) = await tellable(road.shop, 1, agreed=False)
    await road.go()
    assert await points(road, member) == [0]
    assert (await passed(road, card.id)).withheld == (("no_consent", 1),)
    assert (await passed(road, card.id, "t")).withheld == ()


async def test_a_code_and_a_gift_are_withheld_as_points_are_and_each_belongs_to_its_own_letter(
    road: Road,
) -> None:
    await capped(road)
    async with road.shop.tx() as tx:
        coupon = await create_coupon(tx, name="Кофе")
    promotion = Promotion("coffee", "Кофе", PercentOff(10_00), when=Coupon((coupon.key,)))
    await road.shop.publish(structs.replace(CASHBACK, promotions=(promotion,)))
    first = (GivePoints("p", 50), await message(road, "m1"))
    second = (GiveCoupon("c", coupon.key), GiveReward("g", "Круассан"), await message(road, "m2"))
    card = await road.begin(welcoming(*first, *second))
    (member,) = await tellable(road.shop, 1)
    await road.go()
    assert await points(road, member) == [50]
    async with road.shop.tx() as tx:
        assert await tx.fetchval("select count(*) from coupon_codes") == 0
        assert await tx.fetchval("select count(*) from rewards") == 0
        counts = (await count_runs(tx, card.id)).by_step
    assert [counts[step].withheld for step in ("p", "c", "g")] == [(), (("cap", 1),), (("cap", 1),)]
    assert await letters(road.shop) == [("marketing", "waiting", ""), ("marketing", "skipped", "cap")]


async def test_consent_that_comes_meanwhile_does_not_send_the_letter_without_its_gift(road: Road) -> None:
    await road.begin(welcoming(GivePoints("p", 50), await message(road)))
    (member,) = await tellable(road.shop, 1, agreed=False)
    await road.go()
    async with road.shop.tx() as tx:
        await note_consent(tx, member, "marketing", is_given=True, source="app")
    await road.go()
    assert await deliver(road.shop) == []
    assert await points(road, member) == [0]
