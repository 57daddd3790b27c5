"""Talks with members: the latest first, each with its thread and a place to answer."""

from uuid import UUID

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
from plushka.delivery.web.address import id_of
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.channels import list_reachable
from plushka.domain.members.queries import get_member
from plushka.domain.messages.chat import (
    BODY_LENGTH_MAX,
    Chat,
    answer,
    list_chats,
    list_messages,
    note_seen,
)
from plushka.platform.errors import Refusal

TALKS_PER_PAGE = 50
MESSAGES_SHOWN = 200
PREVIEW_LENGTH = 120


class TalkLine(Struct, frozen=True):
    """A talk in the list; ``unseen`` is empty when nothing waits."""

    href: str
    name: str
    preview: str
    is_ours: bool
    at: str
    unseen: str


class MessageLine(Struct, frozen=True):
    """A message of a thread; ``seen`` is empty until the member has seen it."""

    body: str
    by: str
    is_ours: bool
    seen: str


@get("/inbox", opt={"action": "chats.read"})
async def show_inbox(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    before = id_of(request.query_params, "before")
    async with visit.reading() as tx:
        chats = await list_chats(tx, before=before, limit=TALKS_PER_PAGE)
    return visit.page(
        "inbox/list.html",
        section="members",
        page="inbox",
        talks=[_line(chat, visit) for chat in chats],
        more=f"/inbox?before={chats[-1].last_id}" if len(chats) == TALKS_PER_PAGE else "",
    )


@get("/inbox/{member_id:uuid}", opt={"action": "chats.read"})
async def show_talk(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _talk(visit, member_id, visit.form())


@post("/inbox/{member_id:uuid}", opt={"action": "chats.answer"})
async def answer_member(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Answer; the member finds it in the app, and in the messenger where the bot knows them."""
    form = await visit.typed(request)
    try:
        async with visit.writing() as tx:
            await answer(tx, member_id, form.value("body"))
    except Refusal as refusal:
        form.refused(refusal, default="body")
        return await _talk(visit, member_id, form)
    visit.office.bots.bell.ring(visit.business.tenant_id)
    return sent_on(f"/inbox/{member_id}", visit.words.gettext("The answer is sent."))


async def _talk(visit: Visit, member_id: UUID, form: Form) -> Response[str]:
    async with visit.writing() as tx:
        member = await get_member(tx, member_id)
        messages = await list_messages(tx, member.id, limit=MESSAGES_SHOWN)
        if visit.may("chats.answer"):
            await note_seen(tx, member.id, by_member=False)
        actors = await load_actors(tx)
        is_reachable = bool(await list_reachable(tx, [member.id]))
    return visit.page(
        "inbox/talk.html",
        section="members",
        page="inbox",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        name=member.name or visit.words.gettext("a member without a name"),
        member_href=f"/members/{member.id}" if visit.may("members.read") else "",
        path=f"/inbox/{member.id}",
        is_reachable=is_reachable,
        may_answer=visit.may("chats.answer"),
        length_max=BODY_LENGTH_MAX,
        messages=[
            MessageLine(
                body=message.body,
                by=visit.figures.moment(message.at)
                if message.is_from_member
                else f"{told_actor(message.actor, visit, actors)}, {visit.figures.moment(message.at)}",
                is_ours=not message.is_from_member,
                seen=visit.figures.moment(message.seen_at)
                if message.seen_at and not message.is_from_member
                else "",
            )
            for message in reversed(messages)
        ],
    )


def _line(chat: Chat, visit: Visit) -> TalkLine:
    preview = " ".join(chat.last_body.split())
    return TalkLine(
        href=f"/inbox/{chat.member_id}",
        name=chat.member_name or visit.words.gettext("a member without a name"),
        preview=preview if len(preview) <= PREVIEW_LENGTH else f"{preview[:PREVIEW_LENGTH]}…",
        is_ours=not chat.last_is_from_member,
        at=visit.figures.moment(chat.last_at),
        unseen=visit.figures.number(chat.unseen) if chat.unseen else "",
    )
