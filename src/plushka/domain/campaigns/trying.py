"""The texts of a broadcast are sent to one member before it begins: without the offer, with examples of its values."""

from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.telling import values_of
from plushka.domain.members.identities import identify
from plushka.domain.members.model import IdentityKind, UnknownMember
from plushka.domain.members.queries import find_member
from plushka.domain.messages.templates.testing import Trial, send_trials
from plushka.platform.database import Tx
from plushka.platform.errors import Invalid
from plushka.platform.ids import new_id

_KINDS: tuple[IdentityKind, ...] = ("phone", "card", "email")


async def send_to_one(tx: Tx, campaign_id: UUID, typed: str) -> int:
    """Leave each text of a broadcast for the member with this phone or card; return how many.

    It is asked for by hand, so neither quiet hours nor caps stand in its way; see ``send_trials``.

    :raises UnknownMember: nobody has it
    :raises TestUnwanted: it advertises, and the member has not agreed to that
    :raises TestUnreachable: the member cannot be written to by its channels
    """
    campaign, business = await get_campaign(tx, campaign_id), await get_business(tx)
    member = None
    for kind in _KINDS:
        try:
            member = member or await find_member(tx, identify(kind, typed, country=business.country))
        except Invalid:
            continue
    if member is None:
        raise UnknownMember(field="member")
    await audit.record(
        tx,
        action="campaign.try",
        subject=f"campaign:{campaign_id}",
        name=campaign.name,
        member=str(member.id),
    )
    values = await values_of(tx, campaign)
    return await send_trials(
        tx,
        member.id,
        [
            Trial(variant.template_id, f"test:{new_id()}", campaign.letter.route, values)
            for variant in campaign.letter.variants
        ],
    )
