"""Templates of letters: what there is, ready ones to begin with, and a new one."""

from collections.abc import Sequence
from uuid import uuid5

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.campaigns.templates.editing import PATH, editor
from plushka.delivery.office.campaigns.templates.typed import note_problems, read_draft, written
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.messages.model import PURPOSE_NAMES
from plushka.domain.messages.templates.model import Draft, Template, TemplateFaulty
from plushka.domain.messages.templates.ready import READY, draft_of
from plushka.domain.messages.templates.store import create_template, list_templates
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

SEARCH_LENGTH_MAX = 100


class TemplateLine(Struct, frozen=True):
    """A template in the list."""

    name: str
    href: str
    purpose: str
    beginning: str
    changed: str
    picture: str


@get(PATH, opt={"action": "templates.read"})
async def show_templates(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the templates, or what is in their archive; ``q`` is looked for in names."""
    words = request.query_params.get("q", "")[:SEARCH_LENGTH_MAX].strip()
    is_archived = request.query_params.get("shown") == "archive"
    async with visit.reading() as tx:
        templates = await list_templates(tx, are_archived=is_archived, words=words)
    return visit.page(
        "campaigns/templates/list.html",
        section="campaigns",
        page="templates",
        templates=[_line(template, visit) for template in templates],
        q=words,
        is_archived=is_archived,
        ready=_ready(visit),
        may_change=visit.may("templates.change"),
    )


@get(f"{PATH}/new", opt={"action": "templates.change"})
async def show_new_template(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show an empty template, or the ready one that ``from`` names."""
    key = next((one for one in READY if one == request.query_params.get("from")), None)
    draft = draft_of(key, visit.business.language) if key else None
    typed = written(draft) if draft else {"purpose": ["marketing"]}
    return await _new(visit, Form(visit.words, typed), draft)


@post(f"{PATH}/new", opt={"action": "templates.change"})
async def make_template(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    draft = read_draft(form)
    form_id = form.id("form_id", required=False) or new_id()
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                template_id = await create_template(tx, draft, template_id=uuid5(form_id, "template"))
            return sent_on(f"{PATH}/{template_id}", visit.words.gettext("The template is saved."))
        except TemplateFaulty as faulty:
            note_problems(form, faulty, visit.words)
        except Refusal as refusal:
            form.refused(refusal)
    return await _new(visit, form, draft)


async def _new(visit: Visit, form: Form, draft: Draft | None) -> Response[str]:
    async with visit.reading() as tx:
        options = await editor(tx, visit, form, draft, template=None)
    return visit.page(
        "campaigns/templates/new.html",
        section="campaigns",
        page="templates",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        **options,
    )


def _line(template: Template, visit: Visit) -> TemplateLine:
    language = template.body.language_for(visit.look.language, visit.business.language)
    href = f"{PATH}/{template.id}"
    return TemplateLine(
        name=template.name,
        href=href,
        purpose=visit.words.gettext(PURPOSE_NAMES[template.purpose]),
        beginning=template.body.words[language].text if language else "",
        changed=visit.figures.moment(template.changed_at),
        picture=f"{href}/picture/{template.picture_digest}" if template.picture_digest else "",
    )


def _ready(visit: Visit) -> Sequence[tuple[str, str, str]]:
    """Return the ready templates: their key, name and words."""
    return [
        (key, visit.words.gettext(ready.name), ready.body.words[visit.look.language].text)
        for key, ready in READY.items()
    ]
