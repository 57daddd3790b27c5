"""What can be said to a person in a messenger: facts, without words. ``wording`` makes sentences of them.

Contents are stored as they are decided and worded when they are sent, in the person's language. Points are in units
of the programme whose ``scale`` stands beside them.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.channels import Channel
from plushka.domain.purchases.own_merging import PhoneMet

ACTION_LENGTH_MAX = 64
"""Bytes of what a button sends back: Telegram's limit, the lowest of all."""


class Told(Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """One thing to say."""


class Greeting(Told, tag="greeting", frozen=True):
    """Who we are, what joining gives, and the text to agree to: ``text_version`` of the personal data's."""

    welcome: int
    scale: int
    text_version: str


class ConsentNeeded(Told, tag="consent_needed", frozen=True):
    """They did not agree: nothing is kept, and they may change their mind."""

    text_version: str


class AskPhone(Told, tag="ask_phone", frozen=True):
    """Ask for the phone by the messenger's own button."""


class NotYourPhone(Told, tag="not_your_phone", frozen=True):
    """A contact was sent that the messenger does not vouch for."""


class Joined(Told, tag="joined", frozen=True):
    """The card works. ``points`` were given for joining; ``was_known``: they were a member before.

    Who ``is_back`` deleted themselves lately, and is given none again.
    """

    points: int
    scale: int
    was_known: bool = False
    is_back: bool = False


class AskOffers(Told, tag="ask_offers", frozen=True):
    """Ask whether they want advertising; nothing depends on the answer."""

    text_version: str


class NoProgram(Told, tag="no_program", frozen=True):
    """The business has no programme yet."""


class BalanceTold(Told, tag="balance", frozen=True):
    """``burning`` of the available points are good until the end of ``good_until``, the first to burn."""

    available: int
    pending: int
    debt: int
    scale: int
    tier: str = ""
    burning: int = 0
    good_until: date | None = None


class CardTold(Told, tag="card", frozen=True):
    """The card as a picture; ``code`` is what its QR carries, ``number`` is read by people."""

    code: str
    number: str
    name: str
    available: int
    scale: int


class HistoryLine(Struct, frozen=True, array_like=True):
    """``movement`` is a kind of the journal; ``points`` below zero were taken."""

    at: datetime
    movement: str
    points: int


class History(Told, tag="history", frozen=True):
    lines: tuple[HistoryLine, ...]
    scale: int


class FriendsLink(Told, tag="friends", frozen=True):
    """The member's link and code. A friend's purchase gives ``points`` or ``rate_bp`` of it, ``own`` to the friend."""

    link: str
    code: str = ""
    points: int = 0
    rate_bp: int = 0
    own: int = 0
    scale: int = 0


class Help(Told, tag="help", frozen=True):
    is_member: bool


class OffersChanged(Told, tag="offers", frozen=True):
    are_wanted: bool


class SmsStopped(Told, tag="sms_stopped", frozen=True):
    """Their SMS has ended advertising by SMS."""


class ChooseLanguage(Told, tag="choose_language", frozen=True):
    pass


class ChooseChannel(Told, tag="choose_channel", frozen=True):
    """Ask a member by which of the ``channels`` that lead to them they would rather be written to."""

    channels: tuple[Channel, ...]
    preferred: Channel | None = None


class ChannelChosen(Told, tag="channel_chosen", frozen=True):
    """They have said by what they would rather be written to; None: that it is no matter."""

    channel: Channel | None


class LanguageChanged(Told, tag="language", frozen=True):
    pass


class SpendingStopped(Told, tag="spending_stopped", frozen=True):
    """They said that it was not them: nothing is spent any more, and the staff knows."""


class SpendCode(Told, tag="spend_code", frozen=True):
    """What a till takes as the member's agreement: digits to tell, ``qr`` to scan. Once sent, neither is kept."""

    digits: str
    qr: str
    minutes: int


class SpendAsked(Told, tag="spend_asked", frozen=True):
    """A till asks whether it may spend their points."""

    question_id: UUID
    branch: str


SpendAnswer = Literal["agreed", "declined", "agreed_before", "declined_before", "ran_out"]
"""What an answer to a till's question came to: taken, or too late because of an earlier one or of the time."""


class SpendAnswered(Told, tag="spend_answered", frozen=True):
    """They said whether their points may be spent."""

    answer: SpendAnswer


class AskAnotherPhone(Told, tag="ask_another_phone", frozen=True):
    """Ask a member for their phone by the messenger's own button: it may be that of another card of theirs."""


class PhoneTold(Told, tag="phone", frozen=True):
    """What came of a phone that they have proved."""

    phone: PhoneMet


class CardsPart(Struct, frozen=True):
    """Available points of both cards and of both ``together``, where ``repaid`` go for debt; ``waiting`` come later.

    ``program`` is empty where there is one.
    """

    program: str
    scale: int
    own: int
    other: int
    together: int
    waiting: int = 0
    repaid: int = 0
    debt: int = 0


class CardsFound(Told, tag="cards_found", frozen=True):
    """The phone that they have proved is another card's, and both may become one, called ``name``."""

    offer_id: UUID
    name: str
    parts: tuple[CardsPart, ...]


CardsAnswer = Literal["merged", "left", "over"]
"""``over``: the offer was answered before, has run out, or does not hold any more."""


class CardsAnswered(Told, tag="cards_answered", frozen=True):
    answer: CardsAnswer


class CardTaken(Told, tag="card_taken", frozen=True):
    """The card of whoever is written to has become another's, who has proved its phone."""


class Bought(Told, tag="bought", frozen=True):
    """A purchase was booked: what it earned, what was spent on it, and what there is now."""

    receipt_id: UUID
    branch: str
    amount_minor: int
    earned: int
    spent: int
    available: int
    scale: int
    pending: int = 0


RatingTold = Literal["rated", "rated_before", "over", "words"]
"""What came of a rating: taken, known already, too late, or words of it were taken."""


class PurchaseRated(Told, tag="purchase_rated", frozen=True):
    """They have rated a purchase, or said something of it; ``score`` is what stands."""

    told: RatingTold
    score: int = 0


class Returned(Told, tag="returned", frozen=True):
    """A return was booked: ``back`` were spent and came back, ``taken`` had been earned."""

    refund_minor: int
    back: int
    taken: int
    available: int
    scale: int


class BurnsSoon(Told, tag="burns_soon", frozen=True):
    points: int
    good_until: date
    scale: int


class TierReached(Told, tag="tier_reached", frozen=True):
    tier: str


class GiftWaits(Told, tag="gift_waits", frozen=True):
    """A card is full: a gift can be taken at a till by its code, until the end of ``good_until`` (None: whenever)."""

    name: str
    code: str
    good_until: date | None = None


class CertificateTold(Told, tag="certificate", frozen=True):
    """A gift certificate as a picture, without its PIN, which the app shows; ``last_on`` None: it never ends.

    ``is_ordered``: it waits to be paid for, and ``amount_minor`` is its price; else what is on it.
    """

    number: str
    amount_minor: int
    last_on: date | None = None
    is_ordered: bool = False
    needs_pin: bool = False


class NoCertificates(Told, tag="no_certificates", frozen=True):
    """They have none, and have ordered none; ``are_sold``: the app lets one be ordered."""

    are_sold: bool


class OwnReward(Struct, frozen=True, array_like=True):
    """A gift or a coupon's code that waits, to be shown at a till through ``good_until`` (None: not said)."""

    name: str
    code: str
    good_until: date | None = None


class RewardToGet(Struct, frozen=True, array_like=True):
    """A reward of the catalogue that the member has the points for."""

    name: str
    price_points: int


class RewardsTold(Told, tag="rewards", frozen=True):
    """What the member has and can get for points; ``missing`` until the nearest one, where there is none to get."""

    own: tuple[OwnReward, ...] = ()
    to_get: tuple[RewardToGet, ...] = ()
    missing: int = 0
    scale: int = 0


class PointsGiven(Told, tag="points_given", frozen=True):
    """Points came without a purchase, for an occasion by its ``name``; they burn after ``last_on`` (None: never).

    Before ``active_on`` they cannot be spent; None: they can be at once.
    """

    name: str
    points: int
    scale: int
    last_on: date | None = None
    active_on: date | None = None


class FriendCame(Told, tag="friend_came", frozen=True):
    pass


class FriendsPaid(Told, tag="friends_paid", frozen=True):
    """Points for friends' purchases have come, units of ``scale``."""

    points: int
    scale: int


class Answered(Told, tag="answered", frozen=True):
    """Staff have answered what the member wrote in the app."""

    body: str


class ReportTold(Told, tag="report", frozen=True):
    """A report that staff have asked for is made; its file is what came of ``task_id``.

    ``rows`` are those of groups, sums are none. ``path`` is its page in the office, empty: it is not for whoever is
    told. ``figures`` are those of all its rows, worded in their language, and ``first_on`` and ``last_on`` the days
    that they are of (None: all there are).
    """

    name: str
    rows: int
    task_id: UUID
    file_name: str
    path: str
    figures: tuple[tuple[str, str], ...] = ()
    first_on: date | None = None
    last_on: date | None = None


class StaffBound(Told, tag="staff_bound", frozen=True):
    """Somebody who works here has proved it: reports come to this chat; or their link was not good any more."""

    is_bound: bool


class FromTemplate(Told, tag="template", frozen=True):
    """Words of a template of the business; ``values`` are those of its variables that are not the member's own."""

    template_id: UUID
    values: dict[str, str] = {}


Content = (
    Greeting
    | ConsentNeeded
    | AskPhone
    | NotYourPhone
    | Joined
    | AskOffers
    | NoProgram
    | BalanceTold
    | CardTold
    | History
    | RewardsTold
    | FriendsLink
    | Help
    | OffersChanged
    | SmsStopped
    | ChooseChannel
    | ChannelChosen
    | ChooseLanguage
    | LanguageChanged
    | SpendingStopped
    | SpendCode
    | CertificateTold
    | NoCertificates
    | SpendAsked
    | SpendAnswered
    | AskAnotherPhone
    | PhoneTold
    | CardsFound
    | CardsAnswered
    | CardTaken
    | Bought
    | Returned
    | BurnsSoon
    | TierReached
    | GiftWaits
    | PointsGiven
    | PurchaseRated
    | FriendCame
    | FriendsPaid
    | Answered
    | ReportTold
    | StaffBound
    | FromTemplate
)
