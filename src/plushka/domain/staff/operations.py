"""Registering, hiring, coming and going, tills and keys."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.businesses.names import check_name
from plushka.domain.businesses.queries import get_branch
from plushka.domain.staff import queries, roles
from plushka.domain.staff.model import (
    SESSION_DAYS,
    Account,
    AlreadyHired,
    ApiKey,
    EmailInvalid,
    EmailTaken,
    Position,
    Role,
    Scope,
    ScopesMissing,
    SignedIn,
    SignInFailed,
    StaffMember,
    Till,
    TillRetired,
    UnknownKey,
)
from plushka.domain.staff.passwords import about, hash_password
from plushka.domain.staff.tokens import HINT_LENGTH, digest, new_key, new_token
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id

DEVICE_LENGTH_MAX = 300


async def register_account(
    tx: GlobalTx, *, email: str, name: str, password: str, language: Language
) -> Account:
    """Register a person; ``hire`` gives them a place in a business.

    :raises EmailTaken: when there is an account of this e-mail, in any spelling
    :raises Invalid: when the e-mail is none, or the password is too short or too long
    """
    return await add_account(
        tx,
        email=email,
        name=name,
        password_hash=await hash_password(password, about=about(email, name)),
        language=language,
    )


async def add_account(
    tx: GlobalTx, *, email: str, name: str, password_hash: str, language: Language
) -> Account:
    """Register a person whose password was hashed before.

    :raises EmailTaken: when there is an account of this e-mail, in any spelling
    :raises Invalid: when the e-mail is none, or the name missing or too long
    """
    email = read_email(email)
    check_name(name)
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
    """Give an account a place in every branch of the business, in one of the five roles.

    :raises AlreadyHired: when it has one
    """
    return await hire_as(tx, account_id=account_id, position=Position(role=role))


async def hire_as(tx: Tx, *, account_id: UUID, position: Position) -> StaffMember:
    """Give an account a place in the business; somebody who was dismissed gets theirs back, as what is said now.

    :raises AlreadyHired: when the account has a place
    :raises UnknownRole: when the business has no such role of its own
    """
    account = await queries.get_account(tx, account_id)
    own_role = await roles.get_role(tx, position.own_role_id) if position.own_role_id else None
    staff_id = await tx.fetchval(
        """
        -- staff.hire_as
        insert into staff (tenant_id, id, account_id, role, own_role_id, created_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, account_id) do update
        set role = excluded.role, own_role_id = excluded.own_role_id, dismissed_at = null
        where staff.dismissed_at is not null
        returning id
        """,
        tx.tenant_id,
        new_id(),
        account_id,
        position.role,
        position.own_role_id,
        tx.at,
    )
    if staff_id is None:
        raise AlreadyHired
    await set_branches(tx, staff_id, position.branch_ids)
    await record(
        tx,
        action="staff.hire",
        subject=f"staff:{staff_id}",
        name=account.name,
        role=own_role.name if own_role else position.role,
    )
    return StaffMember(
        id=staff_id,
        account_id=account_id,
        name=account.name,
        email=account.email,
        role=position.role,
        own_role=own_role,
        branch_ids=position.branch_ids,
    )


async def set_branches(tx: Tx, staff_id: UUID, branch_ids: Collection[UUID]) -> None:
    """Restrict a person to these branches, to none: to nothing."""
    await tx.execute(
        """
        -- staff.set_branches
        delete from staff_branches where tenant_id = $1 and staff_id = $2 and branch_id <> all($3::uuid[])
        """,
        tx.tenant_id,
        staff_id,
        list(branch_ids),
    )
    await tx.execute(
        """
        -- staff.set_branches
        insert into staff_branches (tenant_id, staff_id, branch_id)
        select $1, $2, unnest($3::uuid[])
        on conflict do nothing
        """,
        tx.tenant_id,
        staff_id,
        list(branch_ids),
    )


async def open_session(
    tx: GlobalTx,
    account_id: UUID,
    *,
    tenant_id: UUID | None = None,
    device: str = "",
    is_two_factor: bool = False,
) -> SignedIn:
    """Open a session of an account that has proved who it is, in ``tenant_id`` or else the one it entered last.

    The transaction is opened with its ``account_id``. ``device`` is what its browser says of itself. The trail of the
    business it enters tells of it.

    :raises SignInFailed: when the account works there, or anywhere, no more
    """
    token = new_token()
    inserted = await tx.fetchval(
        f"""
        -- staff.open_session
        insert into sessions
            (token_hash, id, account_id, tenant_id, device, address, created_at, seen_at, expires_at, is_two_factor)
        select $1, $2, account_id, tenant_id, $3, $4, $5, $5, $6, $9
        from staff
        where account_id = $7 and {queries.STILL_WORKS} and ($8::uuid is null or tenant_id = $8)
        order by {queries.LAST_ENTERED_FIRST}
        limit 1
        returning true
        """,  # noqa: S608  composed of fixed parts
        digest(token),
        new_id(),
        device[:DEVICE_LENGTH_MAX],
        tx.address or "",
        tx.at,
        tx.at + timedelta(days=SESSION_DAYS),
        account_id,
        tenant_id,
        is_two_factor,
    )
    session = await queries.find_session(tx, token) if inserted else None
    if session is None:
        raise SignInFailed
    await tx.execute(
        """
        -- staff.open_session
        update staff set seen_at = $3 where tenant_id = $1 and id = $2
        """,
        session.tenant_id,
        session.staff_id,
        tx.at,
    )
    # Of the business that the session is in, which `find_session` has bound the transaction to.
    of_business = Tx(
        connection=tx.connection,
        actor=f"staff:{session.staff_id}",
        at=tx.at,
        address=tx.address,
        tenant_id=session.tenant_id,
    )
    await record(
        of_business,
        action="session.begin_two_factor" if is_two_factor else "session.begin",
        subject=f"account:{account_id}",
        device=device[:DEVICE_LENGTH_MAX],
    )
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
    """Set up a till; without a branch it names one in each request.

    :raises BranchNotFound: when the business has no such branch
    :raises Invalid: when the name is missing or too long
    """
    check_name(name)
    if branch_id is not None:
        await get_branch(tx, branch_id)
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
    :raises TillRetired: when it is out of use
    :raises ScopesMissing: when the key would open nothing
    """
    till = await queries.get_till(tx, till_id)
    if till.retired_at is not None:
        raise TillRetired
    if not scopes:
        raise ScopesMissing(field="scopes")
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
        tx,
        action="key.issue",
        subject=f"key:{key.id}",
        till=till.name,
        hint=key.hint,
        scopes=" ".join(key.scopes),
    )
    return key, secret


async def revoke_key(tx: Tx, key_id: UUID) -> None:
    """Revoke a key for good; the processes that know it notice within ``keyring.TTL_SECONDS``.

    :raises UnknownKey: when there is no such key that still lives
    """
    row = await tx.fetchrow(
        """
        -- staff.revoke_key
        update api_keys set revoked_at = $3
        where tenant_id = $1 and id = $2 and revoked_at is null
        returning till_id, hint
        """,
        tx.tenant_id,
        key_id,
        tx.at,
    )
    if row is None:
        raise UnknownKey
    till = await queries.get_till(tx, row["till_id"])
    await record(tx, action="key.revoke", subject=f"key:{key_id}", till=till.name, hint=row["hint"])
