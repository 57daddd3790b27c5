"""What the editor of a template shows beside what is typed."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.campaigns.templates.previews import preview_of
from plushka.delivery.office.campaigns.templates.typed import OWN_CHANNELS, read_body, told
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.businesses.pictures import LETTER_PICTURE
from plushka.domain.events.model import EventKind, translated
from plushka.domain.messages.model import CHANNEL_NAMES, PURPOSE_NAMES, Purpose
from plushka.domain.messages.templates.checking import find_problems
from plushka.domain.messages.templates.happenings import example_fields, list_telling_kinds
from plushka.domain.messages.templates.model import BUTTONS_MAX, Draft, Template
from plushka.domain.messages.templates.variables import FIELD_PREFIX, VARIABLES, Variable
from plushka.platform.database import Tx
from plushka.platform.i18n import LANGUAGES, marked
from plushka.platform.ids import new_id

PATH = "/campaigns/templates"
_LANGUAGES = {"ru": marked("Russian"), "en": marked("English")}
_PURPOSES: dict[Purpose, str] = {
    "marketing": marked("Goes only to members who agreed, in the hours and as often as the rules allow."),
    "transactional": marked(
        "About what the member has or did, without an offer: goes at any hour and asks for no consent."
    ),
}


async def editor(
    tx: Tx, visit: Visit, form: Form, draft: Draft | None, *, template: Template | None
) -> dict[str, Any]:
    """Return what the editor's page needs; ``draft`` None: nothing is typed yet."""
    gettext = visit.words.gettext
    languages = sorted(LANGUAGES, key=lambda language: language != visit.business.language)
    draft = draft or Draft(form.value("name"), "marketing", read_body(form))
    has_picture = template is not None and bool(template.picture_digest)
    problems = [
        f"{gettext(_LANGUAGES[problem.language])}: {told(problem, visit.words)}"
        for problem in find_problems(draft.body, has_picture=has_picture)
    ]
    return {
        "known": template,
        "form_id": form.value("form_id") or str(new_id()),
        "languages": [(language, gettext(_LANGUAGES[language])) for language in languages],
        "own_channels": [(channel, gettext(CHANNEL_NAMES[channel])) for channel in OWN_CHANNELS],
        "purposes": [
            (purpose, gettext(PURPOSE_NAMES[purpose]), gettext(about)) for purpose, about in _PURPOSES.items()
        ],
        "variables": [_offered(variable, visit) for variable in VARIABLES.values()],
        "events": await _of_events(tx, visit),
        "button_numbers": range(BUTTONS_MAX),
        "picture_kind": LETTER_PICTURE,
        "picture": picture_url(template),
        "preview": await preview_of(
            tx,
            visit,
            form,
            draft,
            problems=problems if form.was_sent and draft.body.words else [],
            template_id=template.id if template else UUID(int=0),
            has_picture=has_picture,
        ),
    }


class Offered(Struct, frozen=True):
    """A variable as it is put into a text: with a word to be typed where not every member has a value."""

    name: str
    title: str
    example: str
    inserted: str


async def _of_events(tx: Tx, visit: Visit) -> list[tuple[str, list[Offered]]]:
    """Return what texts can name of the event that begins a journey, by the kinds of events."""
    kinds = [translated(kind, visit.words) for kind in await list_telling_kinds(tx)]
    language, currency = visit.look.language, visit.business.currency

    def offered(kind: EventKind) -> list[Offered]:
        told = example_fields([kind], language, currency)
        names = [(FIELD_PREFIX + field.name, field) for field in kind.fields]
        return [
            Offered(name, field.title, told[name], f"{{{name}}}" if field.is_required else f"{{{name}|…}}")
            for name, field in names
        ]

    return [(kind.title, offered(kind)) for kind in kinds if kind.fields]


def _offered(variable: Variable, visit: Visit) -> Offered:
    return Offered(
        name=variable.name,
        title=visit.words.gettext(variable.title),
        example=variable.examples[visit.look.language],
        inserted=f"{{{variable.name}|…}}" if variable.may_be_missing else f"{{{variable.name}}}",
    )


def picture_url(template: Template | None) -> str:
    """Return where a template's picture is, nothing where it has none."""
    return (
        f"{PATH}/{template.id}/picture/{template.picture_digest}"
        if template and template.picture_digest
        else ""
    )
