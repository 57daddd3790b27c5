"""Letters of the business that lie in the app: read, deleted, and unsubscribed from."""

from contextlib import suppress
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from msgspec import Struct

from plushka.delivery.app.context import PATH
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.pictures import picture_response
from plushka.domain.businesses.pictures import LETTER_PICTURE, size_of
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.members.model import ConsentUnchanged
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.history import InboxLetter, count_unread, hide_letter, list_inbox, open_letter
from plushka.domain.messages.templates.model import Template
from plushka.domain.messages.templates.rendering import OPEN, RATE_PURCHASE, RECEIPT
from plushka.domain.messages.templates.store import find_template_picture, find_templates
from plushka.platform.database import Tx
from plushka.platform.i18n import translator

SHOWN_MAX = 100
_ONE = f"{PATH}/letters/{{letter_id:uuid}}"


class LetterLine(Struct, frozen=True):
    """A letter in the list."""

    href: str
    text: str
    at: str
    is_read: bool


@get(f"{PATH}/letters")
async def show_letters(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        letters = await list_inbox(tx, visit.member.member_id, limit=SHOWN_MAX)
    return visit.page("letters.html", letters=[_line(letter, visit) for letter in letters])


@get(_ONE)
async def show_letter(visit: NamedDependency[Visit], letter_id: FromPath[UUID]) -> Response[str]:
    """Show a letter, which is read from now on.

    :raises UnknownLetter: the member has none of this id
    """
    async with visit.writing() as tx:
        letter = await open_letter(tx, visit.member.member_id, letter_id)
        template = await _template_of(tx, letter)
        drawn = await _picture_of(tx, template)
        unread = await count_unread(tx, visit.member.member_id)
        # The latest of each kind stands first.
        agreed = {
            each.kind: each.is_given for each in reversed(await list_consents(tx, visit.member.member_id))
        }
    return visit.page(
        "letter.html",
        unread=unread,
        letter=_line(letter, visit),
        picture=f"{visit.home}/letters/{letter_id}/picture" if drawn else "",
        picture_size=size_of(drawn) if drawn else None,
        buttons=_buttons(letter, template, visit),
        may_unsubscribe=letter.advertises and agreed.get("marketing", False),
    )


@get(f"{_ONE}/picture")
async def show_letter_picture(visit: NamedDependency[Visit], letter_id: FromPath[UUID]) -> Response[bytes]:
    """Return a letter's picture.

    :raises NotFound: it has none
    """
    async with visit.writing() as tx:
        letter = await open_letter(tx, visit.member.member_id, letter_id)
        picture = await _picture_of(tx, await _template_of(tx, letter))
    return picture_response(picture, LETTER_PICTURE)


@post(f"{_ONE}/deletion", status_code=HTTP_303_SEE_OTHER)
async def delete_letter(visit: NamedDependency[Visit], letter_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await hide_letter(tx, visit.member.member_id, letter_id)
    return Redirect(f"{visit.home}/letters?said=letter_deleted", status_code=HTTP_303_SEE_OTHER)


@post(f"{_ONE}/unsubscription", status_code=HTTP_303_SEE_OTHER)
async def unsubscribe(visit: NamedDependency[Visit], letter_id: FromPath[UUID]) -> Redirect:
    """Take the consent to advertising back, in all channels; what waits to be sent is not sent any more."""
    async with visit.writing() as tx:
        with suppress(ConsentUnchanged):
            await note_consent(tx, visit.member.member_id, "marketing", is_given=False, source="app")
    return Redirect(f"{visit.home}/letters/{letter_id}?said=unsubscribed", status_code=HTTP_303_SEE_OTHER)


HANDLERS = [show_letters, show_letter, show_letter_picture, delete_letter, unsubscribe]


def _rating_of(letter: InboxLetter, visit: Visit) -> str:
    """Return where the purchase is rated that a letter is about, or the last one."""
    values = letter.content.values if isinstance(letter.content, FromTemplate) else {}
    return f"{visit.home}/rate/{values[RECEIPT]}" if RECEIPT in values else f"{visit.home}/rate"


async def _template_of(tx: Tx, letter: InboxLetter) -> Template | None:
    if not isinstance(letter.content, FromTemplate):
        return None
    return (await find_templates(tx, [letter.content.template_id])).get(letter.content.template_id)


async def _picture_of(tx: Tx, template: Template | None) -> bytes | None:
    return None if template is None else await find_template_picture(tx, template.id, template.picture_digest)


def _buttons(letter: InboxLetter, template: Template | None, visit: Visit) -> list[tuple[str, str]]:
    """Return the buttons under a letter: what stands on them, all in one language, and where they lead."""
    if template is None:
        return []
    language = template.body.language_for(visit.look.language, visit.business.language)
    words = translator(language) if language else visit.words
    rates = [(words.gettext(RATE_PURCHASE), _rating_of(letter, visit))] if template.body.asks_rating else []
    return rates + [
        (
            (button.labels.get(language, "") if language else "") or words.gettext(OPEN),
            button.link if urlsplit(button.link).scheme == "https" else visit.home,
        )
        for button in template.body.buttons
    ]


def _line(letter: InboxLetter, visit: Visit) -> LetterLine:
    return LetterLine(
        href=f"{visit.home}/letters/{letter.id}",
        text=letter.said,
        at=visit.figures().moment(letter.at),
        is_read=letter.is_read,
    )
