"""Points for what a member tells of themselves, and for letting themselves be written to."""

from uuid import UUID

from plushka.domain.members.channels import Address
from plushka.domain.members.dates import list_dates
from plushka.domain.members.model import Member
from plushka.domain.members.queries import get_member
from plushka.domain.occasions.giving import happen
from plushka.domain.occasions.model import Results
from plushka.domain.programs.versions import Versions
from plushka.engine.occasions import BotJoined, ProfileFilled
from plushka.platform.database import Tx

PROFILE_KEY = "profile"


def bot_key(messenger: str) -> str:
    return f"bot:{messenger}"


async def note_profile(tx: Tx, versions: Versions, member_id: UUID) -> Results:
    """Give what occasions give for what is known of a member, after something of it was written."""
    member = await get_member(tx, member_id)
    known = _known(member)
    if await list_dates(tx, member.id):
        known.add("close_date")
    return await happen(tx, versions, member.id, ProfileFilled(frozenset(known)), key=PROFILE_KEY)


async def note_bot_joined(tx: Tx, versions: Versions, member_id: UUID, address: Address) -> Results:
    """Give what occasions give for a member who can be written to at an account from now on."""
    return await happen(
        tx,
        versions,
        member_id,
        BotJoined(address.messenger),
        key=bot_key(address.messenger),
        accounts=[address],
    )


def _known(member: Member) -> set[str]:
    known = {identity.kind for identity in member.identities if identity.kind in {"phone", "email"}}
    told = {"name": member.name.strip(), "sex": member.sex, "birthday": member.birthday}
    return {*known, *(name for name, value in told.items() if value)}
