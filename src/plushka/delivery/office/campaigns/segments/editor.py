"""Writing the conditions of a segment."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.campaigns.audiences import writing
from plushka.delivery.office.campaigns.audiences.writing import Writing
from plushka.delivery.office.campaigns.segments.listing import PATH
from plushka.delivery.office.campaigns.segments.ready import BY_KEY
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.model import NAME_LENGTH_MAX, NotConditions, StoredSegment
from plushka.domain.segments.operations import change_segment, create_segment
from plushka.domain.segments.queries import find_top_spend, get_segment
from plushka.engine.audience import Audience, Spend
from plushka.platform.errors import Refusal

TOP_BP, TOP_DAYS = 10_00, 365


@get(f"{PATH}/new", opt={"action": "segments.change"})
async def show_new(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the editor, empty or with a ready segment."""
    ready = BY_KEY.get(request.query_params.get("ready", ""))
    async with visit.reading() as tx:
        audience = ready.audience if ready else None
        if ready is not None and isinstance(audience, Spend):
            top = await find_top_spend(tx, share_bp=TOP_BP, days=TOP_DAYS)
            audience = Spend(min_minor=max(top, 1), days=TOP_DAYS)
        name = visit.words.gettext(ready.name) if ready else ""
        return _page(await writing.begin(tx, visit, audience, typed={"name": [name]}), None)


@post(f"{PATH}/new", opt={"action": "segments.change"}, status_code=HTTP_200_OK)
async def save_new(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    return await _sent(visit, await visit.typed(request), None)


@get(f"{PATH}/{{segment_id:uuid}}/edit", opt={"action": "segments.change"})
async def show_editor(visit: NamedDependency[Visit], segment_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        segment = await get_segment(tx, segment_id)
        if segment.audience is None:
            raise NotConditions
        begun = await writing.begin(
            tx, visit, segment.audience, typed={"name": [segment.name]}, besides=str(segment.id)
        )
    return _page(begun, segment)


@post(f"{PATH}/{{segment_id:uuid}}/edit", opt={"action": "segments.change"}, status_code=HTTP_200_OK)
async def save_edited(
    visit: NamedDependency[Visit], segment_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    async with visit.reading() as tx:
        segment = await get_segment(tx, segment_id)
    return await _sent(visit, await visit.typed(request), segment)


async def _sent(visit: Visit, form: Form, segment: StoredSegment | None) -> Response[str] | Redirect:
    """Answer a button: what comes to be of the conditions, other conditions, or the segment saved."""
    async with visit.reading() as tx:
        written = await writing.sent(tx, visit, form, besides=str(segment.id) if segment else "")
    if (figures := written.figures()) is not None:
        return figures
    if not written.saves:
        return _page(written, segment)
    name = written.read.text("name", length_max=NAME_LENGTH_MAX)
    if written.audience is not None and written.read.is_sound:
        try:
            return await _saved(visit, name, written.audience, segment)
        except Refusal as refusal:
            written.read.refused(refusal)
    return _page(written, segment, status=HTTP_422_UNPROCESSABLE_ENTITY)


async def _saved(visit: Visit, name: str, audience: Audience, segment: StoredSegment | None) -> Redirect:
    async with visit.writing() as tx:
        if segment is None:
            segment_id = await create_segment(tx, name=name, audience=audience)
        else:
            segment_id = segment.id
            await change_segment(tx, segment_id, name=name, audience=audience)
    return sent_on(f"{PATH}/{segment_id}", visit.words.gettext("The segment “{name}” is saved.", name=name))


def _page(written: Writing, segment: StoredSegment | None, *, status: int = HTTP_200_OK) -> Response[str]:
    visit = written.visit
    return visit.page(
        "campaigns/segments/editor.html",
        section="campaigns",
        page="segments",
        status=status,
        action=f"{PATH}/{segment.id}/edit" if segment else f"{PATH}/new",
        back_href=f"{PATH}/{segment.id}" if segment else PATH,
        back_text=segment.name if segment else visit.words.gettext("Segments"),
        **written.shown(),
    )
