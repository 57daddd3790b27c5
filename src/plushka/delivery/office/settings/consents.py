"""The texts that strangers agree to: the one that is shown, another in its place, and those before."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.consent_texts import (
    FIRST,
    TEXT_KINDS,
    TEXT_LENGTH_MAX,
    ConsentTexts,
    TextKind,
    list_consent_texts,
    write_consent_text,
)
from plushka.platform.errors import NotFound, Refusal
from plushka.platform.i18n import LANGUAGES, marked

PATH = "/settings/consents"
_TITLES: dict[TextKind, tuple[str, str]] = {
    "personal_data": (
        marked("Personal data"),
        marked("Nobody is enrolled by a link or a bot without this one."),
    ),
    "marketing": (
        marked("Advertising"),
        marked("Anybody may leave this one out, and gets the card all the same."),
    ),
}


class Version(Struct, frozen=True):
    """A version of a text: its number, who wrote it and when, and the words in both languages."""

    number: int
    told: str
    ru: str
    en: str


class Section(Struct, frozen=True):
    """A text in the form: ``number`` is the version that is shown now, ``earlier`` those before it."""

    kind: TextKind
    title: str
    help: str
    form: Form
    number: int
    now: Version
    earlier: list[Version]


@get(PATH, opt={"action": "settings.consents"})
async def show_consents(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit)


@post(f"{PATH}/{{kind:str}}", opt={"action": "settings.consents"})
async def save_consent(
    visit: NamedDependency[Visit], kind: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    """Show strangers another text from now on.

    :raises NotFound: there is no text of this kind
    """
    known = next((each for each in TEXT_KINDS if each == kind), None)
    if known is None:
        raise NotFound
    form = await visit.typed(request)
    after = form.number("after", least=FIRST)
    # Both texts stand on one page, so that fields are named after theirs.
    fields = {str(language): f"{known}_{language}" for language in LANGUAGES}
    texts = {language: form.text(fields[language], length_max=TEXT_LENGTH_MAX) for language in LANGUAGES}
    if form.is_sound and after is not None:
        try:
            async with visit.writing() as tx:
                await write_consent_text(tx, known, texts, after=after, business=visit.business.name)
            return sent_on(PATH, visit.words.gettext("Saved. Who joins from now on agrees to this text."))
        except Refusal as refusal:
            form.refused(refusal, fields=fields)
    return await _page(visit, known, form)


async def _page(visit: Visit, kind: TextKind | None = None, form: Form | None = None) -> Response[str]:
    async with visit.reading() as tx:
        texts, actors = await list_consent_texts(tx), await load_actors(tx)
    return visit.page(
        "settings/consents.html",
        section="settings",
        page="consents",
        status=200 if form is None else HTTP_422_UNPROCESSABLE_ENTITY,
        length_max=TEXT_LENGTH_MAX,
        sections=[
            _section(each, texts, form if form and each == kind else visit.form(), visit, actors)
            for each in TEXT_KINDS
        ],
    )


def _section(
    kind: TextKind, texts: ConsentTexts, form: Form, visit: Visit, actors: dict[str, str]
) -> Section:
    title, text = _TITLES[kind]
    now, *earlier = _versions(kind, texts, visit, actors)
    words = visit.words
    return Section(kind, words.gettext(title), words.gettext(text), form, texts.number(kind), now, earlier)


def _versions(kind: TextKind, texts: ConsentTexts, visit: Visit, actors: dict[str, str]) -> list[Version]:
    """Return all versions of a text, the latest first; the last one is ours."""
    words, figures = visit.words, visit.figures
    written = [
        Version(
            number=text.number,
            told=words.gettext(
                "Version {number}, from {moment}, {who}",
                number=text.number,
                moment=figures.moment(text.at),
                who=told_actor(text.actor, visit, actors),
            ),
            ru=text.ru,
            en=text.en,
        )
        for text in texts.written
        if text.kind == kind
    ]
    first = {
        language: texts.find(kind, str(FIRST), business=visit.business.name, language=language) or ""
        for language in LANGUAGES
    }
    told = words.gettext("Version {number}, Plushka's own", number=FIRST)
    return [*written, Version(FIRST, told, first["ru"], first["en"])]
