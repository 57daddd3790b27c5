"""Both demos, replayed by the rules that decided them, come out as their journals have them, to the point."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from tests.conftest import SetClock
from tests.demo.conftest import NOW, YESTERDAY, SmallDemo, items_of
from tests.demo.test_cafe import cafe, few_guests

from plushka.delivery.jobs.settling import settle_tenant
from plushka.demo.access import TillAccess
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.cafe.business import FIRST, load_cafe
from plushka.demo.cafe.business import TENANT_ID as CAFE
from plushka.demo.cafe.events import add_events
from plushka.demo.cafe.friends import bring_friends
from plushka.demo.cafe.rewards import take_rewards
from plushka.domain.programs.queries import get_program_id
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import ReturnLine, ReturnRequest
from plushka.domain.purchases.operations import return_purchase
from plushka.domain.purchases.reference import Reference
from plushka.domain.simulation.checking import find_differing
from plushka.domain.simulation.past import Back, Given, Sale, Taken
from plushka.domain.simulation.pasts import read_pasts
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.setting import read_setting, span_of
from plushka.platform.database import Database

__all__ = ["cafe", "few_guests"]
EVERYBODY = Members(UUID(int=0), UUID(int=2**128 - 1))


async def reproduces(database: Database, tenant_id: UUID, from_on: date) -> Counter[type]:
    """Replay everybody's past since a day as it was, compare it with the journal, and count what happened in it."""
    await settle_tenant(database, SetClock(NOW), tenant_id)
    async with database.transaction(tenant_id, actor=ACTOR, at=NOW) as tx:
        span = span_of(
            from_on, until_at=NOW, zone="Europe/Moscow" if tenant_id == CAFE else "America/New_York"
        )
        setting = await read_setting(tx, program_id=await get_program_id(tx), span=span)
        pasts = await read_pasts(tx, setting, EVERYBODY, with_stamps=True)
        assert await find_differing(tx, setting, pasts) == {}
    return Counter(type(event) for past in pasts for event in past.events)


async def test_a_slice_of_the_chain_with_returns_and_late_receipts(small_demo: SmallDemo) -> None:
    items = items_of(small_demo)
    # Every seventh receipt is told late, and some of them come back, whole or in part.
    late = items[::7]
    database = await Database.connect(small_demo.dsn, connections_max=2)
    for some in ([item for item in items if item not in late], late):
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            await load_history(tx, Reference(), some)
    reference = Reference()
    for number, item in enumerate(items[::11]):
        at = (item.purchase.occurred_at or NOW) + timedelta(days=number % 9)
        lines = None if number % 3 else (ReturnLine(0, 1),)
        request = ReturnRequest(f"r{number}", item.purchase.external_id, lines)
        async with database.transaction(TENANT_ID, actor=ACTOR, at=max(at, NOW - timedelta(days=1))) as tx:
            await return_purchase(tx, reference, item.caller, request)
    whole = await reproduces(database, TENANT_ID, YESTERDAY - timedelta(days=400))
    assert whole[Sale] == len(items)
    assert whole[Back] > 20
    for days in (200, 90, 20):
        part = await reproduces(database, TENANT_ID, YESTERDAY - timedelta(days=days))
        assert 0 < part[Sale] < len(items)
    await database.close()


def test_the_coffee_shop_with_friends_gifts_and_occasions(dsn: str, cafe: dict[str, TillAccess]) -> None:
    load_cafe(YESTERDAY, dsn=dsn, tills=cafe, at=NOW, done=lambda _: None)

    async def live_and_look() -> Counter[type]:
        database = await Database.connect(dsn, connections_max=1)
        async with database.transaction(CAFE, actor=ACTOR, at=NOW) as tx:
            await bring_friends(tx, YESTERDAY, cafe)
            await take_rewards(replace(tx, at=NOW), YESTERDAY, cafe[FIRST], FIRST)
        await add_events(database, CAFE, till_id=cafe[FIRST].till_id, actor=ACTOR, at=NOW)
        found = await reproduces(database, CAFE, YESTERDAY - timedelta(days=400))
        for days in (60, 10):
            await reproduces(database, CAFE, YESTERDAY - timedelta(days=days))
        await database.close()
        return found

    happened = asyncio.run(live_and_look())
    assert min(happened[Sale], happened[Given], happened[Taken]) > 0
