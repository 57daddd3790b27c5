"""Segments under a name: who enters and leaves, who is in lists, and what stands on what (F33, F218)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.segments import follow_segments
from plushka.domain.audit.queries import list_entries
from plushka.domain.members.erasure import erase
from plushka.domain.members.profile import add_tag, remove_tag
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.segments.lists import add_members, remove_members
from plushka.domain.segments.model import (
    AudienceInvalid,
    NotAList,
    SegmentCycle,
    SegmentInUse,
    SegmentNameTaken,
    UnknownSegment,
)
from plushka.domain.segments.operations import (
    archive_segment,
    change_segment,
    copy_segment,
    create_segment,
    restore_segment,
)
from plushka.domain.segments.queries import get_segment
from plushka.domain.segments.refreshing import Move, list_moves, refresh
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import All, Not, Purchases
from plushka.engine.conditions import Segment, Tag
from plushka.platform.database import Database
from plushka.platform.ids import new_id

VIP = Tag(("vip",))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def three(shop: Shop) -> list[UUID]:
    """Enrol three members, of whom the first is a VIP."""
    members = [await shop.enroll(f"+7999000000{number}") for number in range(3)]
    async with shop.tx() as tx:
        await add_tag(tx, members[0], "vip")
    return members


async def moves(shop: Shop, segment_id: UUID) -> list[Move]:
    async with shop.tx() as tx:
        return await list_moves(tx, segment_id, after=tx.at - timedelta(days=1))


async def test_who_comes_and_goes_is_written_down_once(shop: Shop, clock: SetClock) -> None:
    first, second, _ = await three(shop)
    async with shop.tx() as tx:
        segment_id = await create_segment(tx, name="VIP", audience=VIP)
        assert (await get_segment(tx, segment_id)).members == 1
    assert await moves(shop, segment_id) == [], "whom a new segment finds has not entered it"
    async with shop.tx() as tx:
        await remove_tag(tx, first, "vip")
        await add_tag(tx, second, "vip")
    clock.advance(timedelta(minutes=10))
    for _ in range(2):
        await follow_segments(shop.database, clock, shop.caller.tenant_id)
    assert {(move.member_id, move.has_entered) for move in await moves(shop, segment_id)} == {
        (first, False),
        (second, True),
    }
    assert not any(move.by_edit for move in await moves(shop, segment_id))


async def test_moments_of_moves_never_go_back(shop: Shop, clock: SetClock) -> None:
    _, second, _ = await three(shop)
    async with shop.tx() as tx:
        segment_id = await create_segment(tx, name="VIP", audience=VIP)
        refreshed_at = (await get_segment(tx, segment_id)).refreshed_at
        await add_tag(tx, second, "vip")
    clock.advance(-timedelta(seconds=5))
    async with shop.tx() as tx:
        assert (await refresh(tx, segment_id)).entered == 1
        assert refreshed_at is not None
        assert [move.member_id for move in await list_moves(tx, segment_id, after=refreshed_at)] == [second]


async def test_members_who_move_because_of_an_edit_are_told_apart(shop: Shop) -> None:
    await three(shop)
    async with shop.tx() as tx:
        segment_id = await create_segment(tx, name="VIP", audience=VIP)
        await change_segment(tx, segment_id, name="Не VIP", audience=Not(VIP))
        assert (await get_segment(tx, segment_id)).members == 2
        changes = {entry.action: entry.changes for entry in await list_entries(tx, limit=2)}["segment.change"]
    assert [move.by_edit for move in await moves(shop, segment_id)] == [True] * 3
    assert changes == {"name": ("VIP", "Не VIP"), "conditions": ("Метка «vip»", "Не (метка «vip»)")}


async def test_a_list_holds_whom_it_was_given_and_follows_merging_and_its_undoing(shop: Shop) -> None:
    first, second, third = await three(shop)
    async with shop.tx() as tx:
        segment_id = await create_segment(tx, name="Список", audience=None)
        assert await add_members(tx, segment_id, [first, second, first, new_id()]) == 2
        assert await add_members(tx, segment_id, [first]) == 0
        in_list = Segment((str(segment_id),))
        merge_id = await merge_members(tx, kept_id=third, merged_id=second, reason="одна карта")
        assert set(await list_members(tx, in_list)) == {first, third}
        await undo_merge(tx, merge_id)
        assert set(await list_members(tx, in_list)) == {first, second}
        copy_id = await copy_segment(tx, segment_id, name="Копия")
        assert await remove_members(tx, segment_id, [second]) == 1
        assert await list_members(tx, in_list) == [first]
        assert (await get_segment(tx, segment_id)).members == 1
        assert (await get_segment(tx, copy_id)).members == 2
    assert [move.has_entered for move in await moves(shop, segment_id)].count(False) == 1


async def test_an_erased_member_leaves_no_trace_in_segments(shop: Shop) -> None:
    first, second, _ = await three(shop)
    async with shop.tx() as tx:
        list_id = await create_segment(tx, name="Список", audience=None)
        await add_members(tx, list_id, [first, second])
        await create_segment(tx, name="VIP", audience=VIP)
        await erase(tx, first, act_id=new_id())
        rows = await tx.fetchval(
            "select (select count(*) from segment_members where tenant_id = $1 and member_id = $2)"
            " + (select count(*) from segment_moves where tenant_id = $1 and member_id = $2)",
            tx.tenant_id,
            first,
        )
        assert rows == 0
        assert (await refresh(tx, list_id)).members == 1


async def test_segments_stand_on_each_other_but_not_in_a_circle(shop: Shop) -> None:
    first, second, _ = await three(shop)
    await shop.buy("1", 100_00, member=second)
    async with shop.tx() as tx:
        vip = await create_segment(tx, name="VIP", audience=VIP)
        buyers = await create_segment(
            tx, name="Покупатели", audience=All((Purchases(count_min=1), Not(Segment((str(vip),)))))
        )
        assert await list_members(tx, Segment((str(buyers),))) == [second]
        assert await list_members(tx, Not(Not(Segment((str(vip), str(buyers)))))) == sorted([first, second])
    async with shop.tx() as tx:
        with pytest.raises(SegmentCycle):
            await change_segment(tx, vip, name="VIP", audience=Not(Segment((str(buyers),))))
        with pytest.raises(SegmentCycle):
            await change_segment(tx, vip, name="VIP", audience=Segment((str(vip),)))
        with pytest.raises(UnknownSegment):
            await change_segment(tx, vip, name="VIP", audience=Segment((str(new_id()),)))
        below = buyers
        for height in range(3):
            below = await create_segment(tx, name=f"Выше {height}", audience=Segment((str(below),)))
        with pytest.raises(SegmentCycle):
            await create_segment(tx, name="Слишком высоко", audience=Segment((str(below),)))


async def test_a_segment_in_use_is_not_archived_and_says_by_what(shop: Shop) -> None:
    await three(shop)
    async with shop.tx() as tx:
        vip = await create_segment(tx, name="VIP", audience=VIP)
        above = await create_segment(tx, name="Все остальные", audience=Not(Segment((str(vip),))))
        with pytest.raises(SegmentInUse) as refused:
            await archive_segment(tx, vip)
        assert refused.value.facts == {"by": "segment", "name": "Все остальные", "count": 1}
        await archive_segment(tx, above)
        await archive_segment(tx, vip)
        await create_segment(tx, name="vip", audience=VIP)
    with pytest.raises(SegmentNameTaken):
        async with shop.tx() as tx:
            await restore_segment(tx, vip)


async def test_nonsense_is_refused_where_it_stands(shop: Shop) -> None:
    async with shop.tx() as tx:
        with pytest.raises(AudienceInvalid) as refused:
            await create_segment(
                tx, name="Чушь", audience=All((VIP, Not(Purchases(count_min=3, count_max=2))))
            )
        assert (refused.value.field, refused.value.facts) == ("of[1].of", {"problem": "bounds_reversed"})
        vip = await create_segment(tx, name="VIP", audience=VIP)
        with pytest.raises(NotAList):
            await add_members(tx, vip, [])
