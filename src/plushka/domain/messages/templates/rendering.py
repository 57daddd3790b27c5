"""A template in words: with its variables filled in, for one channel, in one language."""

from html import escape

from msgspec import structs

from plushka.domain.messages.model import Button, Channel, Message, Photo
from plushka.domain.messages.templates.model import Template, Values
from plushka.domain.messages.templates.text import fill
from plushka.domain.messages.wording import NO_OFFERS
from plushka.platform.i18n import Language, marked, translator

UNSUBSCRIBE = marked("Unsubscribe")
OPEN = marked("Open the card")
TALKING: frozenset[Channel] = frozenset({"telegram", "max", "vk", "inbox"})
"""Channels in which a button can be pressed that says something back to us."""


def rendered(
    template: Template, values: Values, language: Language, channel: Channel, *, photo: Photo | None = None
) -> Message:
    """Return the message; ``language`` must be one that the template speaks.

    One that advertises ends with a way to unsubscribe: in a chat and the inbox a button, in mail and SMS what their
    channel adds.

    :raises Missing: a variable has neither a value nor a word instead of it
    """
    words = template.body.words[language]
    speak = translator(language)
    rows = [
        (
            Button(
                button.labels.get(language, "") or speak.gettext(OPEN),
                link=button.link,
                opens_app=not button.link,
            ),
        )
        for button in template.body.buttons
    ]
    message = Message(
        escape(fill(words.text_for(channel), values), quote=False),
        rows=tuple(rows),
        subject=fill(words.subject, values),
        picture=photo,
    )
    return unsubscribing(message, language, channel) if template.purpose == "marketing" else message


def unsubscribing(message: Message, language: Language, channel: Channel) -> Message:
    """Return a message that advertises with the button that ends it, where there are buttons that talk back."""
    if channel not in TALKING:
        return message
    button = Button(translator(language).gettext(UNSUBSCRIBE), action=NO_OFFERS)
    return structs.replace(message, rows=(*message.rows, (button,)))
