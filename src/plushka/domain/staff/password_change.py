"""A person's name and password changed, and the link by which a forgotten password is made anew."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.names import check_name
from plushka.domain.staff.model import RESET_HOURS, Account, DismissedAlready, UnknownReset, WorksElsewhere
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

    Whether the one who acts may do so, ``roles.check_rights`` has told. A place in the business's own sandbox is
    none elsewhere.

    :raises DismissedAlready: when the account has no place here any more
    :raises WorksElsewhere: when it has one in another business too, which this one must not enter
    """
    reach = await _reach(tx, account.id, tx.tenant_id)
    if reach.is_elsewhere:
        raise WorksElsewhere
    if not reach.is_here:
        raise DismissedAlready
    token = await _add_reset(tx, account.id, tenant_id=tx.tenant_id)
    await record(tx, action="password.reset_link", subject=f"account:{account.id}", name=account.name)
    return token


async def make_reset_of(tx: GlobalTx, account_id: UUID) -> str:
    """Return the secret of a link that makes a new password of any account: the operator's way in."""
    return await _add_reset(tx, account_id, tenant_id=None)


async def void_resets_by(tx: GlobalTx, actor: str) -> None:
    """Use up the links that somebody has made who may make none any more."""
    await tx.execute(
        """
        -- password_change.void_resets_by
        update password_resets set used_at = $2 where created_by = $1 and used_at is null
        """,
        actor,
        tx.at,
    )


async def find_reset_account(tx: GlobalTx, token: str) -> Account | None:
    """Return whose password a link makes anew, None when the link does not work."""
    row = await tx.fetchrow(
        """
        -- password_change.find_reset_account
        select a.id, a.email, a.name, a.language, r.business_id
        from password_resets r
        join accounts a on a.id = r.account_id
        where token_hash = $1 and used_at is null and r.expires_at > $2
        """,
        digest(token),
        tx.at,
    )
    if row is None or not await _is_of_one(tx, row["id"], row["business_id"]):
        return None
    return Account(id=row["id"], email=row["email"], name=row["name"], language=row["language"])


async def use_reset(tx: GlobalTx, token: str, *, password_hash: str) -> UUID:
    """Set the new password, end every session of the account, and use up all its links; return whose it is.

    The password is hashed before, because that takes long. A second step stays and is asked for at signing in.

    :raises UnknownReset: when the link does not work, for whatever reason: the person was hired elsewhere since
    """
    row = await tx.fetchrow(
        """
        -- password_change.use_reset
        update password_resets set used_at = $2
        where token_hash = $1 and used_at is null and expires_at > $2
        returning account_id, business_id
        """,
        digest(token),
        tx.at,
    )
    if row is None or not await _is_of_one(tx, row["account_id"], row["business_id"]):
        raise UnknownReset
    account_id: UUID = row["account_id"]
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


class _Reach(Struct, frozen=True):
    """Where an account works: in the business or its sandbox, anywhere else."""

    is_here: bool
    is_elsewhere: bool


async def _reach(tx: GlobalTx, account_id: UUID, tenant_id: UUID) -> _Reach:
    await tx.execute("select set_config('plushka.account_id', $1, true)", str(account_id))
    (row,) = await tx.fetch(
        """
        -- password_change.reach
        select coalesce(bool_or(tenant_id = $2), false) as is_here, coalesce(bool_or(tenant_id not in (
            select tenant_id from businesses where tenant_id = $2 or sandbox_of = $2
        )), false) as is_elsewhere
        from staff
        where account_id = $1 and dismissed_at is null
        """,
        account_id,
        tenant_id,
    )
    await tx.execute("select set_config('plushka.account_id', '', true)")
    return _Reach(**row)


async def _is_of_one(tx: GlobalTx, account_id: UUID, tenant_id: UUID | None) -> bool:
    """Tell whether a link that a business has made is still of its people alone; the operator's is of no business."""
    return tenant_id is None or await _reach(tx, account_id, tenant_id) == _Reach(
        is_here=True, is_elsewhere=False
    )


async def _add_reset(tx: GlobalTx, account_id: UUID, *, tenant_id: UUID | None) -> str:
    token = new_token()
    await tx.execute(
        """
        -- password_change.add_reset
        insert into password_resets (token_hash, account_id, business_id, created_by, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        digest(token),
        account_id,
        tenant_id,
        tx.actor,
        tx.at,
        tx.at + timedelta(hours=RESET_HOURS),
    )
    return token


async def _set_password(tx: GlobalTx, account_id: UUID, password_hash: str) -> None:
    await tx.execute(
        """
        -- password_change.set_password
        update accounts set password_hash = $2 where id = $1
        """,
        account_id,
        password_hash,
    )
