"""The branches that a person may see and touch: all of them, or those that they are restricted to."""

from uuid import UUID

from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.model import Branch, BranchNotFound
from plushka.domain.businesses.queries import list_branches
from plushka.platform.database import Tx


async def own_branches(tx: Tx, visit: Visit) -> tuple[Branch, ...]:
    """Return the branches of the business that this person works in, by code."""
    own = visit.session.branch_ids
    return tuple(branch for branch in await list_branches(tx) if not own or branch.id in own)


def check_branch(visit: Visit, branch_id: UUID | None) -> None:
    """Refuse a branch that this person is kept from, and no branch (all of them) if they are kept from any.

    :raises BranchNotFound: so that it looks as if there were none
    """
    if visit.session.branch_ids and branch_id not in visit.session.branch_ids:
        raise BranchNotFound
