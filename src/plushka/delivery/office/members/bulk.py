"""What can be done to the chosen members, or to all whom the filters find: a tag, points, a file."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.asked import Asked, query_lists
from plushka.delivery.office.members.within_limit import keep_within_limit
from plushka.delivery.office.tasks.telling import of_program
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.audit.operations import record
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.members import export
from plushka.domain.insights.members.conditions import MemberFilter
from plushka.domain.insights.members.export import FORMATS, HEADINGS, ExportColumn
from plushka.domain.insights.members.found import count_found, list_found_ids
from plushka.domain.members.links import list_links
from plushka.domain.members.queries import list_tags
from plushka.domain.members.tagging import read_tag
from plushka.domain.programs import bulk_work
from plushka.domain.programs.segments import list_segment_names
from plushka.domain.segments.lists import add_members
from plushka.domain.segments.model import NAME_LENGTH_MAX
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.queries import list_segments
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.ids import ID_BYTES, pack_ids
from plushka.domain.tasks.model import UnknownTask
from plushka.domain.tasks.queries import get_task, read_parts
from plushka.platform.database import Tx
from plushka.platform.errors import Fact, Refusal

POINTS_MAX = 10**9
"""Whole points for one member: a slip of the hand must not make a million millions."""
REASON_LENGTH_MAX = 200
LIFE_DAYS_MAX = 3650
CHOSEN_MAX = 1000
_UNDONE_BY = {bulk_work.TAG: bulk_work.UNTAG, bulk_work.UNTAG: bulk_work.TAG}


class Whom(Struct, frozen=True):
    """Whom an address means: those chosen by hand, or all whom its filters find. ``query`` is that part of it."""

    asked: Asked
    chosen: tuple[UUID, ...] | None
    count: int

    @property
    def query(self) -> str:
        if self.chosen is not None:
            return urlencode([*self.asked.pairs(), *(("member", member_id) for member_id in self.chosen)])
        return self.asked.url("", all="1").removeprefix("?")


@get("/members/bulk", opt={"action": "members.read"})
async def show_bulk(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show what can be done to the members whom the address means."""
    async with visit.reading() as tx:
        return await _page(tx, visit, await _whom(tx, request, visit), Form(visit.words))


@post("/members/bulk/tags", opt={"action": "members.tag"})
async def change_tags(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Leave the tagging, or the untagging, of many members to be done."""
    form = await visit.typed(request)
    kind = bulk_work.UNTAG if form.value("do") == "remove" else bulk_work.TAG
    async with visit.writing() as tx:
        whom = await _whom(tx, request, visit)
        tag = ""
        try:
            tag = read_tag(form.value("tag"))
        except Refusal as refusal:
            form.refused(refusal, default="tag")
        if not form.is_sound or not whom.count:
            return await _page(tx, visit, whom, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
        task_id = await _leave(tx, visit, whom, kind, {"tag": tag})
    words = visit.words
    if kind == bulk_work.TAG:
        text = words.gettext("The tag “{tag}” is being given.", tag=tag)
    else:
        text = words.gettext("The tag “{tag}” is being taken away.", tag=tag)
    return sent_on(f"/tasks/{task_id}", text, undo=f"/members/bulk/tasks/{task_id}/undo")


@post("/members/bulk/list", opt={"action": "segments.change"})
async def put_into_list(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Put the members into a list, an old one or a new one."""
    form = await visit.typed(request)
    list_id = form.id("list", required=False)
    name = "" if list_id else form.text("list_name", length_max=NAME_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                whom = await _whom(tx, request, visit)
                list_id = list_id or await create_segment(tx, name=name, audience=None)
                added = await add_members(tx, list_id, await _ids_of(tx, visit, whom))
        except Refusal as refusal:
            form.refused(refusal, default="list_name")
        else:
            return sent_on(
                f"/campaigns/segments/{list_id}", visit.words.gettext("Added: {count}.", count=added)
            )
    async with visit.reading() as tx:
        whom = await _whom(tx, request, visit)
        return await _page(tx, visit, whom, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post("/members/bulk/tasks/{task_id:uuid}/undo", opt={"action": "members.tag"})
async def undo_tags(visit: NamedDependency[Visit], task_id: FromPath[UUID]) -> Redirect:
    """Stop the tagging if it goes on, and turn round what it has done.

    :raises UnknownTask: this person has left no such task
    """
    async with visit.writing() as tx:
        task = await get_task(tx, task_id)
        if task.actor != visit.actor or task.kind not in _UNDONE_BY:
            raise UnknownTask
        if task.is_open:
            await tasks.cancel(tx, task_id)
        touched = b"".join([part async for part in read_parts(tx, task_id, is_input=False)])
        if not touched:
            return sent_on("/members?view=all", visit.words.gettext("Nothing had been changed yet."))
        undoing_id = await tasks.leave(
            tx, kind=_UNDONE_BY[task.kind], arguments=task.arguments, content=touched
        )
    return sent_on(f"/tasks/{undoing_id}", visit.words.gettext("It is being undone."))


@post("/members/bulk/points", opt={"action": "members.bulk"})
async def change_points(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Ask once more with the sum of it all, then leave the movements to be booked."""
    form, words, figures = await visit.typed(request), visit.words, visit.figures
    points = form.number("points", decimals=figures.scale, least=1, most=POINTS_MAX * 10**figures.scale)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    is_taking = form.value("direction") == "take"
    life_days = form.number("life_days", least=1, most=LIFE_DAYS_MAX, required=False)
    share_bp = form.rate("share", least=1, required=False)
    async with visit.writing() as tx:
        whom = await _whom(tx, request, visit)
        is_confirmed = form.is_sound and form.value("confirmed") == str(whom.count)
        if points is not None and visit.version is not None:
            await keep_within_limit(
                tx,
                visit,
                form,
                points * whom.count,
                version=visit.version,
                field="points",
                is_counted=is_confirmed,
            )
        if points is None or not form.is_sound or not whom.count:
            return await _page(tx, visit, whom, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
        if not is_confirmed:
            confirmation = _confirmation(visit, whom, points, reason, is_taking=is_taking)
            confirmation["terms"] = (
                "" if is_taking else tell_terms(visit, life_days=life_days, receipt_share_bp=share_bp)
            )
            return await _page(tx, visit, whom, form, confirmation=confirmation)
        task_id = await _leave(
            tx,
            visit,
            whom,
            bulk_work.TAKE if is_taking else bulk_work.GIVE,
            {
                **of_program(visit.version),
                "points": -points if is_taking else points,
                "told": visit.points_told(points),
                "reason": reason,
                "life_days": None if is_taking else life_days,
                "receipt_share_bp": None if is_taking else share_bp,
            },
        )
    return sent_on(
        f"/tasks/{task_id}",
        words.gettext("The points are being booked."),
        undo="" if is_taking else f"/members/bulk/tasks/{task_id}/take-back",
    )


@post("/members/bulk/tasks/{task_id:uuid}/take-back", opt={"action": "members.bulk"})
async def take_points_back(visit: NamedDependency[Visit], task_id: FromPath[UUID]) -> Redirect:
    """Stop the giving if it goes on, and take back what its members still have of it.

    :raises UnknownTask: this person has left no such task
    """
    async with visit.writing() as tx:
        task = await get_task(tx, task_id)
        if task.actor != visit.actor or task.kind != bulk_work.GIVE:
            raise UnknownTask
        if task.is_open:
            await tasks.cancel(tx, task_id)
        ids = b"".join([part async for part in read_parts(tx, task_id, is_input=True)])
        taking_id = await tasks.leave(
            tx,
            kind=bulk_work.TAKE_BACK,
            arguments={**task.arguments, "given": str(task_id)},
            total=len(ids) // ID_BYTES,
            content=ids,
        )
    return sent_on(f"/tasks/{taking_id}", visit.words.gettext("It is being undone."))


@post("/members/exports", opt={"action": "members.export"})
async def export_members(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Have the members written to a file."""
    form = await visit.typed(request)
    file_format = form.choice("format", FORMATS)
    columns = [column for column in ExportColumn if column in form.values("column")]
    if not columns:
        form.fail("column", visit.words.gettext("Choose at least one column."))
    async with visit.writing() as tx:
        whom = await _whom(tx, request, visit)
        if not form.is_sound or not whom.count:
            return await _page(tx, visit, whom, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
        name = visit.words.gettext("members-{date}", date=visit.today.isoformat())
        task_id = await _leave(
            tx,
            visit,
            whom,
            export.KIND,
            {
                **of_program(visit.version),
                "format": file_format,
                "columns": " ".join(columns),
                "language": visit.look.language,
            },
            file_name=f"{name}.{file_format}",
        )
        await record(
            tx,
            action=export.KIND,
            subject=f"task:{task_id}",
            members=whom.count,
            columns=" ".join(columns),
            program=visit.program_name or None,
        )
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("The file is being written."))


def tell_terms(visit: Visit, *, life_days: int | None, receipt_share_bp: int | None) -> str:
    """Return how points given by hand live and what they may pay, where it is not as the programme says."""
    words, told = visit.words, []
    if life_days:
        told.append(
            words.ngettext(
                "They burn after {count} day.", "They burn after {count} days.", life_days, count=life_days
            )
        )
    if receipt_share_bp:
        share = visit.figures.percent(receipt_share_bp)
        told.append(words.gettext("They can pay up to {share} of a receipt.", share=share))
    return " ".join(told)


async def _whom(tx: Tx, request: OfficeRequest, visit: Visit) -> Whom:
    query = query_lists(request.query_params.multi_items())
    asked = Asked(query, visit)
    if "all" in query:
        count = await count_found(
            tx, asked.where, program_id=visit.program_id, country=visit.business.country, count_max=None
        )
        return Whom(asked, None, count)
    chosen = tuple(dict.fromkeys(_ids(query.get("member", ()))))[:CHOSEN_MAX]
    return Whom(Asked({}, visit), chosen, len(chosen))


def _ids(texts: Sequence[str]) -> list[UUID]:
    ids = []
    for text in texts:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


async def _leave(
    tx: Tx, visit: Visit, whom: Whom, kind: str, arguments: dict[str, Fact], *, file_name: str = ""
) -> UUID:
    ids = await _ids_of(tx, visit, whom)
    return await tasks.leave(
        tx,
        kind=kind,
        arguments={**arguments, "members": len(ids)},
        total=len(ids),
        file_name=file_name,
        content=pack_ids(ids) or None,
    )


async def _ids_of(tx: Tx, visit: Visit, whom: Whom) -> list[UUID]:
    if whom.chosen is not None:
        return sorted(whom.chosen)
    return await list_found_ids(
        tx, whom.asked.where, program_id=visit.program_id, country=visit.business.country
    )


def _confirmation(visit: Visit, whom: Whom, points: int, reason: str, *, is_taking: bool) -> dict[str, Any]:
    """Return what is about to be done, in a sentence and on a button."""
    words, figures = visit.words, visit.figures
    told = {"points": visit.points_told(points), "count": figures.number(whom.count)}
    if is_taking:
        button = words.ngettext(
            "Take {points} from {count} member", "Take {points} from {count} members", whom.count, **told
        )
    else:
        button = words.ngettext(
            "Give {points} to {count} member", "Give {points} to {count} members", whom.count, **told
        )
    return {
        "button": button,
        "total": words.gettext("Together {total}.", total=figures.points(points * whom.count)),
        "reason": reason,
        "is_taking": is_taking,
        "count": whom.count,
    }


async def _page(
    tx: Tx,
    visit: Visit,
    whom: Whom,
    form: Form,
    *,
    status: int = 200,
    confirmation: dict[str, Any] | None = None,
) -> Response[str]:
    words, figures = visit.words, visit.figures
    # Three forms stand on the page: only that of the file says which of its columns were left out.
    is_file_asked = bool(form.value("format"))
    ticked = (
        form.values("column") if is_file_asked else [each for each in HEADINGS if each != ExportColumn.ID]
    )
    return visit.page(
        "members/bulk.html",
        section="members",
        status=status,
        form=form,
        may_list=visit.may("segments.change"),
        lists=[(str(each.id), each.name) for each in await list_segments(tx) if each.is_list],
        count=whom.count,
        title=words.ngettext(
            "What to do with {count} member",
            "What to do with {count} members",
            whom.count,
            count=figures.number(whom.count),
        ),
        chips=[]
        if whom.chosen is not None
        else await whom.asked.chips(
            tx, await list_branches(tx), await list_links(tx), await list_segment_names(tx)
        ),
        search=whom.asked.search,
        is_everybody=whom.chosen is None and whom.asked.where == MemberFilter(),
        query=whom.query,
        program=visit.program_name,
        back=whom.asked.url(view="all"),
        confirmation=confirmation,
        tags=await list_tags(tx),
        columns=[(column, words.gettext(title), column in ticked) for column, title in HEADINGS.items()],
        may_tag=visit.may("members.tag"),
        may_points=visit.may("members.bulk") and visit.program_id is not None,
        may_export=visit.may("members.export"),
    )
