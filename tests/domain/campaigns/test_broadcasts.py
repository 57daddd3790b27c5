"""Broadcasts: planned once, told once, given what was told, whoever dies and whatever happens meanwhile (0092)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.telling import (
    TEXT,
    begun,
    campaign,
    deliver,
    progress,
    recipients,
    tellable,
    worked,
)
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.bots.leaving import delete_member
from plushka.domain.campaigns.audiences import Who, composed, taken_apart
from plushka.domain.campaigns.model import (
    CampaignState,
    CodeOffered,
    LetterPlan,
    Plan,
    PlanImpossible,
    PointsOffered,
    Variant,
)
from plushka.domain.campaigns.operations import (
    cancel,
    change_broadcast,
    copy_broadcast,
    create_broadcast,
    delete_draft,
    launch,
    moment_in,
    pause,
    resume,
    unschedule,
)
from plushka.domain.campaigns.recipients import list_parts
from plushka.domain.campaigns.running import advance
from plushka.domain.coupons.operations import create_coupon
from plushka.domain.coupons.queries import list_codes
from plushka.domain.insights.queries import find_documents
from plushka.domain.ledger.bulk import find_adjusted
from plushka.domain.members.consents import note_consent
from plushka.domain.messages.composing import compose
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.model import Refused, Sent
from plushka.domain.messages.taking import put_back_interrupted, take
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import change_template
from plushka.domain.purchases.merging import merge_members
from plushka.engine.audience import NeverBought, Sex
from plushka.engine.experiments import groups
from plushka.engine.expiry import last_day
from plushka.platform.database import Database
from plushka.platform.ids import new_id

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def points(shop: Shop, member_id: UUID) -> int:
    return (await shop.wallet(member_id)).balance.available


async def test_two_workers_plan_a_broadcast_once_and_nobody_has_two_letters(shop: Shop) -> None:
    await tellable(shop, 40)
    campaign_id = await begun(shop)

    await asyncio.gather(*(worked(shop, campaign_id) for _ in range(5)))

    told = Counter(message.member_id for message in await deliver(shop))
    assert len(told) == 40
    assert set(told.values()) == {1}


async def test_a_control_group_is_left_alone_and_can_be_worked_out_again(shop: Shop) -> None:
    await tellable(shop, 40)
    campaign_id = await begun(shop, control_bp=2500, offer=PointsOffered(shop.program_id, 100))
    await worked(shop, campaign_id)
    await deliver(shop)
    await worked(shop, campaign_id)

    found = await recipients(shop, campaign_id)
    left_alone = {member_id for member_id, one in found.items() if one.fate == "control"}
    salt = (await campaign(shop, campaign_id)).salt
    assert left_alone == groups.held_out([(member_id, 0) for member_id in found], salt, 2500)
    assert len(left_alone) == 10
    assert {await points(shop, member_id) for member_id in left_alone} == {0}
    assert {await points(shop, member_id) for member_id in found.keys() - left_alone} == {100}


async def test_points_come_with_the_letter_once_and_say_for_what(shop: Shop) -> None:
    anna, boris = await tellable(shop, 2)
    campaign_id = await begun(
        shop,
        offer=PointsOffered(shop.program_id, 200, life_days=10, receipt_share_bp=1500),
        letter=LetterPlan((TEXT,), ("telegram",)),
    )
    await worked(shop, campaign_id)
    assert await points(shop, anna) == 0

    await deliver(shop, count=1)
    for _ in range(3):
        await worked(shop, campaign_id)
    assert sorted([await points(shop, anna), await points(shop, boris)]) == [0, 200]

    await deliver(shop, result=Refused("no"))
    await worked(shop, campaign_id)
    assert sorted([await points(shop, anna), await points(shop, boris)]) == [0, 200]
    assert (await campaign(shop, campaign_id)).state == "done"
    async with shop.tx() as tx:
        row = await tx.fetchrow("select * from adjustments where tenant_id = $1", tx.tenant_id)
        assert row is not None
        lot = await tx.fetchrow(
            "select expires_at, receipt_share_bp from lots where tenant_id = $1", tx.tenant_id
        )
        movements = await tx.fetch(
            "select kind, debit, credit from postings where document_id = $1", row["id"]
        )
        document = (await find_documents(tx, [row["id"]]))[row["id"]]
    assert lot is not None
    assert [tuple(each) for each in movements] == [("accrue", "issued", "available")]
    assert (document.kind, document.label) == ("campaign", "Рассылка «Март»")
    assert (row["kind"], row["reason"], row["points"]) == ("campaign", "Рассылка «Март»", 200)
    assert (lot["expires_at"] - NOON).days == 10
    assert lot["receipt_share_bp"] == 1500
    assert await shop.differences() == ()


async def test_the_last_day_of_points_is_counted_from_when_the_letter_goes(
    shop: Shop, clock: SetClock
) -> None:
    (anna,) = await tellable(shop, 1)
    offer = PointsOffered(shop.program_id, 200, life_days=10)
    campaign_id = await begun(shop, offer=offer, letter=LetterPlan((TEXT,), ("telegram",)))
    said = Draft("Март", "marketing", Body({"ru": Words("{points} до {points_until}")}))
    async with shop.tx() as tx:
        await change_template(tx, TEXT.template_id, said, revision=1)
    await worked(shop, campaign_id)
    clock.advance(timedelta(days=1))
    async with shop.tx() as tx:
        taken = await take(tx, "telegram", "marketing", 1)
        ((_, composed),) = await compose(tx, taken)
        await finish(tx, taken[0], Sent())
    assert composed.plain.startswith("200\N{NO-BREAK SPACE}бонусов до 21\N{NO-BREAK SPACE}марта")
    await worked(shop, campaign_id)
    assert await points(shop, anna) == 200
    async with shop.tx() as tx:
        ends = await tx.fetchval("select expires_at from lots where tenant_id = $1", tx.tenant_id)
    assert last_day(ends, "Europe/Moscow") == date(2026, 3, 21)


async def test_a_code_is_drawn_for_each_and_void_where_the_letter_did_not_go_out(shop: Shop) -> None:
    await tellable(shop, 3)
    async with shop.tx() as tx:
        coupon = await create_coupon(tx, name="Весна")
    campaign_id = await begun(shop, offer=CodeOffered(coupon.id))
    await worked(shop, campaign_id)
    told = await deliver(shop, count=1)
    await deliver(shop, count=1, result=Refused("no"))
    async with shop.tx() as tx:
        await cancel(tx, campaign_id)
    await worked(shop, campaign_id)

    async with shop.tx() as tx:
        codes = await list_codes(tx, coupon.id, limit=10)
        good = await tx.fetch(
            "select member_id from coupon_codes where tenant_id = $1 and uses_max = 1", tx.tenant_id
        )
    assert len(codes) == 3
    assert [row["member_id"] for row in good] == [told[0].member_id]
    assert (await campaign(shop, campaign_id)).settled_at is not None


async def test_who_takes_their_consent_back_before_their_wave_gets_nothing(
    shop: Shop, clock: SetClock
) -> None:
    first, *_, last = sorted(await tellable(shop, 4))
    campaign_id = await begun(shop, per_minute=2, offer=PointsOffered(shop.program_id, 50))
    await worked(shop, campaign_id)
    clock.at = NOON + timedelta(seconds=40)
    assert first in [message.member_id for message in await deliver(shop)]
    async with shop.tx() as tx:
        await note_consent(tx, last, "marketing", is_given=False, source="app")
    for minute in range(1, 4):
        clock.at = NOON + timedelta(minutes=minute)
        await worked(shop, campaign_id)
        await deliver(shop)
    clock.at = NOON + timedelta(minutes=5)
    await worked(shop, campaign_id)

    told = await progress(shop, campaign_id)
    assert (told.sent, dict(told.skipped)) == (3, {"no_consent": 1})
    assert await points(shop, last) == 0


async def test_who_cannot_be_reached_or_did_not_agree_is_counted_and_given_nothing(shop: Shop) -> None:
    await tellable(shop, 1)
    await tellable(shop, 1, first=2, agreed=False)
    lonely = await shop.enroll("+79990000077")
    async with shop.tx() as tx:
        await note_consent(tx, lonely, "marketing", is_given=True, source="office")
    campaign_id = await begun(
        shop,
        offer=PointsOffered(shop.program_id, 50),
        letter=LetterPlan((TEXT,), ("telegram",)),
    )
    await worked(shop, campaign_id)
    await deliver(shop)
    await worked(shop, campaign_id)

    told = await progress(shop, campaign_id)
    assert dict(told.skipped) == {"no_consent": 1, "unreachable": 1}
    assert told.given == 1
    assert await points(shop, lonely) == 0


async def test_a_pause_stops_what_waits_and_what_is_called_off_is_never_sent(
    shop: Shop, clock: SetClock
) -> None:
    await tellable(shop, 6)
    campaign_id = await begun(shop, per_minute=2)
    await worked(shop, campaign_id)
    await deliver(shop, count=1)
    async with shop.tx() as tx:
        await pause(tx, campaign_id)
    clock.at = NOON + timedelta(minutes=30)
    await worked(shop, campaign_id)
    assert await deliver(shop) == []

    async with shop.tx() as tx:
        await resume(tx, campaign_id)
    await worked(shop, campaign_id)
    assert (await progress(shop, campaign_id)).waiting == 2, (
        "the one that was held takes its time of the minute"
    )
    await deliver(shop, count=1)
    async with shop.tx() as tx:
        untold = await cancel(tx, campaign_id)
    clock.at = NOON + timedelta(minutes=60)
    await worked(shop, campaign_id)
    assert await deliver(shop) == []
    assert untold == 4
    told = await progress(shop, campaign_id)
    assert (told.sent, dict(told.skipped)) == (2, {"cancelled": 4})


async def test_letters_leave_evenly_and_a_late_worker_does_not_catch_up_at_once(
    shop: Shop, clock: SetClock
) -> None:
    await tellable(shop, 30)
    campaign_id = await begun(shop, per_minute=4)
    sent = []
    for minute in range(4):
        clock.at = NOON + timedelta(minutes=minute)
        await worked(shop, campaign_id)
        clock.at = NOON + timedelta(minutes=minute, seconds=59)
        sent.append(len(await deliver(shop)))
    clock.at = NOON + timedelta(hours=2)
    await worked(shop, campaign_id)
    clock.at = NOON + timedelta(hours=2, seconds=59)
    sent.append(len(await deliver(shop)))
    assert sent == [4, 4, 4, 4, 4]


async def test_a_sender_that_dies_sends_nobody_twice(shop: Shop) -> None:
    await tellable(shop, 10)
    campaign_id = await begun(shop, offer=PointsOffered(shop.program_id, 10))
    await worked(shop, campaign_id)
    sent = await deliver(shop, count=4)
    async with shop.tx() as tx:
        in_flight = await take(tx, "telegram", "marketing", 2)
    async with shop.tx() as tx:
        await put_back_interrupted(tx, "telegram")
    await worked(shop, campaign_id)
    sent += await deliver(shop)
    await worked(shop, campaign_id)

    told = Counter(message.member_id for message in sent)
    assert set(told.values()) == {1}
    assert not told.keys() & {message.member_id for message in in_flight}
    assert len(told) == 8
    assert {
        await points(shop, message.member_id) for message in (*sent, *in_flight) if message.member_id
    } == {10}
    assert (await campaign(shop, campaign_id)).state == "done"


async def test_texts_are_shared_out_exactly(shop: Shop) -> None:
    await tellable(shop, 40)
    campaign_id = await begun(
        shop,
        letter=LetterPlan((Variant("A", new_id(), 7), Variant("B", new_id(), 2), Variant("C", new_id(), 1))),
    )
    await worked(shop, campaign_id)
    assert Counter(one.variant for one in (await recipients(shop, campaign_id)).values()) == {
        "A": 28,
        "B": 8,
        "C": 4,
    }


async def test_who_was_merged_meanwhile_is_told_once_by_the_card_that_was_kept(
    shop: Shop, clock: SetClock
) -> None:
    cards = sorted(await tellable(shop, 6))
    campaign_id = await begun(
        shop,
        offer=PointsOffered(shop.program_id, 30),
        audience=composed(Who(others=(NeverBought(),))),
        local_at=datetime.fromisoformat("2026-03-10T13:00"),
    )
    clock.at = NOON + timedelta(hours=1)
    async with shop.tx() as tx:
        # Planned at one o'clock, told a moment later: the cards are joined in between.
        await tx.execute("update campaigns set state = 'planning' where tenant_id = $1", tx.tenant_id)
        await advance(tx, campaign_id)
    stranger = await shop.enroll("+79990000099")
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=cards[0], merged_id=cards[1], reason="одна")
        await merge_members(tx, kept_id=stranger, merged_id=cards[2], reason="одна")
        await delete_member(tx, cards[3])
    await worked(shop, campaign_id)
    told = Counter(message.member_id for message in await deliver(shop))
    await worked(shop, campaign_id)

    assert told == Counter({cards[0]: 1, stranger: 1, cards[4]: 1, cards[5]: 1})
    assert dict((await progress(shop, campaign_id)).skipped) == {"merged": 1, "member_gone": 1}
    assert await points(shop, stranger) == 30
    async with shop.tx() as tx:
        (part,) = await list_parts(tx, stranger, limit=10)
    assert (part.name, part.was_written_to, part.was_given) == ("Март", True, True)
    assert (await campaign(shop, campaign_id)).state == "done"


def test_a_wall_clock_that_skips_an_hour_or_has_one_twice_still_tells_once() -> None:
    skipped = moment_in(datetime.fromisoformat("2026-03-29T02:30"), "Europe/Berlin")
    twice = moment_in(datetime.fromisoformat("2026-10-25T02:30"), "Europe/Berlin")
    assert skipped.isoformat() == "2026-03-29T01:30:00+00:00", (
        "half past three, which is when it would have been"
    )
    assert twice.isoformat() == "2026-10-25T00:30:00+00:00", "the first half past two"
    east = moment_in(datetime.fromisoformat("2026-03-29T10:00"), "Asia/Vladivostok")
    west = moment_in(datetime.fromisoformat("2026-03-29T10:00"), "Europe/Kaliningrad")
    assert west - east == timedelta(hours=8)


async def test_by_members_own_clocks_each_zone_is_told_at_its_own_moment(shop: Shop, clock: SetClock) -> None:
    home, far = sorted(await tellable(shop, 2))
    async with shop.tx() as tx:
        await tx.execute(
            """
            update wallets set last_purchase_on = '2026-03-01', last_purchase_zone = 'Asia/Vladivostok'
            where tenant_id = $1 and member_id = $2
            """,
            tx.tenant_id,
            far,
        )
        await tx.execute(
            "update branches set time_zone = 'Asia/Vladivostok' where tenant_id = $1", tx.tenant_id
        )
    campaign_id = await begun(shop, local_at=datetime.fromisoformat("2026-03-11T10:00"))
    waiting = await campaign(shop, campaign_id)
    assert waiting.state == "scheduled"
    assert waiting.starts_at == datetime.fromisoformat("2026-03-11T10:00:00+10:00")

    for at, who in (("2026-03-11T10:00:00+10:00", far), ("2026-03-11T10:00:00+03:00", home)):
        clock.at = datetime.fromisoformat(at) - timedelta(minutes=1)
        await worked(shop, campaign_id)
        assert await deliver(shop) == []
        clock.at = datetime.fromisoformat(at)
        await worked(shop, campaign_id)
        assert [message.member_id for message in await deliver(shop)] == [who]
    await worked(shop, campaign_id)
    assert (await campaign(shop, campaign_id)).state == "done"


async def test_a_draft_can_be_changed_deleted_and_copied_and_what_has_begun_only_copied(shop: Shop) -> None:
    plan = Plan(name="Апрель", audience=composed(Who()), letter=LetterPlan((TEXT,)))
    async with shop.tx() as tx:
        draft = await create_broadcast(tx, plan)
        await change_broadcast(tx, draft, plan)
        await delete_draft(tx, draft)
        with pytest.raises(PlanImpossible):
            await create_broadcast(tx, Plan(name="", control_bp=0))
    campaign_id = await begun(shop, starts_at=NOON + timedelta(days=1))
    async with shop.tx() as tx:
        with pytest.raises(CampaignState):
            await change_broadcast(tx, campaign_id, plan)
        with pytest.raises(CampaignState):
            await launch(tx, campaign_id)
        await unschedule(tx, campaign_id)
        copied = await copy_broadcast(tx, campaign_id, name="Ещё раз")
    assert (await campaign(shop, campaign_id)).state == "draft"
    assert (await campaign(shop, copied)).salt != (await campaign(shop, campaign_id)).salt
    assert (await campaign(shop, copied)).starts_at is None


def test_an_audience_comes_apart_into_what_was_asked_for() -> None:
    who = Who(
        segments=(str(new_id()),),
        excluded=(str(new_id()), str(new_id())),
        channels=("telegram", "sms"),
        sexes=("female",),
        others=(NeverBought(), Sex(("male",))),
    )
    assert taken_apart(composed(who)) == who
    assert taken_apart(composed(Who())) == Who()


async def test_points_have_an_id_of_their_own_so_that_a_second_worker_gives_none(shop: Shop) -> None:
    (anna,) = await tellable(shop, 1)
    campaign_id = await begun(shop, offer=PointsOffered(shop.program_id, 70))
    await worked(shop, campaign_id)
    await deliver(shop)
    await asyncio.gather(*(worked(shop, campaign_id) for _ in range(8)))
    assert await points(shop, anna) == 70
    async with shop.tx() as tx:
        assert len(await tx.fetch("select from adjustments where tenant_id = $1", tx.tenant_id)) == 1
        assert await find_adjusted(tx, [campaign_id]) == {}


async def test_when_it_will_be_over_is_told_by_the_pace_that_it_has(shop: Shop, clock: SetClock) -> None:
    await tellable(shop, 30)
    campaign_id = await begun(shop, per_minute=10)
    await worked(shop, campaign_id)
    clock.at += timedelta(minutes=1)
    assert len(await deliver(shop)) == 10
    found = await progress(shop, campaign_id)
    assert found.per_minute == 10
    assert found.ends_at(await campaign(shop, campaign_id), clock.at) == clock.at + timedelta(minutes=2)
