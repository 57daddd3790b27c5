"""What waits for a channel whose bot or gateway was disconnected goes by the next one of its route, or not at all."""

from datetime import timedelta

from plushka.domain.messages.model import CHANNELS, PURPOSES, Channel
from plushka.domain.messages.moving import move_on
from plushka.domain.messages.taking import put_back_interrupted, skip
from plushka.platform.database import Tx

WAITS_FOR_ANOTHER = timedelta(minutes=10)
"""For so long what waits for a channel that was disconnected waits for another bot or gateway of the same kind."""
AT_ONCE = 1000
_CLOSED = """
    select c.channel from unnest($2::text[]) as c (channel)
    where not exists (
        select from bots
        where tenant_id = $1 and messenger = c.channel and coalesce(disconnected_at, $3) > $4
    ) and not exists (
        select from gateways
        where tenant_id = $1 and kind = c.channel and coalesce(disconnected_at, $3) > $4
    ) and (exists (
        select from outgoing
        where tenant_id = $1 and channel = c.channel and state = 'waiting' and not is_held and not_before <= $3
    ) or exists (
        select from outgoing where tenant_id = $1 and channel = c.channel and state = 'sending'
    ))
"""


async def leave_closed_channels(tx: Tx) -> int:
    """Move on what is due by channels that the business has not any more; return how many, some at most in a call.

    What is on pause, or not due yet, stays: there may be another bot by then.
    """
    closed = await _list_closed(tx)
    for channel in closed:
        # Whoever had them in flight sends nothing any more.
        await put_back_interrupted(tx, channel)
    if not closed:
        return 0
    rows = await tx.fetch(
        """
        -- messages.list_stranded
        select id, route <> '{}' as has_route from outgoing
        where tenant_id = $1 and channel = any($2::text[]) and state = 'waiting' and not is_held and not_before <= $3
        order by not_before, id
        limit $4
        for update skip locked
        """,
        tx.tenant_id,
        closed,
        tx.at,
        AT_ONCE,
    )
    await move_on(tx, [row["id"] for row in rows if row["has_route"]], "channel_gone")
    await skip(tx, {row["id"]: "channel_gone" for row in rows if not row["has_route"]})
    return len(rows)


async def is_anything_left(tx: Tx) -> bool:
    """Tell whether there is anything that no sender carries: for an inbox, overdue, or by a channel that is closed."""
    is_left: bool = await tx.fetchval(
        f"""
        -- messages.is_anything_left
        select exists (select from outgoing where tenant_id = $1 and move_on_at <= $3) or exists (
            select from outgoing
            where tenant_id = $1 and channel = 'inbox' and purpose = any($5::text[]) and state = 'waiting'
              and not is_held and not_before <= $3
        ) or exists ({_CLOSED})
        """,  # noqa: S608  a constant
        *_of_closed(tx),
        list(PURPOSES),
    )
    return is_left


def _of_closed(tx: Tx) -> tuple[object, ...]:
    """Return the parameters of ``_CLOSED``."""
    channels = [channel for channel in CHANNELS if channel != "inbox"]
    return tx.tenant_id, channels, tx.at, tx.at - WAITS_FOR_ANOTHER


async def _list_closed(tx: Tx) -> list[Channel]:
    """Return the channels that nothing of the business carries, and has not for a while, where something waits."""
    rows = await tx.fetch(
        f"""
        -- messages.list_closed
        {_CLOSED}
        """,
        *_of_closed(tx),
    )
    return [row["channel"] for row in rows]
