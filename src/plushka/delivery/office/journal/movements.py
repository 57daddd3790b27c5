"""The journal of points: every movement of every member, found by filters, and as a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.chips import Chip
from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.movement_rows import MovementLine, movement_line
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.reports.constructor.matching import ROWS, read_rows, told_rows
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of, span
from plushka.domain.insights.constructor.matching import Matching
from plushka.domain.insights.journal.entries import Entry, JournalFilter, Moved, list_entries, sum_entries
from plushka.domain.insights.journal.export import KIND
from plushka.domain.insights.model import Document
from plushka.domain.insights.points.ways import WAYS, Way
from plushka.domain.insights.points.words import ENTRY_WORDS
from plushka.domain.insights.queries import find_documents
from plushka.domain.ledger.words import KINDS
from plushka.domain.programs.queries import find_scales
from plushka.platform.database import Tx

PAGE_ROWS = 50


class Asked(Struct, frozen=True):
    """The filters as they stand in the address; nonsense counts as not chosen.

    What no field of the form asks for is what figures of reports lead here with (``JournalFilter`` tells what it is).
    """

    kind: str = ""
    first_on: date | None = None
    last_on: date | None = None
    member: UUID | None = None
    moved_from: date | None = None
    moved_to: date | None = None
    ways: tuple[Way, ...] = ()
    earned_from: date | None = None
    earned_to: date | None = None
    program: UUID | None = None
    rows: str = ""

    @classmethod
    def of(cls, query: MultiDict[str]) -> "Asked":
        kind = query.get("kind", "")
        return cls(
            kind=kind if kind in KINDS else "",
            first_on=day_of(query, "from"),
            last_on=day_of(query, "to"),
            member=id_of(query, "member"),
            moved_from=day_of(query, "moved_from"),
            moved_to=day_of(query, "moved_to"),
            ways=tuple(way for way in WAYS if way in query.getall("way", [])),
            earned_from=day_of(query, "earned_from"),
            earned_to=day_of(query, "earned_to"),
            program=id_of(query, PARAMETER),
            rows=query.get(ROWS, ""),
        )

    @property
    def is_empty(self) -> bool:
        return self == Asked()

    def matching(self, visit: Visit) -> Matching | None:
        return next(iter(read_rows([self.rows], visit, ("points",))), None)

    def filter(self, visit: Visit) -> JournalFilter:
        zone = visit.business.time_zone
        booked_from, booked_before = span(self.first_on, self.last_on, zone)
        moved_from, moved_before = span(self.moved_from, self.moved_to, zone)
        earned_from, earned_before = span(self.earned_from, self.earned_to, zone)
        return JournalFilter(
            booked_from=booked_from,
            booked_before=booked_before,
            kinds=(self.kind,) if self.kind else (),
            member_id=self.member,
            moved_from=moved_from,
            moved_before=moved_before,
            ways=self.ways,
            earned_from=earned_from,
            earned_before=earned_before,
            program_id=self.program,
            matching=self.matching(visit),
        )

    @property
    def unseen(self) -> list[tuple[str, str]]:
        """Names and values of the address that no field of the form holds: it goes on asking for them."""
        held = {
            "moved_from": self.moved_from,
            "moved_to": self.moved_to,
            "earned_from": self.earned_from,
            "earned_to": self.earned_to,
            PARAMETER: self.program,
            ROWS: self.rows,
        }
        return [
            *((name, str(value)) for name, value in held.items() if value),
            *(("way", way) for way in self.ways),
        ]

    def url(self, path: str = "/journal", *, without: Sequence[str] = (), **more: object) -> str:
        """Return ``path`` with the filters, less those named, and ``more``."""
        chosen = {"kind": self.kind, "from": self.first_on, "to": self.last_on, "member": self.member, **more}
        pairs = [*((name, str(value)) for name, value in chosen.items() if value), *self.unseen]
        kept = [(name, value) for name, value in pairs if name not in without]
        return f"{path}?{urlencode(kept)}" if kept else path

    async def chips(self, tx: Tx, visit: Visit) -> list[Chip]:
        """Return in words what figures of reports have asked for."""
        gettext, day = visit.words.gettext, visit.figures.full_day
        told: list[tuple[tuple[str, ...], str]] = []
        for names, title in (
            (("moved_from", "moved_to"), gettext("Days of the movement")),
            (("earned_from", "earned_to"), gettext("The lot was earned")),
        ):
            first, last = (getattr(self, name) for name in names)
            if first and last:
                told.append((names, f"{title}: {day(first)}\N{EN DASH}{day(last)}"))
            elif first or last:
                bound = (
                    gettext("since {day}", day=day(first)) if first else gettext("until {day}", day=day(last))
                )
                told.append((names, f"{title}: {bound}"))
        if self.ways:
            ways = ", ".join(gettext(ENTRY_WORDS[way]) for way in self.ways)
            told.append((("way",), ways))
        if self.program and visit.choices:
            name = visit.name_of(self.program) or "…"
            told.append(((PARAMETER,), gettext("Programme: {name}", name=name)))
        if matching := self.matching(visit):
            told.append(((ROWS,), await told_rows(tx, [matching], visit)))
        return [Chip(text, self.url(without=names)) for names, text in told]


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
        entries = await list_entries(tx, asked.filter(visit), before=before, limit=PAGE_ROWS + 1)
        shown = entries[:PAGE_ROWS]
        documents = await find_documents(tx, [entry.movement.document_id for entry in shown])
        actors, scales = await load_actors(tx), await find_scales(tx)
        is_summed = bool(asked.unseen) and asked.program in scales and "hx-request" not in request.headers
        chips = await asked.chips(tx, visit)
        moved = await sum_entries(tx, asked.filter(visit)) if is_summed else None
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
        chips=chips,
        found=_found(moved, visit, scale=scales[asked.program]) if moved and asked.program else "",
        member_name=shown[0].member_name if asked.member and shown else "",
        kinds=[(kind, visit.words.gettext(title)) for kind, title in KINDS.items()],
        may_export=visit.may("journal.export"),
        export_url=asked.url("/journal/exports"),
        **values,
    )


@post("/journal/exports", opt={"action": "journal.export"})
async def export(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Have what the filters find written to a file."""
    where = Asked.of(request.query_params).filter(visit)
    file_name = visit.words.gettext("points-journal-{date}.csv", date=visit.today.isoformat())
    return await leave_export(visit, KIND, where, file_name=file_name)


def _found(moved: Moved, visit: Visit, *, scale: int) -> str:
    figures = visit.figures_of(scale)
    return visit.words.ngettext(
        "Found: {count} movement; {came} came to members, {went} went from them",
        "Found: {count} movements; {came} came to members, {went} went from them",
        moved.movements,
        count=figures.number(moved.movements),
        came=figures.points(moved.came),
        went=figures.points(moved.went),
    )


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
