"""Reading people, sessions, tills and keys."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.staff.model import (
    Account,
    ApiKey,
    KeyHolder,
    Session,
    StaffMember,
    Till,
    UnknownAccount,
    UnknownTill,
)
from plushka.domain.staff.tokens import PresentedKey, digest
from plushka.platform.database import GlobalTx, Tx

ROWS_MAX = 10_000
"""People, tills or keys of one business."""


class Credentials(Struct, frozen=True):
    """What a password is checked against."""

    account_id: UUID
    password_hash: str


async def find_credentials(tx: GlobalTx, email: str) -> Credentials | None:
    """Return the credentials of an account by its e-mail in lower case."""
    row = await tx.fetchrow(
        """
        -- staff.find_credentials
        select id as account_id, password_hash from accounts where email = $1
        """,
        email,
    )
    return None if row is None else Credentials(**row)


async def get_account(tx: GlobalTx, account_id: UUID) -> Account:
    """Return an account.

    :raises UnknownAccount: when there is none
    """
    row = await tx.fetchrow(
        """
        -- staff.get_account
        select id, email, name, language from accounts where id = $1
        """,
        account_id,
    )
    if row is None:
        raise UnknownAccount
    return Account(**row)


async def find_session(tx: GlobalTx, token: str) -> Session | None:
    """Return the living session of a token, with the role its account has in the business now.

    Row-level security shows the staff row only to its account, hence two statements.
    """
    account_id = await tx.fetchval(
        """
        -- staff.find_session
        select set_config('plushka.account_id', account_id::text, true)
        from sessions
        where token_hash = $1 and expires_at > $2
        """,
        digest(token),
        tx.at,
    )
    if account_id is None:
        return None
    row = await tx.fetchrow(
        """
        -- staff.find_session
        select accounts.id, accounts.email, accounts.name, accounts.language,
            sessions.tenant_id, sessions.expires_at, staff.id as staff_id, staff.role
        from sessions
        join accounts on accounts.id = sessions.account_id
        join staff on staff.tenant_id = sessions.tenant_id and staff.account_id = sessions.account_id
        where token_hash = $1
        """,
        digest(token),
    )
    if row is None:
        return None
    return Session(
        account=Account(id=row["id"], email=row["email"], name=row["name"], language=row["language"]),
        tenant_id=row["tenant_id"],
        staff_id=row["staff_id"],
        role=row["role"],
        expires_at=row["expires_at"],
    )


async def list_staff(tx: Tx) -> tuple[StaffMember, ...]:
    """Return the people of the business, the earliest first."""
    rows = await tx.fetch(
        """
        -- staff.list_staff
        select staff.id, account_id, name, email, role
        from staff
        join accounts on accounts.id = staff.account_id
        where staff.tenant_id = $1
        order by staff.id
        limit $2
        """,
        tx.tenant_id,
        ROWS_MAX,
    )
    return tuple(StaffMember(**row) for row in rows)


async def get_till(tx: Tx, till_id: UUID) -> Till:
    """Return a till.

    :raises UnknownTill: when the business has none of this id
    """
    row = await tx.fetchrow(
        """
        -- staff.get_till
        select id, branch_id, name, created_at from tills where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        till_id,
    )
    if row is None:
        raise UnknownTill
    return Till(**row)


async def list_tills(tx: Tx) -> tuple[Till, ...]:
    """Return the tills of the business, the earliest first."""
    rows = await tx.fetch(
        """
        -- staff.list_tills
        select id, branch_id, name, created_at from tills where tenant_id = $1 order by id limit $2
        """,
        tx.tenant_id,
        ROWS_MAX,
    )
    return tuple(Till(**row) for row in rows)


async def list_keys(tx: Tx) -> tuple[ApiKey, ...]:
    """Return the keys of the business, revoked ones too, the latest first."""
    rows = await tx.fetch(
        """
        -- staff.list_keys
        select id, till_id, hint, scopes, created_at, revoked_at
        from api_keys
        where tenant_id = $1
        order by id desc
        limit $2
        """,
        tx.tenant_id,
        ROWS_MAX,
    )
    return tuple(ApiKey(**{**row, "scopes": tuple(row["scopes"])}) for row in rows)


async def find_key_holder(tx: Tx, presented: PresentedKey) -> KeyHolder | None:
    """Return whom a presented key speaks for, None when it is unknown or revoked."""
    row = await tx.fetchrow(
        """
        -- staff.find_key_holder
        select api_keys.id as key_id, api_keys.tenant_id, till_id, branches.code as branch, scopes,
            currency, country, language
        from api_keys
        join businesses on businesses.tenant_id = api_keys.tenant_id
        join tills on tills.tenant_id = api_keys.tenant_id and tills.id = api_keys.till_id
        left join branches on branches.tenant_id = tills.tenant_id and branches.id = tills.branch_id
        where api_keys.tenant_id = $1 and secret_hash = $2 and revoked_at is null
        """,
        presented.tenant_id,
        presented.secret_hash,
    )
    return None if row is None else KeyHolder(**{**row, "scopes": frozenset(row["scopes"])})
