"""Templates sent to one member, to be looked at where they arrive."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.consents import list_consents
from plushka.domain.members.queries import get_member
from plushka.domain.messages.letters import Letter, post
from plushka.domain.messages.model import Channel
from plushka.domain.messages.reaching import CONSENT_OF
from plushka.domain.messages.rules import get_rules, route_of
from plushka.domain.messages.templates.checking import list_names
from plushka.domain.messages.templates.happenings import example_fields, find_latest, list_telling_kinds
from plushka.domain.messages.templates.model import Template
from plushka.domain.messages.templates.store import find_templates, get_template
from plushka.domain.messages.templates.variables import OWN, examples, fields_of
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict


class TestUnwanted(Conflict):
    """The template advertises, and the member has not agreed to that."""

    code = "test_unwanted"


class TestUnreachable(Conflict):
    """The member cannot be written to by this channel, or nothing that advertises may go by it."""

    code = "test_unreachable"


class Trial(Struct, frozen=True):
    """A template to be tried under ``key``, by the channels of ``route`` (none: as the business has it).

    ``values`` are the campaign's own; those that it does not say get their examples.
    """

    template_id: UUID
    key: str
    route: tuple[Channel, ...] = ()
    values: Mapping[str, str] = {}


async def send_test(tx: Tx, template_id: UUID, member_id: UUID, channel: Channel, *, test_id: UUID) -> None:
    """Write to a member by a template, as ``send_trials`` does. Safe to repeat with the same ``test_id``.

    :raises UnknownTemplate: the business has none of this id
    :raises TestUnwanted: it advertises, and the member has not agreed to that
    :raises TestUnreachable: the member cannot be written to by this channel
    """
    template = await get_template(tx, template_id)
    if not await send_trials(tx, member_id, [Trial(template_id, f"test:{test_id}", (channel,))]):
        return
    await record(
        tx,
        action="template.test",
        subject=f"template:{template_id}",
        name=template.name,
        member=str(member_id),
    )


async def send_trials(tx: Tx, member_id: UUID, trials: Sequence[Trial]) -> int:
    """Write to a member at once, whatever the hour and however often; return how many letters that are.

    It is asked for by hand, and is advertising all the same: who has not agreed, or not by this channel, gets none, and
    by a channel that carries no advertising none goes.

    :raises TestUnwanted: a template advertises, and the member has not agreed to that
    :raises TestUnreachable: the member cannot be written to by these channels
    """
    templates = await find_templates(tx, {trial.template_id for trial in trials})
    business = await get_business(tx)
    given = {name: value for name, value in examples(business.language).items() if name not in OWN}
    letters = [
        Letter(
            member_id=member_id,
            key=trial.key,
            # Quiet hours and the cap are not asked of it; what else the gate asks is asked here.
            purpose="transactional",
            template_id=trial.template_id,
            values={
                **given,
                **await _fields(tx, templates[trial.template_id], member_id, business),
                **trial.values,
            },
            route=await _route(tx, templates[trial.template_id], member_id, trial.route),
        )
        for trial in trials
        if trial.template_id in templates
    ]
    count = await post(tx, letters)
    if not count:
        return 0
    failed = await tx.fetchval(
        """
        -- templates.find_untried
        select channel from outgoing where tenant_id = $1 and key = any($2::text[]) and failure <> '' limit 1
        """,
        tx.tenant_id,
        [letter.key for letter in letters],
    )
    if failed is not None:
        raise TestUnreachable(channel=failed)
    return count


async def _fields(tx: Tx, template: Template, member_id: UUID, business: Business) -> Mapping[str, str]:
    """Return the member's own event or cart that the template can be about, or examples of what it names of one."""
    fields = fields_of(list_names(template.body))
    if not fields:
        return {}
    latest = await find_latest(tx, member_id, fields)
    return latest or example_fields(await list_telling_kinds(tx), business.language, business.currency)


async def _route(
    tx: Tx, template: Template, member_id: UUID, route: tuple[Channel, ...]
) -> tuple[Channel, ...]:
    """Return the channels that may carry a test to a member, the first first."""
    allowed = route_of(await get_rules(tx), route, template.purpose)
    if template.purpose == "marketing":
        said = {one.kind: one.is_given for one in reversed(await list_consents(tx, member_id))}
        if not said.get("marketing") or (await get_member(tx, member_id)).block is not None:
            raise TestUnwanted
        allowed = tuple(
            channel
            for channel in allowed
            if (kind := CONSENT_OF.get(channel)) is None or said.get(kind, True)
        )
    if not allowed:
        raise TestUnreachable(channel=next(iter(route), ""))
    return allowed
