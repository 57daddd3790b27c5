"""Passwords: what is too easy, changing one, and the link that makes a new one."""

import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import extract_parameters, profiles
from tests.conftest import SetClock
from tests.domain.staff.test_staff import PASSWORD, business, enter

from plushka.domain.businesses.operations import found_business
from plushka.domain.staff import queries
from plushka.domain.staff.model import (
    RESET_HOURS,
    PasswordTooEasy,
    SignInFailed,
    UnknownReset,
    WorksElsewhere,
)
from plushka.domain.staff.operations import hire
from plushka.domain.staff.password_change import (
    change_password,
    find_reset_account,
    make_reset,
    make_reset_of,
    use_reset,
)
from plushka.domain.staff.passwords import about, hash_password
from plushka.domain.staff.people import dismiss
from plushka.domain.staff.sessions import list_sessions
from plushka.platform.database import Database
from plushka.platform.ids import new_id

__all__ = ["business"]

ANOTHER = "ведро чернил на балконе"


@pytest.mark.parametrize(
    "password",
    ["password123", "qwertyuiop", "1234567890", "aaaaaaaaaaaa", "anna@example.com", "Anna19870614"],
)
async def test_a_password_that_is_guessed_quickly_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooEasy):
        await hash_password(password, about=about("anna@example.com", "Anna Petrova"))


@pytest.mark.parametrize("password", [ANOTHER, "vK3#pq9LwZ", "x9" * 3 + "корова и луна" * 10])
async def test_a_password_that_is_not_is_taken(password: str) -> None:
    assert (await hash_password(password)).startswith("$argon2id$")


def test_a_hash_is_as_dear_as_its_library_advises() -> None:
    hashed = (
        "import asyncio; from plushka.domain.staff.passwords import hash_secret; "
        "print(asyncio.run(hash_secret('1234')))"
    )
    told = subprocess.run([sys.executable, "-c", hashed], check=True, capture_output=True, text=True).stdout
    assert extract_parameters(told.strip()) == profiles.RFC_9106_LOW_MEMORY


async def test_a_changed_password_ends_the_sessions_elsewhere(
    business: UUID, database: Database, clock: SetClock
) -> None:
    elsewhere = await enter(database, clock)
    here = await enter(database, clock)
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        assert len(await list_sessions(tx, here.session.account.id)) == 2
        await change_password(tx, here.session.account, password=ANOTHER, session_id=here.session.id)
        assert await queries.find_session(tx, elsewhere.token) is None
        assert await queries.find_session(tx, here.token) is not None

    with pytest.raises(SignInFailed):
        await enter(database, clock)
    await enter(database, clock, password=ANOTHER)


async def test_a_link_makes_a_new_password_once_within_the_hour(
    business: UUID, database: Database, clock: SetClock
) -> None:
    before = await enter(database, clock)
    account = before.session.account
    async with database.transaction(business, actor="test:manager", at=clock.now()) as tx:
        token, forgotten = await make_reset(tx, account=account), await make_reset(tx, account=account)
        assert token not in str(await tx.fetch("select * from password_resets"))
        assert token not in str(await tx.fetch("select * from audit_entries"))
    async with database.global_transaction(actor="visitor", at=clock.now()) as tx:
        assert await find_reset_account(tx, token) == account
        await use_reset(tx, token, password_hash=await hash_password(ANOTHER))
        assert await queries.find_session(tx, before.token) is None
    for used in (token, forgotten):
        async with database.global_transaction(actor="visitor", at=clock.now()) as tx:
            assert await find_reset_account(tx, used) is None
            with pytest.raises(UnknownReset):
                await use_reset(tx, used, password_hash="x")
    await enter(database, clock, password=ANOTHER)

    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        late = await make_reset_of(tx, account.id)
    clock.advance(timedelta(hours=RESET_HOURS))
    async with database.global_transaction(actor="visitor", at=clock.now()) as tx:
        with pytest.raises(UnknownReset):
            await use_reset(tx, late, password_hash="x")
    with pytest.raises(SignInFailed):
        await enter(database, clock, password=PASSWORD)


async def test_no_business_gets_into_the_account_of_a_person_of_two(
    business: UUID, database: Database, clock: SetClock
) -> None:
    account = (await enter(database, clock)).session.account
    other = new_id()
    async with database.transaction(other, actor="test:eve", at=clock.now()) as tx:
        await found_business(
            tx, name="Пекарня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        place = await hire(tx, account_id=account.id, role="owner")
        with pytest.raises(WorksElsewhere):
            await make_reset(tx, account=account)
        rows = await tx.fetch("select tenant_id from staff")
        assert {row["tenant_id"] for row in rows} == {other}, (
            "the rows of the other business are hidden again"
        )
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        with pytest.raises(WorksElsewhere):
            await make_reset(tx, account=account)
    async with database.transaction(other, actor="test:eve", at=clock.now()) as tx:
        boris = await queries.get_staff(tx, place.id)
        await hire(tx, account_id=await _somebody(database, clock), role="owner")
        await dismiss(tx, boris.id)
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        assert await make_reset(tx, account=account)


async def _somebody(database: Database, clock: SetClock) -> UUID:
    from plushka.domain.staff.operations import add_account

    async with database.global_transaction(actor="test:cast", at=clock.now()) as tx:
        account = await add_account(
            tx, email="somebody@plushka.example", name="Кто-то", password_hash="x", language="ru"
        )
    return account.id
