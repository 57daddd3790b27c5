"""Kinds of events that the business declares, with their fields."""

from typing import get_args

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.edits import edited
from plushka.delivery.office.engagement.draft.typist import Typed
from plushka.delivery.office.events.rows import TYPES
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.events.kinds import declare, get_kind, list_kinds, redeclare, retire
from plushka.domain.events.model import (
    FIELDS_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    EventField,
    EventKind,
    FieldType,
    translated,
)
from plushka.platform.errors import Refusal

PATH = "/settings/events"
CHOICES_LENGTH_MAX = 5000


class KindRow(Struct, frozen=True):
    """A kind in the list; ``href`` is empty for one that is built in."""

    name: str
    title: str
    fields: str
    href: str
    is_retired: bool


@get(PATH, opt={"action": "events.declare"})
async def show_kinds(visit: NamedDependency[Visit]) -> Response[str]:
    return await _list(visit)


@get(f"{PATH}/new", opt={"action": "events.declare"})
async def show_new_kind(visit: NamedDependency[Visit]) -> Response[str]:
    return _page(visit, visit.form().altered({"rows": ["0"]}), None)


@post(f"{PATH}/new", opt={"action": "events.declare"})
async def declare_kind(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    if (changed := edited(form, _begin)) is not None:
        return _page(visit, changed, None)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    title = form.text("title", length_max=TITLE_LENGTH_MAX)
    fields = _read_fields(form)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await declare(tx, name=name, title=title, fields=fields)
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            return sent_on(PATH, visit.words.gettext("Events “{name}” can be told.", name=title))
    return _page(visit, form, None)


@get(f"{PATH}/kinds/{{name:str}}", opt={"action": "events.declare"})
async def show_kind(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[str]:
    async with visit.reading() as tx:
        kind = await get_kind(tx, name)
    return _page(visit, _filled(visit, kind), kind)


@post(f"{PATH}/kinds/{{name:str}}", opt={"action": "events.declare"})
async def save_kind(
    visit: NamedDependency[Visit], name: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    """Save a kind, or take no more events of it, or take them again."""
    form = await visit.typed(request)
    async with visit.reading() as tx:
        kind = await get_kind(tx, name)
    if (changed := edited(form, _begin)) is not None:
        return _page(visit, changed, kind)
    do = form.value("do")
    if do in {"retire", "resume"}:
        async with visit.writing() as tx:
            await retire(tx, name, is_retired=do == "retire")
        return sent_on(PATH, visit.words.gettext("Saved."))
    title = form.text("title", length_max=TITLE_LENGTH_MAX)
    fields = _read_fields(form)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await redeclare(tx, name, title=title, fields=fields)
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            return sent_on(PATH, visit.words.gettext("Saved."))
    return _page(visit, form, kind)


def _refuse(form: Form, refusal: Refusal) -> None:
    """Put a refusal beside its row: ``fields[2].name`` is ``field.2.name``."""
    if refusal.field and refusal.field.startswith("fields["):
        row, _, field = refusal.field.removeprefix("fields[").partition("].")
        kept = [key for key in _rows(form) if form.value(f"field.{key}.name")]
        refusal.field = f"field.{kept[int(row)]}.{field}"
    form.refused(refusal, default="name")


def _begin(name: str, key: str, form: Form) -> Typed:  # noqa: ARG001  the same for every field
    return {f"field.{key}.type": ["text"]}


def _rows(form: Form) -> list[str]:
    return [key for key in form.values("rows") if key.isdigit()][:FIELDS_MAX]


def _read_fields(form: Form) -> list[EventField]:
    """Return the fields of the rows that have a name; a row without one is none."""
    fields = []
    for key in _rows(form):
        row = f"field.{key}"
        name = form.text(f"{row}.name", required=False, length_max=NAME_LENGTH_MAX)
        if not name:
            continue
        kind = form.choice(f"{row}.type", get_args(FieldType), default="text")
        choices = form.text(f"{row}.choices", required=False, length_max=CHOICES_LENGTH_MAX).splitlines()
        fields.append(
            EventField(
                name,
                form.text(f"{row}.title", length_max=TITLE_LENGTH_MAX),
                kind or "text",
                is_required=form.flag(f"{row}.required"),
                choices=tuple(choice.strip() for choice in choices if choice.strip())
                if kind == "choice"
                else (),
            )
        )
    return fields


def _filled(visit: Visit, kind: EventKind) -> Form:
    typed = {"title": [kind.title], "rows": [str(key) for key in range(len(kind.fields))]}
    for key, each in enumerate(kind.fields):
        row = f"field.{key}"
        typed |= {
            f"{row}.name": [each.name],
            f"{row}.title": [each.title],
            f"{row}.type": [each.type],
            f"{row}.required": ["on" if each.is_required else ""],
            f"{row}.choices": ["\n".join(each.choices)],
        }
    return Form(visit.words, typed)


async def _list(visit: Visit) -> Response[str]:
    async with visit.reading() as tx:
        kinds = await list_kinds(tx, also_retired=True)
    return visit.page(
        "events/kinds.html", section="settings", page="events", kinds=[_row(kind, visit) for kind in kinds]
    )


def _row(kind: EventKind, visit: Visit) -> KindRow:
    told = translated(kind, visit.words)
    return KindRow(
        name=kind.name,
        title=told.title,
        fields=", ".join(each.title for each in told.fields),
        href="" if kind.is_built_in else f"{PATH}/kinds/{kind.name}",
        is_retired=kind.retired_at is not None,
    )


def _page(visit: Visit, form: Form, kind: EventKind | None) -> Response[str]:
    return visit.page(
        "events/kind.html",
        section="settings",
        page="events",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        kind=kind,
        rows=_rows(form),
        has_room=len(_rows(form)) < FIELDS_MAX,
        types=[(value, visit.words.gettext(title)) for value, title in TYPES.items()],
    )
