"""Hiring, sessions, tills and keys."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.staff import queries
from plushka.domain.staff.model import (
    SESSION_DAYS,
    Account,
    AlreadyHired,
    ApiKey,
    EmailInvalid,
    EmailTaken,
    Role,
    Scope,
    SignedIn,
    SignInFailed,
    StaffMember,
    Till,
    UnknownKey,
)
from plushka.domain.staff.passwords import hash_password
from plushka.domain.staff.tokens import HINT_LENGTH, digest, new_key, new_token
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id


async def register_account(
    tx: GlobalTx, *, email: str, name: str, password: str, language: Language
) -> Account:
    """Register a person; ``hire`` gives them a place in a business.

    :raises EmailTaken: when there is an account of this e-mail, in any spelling
    :raises Invalid: when the e-mail is none, or the password is too short or too long
    """
    return await add_account(
        tx, email=email, name=name, password_hash=await hash_password(password), language=language
    )


async def add_account(
    tx: GlobalTx, *, email: str, name: str, password_hash: str, language: Language
) -> Account:
    """Register a person whose password was hashed before.

    :raises EmailTaken: when there is an account of this e-mail, in any spelling
    :raises EmailInvalid: when the e-mail is none
    """
    email = read_email(email)
    account = Account(id=new_id(), email=email, name=name, language=language)
    inserted = await tx.fetchval(
        """
        -- staff.register_account
        insert into accounts (id, email, name, password_hash, language, created_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (email) do nothing
        returning true
        """,
        account.id,
        email,
        name,
        password_hash,
        language,
        tx.at,
    )
    if not inserted:
        raise EmailTaken(field="email")
    return account


def read_email(text: str) -> str:
    """Return the e-mail as it is stored.

    :raises EmailInvalid: when it is none
    """
    email = text.strip().lower()
    if not all(email.partition("@")):
        raise EmailInvalid(field="email")
    return email


async def hire(tx: Tx, *, account_id: UUID, role: Role) -> StaffMember:
    """Give an account a place in the business.

    :raises AlreadyHired: when it has one
    """
    account = await queries.get_account(tx, account_id)
    staff_id = new_id()
    inserted = await tx.fetchval(
        """
        -- staff.hire
        insert into staff (tenant_id, id, account_id, role, created_at)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, account_id) do nothing
        returning true
        """,
        tx.tenant_id,
        staff_id,
        account_id,
        role,
        tx.at,
    )
    if not inserted:
        raise AlreadyHired
    await record(tx, action="staff.hire", subject=f"staff:{staff_id}", email=account.email, role=role)
    return StaffMember(id=staff_id, account_id=account_id, name=account.name, email=account.email, role=role)


async def open_session(tx: GlobalTx, account_id: UUID) -> SignedIn:
    """Open a session of an account whose password was checked, in the business it entered last.

    The transaction is opened with its ``account_id``.

    :raises SignInFailed: when the account works for no business
    """
    token = new_token()
    inserted = await tx.fetchval(
        """
        -- staff.open_session
        insert into sessions (token_hash, account_id, tenant_id, created_at, expires_at)
        select $1, account_id, tenant_id, $3, $4
        from staff
        where account_id = $2
        order by entered_at desc nulls last, created_at, tenant_id
        limit 1
        returning true
        """,
        digest(token),
        account_id,
        tx.at,
        tx.at + timedelta(days=SESSION_DAYS),
    )
    session = await queries.find_session(tx, token) if inserted else None
    if session is None:
        raise SignInFailed
    return SignedIn(token=token, session=session)


async def sign_out(tx: GlobalTx, token: str) -> None:
    """End the session of ``token``; nothing happens when it has ended."""
    await tx.execute(
        """
        -- staff.sign_out
        delete from sessions where token_hash = $1
        """,
        digest(token),
    )


async def set_up_till(tx: Tx, *, name: str, branch_id: UUID | None = None) -> Till:
    """Set up a till; without a branch it names one in each request."""
    till = Till(id=new_id(), branch_id=branch_id, name=name, created_at=tx.at)
    await tx.execute(
        """
        -- staff.set_up_till
        insert into tills (tenant_id, id, branch_id, name, created_at)
        values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        till.id,
        branch_id,
        name,
        tx.at,
    )
    await record(tx, action="till.set_up", subject=f"till:{till.id}", name=name)
    return till


async def issue_key(tx: Tx, *, till_id: UUID, scopes: Collection[Scope]) -> tuple[ApiKey, str]:
    """Issue a key of a till and return it with its secret, which can never be shown again.

    :raises UnknownTill: when the business has no such till
    """
    await queries.get_till(tx, till_id)
    secret = new_key(tx.tenant_id)
    key = ApiKey(
        id=new_id(),
        till_id=till_id,
        hint=secret[-HINT_LENGTH:],
        scopes=tuple(sorted(set(scopes))),
        created_at=tx.at,
        revoked_at=None,
    )
    await tx.execute(
        """
        -- staff.issue_key
        insert into api_keys (tenant_id, id, till_id, secret_hash, hint, scopes, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        key.id,
        till_id,
        digest(secret),
        key.hint,
        key.scopes,
        tx.at,
    )
    await record(
        tx, action="key.issue", subject=f"key:{key.id}", till=str(till_id), scopes=" ".join(key.scopes)
    )
    return key, secret


async def revoke_key(tx: Tx, key_id: UUID) -> None:
    """Revoke a key for good; the processes that know it notice within ``keyring.TTL_SECONDS``.

    :raises UnknownKey: when there is no such key that still lives
    """
    revoked = await tx.fetchval(
        """
        -- staff.revoke_key
        update api_keys set revoked_at = $3
        where tenant_id = $1 and id = $2 and revoked_at is null
        returning true
        """,
        tx.tenant_id,
        key_id,
        tx.at,
    )
    if not revoked:
        raise UnknownKey
    await record(tx, action="key.revoke", subject=f"key:{key_id}")
