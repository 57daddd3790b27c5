"""What a channel does for its sender: it speaks somebody's protocol, and decides nothing."""

from datetime import datetime
from typing import Protocol

from plushka.domain.messages.composing import Composed
from plushka.domain.messages.model import Channel, Outgoing, Result
from plushka.platform.database import Tx


class Carrier(Protocol):
    """One channel of one business.

    ``per_second`` is how many messages it may carry, ``in_flight_max`` how many letters that advertise may be on their
    way at once. ``app_url`` is where the business's app is for its members, empty: nowhere.
    """

    channel: Channel
    per_second: float
    in_flight_max: int
    app_url: str

    async def carry(self, message: Outgoing, composed: Composed) -> Result:
        """Send; every failure is a result."""
        ...

    async def note_problem(self, tx: Tx, problem: str) -> None:
        """Let the office know what went wrong."""
        ...

    async def note_well(self, tx: Tx) -> None:
        """Take back what the office was told of: something has gone out again."""
        ...

    async def note_rest(self, tx: Tx, until: datetime) -> None:
        """Remember that the other side wants nothing before ``until``, for whoever sends after us."""
        ...

    async def rests_until(self, tx: Tx) -> datetime | None:
        """Return before when the other side wants nothing, as was last remembered; None: nothing was."""
        ...
