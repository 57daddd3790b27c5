"""How often a key may ask, and an address try keys that do not exist."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from plushka.delivery.pos.limits import RATE_COUNTED_MAX

CountedT = TypeVar("CountedT", bound=Hashable)


class RateLimiter(Generic[CountedT]):
    """A token bucket for each one counted, kept as the one moment when it is full again (GCRA).

    ``per_second`` requests may come steadily, those of ``burst_seconds`` at once after a pause. It counts in this
    process, and the rate is not divided among several: a till that keeps its connection open stays with one of
    them, and would get a part of what it was promised. Who came longest ago is forgotten first.
    """

    def __init__(self, *, per_second: int, burst_seconds: int) -> None:
        self._seconds_each = 1 / per_second
        self._burst_seconds = burst_seconds
        self._full_at: dict[CountedT, float] = {}

    def take(self, one: CountedT, *, now: float) -> float:
        """Take one request at ``now`` (seconds); return 0.0, or how many seconds to wait when there is none left."""
        full_at = max(self._full_at.get(one, now), now) + self._seconds_each
        if full_at - now > self._burst_seconds:
            return full_at - now - self._burst_seconds
        self._full_at.pop(one, None)
        if len(self._full_at) >= RATE_COUNTED_MAX:
            del self._full_at[next(iter(self._full_at))]
        self._full_at[one] = full_at
        return 0.0

    def give_back(self, one: CountedT) -> None:
        """Give back a request that was taken and shall not count."""
        if one in self._full_at:
            self._full_at[one] -= self._seconds_each
