"""One programme: its rules in plain sentences now and before, its versions, what changed between any two."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.changes import change_groups
from plushka.delivery.office.engagement.picture import picture_url
from plushka.delivery.office.engagement.programs import read_texts
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.pictures import ask_again, body_bytes_max, sent_picture
from plushka.domain.businesses.pictures import PROGRAM_PICTURE
from plushka.domain.programs.assigning import list_served
from plushka.domain.programs.drafts import get_draft, roll_back
from plushka.domain.programs.model import PublishedVersion, UnknownVersion
from plushka.domain.programs.names import load_names
from plushka.domain.programs.operations import rename_program
from plushka.domain.programs.pictures import set_picture
from plushka.domain.programs.queries import find_version_in_force, get_program, get_version, list_versions
from plushka.domain.programs.telling.difference import tell_difference
from plushka.domain.programs.telling.program import describe_program
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

SERVED_SHOWN = 8
"""Branches named beside a programme; all of them have a page."""


class VersionLine(Struct, frozen=True):
    """A publication in the list; ``state`` says whether it is in force, planned or replaced."""

    id: UUID
    href: str
    number: int
    since: str
    published: str
    by: str
    state: str
    is_in_force: bool
    is_shown: bool


@get("/engagement/programs/{program_id:uuid}", opt={"action": "programs.read"})
async def show_program(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[str]:
    """Show the version in force, before the first the one that is planned."""
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit)


@get("/engagement/programs/{program_id:uuid}/versions/{version_id:uuid}", opt={"action": "programs.read"})
async def show_version(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], version_id: FromPath[UUID]
) -> Response[str]:
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit, version_id=version_id)


@post(
    "/engagement/programs/{program_id:uuid}/name",
    opt={"action": "programs.publish"},
    request_max_body_size=body_bytes_max(PROGRAM_PICTURE),
)
async def rename(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Give the programme another name, description and, if one was chosen, picture: all of it or nothing."""
    form = await visit.typed(request)
    name, description = read_texts(form)
    picture = None
    try:
        picture = await sent_picture(request, "picture", PROGRAM_PICTURE)
        if form.is_sound:
            async with visit.writing() as tx:
                await rename_program(tx, program_id, name=name, description=description)
                if picture is not None:
                    await set_picture(tx, program_id, picture)
            return sent_on(
                f"/engagement/programs/{program_id}",
                visit.words.gettext("Saved: the programme “{name}”.", name=name),
            )
    except Refusal as refusal:
        # A file is no field that was typed, so its refusal is told where to go.
        form.refused(refusal, default=refusal.field or "")
    if picture is not None:
        ask_again(form, "picture", visit.words)
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit, form=form)


@get("/engagement/programs/{program_id:uuid}/compare", opt={"action": "programs.read"})
async def compare(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Show what changed between two versions, by default the last two."""
    async with visit.reading() as tx:
        card, versions = await get_program(tx, program_id), await list_versions(tx, program_id)
        names = await load_names(tx, programs=[version.program for version in versions])
        actors, in_force = await load_actors(tx), await find_version_in_force(tx, program_id)
    if not versions:
        raise UnknownVersion
    after = _chosen(request.query_params.get("after", ""), versions) or versions[0]
    before = _chosen(request.query_params.get("before", ""), versions) or versions[min(1, len(versions) - 1)]
    changes = tell_difference(before.program, after.program, language=visit.look.language, names=names)
    return visit.page(
        "engagement/compare.html",
        section="engagement",
        page="programs",
        card=card,
        before=before.id,
        after=after.id,
        versions=version_lines(versions, visit, actors, shown=after, in_force=in_force),
        groups=change_groups(changes, visit),
    )


@post(
    "/engagement/programs/{program_id:uuid}/versions/{version_id:uuid}/roll-back",
    opt={"action": "programs.publish"},
)
async def roll_back_to(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], version_id: FromPath[UUID]
) -> Redirect:
    """Publish the rules of an old version anew, in force at once."""
    async with visit.writing() as tx:
        old = await _version_of(tx, program_id, version_id)
        version = await roll_back(tx, version_id)
    return sent_on(
        f"/engagement/programs/{program_id}",
        visit.words.gettext(
            "The rules of version {old} are in force again, as version {number}.",
            old=old.number,
            number=version.number,
        ),
    )


async def _version_of(tx: Tx, program_id: UUID, version_id: UUID) -> PublishedVersion:
    version = await get_version(tx, version_id)
    if version.program_id != program_id:
        raise UnknownVersion
    return version


async def _page(
    tx: Tx, program_id: UUID, visit: Visit, *, version_id: UUID | None = None, form: Form | None = None
) -> Response[str]:
    card, draft = await get_program(tx, program_id), await get_draft(tx, program_id)
    versions, in_force = await list_versions(tx, program_id), await find_version_in_force(tx, program_id)
    shown = (
        await _version_of(tx, program_id, version_id)
        if version_id
        else in_force or next(iter(versions), None)
    )
    names = await load_names(tx, programs=[shown.program] if shown else [])
    actors = await load_actors(tx)
    served = [one.branch.name for one in await list_served(tx) if one.program_id == program_id]
    form = form or Form(visit.words, {"name": [card.name], "description": [card.description]})
    return visit.page(
        "engagement/program.html",
        section="engagement",
        page="programs",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        card=card,
        picture=picture_url(card),
        picture_kind=PROGRAM_PICTURE,
        form=form,
        shown=shown,
        since=visit.figures.moment(shown.valid_from) if shown else "",
        is_planned=shown is not None and shown.valid_from > visit.at,
        is_current=shown is not None and in_force is not None and shown.id == in_force.id,
        draft_since=visit.figures.moment(draft.saved_at) if draft.saved_at else "",
        draft_by=told_actor(draft.saved_by, visit, actors) if draft.saved_by else "",
        telling=describe_program(shown.program, language=visit.look.language, names=names) if shown else None,
        versions=version_lines(versions, visit, actors, shown=shown, in_force=in_force),
        served=served[:SERVED_SHOWN],
        served_more=max(0, len(served) - SERVED_SHOWN),
        may_edit=visit.may("programs.edit"),
        may_publish=visit.may("programs.publish"),
    )


def version_lines(
    versions: Sequence[PublishedVersion],
    visit: Visit,
    actors: Mapping[str, str],
    *,
    shown: PublishedVersion | None,
    in_force: PublishedVersion | None,
) -> list[VersionLine]:
    """Return publications as a list shows them."""
    return [
        VersionLine(
            id=version.id,
            href=f"/engagement/programs/{version.program_id}/versions/{version.id}",
            number=version.number,
            since=visit.figures.moment(version.valid_from),
            published=visit.figures.moment(version.published_at),
            by=told_actor(version.published_by, visit, actors),
            state=_state(version, in_force, visit),
            is_in_force=in_force is not None and version.id == in_force.id,
            is_shown=shown is not None and version.id == shown.id,
        )
        for version in versions
    ]


def _state(version: PublishedVersion, in_force: PublishedVersion | None, visit: Visit) -> str:
    if in_force is not None and version.id == in_force.id:
        return visit.words.gettext("in force")
    if version.valid_from > visit.at:
        return visit.words.gettext("not yet in force")
    return visit.words.gettext("replaced")


def _chosen(text: str, versions: Sequence[PublishedVersion]) -> PublishedVersion | None:
    return next((version for version in versions if str(version.id) == text), None)
