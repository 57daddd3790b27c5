"""Whatever happens in whatever order, no point is lost or made, in points and in money, and both files come to that."""

import csv
import random
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.conftest import SetClock
from tests.domain.rollups.chain import Chain, open_chain

from plushka.delivery.jobs.long_work import do_known_task
from plushka.domain.insights.points import export
from plushka.domain.insights.points.breaking import list_issued
from plushka.domain.insights.points.days import History, is_in_step, load_history
from plushka.domain.insights.points.lots import SIDES, list_buckets, list_holders
from plushka.domain.insights.points.prices import load_prices
from plushka.domain.insights.points.proof import load_proof
from plushka.domain.insights.points.ways import WAYS, sign
from plushka.domain.insights.points.worth import Account, value
from plushka.domain.insights.reports.period import Period
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.domain.rollups.folding import fold
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.queries import read_parts
from plushka.engine.program import PointUnit
from plushka.platform.database import Database, Tx

STEPS = 90


@pytest.mark.parametrize("seed", [4, 5])
async def test_points_are_where_they_are_said_to_be(
    database: Database, clock: SetClock, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOVEMENTS_AT_ONCE", 12)
    dice = random.Random(seed)  # noqa: S311
    async with open_chain(database, clock, seed=seed) as chain:
        await chain._buy()
        for step in range(STEPS):
            await chain.step()
            if step % 10 == 0:
                await changes_the_price(chain, dice)
                await nothing_is_lost(chain)
        async with chain.transaction() as tx:
            await fold(tx, subjects_max=None)
            for program in await list_programs(tx):
                period = await some_days(tx, dice)
                history = await load_history(tx, program.id, period)
                await days_are_those_of_the_journal(tx, program.id, period, history)
                await lots_are_what_is_there(tx, program.id)
                account = value(history, await load_prices(tx, program.id), period)
                checked = (program.id, period, history, account)
        await files_come_to_the_same(chain, *checked)


async def changes_the_price(chain: Chain, dice: random.Random) -> None:
    """Let a point buy something else from now on; 1 unit may be less than a kopeck."""
    async with chain.shop.tx() as tx:
        version = await find_version_in_force(tx, chain.shop.program_id)
        assert version is not None
        point = PointUnit(value_minor=dice.choice((33, 100, 250)), scale=version.program.point.scale)
        await publish(
            tx,
            program_id=chain.shop.program_id,
            program=version.program.__class__(
                **{
                    **{name: getattr(version.program, name) for name in version.program.__struct_fields__},
                    "point": point,
                }
            ),
            valid_from=tx.at,
        )


async def nothing_is_lost(chain: Chain) -> None:
    """The identity holds at any moment, whatever waits to be added up."""
    async with chain.shop.tx() as tx:
        for program in await list_programs(tx):
            proof = await load_proof(tx, program.id)
            assert proof.difference == 0
            assert proof.moved == await movements_of(tx, program.id)


async def movements_of(tx: Tx, program_id: UUID, days: Period | None = None) -> dict[str, int]:
    """Return the movements by way, counted one by one from the journal itself."""
    zone = ZoneInfo(await tx.fetchval("select time_zone from businesses where tenant_id = $1", tx.tenant_id))
    rows = await tx.fetch(
        """
        select p.debit, p.credit, p.points, p.at from postings p join wallets w on w.id = p.wallet_id
        where p.tenant_id = $1 and w.program_id = $2
        """,
        tx.tenant_id,
        program_id,
    )
    sums: Counter[str] = Counter(dict.fromkeys(WAYS, 0))
    names = {"issued": "issued", "adjusted": "given", "forgiven": "forgiven", "spent": "restored"}
    for row in rows:
        day = row["at"].astimezone(zone).date()
        if days and not days.from_on <= day < days.until_on:
            continue
        if row["debit"] == "reversed":
            sums["granted_back"] += row["points"]
        elif row["debit"] in names:
            sums[names[row["debit"]]] += row["points"]
        elif row["credit"] in {"spent", "burned", "reversed", "forfeited"}:
            sums[row["credit"]] += row["points"]
        elif row["credit"] == "adjusted":
            sums["taken"] += row["points"]
    return dict(sums)


async def some_days(tx: Tx, dice: random.Random) -> Period:
    days = [row["day"] for row in await tx.fetch("select distinct day from points_days order by day")]
    first, last = sorted(dice.sample(days, 2))
    return Period(first, last + timedelta(days=1))


async def days_are_those_of_the_journal(tx: Tx, program_id: UUID, period: Period, history: History) -> None:
    assert is_in_step(history)
    assert history.sum_moved() == await movements_of(tx, program_id, period)
    whole = await load_history(tx, program_id)
    row = await tx.fetchrow(
        """
        select coalesce(sum(available), 0) as available, coalesce(sum(pending), 0) as pending,
               coalesce(sum(held), 0) as held, coalesce(sum(debt), 0) as debt
        from wallets where tenant_id = $1 and program_id = $2
        """,
        tx.tenant_id,
        program_id,
    )
    assert row is not None
    closing = whole.closing
    assert tuple(row) == (closing.available, closing.pending, closing.held, closing.debt)


async def lots_are_what_is_there(tx: Tx, program_id: UUID) -> None:
    have = (await load_history(tx, program_id)).closing.have
    zone = ZoneInfo(await tx.fetchval("select time_zone from businesses where tenant_id = $1", tx.tenant_id))
    today = tx.at.astimezone(zone).date()
    for side in SIDES:
        buckets = await list_buckets(tx, program_id, side, today)
        assert sum(bucket.points for bucket in buckets) == have
        for bucket in buckets:
            holders = await list_holders(tx, program_id, side, bucket.number, today)
            assert sum(holder.points for holder in holders) == bucket.points
            assert len(holders) == bucket.members
    issued = await list_issued(tx, program_id, today)
    assert sum(each.cohort.left for each in issued) == have


async def files_come_to_the_same(
    chain: Chain, program_id: UUID, period: Period, history: History, account: Account
) -> None:
    """A line a day and way, and a line a movement, come to the page: in points, in money, and by accounts."""
    days, movements = [await written(chain, program_id, period, grain) for grain in ("days", "movements")]
    assert sum(int(row[8]) for row in days) == sum(sum(day.movements.values()) for day in history.days)
    expected = Counter({way: sum(day.moved.get(way, 0) for day in account.days) for way in WAYS})
    for rows in (days, movements):
        reserve = sum(minor_of(row) * ((row[3] == "96") - (row[2] == "96")) for row in rows)
        assert reserve == account.closing_minor - account.opening_minor
        assert sum(minor_of(row) for row in rows) == sum(expected.values()) + sum(
            abs(day.revalued_minor) for day in account.days
        )
    by_day = [Counter[str](), Counter[str]()]
    for sums, rows in zip(by_day, (days, movements), strict=True):
        for row in rows:
            sums[f"{row[0]} {row[2]} {row[3]} {row[6]}"] += minor_of(row)
    assert +by_day[0] == +by_day[1]
    assert sum(sign(way) * minor for way, minor in expected.items()) + account.revalued_minor == reserve


def minor_of(row: list[str]) -> int:
    return int(row[4].replace(",", ""))


async def written(chain: Chain, program_id: UUID, period: Period, grain: Any) -> list[list[str]]:
    where = export.PointsFilter(program_id, period.from_on, period.last_on, grain)
    async with chain.shop.tx() as tx:
        task_id = await tasks.leave(
            tx,
            kind=export.KIND,
            arguments={"filter": msgspec.json.encode(where).decode(), "language": "ru"},
            file_name="x.csv",
        )
        tenant_id = tx.tenant_id
    await do_known_task(chain.shop.database, chain.clock, f"{tenant_id} {task_id}".encode())
    async with chain.shop.tx() as tx:
        content = b"".join([part async for part in read_parts(tx, task_id, is_input=False)])
    assert content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert heading[:7] == [
        "Дата",
        "Номер документа",
        "Дебет",
        "Кредит",
        "Сумма",
        "Валюта",
        "Содержание",
    ]
    first, last = (f"{day:%d.%m.%Y}" for day in (period.from_on, period.last_on))
    assert all(len(row[0]) == len(first) == len(last) for row in rows)
    assert all(period.from_on <= date(*map(int, row[0].split(".")[::-1])) <= period.last_on for row in rows)
    return rows
