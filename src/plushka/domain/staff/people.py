"""Who works as what: changing it, dismissing and taking back."""

from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.staff.model import (
    AlreadyHired,
    DismissedAlready,
    LastOwner,
    Position,
    StaffMember,
)
from plushka.domain.staff.operations import set_branches
from plushka.domain.staff.password_change import void_resets_by
from plushka.domain.staff.queries import get_staff
from plushka.domain.staff.roles import get_role
from plushka.platform.database import Tx


async def give_position(tx: Tx, staff_id: UUID, position: Position) -> None:
    """Let somebody work as ``position`` says, from their next request on.

    Whether the one who acts may give it, ``roles.check_rights`` has told.

    :raises UnknownStaff: when nobody of this id works here
    :raises UnknownRole: when the business has no such role of its own
    :raises LastOwner: when the business would be left without an owner of every branch
    """
    await _lock_owners(tx)
    before = await get_staff(tx, staff_id)
    own_role = await get_role(tx, position.own_role_id) if position.own_role_id else None
    await tx.execute(
        """
        -- people.give_position
        update staff set role = $3, own_role_id = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        staff_id,
        position.role,
        position.own_role_id,
    )
    await set_branches(tx, staff_id, position.branch_ids)
    if before.role == "owner":
        await _keep_an_owner(tx)
    await record(
        tx,
        action="staff.change",
        subject=f"staff:{staff_id}",
        name=before.name,
        changes={
            "role": (role_name(before), own_role.name if own_role else position.role),
            "branches": (
                await _branch_names(tx, before.branch_ids),
                await _branch_names(tx, position.branch_ids),
            ),
        },
    )


async def dismiss(tx: Tx, staff_id: UUID) -> None:
    """End somebody's work here and their sessions at once; what they did stays under their name.

    Links for new passwords that they made for others open nothing any more.

    :raises UnknownStaff: when nobody of this id works here
    :raises DismissedAlready: when they were dismissed before
    :raises LastOwner: when the business would be left without an owner
    """
    await _lock_owners(tx)
    person = await get_staff(tx, staff_id)
    dismissed = await tx.fetchval(
        """
        -- people.dismiss
        update staff set dismissed_at = $3
        where tenant_id = $1 and id = $2 and dismissed_at is null
        returning true
        """,
        tx.tenant_id,
        staff_id,
        tx.at,
    )
    if not dismissed:
        raise DismissedAlready
    if person.role == "owner":
        await _keep_an_owner(tx)
    await tx.execute(
        """
        -- people.dismiss
        delete from sessions where tenant_id = $1 and account_id = $2
        """,
        tx.tenant_id,
        person.account_id,
    )
    await void_resets_by(tx, f"staff:{staff_id}")
    await record(tx, action="staff.dismiss", subject=f"staff:{staff_id}", name=person.name)


async def rehire(tx: Tx, staff_id: UUID) -> None:
    """Take somebody back who was dismissed, as what they worked before.

    :raises UnknownStaff: when nobody of this id worked here
    :raises AlreadyHired: when they were not dismissed
    """
    person = await get_staff(tx, staff_id)
    hired = await tx.fetchval(
        """
        -- people.rehire
        update staff set dismissed_at = null
        where tenant_id = $1 and id = $2 and dismissed_at is not null
        returning true
        """,
        tx.tenant_id,
        staff_id,
    )
    if not hired:
        raise AlreadyHired
    await record(
        tx, action="staff.rehire", subject=f"staff:{staff_id}", name=person.name, role=role_name(person)
    )


def role_name(person: StaffMember) -> str | None:
    """Return the code of one of the five roles, or the name of the business's own."""
    return person.own_role.name if person.own_role else person.role


async def _lock_owners(tx: Tx) -> None:
    """Queue with all who change positions: two owners who demote each other must not both succeed."""
    await tx.fetch(
        """
        -- people.lock_owners
        select id from staff
        where tenant_id = $1 and role = 'owner' and dismissed_at is null
        order by id
        for no key update
        """,
        tx.tenant_id,
    )


async def _keep_an_owner(tx: Tx) -> None:
    has_owner = await tx.fetchval(
        """
        -- people.keep_an_owner
        select exists (
            select from staff
            where tenant_id = $1 and role = 'owner' and dismissed_at is null and not exists (
                select from staff_branches b where b.tenant_id = $1 and b.staff_id = staff.id
            )
        )
        """,
        tx.tenant_id,
    )
    if not has_owner:
        raise LastOwner


async def _branch_names(tx: Tx, branch_ids: frozenset[UUID]) -> str | None:
    names: str | None = await tx.fetchval(
        """
        -- people.branch_names
        select string_agg(name, ', ' order by name) from branches where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(branch_ids),
    )
    return names
