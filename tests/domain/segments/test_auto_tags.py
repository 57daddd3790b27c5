"""Tags by rules are put on and taken off by night, and what people have put on stays (F110)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.grouping import group_now
from plushka.domain.audit.queries import list_entries
from plushka.domain.catalog.model import Category
from plushka.domain.catalog.operations import upsert_categories
from plushka.domain.founding.sandbox import build_sandbox, read_blueprint
from plushka.domain.members.erasure import erase
from plushka.domain.members.profile import add_tag, remove_tag
from plushka.domain.members.queries import get_member
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.purchases.model import PurchaseLine, ReturnLine, ReturnRequest
from plushka.domain.purchases.returning import return_purchase
from plushka.domain.segments.auto_tags.model import (
    AtHours,
    AutoTagExists,
    AutoTagRuleWrong,
    FullBaskets,
    Holds,
    LargeReceipts,
    LikesCategory,
    OnWeekdays,
    Rule,
    UnknownAutoTag,
)
from plushka.domain.segments.auto_tags.operations import (
    add_auto_tag,
    change_auto_tag,
    end_auto_tag,
    get_auto_tag,
    list_automatic,
)
from plushka.domain.segments.auto_tags.tagging import apply_rule
from plushka.domain.segments.lifecycle.model import Terms
from plushka.domain.segments.lifecycle.queries import count_groups, find_group
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.lifecycle.terms import get_terms, set_terms
from plushka.domain.segments.suggestions.suggesting import block_categories, get_settings
from plushka.engine.audience import Purchases
from plushka.engine.conditions import Segment
from plushka.engine.lifecycle import Rhythm
from plushka.platform.database import Database
from plushka.platform.ids import new_id

MONDAY = datetime(2026, 3, 9, 6, tzinfo=UTC)
"""Nine in the morning in Moscow."""
REGULAR = Holds(Purchases(count_min=2))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = MONDAY - timedelta(days=60)
    async with open_shop(database, clock, CASHBACK) as shop:
        clock.at = MONDAY + timedelta(days=10)
        async with shop.tx() as tx:
            await upsert_categories(
                tx, [Category("drinks", "Напитки", None), Category("tea", "Чай", "drinks")]
            )
        yield shop


async def buy(
    shop: Shop,
    member_id: UUID,
    *moments: datetime,
    amount_minor: int = 100_00,
    lines: tuple[str, ...] = ("bun:",),
) -> list[str]:
    """Commit a receipt at each moment; lines are sku:category."""
    numbers = []
    for at in moments:
        numbers.append(f"{member_id}-{at:%m%dT%H%M}")
        goods = [line.split(":") for line in lines]
        await shop.buy(
            numbers[-1],
            0,
            member=member_id,
            occurred_at=at,
            lines=tuple(PurchaseLine(sku, 1000, amount_minor, category=code or None) for sku, code in goods),
        )
    return numbers


def days(count: int, *, first: datetime = MONDAY, each: int = 1) -> list[datetime]:
    return [first + timedelta(days=each * number) for number in range(count)]


async def tags(shop: Shop, member_id: UUID) -> tuple[list[str], list[str]]:
    """Return all tags of a member, and those by rules."""
    async with shop.tx() as tx:
        return list((await get_member(tx, member_id)).tags), await list_automatic(tx, member_id)


async def holders_of(shop: Shop, rule: Rule) -> set[UUID]:
    async with shop.tx() as tx:
        made = await add_auto_tag(tx, tag="правило", rule=rule)
        rows = await tx.fetch("select member_id from auto_tagged where auto_tag_id = $1", made.id)
        assert made.members == len(rows)
        await end_auto_tag(tx, made.id)
        assert await tx.fetchval("select count(*) from members where 'правило' = any(tags)") == 0
    return {row["member_id"] for row in rows}


async def test_rules_of_hours_and_weekdays_go_by_the_branch_s_clock(shop: Shop) -> None:
    early, late, mixed, rare = [await shop.enroll(f"+7999000000{number}") for number in range(1, 5)]
    await buy(shop, early, *days(5))
    # 11:00 sharp is not before 11.
    await buy(shop, late, *days(5, first=MONDAY + timedelta(hours=2)))
    await buy(shop, mixed, *days(3), *days(2, first=MONDAY + timedelta(hours=9)))
    await buy(shop, rare, *days(3))
    assert await holders_of(shop, AtHours(percent_min=60)) == {early, mixed}
    assert await holders_of(shop, AtHours(percent_min=61)) == {early}
    assert await holders_of(shop, AtHours(receipts_min=3)) == {early, mixed, rare}
    assert await holders_of(shop, AtHours(from_minute=11 * 60, until_minute=12 * 60)) == {late}
    over_midnight = AtHours(from_minute=18 * 60, until_minute=9 * 60 + 1)
    assert await holders_of(shop, over_midnight) == {early, mixed}
    assert await holders_of(shop, OnWeekdays(weekdays=(1, 2), percent_min=40)) == {early, late, mixed}
    assert await holders_of(shop, OnWeekdays(percent_min=1)) == set()
    assert await holders_of(shop, AtHours(days=10)) == {early}
    assert await holders_of(shop, AtHours(days=6)) == set()


async def test_rules_of_goods_and_sums_leave_out_what_came_back(shop: Shop) -> None:
    tea, buns, family, rich = [await shop.enroll(f"+7999000000{number}") for number in range(1, 5)]
    numbers = await buy(shop, tea, *days(4), lines=("green:tea", "bun:"))
    await buy(shop, buns, *days(4))
    await buy(shop, family, *days(4), lines=("bun:", "roll:", "pie:", "cake:"))
    await buy(shop, rich, *days(4), amount_minor=5000_00)
    likes = LikesCategory(category="drinks", percent_min=80)
    assert await holders_of(shop, likes) == {tea}
    assert await holders_of(shop, FullBaskets(lines_min=4)) == {family}
    assert await holders_of(shop, FullBaskets(lines_min=2)) == {family, tea}
    assert await holders_of(shop, LargeReceipts(top_percent=1)) == {rich}
    assert await holders_of(shop, LargeReceipts(top_percent=26)) == {rich, family}
    async with shop.tx() as tx:
        for number in numbers[:1]:
            back = ReturnRequest("R-1", number, lines=(ReturnLine(0, 1000),))
            await return_purchase(tx, shop.reference, shop.caller, back)
    assert await holders_of(shop, likes) == set()
    assert await holders_of(shop, LikesCategory(category="tea", percent_min=75)) == {tea}
    async with shop.tx() as tx:
        await return_purchase(tx, shop.reference, shop.caller, ReturnRequest("R-2", numbers[1]))
    assert await holders_of(shop, LikesCategory(category="tea", percent_min=1)) == set()


async def test_a_tag_by_hand_is_never_taken_off_and_one_by_the_rule_is(shop: Shop, clock: SetClock) -> None:
    anna, boris = await shop.enroll(), await shop.enroll("+79990000002")
    await buy(shop, anna, *days(2))
    await buy(shop, boris, *days(2))
    async with shop.tx() as tx:
        await add_tag(tx, boris, "Свой")
        rule = await add_auto_tag(tx, tag=" свой ", rule=REGULAR)
        assert rule.members == 1
    assert await tags(shop, anna) == (["свой"], ["свой"])
    assert await tags(shop, boris) == (["Свой"], [])
    async with shop.tx() as tx:
        assert (await apply_rule(tx, rule)) == type(await apply_rule(tx, rule))(0, 0)
        await remove_tag(tx, anna, "свой")
    await group_now(shop.database, clock, shop.caller.tenant_id)
    assert await tags(shop, anna) == (["свой"], ["свой"])
    async with shop.tx() as tx:
        await change_auto_tag(tx, rule.id, rule=Holds(Purchases(count_min=3)))
    assert await tags(shop, anna) == ([], [])
    assert await tags(shop, boris) == (["Свой"], [])
    await buy(shop, anna, *days(1, first=MONDAY + timedelta(days=5)))
    await group_now(shop.database, clock, shop.caller.tenant_id)
    assert await tags(shop, anna) == (["свой"], ["свой"])
    async with shop.tx() as tx:
        assert await end_auto_tag(tx, rule.id) == 1
        actions = {entry.action for entry in await list_entries(tx, limit=20)}
        assert {"auto_tag.make", "auto_tag.change", "auto_tag.end"} <= actions
        # The night that had begun before it was ended.
        assert (await apply_rule(tx, rule)).put_on == 0
    assert await tags(shop, anna) == ([], [])
    assert await tags(shop, boris) == (["Свой"], [])


@pytest.mark.parametrize("was_by_hand", [True, False])
async def test_a_merge_that_stands_keeps_what_was_put_on_by_hand(
    shop: Shop, clock: SetClock, *, was_by_hand: bool
) -> None:
    anna, other = await shop.enroll(), await shop.enroll("+79990000002")
    await buy(shop, other, *days(2))
    async with shop.tx() as tx:
        rule = await add_auto_tag(tx, tag="свой", rule=REGULAR)
        if was_by_hand:
            await add_tag(tx, anna, "свой")
        merge_id = await merge_members(tx, kept_id=anna, merged_id=other, reason="одна")
    clock.at += timedelta(hours=20)
    async with shop.tx() as tx:
        await apply_rule(tx, rule)
        await undo_merge(tx, merge_id)
        await apply_rule(tx, rule)
    assert await tags(shop, other) == (["свой"], ["свой"])
    assert (await tags(shop, anna))[1] == []
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=anna, merged_id=other, reason="одна")
    clock.at += timedelta(hours=25)
    async with shop.tx() as tx:
        await apply_rule(tx, rule)
    assert await tags(shop, anna) == (["свой"], [] if was_by_hand else ["свой"])
    async with shop.tx() as tx:
        await end_auto_tag(tx, rule.id)
    assert (await tags(shop, anna))[0] == (["свой"] if was_by_hand else [])


async def test_whoever_deletes_themselves_is_no_rule_s_any_more(shop: Shop) -> None:
    anna = await shop.enroll()
    await buy(shop, anna, *days(2))
    async with shop.tx() as tx:
        rule = await add_auto_tag(tx, tag="свой", rule=REGULAR)
        await erase(tx, anna, act_id=new_id())
        await apply_rule(tx, rule)
        assert (await get_auto_tag(tx, rule.id)).members == 0


async def test_two_rules_cannot_put_on_one_tag_and_a_rule_must_ask_for_something(shop: Shop) -> None:
    async with shop.tx() as tx:
        await add_auto_tag(tx, tag="Утро", rule=AtHours())
        with pytest.raises(AutoTagExists):
            await add_auto_tag(tx, tag="утро", rule=REGULAR)
        with pytest.raises(AutoTagRuleWrong):
            await add_auto_tag(tx, tag="сегмент", rule=Holds(Segment((str(new_id()),))))
        with pytest.raises(UnknownAutoTag):
            await end_auto_tag(tx, new_id())


async def test_a_sandbox_has_the_rules_and_bounds_and_nobody_tagged(shop: Shop) -> None:
    async with shop.tx() as tx:
        made = await add_auto_tag(tx, tag="утро", rule=AtHours())
        await set_terms(tx, Terms(Rhythm(5, 10, 15)))
        await block_categories(tx, ["tea"])
        blueprint = await read_blueprint(tx)
    async with shop.database.transaction(new_id(), actor="test:anna", at=shop.clock.now()) as tx:
        await build_sandbox(tx, blueprint, account_id=new_id())
        copied = await get_auto_tag(tx, made.id)
        assert (copied.tag, copied.rule, copied.members, copied.refreshed_at) == ("утро", AtHours(), 0, None)
        assert await get_terms(tx) == Terms(Rhythm(5, 10, 15))
        assert (await get_settings(tx)).blocked_categories == ("tea",)
        await apply_rule(tx, copied)


async def test_of_merged_members_the_one_who_stayed_has_the_visits_of_both(shop: Shop) -> None:
    anna, other = await shop.enroll(), await shop.enroll("+79990000002")
    await buy(shop, anna, *days(2))
    # The first of them is a day on which both have bought.
    await buy(shop, other, *days(3, first=MONDAY + timedelta(days=1, hours=1)))
    async with shop.tx() as tx:
        assert (await refresh_groups(tx)).members == 2
        await merge_members(tx, kept_id=anna, merged_id=other, reason="одна")
        assert sum((await count_groups(tx)).values()) == 1
        assert (await refresh_groups(tx)).members == 1
        found = await find_group(tx, anna)
        assert found is not None
        assert (found.group, found.visits) == ("core", 4)
        assert await find_group(tx, other) is None
