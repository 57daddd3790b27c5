"""A template in words: with its variables filled in, for one channel, in one language."""

from html import escape
from uuid import UUID

from msgspec import structs

from plushka.domain.messages.model import Button, Channel, Message, Photo
from plushka.domain.messages.templates.links import fill_link
from plushka.domain.messages.templates.model import Template, TemplateButton, Values
from plushka.domain.messages.templates.text import Missing, fill
from plushka.domain.messages.wording import NO_OFFERS, RATE
from plushka.platform.i18n import Language, marked, translator

UNSUBSCRIBE = marked("Unsubscribe")
RATE_PURCHASE = marked("Rate the purchase")
SCORES = range(1, 6)
RECEIPT = "receipt"
"""Under this name a campaign tells which purchase a letter is about."""
OPEN = marked("Open the card")
TALKING: frozenset[Channel] = frozenset({"telegram", "max", "vk", "inbox"})
"""Channels in which a button can be pressed that says something back to us."""


def rendered(
    template: Template,
    values: Values,
    language: Language,
    channel: Channel,
    *,
    photo: Photo | None = None,
    app_url: str = "",
) -> Message:
    """Return the message; ``language`` must be one that the template speaks.

    One that asks for a rating has buttons for the purchase ``RECEIPT`` of ``values``; without one it asks nothing. One
    that advertises ends with a way to unsubscribe: in a chat and the inbox a button, in mail and SMS what their
    channel adds.

    A button whose link lacks a value is left out.

    :raises Missing: a variable of the text has neither a value nor a word instead of it
    """
    words = template.body.words[language]
    rows = (
        _stars(values[RECEIPT], language, channel, app_url)
        if template.body.asks_rating and RECEIPT in values
        else []
    )
    rows += [
        (button,) for each in template.body.buttons if (button := _button(each, values, language)) is not None
    ]
    message = Message(
        escape(fill(words.text_for(channel), values), quote=False),
        rows=tuple(rows),
        subject=fill(words.subject, values),
        picture=photo,
    )
    return unsubscribing(message, language, channel) if template.purpose == "marketing" else message


def _button(button: TemplateButton, values: Values, language: Language) -> Button | None:
    """Return a button; None: the value that its link needs is not there, so it would lead nowhere."""
    try:
        link = fill_link(button.link, values)
    except Missing:
        return None
    label = button.labels.get(language, "") or translator(language).gettext(OPEN)
    return Button(label, link=link, opens_app=not button.link)


def _stars(receipt: str, language: Language, channel: Channel, app_url: str) -> list[tuple[Button, ...]]:
    """Return the buttons that rate a purchase: five where a bot hears them, else one that leads into the app."""
    if channel in {"telegram", "max", "vk"}:
        code = UUID(receipt).hex
        return [tuple(Button(f"{score} \N{BLACK STAR}", action=f"{RATE}{score}:{code}") for score in SCORES)]
    if channel == "inbox" or not app_url:
        return []
    return [(Button(translator(language).gettext(RATE_PURCHASE), link=f"{app_url}/rate/{receipt}"),)]


def unsubscribing(message: Message, language: Language, channel: Channel) -> Message:
    """Return a message that advertises with the button that ends it, where there are buttons that talk back."""
    if channel not in TALKING:
        return message
    button = Button(translator(language).gettext(UNSUBSCRIBE), action=NO_OFFERS)
    return structs.replace(message, rows=(*message.rows, (button,)))
