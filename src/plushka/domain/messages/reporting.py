"""What a provider tells of a message later: that it arrived or did not, and what it has cost.

Reports come twice, out of order and long after. A message that has arrived stays so; one that was said to be lost and
is then said to have arrived has.
"""

from uuid import UUID

from plushka.domain.messages.finishing import FAILURE_LENGTH_MAX, close_address, id_of, reopen_address
from plushka.domain.messages.model import Channel, Delivered, Report, Undelivered, Underway
from plushka.domain.messages.moving import move_on
from plushka.platform.database import Tx


async def report(tx: Tx, channel: Channel, provider_id: str, told: Report) -> bool:
    """Write down what a provider tells of a message; tell whether it is one of ours.

    Safe to repeat. A report of a channel that was given up stops the next sending if that has not begun; if it has,
    nothing but its cost is changed: the member has the letter twice then, which nobody could know.
    """
    row = await tx.fetchrow(
        """
        -- messages.find_reported
        select id, state, address, route from outgoing
        where tenant_id = $1 and channel = $2 and provider_id = $3
        for update
        """,
        tx.tenant_id,
        channel,
        id_of(provider_id),
    )
    if row is None:
        return await _report_try(tx, channel, provider_id, told)
    if told.cost_minor is not None:
        await _book_cost(tx, row["id"], told.cost_minor)
    match told:
        case Underway():
            pass
        case Delivered() if row["state"] in ("sent", "unknown", "failed"):
            await _deliver(tx, row["id"])
            if row["state"] == "failed":
                await reopen_address(tx, channel, row["address"])
        case Undelivered(reason, closes) if row["state"] in ("sent", "unknown"):
            if closes:
                await close_address(tx, channel, row["address"], state="gone", reason=reason)
            if row["route"]:
                await move_on(tx, [row["id"]], reason)
            await _fail_undelivered(tx, row["id"], reason)
        case _:
            pass
    return True


async def _book_cost(tx: Tx, message_id: UUID, cost_minor: int) -> None:
    """Put what the present channel is said to cost in the place of what was reckoned."""
    await tx.execute(
        """
        -- messages.book_cost
        update outgoing
        set cost_minor = $3::bigint + coalesce(
                (select sum(t.cost_minor) from outgoing_tries t where t.tenant_id = $1 and t.outgoing_id = $2), 0
            ),
            is_cost_told = true
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        message_id,
        cost_minor,
    )


async def _deliver(tx: Tx, message_id: UUID) -> None:
    await tx.execute(
        """
        -- messages.note_delivered
        update outgoing
        set state = 'delivered', failure = '', delivered_at = $3, finished_at = coalesce(finished_at, $3),
            move_on_at = null
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        message_id,
        tx.at,
    )


async def _fail_undelivered(tx: Tx, message_id: UUID, reason: str) -> None:
    """Note that it did not arrive, unless it has gone on by another channel."""
    await tx.execute(
        """
        -- messages.note_undelivered
        update outgoing set state = 'failed', failure = $3, move_on_at = null
        where tenant_id = $1 and id = $2 and state in ('sent', 'unknown')
        """,
        tx.tenant_id,
        message_id,
        reason[:FAILURE_LENGTH_MAX] or "undelivered",
    )


async def _report_try(tx: Tx, channel: Channel, provider_id: str, told: Report) -> bool:
    row = await tx.fetchrow(
        """
        -- messages.find_reported_try
        select t.channel, t.address, t.number, o.id, o.state from outgoing_tries t
        join outgoing o on o.tenant_id = $1 and o.id = t.outgoing_id
        where t.tenant_id = $1 and t.channel = $2 and t.provider_id = $3
        for update of o
        """,
        tx.tenant_id,
        channel,
        id_of(provider_id),
    )
    if row is None:
        return False
    if told.cost_minor is not None:
        await _book_cost_of_try(tx, row["id"], row["number"], told.cost_minor)
    if isinstance(told, Undelivered) and told.closes:
        await close_address(tx, channel, row["address"], state="gone", reason=told.reason)
    if isinstance(told, Delivered) and row["state"] == "waiting":
        await _take_back(tx, row["id"], row["number"])
        await _deliver(tx, row["id"])
    return True


async def _take_back(tx: Tx, message_id: UUID, number: int) -> None:
    """Let a channel that was given up be the one by which the message went after all."""
    await tx.execute(
        """
        -- messages.take_back
        with back as (
            delete from outgoing_tries where tenant_id = $1 and outgoing_id = $2 and number = $3
            returning channel, address, provider_id, parts
        )
        update outgoing o
        set channel = back.channel, address = back.address, provider_id = back.provider_id, parts = back.parts
        from back
        where o.tenant_id = $1 and o.id = $2
        """,
        tx.tenant_id,
        message_id,
        number,
    )


async def _book_cost_of_try(tx: Tx, message_id: UUID, number: int, cost_minor: int) -> None:
    await tx.execute(
        """
        -- messages.book_cost_of_try
        with told as (
            update outgoing_tries t set cost_minor = $4
            from (
                select cost_minor as was from outgoing_tries
                where tenant_id = $1 and outgoing_id = $2 and number = $3
            ) as known
            where t.tenant_id = $1 and t.outgoing_id = $2 and t.number = $3
            returning known.was
        )
        update outgoing o set cost_minor = o.cost_minor - told.was + $4
        from told
        where o.tenant_id = $1 and o.id = $2
        """,
        tx.tenant_id,
        message_id,
        number,
        cost_minor,
    )
