"""The last weeks of the demo are lived through: nothing is known or told before its time, nothing is done twice."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from asyncpg import Record
from tests.conftest import SetClock, local_settings
from tests.demo.conftest import NOW
from tests.demo.test_cafe import YESTERDAY, opened

from plushka.delivery.jobs.verification import LAWS
from plushka.demo.access import TillAccess
from plushka.demo.business import ACTOR
from plushka.demo.cafe import business
from plushka.demo.cafe.business import TENANT_ID, coming
from plushka.demo.cafe.year import TIME_ZONE, Visit, opens_at, visits
from plushka.demo.gateways.connecting import ensure_gateways
from plushka.demo.journeys import CAFE_JOURNEYS
from plushka.demo.living import Life, find_lived, live
from plushka.domain.ledger.verify import check
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import Caller
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.platform.database import Database

CLOCK = ZoneInfo(TIME_ZONE)
LIFE = Life(TENANT_ID, TIME_ZONE, 42, YESTERDAY, "email")
GUESTS = 80
ENOUGH_DAYS = 20
"""So many are lived through before it is interrupted."""


class Interrupted(Exception):
    """The demo was killed while it was loaded."""


@pytest.fixture
def some_guests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the year be one of some guests and nobody else."""

    def of_some(yesterday: date) -> list[Visit]:
        return [visit for visit in visits(yesterday) if visit.guest is not None and visit.guest < GUESTS]

    monkeypatch.setattr(business, "visits", of_some)


@pytest.mark.parametrize("is_interrupted", [False, True])
def test_weeks_are_lived_through_once(
    dsn: str, tmp_path: Path, some_guests: None, *, is_interrupted: bool
) -> None:
    del some_guests
    tills = asyncio.run(opened(dsn, until=LIFE.begins_at))
    asyncio.run(connect(dsn, tmp_path))
    whole = sum(share.size for share in business.shares(YESTERDAY))
    booked = sum(
        go_on(dsn, tills, is_interrupted=each) for each in ([True, False] if is_interrupted else [False])
    )
    assert booked == whole
    assert go_on(dsn, tills, is_interrupted=False) == 0
    asyncio.run(look(dsn, whole))


def go_on(dsn: str, tills: dict[str, TillAccess], *, is_interrupted: bool) -> int:
    """Load and live as the demo does, to the end or until it is interrupted; return the new receipts."""
    since = asyncio.run(lived(dsn))
    before = asyncio.run(count_receipts(dsn))
    asyncio.run(load(dsn, tills, since))
    days = 0

    def count(more: int) -> None:
        nonlocal days
        days += more
        if is_interrupted and days == ENOUGH_DAYS:
            raise Interrupted

    async def go() -> None:
        database = await Database.connect(dsn, connections_max=1)
        try:
            await live(
                database,
                LIFE,
                coming(YESTERDAY, since),
                since=since,
                tills=tills,
                journeys=CAFE_JOURNEYS,
                done=count,
            )
        finally:
            await database.close()

    if is_interrupted:
        with pytest.raises(Interrupted):
            asyncio.run(go())
    else:
        asyncio.run(go())
    return asyncio.run(count_receipts(dsn)) - before


async def load(dsn: str, tills: dict[str, TillAccess], until: datetime) -> None:
    """Book what was before, as the processes of the demo do."""
    sales = coming(YESTERDAY, opens_at(YESTERDAY)).sales
    callers = {
        code: Caller(tenant_id=TENANT_ID, till_id=till.till_id, branch=code) for code, till in tills.items()
    }
    items = [
        Item(callers[branch], purchase)
        for branch, purchase in sales
        if purchase.occurred_at is not None and purchase.occurred_at <= until
    ]
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            assert (await load_history(tx, Reference(), items)).refused == ()
    finally:
        await database.close()


async def connect(dsn: str, folder: Path) -> None:
    """Give the coffee shop mail, by which its guests can be written to."""
    database = await Database.connect(dsn, connections_max=1)
    try:
        await ensure_gateways(database, SetClock(NOW), local_settings(folder, dsn), (TENANT_ID,))
    finally:
        await database.close()


async def lived(dsn: str) -> datetime:
    database = await Database.connect(dsn, connections_max=1)
    try:
        return await find_lived(database, LIFE, NOW)
    finally:
        await database.close()


async def count_receipts(dsn: str) -> int:
    (row,) = await rows_of(dsn, "select count(*) as receipts from receipts")
    return int(row["receipts"])


async def rows_of(dsn: str, sql: str) -> list[Record]:
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            return await tx.fetch(sql)
    finally:
        await database.close()


async def look(dsn: str, receipts: int) -> None:
    """Check what was lived through: whose it was, when, and that the ledger is clean."""
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            assert (await check(tx, also=LAWS))[1] == ()
    finally:
        await database.close()
    runs = await rows_of(
        dsn,
        """
        select c.name, r.state, r.entered_at, r.happened_at, m.enrolled_at, m.birthday, i.value as card
        from journey_runs r join campaigns c on c.id = r.journey_id join members m on m.id = r.member_id
        join identities i on i.member_id = m.id and i.kind = 'card'
        order by r.entered_at
        """,
    )
    assert await count_receipts(dsn) == receipts
    assert {row["name"] for row in runs} >= {
        "Возвращение 30 / 60 / 90",
        "День рождения",
        "Спасибо за покупку",
    }
    for row in runs:
        assert row["enrolled_at"] <= row["entered_at"], "nobody is in a journey before they have a card"
        assert LIFE.begins_at <= row["entered_at"] <= LIFE.ends_at
        if row["name"] == "День рождения":
            on = row["entered_at"].astimezone(CLOCK).date()
            days = {(on + timedelta(days=ahead)).strftime("%m-%d") for ahead in range(-3, 8)}
            assert row["birthday"].strftime("%m-%d") in days
    absent = [row for row in runs if row["name"] == "Возвращение 30 / 60 / 90"]
    bought: dict[str, list[date]] = {}
    for visit in visits(YESTERDAY):
        bought.setdefault(f"PAR{visit.guest or 0:06}", []).append(visit.at.astimezone(CLOCK).date())
    for row in absent:
        on = row["entered_at"].astimezone(CLOCK).date()
        last = max(day for day in bought[row["card"]] if day <= on)
        assert 30 <= (on - last).days <= 59, "what was bought later was not known yet"
    letters = await rows_of(
        dsn,
        """
        select o.state, o.channel, o.finished_at, o.created_at, o.said, x.is_control
        from outgoing o left join campaign_recipients x on x.campaign_id = o.campaign_id and x.member_id = o.member_id
        """,
    )
    assert len(letters) > 20
    states = Counter(row["state"] for row in letters)
    assert set(states) <= {"sent", "delivered", "skipped"}
    assert min(states["sent"], states["skipped"]) > 0
    for row in letters:
        assert not row["is_control"], "who is of the control group is not written to"
        assert row["finished_at"].astimezone(CLOCK).hour in {11, 13}
        assert row["finished_at"] <= NOW
        assert row["state"] == "skipped" or row["said"]
    given = await rows_of(
        dsn,
        """
        select at::date as day, sum(points)::bigint as points from adjustments
        where kind = 'campaign' group by 1 order by 1
        """,
    )
    assert len(given) > 2
    assert given[-1]["points"] < sum(row["points"] for row in given) / 2, "no step on the last day"
    assert all(before["day"] < after["day"] for before, after in pairwise(given))
