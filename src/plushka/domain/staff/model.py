"""People, tills and keys."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Denied, Invalid, NotFound
from plushka.platform.i18n import Language
from plushka.platform.point_words import OURS, PointWords

Role = Literal["owner", "manager", "marketer", "accountant", "cashier"]
Scope = Literal["members", "quotes", "purchases", "returns", "certificates", "events"]

SCOPES: tuple[Scope, ...] = ("members", "quotes", "purchases", "returns", "certificates", "events")
SESSION_DAYS = 14
"""From signing in, however much the session is used: it is not prolonged."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is noted when a session or a key was last used: a write for every request would be too much."""
INVITATION_DAYS = 7
RESET_HOURS = 1
CHALLENGE_MINUTES = 5
CHALLENGE_TRIES_MAX = 5
ROLES_MAX = 100
PASSKEYS_MAX = 20
PIN_LENGTH_MIN = 4
PIN_LENGTH_MAX = 6
PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
"""Longer than anyone remembers, short enough that hashing costs the same for all."""


class Account(Struct, frozen=True):
    """A person who signs in, by ``email`` in lower case; may work for several businesses."""

    id: UUID
    email: str
    name: str
    language: Language


class OwnRole(Struct, frozen=True):
    """A role that the business has made for itself: the actions of the office that it may do."""

    id: UUID
    name: str
    actions: frozenset[str]


class Position(Struct, frozen=True):
    """As what somebody works: one of the five roles or one of the business's own, everywhere or in some branches."""

    role: Role | None = None
    own_role_id: UUID | None = None
    branch_ids: frozenset[UUID] = frozenset()


class StaffMember(Struct, frozen=True):
    """An account's place in the business; ``branch_ids`` are those they are restricted to, none: all of them.

    ``needs_second_factor``: the business demands one of their role.
    """

    id: UUID
    account_id: UUID
    name: str
    email: str
    role: Role | None
    own_role: OwnRole | None = None
    branch_ids: frozenset[UUID] = frozenset()
    seen_at: datetime | None = None
    dismissed_at: datetime | None = None
    has_second_factor: bool = False
    needs_second_factor: bool = False


class Session(Struct, frozen=True):
    """A person at work: who, where, as what, until when. Of ``role`` and ``own_role`` one is None.

    ``is_two_factor``: they have proved a second factor; ``owes_second_factor``: they have not, and it is demanded.
    In a sandbox ``at_home`` is what they work as in the business that it copies: they may do no more than both say.
    """

    id: UUID
    account: Account
    tenant_id: UUID
    staff_id: UUID
    role: Role | None
    own_role: OwnRole | None
    branch_ids: frozenset[UUID]
    seen_at: datetime
    expires_at: datetime
    at_home: StaffMember | None = None
    is_two_factor: bool = False
    owes_second_factor: bool = False


class SignedIn(Struct, frozen=True):
    """A new session. ``token`` goes to the person's cookie and is stored nowhere else."""

    token: str
    session: Session


class SlowedDown(Struct, frozen=True):
    """Too many tries to sign in have failed: the next may come after ``wait``."""

    wait: timedelta


class Workplace(Struct, frozen=True):
    """A business that a person works for."""

    tenant_id: UUID
    name: str


class Till(Struct, frozen=True):
    """A device or API client that reports purchases. Without a branch it names one in each request."""

    id: UUID
    branch_id: UUID | None
    name: str
    created_at: datetime
    retired_at: datetime | None = None


class Cashier(Struct, frozen=True):
    """Somebody who works here, as tills know them: ``id`` is that of their place in the business."""

    id: UUID
    name: str


class Pin(Struct, frozen=True):
    """A PIN as it is kept; ``is_own``: nobody else has given it."""

    pin_hash: str
    is_own: bool


class Shift(Struct, frozen=True):
    """A cashier's time at a till; it is open while ``closed_at`` is None."""

    id: UUID
    till_id: UUID
    cashier: Cashier
    opened_at: datetime
    closed_at: datetime | None = None


class ApiKey(Struct, frozen=True):
    """A till's right to speak to us. ``hint`` is the end of its secret, to tell keys apart in a list.

    ``used_at`` is true to the minute.
    """

    id: UUID
    till_id: UUID
    hint: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None = None


class KeyHolder(Struct, frozen=True):
    """Whom a living key speaks for; ``branch`` is the code of the till's branch.

    ``used_at`` is what was known of its latest use when it was looked up.
    """

    key_id: UUID
    tenant_id: UUID
    till_id: UUID
    branch: str | None
    scopes: frozenset[Scope]
    currency: str
    country: str
    language: Language
    used_at: datetime | None = None
    point_words: PointWords = OURS


class UnknownTill(NotFound):
    code = "till_not_found"


class UnknownKey(NotFound):
    code = "key_not_found"


class UnknownWorkplace(NotFound):
    """There is no such business, or the person does not work there."""

    code = "business_not_found"


class UnknownAccount(NotFound):
    code = "account_not_found"


class UnknownStaff(NotFound):
    code = "staff_not_found"


class UnknownRole(NotFound):
    code = "role_not_found"


class UnknownInvitation(NotFound):
    """No such link, or it was taken back, used or has run out: which of them is not told to a stranger."""

    code = "invitation_not_found"


class UnknownSession(NotFound):
    code = "session_not_found"


class UnknownPasskey(NotFound):
    code = "passkey_not_found"


class UnknownReset(NotFound):
    """No such link, or it was used or has run out."""

    code = "reset_not_found"


class UnknownCashier(NotFound):
    """Nobody of this id may take over the till: they have no PIN, work elsewhere or no more."""

    code = "cashier_not_found"


class UnknownShift(NotFound):
    code = "shift_not_found"


class TillRetired(Conflict):
    code = "till_retired"


class LastOwner(Conflict):
    """A business must keep one who may do everything."""

    code = "last_owner"


class DismissedAlready(Conflict):
    code = "dismissed_already"


class InvitationInSandbox(Conflict):
    """Only those who work in the real business are let into its sandbox: a stranger would stand at a locked door."""

    code = "invitation_in_sandbox"


class RoleNameTaken(Conflict):
    code = "role_name_taken"


class RoleInUse(Conflict):
    """Somebody has the role, or is invited to it."""

    code = "role_in_use"


class TooManyRoles(Conflict):
    code = "roles_too_many"


class SecondFactorOn(Conflict):
    code = "second_factor_on"


class SecondFactorOff(Conflict):
    code = "second_factor_off"


class OwnSecondFactorMissing(Conflict):
    """Who demands a second factor of their own role must have come with one, or would be the first outside."""

    code = "own_second_factor_missing"


class PasskeyKnown(Conflict):
    code = "passkey_known"


class TooManyPasskeys(Conflict):
    code = "passkeys_too_many"


class WorksElsewhere(Denied):
    """A person of several businesses: none of them may open the account to itself."""

    code = "works_elsewhere"


class OwnReset(Denied):
    """One's own password is changed by who knows it."""

    code = "own_reset"


class ExceedsOwnRights(Denied):
    """Nobody gives or takes what they do not have."""

    code = "exceeds_own_rights"


class ActionsMissing(Invalid):
    code = "actions_missing"


class ScopesMissing(Invalid):
    code = "scopes_missing"


class PasswordWrong(Invalid):
    """The password that a person gives once more to change something about their own account."""

    code = "password_wrong"


class PasswordTooEasy(Invalid):
    """Guessed too quickly, by the estimate of zxcvbn."""

    code = "password_too_easy"


class CodeWrong(Invalid):
    """A code of the second step that is not right, or was used already."""

    code = "code_wrong"


class PinMalformed(Invalid):
    """A PIN is four to six digits."""

    code = "pin_malformed"


class PinTooEasy(Invalid):
    """One digit over and over, or digits in a row."""

    code = "pin_too_easy"


class PinWrong(Invalid):
    code = "pin_wrong"


class PinGiven(Conflict):
    """The PIN is right, and somebody else knows it: ``new_pin`` must come with it."""

    code = "pin_given"


class PinUnchanged(Invalid):
    """What somebody else has given is no PIN of one's own."""

    code = "pin_unchanged"


class PinLocked(Denied):
    """Too many wrong PINs: the next try may come after ``wait_minutes``."""

    code = "pin_locked"


class PasskeyRefused(Invalid):
    """A signature that is not of a passkey known here, or answers another question."""

    code = "passkey_refused"


class ChallengeOver(Denied):
    """The step of signing in has run out, or was answered wrongly too often: begin again."""

    code = "challenge_over"


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
