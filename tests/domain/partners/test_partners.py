"""Two businesses give out each other's coupons: one word, the last code of a pool, what each is told, and its end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.coupons.test_coupons import buy, coupon_of
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop, until_it_waits
from tests.faults.test_one_card import at_once

from plushka.domain.coupons.model import Coupon
from plushka.domain.coupons.operations import set_stopped
from plushka.domain.insights.partner_offers import count_for_holder
from plushka.domain.partners.handing import get_printed, print_codes, set_hidden, take_code
from plushka.domain.partners.inviting import accept, end, get_invitation, invite
from plushka.domain.partners.laws import LAWS
from plushka.domain.partners.model import (
    TOLD_FROM,
    AlreadyOffered,
    AlreadyPartners,
    InvitationOver,
    NoCodesLeft,
    NothingToOffer,
    OwnInvitation,
    PartnershipEnded,
    UnknownInvitation,
    UnknownOffer,
    UnknownPartnership,
)
from plushka.domain.partners.offering import follow_coupon, offer_coupon, set_shows_sums
from plushka.domain.partners.queries import (
    get_offer,
    get_partnership,
    list_invitations_to,
    list_offers,
    list_partnerships,
    list_shown,
)
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

CLIENTS = 50


@pytest.fixture
async def cafe(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


@pytest.fixture
async def grocer(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


@pytest.fixture
async def eve(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def made_partners(one: Shop, other: Shop) -> UUID:
    async with one.tx() as tx:
        partnership_id, token = await invite(tx)
    async with other.tx() as tx:
        await accept(tx, await get_invitation(tx, token))
    return partnership_id


async def offered(issuer: Shop, partnership_id: UUID, coupon: Coupon, *, shows_sums: bool = False) -> UUID:
    async with issuer.tx() as tx:
        return await offer_coupon(tx, partnership_id, coupon, gives="100 ₽ с чека", shows_sums=shows_sums)


async def differences(shop: Shop) -> list[str]:
    async with shop.tx() as tx:
        return [law for law, sql in LAWS.items() if await tx.fetch(sql, tx.tenant_id)]


async def test_an_invitation_is_for_one_business_and_not_for_its_own(
    cafe: Shop, grocer: Shop, eve: Shop, clock: SetClock
) -> None:
    async with cafe.tx() as tx:
        partnership_id, token = await invite(tx, email=" Anna@Example.com ")
        with pytest.raises(OwnInvitation):
            await get_invitation(tx, token)
    async with grocer.tx() as tx:
        assert [one.id for one in await list_invitations_to(tx, "anna@example.com")] == [partnership_id]
        assert await list_invitations_to(tx, "") == []
        with pytest.raises(UnknownInvitation):
            await get_invitation(tx, "x" * 43)
        invitation = await get_invitation(tx, token)
        await accept(tx, invitation)
    async with eve.tx() as tx:
        with pytest.raises(InvitationOver):
            await accept(tx, invitation)
    async with grocer.tx() as tx:
        _, back = await invite(tx)
    with pytest.raises(AlreadyPartners):
        async with cafe.tx() as tx:
            await accept(tx, await get_invitation(tx, back))
    async with cafe.tx() as tx:
        _, old = await invite(tx)
    clock.at += timedelta(days=15)
    async with eve.tx() as tx:
        with pytest.raises(InvitationOver):
            await get_invitation(tx, old)


async def test_a_word_is_handed_out_used_at_its_issuer_and_counted_for_both(
    cafe: Shop, grocer: Shop, clock: SetClock
) -> None:
    partnership_id = await made_partners(cafe, grocer)
    coupon = await coupon_of(cafe, "СОСЕДИ")
    offer_id = await offered(cafe, partnership_id, coupon)
    member_id = await grocer.enroll()
    async with grocer.tx() as tx:
        (shown,) = await list_shown(tx, on=tx.at.date())
        assert (shown.title, shown.gives, shown.word) == ("Весна", "100 ₽ с чека", "СОСЕДИ")
        assert [await take_code(tx, member_id, offer_id) for _ in range(2)] == ["СОСЕДИ", "СОСЕДИ"]
    old, new = await cafe.enroll("+79990000001"), await cafe.enroll("+79990000002")
    await buy(cafe, "1", old)
    clock.at += timedelta(minutes=1)
    for number, guest in (("2", old), ("3", new)):
        assert (await buy(cafe, number, guest, "соседи"))[1] == [None]
    async with cafe.tx() as tx:
        came = await count_for_holder(tx, offer_id, holder_id=grocer.caller.tenant_id)
        assert (came.receipts, came.members, came.new_members, came.revenue_minor) == (2, 2, None, None)
        assert (await get_offer(tx, offer_id)).handed == 1
        await set_shows_sums(tx, offer_id, shows_sums=True)
        # Of two the holder would know who paid what: it gave them the codes.
        assert (await count_for_holder(tx, offer_id, holder_id=grocer.caller.tenant_id)).revenue_minor is None
    for guest_number in range(3, TOLD_FROM + 1):
        await buy(cafe, f"new {guest_number}", await cafe.enroll(f"+7999000001{guest_number}"), "соседи")
    async with cafe.tx() as tx:
        came = await count_for_holder(tx, offer_id, holder_id=grocer.caller.tenant_id)
        assert (came.receipts, came.members, came.new_members) == (5, 5, 4)
        assert (came.revenue_minor, came.discount_minor, came.currency) == (2000_00, 500_00, "RUB")
        await set_shows_sums(tx, offer_id, shows_sums=False)
        came = await count_for_holder(tx, offer_id, holder_id=grocer.caller.tenant_id)
        assert (came.new_members, came.revenue_minor) == (4, None)
    assert await differences(cafe) == await differences(grocer) == []


async def test_a_third_business_sees_and_does_nothing(cafe: Shop, grocer: Shop, eve: Shop) -> None:
    partnership_id = await made_partners(cafe, grocer)
    coupon = await coupon_of(cafe, "A1", "A2")
    offer_id = await offered(cafe, partnership_id, coupon, shows_sums=True)
    member_id = await eve.enroll()
    async with eve.tx() as tx:
        for table in ("partnerships", "partner_offers", "partner_codes", "handed_codes"):
            assert await tx.fetchval(f"select count(*) from {table}") == 0  # noqa: S608
        assert not await list_partnerships(tx)
        assert not await list_offers(tx, partnership_id)
        for forbidden, refusal in (
            (partial(get_partnership, tx, partnership_id), UnknownPartnership),
            (partial(end, tx, partnership_id), UnknownPartnership),
            (partial(get_offer, tx, offer_id), UnknownOffer),
            (partial(take_code, tx, member_id, offer_id), UnknownOffer),
            (partial(print_codes, tx, offer_id, 1), UnknownOffer),
            (partial(set_shows_sums, tx, offer_id, shows_sums=True), UnknownOffer),
            (partial(set_hidden, tx, offer_id, is_hidden=True), UnknownOffer),
            (partial(count_for_holder, tx, offer_id, holder_id=eve.caller.tenant_id), UnknownOffer),
        ):
            with pytest.raises(refusal):
                await forbidden()
    async with cafe.tx() as tx:
        with pytest.raises(UnknownOffer):
            await count_for_holder(tx, offer_id, holder_id=eve.caller.tenant_id)
    # The holder has no say in what is the issuer's, nor the issuer in what the holder does with it.
    async with grocer.tx() as tx:
        with pytest.raises(UnknownOffer):
            await set_shows_sums(tx, offer_id, shows_sums=False)
        assert await tx.fetchval("select count(*) from coupons") == 0
    async with cafe.tx() as tx:
        with pytest.raises(UnknownOffer):
            await print_codes(tx, offer_id, 1)


async def test_codes_of_a_pool_are_given_once_each_on_paper_and_in_the_app(cafe: Shop, grocer: Shop) -> None:
    partnership_id = await made_partners(cafe, grocer)
    coupon = await coupon_of(cafe, *(f"C{number}" for number in range(5)), uses_per_code=1)
    offer_id = await offered(cafe, partnership_id, coupon)
    first, second = await grocer.enroll("+79990000001"), await grocer.enroll("+79990000002")
    async with grocer.tx() as tx:
        taken = await take_code(tx, first, offer_id)
        printed = await get_printed(tx, await print_codes(tx, offer_id, 3))
        assert sorted([taken, *printed.codes]) == ["C0", "C1", "C2", "C3"]
        with pytest.raises(NoCodesLeft):
            await print_codes(tx, offer_id, 2)
        assert await take_code(tx, second, offer_id) == "C4"
        assert await take_code(tx, first, offer_id) == taken
    assert await differences(grocer) == []


async def test_fifty_who_ask_for_the_last_codes_get_each_once(database: Database) -> None:
    clock = SystemClock()
    async with open_shop(database, clock, CASHBACK) as cafe, open_shop(database, clock, CASHBACK) as grocer:
        partnership_id = await made_partners(cafe, grocer)
        coupon = await coupon_of(cafe, *(f"C{number}" for number in range(7)))
        offer_id = await offered(cafe, partnership_id, coupon)
        members = [await grocer.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]

        async def take(member_id: UUID) -> str:
            try:
                async with grocer.tx() as tx:
                    return await take_code(tx, member_id, offer_id)
            except NoCodesLeft:
                return ""

        answers = await at_once([partial(take, member_id) for member_id in members])
        assert sorted(filter(None, answers)) == [f"C{number}" for number in range(7)]
        assert await differences(grocer) == []


async def test_an_offer_stops_with_its_coupon_and_a_partnership_ends_for_both(
    cafe: Shop, grocer: Shop
) -> None:
    partnership_id = await made_partners(cafe, grocer)
    coupon = await coupon_of(cafe, "WORD")
    offer_id = await offered(cafe, partnership_id, coupon)
    member_id = await grocer.enroll()
    with pytest.raises(AlreadyOffered):
        await offered(cafe, partnership_id, coupon)
    async with cafe.tx() as tx:
        await set_stopped(tx, coupon.id, is_stopped=True)
    assert await differences(cafe) == ["offer_stops_with_its_coupon"]
    async with cafe.tx() as tx:
        await follow_coupon(tx, coupon.id, is_stopped=True)
    assert await differences(cafe) == []
    async with grocer.tx() as tx:
        assert await list_shown(tx, on=tx.at.date()) == []
        with pytest.raises(UnknownOffer):
            await take_code(tx, member_id, offer_id)
    async with cafe.tx() as tx:
        await set_stopped(tx, coupon.id, is_stopped=False)
        await follow_coupon(tx, coupon.id, is_stopped=False)
    async with grocer.tx() as tx:
        await end(tx, partnership_id)
        with pytest.raises(PartnershipEnded):
            await take_code(tx, member_id, offer_id)
    async with cafe.tx() as tx:
        with pytest.raises(PartnershipEnded):
            await end(tx, partnership_id)
        with pytest.raises(PartnershipEnded):
            await count_for_holder(tx, offer_id, holder_id=grocer.caller.tenant_id)
        assert await list_partnerships(tx) == []
    guest = await cafe.enroll()
    assert (await buy(cafe, "1", guest, "WORD"))[1] == [None]
    await made_partners(grocer, cafe)


async def test_what_is_a_members_own_is_not_given_away(cafe: Shop, grocer: Shop) -> None:
    partnership_id = await made_partners(cafe, grocer)
    coupon = await coupon_of(cafe, "MINE", member_id=await cafe.enroll())
    async with cafe.tx() as tx:
        with pytest.raises(NothingToOffer):
            await offer_coupon(tx, partnership_id, coupon, gives="", shows_sums=False)


async def test_a_coupon_that_is_stopped_while_it_is_offered_stops_its_offer(cafe: Shop, grocer: Shop) -> None:
    partnership_id = await made_partners(cafe, grocer)
    coupon = await coupon_of(cafe, "СОСЕДИ")

    async def stop() -> None:
        async with cafe.tx() as tx:
            await set_stopped(tx, coupon.id, is_stopped=True)
            await follow_coupon(tx, coupon.id, is_stopped=True)

    async with cafe.tx() as tx:
        await offer_coupon(tx, partnership_id, coupon, gives="100 ₽ с чека", shows_sums=False)
        stopping = asyncio.create_task(stop())
        await until_it_waits(stopping, tx)
    await stopping
    assert await differences(cafe) == []


async def test_what_is_pressed_twice_stands_in_the_trail_once(cafe: Shop, grocer: Shop) -> None:
    partnership_id = await made_partners(cafe, grocer)
    offer_id = await offered(cafe, partnership_id, await coupon_of(cafe, "СОСЕДИ"))
    for _ in range(2):
        async with grocer.tx() as tx:
            await set_hidden(tx, offer_id, is_hidden=True)
        async with cafe.tx() as tx:
            await set_shows_sums(tx, offer_id, shows_sums=True)
    for shop, action in ((grocer, "offer.hide"), (cafe, "offer.show_sums")):
        async with shop.tx() as tx:
            noted = "select count(*) from audit_entries where tenant_id = $1 and action = $2"
            assert await tx.fetchval(noted, tx.tenant_id, action) == 1
