"""Signing in: the one operation that opens its own transactions.

The slow check of the password stands between two of them: inside one it would hold a connection, and a
few dozen wrong passwords a second would keep all tills waiting.
"""

from datetime import datetime

from plushka.domain.staff import operations, queries
from plushka.domain.staff.model import SignedIn, SignInFailed, SlowedDown
from plushka.domain.staff.passwords import password_fits
from plushka.domain.staff.tries import begin_try, forget_tries
from plushka.platform.database import Database


async def sign_in(
    database: Database,
    *,
    email: str,
    password: str,
    network: str,
    at: datetime,
    token_before: str | None = None,
) -> SignedIn | SlowedDown:
    """Open a session in the person's (first) business; the session of ``token_before`` ends.

    Who fails too often, by e-mail or by ``network`` (see ``addresses.network_of``), is slowed down, whether the
    password is right or not.

    :raises SignInFailed: whatever is wrong, after the same work
    """
    email = email.strip().lower()
    async with database.global_transaction(actor="visitor", at=at) as tx:
        if wait := await begin_try(tx, email=email, network=network):
            return SlowedDown(wait)
        credentials = await queries.find_credentials(tx, email)
    fits = await password_fits(None if credentials is None else credentials.password_hash, password)
    if credentials is None or not fits:
        raise SignInFailed
    account_id = credentials.account_id
    async with database.global_transaction(actor=f"account:{account_id}", at=at, account_id=account_id) as tx:
        await forget_tries(tx, email=email)
        if token_before is not None:
            await operations.sign_out(tx, token_before)
        return await operations.open_session(tx, account_id)
