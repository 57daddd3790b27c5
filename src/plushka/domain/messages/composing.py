"""Messages in words as they are taken up: in the language of whoever they are for, with the facts of now."""

from collections.abc import Mapping, Sequence
from html import unescape
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.branding import get_branding
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.consent_texts import list_consent_texts
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.model import Channel, Message, Outgoing, Photo, Reason
from plushka.domain.messages.taking import skip
from plushka.domain.messages.templates.facts import own_values
from plushka.domain.messages.templates.model import Template
from plushka.domain.messages.templates.rendering import RECEIPT, rendered, unsubscribing
from plushka.domain.messages.templates.store import find_template_picture, find_templates
from plushka.domain.messages.templates.text import Missing, holes
from plushka.domain.messages.wording import Voice, worded
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.queries import find_last_receipt_id
from plushka.platform.database import Tx
from plushka.platform.i18n import Language
from plushka.platform.point_words import calling_points

SAID_LENGTH_MAX = 4000


class Composed(Struct, frozen=True):
    """A message in words; ``color`` is the business's, for pictures; ``said`` is kept of letters, empty: of notices."""

    message: Message
    color: str
    said: str = ""

    @property
    def plain(self) -> str:
        """The text without markup."""
        return plain(self.message)


async def compose(
    tx: Tx, messages: Sequence[Outgoing], *, app_url: str = ""
) -> Sequence[tuple[Outgoing, Composed]]:
    """Return messages that were taken up, with their words; those that cannot be said are skipped, and left out.

    ``app_url`` is where the business's app is, empty: nowhere that could be told.
    """
    if not messages:
        return []
    business, branding, texts = await get_business(tx), await get_branding(tx), await list_consent_texts(tx)
    printer = Printer(tx, business, app_url)
    await printer.load([one.content.template_id for one in messages if isinstance(one.content, FromTemplate)])
    composed: list[tuple[Outgoing, Composed]] = []
    skipped: dict[UUID, Reason] = {}
    for message in messages:
        with calling_points(business.point_words):
            if isinstance(message.content, FromTemplate):
                told = await printer.print(message, message.content)
            else:
                voice = Voice(business=business, language=message.language, texts=texts)
                told = worded(message.content, voice)
                if message.purpose == "marketing":
                    told = unsubscribing(told, message.language, message.channel)
        if isinstance(told, Message):
            said = "" if message.purpose == "transactional" and not message.campaign_id else plain(told)
            composed.append((message, Composed(told, branding.color, said[:SAID_LENGTH_MAX])))
        else:
            skipped[message.id] = told
    await skip(tx, skipped)
    return composed


def plain(message: Message) -> str:
    """Return a message's text without markup."""
    return unescape(message.text.replace("<b>", "").replace("</b>", ""))


class Printer:
    """Words templates for members of one business, each template and picture read once."""

    def __init__(self, tx: Tx, business: Business, app_url: str) -> None:
        self._tx = tx
        self._business = business
        self._app_url = app_url
        self._versions = Versions()
        self._templates: Mapping[UUID, Template] = {}
        self._photos: dict[UUID, Photo | None] = {}

    async def load(self, template_ids: Sequence[UUID]) -> None:
        self._templates = await find_templates(self._tx, set(template_ids)) if template_ids else {}

    async def print(self, message: Outgoing, content: FromTemplate) -> Message | Reason:
        """Return a letter in words, or why it cannot be said."""
        template = self._templates.get(content.template_id)
        if template is None:
            return "template_missing"
        language = template.body.language_for(message.language, self._business.language)
        if language is None:
            return "template_missing"
        try:
            return await self.words(template, message.member_id, language, message.channel, content.values)
        except Missing:
            return "value_missing"

    async def words(
        self,
        template: Template,
        member_id: UUID | None,
        language: Language,
        channel: Channel,
        given: Mapping[str, str],
    ) -> Message:
        """Return a template in words for a member, with what the campaign has ``given``.

        :raises Missing: a variable has neither a value nor a word instead of it
        """
        said = template.body.words[language]
        names = {hole.name for text in (said.text_for(channel), said.subject) for hole in holes(text)}
        values = dict(given)
        if member_id is not None and names:
            values |= await own_values(
                self._tx,
                member_id,
                names,
                business=self._business,
                language=language,
                versions=self._versions,
                app_url=self._app_url,
            )
        if template.body.asks_rating and RECEIPT not in values and member_id is not None:
            last_id = await find_last_receipt_id(self._tx, member_id)
            values |= {} if last_id is None else {RECEIPT: str(last_id)}
        photo = await self._photo(template)
        return rendered(template, values, language, channel, photo=photo, app_url=self._app_url)

    async def _photo(self, template: Template) -> Photo | None:
        if template.id not in self._photos:
            content = (
                await find_template_picture(self._tx, template.id, template.picture_digest)
                if template.picture_digest
                else None
            )
            self._photos[template.id] = None if content is None else Photo(content)
        return self._photos[template.id]
