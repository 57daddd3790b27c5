"""People who sign in, tills, and their keys."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from tests.conftest import SetClock

from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.operations import found_business
from plushka.domain.staff import passwords, queries
from plushka.domain.staff.keyring import TTL_SECONDS, Keyring
from plushka.domain.staff.model import (
    PASSWORD_LENGTH_MAX,
    SESSION_DAYS,
    AlreadyHired,
    EmailInvalid,
    EmailTaken,
    PasswordTooLong,
    PasswordTooShort,
    SignedIn,
    SignInFailed,
    UnknownKey,
    UnknownTill,
)
from plushka.domain.staff.operations import (
    hire,
    issue_key,
    register_account,
    revoke_key,
    set_up_till,
    sign_out,
)
from plushka.domain.staff.sign_in import Caller, sign_in
from plushka.domain.staff.tokens import PresentedKey, read_key
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

PASSWORD = "правильная лошадь"


@pytest.fixture
async def business(database: Database, clock: SetClock) -> UUID:
    """Anna's business, where she is the owner."""
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        account = await register_account(
            tx, email="Anna@Example.com", name="Анна", password=PASSWORD, language="ru"
        )
        await hire(tx, account_id=account.id, role="owner")
    return tenant_id


async def enter(
    database: Database,
    clock: SetClock,
    *,
    email: str = "anna@example.com",
    password: str = PASSWORD,
    token_before: str | None = None,
) -> SignedIn:
    caller = Caller(address="192.0.2.1", device="Firefox", token_before=token_before)
    entered = await sign_in(database, email=email, password=password, at=clock.now(), caller=caller)
    assert isinstance(entered, SignedIn)
    return entered


async def test_a_person_signs_in_works_and_signs_out(
    business: UUID, database: Database, clock: SetClock
) -> None:
    entered = await enter(database, clock, email=" ANNA@example.com ")

    assert (entered.session.tenant_id, entered.session.role) == (business, "owner")
    async with database.global_transaction(actor="visitor", at=clock.now()) as tx:
        assert await queries.find_session(tx, entered.token) == entered.session
        await sign_out(tx, entered.token)
        assert await queries.find_session(tx, entered.token) is None


@pytest.mark.usefixtures("business")
async def test_signing_in_again_ends_the_session_before(database: Database, clock: SetClock) -> None:
    first = await enter(database, clock)
    second = await enter(database, clock, token_before=first.token)

    async with database.global_transaction(actor="visitor", at=clock.now()) as tx:
        assert await queries.find_session(tx, first.token) is None
        assert await queries.find_session(tx, second.token) == second.session
    clock.advance(timedelta(days=SESSION_DAYS))
    async with database.global_transaction(actor="visitor", at=clock.now()) as tx:
        assert await queries.find_session(tx, second.token) is None


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"email": "nobody@example.com"}, {"password": PASSWORD * 100}]
)
@pytest.mark.usefixtures("business")
async def test_a_stranger_is_not_told_what_was_wrong(
    wrong: dict[str, str], database: Database, clock: SetClock
) -> None:
    with pytest.raises(SignInFailed) as refused:
        await enter(database, clock, **wrong)
    assert refused.value.facts == {}


async def test_an_unknown_email_costs_the_same_work(database: Database, clock: SetClock) -> None:
    def checked() -> int:
        known = passwords._hash_of_nobody.cache_info()
        return known.hits + known.misses

    before = checked()
    with pytest.raises(SignInFailed):
        await enter(database, clock, email="nobody@example.com")

    assert checked() == before + 1


async def test_an_account_without_a_business_cannot_enter(database: Database, clock: SetClock) -> None:
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        await register_account(tx, email="boris@example.com", name="Борис", password=PASSWORD, language="ru")
    with pytest.raises(SignInFailed):
        await enter(database, clock, email="boris@example.com")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"email": "anna@EXAMPLE.com"}, EmailTaken),
        ({"email": "anna"}, EmailInvalid),
        ({"password": "short"}, PasswordTooShort),
        ({"password": "x" * (PASSWORD_LENGTH_MAX + 1)}, PasswordTooLong),
    ],
)
@pytest.mark.usefixtures("business")
async def test_an_account_needs_a_fresh_email_and_a_long_password(
    changes: dict[str, str], refusal: type[Refusal], database: Database, clock: SetClock
) -> None:
    good = {"email": "boris@example.com", "name": "Борис", "password": PASSWORD, "language": "ru"}
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        with pytest.raises(refusal):
            await register_account(tx, **{**good, **changes})  # type: ignore[arg-type]


async def test_a_person_is_hired_once_and_eve_sees_nobody(
    business: UUID, database: Database, clock: SetClock
) -> None:
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        (anna,) = await queries.list_staff(tx)
        with pytest.raises(AlreadyHired):
            await hire(tx, account_id=anna.account_id, role="cashier")
    async with database.transaction(new_id(), actor="test:eve", at=clock.now()) as tx:
        assert await queries.list_staff(tx) == ()
        assert await tx.fetch("select 1 from staff") == []


async def a_key(tx: Tx) -> tuple[UUID, str, PresentedKey]:
    branch = await open_branch(tx, code="arbat", name="Арбат")
    till = await set_up_till(tx, name="Касса 1", branch_id=branch.id)
    key, secret = await issue_key(tx, till_id=till.id, scopes=["quotes", "members", "quotes"])
    presented = read_key(secret)
    assert presented is not None
    return key.id, secret, presented


async def test_a_key_speaks_for_its_till_until_it_is_revoked(
    business: UUID, database: Database, clock: SetClock
) -> None:
    keyring = Keyring()
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        key_id, secret, presented = await a_key(tx)
        holder = await keyring.look_up(tx, presented)
        assert holder is not None
        assert (holder.branch, holder.currency) == ("arbat", "RUB")
        assert holder.scopes == {"members", "quotes"}
        assert [(key.hint, key.revoked_at) for key in await queries.list_keys(tx)] == [(secret[-4:], None)]

        await revoke_key(tx, key_id)
        with pytest.raises(UnknownKey):
            await revoke_key(tx, key_id)
        at_the_end = clock.now() + timedelta(seconds=TTL_SECONDS)
        assert keyring.find(presented, at=at_the_end - timedelta(microseconds=1)) == holder
        assert keyring.find(presented, at=at_the_end) is None
        assert await keyring.look_up(tx, presented) is None
        assert keyring.find(presented, at=clock.now()) is None


async def test_a_key_opens_nothing_in_another_business(
    business: UUID, database: Database, clock: SetClock
) -> None:
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        _, secret, presented = await a_key(tx)
        with pytest.raises(UnknownTill):
            await issue_key(tx, till_id=new_id(), scopes=[])
    other = new_id()
    forged = read_key(secret.replace(business.hex, other.hex))
    async with database.transaction(other, actor="test:eve", at=clock.now()) as tx:
        assert forged is not None
        assert await queries.find_key_holder(tx, forged) is None
        assert await queries.find_key_holder(tx, presented) is None


@pytest.mark.parametrize("text", ["", "plk", "plk_1_2", "plk_" + "g" * 32 + "_" + "a" * 43, "plk_\n"])
def test_what_is_not_of_the_form_of_a_key_is_none(text: str) -> None:
    assert read_key(text) is None


async def test_no_secret_is_stored(business: UUID, database: Database, clock: SetClock) -> None:
    entered = await enter(database, clock)
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        _, secret, _ = await a_key(tx)
        stored = [
            *await tx.fetch("select * from api_keys"),
            *await tx.fetch("select * from sessions"),
            *await tx.fetch("select * from sign_in_tries"),
            *await tx.fetch("select * from accounts"),
            *await tx.fetch("select * from audit_entries"),
        ]
    for row in map(str, stored):
        assert secret not in row
        assert entered.token not in row
        assert PASSWORD not in row


async def test_a_role_is_one_of_five(business: UUID, database: Database, clock: SetClock) -> None:
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        account = await register_account(
            tx, email="boris@example.com", name="Борис", password=PASSWORD, language="ru"
        )
        await tx.execute("savepoint before")
        with pytest.raises(asyncpg.CheckViolationError):
            await hire(tx, account_id=account.id, role="king")  # type: ignore[arg-type]
        await tx.execute("rollback to before")
