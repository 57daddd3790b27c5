"""Points given and taken by hand, with the life that the programme gives to points."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger import operations as ledger
from plushka.domain.ledger.model import Balance
from plushka.domain.ledger.queries import get_wallet_id
from plushka.domain.programs.model import PublishedVersion, UnknownProgram
from plushka.domain.programs.queries import find_version_in_force, get_program_id
from plushka.engine.purchase import Place
from plushka.engine.welcome import by_hand, welcome_grant
from plushka.platform.database import Tx


async def adjust(
    tx: Tx,
    member_id: UUID,
    *,
    points: int,
    reason: str,
    adjustment_id: UUID | None = None,
    program_id: UUID | None = None,
    life_days: int | None = None,
    receipt_share_bp: int | None = None,
) -> Balance:
    """Give ``points``, spendable at once; below zero, take them away.

    They burn as the programme says or after ``life_days`` of their own, and pay ``receipt_share_bp`` of a receipt.

    The one who acts and the reason are audited with it. Without ``adjustment_id`` each call is one more movement,
    without ``program_id`` it is one in the business's first programme.

    :raises InsufficientPoints: when more is to be taken than is available
    :raises AlreadyAdjusted: when ``adjustment_id`` is booked
    :raises UnknownProgram: when no programme is in force
    """
    current = await _in_force(tx, program_id)
    wallet_id = await get_wallet_id(tx, member_id=member_id, program_id=current.program_id)
    if points < 0:
        return await ledger.take_away(
            tx, wallet_id=wallet_id, points=-points, reason=reason, adjustment_id=adjustment_id
        )
    business = await get_business(tx)
    place = Place(branch="", time_zone=business.time_zone)
    made = by_hand(points, life_days=life_days, receipt_share_bp=receipt_share_bp)
    grant = welcome_grant(current.program, made, place, tx.at)
    return await ledger.grant(
        tx, wallet_id=wallet_id, grant=grant, kind="adjustment", reason=reason, adjustment_id=adjustment_id
    )


async def write_off(
    tx: Tx,
    member_id: UUID,
    *,
    points: int,
    reason: str,
    adjustment_id: UUID | None = None,
    program_id: UUID | None = None,
) -> Balance:
    """Forgive a member's debt, or a part of it.

    :raises DebtNotCovered: the debt is smaller
    :raises AlreadyAdjusted: when ``adjustment_id`` is booked
    """
    return await ledger.write_off_debt(
        tx,
        wallet_id=await current_wallet_id(tx, member_id, program_id),
        points=points,
        reason=reason,
        adjustment_id=adjustment_id,
    )


async def extend(
    tx: Tx,
    member_id: UUID,
    *,
    last_day: date,
    reason: str,
    lot_id: UUID | None = None,
    program_id: UUID | None = None,
) -> None:
    """Let a lot, or every lot that would burn before, live through ``last_day`` by the business's clock (S4).

    :raises NotAnExtension: the lot lives as long anyhow, or there is none that does not
    """
    business = await get_business(tx)
    until = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(business.time_zone))
    wallet_id = await current_wallet_id(tx, member_id, program_id)
    if lot_id is None:
        await ledger.extend_all(tx, wallet_id=wallet_id, expires_at=until.astimezone(UTC), reason=reason)
    else:
        await ledger.extend_lot(
            tx, wallet_id=wallet_id, lot_id=lot_id, expires_at=until.astimezone(UTC), reason=reason
        )


async def current_wallet_id(tx: Tx, member_id: UUID, program_id: UUID | None = None) -> UUID:
    """Return the member's wallet in a programme, the business's first one if none is named.

    :raises UnknownProgram: when it is not in force
    :raises UnknownWallet: they are not in it
    """
    current = await _in_force(tx, program_id)
    return await get_wallet_id(tx, member_id=member_id, program_id=current.program_id)


async def _in_force(tx: Tx, program_id: UUID | None) -> PublishedVersion:
    current = await find_version_in_force(tx, program_id or await get_program_id(tx))
    if current is None:
        raise UnknownProgram
    return current
