"""All segments, with how many members they have, and ready ones to begin with."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.campaigns.segments.ready import READY
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import text_of
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.model import NAME_LENGTH_MAX, StoredSegment
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.queries import list_segments
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import Teller, load_teller
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

PATH = "/campaigns/segments"


class SegmentLine(Struct, frozen=True):
    """A segment in the list; ``sentence`` tells its conditions."""

    id: UUID
    href: str
    name: str
    sentence: str
    members: str
    refreshed: str


@get(PATH, opt={"action": "segments.read"})
async def show_segments(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    return await _list(visit, request, visit.form())


@get(f"{PATH}.xlsx", opt={"action": "segments.read"})
async def download_segments(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return every segment with how many members it has as a workbook, those of the archive too."""
    gettext, zone = visit.words.gettext, ZoneInfo(visit.business.time_zone)
    heading = [
        gettext("Segment"), gettext("Conditions"), gettext("Members"), gettext("Counted at"), gettext("Archive")
    ]  # fmt: skip
    async with visit.reading() as tx:
        segments, teller = await _load(tx, visit)
    return table_file(
        "segments",
        heading,
        (
            [
                each.name,
                _sentence(each, visit, teller),
                each.members,
                each.refreshed_at.astimezone(zone) if each.refreshed_at else None,
                gettext("yes") if each.archived_at else "",
            ]
            for each in segments
        ),
    )


@post(PATH, opt={"action": "segments.change"})
async def make_list(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Make an empty list."""
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                list_id = await create_segment(tx, name=name, audience=None)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on(f"{PATH}/{list_id}", visit.words.gettext("The list is made: put members into it."))
    return await _list(visit, request, form)


async def _list(visit: Visit, request: OfficeRequest, form: Form) -> Response[str]:
    text = text_of(request.query_params, "text")
    async with visit.reading() as tx:
        segments, teller = await _load(tx, visit)
    lines = [
        (segment, _line(segment, visit, teller))
        for segment in segments
        if text.lower() in segment.name.lower()
    ]
    return visit.page(
        "campaigns/segments/list.html",
        section="campaigns",
        page="segments",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        text=text,
        has_any=bool(segments),
        segments=[line for segment, line in lines if segment.archived_at is None],
        archived=[line for segment, line in lines if segment.archived_at is not None],
        ready=[
            (ready.key, visit.words.gettext(ready.name), visit.words.gettext(ready.help)) for ready in READY
        ],
        may_change=visit.may("segments.change"),
    )


async def _load(tx: Tx, visit: Visit) -> tuple[Sequence[StoredSegment], Teller]:
    segments = await list_segments(tx, also_archived=True)
    audiences = [one.audience for one in segments if one.audience is not None]
    return segments, await load_teller(tx, visit.look.language, *audiences)


def _sentence(segment: StoredSegment, visit: Visit, teller: Teller) -> str:
    return visit.words.gettext("List") if segment.audience is None else tell(segment.audience, teller)


def _line(segment: StoredSegment, visit: Visit, teller: Teller) -> SegmentLine:
    return SegmentLine(
        id=segment.id,
        href=f"{PATH}/{segment.id}",
        name=segment.name,
        sentence=_sentence(segment, visit, teller),
        members=visit.figures.number(segment.members),
        refreshed=visit.figures.moment(segment.refreshed_at) if segment.refreshed_at else "",
    )
