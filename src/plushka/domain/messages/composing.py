"""Messages in words as they are taken up: in the language of whoever they are for, with the facts of now."""

from collections.abc import Sequence

from msgspec import Struct

from plushka.domain.businesses.branding import get_branding
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.consent_texts import list_consent_texts
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.model import Message, Outgoing
from plushka.domain.messages.taking import skip
from plushka.domain.messages.wording import Voice, worded
from plushka.platform.database import Tx
from plushka.platform.point_words import calling_points


class Composed(Struct, frozen=True):
    """A message in words; ``color`` is the business's, for pictures; ``said`` is kept of letters, empty: of notices."""

    message: Message
    color: str
    said: str = ""


async def compose(tx: Tx, messages: Sequence[Outgoing]) -> Sequence[tuple[Outgoing, Composed]]:
    """Return messages that were taken up, with their words; those that cannot be said are skipped, and left out."""
    if not messages:
        return []
    business, branding, texts = await get_business(tx), await get_branding(tx), await list_consent_texts(tx)
    composed = []
    for message in messages:
        if isinstance(message.content, FromTemplate):
            await skip(tx, {message.id: "template_missing"})
            continue
        voice = Voice(business=business, language=message.language, texts=texts)
        with calling_points(business.point_words):
            composed.append((message, Composed(worded(message.content, voice), branding.color)))
    return composed
