"""How a letter will look in each channel, for a member or for nobody in particular."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.campaigns.lacking import has_address, no_friends
from plushka.delivery.office.members.card.head import told_name
from plushka.delivery.office.members.finding import find_by_anything
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.businesses.branding import get_branding
from plushka.domain.events.model import translated
from plushka.domain.members.model import Member
from plushka.domain.messages.composing import Blank, Printer, plain
from plushka.domain.messages.model import CHANNEL_NAMES, CHANNELS, Channel
from plushka.domain.messages.rules import get_rules
from plushka.domain.messages.sms_text import count_parts
from plushka.domain.messages.templates.checking import (
    find_problems,
    list_absent_fields,
    list_names,
    list_risks,
)
from plushka.domain.messages.templates.happenings import example_fields, find_latest, list_telling_kinds
from plushka.domain.messages.templates.model import Draft, Template
from plushka.domain.messages.templates.rendering import RECEIPT
from plushka.domain.messages.templates.text import Missing
from plushka.domain.messages.templates.variables import OWN, REFERRAL_LINK, examples, fields_of, title_of
from plushka.domain.messages.unsubscribing import path_of
from plushka.domain.programs.versions import rewards_friends
from plushka.platform.database import Tx
from plushka.platform.i18n import LANGUAGES, Language, translator

_TOKEN = "x7Kq2mVb9TzLp4Ws"  # noqa: S105  nobody's: only as long as a real one
Shape = Literal["chat", "sms", "email", "push"]
SHAPES: dict[Channel, Shape] = {"sms": "sms", "email": "email", "push": "push"}


class Preview(Struct, frozen=True):
    """A letter as it arrives. ``buttons`` with where they lead, if to an address; ``notes`` are what to think of."""

    channel: Channel
    shape: Shape
    language: Language
    channels: list[tuple[str, str]]
    reader: str
    text: str
    subject: str
    buttons: list[tuple[str, str]]
    problems: list[str]
    notes: list[str]
    business: str
    color: str
    sms: str


async def preview_of(
    tx: Tx,
    visit: Visit,
    form: Form,
    draft: Draft,
    *,
    problems: list[str],
    template_id: UUID,
    has_picture: bool,
) -> Preview:
    """Return how what is typed looks, in the channel and language that are chosen beside it."""
    gettext = visit.words.gettext
    channel: Channel = next((one for one in CHANNELS if one == form.value("preview_channel")), "telegram")
    language: Language = next(
        (one for one in LANGUAGES if one == form.value("preview_language")), visit.business.language
    )
    spoken = draft.body.language_for(language, visit.business.language) or language
    member = await _reader(tx, visit, form)
    notes = [*await _notes(tx, draft, visit), *await _field_notes(tx, draft, member, visit)]
    text = subject = sms = ""
    buttons: list[tuple[str, str]] = []
    if not find_problems(draft.body, has_picture=has_picture):
        try:
            template = Template(template_id, draft.name, draft.purpose, draft.body, "", 1, tx.at, "")
            printer = Printer(tx, visit.business, _app_address(tx, visit))
            given = examples(spoken) | {RECEIPT: str(template_id)}
            if member is not None:
                given = {name: value for name, value in given.items() if name not in OWN}
            given |= await _happening(tx, draft, member, spoken, visit)
            message = await printer.words(
                Blank(template, member.id if member else None, spoken, channel, given)
            )
        except Missing as missing:
            title = title_of(missing.name, visit.words)
            notes.insert(
                0,
                gettext("This member has no value for “{variable}”: the letter is skipped.", variable=title),
            )
        else:
            text, subject = plain(message), message.subject
            buttons = [(button.text, button.link) for row in message.rows for button in row]
            notes += _left_out(draft, channel, visit, has_picture=has_picture)
            if channel == "sms":
                buttons = []
                text += _way_out(draft, visit, spoken)
                sms = await _sms(tx, visit, text)
    typed = form.value("preview_member").strip()
    if typed and member is None:
        notes.insert(0, gettext("Nobody has such a phone, card or e-mail."))
    return Preview(
        channel=channel,
        shape=SHAPES.get(channel, "chat"),
        language=language,
        channels=[(one, gettext(CHANNEL_NAMES[one])) for one in CHANNELS],
        reader=told_name(member) if member else "",
        text=text,
        subject=subject,
        buttons=buttons,
        problems=problems,
        notes=notes,
        business=visit.business.name,
        color=(await get_branding(tx)).color,
        sms=sms,
    )


async def _reader(tx: Tx, visit: Visit, form: Form) -> Member | None:
    typed = form.value("preview_member").strip()
    return await find_by_anything(tx, typed, country=visit.business.country) if typed else None


async def _notes(tx: Tx, draft: Draft, visit: Visit) -> list[str]:
    gettext = visit.words.gettext
    notes = [
        gettext(
            "Not every member has “{variable}”. Write a word instead of it, or they are skipped: {example}",
            variable=title_of(name, visit.words),
            example="{" + name + "|…}",
        )
        for name in list_risks(draft.body, has_address=has_address(visit))
    ]
    if REFERRAL_LINK in list_names(draft.body) and not await rewards_friends(
        tx, visit.office.reference.versions
    ):
        notes.append(no_friends(visit))
    return notes


def _app_address(tx: Tx, visit: Visit) -> str:
    """Return the address of the app as letters have it, or words that stand for it."""
    url = visit.office.gateways.public_url
    return f"{url}/app/{tx.tenant_id}" if url else visit.words.gettext("link to the app")


async def _happening(
    tx: Tx, draft: Draft, member: Member | None, language: Language, visit: Visit
) -> Mapping[str, str]:
    """Return what the letter is about: the member's own event or cart that has all it names, else examples."""
    fields = fields_of(list_names(draft.body))
    if not fields:
        return {}
    latest = await find_latest(tx, member.id, fields) if member is not None else {}
    kinds = [translated(kind, translator(language)) for kind in await list_telling_kinds(tx)]
    return latest or example_fields(kinds, language, visit.business.currency)


async def _field_notes(tx: Tx, draft: Draft, member: Member | None, visit: Visit) -> list[str]:
    """Return what is to be known of the fields of events that a text names."""
    gettext, fields = visit.words.gettext, fields_of(list_names(draft.body))
    if not fields:
        return []
    notes = [
        gettext("No event has a field {field}: look at how it is written.", field="{" + name + "}")
        for name in list_absent_fields(draft.body, await list_telling_kinds(tx))
    ]
    if member is not None and not notes and not await find_latest(tx, member.id, fields):
        notes.append(gettext("This member has no such event yet: its values are examples."))
    return notes


def _left_out(draft: Draft, channel: Channel, visit: Visit, *, has_picture: bool) -> list[str]:
    """Return what of a template its reader in a channel does not see."""
    gettext = visit.words.gettext
    told = []
    if channel == "sms" and draft.body.buttons:
        told.append(
            gettext(
                "An SMS has no buttons: write the link into its text, as {app_link}.", app_link="{app_link}"
            )
        )
    if channel == "sms" and has_picture:
        told.append(gettext("The picture does not go by this channel: the text has to do without it."))
    return told


def _way_out(draft: Draft, visit: Visit, language: Language) -> str:
    """Return the line that its channel adds to an SMS that advertises, with a link as long as a real one."""
    public_url = visit.office.gateways.public_url
    if draft.purpose != "marketing" or not public_url:
        return ""
    url = public_url.partition("://")[2] + path_of("sms", _TOKEN)
    return "\n" + translator(language).gettext("Unsubscribe: {url}", url=url)


async def _sms(tx: Tx, visit: Visit, text: str) -> str:
    """Return how long an SMS is, in how many parts it is sent, and what they cost."""
    parts, cost = count_parts(text), (await get_rules(tx)).cost_minor("sms")
    told = visit.words.gettext(
        "Characters: {length}, parts: {parts}.",
        length=visit.figures.number(len(text)),
        parts=visit.figures.number(parts),
    )
    if not cost:
        return told
    return f"{told} " + visit.words.gettext("Costs {money}.", money=visit.figures.money(parts * cost))
