"""How often a key may ask."""

from uuid import UUID

from plushka.delivery.pos.limits import RATE_BURST_SECONDS, RATE_KEYS_MAX


class RateLimiter:
    """A token bucket for each key, kept as the one moment when it is full again (GCRA); counts in this process.

    ``per_second`` requests may come steadily, those of ``RATE_BURST_SECONDS`` at once after a pause.
    """

    def __init__(self, *, per_second: int) -> None:
        self._seconds_each = 1 / per_second
        self._burst_seconds = RATE_BURST_SECONDS
        self._full_at: dict[UUID, float] = {}

    def take(self, key_id: UUID, *, now: float) -> float:
        """Take one request at ``now`` (seconds); return 0.0, or how many seconds to wait when there is none left."""
        full_at = max(self._full_at.get(key_id, now), now) + self._seconds_each
        if full_at - now > self._burst_seconds:
            return full_at - now - self._burst_seconds
        if len(self._full_at) >= RATE_KEYS_MAX:
            self._full_at.clear()
        self._full_at[key_id] = full_at
        return 0.0
