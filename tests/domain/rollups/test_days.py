"""Which day, hour and month a purchase and a return count in."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_returning import give_back
from tests.domain.rollups.chain import Chain, open_chain
from tests.domain.rollups.test_folding import fold, is_right
from tests.domain.shop import receipt

from plushka.domain.rollups.folding import fold as fold_some
from plushka.domain.rollups.model import ALL_BRANCHES
from plushka.platform.database import Database


@pytest.fixture
async def chain(database: Database, clock: SetClock) -> AsyncIterator[Chain]:
    async with open_chain(database, clock, seed=0) as chain:
        clock.at = datetime(2026, 4, 20, 9, tzinfo=UTC)
        yield chain


async def sell(chain: Chain, branch: str, *moments: datetime) -> None:
    for at in moments:
        sold = receipt(chain.next("sale"), 10_00, branch=branch, occurred_at=at)
        await chain.shop.queue.commit(chain.shop.caller, sold)
    await fold(chain.shop)


async def hours(chain: Chain) -> list[tuple[date, int, int]]:
    async with chain.shop.tx() as tx:
        rows = await tx.fetch(
            "select business_date, hour, receipts from sales_hours where branch_id = $1 order by 1, 2",
            ALL_BRANCHES,
        )
    return [tuple(row) for row in rows]


async def test_before_four_it_is_yesterday_still(chain: Chain) -> None:
    # Moscow is three hours ahead.
    await sell(
        chain, "moscow", datetime(2026, 4, 2, 0, 59, tzinfo=UTC), datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    )
    assert await hours(chain) == [(date(2026, 4, 1), 3, 1), (date(2026, 4, 2), 4, 1)]


async def test_a_branch_whose_day_begins_at_midnight_has_no_yesterday(chain: Chain) -> None:
    # Magadan is eleven hours ahead.
    await sell(
        chain, "magadan", datetime(2026, 4, 1, 12, 59, tzinfo=UTC), datetime(2026, 4, 1, 13, 0, tzinfo=UTC)
    )
    assert await hours(chain) == [(date(2026, 4, 1), 23, 1), (date(2026, 4, 2), 0, 1)]


async def test_an_hour_that_is_skipped_is_empty(chain: Chain) -> None:
    # In Berlin 02:00 is 03:00 on 29 March.
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    await sell(chain, "berlin", before, after)
    assert await hours(chain) == [(date(2026, 3, 28), 1, 1), (date(2026, 3, 28), 3, 1)]


async def test_an_hour_that_comes_twice_has_the_receipts_of_both(chain: Chain, clock: SetClock) -> None:
    clock.at = datetime(2026, 10, 26, 9, tzinfo=UTC)
    # In Berlin 03:00 is 02:00 once more on 25 October.
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    await sell(chain, "berlin", first, second)
    assert await hours(chain) == [(date(2026, 10, 24), 2, 2)]


async def test_a_return_lowers_the_month_of_the_purchase_and_is_told_of_its_own_day(chain: Chain) -> None:
    march = receipt("march", 30_00, branch="new-york", occurred_at=datetime(2026, 3, 31, 16, tzinfo=UTC))
    await chain.shop.queue.commit(chain.shop.caller, march)
    await fold(chain.shop)
    # 20 April, 07:30 in Moscow; in New York it is 00:30, of the 19th still.
    chain.clock.at = datetime(2026, 4, 20, 4, 30, tzinfo=UTC)
    await give_back(chain.shop, "r", "march", (0, 333))
    await fold(chain.shop)
    async with chain.shop.tx() as tx:
        [sold] = await tx.fetch(
            "select revenue_minor, refunded_minor from sales_days where branch_id = $1 and business_date = $2",
            ALL_BRANCHES,
            date(2026, 3, 31),
        )
        came_back = await tx.fetch(
            "select made_on, refund_minor from refund_days where branch_id = $1", ALL_BRANCHES
        )
    assert tuple(sold) == (30_00 - 9_99, 9_99)
    assert [tuple(row) for row in came_back] == [(date(2026, 4, 19), 9_99)]


async def test_points_are_of_the_days_of_the_business_wherever_it_moves(chain: Chain) -> None:
    await chain._adjust(10)
    await fold(chain.shop)
    async with chain.shop.tx() as tx:
        before = await tx.fetchval("select max(day) from points_days")
    chain.clock.at = datetime(2026, 4, 20, 20, 30, tzinfo=UTC)
    await chain._adjust(10)
    await fold(chain.shop)
    async with chain.shop.tx() as tx:
        assert await tx.fetchval("select max(day) from points_days") == before
    await chain._move_zone("Asia/Magadan")
    await fold(chain.shop)
    async with chain.shop.tx() as tx:
        assert await tx.fetchval("select max(day) from points_days") > before
    assert await is_right(chain.shop)


async def test_points_that_wait_their_turn_are_not_counted_with_a_new_calendar(chain: Chain) -> None:
    await chain._move_zone("Asia/Magadan")
    await chain._adjust(10)
    async with chain.transaction() as tx:
        folded = await fold_some(tx, subjects_max=0)
        assert folded is not None
        assert folded.has_more
    await fold(chain.shop)
    assert await is_right(chain.shop)
