"""The page of a report's schedule: when, to whom, and what became of each time."""

from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import actions_of_person
from plushka.delivery.office.reports.constructor.saved import SAVED
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.bots.staff_chats import list_chats, list_messengers
from plushka.domain.insights.constructor.saving import get_report
from plushka.domain.insights.constructor.scheduling import (
    BY_MAIL,
    READ,
    WAYS,
    Letter,
    Sending,
    find_schedule,
    list_sendings,
    schedule_report,
    unschedule_report,
)
from plushka.domain.insights.constructor.slots import DAYS_OF_MONTH, Every, Rhythm
from plushka.domain.insights.constructor.work import EXPORT
from plushka.domain.members.channels import MESSENGER_NAMES
from plushka.domain.messages.gateways.queries import list_kinds
from plushka.domain.messages.model import CHANNEL_NAMES
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.staff.model import StaffMember
from plushka.domain.staff.queries import list_staff
from plushka.platform.database import Tx
from plushka.platform.i18n import WEEKDAYS, marked

_MESSAGES = {
    "waiting": marked("the message waits to be sent"),
    "sending": marked("the message is being sent"),
    "sent": marked("the message is sent"),
    "delivered": marked("the message has arrived"),
    "failed": marked("the messenger did not take it: {failure}"),
    "blocked": marked(
        "the bot was stopped there, or the chat is gone: start the bot again, or connect another chat"
    ),
    "skipped": marked("the message was not sent: it came too late"),
    "unknown": marked("nobody knows what became of the message"),
}
_LETTERS = {
    "waiting": marked("the letter waits to be sent"),
    "sending": marked("the letter is being sent"),
    "sent": marked("the letter is sent"),
    "delivered": marked("the letter has arrived"),
    "failed": marked("the letter was not taken: {failure}"),
    "blocked": marked("there is no such address"),
    "skipped": marked("the letter was not sent: it came too late"),
    "unknown": marked("nobody knows what became of the letter"),
}
EVERY: tuple[Every, ...] = get_args(Every)
HOURS = 24
HOUR = 8
"""When a report is sent until another hour is chosen."""


class Told(Struct, frozen=True):
    """A moment as the page tells it; ``is_good`` None: it goes on."""

    moment: str
    text: str
    is_good: bool | None
    file_url: str
    letters: tuple[str, ...]


@get(f"{SAVED}/{{report_id:uuid}}/schedule", opt={"action": "reports.export"})
async def show_schedule(visit: NamedDependency[Visit], report_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        values = await _values(tx, visit, report_id)
    return visit.page("reports/constructor/schedule.html", section="reports", page="constructor", **values)


@post(f"{SAVED}/{{report_id:uuid}}/schedule", opt={"action": "reports.export"})
async def save_schedule(
    visit: NamedDependency[Visit], request: OfficeRequest, report_id: FromPath[UUID]
) -> Redirect:
    """Let the report be sent in the name of this person."""
    form = await visit.typed(request)
    every = form.choice("every", EVERY) or "day"
    day = {"day": 0, "week": form.number("weekday", least=1, most=7, required=False) or 1}.get(
        every, form.number("day", least=1, most=DAYS_OF_MONTH, required=False) or 1
    )
    hour = form.number("hour", least=0, most=HOURS - 1, required=False)
    async with visit.writing() as tx:
        known = {str(person.id): person.id for person in await _colleagues(tx, visit)}
        await schedule_report(
            tx,
            report_id,
            staff_id=visit.session.staff_id,
            rhythm=Rhythm(every, day, HOUR if hour is None else hour),
            recipients=[known[chosen] for chosen in form.values("to") if chosen in known],
            ways=[way for way in WAYS if way in form.values("way")] or BY_MAIL,
        )
    return sent_on(
        f"{SAVED}/{report_id}/schedule", visit.words.gettext("The report will be sent by this schedule.")
    )


@post(f"{SAVED}/{{report_id:uuid}}/schedule/stop", opt={"action": "reports.export"})
async def stop_schedule(visit: NamedDependency[Visit], report_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await unschedule_report(tx, report_id)
    return sent_on(f"{SAVED}/{report_id}/schedule", visit.words.gettext("The report is sent no more."))


async def _values(tx: Tx, visit: Visit, report_id: UUID) -> dict[str, Any]:
    gettext, figures = visit.words.gettext, visit.figures
    report, schedule = await get_report(tx, report_id), await find_schedule(tx, report_id)
    people = {person.id: person for person in await list_staff(tx)}
    author = people.get(schedule.staff_id) if schedule else None
    chats = {
        staff_id: ", ".join(gettext(MESSENGER_NAMES[chat.messenger]) for chat in own)
        for staff_id, own in (await list_chats(tx, people)).items()
    }
    return {
        "report": report,
        "path": f"{SAVED}/{report_id}",
        "saved_path": SAVED,
        "schedule": schedule,
        "author": author.name if author else "",
        "next": figures.moment(schedule.next_at) if schedule else "",
        "chosen": set(schedule.recipients) if schedule else set(),
        "every": schedule.rhythm.every if schedule else "week",
        "weekday": schedule.rhythm.day if schedule and schedule.rhythm.every == "week" else 1,
        "day": schedule.rhythm.day if schedule and schedule.rhythm.every == "month" else 1,
        "hour": schedule.rhythm.hour if schedule else HOUR,
        "weekdays": [(number, gettext(title)) for number, title in enumerate(WEEKDAYS, start=1)],
        "days": list(range(1, DAYS_OF_MONTH + 1)),
        "hours": [(hour, f"{hour:02}:00") for hour in range(HOURS)],
        "colleagues": await _colleagues(tx, visit),
        "own_email": visit.session.account.email,
        "ways": set(schedule.ways if schedule else BY_MAIL),
        "chats": chats,
        "own_chats": chats.get(visit.session.staff_id, ""),
        "has_bot": bool(await list_messengers(tx)),
        "has_mail": "email" in await list_kinds(tx),
        "sendings": [_told(each, people, visit) for each in await list_sendings(tx, report_id)],
    }


async def _colleagues(tx: Tx, visit: Visit) -> list[Any]:
    """Return who else may have a report: whoever may read and take away as much as this person."""
    own = visit.session.branch_ids
    return [
        person
        for person in await list_staff(tx)
        if person.id != visit.session.staff_id
        and {READ, EXPORT} <= actions_of_person(person)
        and (not person.branch_ids or (own and own <= person.branch_ids))
    ]


def _told(sending: Sending, people: Mapping[UUID, StaffMember], visit: Visit) -> Told:
    gettext = visit.words.gettext
    letters = tuple(_told_letter(letter, people, visit) for letter in sending.letters)
    text, is_good = gettext("is being made"), None
    if sending.state == "left":
        count = len(letters)
        text = visit.words.ngettext("made, {count} message", "made, {count} messages", count, count=count)
        is_good = True
    elif sending.state == "refused":
        text, is_good = refusal_sentence(sending.failure, {}, visit.look.language), False
    without = tuple(
        gettext("{name}: no chat is connected in their account", name=people[staff_id].name)
        for staff_id in sending.unreached
        if staff_id in people
    )
    return Told(
        moment=visit.figures.moment(sending.slot_at),
        text=text,
        is_good=is_good,
        file_url=f"/tasks/{sending.task_id}" if sending.task_id else "",
        letters=letters + without,
    )


def _told_letter(letter: Letter, people: Mapping[UUID, StaffMember], visit: Visit) -> str:
    gettext = visit.words.gettext
    if letter.channel == "email":
        return f"{letter.address}: {gettext(_LETTERS[letter.state], failure=letter.failure)}"
    person = people.get(letter.staff_id)
    place = f"{person.name}, {gettext(CHANNEL_NAMES[letter.channel])}" if person else letter.address
    return f"{place}: {gettext(_MESSAGES[letter.state], failure=letter.failure)}"
