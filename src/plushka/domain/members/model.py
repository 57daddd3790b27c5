"""A member and their identities."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Invalid, NotFound

IdentityKind = Literal["phone", "card", "email", "external"]

IDENTITY_LENGTH_MAX = 200
NAME_LENGTH_MAX = 200


class Identity(Struct, frozen=True):
    """A way to name a member; ``value`` is normalised (``identities.identify``): a phone is in E.164."""

    kind: IdentityKind
    value: str


class Member(Struct, frozen=True):
    """A person enrolled in the programme."""

    id: UUID
    name: str
    birthday: date | None
    tags: tuple[str, ...]
    personal_discount_bp: int
    enrolled_at: datetime
    identities: tuple[Identity, ...]


class Person(Struct, frozen=True):
    """What the rules may know of a member themselves."""

    id: UUID
    birthday: date | None
    tags: tuple[str, ...]
    personal_discount_bp: int


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
