"""Groups of a whole base are worked out as those of one member, and a month is written once (F120, F214, F244)."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock

from plushka.delivery.jobs.grouping import group_now, group_tenant
from plushka.domain.audit.queries import list_entries
from plushka.domain.businesses.operations import found_business
from plushka.domain.ledger.verify import check
from plushka.domain.members.erasure import erase
from plushka.domain.segments.lifecycle.laws import LAWS
from plushka.domain.segments.lifecycle.model import Move, Terms
from plushka.domain.segments.lifecycle.queries import count_groups, find_group, find_run, list_cells
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.lifecycle.snapshots import list_moves, list_snapshots, take_next_snapshot
from plushka.domain.segments.lifecycle.terms import get_terms, preview, set_terms, suggest_rhythm
from plushka.engine.lifecycle import (
    BoundsNotRising,
    Facts,
    Rhythm,
    ScoreBounds,
    Scores,
    group_of,
    scores_by_bounds,
    scores_by_fifths,
)
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
STEPS = ScoreBounds((3, 14, 30, 90), (2, 3, 5, 9), (50_00, 100_00, 300_00, 900_00))


async def join(tx: Tx, *, on: date = date(2024, 1, 1)) -> UUID:
    member_id = new_id()
    await tx.execute(
        "insert into members (tenant_id, id, name, enrolled_at) values ($1, $2, 'Аня', $3)",
        tx.tenant_id,
        member_id,
        datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
    )
    return member_id


async def visit(
    tx: Tx, member_id: UUID, day: date, *, spend_minor: int = 100, program: UUID | None = None
) -> None:
    await tx.execute(
        """
        insert into standing_days values ($1, $2, $3, $4, 1, $5, 0)
        on conflict (tenant_id, member_id, program_id, business_date) do update
        set purchases = standing_days.purchases + 1, spend_minor = standing_days.spend_minor + excluded.spend_minor
        """,
        tx.tenant_id,
        member_id,
        program or tx.tenant_id,
        day,
        spend_minor,
    )


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.mark.parametrize("bounds", [None, STEPS])
@pytest.mark.parametrize("seed", [1, 2])
async def test_sql_sorts_a_random_base_as_the_engine_does(
    tx: Tx, seed: int, bounds: ScoreBounds | None
) -> None:
    dice = random.Random(seed)  # noqa: S311
    base: dict[UUID, Facts] = {}
    for _ in range(150):
        member_id = await join(tx)
        kind = dice.choice(["never", "returned", "long ago", "often", "once"])
        visits: dict[date, int] = {}
        since = {"long ago": 700, "often": 400, "once": 120}.get(kind, 0)
        for _ in range({"often": dice.randint(1, 20), "long ago": 3, "once": 1}.get(kind, 0)):
            day = TODAY - timedelta(days=dice.randint(0, since))
            spent = dice.choice([0, 5000, 10_000, 70_000])
            visits[day] = visits.get(day, 0) + spent
            await visit(tx, member_id, day, spend_minor=spent, program=dice.choice([tx.tenant_id, new_id()]))
        if kind == "returned":
            await tx.execute(
                "insert into standing_days values ($1, $2, $1, $3, 0, 0, 0)", tx.tenant_id, member_id, TODAY
            )
        within = {day: spent for day, spent in visits.items() if (TODAY - day).days < 365}
        base[member_id] = Facts(
            (TODAY - max(visits)).days if visits else None, len(within), sum(within.values())
        )
    terms = Terms(Rhythm(20, 50, 200, 6), bounds)
    await set_terms(tx, terms)
    run = await refresh_groups(tx)
    assert (run.members, run.through_on) == (150, TODAY)
    expected = (
        scores_by_fifths(list(base.values()))
        if bounds is None
        else [scores_by_bounds(one, bounds) for one in base.values()]
    )
    for (member_id, facts), scores in zip(base.items(), expected, strict=True):
        found = await find_group(tx, member_id)
        assert found is not None
        assert (found.group, Scores(found.r, found.f, found.m)) == (group_of(facts, terms.rhythm), scores)
        assert (found.visits, found.spend_minor) == (facts.visits, facts.spend_minor)
    counted = Counter(group_of(facts, terms.rhythm) for facts in base.values())
    assert await count_groups(tx) == {**dict.fromkeys(await count_groups(tx), 0), **counted}
    assert sum((await preview(tx, Rhythm())).values()) == 150
    assert await preview(tx, terms.rhythm) == await count_groups(tx)
    cells = await list_cells(tx)
    assert sum(cell.members for cell in cells) == 150 - counted["none"]


async def test_groups_are_those_of_the_last_run(tx: Tx) -> None:
    anna = await join(tx)
    await visit(tx, anna, TODAY - timedelta(days=30))
    await refresh_groups(tx)
    found = await find_group(tx, anna)
    assert found is not None
    assert (found.group, found.as_of) == ("newcomer", NOW)
    boris = await join(tx)
    assert await find_group(tx, boris) is None
    run = await find_run(tx)
    assert run is not None
    assert run.members == 1


async def test_whoever_deletes_themselves_leaves_the_base_at_once(tx: Tx) -> None:
    anna, boris = await join(tx), await join(tx)
    await refresh_groups(tx)
    await erase(tx, anna, act_id=new_id())
    assert (await count_groups(tx))["none"] == 1
    assert await find_group(tx, anna) is None
    await refresh_groups(tx)
    assert await find_group(tx, boris) is not None


async def open_business(database: Database, at: datetime) -> UUID:
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="test:anna", at=at) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
    return tenant_id


async def test_months_are_written_once_with_who_went_where(database: Database, clock: SetClock) -> None:
    tenant_id = await open_business(database, NOW)
    async with database.transaction(tenant_id, actor="test:anna", at=NOW) as tx:
        anna, boris, vera = await join(tx), await join(tx), await join(tx, on=date(2026, 2, 10))
        await visit(tx, anna, date(2026, 1, 5))
        await visit(tx, anna, date(2026, 2, 20))
        await visit(tx, boris, date(2025, 12, 31))
        await visit(tx, vera, date(2026, 2, 10))
        await tx.execute("update members set enrolled_at = '2025-12-20' where id = any($1)", [anna, boris])
    await group_now(database, clock, tenant_id)
    async with database.transaction(tenant_id, actor="test:anna", at=NOW) as tx:
        february, january, december = await list_snapshots(tx, limit=10)
        assert [december.members[group] for group in ("newcomer", "none")] == [1, 1]
        assert (january.members["newcomer"], january.members["drowsy"], january.base) == (1, 1, 2)
        assert (february.members["potential"], february.members["newcomer"], february.base) == (1, 1, 3)
        assert february.members["drowsy"] == 1
        assert (february.month, february.is_backdated, february.actor) == (
            date(2026, 2, 1),
            True,
            "job:groups",
        )
        assert set(await list_moves(tx, date(2026, 2, 1))) == {
            Move("newcomer", "potential", 1),
            Move("drowsy", "drowsy", 1),
            Move(None, "newcomer", 1),
        }
        assert await list_moves(tx, date(2025, 12, 1)) == []
        before = await list_snapshots(tx, limit=10)
        # What is learned later changes nothing that was written.
        await visit(tx, boris, date(2026, 2, 27))
        await set_terms(tx, Terms(Rhythm(5, 10, 15)))
        await erase(tx, vera, act_id=new_id())
    await group_now(database, clock, tenant_id)
    clock.at = datetime(2026, 3, 31, 22, tzinfo=UTC)
    await group_tenant(database, clock, tenant_id)
    async with database.transaction(tenant_id, actor="test:anna", at=NOW) as tx:
        assert await list_snapshots(tx, limit=10) == before
    # Three in the morning of 1 April in Moscow.
    clock.at = datetime(2026, 4, 1, 0, tzinfo=UTC)
    await group_tenant(database, clock, tenant_id)
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        march, *rest = await list_snapshots(tx, limit=10)
        assert rest == before
        assert (march.is_backdated, march.base, march.members["lost"]) == (False, 2, 2)
        assert set(await list_moves(tx, date(2026, 3, 1))) == {
            Move("potential", "lost", 1),
            Move("drowsy", "lost", 1),
            Move("newcomer", None, 1),
        }
        run = await find_run(tx)
        assert run is not None
        assert run.through_on == date(2026, 4, 1)
        assert await take_next_snapshot(tx) is None
        assert [one for one in (await check(tx, also=LAWS))[1] if one.law in LAWS] == []
        await tx.execute("set local role none")
        await tx.execute("update group_snapshots set members = members + 1 where month = '2026-02-01'")
        broken = {one.law for one in (await check(tx, also=LAWS))[1]}
        assert broken == set(LAWS)


async def test_the_business_s_own_rhythm_is_offered_once_enough_have_come_again(tx: Tx) -> None:
    for number in range(11):
        member_id = await join(tx)
        for back in range(11):
            await visit(tx, member_id, TODAY - timedelta(days=back * (9 if number else 20)))
        if number == 5:
            assert await suggest_rhythm(tx, core_visits=4) is None
    assert await suggest_rhythm(tx, core_visits=5) == Rhythm(9, 18, 27, 5)


async def test_bounds_are_kept_with_a_row_in_the_trail_and_nothing_is_kept_of_bad_ones(tx: Tx) -> None:
    with pytest.raises(BoundsNotRising):
        await set_terms(tx, Terms(Rhythm(30, 20, 90)))
    assert await get_terms(tx) == Terms()
    await set_terms(tx, Terms(Rhythm(10, 20, 30, 5), STEPS))
    await set_terms(tx, Terms(Rhythm(10, 20, 30, 5), STEPS))
    assert await get_terms(tx) == Terms(Rhythm(10, 20, 30, 5), STEPS)
    entries = [one for one in await list_entries(tx, limit=10) if one.action == "groups.change_bounds"]
    steps = "3/14/30/90; 2/3/5/9; 5000/10000/30000/90000"
    assert [one.changes for one in entries] == [{"group_bounds": ("30/60/90, 4", f"10/20/30, 5; {steps}")}]
