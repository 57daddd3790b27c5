"""The businesses a person works for, and going from one to another within a session."""

from uuid import UUID

from plushka.domain.staff.model import Session, UnknownWorkplace, Workplace
from plushka.domain.staff.queries import LAST_ENTERED_FIRST, STILL_WORKS, find_session
from plushka.domain.staff.tokens import digest
from plushka.platform.database import GlobalTx

WORKPLACES_MAX = 100


async def list_workplaces(tx: GlobalTx, account_id: UUID) -> tuple[Workplace, ...]:
    """Return the businesses that an account works for, by name. The transaction is opened with its ``account_id``."""
    rows = await tx.fetch(
        f"""
        -- staff.list_workplaces
        select staff.tenant_id, businesses.name
        from staff
        join businesses on businesses.tenant_id = staff.tenant_id
        where staff.account_id = $1 and {STILL_WORKS}
        order by businesses.name, staff.tenant_id
        limit $2
        """,  # noqa: S608  composed of fixed parts
        account_id,
        WORKPLACES_MAX,
    )
    return tuple(Workplace(**row) for row in rows)


async def find_last_entered(tx: GlobalTx, account_id: UUID) -> UUID | None:
    """Return the business that an account would come into. The transaction is opened with its ``account_id``."""
    tenant_id: UUID | None = await tx.fetchval(
        f"""
        -- staff.find_last_entered
        select tenant_id from staff
        where account_id = $1 and {STILL_WORKS}
        order by {LAST_ENTERED_FIRST}
        limit 1
        """,  # noqa: S608  composed of fixed parts
        account_id,
    )
    return tenant_id


async def enter(tx: GlobalTx, *, token: str, account_id: UUID, tenant_id: UUID) -> Session:
    """Go on with the session of ``token`` in another business of its person, and return it.

    Signing in leads to the business that was entered last. The transaction is opened with the ``account_id``.

    :raises UnknownWorkplace: the person does not work there
    """
    entered = await tx.fetchval(
        """
        -- staff.enter
        update staff set entered_at = $3
        where tenant_id = $1 and account_id = $2 and dismissed_at is null
        returning true
        """,
        tenant_id,
        account_id,
        tx.at,
    )
    if not entered:
        raise UnknownWorkplace
    await tx.execute(
        """
        -- staff.move_session
        update sessions set tenant_id = $3 where token_hash = $1 and account_id = $2
        """,
        digest(token),
        account_id,
        tenant_id,
    )
    session = await find_session(tx, token)
    if session is None:
        raise UnknownWorkplace
    return session
