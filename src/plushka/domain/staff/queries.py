"""Reading people, sessions, tills and keys."""

from uuid import UUID

import asyncpg
from msgspec import Struct

from plushka.domain.businesses.queries import decode_point_words
from plushka.domain.staff.model import (
    Account,
    ApiKey,
    KeyHolder,
    OwnRole,
    Session,
    StaffMember,
    Till,
    UnknownAccount,
    UnknownStaff,
    UnknownTill,
)
from plushka.domain.staff.tokens import PresentedKey, digest
from plushka.platform.database import GlobalTx, Tx

ROWS_MAX = 10_000
"""People, tills or keys of one business."""

_STAFF = """staff.id, staff.account_id, accounts.name, accounts.email, staff.role, staff.own_role_id,
            staff.seen_at, staff.dismissed_at, roles.name as own_role_name, roles.actions as own_role_actions,
            array(
                select branch_id from staff_branches
                where staff_branches.tenant_id = staff.tenant_id and staff_branches.staff_id = staff.id
            ) as branch_ids,
            exists (
                select from second_factors where second_factors.account_id = staff.account_id
                    and confirmed_at is not null
            ) or exists (
                select from passkeys where passkeys.account_id = staff.account_id
            ) as has_second_factor,
            exists (
                select from second_factor_demands where second_factor_demands.tenant_id = staff.tenant_id
                    and second_factor_demands.role = coalesce('role:' || staff.own_role_id, staff.role)
            ) as needs_second_factor"""
_JOINED = """join accounts on accounts.id = staff.account_id
        left join roles on roles.tenant_id = staff.tenant_id and roles.id = staff.own_role_id"""


STILL_WORKS = """staff.dismissed_at is null and not exists (
            select from businesses as copy
            where copy.tenant_id = staff.tenant_id and copy.sandbox_of is not null and not exists (
                select from staff as own
                where own.tenant_id = copy.sandbox_of and own.account_id = staff.account_id
                    and own.dismissed_at is null
            )
        )"""
"""Who was dismissed from a business is out of its sandbox too. The transaction knows the account."""


LAST_ENTERED_FIRST = "entered_at desc nulls last, created_at, tenant_id"
"""The order of a person's places by which they come into the first one."""


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
    """Return the living session of a token, with what its account may do in the business now.

    Row-level security shows a business's rows only to the business and to the person, hence two statements:
    the first one binds the transaction to both.
    """
    tenant_id = await tx.fetchval(
        """
        -- staff.find_session
        select tenant_id, set_config('plushka.tenant_id', tenant_id::text, true),
            set_config('plushka.account_id', account_id::text, true)
        from sessions
        where token_hash = $1 and expires_at > $2
        """,
        digest(token),
        tx.at,
    )
    if tenant_id is None:
        return None
    row = await tx.fetchrow(
        f"""
        -- staff.find_session
        select sessions.id as session_id, sessions.tenant_id, sessions.expires_at,
            sessions.seen_at as session_seen_at, accounts.language, sandbox_of, is_two_factor,
            {_STAFF}
        from sessions
        join businesses on businesses.tenant_id = sessions.tenant_id
        join staff on staff.tenant_id = sessions.tenant_id and staff.account_id = sessions.account_id
        {_JOINED}
        where token_hash = $1 and {STILL_WORKS}
        """,  # noqa: S608  composed of fixed parts
        digest(token),
    )
    if row is None:
        return None
    person = _staff_member(row)
    at_home = await _find_at_home(tx, row) if row["sandbox_of"] else None
    return Session(
        id=row["session_id"],
        account=Account(id=person.account_id, email=person.email, name=person.name, language=row["language"]),
        tenant_id=row["tenant_id"],
        staff_id=person.id,
        role=person.role,
        own_role=person.own_role,
        branch_ids=_narrower(person, at_home),
        seen_at=row["session_seen_at"],
        expires_at=row["expires_at"],
        at_home=at_home,
        is_two_factor=row["is_two_factor"],
        owes_second_factor=not row["is_two_factor"]
        and (person.needs_second_factor or (at_home is not None and at_home.needs_second_factor)),
    )


async def _find_at_home(tx: GlobalTx, session: asyncpg.Record) -> StaffMember | None:
    """Return the person of a session in the business that their sandbox copies: the copy is as old as the sandbox."""
    await _see(tx, session["sandbox_of"])
    row = await tx.fetchrow(
        f"""
        -- staff.find_at_home
        select {_STAFF}
        from staff
        {_JOINED}
        where staff.tenant_id = $1 and staff.account_id = $2
        """,  # noqa: S608  composed of fixed parts
        session["sandbox_of"],
        session["account_id"],
    )
    await _see(tx, session["tenant_id"])
    return None if row is None else _staff_member(row)


async def _see(tx: GlobalTx, tenant_id: UUID) -> None:
    await tx.execute("select set_config('plushka.tenant_id', $1, true)", str(tenant_id))


def _narrower(person: StaffMember, at_home: StaffMember | None) -> frozenset[UUID]:
    """Return the branches that somebody is restricted to in a sandbox, where both places have a say; none: all."""
    if at_home is None or not at_home.branch_ids:
        return person.branch_ids
    within = bool(person.branch_ids) and person.branch_ids <= at_home.branch_ids
    return person.branch_ids if within else at_home.branch_ids


async def list_staff(tx: Tx) -> tuple[StaffMember, ...]:
    """Return the people of the business, those who were dismissed too, the earliest first."""
    rows = await tx.fetch(
        f"""
        -- staff.list_staff
        select {_STAFF}
        from staff
        {_JOINED}
        where staff.tenant_id = $1
        order by staff.id
        limit $2
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        ROWS_MAX,
    )
    return tuple(_staff_member(row) for row in rows)


async def get_staff(tx: Tx, staff_id: UUID) -> StaffMember:
    """Return somebody who works in the business, or did.

    :raises UnknownStaff: when nobody has this id
    """
    row = await tx.fetchrow(
        f"""
        -- staff.get_staff
        select {_STAFF}
        from staff
        {_JOINED}
        where staff.tenant_id = $1 and staff.id = $2
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        staff_id,
    )
    if row is None:
        raise UnknownStaff
    return _staff_member(row)


def _staff_member(row: asyncpg.Record) -> StaffMember:
    own_role = None
    if row["own_role_id"] is not None:
        own_role = OwnRole(
            id=row["own_role_id"], name=row["own_role_name"], actions=frozenset(row["own_role_actions"])
        )
    return StaffMember(
        id=row["id"],
        account_id=row["account_id"],
        name=row["name"],
        email=row["email"],
        role=row["role"],
        own_role=own_role,
        branch_ids=frozenset(row["branch_ids"]),
        seen_at=row["seen_at"],
        dismissed_at=row["dismissed_at"],
        has_second_factor=row["has_second_factor"],
        needs_second_factor=row["needs_second_factor"],
    )


async def get_till(tx: Tx, till_id: UUID) -> Till:
    """Return a till.

    :raises UnknownTill: when the business has none of this id
    """
    row = await tx.fetchrow(
        """
        -- staff.get_till
        select id, branch_id, name, created_at, retired_at from tills where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        till_id,
    )
    if row is None:
        raise UnknownTill
    return Till(**row)


async def list_tills(tx: Tx) -> tuple[Till, ...]:
    """Return the tills of the business, those out of use too, the earliest first."""
    rows = await tx.fetch(
        """
        -- staff.list_tills
        select id, branch_id, name, created_at, retired_at
        from tills
        where tenant_id = $1
        order by id
        limit $2
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
        select id, till_id, hint, scopes, created_at, revoked_at, used_at
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
            currency, country, language, used_at, point_words::text
        from api_keys
        join businesses on businesses.tenant_id = api_keys.tenant_id
        join tills on tills.tenant_id = api_keys.tenant_id and tills.id = api_keys.till_id
        left join branches on branches.tenant_id = tills.tenant_id and branches.id = tills.branch_id
        where api_keys.tenant_id = $1 and secret_hash = $2 and revoked_at is null
        """,
        presented.tenant_id,
        presented.secret_hash,
    )
    if row is None:
        return None
    point_words = decode_point_words(row["point_words"])
    return KeyHolder(**{**row, "scopes": frozenset(row["scopes"]), "point_words": point_words})
