"""Points for what a member tells of themselves, and for letting themselves be written to."""

from collections.abc import Collection, Sequence
from uuid import UUID

from plushka.domain.members.channels import Address
from plushka.domain.members.dates import list_dates, list_with_dates
from plushka.domain.members.model import Member
from plushka.domain.members.queries import get_member, list_members_of_ids
from plushka.domain.occasions.giving import give, happen
from plushka.domain.occasions.model import Chance, Gift, Results
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.engine.occasion_parts import OnProfileFilled
from plushka.engine.occasions import BotJoined, ProfileFilled
from plushka.platform.database import Tx

PROFILE_KEY = "profile"
_versions = Versions()


def bot_key(messenger: str) -> str:
    return f"bot:{messenger}"


async def note_profile(
    tx: Tx, versions: Versions, member_id: UUID, *, accounts: Collection[Address] = ()
) -> Results:
    """Give what occasions give for what is known of a member, after something of it was written, or they enrolled.

    ``accounts`` are those in messengers that they come from.
    """
    member = await get_member(tx, member_id)
    known = _known(member)
    if await list_dates(tx, member.id):
        known.add("close_date")
    return await happen(
        tx, versions, member.id, ProfileFilled(frozenset(known)), key=PROFILE_KEY, accounts=accounts
    )


async def note_imported(tx: Tx, member_ids: Sequence[UUID], *, program_id: UUID) -> int:
    """Give the same to members of one step of an import, and return the points of the programme that it filled.

    Nobody is written to: these people have done nothing themselves. It takes as many statements as for one member.
    """
    plans = [
        (mark, version, plan)
        for mark in await list_in_force(tx)
        for version in [await _versions.get(tx, mark.id)]
        for plan in version.occasions
        if isinstance(plan.occasion.trigger, OnProfileFilled) and not plan.occasion.is_paused
    ]
    if not plans or not member_ids:
        return 0
    with_dates = await list_with_dates(tx, member_ids)
    chances = []
    for member in await list_members_of_ids(tx, member_ids):
        known = _known(member) | ({"close_date"} if member.id in with_dates else set())
        happening = ProfileFilled(frozenset(known))
        chances += [
            Chance(mark.program_id, version, plan, member.id, happening, PROFILE_KEY)
            for mark, version, plan in plans
        ]
    given = [each for each in await give(tx, chances, is_told=False) if isinstance(each, Gift)]
    return sum(gift.points for gift in given if gift.program_id == program_id)


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
