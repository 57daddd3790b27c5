"""How often strangers of one network may try to enrol."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
TRIES_MAX = 10
NETWORKS_MAX = 20_000


class Pace:
    """Tries of the last ``WINDOW``, by network address; those of this process only.

    Every try counts, whether the phone was known or not, so that being slowed down tells nothing. Who tried
    longest ago is forgotten first when there are too many.
    """

    def __init__(self) -> None:
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def may_try(self, address: str, at: datetime) -> bool:
        """Count a try, unless there were too many lately."""
        tries = self._tries.setdefault(address, deque(maxlen=TRIES_MAX))
        self._tries.move_to_end(address)
        if len(self._tries) > NETWORKS_MAX:
            self._tries.popitem(last=False)
        if len(tries) == TRIES_MAX and tries[0] > at - WINDOW:
            return False
        tries.append(at)
        return True
