"""A member and their identities."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.channels import Channel
from plushka.platform.errors import Conflict, Invalid, NotFound

IdentityKind = Literal["phone", "card", "email", "external"]
Sex = Literal["female", "male"]
Source = Literal["till", "office", "link", "bot", "app", "import"]
"""By which door a member came, or a consent."""
ConsentSource = Source | Literal["sms", "complaint"]
"""By which door a consent came or was taken back: also by an answer to an SMS, or by calling a letter spam."""
DateKind = Literal["birthday", "wedding", "other"]
ConsentKind = Literal["personal_data", "marketing", "sms", "email", "messenger", "call"]
"""To the keeping of personal data, to advertising at all, and to each way of sending it."""

IDENTITY_LENGTH_MAX = 200
NAME_LENGTH_MAX = 200
REASON_LENGTH_MAX = 200
NOTE_LENGTH_MAX = 2000
TAG_LENGTH_MAX = 40
TAGS_MAX = 50
IDENTITIES_MAX = 20
DATES_MAX = 20
NOTES_MAX = 200
WHOSE_LENGTH_MAX = 100
BIRTHDAY_CHANGES_AFTER_DAYS = 365
"""A birthday can be changed once a year (S15), or its points would be had every month."""


class Identity(Struct, frozen=True):
    """A way to name a member; ``value`` is normalised (``identities.identify``): a phone is in E.164."""

    kind: IdentityKind
    value: str


class Block(Struct, frozen=True):
    """A blocked member neither earns nor spends; ``by`` is an actor."""

    reason: str
    by: str
    since: datetime


class Member(Struct, frozen=True):
    """A person enrolled in the programme.

    ``birthday_changed_at``: when one birthday was replaced by another. ``is_unverified``: they enrolled
    themselves, and nobody has seen them or confirmed their phone yet. ``spending_stopped_at``: since when they say
    that points were spent without them, and none are. ``preferred_channel``: by what they would rather be written to,
    None: they have not said.
    """

    id: UUID
    name: str
    birthday: date | None
    tags: tuple[str, ...]
    personal_discount_bp: int
    enrolled_at: datetime
    identities: tuple[Identity, ...]
    sex: Sex | None = None
    birthday_changed_at: datetime | None = None
    source: Source = "till"
    link_id: UUID | None = None
    is_unverified: bool = False
    block: Block | None = None
    spending_stopped_at: datetime | None = None
    preferred_channel: Channel | None = None


class Person(Struct, frozen=True):
    """What the rules may know of a member themselves."""

    id: UUID
    birthday: date | None
    tags: tuple[str, ...]
    personal_discount_bp: int
    is_blocked: bool = False
    is_unverified: bool = False
    is_spending_stopped: bool = False


class Profile(Struct, frozen=True):
    """What staff may write of a member at once."""

    name: str
    sex: Sex | None
    birthday: date | None
    personal_discount_bp: int


class Consent(Struct, frozen=True):
    """A consent given or (``is_given`` false) taken back; ``text_version`` names the text that was shown, if any."""

    id: UUID
    kind: ConsentKind
    is_given: bool
    source: ConsentSource
    text_version: str | None
    actor: str
    at: datetime


class MemberDate(Struct, frozen=True):
    """A day of the year of somebody close to the member: ``whose``."""

    id: UUID
    whose: str
    kind: DateKind
    month: int
    day: int


class Note(Struct, frozen=True):
    """What staff wrote of a member; a note struck out stays, and says by whom."""

    id: UUID
    body: str
    actor: str
    at: datetime
    struck_at: datetime | None
    struck_by: str | None


class UnknownMember(NotFound):
    code = "member_not_found"


class IdentityTaken(Conflict):
    """Another member has this phone, card, e-mail or external id; ``kind`` says which."""

    code = "identity_taken"


class PhoneInvalid(Invalid):
    code = "phone_invalid"


class EmailInvalid(Invalid):
    code = "email_invalid"


class IdentityEmpty(Invalid):
    code = "identity_empty"


class IdentityTooLong(Invalid):
    code = "identity_too_long"


class IdentityMissing(Invalid):
    """A member without any identity could never be found again."""

    code = "identity_missing"


class ConsentSuppressed(Conflict):
    """They asked to be deleted before: to advertising they agree by their own hand only, in the app or a bot."""

    code = "consent_suppressed"


class Merge(Struct, frozen=True):
    """``merged_id`` became a part of ``kept_id``, for ``reason``; ``actor`` did it."""

    id: UUID
    kept_id: UUID
    merged_id: UUID
    merged_name: str
    reason: str
    actor: str
    at: datetime
    undone_at: datetime | None


class UnknownMerge(NotFound):
    code = "merge_not_found"


class MergeWithSelf(Invalid):
    """Both are the same member."""

    code = "merge_with_self"


class MergeNotUndone(Conflict):
    """Something has happened since.

    ``reason``: ``late``, ``undone``, ``merged_again``, ``points``, ``standing``, ``profile``, ``identities``,
    ``consents``.
    """

    code = "merge_not_undone"


class IdentityLast(Conflict):
    """It is the only one the member has."""

    code = "identity_last"


class TooManyIdentities(Conflict):
    code = "identities_too_many"


class ConsentTextChanged(Conflict):
    """Another version has been written meanwhile."""

    code = "consent_text_changed"


class TextMissing(Invalid):
    code = "text_missing"


class TextTooLong(Invalid):
    """More than ``length_max`` characters."""

    code = "text_over_length"


class ReasonMissing(Invalid):
    code = "reason_missing"


class DiscountOutOfRange(Invalid):
    code = "discount_out_of_range"


class BirthdayInFuture(Invalid):
    code = "birthday_in_future"


class BirthdayChangedLately(Conflict):
    """It was changed less than a year ago; from ``free_on`` it can be changed again, before by an override."""

    code = "birthday_changed_lately"


class AlreadyBlocked(Conflict):
    code = "member_already_blocked"


class NotBlocked(Conflict):
    code = "member_not_blocked"


class ConsentUnchanged(Conflict):
    """It is given already, or not given."""

    code = "consent_unchanged"


class DateImpossible(Invalid):
    """No year has such a day."""

    code = "date_impossible"


class TooManyDates(Conflict):
    code = "dates_too_many"


class UnknownDate(NotFound):
    code = "member_date_not_found"


class NoteMissing(Invalid):
    code = "note_missing"


class TooManyNotes(Conflict):
    code = "notes_too_many"


class UnknownNote(NotFound):
    code = "note_not_found"


class TooManyTags(Conflict):
    code = "tags_too_many"


class UnknownLink(NotFound):
    code = "link_not_found"


class LinkClosed(Conflict):
    """The link enrols nobody any more."""

    code = "link_closed"


class TooManyLinks(Conflict):
    code = "links_too_many"


class ConsentMissing(Invalid):
    """Without a consent to the keeping of personal data nobody can be enrolled."""

    code = "consent_missing"
