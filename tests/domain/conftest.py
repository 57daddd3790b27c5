"""A transaction of a business that has just been founded."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import SetClock

from plushka.domain.businesses.operations import found_business
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id


@pytest.fixture
async def tx(database: Database, clock: SetClock) -> AsyncIterator[Tx]:
    async with database.transaction(new_id(), actor="test:anna", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня Анны", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        yield tx
