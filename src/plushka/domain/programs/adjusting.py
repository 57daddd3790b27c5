"""Points given and taken by hand, with the life that the programme gives to points."""

from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger import operations as ledger
from plushka.domain.ledger.model import Balance
from plushka.domain.ledger.queries import get_wallet_id
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.programs.queries import get_current_version
from plushka.engine.program import Welcome
from plushka.engine.purchase import Place
from plushka.engine.welcome import welcome_grant
from plushka.platform.database import Tx


async def adjust(
    tx: Tx, member_id: UUID, *, points: int, reason: str, adjustment_id: UUID | None = None
) -> Balance:
    """Give ``points``, spendable at once and burning as the programme says; below zero, take them away.

    The one who acts and the reason are audited with it. Without ``adjustment_id`` each call is one more movement.

    :raises InsufficientPoints: when more is to be taken than is available
    :raises AlreadyAdjusted: when ``adjustment_id`` is booked
    :raises UnknownProgram: when no programme is in force
    """
    current = await get_current_version(tx)
    if current is None:
        raise UnknownProgram
    wallet_id = await get_wallet_id(tx, member_id=member_id, program_id=current.program_id)
    if points < 0:
        return await ledger.take_away(
            tx, wallet_id=wallet_id, points=-points, reason=reason, adjustment_id=adjustment_id
        )
    business = await get_business(tx)
    place = Place(branch="", time_zone=business.time_zone)
    grant = welcome_grant(current.program, Welcome(points=points), place, tx.at)
    return await ledger.grant(
        tx, wallet_id=wallet_id, grant=grant, kind="adjustment", reason=reason, adjustment_id=adjustment_id
    )
