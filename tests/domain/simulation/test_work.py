"""The work of a what-if: all receipts once, in however many processes, and what it comes to."""

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop
from tests.domain.simulation.test_reproducing import FIRST_AT, RULES, Life

from plushka.delivery.jobs.long_work import do_task
from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.programs.model import NoDraft
from plushka.domain.simulation import planning, work
from plushka.domain.simulation.hands import replay_one
from plushka.domain.simulation.model import KIND, NoReceipts, SimulationRunning
from plushka.domain.simulation.operations import Wish, ask, forget
from plushka.domain.simulation.queries import get_simulation
from plushka.domain.simulation.question import Answer
from plushka.domain.tasks.model import Task
from plushka.domain.tasks.queries import get_task
from plushka.engine.program import Percent, Program, TierReview
from plushka.platform.database import Database

assert RULES.tiers is not None
NEVER_REVIEWED = structs.replace(RULES, tiers=structs.replace(RULES.tiers, review=TierReview()))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = FIRST_AT
    async with open_shop(database, clock, NEVER_REVIEWED) as shop:
        yield shop


async def draft(shop: Shop, program: Program) -> None:
    async with shop.tx() as tx:
        mark = (await get_draft(tx, shop.program_id)).mark
        await save_draft(tx, shop.program_id, program, mark=mark)


async def answered(shop: Shop, clock: SetClock, wish: Wish, *, crew_size: int = 0) -> Answer:
    clock.advance(timedelta(seconds=1))
    async with shop.tx() as tx:
        simulation_id = await ask(tx, shop.program_id, wish)
        task_id = (await get_simulation(tx, simulation_id)).task_id
    works = {KIND: partial(work.simulate, crew_size=crew_size)}
    await do_task(works, shop.database, clock, f"{shop.caller.tenant_id} {task_id}".encode())
    async with shop.tx() as tx:
        task = await get_task(tx, task_id)
        assert task.state == "done", task.failure
        answer = (await get_simulation(tx, simulation_id)).answer
    assert answer is not None
    return answer


async def test_rules_that_stay_as_they_are_give_what_they_gave(shop: Shop, clock: SetClock) -> None:
    life = Life(shop, clock, 5, changes_rules=False)
    await life.live(90)
    await draft(shop, structs.replace(NEVER_REVIEWED, name="То же"))

    answer = await answered(shop, clock, Wish(months=6))

    was = answer.courses["was"]
    assert was.receipts == len(life.receipts)
    assert (answer.checked, answer.differing) == (2, 0)
    for name in ("published.observed", "draft.observed"):
        replayed = answer.courses[name]
        for figure in (
            "receipts", "of_members", "touched", "amount_minor", "discount_minor", "redeemed_minor", "revenue_minor",
            "earned_points", "redeemed_points", "issued", "given", "spent", "burned", "taken_back", "taken",
            "outstanding",
        ):  # fmt: skip
            assert getattr(replayed, figure) == getattr(was, figure), (name, figure)
    assert all(change.gaining == change.losing == 0 for change in answer.segments.values())
    assert answer.gaining == answer.losing == []


async def test_points_of_each_course_add_up(shop: Shop, clock: SetClock) -> None:
    await Life(shop, clock, 6, changes_rules=False).live(90)
    rules = NEVER_REVIEWED.earning
    twice = structs.replace(rules[0], effect=Percent(rate_bp=1000))
    await draft(shop, structs.replace(NEVER_REVIEWED, earning=(twice, *rules[1:]), welcome=None))

    answer = await answered(shop, clock, Wish(months=6))

    for name, each in answer.courses.items():
        left = each.issued + each.given - each.spent - each.burned - each.taken_back - each.taken
        assert left == each.outstanding, name
    observed, published = answer.courses["draft.observed"], answer.courses["published.observed"]
    assert observed.rules["base"][1] > published.rules["base"][1]
    assert (
        published.issued - published.earned_points == 100
    )  # two were welcomed, whom the draft gives nothing
    low, high = answer.courses["draft.low"], answer.courses["draft.high"]
    assert low.spent <= observed.spent <= high.spent
    assert answer.gaining
    assert all(each.difference > 0 for each in answer.gaining)


async def test_processes_of_their_own_come_to_the_same(
    shop: Shop, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Life(shop, clock, 7).live(40)
    await draft(shop, structs.replace(NEVER_REVIEWED, rounding="ceil"))
    alone = await answered(shop, clock, Wish(months=6))
    monkeypatch.setattr(planning, "RECEIPTS_PER_SHARE", 1)
    monkeypatch.setattr(work, "FEW_RECEIPTS", 0)

    together = await answered(shop, clock, Wish(months=6), crew_size=2)

    # Only of the first share some members are compared with the journal.
    assert structs.replace(together, checked=alone.checked) == alone


def test_a_process_of_the_crew_does_not_wait_for_what_it_never_asks() -> None:
    code = "import plushka.domain.simulation.hands, sys; sys.exit('pgqueuer' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_what_was_stopped_goes_on_where_it_stopped(
    shop: Shop, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Life(shop, clock, 8).live(30)
    await draft(shop, structs.replace(NEVER_REVIEWED, rounding="ceil"))
    whole = await answered(shop, clock, Wish(months=6))
    monkeypatch.setattr(planning, "RECEIPTS_PER_SHARE", 1)
    async with shop.tx() as tx:
        simulation_id = await ask(tx, shop.program_id, Wish(months=6))
        task_id = (await get_simulation(tx, simulation_id)).task_id
    payload = f"{shop.caller.tenant_id} {task_id}".encode()
    replayed = 0

    async def stops_after_one(*args: object, **kwargs: object) -> Answer:
        nonlocal replayed
        replayed += 1
        if replayed == 2:
            raise ConnectionError
        return await original(*args, **kwargs)  # type: ignore[arg-type]

    original = replay_one
    monkeypatch.setattr(work, "replay_one", stops_after_one)
    works = {KIND: partial(work.simulate, crew_size=0)}
    with pytest.raises(ConnectionError):
        await do_task(works, shop.database, clock, payload)
    task = await get(shop, task_id)
    assert (task.state, 0 < task.done < (task.total or 0)) == ("running", True)
    await do_task(works, shop.database, clock, payload)
    assert (await get(shop, task_id)).state == "done"
    async with shop.tx() as tx:
        answer = (await get_simulation(tx, simulation_id)).answer
    assert answer is not None
    assert structs.replace(answer, checked=whole.checked) == whole


async def get(shop: Shop, task_id: UUID) -> Task:
    async with shop.tx() as tx:
        return await get_task(tx, task_id)


async def test_what_cannot_be_asked_is_refused(shop: Shop, clock: SetClock) -> None:
    async with shop.tx() as tx:
        with pytest.raises(NoDraft):
            await ask(tx, shop.program_id, Wish(months=1))
    await draft(shop, structs.replace(NEVER_REVIEWED, rounding="ceil"))
    async with shop.tx() as tx:
        with pytest.raises(NoReceipts):
            await ask(tx, shop.program_id, Wish(months=1))
    member_id = await shop.enroll()
    clock.advance(timedelta(hours=1))
    await shop.buy("1", 100_00, member=member_id)
    async with shop.tx() as tx:
        first = await ask(tx, shop.program_id, Wish(months=1))
    async with shop.tx() as tx:
        with pytest.raises(SimulationRunning):
            await ask(tx, shop.program_id, Wish(months=1))
        await forget(tx, first)
        await ask(tx, shop.program_id, Wish(months=1))
