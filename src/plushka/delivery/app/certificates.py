"""A member's gift certificates on their card: what is on each, until when, and what the till asks for."""

from collections.abc import Sequence

from msgspec import Struct

from plushka.delivery.app.visit import Visit
from plushka.domain.certificates.numbers import shown
from plushka.domain.certificates.pins import pin_of
from plushka.domain.certificates.queries import list_of_member
from plushka.platform.database import Tx


class OwnCertificate(Struct, frozen=True):
    """A certificate that can be used; ``pin`` is empty where its kind has none."""

    number: str
    balance: str
    until: str
    pin: str
    picture_href: str


async def list_own(tx: Tx, visit: Visit) -> Sequence[OwnCertificate]:
    """Return the certificates of the member that can be used, those that expire first first."""
    figures, words = visit.figures(0), visit.words
    return [
        OwnCertificate(
            number=shown(one.number),
            balance=figures.money(one.balance_minor),
            until=words.gettext("until {last} inclusive", last=figures.last_day(one.expires_at))
            if one.expires_at
            else "",
            pin=pin_of(tx, one.pin_salt) if one.type.needs_pin else "",
            picture_href=f"{visit.home}/certificates/{one.id}/picture.png",
        )
        for one in await list_of_member(tx, visit.member.member_id)
    ]
