"""Points that wait for a second person, of all members."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.choosing import with_program
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.ledger.model import PendingAdjustment
from plushka.domain.programs.approving import approve, decline, list_waiting
from plushka.domain.programs.queries import find_scales

PATH = "/members/approvals"


class Waiting(Struct, frozen=True):
    """What waits, told. ``is_own``: who looks at it asked for it, and can only take it back."""

    id: UUID
    member: str
    href: str
    what: str
    program: str
    points: str
    reason: str
    asked: str
    limit: str
    is_own: bool


@get(PATH, opt={"action": "members.approve"})
async def show_approvals(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        waiting, scales = await list_waiting(tx), await find_scales(tx)
        actors = await load_actors(tx)
    return visit.page(
        "members/approvals.html",
        section="members",
        page="approvals",
        waiting=[_waiting(pending, scales[pending.program_id], visit, actors) for pending in waiting],
    )


@post("/members/approvals/{pending_id:uuid}/approve", opt={"action": "members.approve"})
async def approve_waiting(visit: NamedDependency[Visit], pending_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        pending = await approve(tx, pending_id)
        scale = (await find_scales(tx))[pending.program_id]
    told = visit.words.gettext(
        "Approved: {points}, {name}.",
        points=visit.figures_of(scale).points(pending.points, signed=True),
        name=pending.member_name or visit.words.gettext("a member without a name"),
    )
    return sent_on(PATH, told)


@post("/members/approvals/{pending_id:uuid}/decline", opt={"action": "members.approve"})
async def decline_waiting(visit: NamedDependency[Visit], pending_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        pending = await decline(tx, pending_id)
    told = (
        visit.words.gettext("The request is taken back.")
        if pending.requested_by == visit.actor
        else visit.words.gettext("Declined: nothing was booked.")
    )
    return sent_on(PATH, told)


def _waiting(pending: PendingAdjustment, scale: int, visit: Visit, actors: Mapping[str, str]) -> Waiting:
    words, figures = visit.words, visit.figures_of(scale)
    return Waiting(
        id=pending.id,
        member=pending.member_name or words.gettext("a member without a name"),
        href=with_program(f"/members/{pending.member_id}", pending.program_id)
        if visit.choices
        else f"/members/{pending.member_id}",
        what=words.gettext("debt write-off") if pending.kind == "debt_write_off" else "",
        program=visit.name_of(pending.program_id),
        points=figures.points(pending.points, signed=True),
        reason=pending.reason,
        asked=f"{told_actor(pending.requested_by, visit, actors)}, {figures.moment(pending.requested_at)}",
        limit=words.gettext("limit {points}", points=figures.points_number(pending.limit_points)),
        is_own=pending.requested_by == visit.actor,
    )
