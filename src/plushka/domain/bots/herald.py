"""Tells members of what tills book, as it is booked: one per process that books."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from plushka.domain.messages.notices import tell_of_purchases, tell_of_return
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.model import Receipt, Return
from plushka.platform.bell import Bell
from plushka.platform.database import Tx

REMEMBERED = timedelta(seconds=5)
"""How long it may stay unnoticed that a business has connected its first bot."""
BUSINESSES_MAX = 10_000


class Herald:
    """Leaves notices in the transaction that books, and rings when it has committed.

    A business without a bot costs nothing: that it has none is remembered for a while.
    """

    def __init__(self, bell: Bell, versions: Versions) -> None:
        self._bell = bell
        self._versions = versions
        self._have_bots: dict[UUID, tuple[bool, datetime]] = {}

    async def note_purchases(self, tx: Tx, receipts: Sequence[Receipt]) -> bool:
        """Leave notices of purchases; tell whether any was left, so that ``committed`` is to follow."""
        return await self._has_bot(tx) and await tell_of_purchases(tx, self._versions, receipts) > 0

    async def note_return(self, tx: Tx, booked: Return) -> bool:
        """Leave a notice of a return; tell as ``note_purchases`` does."""
        return await self._has_bot(tx) and await tell_of_return(tx, self._versions, booked) > 0

    def committed(self, tenant_id: UUID) -> None:
        """Let what was left be sent now: its transaction has committed."""
        self._bell.ring(tenant_id)

    async def _has_bot(self, tx: Tx) -> bool:
        known = self._have_bots.get(tx.tenant_id)
        if known is not None and tx.at - known[1] < REMEMBERED:
            return known[0]
        if len(self._have_bots) >= BUSINESSES_MAX:
            self._have_bots.clear()
        has_bot: bool = await tx.fetchval(
            """
            -- bots.has_bot
            select exists (select from bots where tenant_id = $1 and disconnected_at is null)
            """,
            tx.tenant_id,
        )
        self._have_bots[tx.tenant_id] = has_bot, tx.at
        return has_bot
