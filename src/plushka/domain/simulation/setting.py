"""What is read once and serves all members of a replay: rules, branches, what came back, what was prolonged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.businesses.queries import get_business, list_branches
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.model import ReturnLine
from plushka.domain.simulation.past import Back
from plushka.engine.local_time import instant
from plushka.engine.purchase import Place
from plushka.engine.version import Version
from plushka.platform.database import Tx

_decode_lines = msgspec.json.Decoder(tuple[ReturnLine, ...]).decode


class Span(Struct, frozen=True):
    """A period of booking: from the instant at which the business day ``from_on`` began, before ``until_at``."""

    from_on: date
    start_at: datetime
    until_at: datetime


def span_of(from_on: date, *, until_at: datetime, zone: str) -> Span:
    """Return the span from the beginning of a business day by the clock of ``zone``."""
    place = Place(branch="", time_zone=zone)
    return Span(from_on, instant(from_on, place.day_starts_minutes, zone), until_at)


class Prolonged(Struct, frozen=True):
    """A lot whose life was prolonged, and by which document it was given."""

    lot_id: UUID
    document_id: UUID
    wallet_id: UUID
    before: datetime
    after: datetime
    reason: str
    at: datetime


class InForce(Struct, frozen=True):
    """A version of the programme and since when it decides."""

    version_id: UUID
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class Setting:
    """``marks`` are all versions of the programme, the one to prefer first; ``versions`` are compiled.

    ``backs`` are the returns booked since the start, by receipt; ``of_members`` the receipts among them, by member.
    ``had_points``: some were moved before the span.
    """

    program_id: UUID
    zone: str
    span: Span
    branch_codes: Mapping[UUID, str]
    marks: Sequence[InForce]
    versions: Mapping[UUID, Version]
    backs: Mapping[UUID, Sequence[Back]]
    of_members: Mapping[UUID, Sequence[UUID]]
    prolonged: Sequence[Prolonged]
    had_points: bool

    def version_at(self, at: datetime) -> Version | None:
        """Return the rules in force at a moment."""
        found = next((mark for mark in self.marks if mark.valid_from <= at), None)
        return self.versions[found.version_id] if found else None

    def backs_within(self, receipt_id: UUID) -> list[Back]:
        """Return what comes back of a receipt within the span."""
        return [back for back in self.backs.get(receipt_id, ()) if back.at < self.span.until_at]

    def superseded_at(self, at: datetime) -> datetime | None:
        """Return when, after ``at``, other rules came into force; None: never yet."""
        return min([mark.valid_from for mark in self.marks if mark.valid_from > at], default=None)


async def read_setting(tx: Tx, *, program_id: UUID, span: Span) -> Setting:
    """Read it."""
    marks = await _list_marks(tx, program_id)
    versions = Versions()
    backs, of_members = await _list_backs(tx, span)
    return Setting(
        program_id=program_id,
        zone=(await get_business(tx)).time_zone,
        span=span,
        branch_codes={branch.id: branch.code for branch in await list_branches(tx)},
        marks=marks,
        versions={mark.version_id: await versions.get(tx, mark.version_id) for mark in marks},
        backs=backs,
        of_members=of_members,
        prolonged=await _list_prolonged(tx, program_id, span),
        had_points=await _had_points(tx, span),
    )


async def _list_marks(tx: Tx, program_id: UUID) -> list[InForce]:
    rows = await tx.fetch(
        """
        -- simulation.list_marks
        select id, valid_from from program_versions where tenant_id = $1 and program_id = $2
        order by valid_from desc, number desc
        """,
        tx.tenant_id,
        program_id,
    )
    return [InForce(*row) for row in rows]


async def _list_backs(tx: Tx, span: Span) -> tuple[dict[UUID, list[Back]], dict[UUID, list[UUID]]]:
    """Return all that came back since the start, by receipt in the order of booking, and the receipts by member."""
    rows = await tx.fetch(
        """
        -- simulation.list_backs
        select x.id, x.receipt_id, x.occurred_at, x.lines, r.member_id
        from returns x join receipts r on r.tenant_id = x.tenant_id and r.id = x.receipt_id
        where x.tenant_id = $1 and x.occurred_at >= $2
        order by x.occurred_at, x.id
        """,
        tx.tenant_id,
        span.start_at,
    )
    backs: dict[UUID, list[Back]] = defaultdict(list)
    of_members: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        back = Back(row["id"], row["receipt_id"], row["occurred_at"], quantities(row["lines"]))
        backs[back.receipt_id].append(back)
        if len(backs[back.receipt_id]) == 1:
            of_members[row["member_id"]].append(back.receipt_id)
    return backs, of_members


def quantities(lines: str) -> dict[int, int]:
    """Return what a stored return brought back, in thousandths by line."""
    return {line.index: line.quantity_milli for line in _decode_lines(lines)}


async def _had_points(tx: Tx, span: Span) -> bool:
    """Tell whether any points were moved before a span: else nobody had any when it began."""
    found: bool = await tx.fetchval(
        """
        -- simulation.had_points
        select exists (select from postings where tenant_id = $1 and at < $2)
        """,
        tx.tenant_id,
        span.start_at,
    )
    return found


async def _list_prolonged(tx: Tx, program_id: UUID, span: Span) -> list[Prolonged]:
    rows = await tx.fetch(
        """
        -- simulation.list_prolonged
        select x.lot_id, l.document_id, l.wallet_id, x.expires_before as before, x.expires_at as after, x.reason, x.at
        from extensions x
        join lots l on l.tenant_id = x.tenant_id and l.id = x.lot_id
        join wallets w on w.tenant_id = l.tenant_id and w.id = l.wallet_id
        where x.tenant_id = $1 and x.at >= $2 and w.program_id = $3
        order by x.at, x.id
        """,
        tx.tenant_id,
        span.start_at,
        program_id,
    )
    return [Prolonged(**row) for row in rows]
