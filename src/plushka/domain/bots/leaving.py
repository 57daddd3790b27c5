"""A member deletes themselves: points, words and all that names them, in one transaction (docs/decisions/0077)."""

from uuid import UUID

from plushka.domain.events.carts.forgetting import forget_carts
from plushka.domain.events.store import forget_events
from plushka.domain.ledger.closing import close_wallets
from plushka.domain.members.channels import list_addresses
from plushka.domain.members.erasure import erase
from plushka.domain.members.store import lock_member
from plushka.domain.messages.chat import forget_chat
from plushka.domain.messages.gateways.dead import forget_dead
from plushka.domain.messages.outgoing import forget
from plushka.domain.messages.push_devices import forget_devices
from plushka.domain.messages.unsubscribing import forget_link
from plushka.domain.occasions.store import forget_dates
from plushka.domain.referrals.codes import forget_code
from plushka.domain.rewards.issuing import forfeit
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def delete_member(tx: Tx, member_id: UUID) -> UUID:
    """Destroy a member at their own request and return the id of the act. There is no way back.

    What is known of them by their name goes, their points and gifts are forfeited, and what is theirs in the books
    stays as nobody's. Purchases that wait for their wallet are refused.

    :raises UnknownMember: the business has none of this id
    """
    member = await lock_member(tx, member_id)
    act_id = new_id()
    await close_wallets(tx, member.id, document_id=act_id)
    await forfeit(tx, member.id)
    await forget_events(tx, member.id)
    await forget_carts(tx, member.id)
    await forget_dates(tx, member.id)
    await forget(tx, member.id)
    await forget_chat(tx, member.id)
    await forget_code(tx, member.id)
    await forget_devices(tx, member.id)
    await forget_link(tx, member.id)
    await forget_dead(tx, member.id)
    await _forget_talks(tx, member.id)
    await erase(tx, member.id, act_id=act_id)
    return act_id


async def _forget_talks(tx: Tx, member_id: UUID) -> None:
    """Delete where their talks with bots stand."""
    accounts = await list_addresses(tx, member_id)
    await tx.execute(
        """
        -- bots.forget_talks
        delete from bot_talks t
        using bots b, unnest($2::text[], $3::text[]) as account (messenger, external_id)
        where t.tenant_id = $1 and b.tenant_id = $1 and b.id = t.bot_id
          and b.messenger = account.messenger and t.external_id = account.external_id
        """,
        tx.tenant_id,
        [account.messenger for account in accounts],
        [account.external_id for account in accounts],
    )
