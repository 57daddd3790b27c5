"""The sums of reports are made and proved by the operator."""

import psycopg
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.rollups.test_folding import total
from tests.domain.shop import open_shop

from plushka.commands.reports import check_all, rebuild_all
from plushka.platform.database import Database


async def test_what_is_wrong_is_told_and_put_right(
    dsn: str, database: Database, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        for number in range(3):
            await shop.buy(f"{number}", 100_00)
        await rebuild_all(dsn)
        assert await total(shop, "receipts") == 3
        assert await check_all(dsn)
        assert capsys.readouterr().out == f"{shop.caller.tenant_id}: clean\n"

        with psycopg.connect(dsn) as connection:
            connection.execute("update sales_days set revenue_minor = 7")
        assert not await check_all(dsn, shop.caller.tenant_id)
        told = capsys.readouterr().out
        assert told.startswith(f"{shop.caller.tenant_id}: DIFFERS\n  sales_days has ")
        assert '"revenue_minor": 7' in told

        await rebuild_all(dsn, shop.caller.tenant_id)
        assert await total(shop, "revenue_minor") == 300_00
        assert await check_all(dsn)
