"""Partnerships, offers, and why one cannot be."""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Invalid, NotFound

INVITED_FOR = timedelta(days=14)
PARTNERS_MAX = 200
"""Partnerships and invitations of one business at a time."""
OFFERS_MAX = 100
"""Offers of one partnership and issuer."""
POOL_MAX = 10_000
"""Codes of one offer."""
PRINTED_MAX = 200
"""Cards printed at once."""
GIVES_LENGTH_MAX = 300
TOLD_FROM = 5
"""Members from whom on more is told than that they came: of fewer the holder, who has given the codes, knows who."""


class Partnership(Struct, frozen=True):
    """Two businesses, as one of them sees it: ``other`` is the other's name, empty while nobody has accepted.

    ``is_mine``: this business has invited. ``email``: whom the invitation is for, if for somebody.
    """

    id: UUID
    other_id: UUID | None
    other: str
    is_mine: bool
    email: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None

    @property
    def is_active(self) -> bool:
        return self.accepted_at is not None and self.ended_at is None


class Invitation(Struct, frozen=True):
    """An invitation that can be accepted; ``inviter`` is the name of the business that invites."""

    id: UUID
    inviter_id: UUID
    inviter: str
    expires_at: datetime


class Offer(Struct, frozen=True):
    """A coupon of the issuer, as its partner shows it; ``issuer`` and ``holder`` are their names.

    ``word`` None: the holder gives out codes of a pool of ``pool``, ``handed`` of which are gone.
    ``shows_sums``: the holder may see what it brought in money. ``is_stopped`` by the issuer, ``is_hidden`` by the
    holder.
    """

    id: UUID
    partnership_id: UUID
    issuer_id: UUID
    issuer: str
    holder_id: UUID
    holder: str
    coupon_id: UUID
    title: str
    gives: str
    first_on: date | None
    last_on: date | None
    word: str | None
    pool: int
    handed: int
    shows_sums: bool
    is_stopped: bool
    is_hidden: bool

    @property
    def left(self) -> int | None:
        """How many codes are left to give out; None: it is one word."""
        return None if self.word is not None else self.pool - self.handed


class Came(Struct, frozen=True):
    """What came of an offer at its issuer; money is in minor units of ``currency``, None where it is not shown.

    So is ``new_members`` where fewer than ``TOLD_FROM`` came.
    """

    receipts: int
    members: int
    new_members: int | None
    revenue_minor: int | None
    discount_minor: int | None
    currency: str


class UnknownInvitation(NotFound):
    code = "partner_invitation_not_found"


class InvitationOver(Conflict):
    """It was accepted, withdrawn, or is too old."""

    code = "partner_invitation_over"


class OwnInvitation(Conflict):
    """A business accepts its own invitation."""

    code = "partner_invitation_own"


class AlreadyPartners(Conflict):
    code = "already_partners"


class TooManyPartners(Conflict):
    code = "too_many_partners"


class UnknownPartnership(NotFound):
    code = "partnership_not_found"


class PartnershipEnded(Conflict):
    """It was ended, or nobody has accepted yet."""

    code = "partnership_ended"


class UnknownOffer(NotFound):
    code = "partner_offer_not_found"


class AlreadyOffered(Conflict):
    """The partner has an offer of this coupon."""

    code = "already_offered"


class NothingToOffer(Invalid):
    """The coupon has no codes, or only such as are members' own."""

    code = "nothing_to_offer"


class PoolTooLarge(Invalid):
    code = "pool_too_large"


class TooManyOffers(Conflict):
    code = "too_many_partner_offers"


class NoCodesLeft(Conflict):
    """All codes of the offer are given out, or fewer are left than were asked for."""

    code = "no_codes_left"
