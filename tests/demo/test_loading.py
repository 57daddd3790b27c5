"""The demo's past is loaded whole, once, and as tills would have booked it."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from tests.conftest import SetClock
from tests.demo.conftest import NOW, YESTERDAY, SmallDemo, items_of
from tests.domain.booked import Rows, booked

from plushka.demo import loading
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.domain.ledger.verify import check
from plushka.domain.purchases.commit import commit_batch
from plushka.domain.purchases.history import Loaded, load_history
from plushka.domain.purchases.laws import LAWS
from plushka.domain.purchases.model import Committed
from plushka.domain.purchases.reference import Reference
from plushka.platform.database import Database


@pytest.fixture
async def database(small_demo: SmallDemo) -> AsyncIterator[Database]:
    database = await Database.connect(small_demo.dsn, connections_max=2)
    yield database
    await database.close()


async def look(database: Database, clock: SetClock) -> dict[str, Rows]:
    async with database.transaction(TENANT_ID, actor=ACTOR, at=clock.now()) as tx:
        assert (await check(tx, also=LAWS))[1] == ()
        return await booked(tx)


class Undone(Exception):
    """Ends a transaction whose effects were only to be looked at."""


async def test_real_baskets_loaded_in_bulk_are_booked_as_one_by_one(
    small_demo: SmallDemo, database: Database, clock: SetClock
) -> None:
    items = items_of(small_demo)
    assert 300 < len(items) < 1000
    in_bulk: dict[str, Rows] = {}
    with contextlib.suppress(Undone):
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            assert await load_history(tx, Reference(), items) == Loaded(
                booked=len(items), known=0, refused=()
            )
            in_bulk = await booked(tx)
            raise Undone
    reference = Reference()
    for item in items:
        assert item.purchase.occurred_at is not None
        clock.at = item.purchase.occurred_at
        async with database.transaction(TENANT_ID, actor=ACTOR, at=clock.at) as tx:
            (answer,) = await commit_batch(tx, reference, [item])
        assert isinstance(answer, Committed), answer
    one_by_one = await look(database, clock)
    assert {row[1] for row in one_by_one["postings"]} == {"accrue", "activate", "expire", "redeem"}
    for table, rows in one_by_one.items():
        assert in_bulk[table] == rows, table


async def test_a_slice_then_the_whole_year_is_loaded_once(
    small_demo: SmallDemo, database: Database, clock: SetClock
) -> None:
    """By processes of their own, as ``plushka demo`` does, though from a year of eight households."""
    clock.at = NOW
    last_hundred = load(small_demo, 100)
    assert last_hundred == (100, 100)
    whole = small_demo.year.baskets.height
    assert load(small_demo, None) == (whole - 100, whole)
    before = await look(database, clock)
    assert len(before["receipts"]) == whole
    assert load(small_demo, None) == (0, whole)
    assert await look(database, clock) == before


def load(small_demo: SmallDemo, count: int | None) -> tuple[int, int]:
    """Return how many receipts were booked, and how many were told of while loading."""
    told: list[int] = []
    booked_count = loading.load(
        small_demo.year,
        YESTERDAY,
        count,
        dsn=small_demo.dsn,
        tills=small_demo.ways_in.tills,
        at=NOW,
        done=told.append,
    )
    return booked_count, sum(told)
