"""Enrolling who has shared their phone with a bot: the messenger vouches that it is theirs."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.ledger.queries import find_wallet
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.members.identities import identify
from plushka.domain.members.links import Link, get_open_link
from plushka.domain.members.model import LinkClosed, UnknownLink, UnknownMember
from plushka.domain.members.naming import confirm
from plushka.domain.members.queries import find_member, get_member
from plushka.domain.members.suppressions import was_welcomed_lately
from plushka.domain.messages.contents import FriendCame
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.occasions.profiles import note_bot_joined, note_profile
from plushka.domain.programs.operations import enroll
from plushka.domain.programs.queries import find_version_in_force
from plushka.domain.programs.serving import get_serving
from plushka.domain.programs.versions import Versions
from plushka.domain.referrals.binding import bind
from plushka.domain.referrals.invitations import inviter_of, is_of_friend
from plushka.platform.database import Tx
from plushka.platform.i18n import Language

_versions = Versions()


class Enrolled(Struct, frozen=True):
    """``points`` were given for joining, in units of ``scale``; ``have_chosen`` about advertising before.

    Who ``is_back`` deleted themselves within the year, and is not given them again.
    """

    member_id: UUID
    points: int
    scale: int
    was_known: bool
    have_chosen: bool
    is_back: bool = False


async def enrol(
    tx: Tx,
    address: Address,
    *,
    country: str,
    phone: str,
    name: str,
    start: str,
    agreed: str,
    language: Language,
) -> Enrolled:
    """Enrol a person, or recognise them by their phone, and let them be written to from now on.

    :raises Invalid: no phone is spelled like this
    :raises UnknownProgram: there is none to enrol into
    :raises IdentityTaken: they are enrolled elsewhere at this very moment; the next try recognises them
    """
    identity = identify("phone", phone, country=country)
    known = await find_member(tx, identity)
    if known is not None:
        await confirm(tx, known.id)
        await bind_address(tx, known.id, address, language=language)
        have_chosen = await _agree(tx, known.id, agreed)
        await note_bot_joined(tx, _versions, known.id, address)
        return Enrolled(known.id, 0, 0, was_known=True, have_chosen=have_chosen)
    link = await find_link(tx, start)
    inviter = await find_inviter(tx, start)
    serving = await get_serving(tx, link.branch_id if link else None)
    member = await enroll(
        tx,
        name=name,
        identities=[identity],
        source="bot",
        link_id=link.id if link else None,
        program_id=serving.id,
        accounts=[address],
    )
    is_back = await was_welcomed_lately(tx, member.id, accounts=[address])
    bound_to = None
    if inviter is not None:
        tried = await bind(tx, member.id, way="bot", referrer_id=inviter, accounts=[address])
        bound_to = tried.bound_to
    await bind_address(tx, member.id, address, language=language)
    await _agree(tx, member.id, agreed)
    if bound_to is not None:
        await tell_members(tx, [Notice(bound_to, f"friend:{member.id}", FriendCame())])
    version = await find_version_in_force(tx, serving.id)
    wallet = await find_wallet(tx, member_id=member.id, program_id=serving.id)
    await note_bot_joined(tx, _versions, member.id, address)
    await note_profile(tx, _versions, member.id, accounts=[address])
    return Enrolled(
        member.id,
        wallet.balance.available if wallet else 0,
        version.program.point.scale if version else 0,
        was_known=False,
        have_chosen=False,
        is_back=is_back and version is not None and version.program.welcome is not None,
    )


async def find_link(tx: Tx, start: str) -> Link | None:
    """Return the registration link that ``start`` is the code of, if it still enrols."""
    if not start or is_of_friend(start):
        return None
    try:
        return await get_open_link(tx, start.lower())
    except (UnknownLink, LinkClosed):
        return None


async def find_inviter(tx: Tx, start: str) -> UUID | None:
    """Return the member whose link for friends ``start`` is of."""
    member_id = inviter_of(start)
    try:
        return None if member_id is None else (await get_member(tx, member_id)).id
    except UnknownMember:
        return None


async def _agree(tx: Tx, member_id: UUID, version: str) -> bool:
    """Note the consent to the keeping of data, and tell whether they have chosen about advertising before."""
    said = await list_consents(tx, member_id)
    keeps = next((one for one in said if one.kind == "personal_data"), None)
    if keeps is None or not keeps.is_given:
        await note_consent(tx, member_id, "personal_data", is_given=True, source="bot", text_version=version)
    return any(one.kind == "marketing" for one in said)
