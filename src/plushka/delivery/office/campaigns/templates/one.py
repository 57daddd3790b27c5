"""One template: its words, its picture, how it looks, and a test of it."""

from uuid import UUID, uuid5

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.campaigns.templates.editing import PATH, editor
from plushka.delivery.office.campaigns.templates.typed import note_problems, read_body, read_draft, written
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.finding import find_by_anything
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.pictures import ask_again, body_bytes_max, picture_response, sent_picture
from plushka.domain.businesses.pictures import LETTER_PICTURE
from plushka.domain.messages.model import CHANNELS
from plushka.domain.messages.templates.model import Draft, TemplateFaulty
from plushka.domain.messages.templates.store import (
    archive_template,
    change_template,
    copy_template,
    find_template_picture,
    get_template,
    restore_template,
    set_template_picture,
)
from plushka.domain.messages.templates.testing import send_test
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

_ONE = f"{PATH}/{{template_id:uuid}}"


@get(_ONE, opt={"action": "templates.read"})
async def show_template(visit: NamedDependency[Visit], template_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, template_id)


@post(_ONE, opt={"action": "templates.change"}, request_max_body_size=body_bytes_max(LETTER_PICTURE))
async def save_template(
    visit: NamedDependency[Visit], template_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Save the words and, if one was chosen, the picture: all of it or nothing."""
    form = await visit.typed(request)
    draft, revision = read_draft(form), form.number("revision", least=1) or 0
    picture = None
    try:
        picture = await sent_picture(request, "picture", LETTER_PICTURE)
        if form.is_sound:
            async with visit.writing() as tx:
                await change_template(tx, template_id, draft, revision=revision)
                if picture is not None:
                    await set_template_picture(tx, template_id, picture)
            return sent_on(f"{PATH}/{template_id}", visit.words.gettext("The template is saved."))
    except TemplateFaulty as faulty:
        note_problems(form, faulty, visit.words)
    except Refusal as refusal:
        form.refused(refusal, default=refusal.field or "")
    if picture is not None:
        ask_again(form, "picture", visit.words)
    return await _page(visit, template_id, form=form, draft=draft)


@post(f"{PATH}/preview", opt={"action": "templates.read"})
async def preview_template(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show how what is typed looks; nothing is saved."""
    form = await visit.typed(request)
    template_id = form.id("template_id", required=False)
    draft = Draft(
        form.value("name"),
        "transactional" if form.value("purpose") == "transactional" else "marketing",
        read_body(form),
    )
    async with visit.reading() as tx:
        template = await get_template(tx, template_id) if template_id else None
        options = await editor(tx, visit, form, draft, template=template)
    return visit.fragment("campaigns/templates/preview.html", form=form, **options)


@post(f"{_ONE}/test", opt={"action": "templates.change"})
async def test_template(
    visit: NamedDependency[Visit], template_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Send the template as it is saved to one member, now."""
    form = await visit.typed(request)
    who, channel = form.text("test_member"), form.choice("test_channel", CHANNELS)
    form_id = form.id("form_id", required=False) or new_id()
    if form.is_sound and channel is not None:
        try:
            async with visit.writing() as tx:
                member = await find_by_anything(tx, who, country=visit.business.country)
                if member is not None:
                    await send_test(
                        tx, template_id, member.id, channel, test_id=uuid5(form_id, f"{channel}{who}")
                    )
            if member is not None:
                visit.office.bots.bell.ring(visit.business.tenant_id)
                return sent_on(f"{PATH}/{template_id}", visit.words.gettext("The test is on its way."))
            form.fail("test_member", visit.words.gettext("Nobody has such a phone, card or e-mail."))
        except Refusal as refusal:
            form.refused(refusal, default="test_member")
    return await _page(visit, template_id, test_form=form)


@post(f"{_ONE}/copy", opt={"action": "templates.change"})
async def copy_one(visit: NamedDependency[Visit], template_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        template = await get_template(tx, template_id)
        name = visit.words.gettext("{name} — copy", name=template.name)
        copy_id = await copy_template(tx, template_id, name=name)
    return sent_on(f"{PATH}/{copy_id}", visit.words.gettext("This is the copy."))


@post(f"{_ONE}/archive", opt={"action": "templates.change"})
async def archive_one(visit: NamedDependency[Visit], template_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await archive_template(tx, template_id)
    return sent_on(
        PATH, visit.words.gettext("The template is in the archive."), undo=f"{PATH}/{template_id}/restore"
    )


@post(f"{_ONE}/restore", opt={"action": "templates.change"})
async def restore_one(visit: NamedDependency[Visit], template_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await restore_template(tx, template_id)
    return sent_on(f"{PATH}/{template_id}", visit.words.gettext("The template is back."))


@post(f"{_ONE}/picture/removal", opt={"action": "templates.change"})
async def take_template_picture_away(visit: NamedDependency[Visit], template_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_template_picture(tx, template_id, None)
    return sent_on(f"{PATH}/{template_id}", visit.words.gettext("The picture is gone."))


@get(f"{_ONE}/picture/{{digest:str}}", opt={"action": "templates.read"})
async def show_template_picture(
    visit: NamedDependency[Visit], template_id: FromPath[UUID], digest: FromPath[str]
) -> Response[bytes]:
    """Return the picture.

    :raises NotFound: the template has none of this digest
    """
    async with visit.reading() as tx:
        picture = await find_template_picture(tx, template_id, digest)
    return picture_response(picture, LETTER_PICTURE)


async def _page(
    visit: Visit,
    template_id: UUID,
    *,
    form: Form | None = None,
    draft: Draft | None = None,
    test_form: Form | None = None,
) -> Response[str]:
    is_sound = (form is None or form.is_sound) and (test_form is None or test_form.is_sound)
    async with visit.reading() as tx:
        template = await get_template(tx, template_id)
        form = form or Form(visit.words, written(template.draft) | {"revision": [str(template.revision)]})
        options = await editor(tx, visit, form, draft or template.draft, template=template)
    return visit.page(
        "campaigns/templates/one.html",
        section="campaigns",
        page="templates",
        status=200 if is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        href=f"{PATH}/{template_id}",
        form=form,
        test_form=test_form or visit.form(),
        may_change=visit.may("templates.change"),
        **options,
    )
