"""A member found by whatever was typed of them."""

from typing import get_args

from plushka.domain.members.identities import identify
from plushka.domain.members.model import IdentityKind, Member
from plushka.domain.members.queries import find_member
from plushka.platform.database import Tx
from plushka.platform.errors import Invalid


async def find_by_anything(tx: Tx, text: str, *, country: str) -> Member | None:
    """Return the member whose phone, card, e-mail or external id ``text`` is, looked for in this order."""
    for kind in get_args(IdentityKind):
        try:
            member = await find_member(tx, identify(kind, text, country=country))
        except Invalid:
            continue
        if member is not None:
            return member
    return None
