"""A member of a bot shares a contact: it comes on their card, or two cards become one."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.conftest import SetClock
from tests.domain.bots.test_conversing import PHONE, Phone, opened

from plushka.domain.bots.conversing import Chatter
from plushka.domain.bots.talk import Pressed, SharedPhone, Wrote
from plushka.domain.members.channels import Address, bind_address, find_address
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.messages.contents import (
    AskAnotherPhone,
    BalanceTold,
    CardsAnswered,
    CardsFound,
    CardsPart,
    CardTaken,
    NotYourPhone,
    PhoneTold,
)
from plushka.domain.programs.operations import enroll
from plushka.platform.database import Database

VERAS = Address("telegram", "100")
OTHERS = Address("max", "200")


@pytest.fixture
async def vera(database: Database, clock: SetClock) -> AsyncIterator[Phone]:
    """Vera's card has no phone, and her Telegram is known: 50 points of welcome."""
    async with opened(database, clock) as phone:
        async with phone.shop.tx() as tx:
            member = await enroll(tx, name="Вера", identities=[Identity("card", "100500")])
            await bind_address(tx, member.id, VERAS, language="ru")
        yield phone


async def found(vera: Phone) -> CardsFound:
    """Return what she is told when her contact is another card's, which has 50 of welcome and 10 of a receipt."""
    member_id = await vera.shop.enroll(f"+{PHONE}")
    await vera.shop.buy("1", 100_00, member=member_id)
    async with vera.shop.tx() as tx:
        await bind_address(tx, member_id, OTHERS, language="en")
    (told,) = await vera.tell(SharedPhone(PHONE, is_own=True))
    assert isinstance(told, CardsFound)
    return told


async def test_two_cards_become_one_and_both_messengers_are_told(vera: Phone) -> None:
    assert await vera.tell(Wrote("/phone")) == [AskAnotherPhone()]
    told = await found(vera)
    assert (told.name, told.parts) == (
        "Вера",
        (CardsPart(program="", scale=0, own=50, other=60, together=110),),
    )

    assert await vera.tell(Pressed(f"join:{told.offer_id.hex}")) == [CardsAnswered("merged")]
    assert await vera.tell(Wrote("/balance")) == [BalanceTold(available=110, pending=0, debt=0, scale=0)]
    async with vera.shop.tx() as tx:
        there, here = await find_address(tx, OTHERS), await find_address(tx, VERAS)
        assert there is not None
        assert here is not None
        assert there.member_id == here.member_id
        warned = await tx.fetch("select content->>'kind' as kind from outgoing where channel = 'max'")
        assert [row["kind"] for row in warned] == [CardTaken.__struct_config__.tag]
    assert await vera.tell(Pressed(f"join:{told.offer_id.hex}")) == [CardsAnswered("over")]
    assert await vera.shop.differences() == ()


async def test_leaving_them_changes_nothing(vera: Phone) -> None:
    told = await found(vera)
    assert await vera.tell(Pressed(f"join_not:{told.offer_id.hex}")) == [CardsAnswered("left")]
    assert await vera.tell(Pressed(f"join:{told.offer_id.hex}")) == [CardsAnswered("over")]
    async with vera.shop.tx() as tx:
        other = await find_member(tx, Identity("phone", f"+{PHONE}"))
        assert other is not None
        assert (await get_member(tx, other.id)).id == other.id
        assert await tx.fetchval("select count(*) from outgoing where channel = 'max'") == 0


async def test_after_a_quarter_of_an_hour_it_is_over(vera: Phone, clock: SetClock) -> None:
    told = await found(vera)
    clock.advance(timedelta(minutes=15))
    assert await vera.tell(Pressed(f"join:{told.offer_id.hex}")) == [CardsAnswered("over")]


async def test_a_contact_that_the_messenger_does_not_vouch_for_is_not_looked_at(vera: Phone) -> None:
    await vera.shop.enroll(f"+{PHONE}")
    assert await vera.tell(SharedPhone(PHONE, is_own=False)) == [NotYourPhone()]


async def test_a_phone_of_nobody_comes_on_the_card(vera: Phone) -> None:
    assert await vera.tell(SharedPhone(PHONE, is_own=True)) == [PhoneTold("added")]
    assert await vera.tell(SharedPhone(PHONE, is_own=True)) == [PhoneTold("own")]
    assert await vera.tell(SharedPhone("12", is_own=True)) == [NotYourPhone()]


async def test_another_person_of_the_bot_cannot_take_the_offer(vera: Phone) -> None:
    told = await found(vera)
    eve = Phone(vera.shop, vera.bot, Chatter("666", "Ева", "ru"))
    async with vera.shop.tx() as tx:
        member = await enroll(tx, name="Ева", identities=[Identity("phone", "+79990000066")])
        await bind_address(tx, member.id, Address("telegram", "666"), language="ru")
    assert await eve.tell(Pressed(f"join:{told.offer_id.hex}")) == [CardsAnswered("over")]
