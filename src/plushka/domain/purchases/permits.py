"""The permit of a member whose points a till asks to hold or to spend on a reward, besides a purchase."""

from uuid import UUID

from plushka.domain.members.permits import PermitRequired, PermitUnusable, list_permits
from plushka.domain.purchases.model import Caller
from plushka.domain.purchases.reference import Reference
from plushka.platform.database import Tx


async def require_permit(
    tx: Tx, reference: Reference, caller: Caller, permit_id: UUID | None, *, member_id: UUID
) -> None:
    """Refuse to spend without the permit that it takes, or with one that is no good.

    :raises PermitRequired: the business wants to know that the member agreed to spend
    :raises PermitUnusable: the permit is not for this
    """
    if permit_id is None:
        if (await reference.places(tx)).business.spending_needs_permit:
            raise PermitRequired(field="permit")
        return
    permit = (await list_permits(tx, [permit_id])).get(permit_id)
    if permit is None:
        raise PermitUnusable(field="permit", reason="unknown")
    permit.check(till_id=caller.till_id, member_id=member_id, at=tx.at)
