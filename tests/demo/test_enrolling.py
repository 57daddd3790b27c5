"""Members of the demo are enrolled at once, and are what they would be had each been enrolled at their moment."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.demo.enrolling import Newcomer, enroll_all
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll
from plushka.engine.program import ExpirySliding, TierRule, Tiers, Welcome
from plushka.platform.database import Database, Tx

OPENED = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
PROGRAM = structs.replace(
    CASHBACK,
    welcome=Welcome(points=50, expiry=ExpirySliding(days=14)),
    tiers=Tiers(tiers=(TierRule(id="base", name="База"),)),
)
NEWCOMERS = [
    Newcomer(
        at=OPENED + timedelta(days=number, hours=11),
        name=f"Гость {number}",
        birthday=date(1990, 2, 20 + number) if number else None,
        identities=(Identity("card", f"PAR{number}"), Identity("phone", f"+7999000000{number}")),
    )
    for number in range(4)
]
WRITTEN = {
    "members": "select name, birthday, source, is_unverified, enrolled_at from members order by name",
    "identities": "select kind, value, created_at from identities order by kind, value",
    "wallets": """
        select m.name, w.available, w.pending, w.due_at, w.created_at
        from wallets w join members m on m.id = w.member_id order by m.name
    """,
    "standings": """
        select m.name, s.tier, s.tier_since from standings s join members m on m.id = s.member_id order by m.name
    """,
    "adjustments": "select kind, points, reason, actor, at from adjustments order by at",
    "lots": "select granted, available, earned_at, activates_at, expires_at, sliding_days from lots order by earned_at",
    "postings": "select kind, debit, credit, points, at from postings order by at, kind, debit",
}


@pytest.fixture
async def shops(database: Database, clock: SetClock) -> AsyncIterator[tuple[Shop, Shop]]:
    clock.at = OPENED
    async with open_shop(database, clock, PROGRAM) as one, open_shop(database, clock, PROGRAM) as other:
        yield one, other


async def written(tx: Tx) -> dict[str, list[dict[str, object]]]:
    return {table: [dict(row) for row in await tx.fetch(statement)] for table, statement in WRITTEN.items()}


async def test_all_at_once_are_as_one_by_one(shops: tuple[Shop, Shop]) -> None:
    one_by_one, at_once = shops
    async with one_by_one.tx() as tx:
        for each in NEWCOMERS:
            await enroll(
                replace(tx, at=each.at), name=each.name, identities=each.identities, birthday=each.birthday
            )
        expected = await written(tx)
    async with at_once.tx() as tx:
        ids = await enroll_all(tx, NEWCOMERS)
        found = await written(tx)
        names = [await tx.fetchval("select name from members where id = $1", one) for one in ids]
    assert len(expected["lots"]) == len(NEWCOMERS)
    assert found == expected
    assert names == [each.name for each in NEWCOMERS]
    assert await at_once.differences() == ()
