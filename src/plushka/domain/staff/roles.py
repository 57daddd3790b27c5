"""The business's own roles, and the law that nobody gives or takes what they do not have."""

from collections.abc import Collection
from uuid import UUID

import asyncpg
from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.names import check_name
from plushka.domain.staff.model import (
    ROLES_MAX,
    ActionsMissing,
    ExceedsOwnRights,
    OwnRole,
    RoleInUse,
    RoleNameTaken,
    TooManyRoles,
    UnknownRole,
)
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Rights(Struct, frozen=True):
    """What somebody may do, and where: ``branch_ids`` they are restricted to, none: everywhere."""

    actions: frozenset[str]
    branch_ids: frozenset[UUID] = frozenset()

    def cover(self, other: "Rights") -> bool:
        """Tell whether ``other`` may do nothing more, anywhere."""
        places = not self.branch_ids or (bool(other.branch_ids) and other.branch_ids <= self.branch_ids)
        return other.actions <= self.actions and places


def check_rights(own: Rights, *others: Rights) -> None:
    """Refuse to give or take rights beyond one's own.

    :raises ExceedsOwnRights: when one of ``others`` may do more
    """
    if not all(own.cover(other) for other in others):
        raise ExceedsOwnRights


async def get_role(tx: Tx, role_id: UUID) -> OwnRole:
    """Return a role of the business's own.

    :raises UnknownRole: when it has none of this id
    """
    row = await tx.fetchrow(
        """
        -- roles.get_role
        select id, name, actions from roles where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        role_id,
    )
    if row is None:
        raise UnknownRole
    return OwnRole(id=row["id"], name=row["name"], actions=frozenset(row["actions"]))


async def list_roles(tx: Tx) -> tuple[OwnRole, ...]:
    """Return the business's own roles by name."""
    rows = await tx.fetch(
        """
        -- roles.list_roles
        select id, name, actions from roles where tenant_id = $1 order by name limit $2
        """,
        tx.tenant_id,
        ROLES_MAX,
    )
    return tuple(OwnRole(id=row["id"], name=row["name"], actions=frozenset(row["actions"])) for row in rows)


async def create_role(tx: Tx, *, name: str, actions: Collection[str], own: Rights) -> OwnRole:
    """Make a role of the actions named; ``own`` are the rights of who makes it.

    :raises ExceedsOwnRights: when it would hold an action that its maker may not do
    :raises RoleNameTaken: when there is a role of this name
    :raises Invalid: for a name or a set of actions that is none
    """
    _check(name, actions)
    check_rights(own, Rights(frozenset(actions), own.branch_ids))
    if len(await list_roles(tx)) >= ROLES_MAX:
        raise TooManyRoles(roles_max=ROLES_MAX)
    role = OwnRole(id=new_id(), name=name, actions=frozenset(actions))
    inserted = await tx.fetchval(
        """
        -- roles.create_role
        insert into roles (tenant_id, id, name, actions, created_at)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, name) do nothing
        returning true
        """,
        tx.tenant_id,
        role.id,
        name,
        sorted(actions),
        tx.at,
    )
    if not inserted:
        raise RoleNameTaken(field="name")
    await record(
        tx, action="role.create", subject=f"role:{role.id}", name=name, actions=" ".join(sorted(actions))
    )
    return role


async def change_role(tx: Tx, role_id: UUID, *, name: str, actions: Collection[str], own: Rights) -> None:
    """Change a role for everybody who has it, at once.

    :raises UnknownRole: when the business has no such role
    :raises ExceedsOwnRights: when it holds, or would hold, an action that ``own`` does not
    :raises RoleNameTaken: when another role has this name
    :raises Invalid: for a name or a set of actions that is none
    """
    _check(name, actions)
    before = await get_role(tx, role_id)
    check_rights(own, Rights(frozenset(actions), own.branch_ids), Rights(before.actions, own.branch_ids))
    try:
        await tx.execute(
            """
            -- roles.change_role
            update roles set name = $3, actions = $4 where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            role_id,
            name,
            sorted(actions),
        )
    except asyncpg.UniqueViolationError as error:
        raise RoleNameTaken(field="name") from error
    await record(
        tx,
        action="role.change",
        subject=f"role:{role_id}",
        name=name,
        changes={
            "name": (before.name, name),
            "actions": (" ".join(sorted(before.actions)), " ".join(sorted(actions))),
        },
    )


async def delete_role(tx: Tx, role_id: UUID, *, own: Rights) -> None:
    """Delete a role that nobody has.

    :raises UnknownRole: when the business has no such role
    :raises ExceedsOwnRights: when it holds an action that ``own`` does not
    :raises RoleInUse: when somebody has it, had it when dismissed, or was invited to it
    """
    role = await get_role(tx, role_id)
    check_rights(own, Rights(role.actions, own.branch_ids))
    try:
        await tx.execute(
            """
            -- roles.delete_role
            delete from roles where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            role_id,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise RoleInUse(name=role.name) from error
    await record(tx, action="role.delete", subject=f"role:{role_id}", name=role.name)


def _check(name: str, actions: Collection[str]) -> None:
    check_name(name)
    if not actions:
        raise ActionsMissing(field="actions")
