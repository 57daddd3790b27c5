"""What became of a message that was handed over: written down at once; what is reported later is in ``reporting``."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.channels import (
    MESSENGERS,
    Address,
    AddressState,
    Messenger,
    mark_unreachable,
    rename_address,
)
from plushka.domain.messages.gateways.dead import AddressKind, forget_death, note_dead
from plushka.domain.messages.model import (
    ATTEMPTS_MAX,
    Channel,
    Failing,
    Moved,
    Outgoing,
    Refused,
    Result,
    Sent,
    Unreachable,
    Unsure,
    Wait,
)
from plushka.domain.messages.moving import move_on
from plushka.domain.messages.rules import Rules
from plushka.platform.database import Tx

FAILURE_LENGTH_MAX = 500
ID_LENGTH_MAX = 200
DIES_AS: Mapping[Channel, AddressKind] = MappingProxyType({"sms": "phone", "email": "email"})


class Arrived(Struct, frozen=True):
    """A message that was handed over; ``said`` is its text, kept of letters."""

    message: Outgoing
    result: Sent
    said: str = ""


def id_of(provider_id: str) -> str:
    """Return what a provider calls a message, as it is kept: a gateway that answers nonsense is not to break a row."""
    return "".join(sign for sign in provider_id if sign.isprintable())[:ID_LENGTH_MAX]


async def finish(tx: Tx, message: Outgoing, result: Result, *, said: str = "") -> None:
    """Write down what became of a message that was taken up; ``said`` is its text, kept of letters.

    What did not get through goes on by the next channel of its route, if it has one left.
    """
    match result:
        case Sent():
            await finish_sent(tx, [Arrived(message, result, said)])
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


async def close_address(tx: Tx, channel: Channel, address: str, *, state: AddressState, reason: str) -> None:
    """Note that nothing gets through to an address any more."""
    if (messenger := _messenger_of(channel)) is not None:
        await mark_unreachable(tx, Address(messenger, address), state)
    elif (kind := DIES_AS.get(channel)) is not None:
        await note_dead(tx, kind, address, reason=reason)


async def reopen_address(tx: Tx, channel: Channel, address: str) -> None:
    """Note that something has got through to an address that was said to be dead."""
    if (kind := DIES_AS.get(channel)) is not None:
        await forget_death(tx, kind, address)


async def finish_sent(tx: Tx, arrived: Sequence[Arrived]) -> None:
    """Note what was sent: by a messenger for good, else until a report, or until the next channel is tried."""
    if not arrived:
        return
    ids = [id_of(one.result.provider_id) or None for one in arrived]
    await tx.execute(
        """
        -- messages.note_sent
        update outgoing
        set state = case when sent.is_final then 'delivered' else 'sent' end, finished_at = $2,
            provider_id = sent.provider_id, parts = sent.parts,
            cost_minor = outgoing.cost_minor + coalesce(sent.told_minor, sent.parts * rule.cost_minor, 0),
            said = nullif(sent.said, ''),
            move_on_at = case when sent.is_awaited then
                $2::timestamptz + make_interval(mins => coalesce((
                    select move_on_minutes from letter_rules where tenant_id = $1
                ), $11))
            end,
            delivered_at = case when sent.is_final then $2::timestamptz end,
            content = content - '{digits,qr}'::text[], is_cost_told = sent.told_minor is not null
        from unnest(
            $3::uuid[], $4::text[], $5::integer[], $6::bigint[], $7::text[], $8::boolean[], $9::boolean[],
            $10::text[]
        ) as sent (id, provider_id, parts, told_minor, said, is_awaited, is_final, channel)
        left join channel_rules rule on rule.tenant_id = $1 and rule.channel = sent.channel
        -- Said twice: where nothing is known of the table, a join alone reads all letters of the business.
        where outgoing.tenant_id = $1 and outgoing.id = any($3) and outgoing.id = sent.id
        """,
        tx.tenant_id,
        tx.at,
        [one.message.id for one in arrived],
        ids,
        [one.result.parts for one in arrived],
        [one.result.cost_minor for one in arrived],
        [one.said for one in arrived],
        [bool(provider_id) and _is_awaited(one) for one, provider_id in zip(arrived, ids, strict=True)],
        [one.message.channel == "inbox" for one in arrived],
        [one.message.channel for one in arrived],
        Rules().move_on_minutes,
    )


def _is_awaited(arrived: Arrived) -> bool:
    """Tell whether a report is to come, and there is another way if none does."""
    message = arrived.message
    return arrived.result.is_reported and bool(message.route) and _messenger_of(message.channel) is None


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
