"""Events of one member with what occasions gave them; noting one by hand."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.events.rows import event_row
from plushka.delivery.office.events.typed import read_value
from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.events.kinds import list_kinds
from plushka.domain.events.model import EventKind, translated
from plushka.domain.events.queries import EventFilter, list_events
from plushka.domain.events.store import Told
from plushka.domain.members.queries import get_member
from plushka.domain.occasions.model import KeptGift
from plushka.domain.occasions.noting import note_by_hand
from plushka.domain.occasions.queries import list_gifts
from plushka.domain.programs.queries import find_scales
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

EVENTS_SHOWN = 100


class GiftRow(Struct, frozen=True):
    """Points that an occasion gave; ``note`` says that they were taken back."""

    name: str
    points: str
    at: str
    note: str


@get("/members/{member_id:uuid}/events", opt={"action": "members.read"})
async def show_member_events(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    return await _page(visit, member_id, visit.form(), request.query_params.get("kind", ""))


@post("/members/{member_id:uuid}/events", opt={"action": "events.note"})
async def note_member_event(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Note what staff know of a member; what it gives is told at once."""
    form = await visit.typed(request)
    async with visit.reading() as tx:
        kinds = {kind.name: kind for kind in await list_kinds(tx)}
    kind = kinds.get(form.value("kind"))
    if kind is None:
        return await _page(visit, member_id, form, "")
    data = {
        each.name: value
        for each in translated(kind, visit.words).fields
        if (
            value := read_value(
                form,
                f"data.{each.name}",
                each,
                visit.business.currency,
                is_required=each.is_required,
            )
        )
        is not None
    }
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                member = await get_member(tx, member_id)
                told = Told(member.id, kind.name, data, form_id=form.id("form_id", required=False))
                noted = await note_by_hand(tx, visit.office.reference.versions, member.id, told)
        except Refusal as refusal:
            form.refused(refusal, default="kind")
        else:
            given = ", ".join(
                f"{each.name}: {visit.figures_of(each.scale).points(each.points)}"
                for each in noted.results.given
            )
            words = visit.words
            if noted.is_repeat:
                return sent_on(f"/members/{member_id}/events", words.gettext("This was noted already, once."))
            answer = (
                words.gettext("Noted. Given: {given}.", given=given)
                if given
                else words.gettext("Noted. It gave no points.")
            )
            return sent_on(f"/members/{member_id}/events", answer)
    return await _page(visit, member_id, form, kind.name)


async def _page(visit: Visit, member_id: UUID, form: Form, chosen: str) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        kinds = {kind.name: kind for kind in await list_kinds(tx, also_retired=True)}
        found = await list_events(tx, EventFilter(member_id=member.id), limit=EVENTS_SHOWN)
        gifts, scales = await list_gifts(tx, member.id), await find_scales(tx)
        actors = await load_actors(tx)
    open_kinds = [translated(kind, visit.words) for kind in kinds.values() if kind.retired_at is None]
    kind: EventKind | None = next((each for each in open_kinds if each.name == chosen), None)
    return visit.page(
        "events/member.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="/events"),
        member_id=str(member.id),
        form=form,
        form_id=form.value("form_id") or str(new_id()),
        kind=kind,
        kinds=[(each.name, each.title) for each in open_kinds],
        rows=[event_row(one, kinds, actors, visit) for one in found],
        gifts=[_gift(gift, scales.get(gift.program_id, 0), visit) for gift in gifts],
        may_note=visit.may("events.note"),
        may_cancel=visit.may("events.cancel"),
    )


def _gift(gift: KeptGift, scale: int, visit: Visit) -> GiftRow:
    figures, words = visit.figures_of(scale), visit.words
    note = ""
    if gift.cancelled_at is not None:
        note = words.gettext("taken back: {points}", points=figures.points(gift.taken))
    return GiftRow(gift.name, figures.points(gift.points), figures.moment(gift.at), note)
