"""The same work for every business."""

import pytest
from tests.platform.test_database import open_business

from plushka.delivery.jobs.each_business import for_each_business
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx


async def test_one_business_that_fails_does_not_keep_the_others_waiting(
    database: Database, clock: Clock
) -> None:
    broken = await open_business(database, "Broken")
    sound = await open_business(database, "Sound")

    async def rename(tx: Tx) -> None:
        await tx.execute("update branches set name = 'visited' where tenant_id = $1", tx.tenant_id)
        if tx.tenant_id == broken:
            raise ZeroDivisionError

    with pytest.raises(ExceptionGroup, match="1 of 2"):
        await for_each_business(database, clock, actor="job:rename", work=rename)
    names = []
    for tenant_id in (broken, sound):
        async with database.transaction(tenant_id, actor="operator:test", at=clock.now()) as tx:
            names.append(await tx.fetchval("select name from branches"))
    assert names == ["Main", "visited"]
