"""From a square of the matrix or a group to a draft of a broadcast to whoever is in it."""

from litestar import post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.campaigns.groups.rows import ACTION_GROUPS
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.rfm.paths import WRITE
from plushka.delivery.office.reports.showing import BlockForbidden
from plushka.delivery.office.reports.whom import may_write
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.beginning import begin_broadcast_to
from plushka.domain.campaigns.model import Aim
from plushka.domain.messages.templates.ready import Key
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.audience import Audience, Rfm
from plushka.engine.audience import Group as InGroup
from plushka.engine.lifecycle import BRING_BACK, GROUPS, SCORES, Group

RECENT_FROM = 3
"""Who has this score of recency or more is thanked, not missed."""


class Addressed(Struct, frozen=True):
    """Who is to be written to, by what name, and which ready template begins the letter.

    Who is missed is to be brought back: that is what the broadcast is for.
    """

    audience: Audience
    name: str
    template: Key

    @property
    def aim(self) -> Aim:
        return "reactivation" if self.template == "miss_you" else "other"


@post(WRITE, opt={"action": "campaigns.change"})
async def write_to_scored(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Make the draft for ``group`` (one or several) or ``cell`` and go to it; nothing is sent by that.

    :raises BlockForbidden: it begins with a segment, which this person may not make
    """
    if not may_write(visit):
        raise BlockForbidden
    query = request.query_params
    groups = tuple(group for group in GROUPS if group in query.getall("group", []))
    addressed = _of_groups(groups, visit) if groups else _of_cell(query.get("cell", ""), visit)
    async with visit.writing() as tx:
        campaign_id = await begin_broadcast_to(
            tx, addressed.audience, name=addressed.name, template=addressed.template, aim=addressed.aim
        )
    return sent_on(
        f"/campaigns/{campaign_id}/edit",
        visit.words.gettext("The draft is ready: look it through and send it."),
    )


def _of_groups(groups: tuple[Group, ...], visit: Visit) -> Addressed:
    gettext = visit.words.gettext
    action = next((title for title, _, of_action in ACTION_GROUPS if set(of_action) == set(groups)), None)
    name = gettext(action) if action else ", ".join(gettext(GROUP_WORDS[group]) for group in groups)
    template: Key = "second_purchase"
    if set(groups) & set(BRING_BACK):
        template = "miss_you"
    elif groups == ("none",):
        template = "announcement"
    return Addressed(InGroup(groups), name, template)


def _of_cell(text: str, visit: Visit) -> Addressed:
    cells = {f"{r}{f}": (r, f) for r in range(1, SCORES + 1) for f in range(1, SCORES + 1)}
    if text not in cells:
        raise NotFoundException
    r, f = cells[text]
    return Addressed(
        Rfm(r=(r,), f=(f,)),
        visit.words.gettext("Recency {r}, frequency {f}", r=r, f=f),
        "second_purchase" if r >= RECENT_FROM else "miss_you",
    )
