"""Groups, scores, months, tags and pairs of real households are what Polars makes of the data set itself."""

from collections.abc import AsyncIterator

import pytest
from bench.household_groups import (
    best,
    expected_groups,
    expected_hours,
    expected_months,
    expected_pairs,
    found_groups,
    found_pairs,
    visits,
)
from tests.conftest import SetClock
from tests.demo.conftest import HOUSEHOLDS, NOW, YESTERDAY, SmallDemo, items_of

from plushka.delivery.jobs.grouping import group_now
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.domain.ledger.verify import check
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.reference import Reference
from plushka.domain.segments.auto_tags.model import AtHours
from plushka.domain.segments.auto_tags.operations import add_auto_tag
from plushka.domain.segments.lifecycle.laws import LAWS
from plushka.domain.segments.lifecycle.model import Terms
from plushka.domain.segments.lifecycle.snapshots import list_snapshots
from plushka.domain.segments.lifecycle.terms import set_terms
from plushka.domain.segments.suggestions.model import LIFT_MIN_HUNDREDTHS
from plushka.engine.lifecycle import GROUPS, Rhythm
from plushka.platform.database import Database

RHYTHM = Rhythm(4, 8, 16, 20)
"""Of people who come every other day."""


@pytest.fixture
async def database(small_demo: SmallDemo) -> AsyncIterator[Database]:
    database = await Database.connect(small_demo.dsn, connections_max=1)
    yield database
    await database.close()


async def test_real_households_are_sorted_tagged_and_paired_as_polars_does(
    small_demo: SmallDemo, database: Database, clock: SetClock
) -> None:
    clock.at = NOW
    year = small_demo.year
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
        await load_history(tx, Reference(), items_of(small_demo))
        await set_terms(tx, Terms(RHYTHM))
        rule = AtHours(days=400, receipts_min=10, from_minute=17 * 60, until_minute=20 * 60, percent_min=30)
        await add_auto_tag(tx, tag="после работы", rule=rule)
    await group_now(database, clock, TENANT_ID)
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
        through_on = await tx.fetchval("select through_on from group_runs where tenant_id = $1", TENANT_ID)
        groups, pairs = await found_groups(tx), await found_pairs(tx)
        snapshots = await list_snapshots(tx, limit=36)
        tagged = {
            int(row["value"][2:])
            for row in await tx.fetch(
                """
                select i.value from auto_tagged a
                join identities i on i.tenant_id = $1 and i.member_id = a.member_id and i.kind = 'card'
                where a.tenant_id = $1
                """,
                TENANT_ID,
            )
        }
        assert [one for one in (await check(tx, also=LAWS))[1] if one.law in LAWS] == []
    days = visits(year, YESTERDAY)
    assert groups == expected_groups(days, through_on, RHYTHM)
    assert len(groups) == HOUSEHOLDS
    assert len({group for group, *_ in groups.values()}) > 2
    expected = expected_months(days, through_on, RHYTHM)
    told = {each.month: {group: each.members[group] for group in GROUPS} for each in snapshots}
    assert {month: {**counted, "none": told[month]["none"]} for month, counted in expected.items()} == told
    assert len(told) > 11
    hours = expected_hours(year, YESTERDAY, first=17 * 60, until=20 * 60)
    assert tagged == {one for one, (within, of) in hours.items() if of >= 10 and 100 * within >= 30 * of}
    assert 0 < len(tagged) < HOUSEHOLDS
    together = best(expected_pairs(year, YESTERDAY, through_on), LIFT_MIN_HUNDREDTHS)
    assert pairs == together
    assert len(together) > 3
