"""Adding up change by change comes to what counting all at once does."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import TWO_LINES, give_back
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.jobs.rollups import check_tenant, rebuild_tenant
from plushka.domain.purchases.merging import merge_members, undo_merge
from plushka.domain.rollups.folding import fold as fold_some
from plushka.domain.rollups.model import ALL_BRANCHES
from plushka.platform.database import Database


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def fold(shop: Shop) -> int:
    return await fold_tenant(shop.database, shop.clock, shop.caller.tenant_id)


async def is_right(shop: Shop) -> bool:
    return await check_tenant(shop.database, shop.clock, shop.caller.tenant_id) == []


async def total(shop: Shop, column: str) -> int:
    async with shop.tx() as tx:
        found: int = await tx.fetchval(
            f"select coalesce(sum({column}), 0) from sales_days where branch_id = $1",  # noqa: S608
            ALL_BRANCHES,
        )
    return found


async def test_a_purchase_is_added_once(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 100_00, member=member_id)
    await shop.buy("2", 50_00)
    assert await fold(shop) == 3
    assert await fold(shop) == 0
    assert (await total(shop, "receipts"), await total(shop, "revenue_minor")) == (2, 150_00)
    assert await total(shop, "first_purchases") == 1
    assert await is_right(shop)


async def test_what_comes_back_is_taken_off_the_day_of_the_purchase(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 100_00, member=member_id)
    await shop.buy("2", 0, member=member_id, lines=TWO_LINES)
    await fold(shop)
    await give_back(shop, "r1", "2", (0, 1000))
    await fold(shop)
    assert await total(shop, "revenue_minor") == 400_00
    assert await is_right(shop)
    await give_back(shop, "r2", "2")
    await fold(shop)
    assert (await total(shop, "receipts"), await total(shop, "returned")) == (1, 1)
    assert await total(shop, "revenue_minor") == 100_00
    assert await is_right(shop)


async def test_two_members_of_one_have_the_receipts_of_both_and_part_again(shop: Shop) -> None:
    one, other = await shop.enroll(), await shop.enroll("+79990000002")
    await shop.buy("1", 100_00, member=one)
    await shop.buy("2", 100_00, member=other)
    await fold(shop)
    assert await total(shop, "first_purchases") == 2
    async with shop.tx() as tx:
        merge_id = await merge_members(tx, kept_id=one, merged_id=other, reason="одно лицо")
    await fold(shop)
    assert await total(shop, "first_purchases") == 1
    assert await is_right(shop)
    async with shop.tx() as tx:
        await undo_merge(tx, merge_id)
    await fold(shop)
    assert await total(shop, "first_purchases") == 2
    assert await is_right(shop)


async def test_what_is_made_anew_is_what_was_kept(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 100_00, member=member_id)
    await fold(shop)
    await shop.buy("2", 0, member=member_id, lines=TWO_LINES)
    await rebuild_tenant(shop.database, shop.clock, shop.caller.tenant_id)
    assert await fold(shop) == 0
    assert await is_right(shop)


async def test_a_difference_is_told(shop: Shop) -> None:
    await shop.buy("1", 100_00)
    await fold(shop)
    async with shop.tx() as tx:
        await tx.execute("update sales_hours set revenue_minor = revenue_minor + 1")
    differences = await check_tenant(shop.database, shop.clock, shop.caller.tenant_id)
    assert [(one.table, one.is_kept) for one in differences] == [
        ("sales_hours", True),
        ("sales_hours", False),
    ]


async def test_a_return_whose_change_comes_before_that_of_its_receipt_is_counted_once_too(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 0, member=member_id, lines=TWO_LINES)
    await give_back(shop, "r1", "1", (0, 1000))
    async with shop.tx() as tx:
        # As from a machine whose clock is behind.
        await tx.execute(
            """
            with gone as (delete from changes where kind = 'returns' returning *)
            insert into changes select tenant_id, $1, kind, subjects, at from gone
            """,
            UUID(int=1),
        )
    async with shop.database.transaction(
        shop.caller.tenant_id, actor="test:rollups", at=shop.clock.now(), one_moment=True
    ) as tx:
        folded = await fold_some(tx, subjects_max=0)
    assert folded is not None
    assert folded.has_more
    assert await total(shop, "revenue_minor") == 0
    await fold(shop)
    assert await total(shop, "revenue_minor") == 300_00
    assert await is_right(shop)
