"""The journal of points: every movement of every member, found by filters, and as a file."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.movement_rows import MovementLine, movement_line
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of, span
from plushka.domain.insights.journal.entries import Entry, JournalFilter, list_entries
from plushka.domain.insights.journal.export import KIND
from plushka.domain.insights.model import Document
from plushka.domain.insights.queries import find_documents
from plushka.domain.ledger.words import KINDS
from plushka.domain.programs.queries import find_scales

PAGE_ROWS = 50


class Asked(Struct, frozen=True):
    """The filters as they stand in the address; nonsense counts as not chosen."""

    kind: str = ""
    first_on: date | None = None
    last_on: date | None = None
    member: UUID | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        kind = query.get("kind", "")
        return cls(
            kind=kind if kind in KINDS else "",
            first_on=day_of(query, "from"),
            last_on=day_of(query, "to"),
            member=id_of(query, "member"),
        )

    @property
    def is_empty(self) -> bool:
        return self == Asked()

    def filter(self, zone: str) -> JournalFilter:
        booked_from, booked_before = span(self.first_on, self.last_on, zone)
        return JournalFilter(
            booked_from=booked_from,
            booked_before=booked_before,
            kinds=(self.kind,) if self.kind else (),
            member_id=self.member,
        )

    def url(self, path: str, **more: object) -> str:
        """Return ``path`` with the filters and ``more``."""
        chosen = {"kind": self.kind, "from": self.first_on, "to": self.last_on, "member": self.member, **more}
        return f"{path}?{urlencode({name: value for name, value in chosen.items() if value})}"


class JournalLine(Struct, frozen=True):
    """A movement and whose it is."""

    member: str
    member_href: str
    movement: MovementLine


@get("/journal", opt={"action": "journal.read"})
async def show_journal(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the latest movements, or those before the one named ``before``."""
    asked, before = Asked.of(request.query_params), id_of(request.query_params, "before")
    async with visit.reading() as tx:
        entries = await list_entries(
            tx, asked.filter(visit.business.time_zone), before=before, limit=PAGE_ROWS + 1
        )
        shown = entries[:PAGE_ROWS]
        documents = await find_documents(tx, [entry.movement.document_id for entry in shown])
        actors, scales = await load_actors(tx), await find_scales(tx)
    values: dict[str, Any] = {
        "lines": [_line(entry, documents, actors, visit, scale=scales[entry.program_id]) for entry in shown],
        "more_url": asked.url("/journal", before=shown[-1].movement.id) if len(entries) > PAGE_ROWS else "",
    }
    if "hx-request" in request.headers:
        return visit.fragment("journal/rows.html", **values)
    return visit.page(
        "journal/movements.html",
        section="journal",
        page="movements",
        asked=asked,
        member_name=shown[0].member_name if asked.member and shown else "",
        kinds=[(kind, visit.words.gettext(title)) for kind, title in KINDS.items()],
        may_export=visit.may("journal.export"),
        export_url=asked.url("/journal/exports"),
        **values,
    )


@post("/journal/exports", opt={"action": "journal.export"})
async def export(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Have what the filters find written to a file."""
    where = Asked.of(request.query_params).filter(visit.business.time_zone)
    file_name = visit.words.gettext("points-journal-{date}.csv", date=visit.today.isoformat())
    return await leave_export(visit, KIND, where, file_name=file_name)


def _line(
    entry: Entry, documents: Mapping[UUID, Document], actors: Mapping[str, str], visit: Visit, *, scale: int
) -> JournalLine:
    return JournalLine(
        member=entry.member_name,
        member_href=f"/members/{entry.member_id}",
        movement=movement_line(
            entry.movement, documents.get(entry.movement.document_id), visit, actors=actors, scale=scale
        ),
    )
