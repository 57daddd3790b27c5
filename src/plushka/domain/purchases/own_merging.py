"""A member joins two cards of theirs, having proved the phone of the other (docs/decisions/0076)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger.queries import list_wallets
from plushka.domain.members.merge_offers import (
    MergeOffer,
    answer_offer,
    find_open_offer,
    lock_open_offer,
    make_offer,
)
from plushka.domain.members.merges import count_own_merges, lock_merged
from plushka.domain.members.model import IDENTITIES_MAX, Identity, Member
from plushka.domain.members.naming import add_identity, confirm, shown
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.programs.queries import find_scales, list_programs
from plushka.domain.purchases.merging import Preview, merge_members, preview_merge
from plushka.platform.database import Tx
from plushka.platform.i18n import marked, translator

MERGES_A_YEAR_MAX = 3
YEAR = timedelta(days=365)
_REASON = marked("The member joined both: they proved the phone {phone}")

PhoneMet = Literal["own", "added", "ask_staff"]
"""What a phone was that a member has proved: theirs already, nobody's until now, or of a card that only staff join."""


class Part(Struct, frozen=True):
    """What becomes of both in one programme, in points of ``scale``."""

    program: str
    scale: int
    preview: Preview


class Outlook(Struct, frozen=True):
    """What an offer comes to: the ``name`` that stays, and the programmes in which either has anything."""

    offer: MergeOffer
    name: str
    parts: tuple[Part, ...]


async def meet_phone(tx: Tx, member_id: UUID, phone: str) -> PhoneMet | MergeOffer:
    """Take in that a member has just proved a phone (E.164); of another card's they get an offer to join both.

    The proof must be used up by this transaction. Who asks has proved to be ``member_id`` too.

    :raises IdentityTaken: somebody is enrolled by it at this moment; the next try finds them
    """
    own, identity = _as_member(tx, member_id), Identity("phone", phone)
    member, other = await get_member(tx, member_id), await find_member(tx, identity)
    if other is None and len(member.identities) >= IDENTITIES_MAX:
        return "ask_staff"
    if other is None:
        await add_identity(own, member.id, identity)
        return "added"
    if other.id == member.id:
        return "own"
    if not await _may_join(tx, member, other):
        return "ask_staff"
    return await make_offer(tx, member_id=member.id, other_id=other.id, phone=phone)


async def look_ahead(tx: Tx, offer: MergeOffer) -> Outlook:
    """Return what would become of both now."""
    member_ids = (offer.member_id, offer.other_id)
    taken = {program_id for one in member_ids for program_id in await list_wallets(tx, one)}
    scales = await find_scales(tx)
    parts = [
        Part(
            program.name,
            scales.get(program.id, 0),
            await preview_merge(tx, program_id=program.id, kept_id=offer.member_id, merged_id=offer.other_id),
        )
        for program in await list_programs(tx)
        if program.id in taken
    ]
    names = [(await get_member(tx, one)).name for one in member_ids]
    return Outlook(offer, names[0] or names[1], _worth_telling(parts))


async def find_outlook(tx: Tx, offer_id: UUID, *, member_id: UUID) -> Outlook | None:
    """Return what an offer to this member comes to, if it still holds."""
    offer = await find_open_offer(tx, offer_id, member_id=member_id)
    if offer is None or not await _holds(tx, offer):
        return None
    return await look_ahead(tx, offer)


async def take_offer(tx: Tx, offer_id: UUID, *, member_id: UUID) -> bool:
    """Join both cards in the member's own name; False: the offer is over.

    Everything is looked at anew under the locks of both.
    """
    found = await find_open_offer(tx, offer_id, member_id=member_id)
    if found is None:
        return False
    await lock_merged(tx, [found.member_id, found.other_id])
    offer = await lock_open_offer(tx, offer_id, member_id=member_id)
    if offer is None or not await _holds(tx, offer):
        return False
    own = _as_member(tx, member_id)
    await confirm(own, offer.other_id)
    words = translator((await get_business(tx)).language)
    reason = words.gettext(_REASON, phone=shown(Identity("phone", offer.phone)))
    await merge_members(own, kept_id=member_id, merged_id=offer.other_id, reason=reason)
    await answer_offer(tx, offer, "agreed")
    return True


async def leave_offer(tx: Tx, offer_id: UUID, *, member_id: UUID) -> bool:
    """Leave both cards as they are; False: the offer is over."""
    offer = await lock_open_offer(tx, offer_id, member_id=member_id)
    if offer is None:
        return False
    await answer_offer(tx, offer, "declined")
    return True


def _as_member(tx: Tx, member_id: UUID) -> Tx:
    """Return the transaction in the member's own name: a bot takes in updates in nobody's."""
    return replace(tx, actor=f"member:{member_id}")


async def _holds(tx: Tx, offer: MergeOffer) -> bool:
    """Tell whether an open offer is still good: the phone is still the other's, and the two may be joined."""
    member, other = (
        await get_member(tx, offer.member_id),
        await find_member(tx, Identity("phone", offer.phone)),
    )
    if other is None or other.id != offer.other_id or member.id != offer.member_id:
        return False
    return await _may_join(tx, member, other)


async def _may_join(tx: Tx, member: Member, other: Member) -> bool:
    """Tell whether the two may be joined without the staff."""
    if any(one.block is not None or one.spending_stopped_at is not None for one in (member, other)):
        return False
    if len(member.identities) + len(other.identities) > IDENTITIES_MAX:
        return False
    return await count_own_merges(tx, member.id, since=tx.at - YEAR) < MERGES_A_YEAR_MAX


def _worth_telling(parts: Sequence[Part]) -> tuple[Part, ...]:
    telling = [part for part in parts if part.preview.kept.has_anything or part.preview.merged.has_anything]
    return tuple(telling or parts[:1])
