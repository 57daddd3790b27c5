"""A message as a letter in the business's look: text for those who read text, HTML for the rest."""

from functools import cache
from html import unescape

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from plushka.domain.businesses.branding import Branding
from plushka.domain.businesses.colors import readable
from plushka.domain.messages.contents import ReportTold
from plushka.domain.messages.gateways.parcels import Mail
from plushka.domain.messages.model import Message, Outgoing, Photo
from plushka.platform.i18n import translator


def letter_of(
    message: Outgoing,
    said: Message,
    *,
    business: str,
    branding: Branding,
    app_url: str,
    unsubscribe_url: str,
    mark: str,
    return_to: str,
) -> Mail:
    """Return the letter; without a subject of its own it is about the business."""
    words = translator(message.language)
    links = [
        (button.text, button.link or app_url)
        for row in said.rows
        for button in row
        if button.link or (button.opens_app and app_url)
    ]
    subject = said.subject or business
    footer = (
        words.gettext("You get this letter because you work for {business}.", business=business)
        if isinstance(message.content, ReportTold)
        else words.gettext("You get this letter because you have a card of {business}.", business=business)
    )
    unsubscribe = words.gettext("Unsubscribe")
    plain = [unescape(said.text.replace("<b>", "").replace("</b>", ""))]
    plain += [f"{text}: {link}" for text, link in links]
    plain.append(footer)
    if unsubscribe_url:
        plain.append(f"{unsubscribe}: {unsubscribe_url}")
    html = (
        _templates()
        .get_template("letter.html")
        .render(
            language=message.language,
            subject=subject,
            business=business,
            color=branding.color,
            on_color=readable(branding.color).on_color,
            logo=f"{app_url}/logo/{branding.logo_digest}" if app_url and branding.logo_digest else "",
            has_picture=isinstance(said.picture, Photo),
            # It is HTML of <b> alone, whatever else was in it is escaped.
            paragraphs=[
                Markup(part.replace("\n", "<br>"))  # noqa: S704
                for part in said.text.split("\n\n")
                if part.strip()
            ],
            buttons=links,
            footer=footer,
            unsubscribe_url=unsubscribe_url,
            unsubscribe=unsubscribe,
        )
    )
    return Mail(
        to=message.address,
        sender_name=business,
        subject=subject,
        text="\n\n".join(plain),
        html=html,
        key=message.id,
        unsubscribe_url=unsubscribe_url,
        picture=said.picture.content if isinstance(said.picture, Photo) else b"",
        mark=mark,
        return_to=return_to,
        file=said.file,
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("plushka.delivery.channels"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
