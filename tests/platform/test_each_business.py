"""The same work for every business."""

from uuid import UUID

import pytest
from tests.platform.test_database import open_business

from plushka.delivery.jobs.each_business import for_each_business
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def test_one_business_that_fails_does_not_keep_the_others_waiting(
    database: Database, clock: Clock
) -> None:
    broken = await open_business(database, "Broken")
    sound = await open_business(database, "Sound")
    visited = []

    async def visit(_: Database, __: Clock, tenant_id: UUID) -> None:
        if tenant_id == broken:
            raise ZeroDivisionError
        visited.append(tenant_id)

    with pytest.raises(ExceptionGroup, match="1 of 2"):
        await for_each_business("visit", visit)(database, clock)
    assert visited == [sound]
