"""Founding a business and opening its branches."""

import pytest
from tests.conftest import SetClock

from plushka.domain.audit.queries import list_entries
from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.model import (
    BranchCodeTaken,
    CountryUnknown,
    CurrencyUnknown,
    TimeZoneUnknown,
    UnknownBusiness,
)
from plushka.domain.businesses.operations import found_business
from plushka.domain.businesses.queries import find_branch, get_business, list_branches, list_tenant_ids
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

GOOD = {
    "name": "Кофейня Анны",
    "currency": "RUB",
    "country": "RU",
    "language": "ru",
    "time_zone": "Europe/Moscow",
}


async def found(tx: Tx, **changes: str) -> None:
    await found_business(tx, **{**GOOD, **changes})  # type: ignore[arg-type]


async def test_a_business_is_found_by_its_transaction_and_by_jobs(
    database: Database, clock: SetClock
) -> None:
    anna, eve = new_id(), new_id()
    for tenant_id in (anna, eve):
        async with database.transaction(tenant_id, actor="test:owner", at=clock.now()) as tx:
            with pytest.raises(UnknownBusiness):
                await get_business(tx)
            await found(tx)
            assert (await get_business(tx)).tenant_id == tenant_id

    async with database.global_transaction(actor="job:nightly", at=clock.now()) as everywhere:
        assert await list_tenant_ids(everywhere) == (anna, eve)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("currency", "XYZ", CurrencyUnknown),
        ("country", "XX", CountryUnknown),
        ("time_zone", "Europe/Nowhere", TimeZoneUnknown),
        ("time_zone", "../etc/passwd", TimeZoneUnknown),
    ],
)
async def test_what_does_not_exist_is_refused(
    field: str, value: str, refusal: type[Refusal], database: Database, clock: SetClock
) -> None:
    async with database.transaction(new_id(), actor="test:owner", at=clock.now()) as tx:
        with pytest.raises(refusal) as refused:
            await found(tx, **{field: value})
    assert refused.value.field == field


async def test_a_branch_lives_by_its_own_clock_or_the_businesss(database: Database, clock: SetClock) -> None:
    async with database.transaction(new_id(), actor="test:owner", at=clock.now()) as tx:
        await found(tx)
        await open_branch(tx, code="arbat", name="Арбат")
        await open_branch(tx, code="omsk", name="Омск", time_zone="Asia/Omsk", day_starts_minutes=0)
        with pytest.raises(BranchCodeTaken):
            await open_branch(tx, code="arbat", name="Арбат 2")

        assert [(branch.code, branch.time_zone) for branch in await list_branches(tx)] == [
            ("arbat", "Europe/Moscow"),
            ("omsk", "Asia/Omsk"),
        ]
        assert await find_branch(tx, "moon") is None
        actions = [(entry.action, entry.actor) for entry in await list_entries(tx)]
        assert actions == [("branch.open", "test:owner")] * 2 + [("business.found", "test:owner")]
