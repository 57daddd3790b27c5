"""A talk taken in, with a database: from a link to a member with welcome points."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.messages.next_message import take_next
from tests.domain.rewards.conftest import bought, offered
from tests.domain.shop import Shop, open_shop

from plushka.domain.audit.model import EntryFilter
from plushka.domain.audit.queries import list_entries
from plushka.domain.bots.conversing import Chatter, hear
from plushka.domain.bots.model import Bot, BotAccount, Credentials
from plushka.domain.bots.operations import connect_bot
from plushka.domain.bots.talk import Began, Heard, Left, Pressed, SharedPhone, Wrote
from plushka.domain.certificates.issuing import make_one
from plushka.domain.certificates.model import CertificateType
from plushka.domain.certificates.ordering import order
from plushka.domain.certificates.queries import find_by_number
from plushka.domain.certificates.selling import sell_in_office
from plushka.domain.certificates.types import create_type
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.events.queries import EventFilter, list_events
from plushka.domain.insights.links import find_link_figures
from plushka.domain.members.channels import Address, find_address
from plushka.domain.members.consents import list_consents
from plushka.domain.members.links import create_link
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member
from plushka.domain.messages.chat import list_messages
from plushka.domain.messages.contents import (
    AskOffers,
    AskPhone,
    BalanceTold,
    CardTold,
    CertificateTold,
    ChannelChosen,
    ChooseChannel,
    Content,
    FriendCame,
    FriendsLink,
    Greeting,
    Help,
    History,
    HistoryLine,
    Joined,
    NoCertificates,
    OffersChanged,
    OwnReward,
    PurchaseRated,
    RewardsTold,
    RewardToGet,
    SpendCode,
    SpendingStopped,
)
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Sent
from plushka.domain.referrals.invitations import friend_start
from plushka.engine.program import EarningRule, Percent, Program, Redemption, Welcome
from plushka.platform.database import Database, Tx
from plushka.platform.vault import Vault

PHONE = "79990000001"
PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
    redemption=Redemption(),
    welcome=Welcome(points=50),
)


@dataclass
class Phone:
    """A person with their messenger, before whom stands the shop's bot."""

    shop: Shop
    bot: Bot
    chatter: Chatter
    told: int = 0

    async def tell(self, heard: Heard, *, key: str | None = None) -> list[Content]:
        """Return what the bot says to it."""
        self.told += 1
        async with self.shop.tx() as tx:
            await hear(
                tx, self.bot, self.chatter, heard, key=key or f"{self.chatter.external_id}-{self.told}"
            )
        return await self.read()

    async def read(self) -> list[Content]:
        """Return what waits to be sent, as sent."""
        said = []
        async with self.shop.tx() as tx:
            while (message := await take_next(tx, "telegram")) is not None:
                assert message.address == self.chatter.external_id or self.told == 0
                said.append(message.content)
                await finish(tx, message, Sent())
        return said

    async def enrol(self, start: str = "", phone: str = PHONE) -> list[Content]:
        await self.tell(Began(start))
        await self.tell(Pressed("agree:1"))
        return await self.tell(SharedPhone(phone, is_own=True))


@asynccontextmanager
async def opened(database: Database, clock: SetClock) -> AsyncIterator[Phone]:
    async with open_shop(database, clock, PROGRAM) as shop:
        async with shop.tx() as tx:
            bot = await connect_bot(
                tx,
                Vault(b"k" * 32),
                "telegram",
                BotAccount("777", "anna_bot", "Кофейня Анны"),
                credentials=Credentials(token="777:t", secret="s"),
                is_polled=True,
            )
        yield Phone(shop, bot, Chatter("100", "Аня", "ru"))


async def test_a_stranger_becomes_a_member_with_welcome_points_and_journaled_consents(
    database: Database, clock: SetClock
) -> None:
    async with opened(database, clock) as anna:
        async with anna.shop.tx() as tx:
            link = await create_link(tx, name="Плакат")
        assert await anna.tell(Began(link.code)) == [Greeting(welcome=50, scale=0, text_version="1")]
        assert await anna.tell(Pressed("agree:1")) == [AskPhone()]
        said = await anna.tell(SharedPhone(PHONE, is_own=True))
        assert said == [Joined(points=50, scale=0), AskOffers(text_version="1")]
        assert await anna.tell(Pressed("offers:on:1")) == [OffersChanged(are_wanted=True)]
        async with anna.shop.tx() as tx:
            member = await find_member(tx, Identity("phone", "+79990000001"))
            assert member is not None
            assert (member.name, member.source, member.link_id, member.is_unverified) == (
                "Аня",
                "bot",
                link.id,
                False,
            )
            consents = [
                (one.kind, one.source, one.text_version) for one in await list_consents(tx, member.id)
            ]
            assert consents == [("marketing", "bot", "1"), ("personal_data", "bot", "1")]
            figures = (await find_link_figures(tx))[link.id]
            assert (figures.opened, figures.registered) == (1, 1)


async def test_the_same_update_twice_changes_nothing(database: Database, clock: SetClock) -> None:
    async with opened(database, clock) as anna:
        assert len(await anna.tell(Began(), key="7")) == 1
        assert await anna.tell(Began(), key="7") == []


async def test_who_was_a_member_before_finds_their_card(database: Database, clock: SetClock) -> None:
    async with opened(database, clock) as anna:
        member_id = await anna.shop.enroll("+79990000001")
        await anna.shop.buy("1", 100_00, member=member_id)
        said = await anna.enrol()
        assert said == [Joined(0, 0, was_known=True), AskOffers("1")]
        assert await anna.tell(Wrote("Баланс")) == [BalanceTold(available=60, pending=0, debt=0, scale=0)]


async def test_a_purchase_is_rated_by_a_button_and_words_follow(database: Database, clock: SetClock) -> None:
    async with opened(database, clock) as anna:
        member_id = await anna.shop.enroll("+79990000001")
        await anna.enrol()
        bought = (await anna.shop.buy("1", 100_00, member=member_id)).receipt
        strange = (await anna.shop.buy("2", 100_00)).receipt

        assert await anna.tell(Pressed(f"rate:2:{bought.id.hex}")) == [PurchaseRated("rated", 2)]
        assert await anna.tell(Wrote("  Остыло  ")) == [PurchaseRated("words")]
        assert await anna.tell(Wrote("Ещё что-то")) == [Help(is_member=True)]
        assert await anna.tell(Pressed(f"rate:5:{bought.id.hex}")) == [PurchaseRated("rated_before", 2)]
        assert await anna.tell(Pressed(f"rate:5:{strange.id.hex}")) == [PurchaseRated("over")]

        async with anna.shop.tx() as tx:
            (found,) = await list_events(tx, EventFilter(member_id=member_id))
            written = [message.body for message in await list_messages(tx, member_id)]
        assert dict(found.event.data) == {"rating": 2, "text": "Остыло", "place": "telegram"}
        assert [body.replace("\N{NO-BREAK SPACE}", " ") for body in written] == [
            "Оценка 2 из 5 за покупку 10 марта, Арбат, 100 ₽\nОстыло",
            "Оценка 2 из 5 за покупку 10 марта, Арбат, 100 ₽",
        ]


async def test_what_a_member_may_ask(database: Database, clock: SetClock) -> None:
    async with opened(database, clock) as anna:
        await anna.enrol()
        (card,) = await anna.tell(Wrote("/card"))
        assert card == CardTold(code="+79990000001", number="+79990000001", name="Аня", available=50, scale=0)
        (history,) = await anna.tell(Wrote("/history"))
        assert history == History((HistoryLine(clock.now(), "accrue", 50),), 0)
        (code,) = await anna.tell(Wrote("/code"))
        assert isinstance(code, SpendCode)
        assert len(code.digits) == 6
        assert await anna.tell(Wrote("/stop")) == [OffersChanged(are_wanted=False)]


async def test_a_member_says_where_it_suits_them_to_be_written_to(
    database: Database, clock: SetClock
) -> None:
    async with opened(database, clock) as anna:
        assert await anna.tell(Wrote("/channel")) == [Greeting(welcome=50, scale=0, text_version="1")]
        await anna.enrol()
        assert await anna.tell(Wrote("/channel")) == [ChooseChannel(("telegram", "inbox"))]
        assert await anna.tell(Pressed("channel:telegram")) == [ChannelChosen("telegram")]
        assert await anna.tell(Wrote("/channel")) == [ChooseChannel(("telegram", "inbox"), "telegram")]
        assert await anna.tell(Pressed("channel:any")) == [ChannelChosen(None)]
        async with anna.shop.tx() as tx:
            found = await list_entries(tx, EntryFilter(group="member"))
        entries = [one for one in found if one.action == "member.prefer"]
        assert [(one.changes["preferred_channel"], one.details["door"]) for one in entries] == [
            (("telegram", None), "bot"),
            ((None, "telegram"), "bot"),
        ]


async def _sold(tx: Tx, kind: CertificateType, member_id: UUID | None) -> str:
    number = await make_one(tx, kind)
    made = await find_by_number(tx, number)
    assert made is not None
    await sell_in_office(tx, made.id, amount_minor=1000_00, member_id=member_id, zone="Europe/Moscow")
    return number


async def test_a_member_gets_their_certificates_as_pictures_and_nobody_elses(
    database: Database, clock: SetClock
) -> None:
    async with opened(database, clock) as anna:
        assert await anna.tell(Wrote("/certificates")) == [Greeting(50, 0, "1")]
        await anna.enrol()
        assert await anna.tell(Wrote("/certificates")) == [NoCertificates(are_sold=False)]
        async with anna.shop.tx() as tx:
            member = await find_member(tx, Identity("phone", "+79990000001"))
            assert member is not None
            kind = await create_type(tx, name="Подарок", nominals_minor=[1000_00], life_days=30)
            await _sold(tx, kind, None)
        assert await anna.tell(Wrote("сертификаты")) == [NoCertificates(are_sold=True)]
        async with anna.shop.tx() as tx:
            own = await _sold(tx, kind, member.id)
            ordered = await order(tx, member.id, type_id=kind.id, amount_minor=1000_00)

        told = await anna.tell(Wrote("/certificates"))

        assert told == [
            CertificateTold(own, 1000_00, last_on=date(2026, 4, 9), needs_pin=True),
            CertificateTold(ordered, 1000_00, is_ordered=True),
        ]


async def test_a_friend_comes_by_a_members_link_and_the_member_is_told(
    database: Database, clock: SetClock
) -> None:
    async with opened(database, clock) as anna:
        await anna.enrol()
        async with anna.shop.tx() as tx:
            member = await find_member(tx, Identity("phone", "+79990000001"))
        assert member is not None
        (said,) = await anna.tell(Wrote("/friends"))
        assert isinstance(said, FriendsLink)
        assert said.link == f"https://t.me/anna_bot?start={friend_start(member.id)}"
        assert len(said.code) == 8
        boris = Phone(anna.shop, anna.bot, Chatter("200", "Боря", "en"))
        for heard in (Began(friend_start(member.id)), Pressed("agree:1"), SharedPhone("79990000002", True)):
            boris.told += 1
            async with anna.shop.tx() as tx:
                await hear(tx, anna.bot, boris.chatter, heard, key=f"b{boris.told}")
        anna.told = 0
        assert FriendCame() in await anna.read()
        async with anna.shop.tx() as tx:
            friend = await find_member(tx, Identity("phone", "+79990000002"))
            assert friend is not None
            invited_by = await tx.fetchval("select invited_by from members where id = $1", friend.id)
        assert invited_by == member.id


async def test_rewards_are_what_waits_and_what_the_points_are_enough_for(
    database: Database, clock: SetClock
) -> None:
    async with opened(database, clock) as anna:
        await anna.enrol()
        assert await anna.tell(Wrote("Награды")) == [RewardsTold()]
        mug = await offered(anna.shop)
        await offered(anna.shop, name="Термос", price_points=60)
        told = await anna.tell(Wrote("/rewards"))
        assert told == [RewardsTold(to_get=(RewardToGet("Кружка", 40),))]
        async with anna.shop.tx() as tx:
            member = await find_member(tx, Identity("phone", "+79990000001"))
            assert member is not None
            coupon = await create_coupon(tx, name="Своим")
            await add_codes(tx, coupon, ["OWN-1"], member_id=member.id)
        got = await bought(anna.shop, mug, member.id)
        (said,) = await anna.tell(Wrote("/rewards"))
        assert said == RewardsTold(
            own=(
                OwnReward("Кружка", got.shown_code, clock.now().date() + timedelta(days=30)),
                OwnReward("Своим", "OWN-1"),
            ),
            missing=30,  # another mug: ten points are left
        )


async def test_not_me_stops_spending(database: Database, clock: SetClock) -> None:
    async with opened(database, clock) as anna:
        await anna.enrol()
        receipt_id = anna.shop.program_id
        assert await anna.tell(Pressed(f"not_me:{receipt_id.hex}")) == [SpendingStopped()]
        async with anna.shop.tx() as tx:
            member = await find_member(tx, Identity("phone", "+79990000001"))
        assert member is not None
        assert member.spending_stopped_at == clock.now()


async def test_who_leaves_is_not_written_to_until_they_write(database: Database, clock: SetClock) -> None:
    async with opened(database, clock) as anna:
        await anna.enrol()
        assert await anna.tell(Left()) == []
        async with anna.shop.tx() as tx:
            left = await find_address(tx, Address("telegram", "100"))
        await anna.tell(Wrote("/balance"))
        async with anna.shop.tx() as tx:
            back = await find_address(tx, Address("telegram", "100"))
        assert left is not None
        assert back is not None
        assert (left.state, back.state) == ("blocked", "open")


@pytest.mark.parametrize("phone", ["", "12", "не телефон"])
async def test_a_phone_that_is_none_enrols_nobody(database: Database, clock: SetClock, phone: str) -> None:
    async with opened(database, clock) as anna:
        await anna.enrol(phone=phone)
        async with anna.shop.tx() as tx:
            assert await tx.fetchval("select count(*) from members") == 0
