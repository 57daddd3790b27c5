"""The keys a process has lately seen, so that a purchase does not begin with a look-up of its till."""

from datetime import datetime, timedelta

from plushka.domain.staff.model import KeyHolder
from plushka.domain.staff.queries import find_key_holder
from plushka.domain.staff.tokens import PresentedKey
from plushka.platform.database import Tx

TTL_SECONDS = 5
"""How long a revoked key may go on working."""
KEYS_MAX = 50_000


class Keyring:
    """Whom keys speak for, for ``TTL_SECONDS`` each. Only keys that exist are kept: guesses cannot fill it."""

    def __init__(self) -> None:
        self._known: dict[PresentedKey, tuple[KeyHolder, datetime]] = {}

    def find(self, presented: PresentedKey, *, at: datetime) -> KeyHolder | None:
        """Return the key's holder if it was looked up lately."""
        known = self._known.get(presented)
        return known[0] if known is not None and at < known[1] else None

    async def look_up(self, tx: Tx, presented: PresentedKey) -> KeyHolder | None:
        """Return the key's holder, None when it is unknown or revoked, and keep it. ``tx`` is of the key's tenant."""
        holder = await find_key_holder(tx, presented)
        if holder is None:
            self._known.pop(presented, None)
            return None
        if len(self._known) >= KEYS_MAX:
            self._known.clear()
        self._known[presented] = (holder, tx.at + timedelta(seconds=TTL_SECONDS))
        return holder
