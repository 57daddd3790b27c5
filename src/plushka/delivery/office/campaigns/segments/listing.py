"""All segments, with how many members they have."""

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.segments.model import StoredSegment
from plushka.domain.segments.queries import list_segments

PATH = "/campaigns/segments"


class SegmentLine(Struct, frozen=True):
    """A segment in the list."""

    href: str
    name: str
    is_list: bool
    members: str
    refreshed: str


@get(PATH, opt={"action": "segments.read"})
async def show_segments(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        segments = await list_segments(tx)
    return visit.page(
        "campaigns/segments/list.html",
        section="campaigns",
        page="segments",
        segments=[_line(segment, visit) for segment in segments],
    )


def _line(segment: StoredSegment, visit: Visit) -> SegmentLine:
    return SegmentLine(
        href=f"{PATH}/{segment.id}",
        name=segment.name,
        is_list=segment.is_list,
        members=visit.figures.number(segment.members),
        refreshed=visit.figures.moment(segment.refreshed_at) if segment.refreshed_at else "",
    )
