"""Who did what, when, from where: the trail, found by filters, and as a file."""

import re
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
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of, span, text_of
from plushka.domain.audit.model import Entry, EntryFilter
from plushka.domain.audit.queries import list_entries
from plushka.domain.insights.trail.export import KIND
from plushka.domain.insights.trail.objects import Objects, find_objects
from plushka.domain.insights.trail.sentences import GROUPS, changes, sentence
from plushka.domain.staff.queries import list_staff

PATH = "/settings/audit"
PAGE_ROWS = 50
_SUBJECT = re.compile(r"[a-z_]{1,30}(:[0-9a-z-]{1,36})?", re.ASCII)


class Asked(Struct, frozen=True):
    """The filters as they stand in the address; nonsense counts as not chosen."""

    person: UUID | None = None
    group: str = ""
    subject: str = ""
    first_on: date | None = None
    last_on: date | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        group, subject = query.get("group", ""), text_of(query, "object")
        return cls(
            person=id_of(query, "person"),
            group=group if group in GROUPS else "",
            subject=subject if _SUBJECT.fullmatch(subject) else "",
            first_on=day_of(query, "from"),
            last_on=day_of(query, "to"),
        )

    @property
    def is_empty(self) -> bool:
        return self == Asked()

    def filter(self, zone: str) -> EntryFilter:
        since, until = span(self.first_on, self.last_on, zone)
        return EntryFilter(
            actor=f"staff:{self.person}" if self.person else None,
            group=self.group or None,
            subject=self.subject or None,
            since=since,
            until=until,
        )

    def url(self, path: str, **more: object) -> str:
        """Return ``path`` with the filters and ``more``."""
        chosen = {
            "person": self.person,
            "group": self.group,
            "object": self.subject,
            "from": self.first_on,
            "to": self.last_on,
            **more,
        }
        return f"{path}?{urlencode({name: value for name, value in chosen.items() if value})}"


class EntryLine(Struct, frozen=True):
    """An entry, told. ``changes`` are what, before, after."""

    at: str
    who: str
    what: str
    changes: list[tuple[str, str, str]]
    member: str
    member_href: str
    address: str
    history_href: str


@get(PATH, opt={"action": "audit.read"})
async def show_audit(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the latest entries, or those before the one named ``before``."""
    asked, before = Asked.of(request.query_params), id_of(request.query_params, "before")
    async with visit.reading() as tx:
        entries = await list_entries(
            tx, asked.filter(visit.business.time_zone), before=before, limit=PAGE_ROWS + 1
        )
        shown = entries[:PAGE_ROWS]
        objects = await find_objects(tx, shown)
        actors, people = await load_actors(tx), await list_staff(tx)
    values: dict[str, Any] = {
        "lines": [_line(entry, objects, actors, visit) for entry in shown],
        "more_url": asked.url(PATH, before=shown[-1].id) if len(entries) > PAGE_ROWS else "",
    }
    if "hx-request" in request.headers:
        return visit.fragment("settings/audit_rows.html", **values)
    return visit.page(
        "settings/audit.html",
        section="settings",
        page="audit",
        asked=asked,
        people=[(str(person.id), person.name) for person in people],
        groups=[(group, visit.words.gettext(title)) for group, title in GROUPS.items()],
        may_export=visit.may("audit.export"),
        export_url=asked.url(f"{PATH}/exports"),
        **values,
    )


@post(f"{PATH}/exports", opt={"action": "audit.export"})
async def export(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Have what the filters find written to a file."""
    where = Asked.of(request.query_params).filter(visit.business.time_zone)
    file_name = visit.words.gettext("who-did-what-{date}.csv", date=visit.today.isoformat())
    return await leave_export(visit, KIND, where, file_name=file_name)


def _line(entry: Entry, objects: Objects, actors: Mapping[str, str], visit: Visit) -> EntryLine:
    scale, member = objects.scale(entry), objects.member(entry)
    return EntryLine(
        at=visit.figures.moment(entry.at),
        who=told_actor(entry.actor, visit, actors),
        what=sentence(entry, visit.words, scale=scale),
        changes=changes(entry, visit.words, scale=scale),
        member=member.name if member else "",
        member_href=f"/members/{member.member_id}" if member else "",
        address=entry.address or "",
        history_href=Asked(subject=entry.subject).url(PATH),
    )
