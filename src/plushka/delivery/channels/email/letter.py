"""A letter as mail servers and programs for mail expect it: both texts, and headers that nobody can write into."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from mimetypes import guess_type

from plushka.domain.messages.gateways.parcels import Mail

SUBJECT_LENGTH_MAX = 200
NAME_LENGTH_MAX = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def as_message(mail: Mail, *, sender: str, name: str, at: datetime) -> EmailMessage:
    """Return the letter. ``name`` is the business's; a repeat has the same Message-ID, which bears its mark.

    :raises ValueError: an address is none
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(mail.subject)[:SUBJECT_LENGTH_MAX]
    message["From"] = Address(display_name=one_line(name)[:NAME_LENGTH_MAX], addr_spec=sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.mark or mail.key}@{sender.rpartition('@')[2]}>"
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Precedence"] = "bulk"
    else:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="base64")
    message.add_alternative(mail.html, subtype="html", cte="base64")
    if mail.picture:
        page = message.get_payload()[1]  # type: ignore[index]
        page.add_related(mail.picture, "image", "jpeg", cid="<picture>")  # type: ignore[union-attr]
    if mail.file:
        kind = guess_type(mail.file.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(mail.file.content, main, sub, filename=mail.file.name)
    return message


def one_line(text: str) -> str:
    """Return a text that cannot begin another header."""
    return " ".join(_CONTROL.sub(" ", text).split())
