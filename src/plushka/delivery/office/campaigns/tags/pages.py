"""The automatic tags: what there is, a new one, changing and ending one."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.campaigns.tags.terms import (
    KINDS,
    OFFERED_CATEGORIES_MAX,
    READY,
    Goods,
    read,
    told,
    typed,
    weekdays_of,
)
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.catalog.queries import list_categories
from plushka.domain.members.model import TAG_LENGTH_MAX
from plushka.domain.segments.auto_tags.model import AtHours, Rule
from plushka.domain.segments.auto_tags.operations import (
    add_auto_tag,
    change_auto_tag,
    end_auto_tag,
    get_auto_tag,
    list_auto_tags,
)
from plushka.domain.segments.queries import list_segments
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import WEEKDAYS_SHORT

PATH = "/campaigns/tags"


class TagLine(Struct, frozen=True):
    tag: str
    rule: str
    members: str
    href: str
    list_url: str


@get(PATH, opt={"action": "groups.read"})
async def show_tags(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the tags; ``ready`` fills the form with one of ours."""
    name, rule = READY.get(request.query_params.get("ready", ""), ("", AtHours()))
    form = visit.form().filled(typed(visit.words.gettext(name) if name else "", rule))
    return await _list(visit, form, rule)


@get(f"{PATH}.xlsx", opt={"action": "groups.read"})
async def download_tags(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return the tags with how many members have each as a workbook."""
    gettext = visit.words.gettext
    async with visit.reading() as tx:
        goods, tags = await _goods(tx), await list_auto_tags(tx)
    return table_file(
        "tags",
        [gettext("Tag"), gettext("Rule"), gettext("Members")],
        ([each.tag, told(each.rule, goods, visit), each.members] for each in tags),
    )


@post(PATH, opt={"action": "groups.change"})
async def make_tag(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    tag = form.text("tag", length_max=TAG_LENGTH_MAX)
    try:
        async with visit.writing() as tx:
            rule = read(form, await _goods(tx), visit)
            if rule is not None and form.is_sound:
                made = await add_auto_tag(tx, tag=tag, rule=rule)
                return sent_on(PATH, _tagged(made.tag, made.members, visit))
    except Refusal as refusal:
        form.refused(refusal)
    return await _list(visit, form, None)


@get(f"{PATH}/{{tag_id:uuid}}", opt={"action": "groups.change"})
async def show_tag(visit: NamedDependency[Visit], tag_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        known = await get_auto_tag(tx, tag_id)
        return await _one(tx, visit, tag_id, visit.form().filled(typed(known.tag, known.rule)), known.rule)


@post(f"{PATH}/{{tag_id:uuid}}", opt={"action": "groups.change"})
async def change_tag(
    visit: NamedDependency[Visit], tag_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    try:
        async with visit.writing() as tx:
            rule = read(form, await _goods(tx), visit)
            if rule is not None and form.is_sound:
                changed = await change_auto_tag(tx, tag_id, rule=rule)
                return sent_on(PATH, _tagged(changed.tag, changed.members, visit))
    except Refusal as refusal:
        form.refused(refusal)
    async with visit.reading() as tx:
        return await _one(tx, visit, tag_id, form, None)


@post(f"{PATH}/{{tag_id:uuid}}/end", opt={"action": "groups.change"})
async def end_tag(visit: NamedDependency[Visit], tag_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        members = await end_auto_tag(tx, tag_id)
    return sent_on(
        PATH,
        visit.words.ngettext(
            "The rule is ended, its tag is taken off {count} member.",
            "The rule is ended, its tag is taken off {count} members.",
            members,
            count=visit.figures.number(members),
        ),
    )


async def _list(visit: Visit, form: Form, rule: Rule | None) -> Response[str]:
    async with visit.reading() as tx:
        goods = await _goods(tx)
        lines = [
            TagLine(
                tag=each.tag,
                rule=told(each.rule, goods, visit),
                members=visit.figures.number(each.members),
                href=f"{PATH}/{each.id}",
                list_url=_members_url(each.tag),
            )
            for each in await list_auto_tags(tx)
        ]
    return visit.page(
        "campaigns/tags/list.html",
        section="campaigns",
        page="tags",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        tags=lines,
        ready=[
            (f"{PATH}?ready={name}#new", visit.words.gettext(title)) for name, (title, _) in READY.items()
        ],
        may_change=visit.may("groups.change"),
        **_options(goods, rule, visit),
    )


async def _one(tx: Tx, visit: Visit, tag_id: UUID, form: Form, rule: Rule | None) -> Response[str]:
    known, goods = await get_auto_tag(tx, tag_id), await _goods(tx)
    return visit.page(
        "campaigns/tags/one.html",
        section="campaigns",
        page="tags",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        tag=known.tag,
        members=visit.figures.number(known.members),
        list_url=_members_url(known.tag),
        href=f"{PATH}/{tag_id}",
        **_options(goods, rule, visit),
    )


def _options(goods: Goods, rule: Rule | None, visit: Visit) -> dict[str, Any]:
    gettext = visit.words.gettext
    return {
        "kinds": [
            (kind, gettext(title)) for kind, title in KINDS.items() if kind != "audience" or goods.segments
        ],
        "weekdays": [(str(day), gettext(name)) for day, name in enumerate(WEEKDAYS_SHORT, start=1)],
        "ticked": weekdays_of(rule) if rule is not None else None,
        "categories": [(each.code, each.name) for each in goods.categories[:OFFERED_CATEGORIES_MAX]],
        "segments": [(str(each.id), each.name) for each in goods.segments],
        "tag_length_max": TAG_LENGTH_MAX,
    }


async def _goods(tx: Tx) -> Goods:
    return Goods(categories=await list_categories(tx), segments=await list_segments(tx))


def _tagged(tag: str, members: int, visit: Visit) -> str:
    return visit.words.ngettext(
        "“{tag}” is on {count} member by the rule now.",
        "“{tag}” is on {count} members by the rule now.",
        members,
        tag=tag,
        count=visit.figures.number(members),
    )


HANDLERS = (change_tag, download_tags, end_tag, make_tag, show_tag, show_tags)


def _members_url(tag: str) -> str:
    return f"/members?tag={quote(tag)}"
