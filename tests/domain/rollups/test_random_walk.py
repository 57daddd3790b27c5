"""Whatever happens in whatever order: what is kept is what counting anew gives, and what Polars makes of raw rows."""

import pytest
from tests.conftest import SetClock
from tests.domain.rollups.chain import Chain, open_chain
from tests.domain.rollups.independent import independent_sums, kept_sums

from plushka.domain.rollups.checking import check
from plushka.domain.rollups.folding import fold
from plushka.platform.database import Database

STEPS = 160


async def is_right(chain: Chain) -> None:
    async with chain.transaction() as tx:
        await fold(tx, subjects_max=None)
        kept = await kept_sums(tx)
        assert await check(tx) == []
        for table, rows in (await independent_sums(tx)).items():
            assert kept[table] == rows, table


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_in_whatever_order_the_sums_are_right(
    database: Database, clock: SetClock, seed: int
) -> None:
    async with open_chain(database, clock, seed=seed) as chain:
        await chain._buy()
        for _ in range(STEPS):
            await chain.step()
        await is_right(chain)
