"""A person's name and password changed, and the link by which a forgotten password is made anew."""

from datetime import timedelta
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.businesses.names import check_name
from plushka.domain.staff.model import RESET_HOURS, Account, UnknownReset, WorksElsewhere
from plushka.domain.staff.passwords import about, hash_password
from plushka.domain.staff.sessions import end_sessions
from plushka.domain.staff.tokens import digest, new_token
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.i18n import Language


async def change_account(tx: Tx, account: Account, *, name: str, language: Language) -> None:
    """Change a person's name and language, in every business they work for.

    :raises Invalid: when the name is missing or too long
    """
    check_name(name)
    await tx.execute(
        """
        -- password_change.change_account
        update accounts set name = $2, language = $3 where id = $1
        """,
        account.id,
        name.strip(),
        language,
    )
    await record(
        tx,
        action="account.change",
        subject=f"account:{account.id}",
        changes={"name": (account.name, name.strip()), "language": (account.language, language)},
    )


async def change_password(tx: Tx, account: Account, *, password: str, session_id: UUID) -> None:
    """Change a password that its owner has given once more; their other sessions end.

    :raises Invalid: when the new one is too short, too long or too easy
    """
    await _set_password(
        tx, account.id, await hash_password(password, about=about(account.email, account.name))
    )
    ended = await end_sessions(tx, account.id, but=session_id)
    await record(tx, action="password.change", subject=f"account:{account.id}", sessions=ended)


async def make_reset(tx: Tx, *, account: Account) -> str:
    """Return the secret of a link by which a person of this business makes a new password, within the hour.

    Whether the one who acts may do so, ``roles.check_rights`` has told.

    A place in the business's own sandbox is none elsewhere.

    :raises WorksElsewhere: when the account has a place in another business too, which this one must not enter
    """
    await tx.execute("select set_config('plushka.account_id', $1, true)", str(account.id))
    is_shared = await tx.fetchval(
        """
        -- password_change.make_reset
        select exists (
            select from staff
            where account_id = $2 and dismissed_at is null and tenant_id not in (
                select tenant_id from businesses where tenant_id = $1 or sandbox_of = $1
            )
        )
        """,
        tx.tenant_id,
        account.id,
    )
    await tx.execute("select set_config('plushka.account_id', '', true)")
    if is_shared:
        raise WorksElsewhere
    token = await make_reset_of(tx, account.id)
    await record(tx, action="password.reset_link", subject=f"account:{account.id}", name=account.name)
    return token


async def make_reset_of(tx: GlobalTx, account_id: UUID) -> str:
    """Return the secret of a link that makes a new password of any account: the operator's way in."""
    token = new_token()
    await tx.execute(
        """
        -- password_change.make_reset_of
        insert into password_resets (token_hash, account_id, created_by, created_at, expires_at)
        values ($1, $2, $3, $4, $5)
        """,
        digest(token),
        account_id,
        tx.actor,
        tx.at,
        tx.at + timedelta(hours=RESET_HOURS),
    )
    return token


async def find_reset_account(tx: GlobalTx, token: str) -> Account | None:
    """Return whose password a link makes anew, None when the link does not work."""
    row = await tx.fetchrow(
        """
        -- password_change.find_reset_account
        select a.id, a.email, a.name, a.language
        from password_resets r
        join accounts a on a.id = r.account_id
        where token_hash = $1 and used_at is null and r.expires_at > $2
        """,
        digest(token),
        tx.at,
    )
    return None if row is None else Account(**row)


async def use_reset(tx: GlobalTx, token: str, *, password_hash: str) -> UUID:
    """Set the new password, end every session of the account, and use up all its links; return whose it is.

    The password is hashed before, because that takes long. A second step stays and is asked for at signing in.

    :raises UnknownReset: when the link does not work, for whatever reason
    """
    account_id: UUID | None = await tx.fetchval(
        """
        -- password_change.use_reset
        update password_resets set used_at = $2
        where token_hash = $1 and used_at is null and expires_at > $2
        returning account_id
        """,
        digest(token),
        tx.at,
    )
    if account_id is None:
        raise UnknownReset
    await tx.execute(
        """
        -- password_change.use_reset
        update password_resets set used_at = $2 where account_id = $1 and used_at is null
        """,
        account_id,
        tx.at,
    )
    await _set_password(tx, account_id, password_hash)
    await end_sessions(tx, account_id)
    return account_id


async def _set_password(tx: GlobalTx, account_id: UUID, password_hash: str) -> None:
    await tx.execute(
        """
        -- password_change.set_password
        update accounts set password_hash = $2 where id = $1
        """,
        account_id,
        password_hash,
    )
