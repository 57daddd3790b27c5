"""Caps per day and month, whatever the order in which receipts are told (S15, F34)."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop, receipt

from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.situation import Item
from plushka.engine.program import EarningCaps, Program
from plushka.platform.database import Database

Whose = Literal["rule", "programme"]


def capped(whose: Whose, **caps: int) -> Program:
    """Return 10 % under a cap: the rule's own, or the programme's."""
    if whose == "programme":
        return msgspec.structs.replace(CASHBACK, caps=EarningCaps(**caps))
    rule = msgspec.structs.replace(CASHBACK.earning[0], caps=EarningCaps(**caps))
    return msgspec.structs.replace(CASHBACK, earning=(rule,))


def march(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


async def earned(shop: Shop, number: str, at: datetime, amount_minor: int, member_id: UUID) -> int:
    bought = await shop.buy(number, amount_minor, member=member_id, occurred_at=at)
    return bought.receipt.outcome.earned_points


@pytest.mark.parametrize("whose", ["rule", "programme"])
async def test_a_late_receipt_finds_what_is_left_of_its_month(
    database: Database, clock: SetClock, whose: Whose
) -> None:
    clock.at = march(1)
    async with open_shop(database, clock, capped(whose, per_month=100)) as shop:
        member_id = await shop.enroll()
        clock.at = march(31)
        assert await earned(shop, "1", march(5), 500_00, member_id) == 50
        assert await earned(shop, "2", march(20), 400_00, member_id) == 40
        # Late, of a day between: 10 are left of the month.
        assert await earned(shop, "3", march(10), 500_00, member_id) == 10
        assert await earned(shop, "4", march(25), 500_00, member_id) == 0
        await give_back(shop, "r", "2")
        assert await earned(shop, "5", march(1), 500_00, member_id) == 40
        assert await shop.differences() == ()


@pytest.mark.parametrize("whose", ["rule", "programme"])
async def test_a_late_receipt_finds_what_is_left_of_its_day(
    database: Database, clock: SetClock, whose: Whose
) -> None:
    clock.at = march(1)
    async with open_shop(database, clock, capped(whose, per_day=60)) as shop:
        member_id = await shop.enroll()
        clock.at = march(31)
        assert await earned(shop, "1", march(5, 15), 500_00, member_id) == 50
        assert await earned(shop, "2", march(5, 10), 500_00, member_id) == 10
        assert await earned(shop, "3", march(5, 12), 500_00, member_id) == 0
        assert await earned(shop, "4", march(4), 500_00, member_id) == 50


@pytest.mark.parametrize("whose", ["rule", "programme"])
async def test_history_that_is_loaded_later_counts_the_same(
    database: Database, clock: SetClock, whose: Whose
) -> None:
    clock.at = march(1)
    async with open_shop(database, clock, capped(whose, per_month=100)) as shop:
        member_id = await shop.enroll()
        clock.at = march(31)
        await earned(shop, "1", march(20), 900_00, member_id)
        items = [
            Item(shop.caller, receipt(str(day), 300_00, member=member_id, occurred_at=march(day)))
            for day in (25, 5)
        ]
        async with shop.tx() as tx:
            assert (await load_history(tx, shop.reference, items)).booked == 2
        assert (await shop.wallet(member_id)).balance.available == 100
        assert await shop.differences() == ()
