"""Reports under a name: kept, shared, changed by whoever keeps them, put away and taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.insights.constructor.model import (
    NotYourReport,
    Question,
    ReportNameWrong,
    TooManyReports,
    UnknownReport,
)
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

NAME_LENGTH_MAX = 100
REPORTS_MAX = 200
TAKEN_BACK_WITHIN = timedelta(days=30)
"""How long a deleted report is kept."""

_decode = msgspec.json.Decoder(Question).decode
_SELECT = """
    select r.id, r.name, r.question, r.is_shared, r.actor, r.actor = $2 as is_own,
           s.report_id is not null as is_scheduled
    from saved_reports r
    left join report_schedules s on s.tenant_id = $1 and s.report_id = r.id
    where r.tenant_id = $1 and (r.is_shared or r.actor = $2) and r.deleted_at is null
"""


class SavedReport(Struct, frozen=True):
    """A question under a name; ``is_own``: of the one who asks. It holds no figures."""

    id: UUID
    name: str
    question: Question
    is_shared: bool
    actor: str
    is_own: bool
    is_scheduled: bool


async def list_reports(tx: Tx) -> Sequence[SavedReport]:
    """Return the reports that the actor sees, their own and the shared ones, by name."""
    rows = await tx.fetch(
        f"""
        -- insights.list_saved_reports
        {_SELECT}
        order by lower(r.name), r.id
        limit {REPORTS_MAX}
        """,
        tx.tenant_id,
        tx.actor,
    )
    return [_report(row) for row in rows]


async def get_report(tx: Tx, report_id: UUID) -> SavedReport:
    """Return a report that the actor sees.

    :raises UnknownReport: there is none of this id, or it is somebody's own
    """
    row = await tx.fetchrow(
        f"-- insights.get_saved_report\n{_SELECT} and r.id = $3", tx.tenant_id, tx.actor, report_id
    )
    if row is None:
        raise UnknownReport
    return _report(row)


async def save_report(tx: Tx, *, name: str, question: Question, is_shared: bool) -> UUID:
    """Keep a question under a name; names may repeat.

    :raises ReportNameWrong: the name is empty or too long
    :raises TooManyReports: the business has ``REPORTS_MAX``
    """
    name, report_id = _clean(name), new_id()
    saved = await tx.fetchval(
        """
        -- insights.save_report
        insert into saved_reports (tenant_id, id, actor, name, question, is_shared, created_at)
        select $1, $2, $3, $4, $5, $6, $7
        where (select count(*) from saved_reports where tenant_id = $1 and deleted_at is null) < $8
        returning true
        """,
        tx.tenant_id,
        report_id,
        tx.actor,
        name,
        msgspec.json.encode(question).decode(),
        is_shared,
        tx.at,
        REPORTS_MAX,
    )
    if not saved:
        raise TooManyReports(field="name", reports_max=REPORTS_MAX)
    await audit.record(tx, action="report.save", subject=f"report:{report_id}", name=name)
    return report_id


async def change_report(tx: Tx, report_id: UUID, *, name: str, question: Question, is_shared: bool) -> None:
    """Give a report of the actor's own another name or question.

    :raises UnknownReport: the actor does not see it
    :raises NotYourReport: somebody else has saved it
    :raises ReportNameWrong: the name is empty or too long
    """
    await _own(tx, report_id)
    name = _clean(name)
    await tx.execute(
        """
        -- insights.change_saved_report
        update saved_reports set name = $3, question = $4, is_shared = $5 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        report_id,
        name,
        msgspec.json.encode(question).decode(),
        is_shared,
    )
    await audit.record(tx, action="report.change", subject=f"report:{report_id}", name=name)


async def delete_report(tx: Tx, report_id: UUID) -> str:
    """Put a report of the actor's own away, its schedule too; return its name.

    :raises UnknownReport: the actor does not see it
    :raises NotYourReport: somebody else has saved it
    """
    report = await _own(tx, report_id)
    await _put_away(tx, report_id, tx.at)
    await audit.record(tx, action="report.delete", subject=f"report:{report_id}", name=report.name)
    return report.name


async def restore_report(tx: Tx, report_id: UUID) -> None:
    """Take a deleted report of the actor's own back, with its schedule.

    :raises UnknownReport: the actor has deleted none of this id
    """
    name = await tx.fetchval(
        """
        -- insights.restore_saved_report
        update saved_reports set deleted_at = null
        where tenant_id = $1 and id = $2 and actor = $3 and deleted_at is not null
        returning name
        """,
        tx.tenant_id,
        report_id,
        tx.actor,
    )
    if name is None:
        raise UnknownReport
    await audit.record(tx, action="report.restore", subject=f"report:{report_id}", name=name)


async def forget_deleted(tx: Tx) -> None:
    """Forget reports for good that were deleted ``TAKEN_BACK_WITHIN`` ago."""
    await tx.execute(
        """
        -- insights.forget_deleted_reports
        with gone as (
            select id from saved_reports where tenant_id = $1 and deleted_at < $2
        ), sendings as (
            delete from report_sendings where tenant_id = $1 and report_id in (select id from gone)
        ), schedules as (
            delete from report_schedules where tenant_id = $1 and report_id in (select id from gone)
        )
        delete from saved_reports where tenant_id = $1 and id in (select id from gone)
        """,
        tx.tenant_id,
        tx.at - TAKEN_BACK_WITHIN,
    )


async def _put_away(tx: Tx, report_id: UUID, at: datetime) -> None:
    await tx.execute(
        """
        -- insights.delete_saved_report
        update saved_reports set deleted_at = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        report_id,
        at,
    )


async def _own(tx: Tx, report_id: UUID) -> SavedReport:
    report = await get_report(tx, report_id)
    if not report.is_own:
        raise NotYourReport
    return report


def _clean(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise ReportNameWrong(field="name", length_max=NAME_LENGTH_MAX)
    return name


def _report(row: Record) -> SavedReport:
    return SavedReport(**{**row, "question": _decode(row["question"])})
