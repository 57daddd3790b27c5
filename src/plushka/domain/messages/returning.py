"""Letters of mail that came back: addresses die of it, and who called one spam gets no more."""

from datetime import timedelta
from uuid import UUID

from plushka.domain.messages.gateways.dead import note_dead
from plushka.domain.messages.gateways.hearings import is_first_hearing
from plushka.domain.messages.gateways.parcels import Returned
from plushka.domain.messages.marks import find_marked
from plushka.domain.messages.model import Undelivered
from plushka.domain.messages.reporting import report
from plushka.domain.messages.unsubscribing import unsubscribe
from plushka.platform.database import Tx

RETURNED_MAX = 3
"""Letters in a row, over ``DIES_AFTER`` or longer, after which an address that seemed to live is dead."""
DIES_AFTER = timedelta(days=2)
LOOKED_AT_MAX = 20


async def hear_returned(tx: Tx, gateway_id: UUID, returned: Returned) -> bool:
    """Write down what came back; tell whether it is a letter of this business. Safe to repeat.

    What is told of a letter counts for the address that it was sent to, whatever address stands in what came back.
    """
    letter_id = find_marked(tx, returned.marks)
    if letter_id is None:
        return False
    if returned.is_complaint:
        return await _complain(tx, gateway_id, letter_id, returned.key)
    told = Undelivered(returned.reason or "returned", closes=returned.closes)
    is_ours = await report(tx, "email", str(letter_id), told)
    if is_ours and not returned.closes:
        await _let_die(tx, letter_id, told.reason)
    return is_ours


async def _complain(tx: Tx, gateway_id: UUID, letter_id: UUID, key: str) -> bool:
    """Take the consent to mail back from whoever called a letter spam, once for each complaint."""
    member_id: UUID | None = await tx.fetchval(
        """
        -- messages.find_complaining
        select member_id from outgoing where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        letter_id,
    )
    if member_id is None:
        return False
    if await is_first_hearing(tx, gateway_id, f"complaint:{key}"):
        await unsubscribe(tx, member_id, ["email"], source="complaint")
    return True


async def _let_die(tx: Tx, letter_id: UUID, reason: str) -> None:
    """Note that an address is dead from which all of the latest letters came back, for some days."""
    rows = await tx.fetch(
        """
        -- messages.list_returned
        with one as (
            select member_id, case channel when 'email' then address else (
                select t.address from outgoing_tries t
                where t.tenant_id = $1 and t.outgoing_id = $2 and t.channel = 'email'
                limit 1
            ) end as address
            from outgoing where tenant_id = $1 and id = $2
        ), sent as (
            select o.id, o.created_at, o.address, o.state = 'failed' as came_back
            from one join outgoing o on o.tenant_id = $1 and o.member_id = one.member_id
            where o.channel = 'email' and o.address = one.address and o.provider_id is not null
              and o.state in ('sent', 'delivered', 'failed')
            union all
            select o.id, o.created_at, t.address, true
            from one join outgoing o on o.tenant_id = $1 and o.member_id = one.member_id
            join outgoing_tries t on t.tenant_id = $1 and t.outgoing_id = o.id
            where t.channel = 'email' and t.address = one.address and t.provider_id is not null
        )
        select created_at, address, came_back from sent order by id desc limit $3
        """,
        tx.tenant_id,
        letter_id,
        LOOKED_AT_MAX,
    )
    row = next((number for number, sent in enumerate(rows) if not sent["came_back"]), len(rows))
    lost = rows[:row]
    if len(lost) >= RETURNED_MAX and lost[0]["created_at"] - lost[-1]["created_at"] >= DIES_AFTER:
        await note_dead(tx, "email", lost[0]["address"], reason=reason)
