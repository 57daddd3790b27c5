"""One wallet's points in memory: every movement is a posting, recorded at the moment it is made.

Pure. A purchase at a till, the loading of history and a replay of receipts move points by this same
code; only what happens to the recorded postings differs. ``bookkeeping`` loads a book under its lock
and writes it back.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heapify, heappop, heappush, heapreplace
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.ledger.model import (
    Balance,
    BalanceOverMaximum,
    Cause,
    Clawback,
    ClawbackRefused,
    DebtNotCovered,
    Extension,
    HoldState,
    InsufficientPoints,
    OpenHold,
    Posting,
)
from plushka.engine.expiry import effective_expiry
from plushka.engine.program import Debt
from plushka.engine.purchase import POINTS_MAX, Grant, Lot, LotUse
from plushka.platform.ids import new_id

NEVER = datetime.max.replace(tzinfo=UTC)

LOT_ACCOUNTS = frozenset({"pending", "available", "held"})

Event = tuple[datetime, bool, UUID]
"""When a lot becomes active or (True) burns. Of one moment, what becomes active comes first."""
NOTHING_RELEASED: Mapping[UUID, datetime] = {}


@dataclass(slots=True)
class BookLot:
    """A lot on its wallet's page; ``pending``, ``available`` and ``held`` are what is left of ``granted``."""

    id: UUID
    document_id: UUID
    granted: int
    pending: int
    available: int
    held: int
    earned_at: datetime
    activates_at: datetime
    expires_at: datetime | None
    sliding_days: int | None = None
    receipt_share_bp: int | None = None


@dataclass(slots=True)
class Book:
    """A wallet under its lock.

    ``lots`` holds all open lots when ``is_complete``; otherwise only those granted since, which is enough to
    accrue while nothing is due. ``last_purchase`` (business day, zone) moves sliding expiries (S4). A book that
    ``is_moved`` is closed: its member was merged into another, whose wallet has all of it. Of one that ``is_doubtful``
    the member is to be found again under the lock: while it was waited for, a card may have gone to somebody else.
    In one that ``is_closed`` nothing stays: its member is gone.
    """

    wallet_id: UUID
    member_id: UUID
    pending: int = 0
    available: int = 0
    held: int = 0
    debt: int = 0
    due_at: datetime | None = None
    last_purchase: tuple[date, str] | None = None
    is_complete: bool = True
    is_moved: bool = False
    is_doubtful: bool = False
    is_closed: bool = False
    lots: dict[UUID, BookLot] = field(default_factory=dict)
    holds: dict[UUID, OpenHold] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    granted: list[BookLot] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)
    extensions: list[Extension] = field(default_factory=list)
    closed_holds: dict[UUID, HoldState] = field(default_factory=dict)
    is_wallet_touched: bool = False
    _agenda: list[Event] | None = None
    """A heap with the next event of each lot, not later than it really comes; None: to be drawn up."""

    def is_changed(self) -> bool:
        return bool(self.postings or self.extensions or self.closed_holds or self.is_wallet_touched)

    def touched_lots(self) -> list[BookLot]:
        """Return the lots that points moved in or whose date changed, besides those granted since."""
        new = {lot.id for lot in self.granted}
        return [self.lots[lot_id] for lot_id in self.touched - new]

    def note_purchase(self, bought_on: date, zone: str) -> None:
        """Let sliding lots be counted from a purchase; a late receipt does not move them back."""
        last = self.last_purchase
        if last is not None and last[1] == zone:
            if last[0] < bought_on:
                # By one clock the later purchase carries all of them on.
                self.last_purchase, self.is_wallet_touched = (bought_on, zone), True
        elif last is None or last[0] <= bought_on:
            self.set_last_purchase((bought_on, zone))

    def set_last_purchase(self, last_purchase: tuple[date, str] | None) -> None:
        """Count sliding lots from this purchase: a return may have undone a later one."""
        before, self.last_purchase = self.last_purchase, last_purchase
        if before == last_purchase:
            return
        self.is_wallet_touched = True
        if before is not None and not _carries_on(before, last_purchase):
            self._agenda = None
            if self.is_complete:
                self._recompute_due()

    def balance(self) -> Balance:
        return Balance(available=self.available, pending=self.pending, held=self.held, debt=self.debt)

    def is_due(self, at: datetime) -> bool:
        """Whether something has come due that must be booked before the wallet is used."""
        return self.due_at is not None and self.due_at <= at

    def expires_at(self, lot: BookLot) -> datetime | None:
        """Return when the lot really expires: a sliding one is carried on by the last purchase."""
        if lot.sliding_days is None or lot.expires_at is None or self.last_purchase is None:
            return lot.expires_at
        bought_on, zone = self.last_purchase
        return effective_expiry(lot.expires_at, lot.sliding_days, bought_on, zone)

    def spendable_lots(self) -> tuple[Lot, ...]:
        """Return what the redemption phase may draw on: the available points of a settled book."""
        return tuple(
            [
                Lot(lot.id, lot.available, lot.earned_at, self.expires_at(lot), lot.receipt_share_bp)
                for lot in self.lots.values()
                if lot.available
            ]
        )

    def pinned_lots(self, hold: OpenHold) -> tuple[Lot, ...]:
        """Return what a capture may draw on: the held points, whose expiry waits, in the order of the hold (S6)."""
        return tuple(
            Lot(
                id=use.lot_id,
                available=use.points,
                earned_at=self.lots[use.lot_id].earned_at,
                receipt_share_bp=self.lots[use.lot_id].receipt_share_bp,
                priority=place,
            )
            for place, use in enumerate(hold.lots)
        )

    def in_order_of_use(self) -> list[BookLot]:
        """Return the lots by expiry, then age (S3)."""
        return sorted(
            self.lots.values(), key=lambda lot: (self.expires_at(lot) or NEVER, lot.earned_at, lot.id)
        )

    def settle(self, at: datetime) -> None:
        """Book what time has already done by ``at``: holds run out, points become active, points burn."""
        released_at: dict[UUID, datetime] = {}
        due_holds = [hold for hold in self.holds.values() if hold.expires_at <= at]
        for hold in sorted(due_holds, key=lambda hold: hold.expires_at):
            # What came before first: which lot repays a debt must not depend on when anybody looked.
            self._pass(released_at, until=hold.expires_at)
            self.release(hold, state="expired", cause=Cause(hold.id, None, hold.expires_at))
            released_at.update((use.lot_id, hold.expires_at) for use in hold.lots)
        self._pass(released_at, until=at, inclusive=True)
        self._find_due(self._draw_up())

    def _pass(
        self, released_at: Mapping[UUID, datetime], *, until: datetime, inclusive: bool = False
    ) -> None:
        """Let lots become active and burn, in the order of their moments, before ``until`` or up to it."""
        agenda = self._draw_up(released_at)
        while agenda and (agenda[0][0] < until or (inclusive and agenda[0][0] == until)):
            event = moment, is_expiry, lot_id = heappop(agenda)
            lot = self.lots.get(lot_id)
            due = None if lot is None else self._next_event(lot, released_at)
            if lot is not None and due == event:
                cause = Cause(lot.document_id, None, moment)
                if is_expiry:
                    self._post("expire", "available", "burned", lot.available, lot, cause=cause)
                else:
                    self._post("activate", "pending", "available", lot.pending, lot, cause=cause)
                    self._repay_debt(lot, cause)
                due = self._next_event(lot, released_at)
            if due is not None:
                heappush(agenda, due)

    def check_room(self, points: int, *, field: str | None = None) -> None:
        """Ask before anything is moved whether so many points more can be held.

        :raises BalanceOverMaximum: they cannot
        """
        if self.pending + self.available + self.held + points > POINTS_MAX:
            raise BalanceOverMaximum(field=field, points_max=POINTS_MAX)

    def accrue(self, grant: Grant, *, earned_at: datetime, cause: Cause, kind: str = "accrue") -> BookLot:
        """Grant a lot. Points that are active at once first repay debt (S10)."""
        lot = BookLot(
            id=new_id(),
            document_id=cause.document_id,
            granted=grant.points,
            pending=0,
            available=0,
            held=0,
            earned_at=earned_at,
            activates_at=grant.activates_at,
            expires_at=grant.expires_at,
            sliding_days=grant.sliding_days,
            receipt_share_bp=grant.receipt_share_bp,
        )
        self.lots[lot.id] = lot
        self.granted.append(lot)
        source = "adjusted" if kind == "adjust" else "issued"
        if self._is_past(lot, cause.at):
            # Of a receipt so late (S15) that its points have had their life: they repay nothing either.
            self._post(kind, source, "available", grant.points, lot, cause=cause)
            self._post("expire", "available", "burned", grant.points, lot, cause=cause)
        elif kind != "adjust" and grant.activates_at > cause.at:
            self._post(kind, source, "pending", grant.points, lot, cause=cause)
        else:
            self._post(kind, source, "available", grant.points, lot, cause=cause)
            self._repay_debt(lot, cause)
        self._note_due(lot)
        return lot

    def earn(self, grants: Iterable[Grant], *, earned_at: datetime, cause: Cause) -> None:
        """Grant the lots of a purchase."""
        for grant in grants:
            self.accrue(grant, earned_at=earned_at, cause=cause)

    def redeem(self, uses: Iterable[LotUse], *, cause: Cause) -> None:
        """Spend points of the named lots.

        :raises InsufficientPoints: a lot holds less; nothing is booked for it or after it.
        """
        for use in uses:
            lot = self.lots[use.lot_id]
            self._require(lot.available, use.points)
            self._post("redeem", "available", "spent", use.points, lot, cause=cause)

    def for_rewards(self) -> int:
        """Return the points that can buy a reward: all but those that may pay only a share of a receipt (S21)."""
        return sum(lot.available for lot in self.lots.values() if lot.receipt_share_bp is None)

    def spend(self, points: int, *, cause: Cause) -> None:
        """Spend points on a reward, from the lots that would be used first (S3).

        :raises InsufficientPoints: fewer can buy one
        """
        self._require(self.for_rewards(), points)
        for lot in self.in_order_of_use():
            if lot.receipt_share_bp is None:
                part = min(lot.available, points)
                self._post("redeem", "available", "spent", part, lot, cause=cause)
                points -= part

    def hold(self, hold_id: UUID, points: int, *, expires_at: datetime, cause: Cause) -> OpenHold:
        """Set points aside from the lots that would be used first; they stay usable while held (S6).

        :raises InsufficientPoints: when fewer are available.
        """
        self._require(self.available, points)
        uses: list[LotUse] = []
        for lot in self.in_order_of_use():
            part = min(lot.available, points - sum(use.points for use in uses))
            if part:
                self._post("hold", "available", "held", part, lot, cause=cause)
                uses.append(LotUse(lot_id=lot.id, points=part))
        hold = OpenHold(id=hold_id, expires_at=expires_at, lots=tuple(uses))
        self.holds[hold_id] = hold
        self._recompute_due()
        return hold

    def capture(self, hold: OpenHold, uses: Sequence[LotUse], *, cause: Cause) -> None:
        """Spend ``uses`` of what is held and give the rest back, at once: never release, then debit (S6)."""
        for use in uses:
            self._post("capture", "held", "spent", use.points, self.lots[use.lot_id], cause=cause)
        taken = {use.lot_id: use.points for use in uses}
        rest = [LotUse(use.lot_id, use.points - taken.get(use.lot_id, 0)) for use in hold.lots]
        self._close_hold(hold, rest, state="captured", cause=cause)

    def release(self, hold: OpenHold, *, state: HoldState, cause: Cause) -> None:
        """Give everything that is held back to its lots."""
        self._close_hold(hold, hold.lots, state=state, cause=cause)

    def note_captured(self, hold_id: UUID) -> None:
        """Close a hold that had run out before its points were redeemed anew: it serves one purchase only."""
        self.closed_holds[hold_id] = "captured"

    def restore(
        self,
        uses: Iterable[LotUse],
        *,
        grace_days: int,
        zone: str,
        cause: Cause,
        reason: str = "return",
        no_more_grace: Collection[UUID] = (),
    ) -> None:
        """Give spent points back to the lots they came from; a lot past its date lives ``grace_days`` more (S9).

        What comes back to a lot of ``no_more_grace`` burns by the next ``settle``.
        """
        for use in uses:
            lot = self.lots[use.lot_id]
            if self._is_past(lot, cause.at) and lot.id not in no_more_grace:
                today = cause.at.astimezone(ZoneInfo(zone)).date()
                until = datetime.combine(
                    today + timedelta(days=grace_days + 1), datetime.min.time(), ZoneInfo(zone)
                )
                self.extend(lot, until.astimezone(UTC), reason=reason)
            self._post("restore", "spent", "available", use.points, lot, cause=cause)
            self._repay_debt(lot, cause)
            self._note_due(lot)

    def burned_now(self, document_id: UUID) -> int:
        """Return how many points that a document gave have burned since the book was read."""
        return sum([p.points for p in self.postings if p.kind == "expire" and p.document_id == document_id])

    def claw_back(
        self, points: int, so_far: Clawback, *, receipt_id: UUID, burned: int, debt: Debt, cause: Cause
    ) -> Clawback:
        """Bring what returns have taken for a receipt to ``points``, all it no longer earns (S9, S10); return it anew.

        Taken in this order: the receipt's own lots; its ``burned`` points, which are gone already; the other lots;
        debt. What none of these cover is let go, except under the policy ``refuse``; a closed wallet owes nothing.
        When less is due than before, what was taken last goes back to where it came from: no lot is given what it did
        not give.

        :raises ClawbackRefused: the policy is ``refuse`` and points are missing.
        """
        ordered = self.in_order_of_use()
        own = [lot for lot in ordered if lot.document_id == receipt_id]
        own.sort(key=lambda lot: lot.activates_at <= cause.at)
        others = [lot for lot in ordered if lot.document_id != receipt_id]
        unpaid = min(so_far.owed, self.debt)
        paid = so_far.owed - unpaid
        # Of what was owed, the part that was repaid or forgiven since stays as it is for as long as it can.
        undone = min(paid, max(so_far.points() - points - unpaid, 0))
        left = points - (paid - undone)
        shares, left = _shares(own, left, so_far, accounts=("pending", "available"))
        found_burned = min(burned, left)
        of_others, left = _shares(others, left - found_burned, so_far, accounts=("available",))
        if left and debt.policy == "refuse" and not self.is_closed:
            raise ClawbackRefused(points_short=left)
        owed = 0
        if debt.policy == "debt" and not self.is_closed:
            owed = left if debt.limit is None else min(left, unpaid + max(debt.limit - self.debt, 0))
        change = owed - unpaid - self._hand_back(undone, so_far.repaid, cause)
        self._post("claw_back", "debt", "reversed", max(change, 0), None, cause=cause)
        self._post("grant_back", "reversed", "debt", max(-change, 0), None, cause=cause)
        by_lot = dict(so_far.by_lot)
        for lot, share in [*shares, *of_others]:
            taken = by_lot.get(lot.id, 0)
            by_lot[lot.id] = taken + self._take_or_give(lot, share - taken, cause)
        return Clawback(by_lot=by_lot, owed=so_far.owed + change, burned=found_burned)

    def take_away(self, points: int, *, cause: Cause, first_of: UUID | None = None) -> None:
        """Remove points by hand, from the lots of the document ``first_of``, then from those that would be used first.

        :raises InsufficientPoints: when fewer are available; a hand never makes a debt.
        """
        self._require(self.available, points)
        for lot in sorted(self.in_order_of_use(), key=lambda lot: lot.document_id != first_of):
            part = min(lot.available, points)
            self._post("adjust", "available", "adjusted", part, lot, cause=cause)
            points -= part

    def forgive(self, points: int, *, cause: Cause) -> None:
        """Write debt off.

        :raises DebtNotCovered: when the debt is smaller.
        """
        if points > self.debt:
            raise DebtNotCovered(debt=self.debt, points=points)
        self._post("forgive", "forgiven", "debt", points, None, cause=cause)

    def close(self, *, cause: Cause) -> None:
        """Take all out of the books that a member has and owes who is gone for good; holds are cancelled.

        The book is complete and settled. What is booked in it later, as by a return, does not stay either.
        """
        for hold in list(self.holds.values()):
            self.release(hold, state="cancelled", cause=cause)
        for lot in self.lots.values():
            self._forfeit("pending", lot.pending, lot, cause)
            self._forfeit("available", lot.available, lot, cause)
        self._forfeit("debt", self.debt, None, cause)
        self.is_closed = True
        self._recompute_due()

    def _forfeit(self, account: str, points: int, lot: BookLot | None, cause: Cause) -> None:
        if account == "debt":
            self._post("forfeit", "forgiven", "debt", points, None, cause=cause)
        else:
            self._post("forfeit", account, "forfeited", points, lot, cause=cause)

    def extend(self, lot: BookLot, expires_at: datetime, *, reason: str) -> None:
        """Let a lot live until ``expires_at``, which must be later than its present date."""
        if lot.expires_at is not None and expires_at > lot.expires_at:
            self.extensions.append(Extension(new_id(), lot.id, lot.expires_at, expires_at, reason))
            lot.expires_at = expires_at
            self.touched.add(lot.id)
            self._recompute_due()

    def take_over(self, other: "Book", *, cause: Cause) -> tuple[LotUse, ...]:
        """Take all that ``other`` has: lots and holds keep what they are, and what is spendable repays debt.

        Both are complete and settled; ``other`` is left empty. Return what repaid debt, by lot.
        """
        for lot in list(other.lots.values()):
            other.hand_over(lot, self, cause=cause)
        self.holds |= other.holds
        other.holds = {}
        other.hand_over_debt(other.debt, self, cause=cause)
        if other.last_purchase is not None:
            self.note_purchase(*other.last_purchase)
        first = len(self.postings)
        for lot in self.in_order_of_use():
            self._repay_debt(lot, cause)
        self.settle(cause.at)
        other.settle(cause.at)
        return tuple(
            LotUse(posting.lot_id, posting.points)
            for posting in self.postings[first:]
            if posting.lot_id is not None
        )

    def give_back(
        self,
        other: "Book",
        *,
        lot_ids: Collection[UUID],
        hold_ids: Collection[UUID],
        debt: int,
        repaid: Iterable[LotUse],
        cause: Cause,
    ) -> None:
        """Undo ``take_over``: give ``other`` its lots with what is left of them, its holds and its debt.

        The lots that had repaid debt must be among ``lots``, open or not. Both are to be settled after this.
        """
        for use in repaid:
            self.take_on_debt(use.points, cause=cause)
            lot = self.lots[use.lot_id]
            self._post("move", "moved", "available", use.points, lot, cause=cause)
            self._note_due(lot)
        for lot in [lot for lot in self.lots.values() if lot.id in lot_ids]:
            self.hand_over(lot, other, cause=cause)
        for hold_id in self.holds.keys() & set(hold_ids):
            other.holds[hold_id] = self.holds.pop(hold_id)
        self.hand_over_debt(debt, other, cause=cause)

    def hand_over(self, lot: BookLot, to: "Book", *, cause: Cause) -> None:
        """Move a lot to another wallet, as it is. Both are to be settled after this."""
        parts = [(account, getattr(lot, account)) for account in ("pending", "available", "held")]
        for account, points in parts:
            self._post("move", account, "moved", points, lot, cause=cause)
        del self.lots[lot.id]
        self.touched.discard(lot.id)
        self._agenda = None
        to.take_in(lot, parts, cause=cause)

    def take_in(self, lot: BookLot, parts: Iterable[tuple[str, int]], *, cause: Cause) -> None:
        """Take a lot that another wallet has handed over, its points by account."""
        self.lots[lot.id] = lot
        self.touched.add(lot.id)
        for account, points in parts:
            self._post("move", "moved", account, points, lot, cause=cause)
        self._agenda = None

    def hand_over_debt(self, points: int, to: "Book", *, cause: Cause) -> None:
        self._post("move", "moved", "debt", points, None, cause=cause)
        to.take_on_debt(points, cause=cause)

    def take_on_debt(self, points: int, *, cause: Cause) -> None:
        """Owe what a lot or another wallet has been given for."""
        self._post("move", "debt", "moved", points, None, cause=cause)

    def _close_hold(self, hold: OpenHold, rest: Iterable[LotUse], *, state: HoldState, cause: Cause) -> None:
        for use in rest:
            lot = self.lots[use.lot_id]
            self._post("release", "held", "available", use.points, lot, cause=cause)
            self._repay_debt(lot, cause)
        del self.holds[hold.id]
        self.closed_holds[hold.id] = state
        self._recompute_due()

    def _repay_debt(self, lot: BookLot, cause: Cause) -> None:
        if self.debt:
            self._post("repay", "available", "debt", min(self.debt, lot.available), lot, cause=cause)

    def _take_or_give(self, lot: BookLot, points: int, cause: Cause) -> int:
        """Claw ``points`` back from a lot, or give them back where they are negative; return what was booked."""
        if points >= 0:
            waiting = min(points, lot.pending)
            self._post("claw_back", "pending", "reversed", waiting, lot, cause=cause)
            self._post("claw_back", "available", "reversed", points - waiting, lot, cause=cause)
        elif self._is_past(lot, cause.at):
            return 0  # They would have burned meanwhile.
        elif lot.activates_at > cause.at:
            self._post("grant_back", "reversed", "pending", -points, lot, cause=cause)
        else:
            self._post("grant_back", "reversed", "available", -points, lot, cause=cause)
            self._repay_debt(lot, cause)
        self._note_due(lot)
        return points

    def _hand_back(self, points: int, repaid: Mapping[UUID, int], cause: Cause) -> int:
        """Undo repayments of a debt that should not have been; return how many points found their place.

        They go to the lots that live longest. What was forgiven was never paid; a lot past its date gets nothing.
        """
        by_lot = Counter(repaid)
        for posting in self.postings:
            if posting.kind == "repay" and posting.lot_id is not None:
                by_lot[posting.lot_id] += posting.points
        handed_back = 0
        for lot in reversed(self.in_order_of_use()):
            if not self._is_past(lot, cause.at):
                part = min(by_lot[lot.id], points - handed_back)
                self._post("hand_back", "debt", "available", part, lot, cause=cause)
                self._note_due(lot)
                handed_back += part
        return handed_back

    def _is_past(self, lot: BookLot, at: datetime) -> bool:
        burns_at = self.expires_at(lot)
        return burns_at is not None and burns_at <= at

    def _require(self, available: int, points: int) -> None:
        if points > available:
            raise InsufficientPoints(available=available, points=points)

    def _post(
        self, kind: str, debit: str, credit: str, points: int, lot: BookLot | None, *, cause: Cause
    ) -> None:
        """Record a posting and move the balances it names: the projection follows the journal by construction."""
        if points == 0:
            return
        if credit in LOT_ACCOUNTS and debit not in LOT_ACCOUNTS:
            self.check_room(points)
        if debit == "debt" and self.debt + points > POINTS_MAX:
            raise BalanceOverMaximum(points_max=POINTS_MAX)
        self._move(debit, -points, lot)
        self._move(credit, points, lot)
        self._record(kind, debit, credit, points, lot, cause)
        if self.is_closed and credit in {"pending", "available"}:
            self._forfeit(credit, points, lot, cause)
        elif self.is_closed and debit == "debt":
            self._forfeit("debt", points, None, cause)

    def _record(  # noqa: PLR0917 - called once, above
        self, kind: str, debit: str, credit: str, points: int, lot: BookLot | None, cause: Cause
    ) -> None:
        """Write down what has been moved."""
        if lot is not None:
            self.touched.add(lot.id)
        self.postings.append(
            Posting(
                id=new_id(),
                wallet_id=self.wallet_id,
                lot_id=None if lot is None else lot.id,
                kind=kind,
                debit=debit,
                credit=credit,
                points=points,
                document_id=cause.document_id,
                version_id=cause.version_id,
                at=cause.at,
            )
        )

    def _move(self, account: str, change: int, lot: BookLot | None) -> None:
        if account == "debt":
            self.debt -= change
        elif lot is None:
            return
        elif account == "available":
            self.available += change
            lot.available += change
        elif account == "pending":
            self.pending += change
            lot.pending += change
        elif account == "held":
            self.held += change
            lot.held += change

    def _next_event(
        self, lot: BookLot, released_at: Mapping[UUID, datetime] = NOTHING_RELEASED
    ) -> Event | None:
        """Return what time will do to the lot next. Its points burn when they are released, if that comes later."""
        if lot.pending:
            return lot.activates_at, False, lot.id
        burns_at = self.expires_at(lot) if lot.available else None
        return None if burns_at is None else (max(burns_at, released_at.get(lot.id, burns_at)), True, lot.id)

    def _note_due(self, lot: BookLot) -> None:
        event = self._next_event(lot)
        if event is None:
            return
        if self.due_at is None or event[0] < self.due_at:
            self.due_at = event[0]
        if self._agenda is not None:
            heappush(self._agenda, event)

    def _recompute_due(self) -> None:
        self._agenda = None
        self._find_due(self._draw_up())

    def _draw_up(self, released_at: Mapping[UUID, datetime] = NOTHING_RELEASED) -> list[Event]:
        if self._agenda is None or released_at:
            events = (self._next_event(lot, released_at) for lot in self.lots.values())
            self._agenda = [event for event in events if event is not None]
            heapify(self._agenda)
        return self._agenda

    def _find_due(self, agenda: list[Event]) -> None:
        """Set ``due_at``; a lot that was carried on or used up since it was noted is put where it belongs."""
        while agenda:
            lot = self.lots.get(agenda[0][2])
            due = None if lot is None else self._next_event(lot)
            if due == agenda[0]:
                break
            if due is None:
                heappop(agenda)
            else:
                heapreplace(agenda, due)
        moments = [hold.expires_at for hold in self.holds.values()]
        if agenda:
            moments.append(agenda[0][0])
        self.due_at = min(moments, default=None)
        self.is_wallet_touched = True


def _shares(
    lots: Iterable[BookLot], points: int, so_far: Clawback, *, accounts: Sequence[str]
) -> tuple[list[tuple[BookLot, int]], int]:
    """Spread points over lots in the order given: all that was ever in reach of the returns; with what is left."""
    shares = []
    for lot in lots:
        within_reach = so_far.by_lot.get(lot.id, 0) + sum(getattr(lot, account) for account in accounts)
        share = min(within_reach, points)
        shares.append((lot, share))
        points -= share
    return shares, points


def _carries_on(before: tuple[date, str], after: tuple[date, str] | None) -> bool:
    """Tell whether no sliding lot burns sooner than before."""
    return after is not None and after[1] == before[1] and after[0] >= before[0]
