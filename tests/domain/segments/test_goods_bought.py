"""Who bought what: from what is kept of receipts and from those that wait, the same as from all of them."""

import pytest
from tests.conftest import SetClock
from tests.domain.rollups.chain import SKUS, Chain, open_chain

from plushka.domain.rollups.folding import fold
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import Bought
from plushka.platform.database import Database

AUDIENCES = (
    Bought(days=365, products=("rye",)),
    Bought(days=365, products=("rye",), times_min=3),
    Bought(days=3, products=("milk", "unlisted")),
    Bought(days=365, categories=("food/bread",)),
    Bought(days=365, categories=("food",), times_min=2),
    Bought(days=5, categories=("strange", "home"), times_min=2),
    Bought(days=365, brands=("Коломенский",)),
    Bought(days=4, brands=("Коломенский",), products=("soap",), times_min=2),
    Bought(days=365, products=SKUS, times_min=4),
    Bought(days=365, products=("nobody sells it",)),
)
ROUNDS, STEPS = 12, 12


async def is_told_alike(chain: Chain) -> int:
    """Compare both answers to all audiences, and return how many members were found in any."""
    found = 0
    async with chain.shop.tx() as tx:
        everybody = [row["id"] for row in await tx.fetch("select id from members")]
        for audience in AUDIENCES:
            members = set(await list_members(tx, audience))
            assert members == await still_in(tx, audience, everybody), audience
            found += len(members)
    return found


@pytest.mark.parametrize("seed", [4, 5])
async def test_whatever_waits_to_be_added_up_the_same_members_are_found(
    database: Database, clock: SetClock, seed: int
) -> None:
    async with open_chain(database, clock, seed=seed) as chain:
        await chain._buy()
        for _ in range(ROUNDS):
            for _ in range(STEPS):
                await chain.step()
            found = await is_told_alike(chain)
            async with chain.transaction() as tx:
                await fold(tx, subjects_max=None)
            assert await is_told_alike(chain) == found
        assert found > len(AUDIENCES)


async def test_what_is_added_up_is_told_by_what_is_kept_alone(database: Database, clock: SetClock) -> None:
    async with open_chain(database, clock, seed=6) as chain:
        await chain._buy()
        for _ in range(STEPS * 3):
            await chain.step()
        async with chain.transaction() as tx:
            await fold(tx, subjects_max=None)
            found = await list_members(tx, AUDIENCES[0])
            assert found
            await tx.execute(
                "update receipt_goods set products = array['milk'] where tenant_id = $1", tx.tenant_id
            )
            assert await list_members(tx, AUDIENCES[0]) == []
            assert set(found) <= set(await list_members(tx, Bought(days=365, products=("milk",))))
