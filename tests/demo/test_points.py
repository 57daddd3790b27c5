"""Points of real households as money are what Polars makes of their receipts and grants, to the point, day by day."""

from bench.household_points import compare_points, read_points
from tests.conftest import SetClock
from tests.demo.conftest import HOUSEHOLDS, NOW, SmallDemo, items_of

from plushka.delivery.jobs.rollups import rebuild_tenant
from plushka.delivery.jobs.settling import settle_tenant
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.reference import Reference
from plushka.platform.database import Database


async def test_the_year_in_points_and_in_money_to_the_point(small_demo: SmallDemo, clock: SetClock) -> None:
    clock.at = NOW
    database = await Database.connect(small_demo.dsn, connections_max=1)
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            await load_history(tx, Reference(), items_of(small_demo))
        await settle_tenant(database, clock, TENANT_ID)
        await rebuild_tenant(database, clock, TENANT_ID)
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW, read_only=True) as tx:
            points = await read_points(tx)
            compared = await compare_points(tx, points)
    finally:
        await database.close()

    assert points.members == HOUSEHOLDS
    assert sum(points.came.values()) == points.lots["granted"].sum()
    assert sum(points.went.values()) == points.lots["spent"].sum() > 0
    assert sum(points.burned.values()) > 0
    for title, expected, found in compared:
        assert found == expected, title
    sizes = {title: len(expected) for title, expected, _ in compared}
    assert sizes["points by day"] > 100
    assert sizes["points by month of issue"] > 11
    assert sizes["points that burn"] > 2
