"""A segment: what it is, how many members it has and since when that is known, and what can be done with it."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.campaigns.audiences.sample import SAMPLE_MAX, describe
from plushka.delivery.office.campaigns.segments.explaining import explain
from plushka.delivery.office.campaigns.segments.listing import PATH
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.model import NAME_LENGTH_MAX, StoredSegment
from plushka.domain.segments.operations import (
    archive_segment,
    change_segment,
    copy_segment,
    restore_segment,
)
from plushka.domain.segments.queries import get_segment
from plushka.domain.segments.refreshing import count_moves, refresh
from plushka.domain.segments.selecting import list_members
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import load_teller
from plushka.domain.segments.uses import Use, list_uses
from plushka.engine.conditions import Segment
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

ONE = f"{PATH}/{{segment_id:uuid}}"
MOVES_DAYS = 30


@get(ONE, opt={"action": "segments.read"})
async def show_segment(
    visit: NamedDependency[Visit], segment_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Show a segment; with ``member`` in the address also how its conditions stand for that one."""
    async with visit.reading() as tx:
        asked = request.query_params.get("member", "").replace("\0", "")
        return await segment_page(tx, visit, segment_id, visit.form(), asked=asked)


@post(f"{ONE}/refresh", opt={"action": "segments.read"})
async def refresh_segment(visit: NamedDependency[Visit], segment_id: FromPath[UUID]) -> Redirect:
    """Bring the members up to the moment."""
    async with visit.writing() as tx:
        await refresh(tx, segment_id)
    return sent_on(f"{PATH}/{segment_id}", visit.words.gettext("The members are up to date."))


@post(f"{ONE}/rename", opt={"action": "segments.change"})
async def rename_segment(
    visit: NamedDependency[Visit], segment_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                segment = await get_segment(tx, segment_id)
                await change_segment(tx, segment_id, name=name, audience=segment.audience)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on(f"{PATH}/{segment_id}", visit.words.gettext("The name is changed."))
    return await _refused(visit, segment_id, form)


@post(f"{ONE}/copy", opt={"action": "segments.change"})
async def copy(visit: NamedDependency[Visit], segment_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make another one of the same conditions or members, under the next free name."""
    words, form = visit.words, visit.form()
    try:
        async with visit.writing() as tx:
            segment = await get_segment(tx, segment_id)
            name = words.gettext(
                "{name}: copy of {moment}", name=segment.name, moment=visit.figures.moment(visit.at)
            )
            copy_id = await copy_segment(tx, segment_id, name=name[:NAME_LENGTH_MAX])
    except Refusal as refusal:
        form.refused(refusal)
        return await _refused(visit, segment_id, form)
    return sent_on(f"{PATH}/{copy_id}", words.gettext("The copy is ready: give it a name of its own."))


@post(f"{ONE}/archive", opt={"action": "segments.change"})
async def archive(visit: NamedDependency[Visit], segment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = visit.form()
    try:
        async with visit.writing() as tx:
            await archive_segment(tx, segment_id)
    except Refusal as refusal:
        form.refused(refusal)
        return await _refused(visit, segment_id, form)
    return sent_on(f"{PATH}/{segment_id}", visit.words.gettext("The segment is in the archive."))


@post(f"{ONE}/restore", opt={"action": "segments.change"})
async def restore(visit: NamedDependency[Visit], segment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = visit.form()
    try:
        async with visit.writing() as tx:
            await restore_segment(tx, segment_id)
    except Refusal as refusal:
        form.refused(refusal)
        return await _refused(visit, segment_id, form)
    return sent_on(f"{PATH}/{segment_id}", visit.words.gettext("The segment is in use again."))


async def _refused(visit: Visit, segment_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        return await segment_page(tx, visit, segment_id, form)


async def segment_page(
    tx: Tx, visit: Visit, segment_id: UUID, form: Form, *, asked: str = ""
) -> Response[str]:
    segment = await get_segment(tx, segment_id)
    return visit.page(
        "campaigns/segments/one.html",
        section="campaigns",
        page="segments",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        segment=segment,
        here=f"{PATH}/{segment_id}",
        sentence=await _sentence(tx, visit, segment),
        members=visit.figures.number(segment.members),
        refreshed=visit.figures.moment(segment.refreshed_at) if segment.refreshed_at else "",
        sample=await describe(tx, visit, await list_members(tx, Segment((str(segment_id),)), SAMPLE_MAX)),
        explained=await explain(tx, visit, segment.audience, asked) if segment.audience else None,
        moves=await count_moves(tx, segment_id, days=MOVES_DAYS),
        moves_days=MOVES_DAYS,
        uses=[_use(use, visit) for use in await list_uses(tx, segment_id)],
        members_url=f"/members?segment={segment_id}",
        may_change=visit.may("segments.change"),
        may_broadcast=visit.may("campaigns.change"),
        may_import=visit.may("segments.import"),
        may_export=visit.may("members.export"),
    )


async def _sentence(tx: Tx, visit: Visit, segment: StoredSegment) -> str:
    if segment.audience is None:
        return visit.words.gettext("A list: members are put into it and taken out by you.")
    return tell(segment.audience, await load_teller(tx, visit.look.language, segment.audience)) + "."


def _use(use: Use, visit: Visit) -> tuple[str, str]:
    words = visit.words
    match use.kind:
        case "segment":
            return f"{PATH}/{use.id}", words.gettext("the segment “{name}”", name=use.name)
        case "program":
            return f"/engagement/programs/{use.id}", words.gettext("the programme “{name}”", name=use.name)
        case "campaign":
            return f"/campaigns/{use.id}", words.gettext("the campaign “{name}”", name=use.name)
        case "journey":
            return f"/campaigns/journeys/{use.id}", words.gettext("the journey “{name}”", name=use.name)
        case "auto_tag":
            return f"/campaigns/tags/{use.id}", words.gettext("the rule of the tag “{name}”", name=use.name)
