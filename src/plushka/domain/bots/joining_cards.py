"""A member answers an offer to join two cards of theirs; whoever had the other card is told in their messenger."""

from uuid import UUID

from plushka.domain.members.channels import Address, list_addresses
from plushka.domain.members.merge_offers import find_open_offer
from plushka.domain.messages.contents import CardsAnswer, CardsFound, CardsPart, CardTaken
from plushka.domain.messages.outgoing import say
from plushka.domain.purchases.own_merging import Outlook, leave_offer, take_offer
from plushka.platform.database import Tx


async def answer_offer(tx: Tx, offer_id: UUID, *, member_id: UUID, is_yes: bool) -> CardsAnswer:
    """Join both cards or leave them, and return what it came to."""
    if not is_yes:
        return "left" if await leave_offer(tx, offer_id, member_id=member_id) else "over"
    offer = await find_open_offer(tx, offer_id, member_id=member_id)
    if offer is None:
        return "over"
    # Where the other card's person can be written to, before that is where the member can.
    reached = [one for one in await list_addresses(tx, offer.other_id) if one.state == "open"]
    if not await take_offer(tx, offer_id, member_id=member_id):
        return "over"
    for one in reached:
        await say(
            tx,
            Address(one.messenger, one.external_id),
            [CardTaken()],
            language=one.language,
            key=f"joined:{offer_id}:{one.messenger}:{one.external_id}",
            member_id=member_id,
        )
    return "merged"


def offer_told(outlook: Outlook) -> CardsFound:
    """Return what a member is told before they join both."""
    return CardsFound(
        offer_id=outlook.offer.id,
        name=outlook.name,
        parts=tuple(
            CardsPart(
                program=part.program if len(outlook.parts) > 1 else "",
                scale=part.scale,
                own=part.preview.kept.balance.available,
                other=part.preview.merged.balance.available,
                together=part.preview.result.balance.available,
                waiting=part.preview.result.balance.pending + part.preview.result.balance.held,
                repaid=part.preview.repaid,
                debt=part.preview.result.balance.debt,
            )
            for part in outlook.parts
        ),
    )
