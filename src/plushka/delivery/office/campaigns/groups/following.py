"""From a group to a segment of it, and on to a broadcast."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.campaigns.groups.rows import PATH
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.queries import list_segments
from plushka.engine.audience import Group as InGroup
from plushka.engine.lifecycle import GROUPS, Group
from plushka.platform.database import Tx


@post(f"{PATH}/{{group:str}}/segment", opt={"action": "segments.change"})
async def make_segment(
    visit: NamedDependency[Visit], group: FromPath[str], request: OfficeRequest
) -> Redirect:
    """Make a segment of a group unless there is one, and go to it, or with ``broadcast`` to a new broadcast to it."""
    asked = next((known for known in GROUPS if known == group), None)
    if asked is None:
        raise NotFoundException
    form = await visit.typed(request)
    async with visit.writing() as tx:
        segment_id, name = await _segment_of(tx, asked, visit)
    if form.flag("broadcast") and visit.may("campaigns.change"):
        return sent_on(
            f"/campaigns/new?segment={segment_id}",
            visit.words.gettext("The broadcast goes to the segment “{name}”.", name=name),
        )
    return sent_on(
        f"/campaigns/segments/{segment_id}", visit.words.gettext("The segment “{name}” is made.", name=name)
    )


async def _segment_of(tx: Tx, group: Group, visit: Visit) -> tuple[UUID, str]:
    """Return the segment that is the group and nothing else, made if there is none; another may have its name."""
    audience = InGroup((group,))
    segments = await list_segments(tx)
    for known in segments:
        if known.audience == audience:
            return known.id, known.name
    taken = {known.name.casefold() for known in segments}
    name = visit.words.gettext(GROUP_WORDS[group])
    if name.casefold() in taken:
        name = visit.words.gettext("{group}, by groups", group=name)
    return await create_segment(tx, name=name, audience=audience), name
