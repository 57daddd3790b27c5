"""Messages in words as they are taken up: in the language of whoever they are for, with the facts of now."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import unescape
from uuid import UUID

from msgspec import Struct, structs

from plushka.domain.businesses.branding import get_branding
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.queries import get_business
from plushka.domain.coupons.codes import find_key
from plushka.domain.coupons.queries import list_last_days
from plushka.domain.members.consent_texts import ConsentTexts, list_consent_texts
from plushka.domain.messages.contents import FromTemplate, ReportTold
from plushka.domain.messages.model import (
    Button,
    Channel,
    File,
    Message,
    Outgoing,
    Photo,
    Picture,
    Reason,
)
from plushka.domain.messages.taking import skip
from plushka.domain.messages.templates.facts import Asked, list_own_values
from plushka.domain.messages.templates.happenings import load_happenings, tell_fields
from plushka.domain.messages.templates.model import Template
from plushka.domain.messages.templates.points_given import LIFE, find_last_day
from plushka.domain.messages.templates.rendering import RECEIPT, rendered, unsubscribing
from plushka.domain.messages.templates.store import find_revised, find_template_picture
from plushka.domain.messages.templates.text import Missing, names_in
from plushka.domain.messages.templates.variables import fields_of
from plushka.domain.messages.wording import Voice, worded
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.queries import find_last_receipt_id
from plushka.domain.tasks.queries import read_parts, size_of_output
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, Translator, format_date, translator
from plushka.platform.point_words import calling_points

SAID_LENGTH_MAX = 4000
FILE_BYTES_MAX = 10 * 1024 * 1024
"""Of what a letter brings with it; what is larger waits where the letter leads."""
CARRY_FILES: frozenset[Channel] = frozenset({"email", "telegram", "max", "vk"})


class Composed(Struct, frozen=True):
    """A message in words; ``color`` is the business's, of who draws a picture; ``said`` is kept of letters alone."""

    message: Message
    color: str = ""
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
    business = await get_business(tx)
    is_by_template = all(isinstance(message.content, FromTemplate) for message in messages)
    texts = ConsentTexts() if is_by_template else await list_consent_texts(tx)
    color = ""
    composed: list[tuple[Outgoing, Composed]] = []
    skipped: dict[UUID, Reason] = {}
    with calling_points(business.point_words):
        printed = await Printer(tx, business, app_url).print(messages)
        for message in messages:
            if isinstance(message.content, FromTemplate):
                told = printed[message.id]
            else:
                voice = Voice(business=business, language=message.language, texts=texts)
                told = worded(message.content, voice)
                if isinstance(message.content, ReportTold):
                    told = await _with_file(tx, told, message.content, message, app_url=app_url)
                if message.purpose == "marketing":
                    told = unsubscribing(told, message.language, message.channel)
            if isinstance(told, Message):
                said = "" if message.purpose == "transactional" and not message.campaign_id else plain(told)
                if isinstance(told.picture, Picture) and not color:
                    color = (await get_branding(tx)).color
                composed.append((message, Composed(told, color, said[:SAID_LENGTH_MAX])))
            else:
                skipped[message.id] = told
    await skip(tx, skipped)
    return composed


async def _with_file(
    tx: Tx, told: Message, content: ReportTold, message: Outgoing, *, app_url: str
) -> Message:
    """Return what is said of a report with its file, and with a way to its page where there is an address."""
    words = translator(message.language)
    size = await size_of_output(tx, content.task_id)
    office = app_url.removesuffix(f"/app/{tx.tenant_id}")
    if 0 < size <= FILE_BYTES_MAX and message.channel in CARRY_FILES:
        parts = [part async for part in read_parts(tx, content.task_id, is_input=False)]
        told = structs.replace(
            told, file=File(content.file_name, b"".join(parts), otherwise=_where_it_is(content, words))
        )
    else:
        told = structs.replace(told, text=f"{told.text}\n\n{_where_it_is(content, words)}")
    if office and content.path:
        button = Button(words.gettext("Open the report"), link=f"{office}{content.path}")
        told = structs.replace(told, rows=((button,),))
    return told


def _where_it_is(content: ReportTold, words: Translator) -> str:
    """Return where the file of a report is that does not come along."""
    if not content.path:
        return words.gettext("The author of the report has the file.")
    return words.gettext("Its file is in the office, with the report.")


def plain(message: Message) -> str:
    """Return a message's text without markup."""
    return unescape(message.text.replace("<b>", "").replace("</b>", ""))


class Blank(Struct, frozen=True):
    """A template to be filled in for a member (None: for nobody), with what the campaign has ``given``.

    ``called`` is what the member is called, None: it is to be asked.
    """

    template: Template
    member_id: UUID | None
    language: Language
    channel: Channel
    given: Mapping[str, str]
    called: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """The variables that are named in what is said, and where its buttons lead."""
        said = self.template.body.words[self.language]
        links = (button.link for button in self.template.body.buttons)
        return names_in(said.text_for(self.channel), said.subject, *links)


class Printer:
    """Words templates for members of one business; each template and picture is read once."""

    def __init__(self, tx: Tx, business: Business, app_url: str) -> None:
        self._tx = tx
        self._business = business
        self._app_url = app_url
        self._versions = Versions()
        self._photos: dict[UUID, Photo | None] = {}

    async def print(self, messages: Sequence[Outgoing]) -> Mapping[UUID, Message | Reason]:
        """Return those that are made from templates in words, or why they cannot be said, by their ids."""
        contents = {one.id: one.content for one in messages if isinstance(one.content, FromTemplate)}
        templates = await find_revised(
            self._tx,
            {
                contents[one.id].template_id: one.revision
                for one in messages
                if one.id in contents and one.revision is not None
            },
        )
        printed: dict[UUID, Message | Reason] = {}
        blanks: dict[UUID, Blank] = {}
        for message in messages:
            if (content := contents.get(message.id)) is None:
                continue
            template = templates.get(content.template_id)
            language = None
            if template is not None:
                language = template.body.language_for(message.language, self._business.language)
            if template is None or language is None:
                printed[message.id] = "template_missing"
            else:
                blanks[message.id] = Blank(
                    template, message.member_id, language, message.channel, content.values, message.called
                )
        own = await self._own_values(list(blanks.values()))
        for (message_id, blank), values in zip(blanks.items(), own, strict=True):
            try:
                printed[message_id] = await self._words(blank, values)
            except Missing:
                printed[message_id] = "value_missing"
        return printed

    async def words(self, blank: Blank) -> Message:
        """Return one letter in words.

        :raises Missing: a variable has neither a value nor a word instead of it
        """
        (values,) = await self._own_values([blank])
        return await self._words(blank, values)

    async def _own_values(self, blanks: Sequence[Blank]) -> Sequence[Mapping[str, str]]:
        asked = [
            (number, Asked(blank.member_id, blank.names, blank.language, blank.called))
            for number, blank in enumerate(blanks)
            if blank.member_id is not None and blank.names
        ]
        told = await list_own_values(
            self._tx,
            [one for _, one in asked],
            business=self._business,
            versions=self._versions,
            app_url=self._app_url,
        )
        values: list[Mapping[str, str]] = [{}] * len(blanks)
        for (number, _), one in zip(asked, told, strict=True):
            values[number] = one
        besides = (
            await self._coupons_until(blanks),
            await self._points_until(blanks),
            await self._fields(blanks),
        )
        return [
            dict(one) | {name: value for part in besides for name, value in part.get(number, {}).items()}
            for number, one in enumerate(values)
        ]

    async def _fields(self, blanks: Sequence[Blank]) -> Mapping[int, Mapping[str, str]]:
        """Return what letters say of the event or the cart that they are about, by the letters' places."""
        asking = [number for number, blank in enumerate(blanks) if fields_of(blank.names)]
        found = await load_happenings(self._tx, [blanks[number].given for number in asking]) if asking else []
        return {
            number: tell_fields(happening, blanks[number].language, self._business.currency)
            for number, happening in zip(asking, found, strict=True)
            if happening is not None
        }

    async def _coupons_until(self, blanks: Sequence[Blank]) -> Mapping[int, Mapping[str, str]]:
        """Return the last days of the coupons whose codes letters bring, by the letters' places, as they are now."""
        keys = {
            number: key
            for number, blank in enumerate(blanks)
            if "coupon_until" in blank.names and (key := find_key(blank.given.get("coupon", "")))
        }
        last = await list_last_days(self._tx, set(keys.values())) if keys else {}
        return {
            number: {"coupon_until": self._day(last[key], blanks[number].language)}
            for number, key in keys.items()
            if key in last
        }

    async def _points_until(self, blanks: Sequence[Blank]) -> Mapping[int, Mapping[str, str]]:
        """Return the last days of the points that letters tell of, by the letters' places."""
        asked = {number: blank for number, blank in enumerate(blanks) if "points_until" in blank.names}
        lives = {blank.given.get(LIFE, ""): blank.given for blank in asked.values()}
        last = {life: await find_last_day(self._tx, given, self._business) for life, given in lives.items()}
        return {
            number: {"points_until": self._day(day, blank.language)}
            for number, blank in asked.items()
            if (day := last[blank.given.get(LIFE, "")]) is not None
        }

    def _day(self, day: date, language: Language) -> str:
        return format_date(day, language, form="day" if day.year == self._tx.at.year else "full")

    async def _words(self, blank: Blank, own: Mapping[str, str]) -> Message:
        template, values = blank.template, {**blank.given, **own}
        if template.body.asks_rating and RECEIPT not in values and blank.member_id is not None:
            last_id = await find_last_receipt_id(self._tx, blank.member_id)
            values |= {} if last_id is None else {RECEIPT: str(last_id)}
        photo = await self._photo(template)
        return rendered(template, values, blank.language, blank.channel, photo=photo, app_url=self._app_url)

    async def _photo(self, template: Template) -> Photo | None:
        if template.id not in self._photos:
            content = (
                await find_template_picture(self._tx, template.id, template.picture_digest)
                if template.picture_digest
                else None
            )
            self._photos[template.id] = None if content is None else Photo(content)
        return self._photos[template.id]
