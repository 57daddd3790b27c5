"""Members of a list: put in by hand, from a file, from the list of members; and taken out."""

from uuid import UUID

from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.campaigns.segments.listing import PATH
from plushka.delivery.office.campaigns.segments.one import ONE, segment_page
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.bringing import KIND, find_named
from plushka.domain.segments.lists import add_members, remove_members
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.model import INPUT_BYTES_MAX
from plushka.platform.errors import Refusal

TYPED_MAX = 20_000
TOLD_MAX = 5


@post(f"{ONE}/members", opt={"action": "segments.change"})
async def add_typed(
    visit: NamedDependency[Visit], segment_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Put in the members whose phones, cards or e-mails were typed, and say of which nothing is known."""
    form = await visit.typed(request)
    typed = form.text("members", length_max=TYPED_MAX)
    words = visit.words
    if form.is_sound:
        spellings = [
            line.strip() for line in typed.replace(",", "\n").replace(";", "\n").splitlines() if line.strip()
        ]
        try:
            async with visit.writing() as tx:
                found = await find_named(tx, spellings, country=visit.business.country)
                added = await add_members(tx, segment_id, [one for one in found if one is not None])
        except Refusal as refusal:
            form.refused(refusal, default="members")
        else:
            unknown = [text for text, member in zip(spellings, found, strict=True) if member is None]
            if not unknown:
                return sent_on(f"{PATH}/{segment_id}", words.gettext("Added: {count}.", count=added))
            told = ", ".join(unknown[:TOLD_MAX]) + ("…" if len(unknown) > TOLD_MAX else "")
            return sent_on(
                f"{PATH}/{segment_id}",
                words.gettext("Added: {count}. Nobody is known by: {unknown}.", count=added, unknown=told),
            )
    async with visit.reading() as tx:
        return await segment_page(tx, visit, segment_id, form)


@post(f"{ONE}/members/{{member_id:uuid}}/remove", opt={"action": "segments.change"})
async def remove_member(
    visit: NamedDependency[Visit], segment_id: FromPath[UUID], member_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        await remove_members(tx, segment_id, [member_id])
    return sent_on(f"{PATH}/{segment_id}", visit.words.gettext("The member is taken out of the list."))


@post(f"{ONE}/import", opt={"action": "segments.import"}, request_max_body_size=INPUT_BYTES_MAX)
async def bring_in(
    visit: NamedDependency[Visit], segment_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Leave the reading of a file of phones, cards or e-mails."""
    sent = (await request.form()).get("file")
    content = await sent.read() if isinstance(sent, UploadFile) else b""
    form = visit.form()
    if not content:
        form.fail("file", visit.words.gettext("Choose a file."))
    else:
        try:
            async with visit.writing() as tx:
                task_id = await tasks.leave(
                    tx,
                    kind=KIND,
                    arguments={"segment": str(segment_id), "language": visit.look.language},
                    file_name="unknown.csv",
                    content=content,
                )
        except Refusal as refusal:
            form.refused(refusal, default="file")
        else:
            return sent_on(f"/tasks/{task_id}", visit.words.gettext("The file is being read."))
    async with visit.reading() as tx:
        return await segment_page(tx, visit, segment_id, form)
