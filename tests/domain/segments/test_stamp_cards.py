"""Who has an almost full stamp card: conditions find what a member's own card shows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.verification import verify_tenant
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import PurchaseLine
from plushka.domain.rewards.queries import list_cards
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import Audience, Stamped
from plushka.engine.program import Program, StampCard
from plushka.engine.stamp_parts import FromFirst, FromLast, Gift, Units, Visits
from plushka.platform.database import Database

MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CARD = StampCard("coffee", "Кофе", 3, Gift("Кофе"), Visits(once_a_day=False), lasts=FromLast(30))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = MORNING
    async with open_shop(database, clock, programme(CARD)) as shop:
        yield shop
        assert not (await verify_tenant(database, clock, shop.caller.tenant_id)).differences


def programme(card: StampCard) -> Program:
    return structs.replace(CASHBACK, cards=(card,))


async def found(shop: Shop, audience: Audience) -> list[UUID]:
    async with shop.tx() as tx:
        return await list_members(tx, audience)


async def stamps_of(shop: Shop, member_id: UUID) -> int:
    """Return how many stamps the member sees on the card, once conditions have found just as many."""
    async with shop.tx() as tx:
        card, *_ = await list_cards(
            tx, member_id, versions=shop.reference.versions, program_id=shop.program_id
        )
    for count in range(1, card.needed + 1):
        is_found = member_id in await found(shop, Stamped("coffee", have_min=count))
        assert is_found == (card.have >= count), count
    return card.have


async def test_a_card_lacks_what_the_rules_of_now_ask_for(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    assert await found(shop, Stamped("coffee", left_max=1)) == []
    for visit in range(2):
        await shop.buy(f"{visit}", 100_00, member=member_id)
        clock.advance(DAY)
    assert await found(shop, Stamped("coffee", left_max=1)) == [member_id]

    await shop.publish(programme(structs.replace(CARD, needed=5)))
    assert await found(shop, Stamped("coffee", left_max=1)) == []
    assert await found(shop, Stamped("coffee", left_max=3)) == [member_id]
    assert await found(shop, Stamped("tea", left_max=3)) == []


async def test_what_is_over_begins_a_card_that_lasts_from_that_day(shop: Shop, clock: SetClock) -> None:
    await shop.publish(programme(structs.replace(CARD, counts=Units(), lasts=FromFirst(10))))
    member_id = await shop.enroll()
    two = (PurchaseLine(sku="coffee", quantity_milli=2000, amount_minor=200_00),)
    await shop.buy("1", 0, member=member_id, lines=two)
    clock.advance(7 * DAY)
    await shop.buy("2", 0, member=member_id, lines=two)
    clock.advance(10 * DAY)
    assert await stamps_of(shop, member_id) == 1

    clock.advance(DAY)
    assert await stamps_of(shop, member_id) == 0


async def test_a_stamp_that_does_not_count_leaves_the_end_of_the_card(shop: Shop, clock: SetClock) -> None:
    kept, merged = await shop.enroll(), await shop.enroll("+79990000002")
    await shop.buy("1", 100_00, member=kept)
    once = structs.replace(CARD, counts=Visits(once_a_day=True), lasts=FromFirst(3))
    await shop.publish(programme(once))
    clock.advance(timedelta(minutes=1))
    await shop.buy("2", 100_00, member=merged)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=merged, reason="одна карта")
    clock.advance(20 * DAY)
    assert await stamps_of(shop, kept) == 1


async def test_a_late_receipt_takes_its_place_and_what_came_together_parts(
    shop: Shop, clock: SetClock
) -> None:
    await shop.publish(programme(structs.replace(CARD, counts=Units(), lasts=FromFirst(10))))
    kept, merged = await shop.enroll(), await shop.enroll("+79990000002")
    one = (PurchaseLine(sku="coffee", quantity_milli=1000, amount_minor=100_00),)
    clock.advance(12 * DAY)
    await shop.buy("1", 0, member=kept, lines=one)
    await shop.buy("2", 0, member=merged, lines=one)
    assert await stamps_of(shop, kept) == 1
    await shop.buy("late", 0, member=kept, lines=one, occurred_at=clock.at - 8 * DAY)
    assert await stamps_of(shop, kept) == 2

    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=kept, merged_id=merged, reason="одна карта")
    assert await stamps_of(shop, kept) == 0
    assert await found(shop, Stamped("coffee", have_min=1)) == []
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    assert await stamps_of(shop, kept) == 2
    assert await found(shop, Stamped("coffee", have_min=1, left_max=2)) == [kept, merged]

    clock.advance(3 * DAY)
    assert await found(shop, Stamped("coffee", have_min=1)) == [merged]
