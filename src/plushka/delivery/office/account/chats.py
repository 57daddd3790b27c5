"""The person's chats in messengers, to which reports come: bound by a link that the bot is opened with, and let go."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.account.account import PATH as ACCOUNT
from plushka.delivery.office.account.account import account_page
from plushka.delivery.office.account.confirming import is_password_right
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.qr import draw_qr
from plushka.domain.bots.staff_chats import GOOD_FOR, ask_for_chat, unbind_chat
from plushka.domain.members.channels import MESSENGER_NAMES, MESSENGERS, Messenger

PATH = f"{ACCOUNT}/chats"
PASSWORD = "chat_password"  # noqa: S105  the name of a field


@post(PATH, opt={"action": "account.own"}, status_code=HTTP_200_OK)
async def ask(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show who knows the password the link that binds a chat: it outlives the session that it was made in."""
    form = await visit.typed(request)
    messenger = _messenger(form.value("messenger"))
    if not await is_password_right(visit, request, form, field=PASSWORD):
        return await account_page(visit, chat=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    async with visit.writing() as tx:
        link = await ask_for_chat(tx, visit.session.staff_id, messenger)
    return visit.page(
        "account/chat.html",
        section="",
        path=ACCOUNT,
        title=visit.words.gettext(MESSENGER_NAMES[messenger]),
        link=link,
        qr=draw_qr(link),
        minutes=int(GOOD_FOR.total_seconds()) // 60,
    )


@post(f"{PATH}/{{messenger:str}}/remove", opt={"action": "account.own"})
async def remove(visit: NamedDependency[Visit], messenger: FromPath[str]) -> Redirect:
    known = _messenger(messenger)
    async with visit.writing() as tx:
        await unbind_chat(tx, visit.session.staff_id, known)
    return sent_on(f"{ACCOUNT}#chats", visit.words.gettext("Reports do not come there any more."))


def _messenger(name: str) -> Messenger:
    """Return a messenger by its name.

    :raises NotFoundException: there is none of this name
    """
    for known in MESSENGERS:
        if known == name:
            return known
    raise NotFoundException
