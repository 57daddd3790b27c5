"""People, tills and keys."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Denied, Invalid, NotFound
from plushka.platform.i18n import Language

Role = Literal["owner", "manager", "marketer", "accountant", "cashier"]
Scope = Literal["members", "quotes", "purchases", "returns"]

SCOPES: tuple[Scope, ...] = ("members", "quotes", "purchases", "returns")
SESSION_DAYS = 14
"""From signing in, however much the session is used: it is not prolonged."""
PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
"""Longer than anyone remembers, short enough that hashing costs the same for all."""


class Account(Struct, frozen=True):
    """A person who signs in, by ``email`` in lower case; may work for several businesses."""

    id: UUID
    email: str
    name: str
    language: Language


class StaffMember(Struct, frozen=True):
    """An account's place in the business."""

    id: UUID
    account_id: UUID
    name: str
    email: str
    role: Role


class Session(Struct, frozen=True):
    """A person at work: who, where, as what, until when."""

    account: Account
    tenant_id: UUID
    staff_id: UUID
    role: Role
    expires_at: datetime


class SignedIn(Struct, frozen=True):
    """A new session. ``token`` goes to the person's cookie and is stored nowhere else."""

    token: str
    session: Session


class SlowedDown(Struct, frozen=True):
    """Too many tries to sign in have failed: the next may come after ``wait``."""

    wait: timedelta


class Workplace(Struct, frozen=True):
    """A business that a person works for, and as what."""

    tenant_id: UUID
    name: str
    role: Role


class Till(Struct, frozen=True):
    """A device or API client that reports purchases. Without a branch it names one in each request."""

    id: UUID
    branch_id: UUID | None
    name: str
    created_at: datetime


class ApiKey(Struct, frozen=True):
    """A till's right to speak to us. ``hint`` is the end of its secret, to tell keys apart in a list."""

    id: UUID
    till_id: UUID
    hint: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None


class KeyHolder(Struct, frozen=True):
    """Whom a living key speaks for; ``branch`` is the code of the till's branch."""

    key_id: UUID
    tenant_id: UUID
    till_id: UUID
    branch: str | None
    scopes: frozenset[Scope]
    currency: str
    country: str
    language: Language


class UnknownTill(NotFound):
    code = "till_not_found"


class UnknownKey(NotFound):
    code = "key_not_found"


class UnknownWorkplace(NotFound):
    """There is no such business, or the person does not work there."""

    code = "business_not_found"


class UnknownAccount(NotFound):
    code = "account_not_found"


class EmailTaken(Conflict):
    code = "email_taken"


class AlreadyHired(Conflict):
    code = "already_hired"


class EmailInvalid(Invalid):
    code = "email_invalid"


class PasswordTooShort(Invalid):
    code = "password_too_short"


class PasswordTooLong(Invalid):
    code = "password_too_long"


class SignInFailed(Denied):
    """E-mail or password is wrong, or the person works nowhere: which of them is not told."""

    code = "sign_in_failed"
