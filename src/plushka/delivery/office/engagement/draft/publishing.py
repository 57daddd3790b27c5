"""From a draft to a version: what changes, what is wrong, from when on."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.changes import change_groups
from plushka.delivery.office.engagement.draft.desk import Desk, load_desk
from plushka.delivery.office.engagement.draft.places import find_problems
from plushka.delivery.office.engagement.draft.sight import list_sights
from plushka.delivery.office.time_zones import zone_name
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.programs.drafts import publish_draft
from plushka.domain.programs.telling.difference import tell_difference
from plushka.domain.programs.telling.meetings import tell_meetings
from plushka.domain.programs.telling.program import describe_program
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

_LATER = "later"


@get("/engagement/programs/{program_id:uuid}/draft/publish", opt={"action": "programs.edit"})
async def show_changes(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[str]:
    """Show what the draft changes, and what keeps it from being published."""
    async with visit.reading() as tx:
        desk = await load_desk(tx, program_id, visit)
        return await _page(tx, desk, visit.form())


@post("/engagement/programs/{program_id:uuid}/draft/publish", opt={"action": "programs.publish"})
async def publish(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Publish what was shown, at once or for a moment to come."""
    form = await visit.typed(request)
    valid_from = _moment(form, visit)
    against = form.number("against")
    if form.is_sound and against is not None:
        try:
            async with visit.writing() as tx:
                version = await publish_draft(
                    tx, program_id, mark=form.value("mark"), against=against, valid_from=valid_from
                )
        except Refusal as refusal:
            form.refused(refusal)
        else:
            words = visit.words
            told = (
                words.gettext(
                    "Version {number} is published; it is in force from {moment}.",
                    number=version.number,
                    moment=visit.figures.moment(version.valid_from),
                )
                if valid_from
                else words.gettext("Version {number} is published and in force.", number=version.number)
            )
            return sent_on(f"/engagement/programs/{program_id}", told)
    async with visit.reading() as tx:
        desk = await load_desk(tx, program_id, visit)
        return await _page(tx, desk, form)


def _moment(form: Form, visit: Visit) -> datetime | None:
    if form.value("when") != _LATER:
        return None
    typed = form.moment("valid_from")
    return typed.replace(tzinfo=ZoneInfo(visit.business.time_zone)) if typed else None


async def _page(tx: Tx, desk: Desk, form: Form) -> Response[str]:
    visit, program = desk.visit, desk.program
    before = desk.latest.program if desk.latest else None
    changes = (
        tell_difference(before, program, language=visit.look.language, names=desk.names) if before else ()
    )
    return visit.page(
        "engagement/draft/publish.html",
        section="engagement",
        page="programs",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        desk=desk,
        form=form,
        problems=find_problems(program, desk),
        groups=change_groups(changes, visit),
        sights=await list_sights(tx, desk),
        meetings=tell_meetings(program, today=visit.today, language=visit.look.language, names=desk.names),
        telling=describe_program(program, language=visit.look.language, names=desk.names),
        against=desk.latest.number if desk.latest else 0,
        is_planned=desk.latest is not None and desk.latest.valid_from > visit.at,
        planned_for=visit.figures.moment(desk.latest.valid_from) if desk.latest else "",
        is_outdated=desk.latest is not None and desk.draft.began_from not in {None, desk.latest.number},
        zone=zone_name(visit.business.time_zone, visit.look.language, visit.at),
        may_publish=visit.may("programs.publish"),
    )
