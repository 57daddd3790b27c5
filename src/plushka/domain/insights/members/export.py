"""Members as a file, for spreadsheets and for an import elsewhere: CSV or XLSX, chosen columns, a row a member."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.members.found import MemberRow, list_rows
from plushka.domain.members.model import IdentityKind
from plushka.domain.members.words import SOURCE_WORDS
from plushka.domain.programs.queries import find_asked_version
from plushka.domain.tasks.ids import unpack_ids
from plushka.domain.tasks.running import Run
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, currency_decimals, marked, translator
from plushka.platform.workbooks import Workbook

KIND = "members.export"
STEP_ROWS = 2000
FORMATS = ("csv", "xlsx")


class ExportColumn(StrEnum):
    """A column of the file; an import knows them by these headings."""

    NAME = "name"
    PHONE = "phone"
    CARD = "card"
    EMAIL = "email"
    EXTERNAL = "external"
    BIRTHDAY = "birthday"
    TIER = "tier"
    TAGS = "tags"
    DISCOUNT = "discount"
    BALANCE = "balance"
    PENDING = "pending"
    PURCHASES = "purchases"
    SPEND = "spend"
    SEEN = "seen"
    ENROLLED = "enrolled"
    SOURCE = "source"
    BLOCKED = "blocked"
    ID = "id"


HEADINGS: dict[ExportColumn, str] = {
    ExportColumn.NAME: marked("Member's name"),
    ExportColumn.PHONE: marked("Phone"),
    ExportColumn.CARD: marked("Card"),
    ExportColumn.EMAIL: marked("E-mail"),
    ExportColumn.EXTERNAL: marked("External id"),
    ExportColumn.BIRTHDAY: marked("Birthday"),
    ExportColumn.TIER: marked("Tier"),
    ExportColumn.TAGS: marked("Tags"),
    ExportColumn.DISCOUNT: marked("Personal discount, %"),
    ExportColumn.BALANCE: marked("Points balance"),
    ExportColumn.PENDING: marked("Points waiting"),
    ExportColumn.PURCHASES: marked("Purchases"),
    ExportColumn.SPEND: marked("Spent on purchases"),
    ExportColumn.SEEN: marked("Last purchase"),
    ExportColumn.ENROLLED: marked("Enrolled on"),
    ExportColumn.SOURCE: marked("Joined how"),
    ExportColumn.BLOCKED: marked("Is blocked"),
    ExportColumn.ID: marked("Member's id"),
}


class Situation(Struct, frozen=True):
    """What the cells of a file are told with."""

    language: Language
    program_id: UUID | None
    scale: int
    money_decimals: int
    zone: ZoneInfo
    tiers: dict[str, str]


async def export_members(run: Run) -> Mapping[str, Fact]:
    """Write the members whose ids are the task's input: ``columns`` of ``format`` in ``language``."""
    ids = unpack_ids(await run.read_input())
    arguments = run.task.arguments
    columns = [column for column in ExportColumn if column in str(arguments["columns"]).split()]
    situation = await _situation(run)
    heading: list[Cell] = [translator(situation.language).gettext(HEADINGS[column]) for column in columns]
    if arguments["format"] == "xlsx":
        return await _write_workbook(run, ids, columns, heading, situation)
    while run.task.done < len(ids):
        async with run.step() as step:
            if step.done == 0:
                step.output += csv_bytes([heading], situation.language, is_beginning=True)
            part = ids[step.done : step.done + STEP_ROWS]
            rows = await list_rows(step.tx, part, program_id=situation.program_id)
            cells = [_cells(row, columns, situation) for row in rows]
            step.output += csv_bytes(cells, situation.language, is_beginning=False)
            step.done += len(part)
            step.total = len(ids)
    return {"count": len(ids)}


async def _write_workbook(
    run: Run, ids: Sequence[UUID], columns: Sequence[ExportColumn], heading: list[Cell], situation: Situation
) -> Mapping[str, Fact]:
    """Write a workbook beside us, in constant memory, and keep it whole: it has no pieces, so it is begun anew."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "members.xlsx"
        sheet = Workbook(path, heading)
        for start in range(0, len(ids), STEP_ROWS):
            async with run.step() as step:
                part = ids[start : start + STEP_ROWS]
                for row in await list_rows(step.tx, part, program_id=situation.program_id):
                    sheet.write(_cells(row, columns, situation))
                step.done, step.total = start + len(part), len(ids)
        sheet.close()
        async with run.step() as step:
            step.output += path.read_bytes()
    return {"count": len(ids)}


async def _situation(run: Run) -> Situation:
    async with run.database.transaction(
        run.tenant_id, actor=run.task.actor, at=run.clock.now(), read_only=True
    ) as tx:
        business, version = await get_business(tx), await find_asked_version(tx, run.task.arguments)
    tiers = version.program.tiers.tiers if version and version.program.tiers else ()
    return Situation(
        language="ru" if run.task.arguments["language"] == "ru" else "en",
        program_id=version.program_id if version else None,
        scale=version.program.point.scale if version else 0,
        money_decimals=currency_decimals(business.currency),
        zone=ZoneInfo(business.time_zone),
        tiers={tier.id: tier.name for tier in tiers},
    )


def _cells(row: MemberRow, columns: Sequence[ExportColumn], situation: Situation) -> list[Cell]:
    return [_CELLS[column](row, situation) for column in columns]


def _identities(row: MemberRow, kind: IdentityKind) -> str:
    return ", ".join(identity.value for identity in row.identities if identity.kind == kind)


def _points(points: int, situation: Situation) -> Cell:
    return Decimal(points).scaleb(-situation.scale) if situation.scale else points


_CELLS: dict[ExportColumn, Callable[[MemberRow, Situation], Cell]] = {
    ExportColumn.NAME: lambda row, _: row.name,
    ExportColumn.PHONE: lambda row, _: _identities(row, "phone"),
    ExportColumn.CARD: lambda row, _: _identities(row, "card"),
    ExportColumn.EMAIL: lambda row, _: _identities(row, "email"),
    ExportColumn.EXTERNAL: lambda row, _: _identities(row, "external"),
    ExportColumn.BIRTHDAY: lambda row, _: row.birthday,
    ExportColumn.TIER: lambda row, situation: situation.tiers.get(row.tier or "", row.tier),
    ExportColumn.TAGS: lambda row, _: ", ".join(row.tags),
    ExportColumn.DISCOUNT: lambda row, _: Decimal(row.personal_discount_bp).scaleb(-2),
    ExportColumn.BALANCE: lambda row, situation: _points(row.available, situation),
    ExportColumn.PENDING: lambda row, situation: _points(row.pending, situation),
    ExportColumn.PURCHASES: lambda row, _: row.purchases,
    ExportColumn.SPEND: lambda row, situation: Decimal(row.spend_minor).scaleb(-situation.money_decimals),
    ExportColumn.SEEN: lambda row, _: row.last_purchase_on,
    ExportColumn.ENROLLED: lambda row, situation: row.enrolled_at.astimezone(situation.zone).date(),
    ExportColumn.SOURCE: lambda row, situation: translator(situation.language).gettext(
        SOURCE_WORDS[row.source]
    ),
    ExportColumn.BLOCKED: lambda row, situation: (
        translator(situation.language).gettext("yes") if row.is_blocked else ""
    ),
    ExportColumn.ID: lambda row, _: str(row.id),
}
