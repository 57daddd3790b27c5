"""The page of the calendar, its file, and what its buttons do in the draft."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.calendar.bars import Bar, Months, months_of
from plushka.delivery.office.engagement.calendar.entries import (
    Entry,
    Group,
    gather_programs,
    of_coupons,
)
from plushka.delivery.office.engagement.calendar.file import CONTENT_TYPE, write_calendar
from plushka.delivery.office.engagement.draft.desk import load_desk
from plushka.delivery.office.engagement.draft.parts_list import rearranged
from plushka.delivery.office.engagement.period import STATES, tell_period
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.coupons.queries import list_coupons
from plushka.domain.programs.drafts import save_draft
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

PATH = "/engagement/calendar"
_NOTICES = {
    "promotion.pause": marked("The promotion is paused in the draft. Publish it, and it stops."),
    "promotion.resume": marked("The promotion goes on in the draft. Publish it, and it applies."),
    "promotion.end": marked("Today is the last day of the promotion in the draft. Publish it, and it ends."),
    "promotion.copy": marked("The copy is in the draft, paused. Give it days of its own and publish it."),
}


class Row(Struct, frozen=True):
    """An entry as the page shows it."""

    entry: Entry
    state: str
    days: str
    bar: Bar


class Block(Struct, frozen=True):
    """A group of rows; ``editor`` is where its promotions are made, where the reader may."""

    title: str
    rows: tuple[Row, ...]
    program: str
    editor: str


@get(PATH, opt={"action": "programs.read"})
async def show_calendar(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show three months, from the one that the address names."""
    months = months_of(request.query_params.get("from", ""), visit.today)
    async with visit.reading() as tx:
        groups = await _gather(tx, visit)
    return visit.page(
        "engagement/calendar.html",
        section="engagement",
        page="calendar",
        blocks=[_block(group, months, visit) for group in groups if group.entries or group.program_id],
        months=months,
        names=[f"{visit.figures.month(month.month)} {month.year}" for month in months.all],
        before=_address(add_months(months.first_on, -1)),
        after=_address(add_months(months.first_on, 1)),
        here=_address(visit.today),
        is_here=months.first_on == visit.today.replace(day=1),
        today=months.bar(visit.today, visit.today),
    )


@get(f"{PATH}.ics", opt={"action": "programs.read"})
async def download_calendar(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return what is published, for another calendar."""
    async with visit.reading() as tx:
        written = write_calendar(await _gather(tx, visit), visit)
    return Response(
        written,
        media_type=CONTENT_TYPE,
        headers={"content-disposition": 'attachment; filename="promotions.ics"'},
    )


@post(PATH, opt={"action": "programs.edit"})
async def change_promotion(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Pause, end or copy a promotion in the draft of its programme, and go where it is published."""
    form = await visit.typed(request)
    program_id, do = _program(form.value("program")), form.value("do")
    notice = _NOTICES.get(do.partition(":")[0])
    async with visit.writing() as tx:
        desk = await load_desk(tx, program_id, visit)
        moved = rearranged(do, desk) if notice else None
        if moved is None or notice is None:
            raise NotFoundException
        if moved.program != desk.program:
            await save_draft(tx, program_id, moved.program, mark=desk.draft.mark, removed=moved.removed)
    told = visit.words.gettext(notice)
    if moved.new is not None:
        return sent_on(f"{desk.url}/promotion?{urlencode({'id': moved.new.id})}", told)
    return sent_on(f"{desk.url}/publish", told)


def _program(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundException from None


def _address(month: date) -> str:
    return f"{PATH}?from={month:%Y-%m}"


async def _gather(tx: Tx, visit: Visit) -> list[Group]:
    groups = await gather_programs(tx, visit)
    if visit.may("coupons.read"):
        groups.append(of_coupons(await list_coupons(tx), visit))
    return groups


def _block(group: Group, months: Months, visit: Visit) -> Block:
    rows = []
    for entry in group.entries:
        bar = months.bar(entry.first_on, entry.last_on)
        if bar is not None:
            rows.append(
                Row(
                    entry,
                    visit.words.gettext(STATES[entry.state]),
                    tell_period(entry.first_on, entry.last_on, visit),
                    bar,
                )
            )
    may_make = group.program_id is not None and visit.may("programs.edit")
    return Block(
        title=group.title,
        rows=tuple(rows),
        program=str(group.program_id or ""),
        editor=f"/engagement/programs/{group.program_id}/draft/promotions" if may_make else "",
    )
