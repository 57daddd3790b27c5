"""Writing the conditions of a segment, with how many members they find while they are written."""

from typing import Any as AnyValue
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.campaigns.segments.choices import Choices, load_choices
from plushka.delivery.office.campaigns.segments.kinds import GROUPS, KINDS
from plushka.delivery.office.campaigns.segments.listing import PATH
from plushka.delivery.office.campaigns.segments.ready import BY_KEY
from plushka.delivery.office.campaigns.segments.sample import Sampled, list_sample
from plushka.delivery.office.campaigns.segments.tree import (
    ROOT,
    acted,
    bought,
    goods_in,
    read_tree,
    write_tree,
)
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.catalog.queries import search_goods
from plushka.domain.members.queries import count_members as count_all
from plushka.domain.segments.model import NAME_LENGTH_MAX, NotConditions, StoredSegment
from plushka.domain.segments.operations import change_segment, check_audience, create_segment
from plushka.domain.segments.queries import find_top_spend, get_segment
from plushka.domain.segments.selecting import count_members
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import load_teller
from plushka.engine.audience import Audience, Spend
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import format_percent

TOP_BP, TOP_DAYS = 10_00, 365


class Outcome(Struct, frozen=True):
    """What conditions come to; without ``count`` they are not whole."""

    sentence: str = ""
    count: str = ""
    share: str = ""
    sample: tuple[Sampled, ...] = ()


@get(f"{PATH}/new", opt={"action": "segments.change"})
async def show_new(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the editor, empty or with a ready segment."""
    ready = BY_KEY.get(request.query_params.get("ready", ""))
    async with visit.reading() as tx:
        audience = ready.audience if ready else None
        if ready is not None and isinstance(audience, Spend):
            top = await find_top_spend(tx, share_bp=TOP_BP, days=TOP_DAYS)
            audience = Spend(min_minor=max(top, 1), days=TOP_DAYS)
        return await _begin(tx, visit, audience, name=visit.words.gettext(ready.name) if ready else "")


@post(f"{PATH}/new", opt={"action": "segments.change"}, status_code=HTTP_200_OK)
async def save_new(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    return await _sent(visit, await visit.typed(request), None)


@get(f"{PATH}/{{segment_id:uuid}}/edit", opt={"action": "segments.change"})
async def show_editor(visit: NamedDependency[Visit], segment_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        segment = await get_segment(tx, segment_id)
        if segment.audience is None:
            raise NotConditions
        return await _begin(tx, visit, segment.audience, name=segment.name, segment=segment)


@post(f"{PATH}/{{segment_id:uuid}}/edit", opt={"action": "segments.change"}, status_code=HTTP_200_OK)
async def save_edited(
    visit: NamedDependency[Visit], segment_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    async with visit.reading() as tx:
        segment = await get_segment(tx, segment_id)
    return await _sent(visit, await visit.typed(request), segment)


async def _begin(
    tx: Tx, visit: Visit, audience: Audience | None, *, name: str, segment: StoredSegment | None = None
) -> Response[str]:
    teller = await load_teller(tx, visit.look.language, *([audience] if audience else []))
    choices = await load_choices(tx, visit, teller, besides=str(segment.id) if segment else "")
    typed = {"name": [name], **write_tree(audience, choices)}
    form = Form(visit.words, typed, scale=visit.figures.scale)
    outcome = await _outcome(tx, visit, audience, choices) if audience else Outcome()
    return _page(visit, form, choices, outcome, segment, {})


async def _sent(visit: Visit, form: Form, segment: StoredSegment | None) -> Response[str] | Redirect:
    """Answer a button: what comes to be of the conditions, another tree, or the segment saved."""
    do = form.value("do")
    changed = acted(form, do)
    form = changed or form
    quiet = Form(visit.words, {name: form.values(name) for name in form.names()}, scale=visit.figures.scale)
    async with visit.reading() as tx:
        named = bought(goods_in(form))
        teller = await load_teller(tx, visit.look.language, *([named] if named else []))
        choices = await load_choices(tx, visit, teller, besides=str(segment.id) if segment else "")
        audience = read_tree(quiet, visit.words, choices)
        outcome = await _outcome(tx, visit, audience, choices) if audience and do != "save" else Outcome()
        found = {
            name.removesuffix(".search"): await search_goods(tx, form.value(name))
            for name in form.names()
            if name.endswith(".search") and form.value(name)
        }
    if do == "refresh":
        return visit.fragment("campaigns/segments/outcome.html", outcome=outcome)
    if do != "save":
        return _page(visit, form, choices, outcome, segment, found)
    name = quiet.text("name", length_max=NAME_LENGTH_MAX)
    if audience is not None and quiet.is_sound:
        try:
            return await _saved(visit, name, audience, segment)
        except Refusal as refusal:
            quiet.refused(refusal)
    return _page(visit, quiet, choices, outcome, segment, found, status=HTTP_422_UNPROCESSABLE_ENTITY)


async def _saved(visit: Visit, name: str, audience: Audience, segment: StoredSegment | None) -> Redirect:
    async with visit.writing() as tx:
        if segment is None:
            segment_id = await create_segment(tx, name=name, audience=audience)
        else:
            segment_id = segment.id
            await change_segment(tx, segment_id, name=name, audience=audience)
    return sent_on(f"{PATH}/{segment_id}", visit.words.gettext("The segment “{name}” is saved.", name=name))


async def _outcome(tx: Tx, visit: Visit, audience: Audience, choices: Choices) -> Outcome:
    try:
        await check_audience(tx, audience)
    except Refusal:
        return Outcome(sentence=tell(audience, choices.teller))
    count, everybody = await count_members(tx, audience), await count_all(tx)
    share_bp = count * 10_000 // everybody if everybody else 0
    return Outcome(
        sentence=tell(audience, choices.teller),
        count=visit.figures.number(count),
        share=format_percent(share_bp, visit.look.language),
        sample=await list_sample(tx, visit, audience),
    )


def _page(  # noqa: PLR0917 - what a page is made of
    visit: Visit,
    form: Form,
    choices: Choices,
    outcome: Outcome,
    segment: StoredSegment | None,
    found: dict[str, AnyValue],
    *,
    status: int = HTTP_200_OK,
) -> Response[str]:
    groups = [
        (title, [kind for kind in kinds if not kind.needs or choices.of[kind.needs]])
        for title, kinds in GROUPS
    ]
    return visit.page(
        "campaigns/segments/editor.html",
        section="campaigns",
        page="segments",
        status=status,
        form=form,
        root=ROOT,
        kinds=KINDS,
        groups=groups,
        choices=choices,
        found=found,
        outcome=outcome,
        action=f"{PATH}/{segment.id}/edit" if segment else f"{PATH}/new",
        back_href=f"{PATH}/{segment.id}" if segment else PATH,
        back_text=segment.name if segment else visit.words.gettext("Segments"),
    )
