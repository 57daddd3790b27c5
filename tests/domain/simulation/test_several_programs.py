"""A what-if of one of two programmes is about its own receipts and wallets."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop, receipt
from tests.domain.simulation.test_answers import MORE, RULES
from tests.domain.simulation.test_reproducing import FIRST_AT
from tests.domain.simulation.test_work import answered, draft

from plushka.domain.businesses.branches import open_branch
from plushka.domain.programs.assigning import move_branches
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.purchases.model import Caller
from plushka.domain.simulation.operations import Wish, ask
from plushka.domain.simulation.planning import bounds_of, make_plan
from plushka.domain.simulation.queries import get_simulation
from plushka.domain.staff.operations import set_up_till
from plushka.engine.program import Percent
from plushka.platform.database import Database

WISH = Wish(months=1)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = FIRST_AT
    async with open_shop(database, clock, RULES) as shop:
        yield shop


@pytest.fixture
async def kazan(shop: Shop, clock: SetClock) -> Caller:
    """A branch that a programme of its own serves, of 20 %, with one sale to Anna and one to nobody."""
    async with shop.tx() as tx:
        branch = await open_branch(tx, code="kazan", name="Казань", time_zone="Europe/Moscow")
        till = await set_up_till(tx, name="Касса 2", branch_id=branch.id)
        clock.advance(timedelta(seconds=1))
    base = structs.replace(RULES.earning[0], effect=Percent(rate_bp=2000))
    async with shop.tx() as tx:
        program_id = await create_program(tx, name="Кофе")
        program = structs.replace(RULES, name="Кофе", earning=(base,))
        await publish(tx, program_id=program_id, program=program, valid_from=tx.at)
        await move_branches(tx, [branch.id], program_id=program_id)
    clock.advance(timedelta(minutes=1))
    return Caller(shop.caller.tenant_id, till.id, "kazan")


async def live(shop: Shop, kazan: Caller, clock: SetClock) -> None:
    anna = await shop.enroll()
    clock.advance(timedelta(days=1))
    await shop.queue.commit(shop.caller, receipt("1", 100_00, member=anna))
    await shop.queue.commit(kazan, receipt("2", 700_00, member=anna))
    await shop.queue.commit(shop.caller, receipt("3", 50_00))
    await shop.queue.commit(kazan, receipt("4", 300_00))


async def test_the_other_programmes_receipts_and_points_are_not_counted(
    shop: Shop, kazan: Caller, clock: SetClock
) -> None:
    await live(shop, kazan, clock)
    await draft(shop, MORE)

    answer = await answered(shop, clock, WISH)

    was, after = answer.courses["was"], answer.courses["draft.observed"]
    assert (was.receipts, was.amount_minor, was.issued, was.outstanding) == (2, 150_00, 10, 10)
    assert (after.receipts, after.amount_minor, after.issued, after.outstanding) == (2, 150_00, 15, 15)
    assert (answer.members, answer.checked, answer.differing) == (1, 1, 0)


async def test_its_receipts_alone_are_shared_out_and_tell_who_spends_most(
    shop: Shop, kazan: Caller, clock: SetClock
) -> None:
    await live(shop, kazan, clock)
    await draft(shop, MORE)
    clock.advance(timedelta(seconds=1))
    async with shop.tx() as tx:
        question = (await get_simulation(tx, await ask(tx, shop.program_id, WISH))).question
        plan = await make_plan(tx, question)

    assert plan.receipts == 2
    assert plan.bounds == bounds_of([100_00])
