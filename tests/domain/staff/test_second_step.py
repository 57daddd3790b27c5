"""The second step of signing in: codes of an app, recovery codes, and guessing at both."""

from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from tests.conftest import SetClock
from tests.domain.staff.test_staff import PASSWORD, business

from plushka.domain.staff import queries
from plushka.domain.staff.model import (
    CHALLENGE_MINUTES,
    CHALLENGE_TRIES_MAX,
    ChallengeOver,
    CodeWrong,
    SecondFactorOff,
    SecondFactorOn,
    SignedIn,
    SlowedDown,
)
from plushka.domain.staff.second_factor import (
    RECOVERY_CODES,
    STEP_SECONDS,
    begin_second_factor,
    confirm_second_factor,
    find_second_factor,
    has_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    take_code,
)
from plushka.domain.staff.sign_in import Caller, SecondStep, sign_in, take_second_step
from plushka.domain.staff.tries import FAILURES_OF_EMAIL_MAX
from plushka.platform.database import Database, Tx

__all__ = ["business"]

CALLER = Caller(address="192.0.2.1", device="Firefox")


async def account_id_of(tx: Tx) -> UUID:
    return (await queries.list_staff(tx))[0].account_id


def code_of(secret: str, clock: SetClock, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + steps * timedelta(seconds=STEP_SECONDS))


async def switched_on(database: Database, clock: SetClock, tenant_id: UUID) -> tuple[str, tuple[str, ...]]:
    """Switch Anna's second step on and go on to the next code; return the secret and the recovery codes."""
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        account_id = await account_id_of(tx)
        factor = await begin_second_factor(tx, account_id)
        codes = await confirm_second_factor(
            tx, account_id, secret=factor.secret, code=code_of(factor.secret, clock)
        )
    clock.advance(timedelta(seconds=STEP_SECONDS))
    return factor.secret, codes


async def first_step(database: Database, clock: SetClock) -> str:
    step = await sign_in(database, email="anna@example.com", password=PASSWORD, at=clock.now(), caller=CALLER)
    assert isinstance(step, SecondStep)
    return step.token


async def test_it_is_asked_for_only_when_a_code_has_proved_the_app(
    business: UUID, database: Database, clock: SetClock
) -> None:
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        account_id = await account_id_of(tx)
        with pytest.raises(SecondFactorOff):
            await confirm_second_factor(tx, account_id, secret="", code="123456")
        factor = await begin_second_factor(tx, account_id)
        assert await begin_second_factor(tx, account_id) == factor
        assert not await has_second_factor(tx, account_id)
        with pytest.raises(CodeWrong):
            await confirm_second_factor(tx, account_id, secret=factor.secret, code="000000")

        codes = await confirm_second_factor(
            tx, account_id, secret=factor.secret, code=code_of(factor.secret, clock)
        )

        assert len(set(codes)) == RECOVERY_CODES
        assert await has_second_factor(tx, account_id)
        with pytest.raises(SecondFactorOn):
            await begin_second_factor(tx, account_id)
        stored = [
            *await tx.fetch("select * from recovery_codes"),
            *await tx.fetch("select * from audit_entries"),
        ]
        for row in map(str, stored):
            assert not any(code in row or code.replace("-", "") in row for code in codes)


async def test_a_code_opens_the_session_once(business: UUID, database: Database, clock: SetClock) -> None:
    secret, _ = await switched_on(database, clock, business)
    token = await first_step(database, clock)
    code = code_of(secret, clock)

    entered = await take_second_step(
        database, token, code=f" {code[:3]} {code[3:]} ", at=clock.now(), caller=CALLER
    )

    assert isinstance(entered, SignedIn)
    with pytest.raises(ChallengeOver):
        await take_second_step(database, token, code=code, at=clock.now(), caller=CALLER)
    with pytest.raises(CodeWrong):
        await take_second_step(
            database, await first_step(database, clock), code=code, at=clock.now(), caller=CALLER
        )


async def test_a_phone_whose_clock_is_half_a_minute_off_gets_in(
    business: UUID, database: Database, clock: SetClock
) -> None:
    secret, _ = await switched_on(database, clock, business)
    clock.advance(timedelta(minutes=5))
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        account_id = await account_id_of(tx)
        for steps in (2, -2):
            with pytest.raises(CodeWrong):
                await take_code(tx, account_id, code_of(secret, clock, steps=steps))
        await take_code(tx, account_id, code_of(secret, clock, steps=-1))
        await take_code(tx, account_id, code_of(secret, clock, steps=1))


async def test_a_recovery_code_opens_once_and_new_ones_replace_the_old(
    business: UUID, database: Database, clock: SetClock
) -> None:
    _, codes = await switched_on(database, clock, business)
    token = await first_step(database, clock)
    entered = await take_second_step(database, token, code=codes[0].upper(), at=clock.now(), caller=CALLER)
    assert isinstance(entered, SignedIn)

    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        account_id = await account_id_of(tx)
        with pytest.raises(CodeWrong):
            await take_code(tx, account_id, codes[0])
        factor = await find_second_factor(tx, account_id)
        assert factor is not None
        assert factor.recovery_codes_left == RECOVERY_CODES - 1
        await renew_recovery_codes(tx, account_id)
        with pytest.raises(CodeWrong):
            await take_code(tx, account_id, codes[1])


async def test_wrong_codes_end_the_step_and_count_with_wrong_passwords(
    business: UUID, database: Database, clock: SetClock
) -> None:
    secret, _ = await switched_on(database, clock, business)
    token = await first_step(database, clock)
    wrong = 0
    for _ in range(FAILURES_OF_EMAIL_MAX - 1):
        with pytest.raises(CodeWrong):
            await take_second_step(database, token, code="000000", at=clock.now(), caller=CALLER)
        wrong += 1

    slowed = await take_second_step(
        database, token, code=code_of(secret, clock), at=clock.now(), caller=CALLER
    )

    assert isinstance(slowed, SlowedDown)
    again = await sign_in(
        database, email="anna@example.com", password=PASSWORD, at=clock.now(), caller=CALLER
    )
    assert isinstance(again, SlowedDown), "knowing the password must not buy more guesses"
    assert wrong + 1 <= CHALLENGE_TRIES_MAX
    with pytest.raises(ChallengeOver):
        await take_second_step(database, token, code=code_of(secret, clock), at=clock.now(), caller=CALLER)


async def test_a_step_runs_out(business: UUID, database: Database, clock: SetClock) -> None:
    secret, _ = await switched_on(database, clock, business)
    token = await first_step(database, clock)
    clock.advance(timedelta(minutes=CHALLENGE_MINUTES))

    with pytest.raises(ChallengeOver):
        await take_second_step(database, token, code=code_of(secret, clock), at=clock.now(), caller=CALLER)


async def test_switched_off_the_password_is_enough(
    business: UUID, database: Database, clock: SetClock
) -> None:
    await switched_on(database, clock, business)
    async with database.transaction(business, actor="test:anna", at=clock.now()) as tx:
        account_id = await account_id_of(tx)
        await remove_second_factor(tx, account_id)
        with pytest.raises(SecondFactorOff):
            await remove_second_factor(tx, account_id)
        assert await tx.fetch("select 1 from recovery_codes") == []

    entered = await sign_in(
        database, email="anna@example.com", password=PASSWORD, at=clock.now(), caller=CALLER
    )
    assert isinstance(entered, SignedIn)
