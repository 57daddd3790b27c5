"""Roles of which a business demands a second factor: a code of an app after the password, or a passkey.

What counts is how a session was opened. Somebody of such a role whose session was opened by the password alone
can only make a second factor, or sign in again with the one they have.
"""

from collections.abc import Collection
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.staff.model import OwnRole, OwnSecondFactorMissing, Role, Session
from plushka.domain.staff.roles import list_roles
from plushka.platform.database import Tx


def role_key(role: Role | None, own_role: OwnRole | None) -> str:
    """Return what stands for a role where the five and the business's own stand side by side."""
    return f"role:{own_role.id}" if own_role else str(role)


async def list_demands(tx: Tx) -> frozenset[str]:
    """Return the roles (``role_key``) of which a second factor is demanded."""
    rows = await tx.fetch(
        """
        -- demands.list_demands
        select role from second_factor_demands where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return frozenset(row["role"] for row in rows)


async def set_demands(tx: Tx, roles: Collection[str], *, by: Session) -> None:
    """Demand a second factor of these roles and no others, from everybody's next request on.

    :raises OwnSecondFactorMissing: one of them is new, and that of ``by``, who has come without a second factor
    """
    before, after = await list_demands(tx), frozenset(roles)
    if before == after:
        return
    if role_key(by.role, by.own_role) in after - before and not by.is_two_factor:
        raise OwnSecondFactorMissing(field="roles")
    await tx.execute(
        """
        -- demands.set_demands
        delete from second_factor_demands where tenant_id = $1 and role <> all($2::text[])
        """,
        tx.tenant_id,
        list(after),
    )
    await tx.execute(
        """
        -- demands.set_demands
        insert into second_factor_demands (tenant_id, role) select $1, unnest($2::text[]) on conflict do nothing
        """,
        tx.tenant_id,
        list(after),
    )
    names = {role_key(None, role): role.name for role in await list_roles(tx)}
    await record(
        tx,
        action="second_factor.demand",
        subject=f"business:{tx.tenant_id}",
        changes={"roles": (_told(before, names), _told(after, names))},
    )


async def note_second_factor(tx: Tx, session_id: UUID) -> None:
    """Note that the person of a session has just proved a second factor in it."""
    await tx.execute(
        """
        -- demands.note_second_factor
        update sessions set is_two_factor = true where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        session_id,
    )


def _told(roles: Collection[str], names: dict[str, str]) -> str:
    return ", ".join(sorted(names.get(role, role) for role in roles))
