"""The one message that a sender would send next."""

from collections.abc import Collection

from plushka.domain.messages.model import Channel, Outgoing, Purpose
from plushka.domain.messages.taking import take
from plushka.platform.database import Tx


async def take_next(
    tx: Tx, channel: Channel, *, purpose: Purpose = "transactional", except_to: Collection[str] = ()
) -> Outgoing | None:
    """Take up the next message, None: there is none."""
    return next(iter(await take(tx, channel, purpose, 1, except_to=except_to)), None)
