"""The keys a process has lately seen, so that a purchase does not begin with a look-up of its till."""

from datetime import datetime, timedelta

from plushka.domain.staff.model import KeyHolder
from plushka.domain.staff.queries import find_key_holder
from plushka.domain.staff.tokens import PresentedKey
from plushka.platform.database import Tx

TTL_SECONDS = 5
"""How long a revoked key may go on working."""
KEYS_MAX = 50_000
UNKNOWN_TTL_SECONDS = 30
"""How long a key that does not exist is not asked for again: a till that was not told of its new key costs nothing."""
UNKNOWN_KEYS_MAX = 10_000


class Keyring:
    """Whom keys speak for, for ``TTL_SECONDS`` each, and which lately proved to speak for nobody.

    The latter are kept apart, the oldest forgotten first: guesses drive out nothing but one another.
    """

    def __init__(self) -> None:
        self._known: dict[PresentedKey, tuple[KeyHolder, datetime]] = {}
        self._unknown: dict[PresentedKey, datetime] = {}

    def find(self, presented: PresentedKey, *, at: datetime) -> KeyHolder | None:
        """Return the key's holder if it was looked up lately."""
        known = self._known.get(presented)
        return known[0] if known is not None and at < known[1] else None

    def has_met(self, presented: PresentedKey) -> bool:
        """Tell whether the key was good when it was last looked up, however long ago."""
        return presented in self._known

    def is_unknown(self, presented: PresentedKey, *, at: datetime) -> bool:
        """Tell whether the key was looked up lately and speaks for nobody."""
        until = self._unknown.get(presented)
        return until is not None and at < until

    async def look_up(self, tx: Tx, presented: PresentedKey) -> KeyHolder | None:
        """Return the key's holder, None when it is unknown or revoked, and keep it. ``tx`` is of the key's tenant."""
        holder = await find_key_holder(tx, presented)
        if holder is None:
            self._known.pop(presented, None)
            self._remember_unknown(presented, tx.at)
            return None
        if len(self._known) >= KEYS_MAX:
            self._known.clear()
        self._known[presented] = (holder, tx.at + timedelta(seconds=TTL_SECONDS))
        return holder

    def _remember_unknown(self, presented: PresentedKey, at: datetime) -> None:
        self._unknown.pop(presented, None)
        if len(self._unknown) >= UNKNOWN_KEYS_MAX:
            del self._unknown[next(iter(self._unknown))]
        self._unknown[presented] = at + timedelta(seconds=UNKNOWN_TTL_SECONDS)
