"""Told once who brought whom; each try is kept, with the reason where it was refused."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.referrals.friends import HUNDRED, bring, with_friends
from tests.domain.shop import Shop, open_shop
from tests.faults.test_one_card import at_once

from plushka.domain.bots.leaving import delete_member
from plushka.domain.members.blocking import block
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.purchases.merging import merge_members
from plushka.domain.referrals.binding import Tried, bind, bind_or_refuse
from plushka.domain.referrals.codes import code_of, find_code_owner, shown
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

VERA_S_CHAT = Address("telegram", "42")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, with_friends(HUNDRED)) as shop:
        yield shop


async def tried(shop: Shop, friend: UUID, referrer: UUID, **how: object) -> str | None:
    async with shop.tx() as tx:
        return (await bind(tx, friend, way="app", referrer_id=referrer, **how)).reason  # type: ignore[arg-type]


async def enroll(shop: Shop, count: int) -> list[UUID]:
    return [await shop.enroll(f"+7999000000{number}") for number in range(count)]


async def test_a_code_is_eight_digits_stays_and_is_found_however_it_is_typed(shop: Shop) -> None:
    (anna,) = await enroll(shop, 1)
    async with shop.tx() as tx:
        code = await code_of(tx, anna)
        assert await code_of(tx, anna) == code
        assert len(code) == 8
        for typed in (code, shown(code), f" {code[:4]}-{code[4:]} "):
            assert await find_code_owner(tx, typed) == anna
        assert await find_code_owner(tx, "") is None


async def test_fifty_who_ask_at_once_get_one_code(database: Database) -> None:
    async with open_shop(database, SystemClock(), with_friends(HUNDRED)) as shop:
        (anna,) = await enroll(shop, 1)

        async def ask() -> str:
            async with shop.tx() as tx:
                return await code_of(tx, anna)

        assert len(set(await at_once([ask] * 50))) == 1


async def test_the_first_who_is_named_stays(shop: Shop) -> None:
    anna, boris, vera = await enroll(shop, 3)
    await bring(shop, vera, anna)
    assert await tried(shop, vera, boris) == "bound"
    async with shop.tx() as tx:
        assert await bind_or_refuse(tx, vera, way="till", referrer_id=anna) == Tried(anna, None)
        kept = await tx.fetch("select referrer_id, reason from referral_tries order by id")
    assert [tuple(row) for row in kept] == [(anna, None), (boris, "bound")]


async def test_nobody_brings_themselves_or_whom_they_came_by(shop: Shop) -> None:
    anna, boris, vera = await enroll(shop, 3)
    assert await tried(shop, anna, anna) == "self"
    await bring(shop, boris, anna)
    await bring(shop, vera, boris)
    assert await tried(shop, anna, vera) == "cycle"


async def test_who_has_bought_was_there_before(shop: Shop) -> None:
    anna, boris = await enroll(shop, 2)
    await shop.buy("1", 100_00, member=boris)
    assert await tried(shop, boris, anna) == "bought"


async def test_it_can_be_told_for_so_many_days_the_last_included(shop: Shop, clock: SetClock) -> None:
    await shop.publish(with_friends(structs.replace(HUNDRED, bind_within_days=3)))
    anna, boris, vera = await enroll(shop, 3)
    clock.at += timedelta(days=4)
    assert await tried(shop, boris, anna) is None
    clock.at += timedelta(seconds=1)
    assert await tried(shop, vera, anna) == "late"
    await shop.publish(with_friends(structs.replace(HUNDRED, bind_within_days=None)))
    assert await tried(shop, vera, anna) is None


async def test_who_is_blocked_brings_nobody(shop: Shop) -> None:
    anna, boris = await enroll(shop, 2)
    async with shop.tx() as tx:
        await block(tx, anna, reason="sells points")
    assert await tried(shop, boris, anna) == "blocked"


async def test_one_account_or_one_device_is_one_person(shop: Shop) -> None:
    anna, boris = await enroll(shop, 2)
    async with shop.tx() as tx:
        await bind_address(tx, anna, VERA_S_CHAT, language="ru")
    assert await tried(shop, boris, anna, accounts=[VERA_S_CHAT]) == "same_account"
    assert await tried(shop, boris, anna, device_of=anna) == "same_device"


async def test_who_left_and_came_back_is_nobody_s_new_friend(shop: Shop) -> None:
    anna, boris = await enroll(shop, 2)
    async with shop.tx() as tx:
        await delete_member(tx, boris)
    again = await shop.enroll("+79990000001")
    assert await tried(shop, again, anna) == "came_back"


async def test_a_code_that_is_nobody_s_is_kept_too(shop: Shop) -> None:
    (anna,) = await enroll(shop, 1)
    async with shop.tx() as tx:
        assert await bind(tx, anna, way="till", typed="0000 0000") == Tried(None, "unknown_code")


async def test_the_code_of_a_card_that_was_joined_names_the_other(shop: Shop) -> None:
    anna, other, boris = await enroll(shop, 3)
    async with shop.tx() as tx:
        code = await code_of(tx, anna)
        await merge_members(tx, kept_id=other, merged_id=anna, reason="one person")
    async with shop.tx() as tx:
        assert (await bind(tx, boris, way="till", typed=code)).bound_to == other


async def test_two_who_name_each_other_at_one_moment_make_no_circle(database: Database) -> None:
    async with open_shop(database, SystemClock(), with_friends(HUNDRED)) as shop:
        for attempt in range(5):
            one, two = [await shop.enroll(f"+79990000{attempt}{number}1") for number in range(2)]
            answers = await at_once([partial(tried, shop, one, two), partial(tried, shop, two, one)])
            assert sorted(map(str, answers)) == ["None", "cycle"]
        assert await shop.differences() == ()
