"""Where buttons lead: an address, perhaps with variables in it, or a variable that is the whole address."""

import re
from urllib.parse import quote

from plushka.domain.messages.templates.model import LINK_LENGTH_MAX, Values
from plushka.domain.messages.templates.text import Hole, Missing, take_apart
from plushka.platform.links import is_link

_HOST = re.compile(r"https://[^/?#\s]+[/?#]")


def is_address(text: str) -> bool:
    """Tell whether a button can lead there."""
    return is_link(text, length_max=LINK_LENGTH_MAX)


def may_lead(link: str) -> bool:
    """Tell whether a link leads somewhere once it is filled in: whose site that is no variable says a part of."""
    pieces, spots = take_apart(link)
    if spots or len(link) > LINK_LENGTH_MAX:
        return False
    match pieces:
        case [Hole(fallback=fallback)]:
            return not fallback or is_address(fallback)
        case [str() as text]:
            return is_address(text)
        case [str() as head, *_]:
            filled = "".join(piece if isinstance(piece, str) else "0" for piece in pieces)
            return _HOST.match(head) is not None and is_address(filled)
        case _:
            return False


def fill_link(link: str, values: Values) -> str:
    """Return a link with its variables filled in, each as a part of an address; a whole one must be an address.

    :raises Missing: a variable has no value that can stand there, and no word instead
    """
    pieces = take_apart(link)[0]
    if len(pieces) == 1 and isinstance(hole := pieces[0], Hole):
        return _whole(hole, values)
    return "".join(
        piece if isinstance(piece, str) else quote(_value(piece, values), safe="") for piece in pieces
    )


def _whole(hole: Hole, values: Values) -> str:
    for address in (values.get(hole.name), hole.fallback):
        if address and is_address(address):
            return address
    raise Missing(hole.name)


def _value(hole: Hole, values: Values) -> str:
    value = values.get(hole.name) or hole.fallback
    if value is None:
        raise Missing(hole.name)
    return value
