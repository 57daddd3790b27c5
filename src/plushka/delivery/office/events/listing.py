"""All events of members: found, cancelled, taken away as a file."""

from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.events.rows import event_row
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of, span, text_of
from plushka.delivery.web.notices import sent_on
from plushka.domain.events import export
from plushka.domain.events.kinds import list_kinds
from plushka.domain.events.model import translated
from plushka.domain.events.queries import EventFilter, count_events, list_events
from plushka.domain.members.model import REASON_LENGTH_MAX
from plushka.domain.occasions.cancelling import cancel_event
from plushka.platform.errors import Refusal

PATH = "/members/events"
LIST_MAX = 50
TEXT_LENGTH_MAX = 100
STATES = ("", "valid", "cancelled")


@get(PATH, opt={"action": "events.read"})
async def show_events(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the latest events that the filters find."""
    where, asked, words = _where(request, visit), request.query_params, visit.words
    async with visit.reading() as tx:
        kinds = {kind.name: kind for kind in await list_kinds(tx, also_retired=True)}
        found = await list_events(tx, where, before=id_of(asked, "before"), limit=LIST_MAX + 1)
        total = await count_events(tx, where)
        actors = await load_actors(tx)
    shown = {name: asked.get(name, "") for name in ("text", "kind", "state", "from", "to")}
    query = urlencode({name: value for name, value in shown.items() if value})
    page = found[:LIST_MAX]
    return visit.page(
        "events/list.html",
        section="members",
        page="events",
        asked=shown,
        query=query,
        rows=[event_row(one, kinds, actors, visit) for one in page],
        total=visit.figures.number(total),
        next=f"{PATH}?{query}&before={page[-1].event.id}" if len(found) > LIST_MAX else "",
        kinds=[
            ("", words.gettext("all kinds")),
            *((kind.name, translated(kind, words).title) for kind in kinds.values()),
        ],
        states=[
            ("", words.gettext("all")),
            ("valid", words.gettext("not cancelled")),
            ("cancelled", words.gettext("cancelled")),
        ],
        may_cancel=visit.may("events.cancel"),
        may_export=visit.may("events.export"),
        may_declare=visit.may("events.declare"),
    )


@post(f"{PATH}/export", opt={"action": "events.export"})
async def export_events(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    return await leave_export(visit, export.KIND, _where(request, visit), file_name="events.csv")


@post(f"{PATH}/{{event_id:uuid}}/cancel", opt={"action": "events.cancel"})
async def cancel(visit: NamedDependency[Visit], event_id: FromPath[UUID], request: OfficeRequest) -> Redirect:
    """Cancel an event and say what was taken back; back to the page that asked."""
    form = await visit.typed(request)
    back = f"/members/{member}/events" if (member := form.id("member", required=False)) else PATH
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    if not form.is_sound:
        return sent_on(back, visit.words.gettext("Say why it is cancelled. Nothing was changed."))
    try:
        async with visit.writing() as tx:
            cancelled = await cancel_event(tx, visit.office.reference.versions, event_id, reason=reason)
    except Refusal as refusal:
        form.refused(refusal, default="reason")
        return sent_on(back, form.problem("reason"))
    words = visit.words
    if cancelled.owed:
        return sent_on(back, words.gettext("The event is cancelled. A part of its points is owed."))
    if cancelled.taken:
        return sent_on(back, words.gettext("The event is cancelled, its points are taken back."))
    return sent_on(back, words.gettext("The event is cancelled."))


def _where(request: OfficeRequest, visit: Visit) -> EventFilter:
    """Return the filter of an address; what cannot be read finds as if it were not there."""
    asked = request.query_params
    noted_from, noted_before = span(day_of(asked, "from"), day_of(asked, "to"), visit.business.time_zone)
    state = asked.get("state", "")
    return EventFilter(
        kind=text_of(asked, "kind"),
        text=text_of(asked, "text"),
        noted_from=noted_from,
        noted_before=noted_before,
        is_cancelled=state == "cancelled" if state in STATES[1:] else None,
    )
