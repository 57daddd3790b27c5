"""Before each sending it is asked whether the member is still of the broadcast's audience, whatever that is made of."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.telling import DRAFT, TEXT, begun, deliver, recipients, tellable, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.model import CodeOffered
from plushka.domain.coupons.operations import create_coupon
from plushka.domain.members.model import Identity
from plushka.domain.messages.taking import take
from plushka.domain.messages.templates.store import create_template
from plushka.domain.segments.lists import add_members, remove_members
from plushka.domain.segments.operations import create_segment
from plushka.engine.audience import Any, Audience, CouponHeld, LastPurchase, NeverBought, Not, Purchases
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def left_for_sending(shop: Shop, audience: Audience, **plan: object) -> UUID:
    """Begin a broadcast to ``audience`` and leave its letters, which wait."""
    campaign_id = await begun(shop, audience=audience, **plan)
    await worked(shop, campaign_id)
    return campaign_id


async def fates(shop: Shop, campaign_id: UUID) -> dict[UUID, tuple[str, str]]:
    return {one.member_id: (one.fate, one.reason) for one in (await recipients(shop, campaign_id)).values()}


@pytest.mark.parametrize(
    "audience",
    [
        composed(Who(others=(NeverBought(),))),
        Any((NeverBought(), LastPurchase(days_min=30))),
        Not(Purchases(count_min=1, days=7)),
    ],
)
async def test_who_bought_meanwhile_is_not_told_that_they_never_did(
    shop: Shop, clock: SetClock, audience: Audience
) -> None:
    bought, not_yet = await tellable(shop, 2)
    campaign_id = await left_for_sending(shop, audience)
    clock.at += timedelta(minutes=1)
    await shop.buy("first", 10000, member=Identity("phone", "+79990000001"))
    await deliver(shop)
    assert await fates(shop, campaign_id) == {bought: ("skipped", "not_in_segment"), not_yet: ("sent", "")}


async def test_one_of_several_segments_is_enough_and_each_is_asked_again(shop: Shop) -> None:
    anna, boris, vera = await tellable(shop, 3)
    async with shop.tx() as tx:
        ids = [await create_segment(tx, name=name, audience=None) for name in ("Утро", "Вечер")]
        await add_members(tx, ids[0], [anna, boris, vera])
        await add_members(tx, ids[1], [anna])
    campaign_id = await left_for_sending(shop, composed(Who(segments=tuple(map(str, ids)))))
    async with shop.tx() as tx:
        await remove_members(tx, ids[0], [anna, boris])
    await deliver(shop)
    assert await fates(shop, campaign_id) == {
        anna: ("sent", ""),
        boris: ("skipped", "not_in_segment"),
        vera: ("sent", ""),
    }


async def test_who_is_put_into_an_excluded_segment_meanwhile_is_not_told(shop: Shop) -> None:
    anna, boris = await tellable(shop, 2)
    async with shop.tx() as tx:
        apart = await create_segment(tx, name="Не писать", audience=None)
    campaign_id = await left_for_sending(shop, composed(Who(excluded=(str(apart),))))
    async with shop.tx() as tx:
        await add_members(tx, apart, [boris])
    await deliver(shop)
    assert await fates(shop, campaign_id) == {anna: ("sent", ""), boris: ("skipped", "not_in_segment")}


async def test_a_code_that_is_in_the_letter_itself_takes_nobody_out_of_its_audience(shop: Shop) -> None:
    """Who has no code yet is given one: it is theirs once the letter has gone out, and another one is not in it."""
    anna, boris = await tellable(shop, 2)
    async with shop.tx() as tx:
        coupon = (await create_coupon(tx, name="Март")).id
    audience = composed(Who(others=(Not(CouponHeld((coupon,))),)))
    first = await left_for_sending(shop, audience, offer=CodeOffered(coupon))
    second = await left_for_sending(shop, audience, offer=CodeOffered(coupon), name="Второй раз")
    async with shop.tx() as tx:
        assert await tx.fetchval("select count(*) from outgoing where state = 'waiting'") == 2
    await deliver(shop)
    assert await fates(shop, first) == {anna: ("sent", ""), boris: ("sent", "")}
    assert await fates(shop, second) == {}


async def test_who_left_the_audience_is_not_told_of_what_is_no_advertising_either(shop: Shop) -> None:
    anna, boris = await tellable(shop, 2)
    async with shop.tx() as tx:
        affected = await create_segment(tx, name="Кого касается", audience=None)
        await add_members(tx, affected, [anna, boris])
        await create_template(
            tx, DRAFT.__class__("Важное", "transactional", DRAFT.body), template_id=TEXT.template_id
        )
    campaign_id = await left_for_sending(shop, composed(Who(segments=(str(affected),))))
    async with shop.tx() as tx:
        await remove_members(tx, affected, [boris])
    async with shop.tx() as tx:
        taken = await take(tx, "telegram", "transactional", 10)
    assert [message.member_id for message in taken] == [anna]
    assert (await fates(shop, campaign_id))[boris] == ("skipped", "not_in_segment")
