"""Saved reports sent by the clock: each moment is claimed once for ever, in the name of whoever asked for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.bots.staff_chats import list_chats
from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.constructor.model import Asker, Question, RhythmWrong, UnknownReport
from plushka.domain.insights.constructor.saving import get_report
from plushka.domain.insights.constructor.slots import DAYS_OF_MONTH, Every, Rhythm, last_slot, next_slot
from plushka.domain.insights.constructor.summary import Units, told_days, told_figures
from plushka.domain.insights.constructor.work import EXPORT, Wish, is_busy, leave_file
from plushka.domain.messages.contents import ReportTold
from plushka.domain.messages.gateways.queries import list_kinds
from plushka.domain.messages.model import Channel
from plushka.domain.messages.outgoing import write_to_staff
from plushka.domain.programs.queries import find_scales
from plushka.domain.staff.model import StaffMember
from plushka.domain.staff.queries import get_account, list_staff
from plushka.domain.tasks.model import Task
from plushka.domain.tasks.queries import get_task
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import Language

LATE_MAX = timedelta(days=1)
"""A moment that passed longer ago is not made up for."""
READ = "reports.read"
RECIPIENTS_MAX = 20
SENDINGS_SHOWN = 20

Way = Literal["email", "messenger"]
"""How a report comes: by mail, or to the chats that people have bound."""
WAYS: tuple[Way, ...] = get_args(Way)
BY_MAIL: tuple[Way, ...] = ("email",)

_decode = msgspec.json.Decoder(Question).decode

ActionsOf = Callable[[StaffMember], frozenset[str]]
"""All that somebody who works here may do now."""


class Schedule(Struct, frozen=True):
    """When a report is sent, in whose name (``staff_id``), to whom else and how; ``next_at`` is the next moment."""

    report_id: UUID
    staff_id: UUID
    rhythm: Rhythm
    recipients: tuple[UUID, ...]
    ways: tuple[Way, ...]
    next_at: datetime


class Due(Struct, frozen=True):
    """A schedule whose moment has come, with its report."""

    schedule: Schedule
    name: str
    question: Question


State = Literal["making", "left", "refused"]


class Letter(Struct, frozen=True):
    """What became of the letter or the message to somebody; ``state`` is that of ``outgoing``."""

    staff_id: UUID
    channel: Channel
    address: str
    state: str
    failure: str


class Sending(Struct, frozen=True):
    """One moment of a schedule and what came of it; ``failure`` is the code of why nothing was sent.

    ``unreached``: who may have it, and had no way to get it.
    """

    slot_at: datetime
    state: State
    failure: str
    task_id: UUID | None
    unreached: tuple[UUID, ...]
    letters: tuple[Letter, ...]


class Left(Struct, frozen=True):
    """How many letters and messages were left; ``failure`` is the code of why there are none."""

    count: int
    failure: str
    unreached: tuple[UUID, ...] = ()


async def schedule_report(
    tx: Tx,
    report_id: UUID,
    *,
    staff_id: UUID,
    rhythm: Rhythm,
    recipients: Sequence[UUID],
    ways: Collection[Way] = BY_MAIL,
) -> None:
    """Let a report be sent from the next moment on, in the name of ``staff_id``; one that was scheduled is changed.

    :raises UnknownReport: the actor does not see it
    :raises RhythmWrong: there is no such day or hour, no way, or there are too many recipients
    """
    report = await get_report(tx, report_id)
    _check(rhythm)
    if len(recipients) > RECIPIENTS_MAX or not ways:
        raise RhythmWrong(field="recipients")
    zone = (await get_business(tx)).time_zone
    await tx.execute(
        """
        -- insights.schedule_report
        insert into report_schedules (tenant_id, report_id, staff_id, every, day, hour, recipients, next_at, ways)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant_id, report_id) do update
        set staff_id = excluded.staff_id, every = excluded.every, day = excluded.day, hour = excluded.hour,
            recipients = excluded.recipients, next_at = excluded.next_at, ways = excluded.ways
        """,
        tx.tenant_id,
        report_id,
        staff_id,
        rhythm.every,
        rhythm.day,
        rhythm.hour,
        list(recipients),
        next_slot(rhythm, tx.at, zone),
        [way for way in WAYS if way in ways],
    )
    await audit.record(
        tx,
        action="report.schedule",
        subject=f"report:{report_id}",
        name=report.name,
        every=rhythm.every,
        recipients=len(recipients),
    )


def _check(rhythm: Rhythm) -> None:
    most = {"day": (0, 0), "week": (1, 7), "month": (1, DAYS_OF_MONTH)}[rhythm.every]
    if not (most[0] <= rhythm.day <= most[1] and 0 <= rhythm.hour <= 23):  # noqa: PLR2004  hours of a day
        raise RhythmWrong(field="day")


async def unschedule_report(tx: Tx, report_id: UUID) -> None:
    """Send a report no more; what was sent stays told.

    :raises UnknownReport: the actor does not see it
    """
    report = await get_report(tx, report_id)
    await tx.execute(
        """
        -- insights.unschedule_report
        delete from report_schedules where tenant_id = $1 and report_id = $2
        """,
        tx.tenant_id,
        report_id,
    )
    await audit.record(tx, action="report.unschedule", subject=f"report:{report_id}", name=report.name)


async def find_schedule(tx: Tx, report_id: UUID) -> Schedule | None:
    """Return how a report is sent, None: it is not."""
    row = await tx.fetchrow(
        """
        -- insights.find_report_schedule
        select report_id, staff_id, every, day, hour, recipients, ways, next_at
        from report_schedules where tenant_id = $1 and report_id = $2
        """,
        tx.tenant_id,
        report_id,
    )
    return None if row is None else _schedule(row)


async def list_sendings(tx: Tx, report_id: UUID) -> Sequence[Sending]:
    """Return the latest moments of a report, the last one first, with what became of its letters."""
    rows = await tx.fetch(
        """
        -- insights.list_report_sendings
        select slot_at, state, failure, task_id, unreached from report_sendings
        where tenant_id = $1 and report_id = $2
        order by slot_at desc limit $3
        """,
        tx.tenant_id,
        report_id,
        SENDINGS_SHOWN,
    )
    letters = await tx.fetch(
        """
        -- insights.list_report_letters
        select sent.place, split_part(substr(o.key, length(sent.key) + 1), ':', 1)::uuid as staff_id, o.channel,
               o.address, o.state, o.failure
        from unnest($2::text[]) with ordinality as sent (key, place)
        join outgoing o on o.tenant_id = $1 and o.key like sent.key || '%'
        order by sent.place, o.channel, o.address
        """,
        tx.tenant_id,
        [f"{_key(report_id, row['slot_at'])}:" for row in rows],
    )
    return [
        Sending(
            slot_at=row["slot_at"],
            state=row["state"],
            failure=row["failure"],
            task_id=row["task_id"],
            unreached=tuple(row["unreached"]),
            letters=tuple(
                Letter(
                    letter["staff_id"],
                    letter["channel"],
                    letter["address"],
                    letter["state"],
                    letter["failure"],
                )
                for letter in letters
                if letter["place"] == place
            ),
        )
        for place, row in enumerate(rows, start=1)
    ]


async def send_due(database: Database, at: datetime, tenant_id: UUID, actions_of: ActionsOf) -> int:
    """Take up what has come due in a business and leave letters of what is made; return how many moments were claimed.

    Repeated or done by two at once, it claims each moment once.
    """
    async with database.transaction(tenant_id, actor="job:reports", at=at) as tx:
        if (await get_business(tx)).sandbox_of is not None:
            return 0
        await _leave_letters(tx, actions_of)
        due = await _list_due(tx)
    claimed = 0
    for each in due:
        async with database.transaction(tenant_id, actor="job:reports", at=at) as tx:
            # One long question at a time: the next one is taken up when this one is answered.
            if await is_busy(tx):
                return claimed
            people = {person.id: person for person in await list_staff(tx)}
        author = people.get(each.schedule.staff_id)
        branch_ids = author.branch_ids if author else frozenset()
        # In the name of the author: the task is theirs, and sees their branches.
        actor = f"staff:{each.schedule.staff_id}"
        async with database.transaction(tenant_id, actor=actor, at=at, branch_ids=branch_ids) as tx:
            claimed += await _claim(tx, each, author, actions_of)
    return claimed


async def _claim(tx: Tx, due: Due, author: StaffMember | None, actions_of: ActionsOf) -> bool:
    """Claim the latest moment of a schedule and leave its file to be made; False: somebody has, or it is too late."""
    schedule, zone = due.schedule, (await get_business(tx)).time_zone
    slot_at = last_slot(schedule.rhythm, tx.at, zone)
    moved = await tx.fetchval(
        """
        -- insights.move_report_schedule
        update report_schedules set next_at = $4
        where tenant_id = $1 and report_id = $2 and next_at = $3
        returning true
        """,
        tx.tenant_id,
        schedule.report_id,
        schedule.next_at,
        next_slot(schedule.rhythm, tx.at, zone),
    )
    if not moved or tx.at - slot_at > LATE_MAX:
        return False
    claimed = await tx.fetchval(
        """
        -- insights.claim_report_slot
        insert into report_sendings (tenant_id, report_id, slot_at, state)
        values ($1, $2, $3, 'making') on conflict do nothing returning true
        """,
        tx.tenant_id,
        schedule.report_id,
        slot_at,
    )
    if not claimed:
        return False
    try:
        task_id = await _leave(tx, due, author, actions_of)
    except Refusal as refusal:
        await _note(tx, schedule.report_id, slot_at, "refused", failure=refusal.code)
    else:
        await _note(tx, schedule.report_id, slot_at, "making", task_id=task_id)
    return True


async def _leave(tx: Tx, due: Due, author: StaffMember | None, actions_of: ActionsOf) -> UUID:
    """Leave the file of a report to be made with the rights that its author has now.

    :raises Refusal: they have gone, or may not see or take away what the report asks
    """
    if author is None or author.dismissed_at is not None:
        raise UnknownReport
    asker = Asker(actions_of(author), author.branch_ids)
    account = await get_account(tx, author.account_id)
    return await leave_file(tx, Wish(due.question, asker, due.name, account.language))


async def _leave_letters(tx: Tx, actions_of: ActionsOf) -> None:
    """Leave letters of files that are made; note those that were not."""
    rows = await tx.fetch(
        """
        -- insights.list_made_reports
        select m.report_id, m.slot_at, m.task_id, r.name, r.is_shared, s.staff_id, s.recipients, s.ways
        from report_sendings m
        join saved_reports r on r.tenant_id = $1 and r.id = m.report_id
        left join report_schedules s on s.tenant_id = $1 and s.report_id = m.report_id
        where m.tenant_id = $1 and m.state = 'making' and m.task_id is not null
        for update of m skip locked
        """,
        tx.tenant_id,
    )
    for row in rows:
        task = await get_task(tx, row["task_id"])
        if task.is_open:
            continue
        if task.state != "done":
            failure = task.failure or "report_stopped"
            await _note(tx, row["report_id"], row["slot_at"], "refused", failure=failure, task_id=task.id)
            continue
        left = await _write(tx, row, task, actions_of)
        state: State = "left" if left.count else "refused"
        await _note(
            tx,
            row["report_id"],
            row["slot_at"],
            state,
            failure=left.failure,
            task_id=task.id,
            unreached=left.unreached,
        )


async def _write(tx: Tx, row: Record, task: Task, actions_of: ActionsOf) -> Left:
    """Leave a letter or messages to the author and to each colleague who may have it now."""
    needs = {READ, EXPORT, *str(task.arguments.get("needs", "")).split()}
    wanted = {row["staff_id"], *(row["recipients"] or ())}
    people = [
        person
        for person in await list_staff(tx)
        if person.id in wanted
        and person.dismissed_at is None
        and (not person.branch_ids or (task.branch_ids and task.branch_ids <= person.branch_ids))
        and needs <= actions_of(person)
    ]
    if not people:
        return Left(0, "report_nobody")
    ways: frozenset[Way] = frozenset(row["ways"])
    has_mail = "email" in ways and "email" in await list_kinds(tx)
    chats = await list_chats(tx, [person.id for person in people]) if "messenger" in ways else {}
    told = _Told(row, task, await _units(tx))
    count, unreached = 0, []
    for person in people:
        places: list[tuple[Channel, str]] = [("email", person.email)] if has_mail else []
        places += [(chat.messenger, chat.external_id) for chat in chats.get(person.id, ())]
        language = (await get_account(tx, person.account_id)).language
        for channel, address in places:
            content = told.to(person.id, language)
            await write_to_staff(
                tx, channel, address, content, language=language, key=_key_of(row, person.id, channel)
            )
        count += len(places)
        if "messenger" in ways and not places:
            unreached.append(person.id)
    return Left(count, "" if count else _NO_WAY[ways], tuple(unreached))


_NO_WAY: Mapping[frozenset[Way], str] = MappingProxyType(
    {
        frozenset({"email"}): "report_no_mail",
        frozenset({"messenger"}): "report_no_chat",
        frozenset({"email", "messenger"}): "report_no_way",
    }
)


async def _units(tx: Tx) -> Units:
    scales = await find_scales(tx)
    return Units((await get_business(tx)).currency, max(scales.values(), default=0))


class _Told:
    """What is told of a report that is made, to each person in their language."""

    def __init__(self, row: Record, task: Task, units: Units) -> None:
        self._row = row
        self._task = task
        self._units = units
        self._question = _decode(str(task.arguments["question"]))

    def to(self, staff_id: UUID, language: Language) -> ReportTold:
        row, result = self._row, self._task.result
        # What is not shared opens for its author alone.
        is_open = row["is_shared"] or staff_id == row["staff_id"]
        return ReportTold(
            name=row["name"],
            rows=int(result.get("count") or 0),
            task_id=self._task.id,
            file_name=self._task.file_name,
            path=f"/reports/constructor/saved/{row['report_id']}" if is_open else "",
            figures=told_figures(self._question, result, self._units, language),
            **told_days(result),
        )


def _key_of(row: Record, staff_id: UUID, channel: Channel) -> str:
    key = f"{_key(row['report_id'], row['slot_at'])}:{staff_id}"
    return key if channel == "email" else f"{key}:{channel}"


def _key(report_id: UUID, slot_at: datetime) -> str:
    return f"report:{report_id}:{int(slot_at.timestamp())}"


async def _note(
    tx: Tx,
    report_id: UUID,
    slot_at: datetime,
    state: State,
    *,
    failure: str = "",
    task_id: UUID | None = None,
    unreached: tuple[UUID, ...] = (),
) -> None:
    await tx.execute(
        """
        -- insights.note_report_sending
        update report_sendings set state = $4, failure = $5, task_id = $6, unreached = $7
        where tenant_id = $1 and report_id = $2 and slot_at = $3
        """,
        tx.tenant_id,
        report_id,
        slot_at,
        state,
        failure,
        task_id,
        list(unreached),
    )


async def _list_due(tx: Tx) -> list[Due]:
    rows = await tx.fetch(
        """
        -- insights.list_due_reports
        select s.report_id, s.staff_id, s.every, s.day, s.hour, s.recipients, s.ways, s.next_at, r.name,
               r.question
        from report_schedules s join saved_reports r on r.tenant_id = $1 and r.id = s.report_id
        where s.tenant_id = $1 and s.next_at <= $2 and r.deleted_at is null
        order by s.next_at, s.report_id
        """,
        tx.tenant_id,
        tx.at,
    )
    return [Due(_schedule(row), row["name"], _decode(row["question"])) for row in rows]


def _schedule(row: Record) -> Schedule:
    every: Every = row["every"]
    return Schedule(
        report_id=row["report_id"],
        staff_id=row["staff_id"],
        rhythm=Rhythm(every, row["day"], row["hour"]),
        recipients=tuple(row["recipients"]),
        ways=tuple(row["ways"]),
        next_at=row["next_at"],
    )
