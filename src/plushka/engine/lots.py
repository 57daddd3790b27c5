"""The order in which lots are spent, and what is taken from each (S3, S21). Pure: the ledger books it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from plushka.engine.purchase import Lot, LotUse

NEVER = datetime.max.replace(tzinfo=UTC)


def order_of_use(lot: Lot) -> tuple[datetime, int, datetime, UUID]:
    """Return the sort key of S3: the soonest to expire first, then wallet priority (lower first), age, id."""
    return (lot.expires_at or NEVER, lot.priority, lot.earned_at, lot.id)


def spendable(lots: Iterable[Lot], at: datetime) -> list[Lot]:
    """Return the lots that live at ``at``, in order of use. A lot whose ``expires_at`` is ``at`` is dead."""
    return sorted([lot for lot in lots if lot.expires_at is None or at < lot.expires_at], key=order_of_use)


def take(available: Sequence[tuple[Lot, int]], points: int) -> tuple[LotUse, ...]:
    """Take ``points`` from lots in the order given, at most the number beside each.

    Takes less when the lots together hold less; the caller compares.
    """
    uses = []
    left = points
    for lot, most in available:
        if left == 0:
            break
        taken = min(most, left)
        if taken > 0:
            uses.append(LotUse(lot_id=lot.id, points=taken))
            left -= taken
    return tuple(uses)


def give_back(uses: Sequence[LotUse], points: int) -> tuple[LotUse, ...]:
    """Return ``points`` to the lots of ``uses``, the last used first, as if the receipt had spent that many fewer."""
    back = []
    left = points
    for use in reversed(uses):
        if left == 0:
            break
        given = min(use.points, left)
        back.append(LotUse(lot_id=use.lot_id, points=given))
        left -= given
    return tuple(back)
