"""A template sent to one member, to be looked at where it arrives."""

from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.consents import list_consents
from plushka.domain.messages.letters import Letter, post
from plushka.domain.messages.model import Channel
from plushka.domain.messages.templates.store import get_template
from plushka.domain.messages.templates.variables import OWN, examples
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict


class TestUnwanted(Conflict):
    """The template advertises, and the member has not agreed to that."""

    code = "test_unwanted"


class TestUnreachable(Conflict):
    """The member cannot be written to by this channel."""

    code = "test_unreachable"


async def send_test(tx: Tx, template_id: UUID, member_id: UUID, channel: Channel, *, test_id: UUID) -> None:
    """Write to a member by a template at once, whatever the hour; variables of a campaign get their examples.

    Safe to repeat with the same ``test_id``.

    :raises UnknownTemplate: the business has none of this id
    :raises TestUnwanted: it advertises, and the member has not agreed to that
    :raises TestUnreachable: the member cannot be written to by this channel
    """
    template = await get_template(tx, template_id)
    if template.purpose == "marketing":
        said = next((one for one in await list_consents(tx, member_id) if one.kind == "marketing"), None)
        if said is None or not said.is_given:
            raise TestUnwanted
    business = await get_business(tx)
    given = {name: value for name, value in examples(business.language).items() if name not in OWN}
    key = f"test:{test_id}"
    letter = Letter(
        member_id=member_id,
        key=key,
        purpose="transactional",
        template_id=template_id,
        values=given,
        route=(channel,),
    )
    if not await post(tx, [letter]):
        return
    reason: str = await tx.fetchval(
        """
        -- templates.find_test
        select failure from outgoing where tenant_id = $1 and key = $2
        """,
        tx.tenant_id,
        key,
    )
    if reason:
        raise TestUnreachable(channel=channel)
    await record(
        tx,
        action="template.test",
        subject=f"template:{template_id}",
        name=template.name,
        member=str(member_id),
    )
