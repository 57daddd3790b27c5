"""Rules for a segment: who is in it gets them at a till, and programmes without segments ask nothing."""

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop

from plushka.domain.members.profile import add_tag
from plushka.domain.programs.model import ProgramUnsound
from plushka.domain.programs.names import load_names
from plushka.domain.purchases.merging import merge_members
from plushka.domain.segments.lists import add_members
from plushka.domain.segments.operations import archive_segment, create_segment
from plushka.domain.segments.refreshing import refresh
from plushka.engine.audience import Not
from plushka.engine.conditions import Segment, Tag
from plushka.engine.program import EarningRule, Percent, Program
from plushka.platform.database import Database
from plushka.platform.ids import new_id


def doubled_for(*segments: str) -> Program:
    """Return 10% for everybody and 10% more for the members of segments."""
    rule = EarningRule("own", "Своим", Percent(10_00), when=Segment(segments), policy="stack")
    return structs.replace(CASHBACK, earning=(*CASHBACK.earning, rule))


async def test_a_rule_for_a_segment_gives_to_its_members(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        inside, outside = await shop.enroll(), await shop.enroll("+79990000002")
        async with shop.tx() as tx:
            segment_id = await create_segment(tx, name="Свои", audience=Tag(("свой",)))
            await add_tag(tx, inside, "свой")
        await shop.publish(doubled_for(str(segment_id)))
        assert (await shop.buy("1", 100_00, member=inside)).receipt.outcome.earned_points == 10, (
            "as of the last refresh"
        )
        async with shop.tx() as tx:
            await refresh(tx, segment_id)
        assert (await shop.buy("2", 100_00, member=inside)).receipt.outcome.earned_points == 20
        assert (await shop.buy("3", 100_00, member=outside)).receipt.outcome.earned_points == 10
        async with shop.tx() as tx:
            assert (await load_names(tx)).segments == {str(segment_id): "Свои"}
        await give_back(shop, "r", "2")
        assert (await shop.wallet(inside)).balance.available == 10
        assert await shop.differences() == ()


async def test_a_member_has_the_lists_of_whoever_became_part_of_them(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        kept, merged = await shop.enroll(), await shop.enroll("+79990000002")
        async with shop.tx() as tx:
            segment_id = await create_segment(tx, name="Список", audience=None)
            await add_members(tx, segment_id, [merged])
            await merge_members(tx, kept_id=kept, merged_id=merged, reason="одна карта")
        await shop.publish(doubled_for(str(segment_id)))
        assert (await shop.buy("1", 100_00, member=kept)).receipt.outcome.earned_points == 20


async def test_rules_are_not_published_for_a_segment_that_is_not_there(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        with pytest.raises(ProgramUnsound) as refused:
            await shop.publish(doubled_for(str(new_id())))
        assert refused.value.facts["problem"] == "segment_missing"
        assert refused.value.field == "earning[1].when.ids"
        async with shop.tx() as tx:
            segment_id = await create_segment(tx, name="Свои", audience=Not(Tag(("свой",))))
            await archive_segment(tx, segment_id)
        with pytest.raises(ProgramUnsound):
            await shop.publish(doubled_for(str(segment_id)))


async def test_a_programme_without_segments_does_not_ask_for_them(dsn: str, clock: SetClock) -> None:
    database = await Database.connect(dsn, connections_max=1)
    async with open_shop(database, clock, CASHBACK) as shop:
        member = await shop.enroll()
        await shop.buy("1", 100_00, member=member)
        assert await asked(shop) == 0
        async with shop.tx() as tx:
            segment_id = await create_segment(tx, name="Свои", audience=None)
        await shop.publish(doubled_for(str(segment_id)))
        await shop.buy("2", 100_00, member=member)
        assert await asked(shop) == 1
    await database.close()


async def asked(shop: Shop) -> int:
    """Return how many statements of the one connection have asked for somebody's segments."""
    async with shop.tx() as tx:
        count: int = await tx.fetchval(
            "select count(*) from pg_prepared_statements"
            " where btrim(statement, E' \\n') like '-- programs.list_segments_of%'"
        )
    return count
