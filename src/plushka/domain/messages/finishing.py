"""What became of a message: written down when it was sent, and again when a provider reports."""

from datetime import timedelta
from uuid import UUID

from plushka.domain.members.channels import (
    MESSENGERS,
    Address,
    AddressState,
    Messenger,
    mark_unreachable,
    rename_address,
)
from plushka.domain.messages.gateways.dead import note_dead
from plushka.domain.messages.model import (
    ATTEMPTS_MAX,
    Channel,
    Delivered,
    Failing,
    Moved,
    Outgoing,
    Refused,
    Report,
    Result,
    Sent,
    Undelivered,
    Unreachable,
    Unsure,
    Wait,
)
from plushka.domain.messages.moving import move_on
from plushka.domain.messages.rules import get_rules
from plushka.platform.database import Tx

FAILURE_LENGTH_MAX = 500


async def finish(tx: Tx, message: Outgoing, result: Result, *, said: str = "") -> None:
    """Write down what became of a message that was taken up; ``said`` is its text, kept of letters.

    What did not get through goes on by the next channel of its route, if it has one left.
    """
    match result:
        case Sent():
            await _sent(tx, message, result, said)
        case Unreachable(state):
            await close_address(tx, message.channel, message.address, state=state, reason=state)
            await _give_up(tx, message, "blocked")
        case Refused(reason):
            await _give_up(tx, message, "failed", reason)
        case Moved(external_id):
            await _redirect(tx, message, external_id)
            await _wait_again(tx, message.id, counts=True)
        case Wait():
            await _wait_again(tx, message.id, counts=False)
        case Unsure(reason) if message.purpose == "marketing":
            await _close(tx, message.id, "unknown")
        case Failing(reason) | Unsure(reason):
            if message.attempts >= ATTEMPTS_MAX:
                await _give_up(tx, message, "failed", reason)
            else:
                await _wait_again(tx, message.id, counts=True)


async def report(tx: Tx, channel: Channel, provider_id: str, told: Report) -> bool:
    """Write down what a provider tells of a message; tell whether it is one of ours.

    Safe to repeat. A report of a channel that was given up stops the next sending if that has not begun; if it has,
    nothing is changed: the member has the letter twice then, which nobody could know.
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
        provider_id,
    )
    if row is None:
        return await _report_try(tx, channel, provider_id, told)
    if row["state"] not in ("sent", "unknown"):
        return True
    match told:
        case Delivered():
            await _deliver(tx, row["id"])
        case Undelivered(reason, closes):
            if closes:
                await close_address(tx, channel, row["address"], state="gone", reason=reason)
            if row["route"]:
                await move_on(tx, [row["id"]], reason)
            await _fail_undelivered(tx, row["id"], reason)
    return True


async def close_address(tx: Tx, channel: Channel, address: str, *, state: AddressState, reason: str) -> None:
    """Note that nothing gets through to an address any more."""
    if (messenger := _messenger_of(channel)) is not None:
        await mark_unreachable(tx, Address(messenger, address), state)
    elif channel == "sms":
        await note_dead(tx, "phone", address, reason=reason)
    elif channel == "email":
        await note_dead(tx, "email", address, reason=reason)


async def _sent(tx: Tx, message: Outgoing, result: Sent, said: str) -> None:
    """Note that it is sent: by a messenger for good, else until a report, or until the next channel is tried."""
    rules = await get_rules(tx)
    is_reported = bool(result.provider_id) and _messenger_of(message.channel) is None
    cost = (
        rules.cost_minor(message.channel) * result.parts if result.cost_minor is None else result.cost_minor
    )
    is_final = message.channel == "inbox"
    await tx.execute(
        """
        -- messages.note_sent
        update outgoing
        set state = case when $9 then 'delivered' else 'sent' end, finished_at = $3, provider_id = $4, parts = $5,
            cost_minor = cost_minor + $6, said = nullif($7, ''), move_on_at = $8,
            delivered_at = case when $9 then $3::timestamptz end, content = content - '{digits,qr}'::text[]
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        message.id,
        tx.at,
        result.provider_id or None,
        result.parts,
        cost,
        said,
        tx.at + timedelta(minutes=rules.move_on_minutes) if is_reported and message.route else None,
        is_final,
    )


async def _give_up(tx: Tx, message: Outgoing, state: str, failure: str = "") -> None:
    if message.route:
        await move_on(tx, [message.id], failure or state)
    else:
        await _close(tx, message.id, state, failure)


async def _close(tx: Tx, message_id: UUID, state: str, failure: str = "") -> None:
    """Finish a message; the code that it may have told is not kept any longer than on the phone."""
    await tx.execute(
        """
        -- messages.close
        update outgoing
        set state = $3, failure = $4, finished_at = $5, content = content - '{digits,qr}'::text[]
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        message_id,
        state,
        failure[:FAILURE_LENGTH_MAX],
        tx.at,
    )


async def _deliver(tx: Tx, message_id: UUID) -> None:
    await tx.execute(
        """
        -- messages.note_delivered
        update outgoing
        set state = 'delivered', delivered_at = $3, finished_at = coalesce(finished_at, $3), move_on_at = null
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
        select t.channel, t.address, o.id, o.state from outgoing_tries t
        join outgoing o on o.tenant_id = $1 and o.id = t.outgoing_id
        where t.tenant_id = $1 and t.channel = $2 and t.provider_id = $3
        for update of o
        """,
        tx.tenant_id,
        channel,
        provider_id,
    )
    if row is None:
        return False
    if isinstance(told, Delivered) and row["state"] == "waiting":
        await tx.execute(
            """
            -- messages.deliver_late
            update outgoing set channel = $3, address = $4, provider_id = $5 where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            row["id"],
            row["channel"],
            row["address"],
            provider_id,
        )
        await _deliver(tx, row["id"])
    return True


async def _wait_again(tx: Tx, message_id: UUID, *, counts: bool) -> None:
    await tx.execute(
        """
        -- messages.wait_again
        update outgoing set state = 'waiting', attempts = attempts - $3, taken_at = null
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        message_id,
        0 if counts else 1,
    )


async def _redirect(tx: Tx, message: Outgoing, external_id: str) -> None:
    """Send what waits for a chat, and all that comes, to where it has moved."""
    messenger = _messenger_of(message.channel)
    if messenger is None:
        return
    await tx.execute(
        """
        -- messages.redirect_waiting
        update outgoing set address = $4
        where tenant_id = $1 and channel = $2 and address = $3 and finished_at is null
        """,
        tx.tenant_id,
        message.channel,
        message.address,
        external_id,
    )
    await rename_address(tx, Address(messenger, message.address), external_id)


def _messenger_of(channel: Channel) -> Messenger | None:
    return next((messenger for messenger in MESSENGERS if messenger == channel), None)
