"""Whether an invitation may still be given and taken: what its inviter may give today, not when they made it."""

from collections.abc import Mapping
from uuid import UUID

from plushka.delivery.office.permissions import rights_of, rights_of_person
from plushka.domain.staff.invitations import Invitation
from plushka.domain.staff.model import OwnRole, Position, StaffMember
from plushka.domain.staff.queries import list_staff
from plushka.domain.staff.roles import Rights, list_roles
from plushka.platform.database import Tx


def covers(own: Rights, position: Position, own_roles: Mapping[UUID, OwnRole]) -> bool:
    """Tell whether ``position`` is no more than ``own`` rights; ``own_roles`` are the business's, by id."""
    own_role = own_roles.get(position.own_role_id) if position.own_role_id else None
    return own.cover(rights_of(position.role, own_role, position.branch_ids))


def may_give(inviter: StaffMember, position: Position, own_roles: Mapping[UUID, OwnRole]) -> bool:
    """Tell whether ``inviter`` works here still, and may invite somebody to ``position``."""
    rights = rights_of_person(inviter)
    return (
        inviter.dismissed_at is None
        and "staff.change" in rights.actions
        and covers(rights, position, own_roles)
    )


async def stands(tx: Tx, invitation: Invitation) -> bool:
    """Tell whether an open invitation is still good: a link made in advance is no way back in for who was dismissed."""
    inviter = next(
        (each for each in await list_staff(tx) if f"staff:{each.id}" == invitation.created_by), None
    )
    own_roles = {role.id: role for role in await list_roles(tx)}
    return inviter is None or may_give(inviter, invitation.position, own_roles)
