"""Writing to the business, and reading what it answers."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.messages.chat import BODY_LENGTH_MAX, ChatMessage, list_messages, note_seen, write
from plushka.platform.errors import Refusal

SHOWN_MAX = 100


class Bubble(Struct, frozen=True):
    """A message told."""

    body: str
    at: str
    is_own: bool


@get(f"{PATH}/chat")
async def show_chat(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(f"{PATH}/chat", status_code=HTTP_303_SEE_OTHER)
async def send_message(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Leave a message for the business."""
    form = await visit.typed(request)
    try:
        async with visit.writing() as tx:
            await write(tx, visit.member.member_id, form.value("body"))
    except Refusal as refusal:
        form.refused(refusal, default="body")
        return await _page(visit, form)
    return Redirect(f"{visit.home}/chat", status_code=HTTP_303_SEE_OTHER)


HANDLERS = [show_chat, send_message]


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.writing() as tx:
        messages = await list_messages(tx, visit.member.member_id, limit=SHOWN_MAX)
        await note_seen(tx, visit.member.member_id, by_member=True)
    return visit.page(
        "chat.html",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        bubbles=[_told(message, visit) for message in reversed(messages)],
        length_max=BODY_LENGTH_MAX,
        unseen=0,
    )


def _told(message: ChatMessage, visit: Visit) -> Bubble:
    return Bubble(body=message.body, at=visit.figures().moment(message.at), is_own=message.is_from_member)
