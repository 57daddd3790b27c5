"""Signing in: the operations that open their own transactions.

The slow check of the password stands between two of them: inside one it would hold a connection, and a
few dozen wrong passwords a second would keep all tills waiting. A try of the second step is counted in a
transaction of its own, so that a wrong one is not rolled back with the refusal.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.staff import operations, queries
from plushka.domain.staff.challenges import Challenge, close_challenge, put_challenge, take_try
from plushka.domain.staff.model import (
    Account,
    ChallengeOver,
    CodeWrong,
    PasswordWrong,
    SignedIn,
    SignInFailed,
    SlowedDown,
)
from plushka.domain.staff.passkeys import Site, take_signature
from plushka.domain.staff.passwords import password_fits
from plushka.domain.staff.second_factor import has_second_factor, take_code
from plushka.domain.staff.tries import FAILURES_OF_EMAIL_MAX, begin_try, count_tries, forget_tries
from plushka.domain.staff.workplaces import find_last_entered
from plushka.platform.addresses import network_of
from plushka.platform.database import Database, GlobalTx


class Caller(Struct, frozen=True):
    """Who knocks: from which ``address``, by what ``device``, with which session so far, which ends."""

    address: str = ""
    device: str = ""
    token_before: str | None = None


class SecondStep(Struct, frozen=True):
    """The password fits and a code is asked for; ``token`` goes to the person's cookie and back with the code."""

    token: str


async def sign_in(
    database: Database, *, email: str, password: str, at: datetime, caller: Caller
) -> SignedIn | SecondStep | SlowedDown:
    """Open a session in the business that the person entered last, or ask for the second step if they have one.

    Who fails too often, by e-mail or by network (see ``addresses.network_of``), is slowed down, whether the
    password is right or not.

    :raises SignInFailed: whatever is wrong, after the same work
    """
    email = email.strip().lower()
    async with database.global_transaction(actor="visitor", at=at) as tx:
        if wait := await begin_try(tx, email=email, network=network_of(caller.address)):
            return SlowedDown(wait)
        credentials = await queries.find_credentials(tx, email)
    fits = await password_fits(None if credentials is None else credentials.password_hash, password)
    if credentials is None or not fits:
        raise SignInFailed
    account_id = credentials.account_id
    async with database.global_transaction(actor=f"account:{account_id}", at=at) as tx:
        if await has_second_factor(tx, account_id):
            # The try goes on counting: who knows the password must not have codes to guess without end.
            return SecondStep((await put_challenge(tx, "second_factor", account_id=account_id)).token)
        await forget_tries(tx, email=email)
    return await enter(database, account_id, at=at, caller=caller)


async def take_second_step(
    database: Database, token: str, *, code: str, at: datetime, caller: Caller
) -> SignedIn | SlowedDown:
    """Open a session of somebody whose password fitted before; tries count with those of the password.

    :raises CodeWrong: when the code is none of the app's or the recovery codes, or was used before
    :raises ChallengeOver: when the step has run out, was tried too often or is finished
    """
    async with database.global_transaction(actor="visitor", at=at) as tx:
        account = await _account_of(tx, await take_try(tx, token, "second_factor"))
        if wait := await begin_try(tx, email=account.email, network=network_of(caller.address)):
            return SlowedDown(wait)
    try:
        async with database.global_transaction(actor=f"account:{account.id}", at=at) as tx:
            await take_code(tx, account.id, code)
            await close_challenge(tx, Challenge(token=token, kind="second_factor", account_id=account.id))
            await forget_tries(tx, email=account.email)
    except CodeWrong:
        await _tell_failure(database, account.id, at=at, caller=caller, is_code=True)
        raise
    return await enter(database, account.id, at=at, caller=caller, is_two_factor=True)


async def confirm_password(
    database: Database, account: Account, *, password: str, at: datetime, caller: Caller
) -> None:
    """Check the password of somebody signed in once more, before they change what guards their account.

    Tries count with those of signing in: who found an open session must not guess from within.

    :raises PasswordWrong: when it is not theirs, or was tried too often
    """
    async with database.global_transaction(actor="visitor", at=at) as tx:
        if await begin_try(tx, email=account.email, network=network_of(caller.address)):
            raise PasswordWrong(field="password")
        credentials = await queries.find_credentials(tx, account.email)
    if credentials is None or not await password_fits(credentials.password_hash, password):
        raise PasswordWrong(field="password")
    async with database.global_transaction(actor=f"account:{account.id}", at=at) as tx:
        await forget_tries(tx, email=account.email)


async def sign_in_by_passkey(
    database: Database, site: Site, *, answer: str, at: datetime, caller: Caller
) -> SignedIn:
    """Open a session of whose passkey has signed.

    :raises PasskeyRefused: when none known here has
    :raises ChallengeOver: when the question has run out
    :raises SignInFailed: when the person works nowhere any more
    """
    async with database.global_transaction(actor="visitor", at=at) as tx:
        account_id = await take_signature(tx, site, answer=answer)
    return await enter(database, account_id, at=at, caller=caller, is_two_factor=True)


async def enter(
    database: Database,
    account_id: UUID,
    *,
    at: datetime,
    caller: Caller,
    tenant_id: UUID | None = None,
    is_two_factor: bool = False,
) -> SignedIn:
    """Open a session of somebody who has proved who they are, in ``tenant_id`` or else the one they entered last.

    The token is always a new one and the session before ends, so that one planted in a browser is worth nothing.

    :raises SignInFailed: when the person works there, or anywhere, no more
    """
    async with database.global_transaction(
        actor=f"account:{account_id}", at=at, address=caller.address, account_id=account_id
    ) as tx:
        if caller.token_before is not None:
            await operations.sign_out(tx, caller.token_before)
        return await operations.open_session(
            tx, account_id, tenant_id=tenant_id, device=caller.device, is_two_factor=is_two_factor
        )


async def note_failure(database: Database, *, email: str, at: datetime, caller: Caller) -> None:
    """Tell of a wrong password in the trail of the business that its person would have entered.

    Of a row of failures only the first one and the one that slows down are told. A try as nobody known is not.
    """
    email = email.strip().lower()
    async with database.global_transaction(actor="visitor", at=at) as tx:
        credentials = await queries.find_credentials(tx, email)
        count = await count_tries(tx, email=email)
    if credentials is not None and count in {1, FAILURES_OF_EMAIL_MAX}:
        await _tell_failure(database, credentials.account_id, at=at, caller=caller, is_code=False)


async def _tell_failure(
    database: Database, account_id: UUID, *, at: datetime, caller: Caller, is_code: bool
) -> None:
    async with database.global_transaction(actor="visitor", at=at, account_id=account_id) as tx:
        account = await queries.get_account(tx, account_id)
        tenant_id = await find_last_entered(tx, account_id)
    if tenant_id is None:
        return
    async with database.transaction(tenant_id, actor="visitor", at=at, address=caller.address) as of_business:
        await record(
            of_business,
            action="session.fail_code" if is_code else "session.fail",
            subject=f"account:{account_id}",
            name=account.name,
            device=caller.device[: operations.DEVICE_LENGTH_MAX],
        )


async def _account_of(tx: GlobalTx, challenge: Challenge) -> Account:
    if challenge.account_id is None:
        raise ChallengeOver
    return await queries.get_account(tx, challenge.account_id)
