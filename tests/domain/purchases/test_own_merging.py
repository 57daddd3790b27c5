"""A member joins two cards of theirs by a proved phone; and all the ways in which that takes nobody else's card."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_merging import PROGRAM
from tests.domain.shop import Shop, open_shop

from plushka.domain.bots.leaving import delete_member
from plushka.domain.members.blocking import block
from plushka.domain.members.merge_offers import MergeOffer
from plushka.domain.members.model import IDENTITIES_MAX, Identity
from plushka.domain.members.naming import add_identity, correct_identity
from plushka.domain.members.phone_codes import PROOF_TTL
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.members.stopping import stop_spending
from plushka.domain.programs.operations import enroll
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.own_merging import (
    MERGES_A_YEAR_MAX,
    PhoneMet,
    find_outlook,
    leave_offer,
    look_ahead,
    meet_phone,
    take_offer,
)
from plushka.platform.database import Database

PHONE = "+79990000002"
CARD = Identity("card", "100500")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, PROGRAM) as shop:
        yield shop


@pytest.fixture
async def vera(shop: Shop) -> UUID:
    """Vera has a plastic card without a phone: 20 points of welcome and 30 of a receipt."""
    async with shop.tx() as tx:
        member = await enroll(tx, name="Вера", identities=[CARD])
    await shop.buy("vera", 300_00, member=member.id)
    return member.id


@pytest.fixture
async def other(shop: Shop) -> UUID:
    """Her second card, by phone: 20 of welcome and 100 of a receipt."""
    member_id = await shop.enroll(PHONE)
    await shop.buy("other", 1_000_00, member=member_id)
    return member_id


async def meet(shop: Shop, member_id: UUID, phone: str = PHONE) -> PhoneMet | MergeOffer:
    async with shop.tx() as tx:
        return await meet_phone(tx, member_id, phone)


async def offered(shop: Shop, member_id: UUID, phone: str = PHONE) -> MergeOffer:
    met = await meet(shop, member_id, phone)
    assert isinstance(met, MergeOffer)
    return met


async def take(shop: Shop, offer: MergeOffer, *, by: UUID | None = None) -> bool:
    async with shop.tx() as tx:
        return await take_offer(tx, offer.id, member_id=by or offer.member_id)


async def is_apart(shop: Shop, *member_ids: UUID) -> bool:
    async with shop.tx() as tx:
        return all([(await get_member(tx, one)).id == one for one in member_ids])


async def test_both_cards_become_one_in_the_members_own_name(shop: Shop, vera: UUID, other: UUID) -> None:
    offer = await offered(shop, vera)
    async with shop.tx() as tx:
        outlook = await look_ahead(tx, offer)
    (part,) = outlook.parts
    told = [side.balance.available for side in (part.preview.kept, part.preview.merged, part.preview.result)]
    assert (outlook.name, told) == ("Вера", [50, 120, 170])
    assert await is_apart(shop, vera, other)

    assert await take(shop, offer)

    assert (await shop.wallet(vera)).balance.available == 170
    async with shop.tx() as tx:
        member = await find_member(tx, Identity("phone", PHONE))
        assert member is not None
        assert (member.id, member.name) == (vera, "Вера")
        told_merge = await tx.fetchrow("select actor, reason from merges")
        assert told_merge is not None
        assert tuple(told_merge) == (
            f"member:{vera}",
            "Клиент объединил карты сам: подтвердил телефон …0002",
        )
        actors = await tx.fetch("select distinct actor from audit_entries where action = 'member.merge'")
        assert [row["actor"] for row in actors] == [f"member:{vera}"]
    assert await shop.differences() == ()


async def test_the_staff_can_part_them_as_any_merge(shop: Shop, vera: UUID, other: UUID) -> None:
    await take(shop, await offered(shop, vera))
    async with shop.tx() as tx:
        await undo_merge(tx, await tx.fetchval("select id from merges"))
    assert await is_apart(shop, vera, other)
    assert (await shop.wallet(other)).balance.available == 120


async def test_a_phone_of_nobody_comes_on_the_card_and_ones_own_changes_nothing(
    shop: Shop, vera: UUID
) -> None:
    assert await meet(shop, vera) == "added"
    assert await meet(shop, vera) == "own"
    async with shop.tx() as tx:
        assert {one.value for one in (await get_member(tx, vera)).identities} == {CARD.value, PHONE}
        added = await tx.fetchrow("select actor from audit_entries where action = 'identity.add'")
    assert added is not None
    assert added["actor"] == f"member:{vera}"


async def test_what_is_left_stays_left(shop: Shop, vera: UUID, other: UUID) -> None:
    offer = await offered(shop, vera)
    async with shop.tx() as tx:
        assert await leave_offer(tx, offer.id, member_id=vera)
        assert not await leave_offer(tx, offer.id, member_id=vera)
    assert not await take(shop, offer)
    assert await is_apart(shop, vera, other)


@pytest.mark.parametrize("whose", ["own", "other"])
async def test_a_blocked_card_is_the_staffs_matter(shop: Shop, vera: UUID, other: UUID, whose: str) -> None:
    offer = await offered(shop, vera)
    async with shop.tx() as tx:
        await block(tx, vera if whose == "own" else other, reason="Чужая карта")
    assert await meet(shop, vera) == "ask_staff"
    assert not await take(shop, offer)
    assert await is_apart(shop, vera, other)


async def test_a_card_whose_spending_is_stopped_is_the_staffs_matter(
    shop: Shop, vera: UUID, other: UUID
) -> None:
    offer = await offered(shop, vera)
    async with shop.tx() as tx:
        await stop_spending(tx, other)
    assert await meet(shop, vera) == "ask_staff"
    assert not await take(shop, offer)


async def test_an_erased_members_number_is_nobodys(shop: Shop, vera: UUID, other: UUID) -> None:
    offer = await offered(shop, vera)
    async with shop.tx() as tx:
        await delete_member(tx, other)
        assert await tx.fetchval("select count(*) from merge_offers") == 0
    assert not await take(shop, offer)
    assert await meet(shop, vera) == "added"
    assert (await shop.wallet(vera)).balance.available == 50


async def test_a_stale_proof_joins_nothing(shop: Shop, vera: UUID, other: UUID, clock: SetClock) -> None:
    offer = await offered(shop, vera)
    clock.advance(PROOF_TTL)
    async with shop.tx() as tx:
        assert await find_outlook(tx, offer.id, member_id=vera) is None
    assert not await take(shop, offer)
    assert await is_apart(shop, vera, other)


async def test_an_offer_to_one_is_none_to_another(shop: Shop, vera: UUID, other: UUID) -> None:
    eve = await shop.enroll("+79990000066")
    offer = await offered(shop, vera)
    for thief in (eve, other):
        assert not await take(shop, offer, by=thief)
    assert await is_apart(shop, vera, other, eve)


async def test_an_offer_of_one_business_is_none_in_another(
    shop: Shop, vera: UUID, other: UUID, database: Database, clock: SetClock
) -> None:
    offer = await offered(shop, vera)
    async with open_shop(database, clock, PROGRAM) as eves:
        stranger = await eves.enroll(PHONE)
        assert not await take(eves, offer)
        assert not await take(eves, offer, by=stranger)
    assert await is_apart(shop, vera, other)


async def test_a_phone_that_staff_gave_to_somebody_else_meanwhile_joins_nobody(
    shop: Shop, vera: UUID, other: UUID
) -> None:
    offer = await offered(shop, vera)
    wrong, right = Identity("phone", PHONE), Identity("phone", "+79990000003")
    async with shop.tx() as tx:
        await correct_identity(tx, other, wrong, right)
    assert not await take(shop, offer)
    rightful = await shop.enroll(PHONE)
    assert not await take(shop, offer)
    assert await is_apart(shop, vera, other, rightful)


async def test_who_was_joined_by_staff_meanwhile_is_not_joined_again(
    shop: Shop, vera: UUID, other: UUID
) -> None:
    third = await shop.enroll("+79990000009")
    offer = await offered(shop, vera)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=third, merged_id=other, reason="Одна карта")
    assert not await take(shop, offer)
    assert await is_apart(shop, vera, third)


async def test_three_cards_a_year_and_no_more(shop: Shop, vera: UUID, clock: SetClock) -> None:
    for place in range(MERGES_A_YEAR_MAX):
        phone = f"+7999000010{place}"
        await shop.enroll(phone)
        assert await take(shop, await offered(shop, vera, phone))
    await shop.enroll("+79990000109")
    assert await meet(shop, vera, "+79990000109") == "ask_staff"
    clock.advance(timedelta(days=365))
    await offered(shop, vera, "+79990000109")


async def test_nobody_is_known_by_more_than_one_can_be(shop: Shop, vera: UUID, other: UUID) -> None:
    async with shop.tx() as tx:
        for place in range(IDENTITIES_MAX - 1):
            await add_identity(tx, vera, Identity("card", f"20{place}"))
    assert await meet(shop, vera) == "ask_staff"
    assert await meet(shop, vera, "+79990000005") == "ask_staff"
    assert await is_apart(shop, vera, other)


async def test_of_two_presses_at_once_one_joins(shop: Shop, vera: UUID, other: UUID) -> None:
    offer = await offered(shop, vera)
    assert sorted(await asyncio.gather(take(shop, offer), take(shop, offer))) == [False, True]
    assert (await shop.wallet(vera)).balance.available == 170
    assert not await is_apart(shop, other)
    assert await shop.differences() == ()


async def test_of_two_cards_that_take_each_other_in_at_once_one_stays(
    shop: Shop, vera: UUID, other: UUID
) -> None:
    async with shop.tx() as tx:
        await add_identity(tx, vera, Identity("phone", "+79990000007"))
    there, back = await offered(shop, vera), await offered(shop, other, "+79990000007")
    assert sorted(await asyncio.gather(take(shop, there), take(shop, back))) == [False, True]
    async with shop.tx() as tx:
        assert (await get_member(tx, vera)).id == (await get_member(tx, other)).id
    assert await shop.differences() == ()


async def test_a_purchase_meanwhile_is_whose_the_cards_are(shop: Shop, vera: UUID, other: UUID) -> None:
    offer = await offered(shop, vera)
    joined, bought = await asyncio.gather(
        take(shop, offer), shop.buy("race", 100_00, member=Identity("phone", PHONE))
    )
    assert joined
    assert bought.receipt.member_id in {vera, other}
    assert (await shop.wallet(vera)).balance.available == 180
    assert await shop.differences() == ()
