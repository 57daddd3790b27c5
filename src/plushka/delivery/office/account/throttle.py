"""Slowing down those who guess passwords."""

from collections import OrderedDict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
FAILURES_OF_EMAIL_MAX = 5
FAILURES_OF_ADDRESS_MAX = 30
KEYS_MAX = 20_000
EMAIL_LENGTH_MAX = 254
"""Longer ones (RFC 5321 knows none) are counted by their beginning: keys must not fill the memory."""


class Throttle:
    """Failed sign-ins of the last ``WINDOW``, by e-mail and by network address; those of this process only.

    A try counts as failed from its beginning: checking a password takes a while, and of tries sent at the
    same moment all would pass before the first has failed.

    An e-mail is counted whether it has an account or not, so that being slowed down tells nothing. Those
    who failed longest ago are forgotten first when there are too many.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, *, email: str, address: str, at: datetime) -> timedelta:
        """Return how long to wait before the next try; nothing: go ahead."""
        return max(self._wait(key, most, at) for key, most in _limits(email, address))

    def tried(self, *, email: str, address: str, at: datetime) -> None:
        """Count a try, until it is known to be no failure."""
        for key, _ in _limits(email, address):
            self._failures.setdefault(key, deque(maxlen=FAILURES_OF_ADDRESS_MAX)).append(at)
            self._failures.move_to_end(key)
        while len(self._failures) > KEYS_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, *, email: str, address: str) -> None:
        """Forget the failures of an e-mail whose owner has come; of the address's, this try only."""
        self.take_back(email=email, address=address)
        self._failures.pop(_email_key(email), None)

    def take_back(self, *, email: str, address: str) -> None:
        """Forget the latest try: it did not come to a check."""
        for key, _ in _limits(email, address):
            if tries := self._failures.get(key):
                tries.pop()

    def _wait(self, key: str, most: int, at: datetime) -> timedelta:
        recent = [failed_at for failed_at in self._failures.get(key, ()) if failed_at > at - WINDOW]
        if len(recent) < most:
            return timedelta(0)
        return recent[-most] + WINDOW - at


def _limits(email: str, address: str) -> Iterable[tuple[str, int]]:
    return (_email_key(email), FAILURES_OF_EMAIL_MAX), (f"address:{address}", FAILURES_OF_ADDRESS_MAX)


def _email_key(email: str) -> str:
    return f"email:{email.strip().lower()[:EMAIL_LENGTH_MAX]}"
