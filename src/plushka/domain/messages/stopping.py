"""SMS that people send to a business: what says stop takes back the consent to advertising by SMS.

All others are nobody's: there is no chat by SMS.
"""

import re
import unicodedata
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.members.consents import refuse_consent
from plushka.domain.members.identities import identify
from plushka.domain.members.queries import find_member
from plushka.domain.messages.contents import SmsStopped
from plushka.domain.messages.finishing import id_of
from plushka.domain.messages.gateways.hearings import is_first_hearing
from plushka.domain.messages.gateways.parcels import Incoming
from plushka.domain.messages.letters import Letter, post
from plushka.platform.database import Tx
from plushka.platform.errors import Invalid
from plushka.platform.ids import new_id

WORDS_MAX = 3
"""Of a text that says stop and little more; in a longer one the word means something else."""
_LIKE_LATIN = str.maketrans("авекмнорстух", "abekmhopctyx")
"""Cyrillic letters that look Latin, so that a word is known whichever of them it was typed with."""
_ON_LATIN_KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")
_ON_CYRILLIC_KEYS = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю")
_WORDS = ("стоп", "stop", "отписка", "отписаться", "отпишите", "отпиши", "unsubscribe", "off")


def _seen(word: str) -> str:
    """Return how a word looks."""
    return word.translate(_LIKE_LATIN)


_STOPS = frozenset(
    _seen(spelled)
    for word in _WORDS
    for spelled in (word, word.translate(_ON_LATIN_KEYS), word.translate(_ON_CYRILLIC_KEYS))
)
"""Each word as it was meant, and typed with the keyboard in the other alphabet."""


def says_stop(text: str) -> bool:
    """Tell whether a text asks to end advertising: a word of ours first, and not more than two behind it."""
    words = re.findall(r"[\w\[\];'-]+", unicodedata.normalize("NFKC", text).casefold())
    return 0 < len(words) <= WORDS_MAX and _seen(words[0].strip("_[];'-") or words[0]) in _STOPS


async def hear_sms(tx: Tx, gateway_id: UUID, sms: Incoming) -> None:
    """Take the consent to advertising by SMS back from whoever says stop, and answer; told again it is not done again.

    Nobody is answered twice, nor is who is no member.
    """
    if not says_stop(sms.text):
        return
    member_id = await _find(tx, sms.phone)
    if member_id is None:
        return
    key = id_of(sms.key)
    if key and not await is_first_hearing(tx, gateway_id, f"sms:{key}"):
        return
    if await refuse_consent(tx, member_id, "sms", source="sms"):
        answer = Letter(
            member_id=member_id,
            key=f"sms_stopped:{new_id()}",
            purpose="transactional",
            content=SmsStopped(),
            route=("sms",),
        )
        await post(tx, [answer])


async def _find(tx: Tx, phone: str) -> UUID | None:
    """Return whose a phone is; None: nobody's, or it is no phone."""
    try:
        identity = identify("phone", phone, country=(await get_business(tx)).country)
    except Invalid:
        return None
    member = await find_member(tx, identity)
    return None if member is None else member.id
