"""One certificate in memory, under its lock: the only code that moves its money. Each move appends a movement."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.certificates.model import (
    CertificateBlocked,
    CertificateExpired,
    CertificateNotBlocked,
    CertificateNotSold,
    CertificateShort,
    CertificateSold,
    CertificateType,
    Credit,
    ExtensionNotLater,
    MovementKind,
    NominalMissing,
    NominalOutOfRange,
    NominalUnknown,
    State,
    Tendered,
)
from plushka.engine.expiry import DAY, add_months, midnight_after


class Movement(Struct, frozen=True):
    """A row of the journal: ``amount_minor`` came (or, below zero, went), and ``balance_minor`` was there after it.

    ``document_id``: the receipt or the return it belongs to; ``expires_at``: what an extension made of the date.
    """

    kind: MovementKind
    amount_minor: int
    balance_minor: int
    document_id: UUID | None = None
    reason: str = ""
    expires_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Certificate:
    """A certificate. ``nominal_minor`` None: its sale will say; ``expires_at`` None: never, or not sold yet."""

    id: UUID
    number: str
    type: CertificateType
    pin_salt: bytes
    nominal_minor: int | None
    balance_minor: int
    member_id: UUID | None
    created_at: datetime
    sold_at: datetime | None
    expires_at: datetime | None
    blocked_at: datetime | None
    movements: list[Movement] = field(default_factory=list)

    @property
    def only_nominal_minor(self) -> int | None:
        """What it was made or sold for, or is the only amount of its kind; None: its sale will say."""
        if self.nominal_minor is not None:
            return self.nominal_minor
        return self.type.nominals_minor[0] if len(self.type.nominals_minor) == 1 else None

    def is_past(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at

    def state(self, at: datetime) -> State:
        """Return what it is at a moment, whether or not a job has booked that by then."""
        if self.blocked_at is not None:
            return "blocked"
        if self.sold_at is None:
            return "new"
        if self.is_past(at):
            return "expired"
        return "active" if self.balance_minor else "spent"

    def spendable_minor(self, at: datetime) -> int:
        return self.balance_minor if self.state(at) == "active" else 0

    def settle(self, at: datetime) -> None:
        """Book what time has done: past its last day nothing is on it."""
        if self.is_past(at) and self.balance_minor:
            self._move("expire", -self.balance_minor)

    def sell(
        self,
        amount_minor: int | None,
        *,
        at: datetime,
        zone: str,
        member_id: UUID | None,
        document_id: UUID | None,
    ) -> None:
        """Put its money on it and let its life begin; ``amount_minor`` may be left out where the nominal is known.

        :raises CertificateSold: it was sold before
        :raises CertificateBlocked: it is not to be used
        :raises Invalid: not an amount that its kind is sold for
        """
        if self.sold_at is not None:
            raise CertificateSold(field="certificate")
        if self.blocked_at is not None:
            raise CertificateBlocked(field="certificate")
        self.nominal_minor = nominal_of(self.type, self.only_nominal_minor, amount_minor)
        self.sold_at = at
        self.member_id = member_id
        self.expires_at = expires_at(self.type, at.astimezone(ZoneInfo(zone)).date(), zone)
        self._move("sell", self.nominal_minor, document_id=document_id)

    def check_usable(self, at: datetime, *, field: str) -> None:
        """:raises Conflict: nothing can be paid with it now."""
        if self.blocked_at is not None:
            raise CertificateBlocked(field=field)
        if self.sold_at is None:
            raise CertificateNotSold(field=field)
        if self.expires_at is not None and self.is_past(at):
            raise CertificateExpired(field=field, expired_at=self.expires_at.isoformat())

    def spend(self, amount_minor: int, *, at: datetime, document_id: UUID, field: str) -> Tendered:
        """Pay with it; one that is not used in parts keeps nothing.

        :raises Conflict: it is not usable
        :raises CertificateShort: it holds less
        """
        self.check_usable(at, field=field)
        if amount_minor > self.balance_minor:
            raise CertificateShort(field=field, balance_minor=self.balance_minor)
        self._move("spend", -amount_minor, document_id=document_id)
        forfeited_minor = 0 if self.type.is_used_in_parts else self.balance_minor
        if forfeited_minor:
            self._move("forfeit", -forfeited_minor, document_id=document_id)
        return Tendered(self.id, self.number, amount_minor, self.balance_minor, forfeited_minor)

    def refund(self, credit: Credit, *, at: datetime, grace_days: int, zone: str, document_id: UUID) -> None:
        """Give back what a return takes from what it paid; past its date it lives ``grace_days`` more."""
        self.settle(at)
        if self.is_past(at):
            until = midnight_after(at.astimezone(ZoneInfo(zone)).date() + grace_days * DAY, zone)
            self._note("extend", reason="return", expires_at=until)
            self.expires_at = until
        for amount_minor in (credit.amount_minor, credit.unforfeited_minor):
            if amount_minor:
                self._move("refund", amount_minor, document_id=document_id)

    def extend(self, last_on: date, *, at: datetime, zone: str, lost_minor: int, reason: str) -> None:
        """Let it be used to the end of ``last_on``; ``lost_minor`` had expired of it and is there again.

        :raises CertificateNotSold: its life has not begun
        :raises ExtensionNotLater: that day is over, or is not later than the present one
        """
        if self.sold_at is None:
            raise CertificateNotSold(field="last_on")
        until = midnight_after(last_on, zone)
        if until <= at or self.expires_at is None or until <= self.expires_at:
            raise ExtensionNotLater(field="last_on")
        self.settle(at)
        self.expires_at = until
        self._note("extend", reason=reason, expires_at=until)
        again_minor = lost_minor - sum(m.amount_minor for m in self.movements if m.kind == "expire")
        if again_minor:
            self._move("reinstate", again_minor, reason=reason)

    def block(self, *, at: datetime, reason: str) -> None:
        """:raises CertificateBlocked: it is blocked already."""
        if self.blocked_at is not None:
            raise CertificateBlocked
        self.blocked_at = at
        self._note("block", reason=reason)

    def unblock(self, *, reason: str) -> None:
        """:raises CertificateNotBlocked: it is not blocked."""
        if self.blocked_at is None:
            raise CertificateNotBlocked
        self.blocked_at = None
        self._note("unblock", reason=reason)

    def transfer(self, member_id: UUID | None, *, reason: str) -> None:
        """Let it be another member's, or nobody's."""
        self.member_id = member_id
        self._note("transfer", reason=reason)

    def _move(
        self, kind: MovementKind, amount_minor: int, *, document_id: UUID | None = None, reason: str = ""
    ) -> None:
        self.balance_minor += amount_minor
        self.movements.append(
            Movement(kind, amount_minor, self.balance_minor, document_id=document_id, reason=reason)
        )

    def _note(self, kind: MovementKind, *, reason: str, expires_at: datetime | None = None) -> None:
        self.movements.append(Movement(kind, 0, self.balance_minor, reason=reason, expires_at=expires_at))


def nominal_of(kind: CertificateType, known_minor: int | None, asked_minor: int | None) -> int:
    """Return what is put on a certificate of a kind: what it was made for, or an amount that its kind is sold for.

    :raises Invalid: another amount, or none
    """
    if known_minor is not None:
        if asked_minor not in (None, known_minor):
            raise NominalUnknown(field="amount_minor", nominal_minor=known_minor)
        return known_minor
    if asked_minor is None:
        raise NominalMissing(field="amount_minor")
    if kind.nominals_minor:
        if asked_minor not in kind.nominals_minor:
            raise NominalUnknown(field="amount_minor")
        return asked_minor
    low, high = kind.amount_min_minor or 0, kind.amount_max_minor or 0
    if not low <= asked_minor <= high:
        raise NominalOutOfRange(field="amount_minor", amount_min_minor=low, amount_max_minor=high)
    return asked_minor


def expires_at(kind: CertificateType, sold_on: date, zone: str) -> datetime | None:
    """Return 00:00 local of the day after the last one on which it can be used (S4); None: it lives for ever."""
    if kind.life_months is not None:
        return midnight_after(add_months(sold_on, kind.life_months), zone)
    if kind.life_days is not None:
        return midnight_after(sold_on + kind.life_days * DAY, zone)
    return None
