"""Where one member stands in one course of their past, from event to event."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from plushka.domain.ledger.book import Book, BookLot
from plushka.domain.ledger.model import Clawback
from plushka.domain.programs.running_sums import RunningSums
from plushka.domain.simulation.budgets import Use
from plushka.domain.simulation.cards import Pile, begin
from plushka.domain.simulation.course import Course
from plushka.domain.simulation.past import Bought, Past
from plushka.domain.simulation.tally import Moved, Tally
from plushka.engine.local_time import moment
from plushka.engine.purchase import Basket, Lot, LotUse, Member, Outcome, Place, Remainder
from plushka.engine.returns import remainder
from plushka.engine.tiers import ReviewDates
from plushka.engine.version import Version

USED_LOTS_MAX = 8
"""So many lots that are used up are walked over before they are put aside."""


@dataclass(slots=True)
class Decided:
    """A receipt as it was decided in a course, and what has come back of it there (``rest``: what is left, then)."""

    version: Version
    member: Member | None
    basket: Basket
    outcome: Outcome
    occurred_at: datetime
    day: date
    returned: dict[int, int] = field(default_factory=dict)
    clawback: Clawback = field(default_factory=Clawback)
    rest: Remainder | None = None

    def remainder(self) -> Remainder:
        """Return what is left after all that has come back."""
        return remainder(
            self.version, self.member, self.basket, self.outcome, self.returned, self.occurred_at
        )


@dataclass(slots=True)
class Page:
    """One member in one course. ``outcomes`` run parallel to the receipts among the events that have happened.

    ``rests`` are receipts of which something comes back. ``missed`` are points for gifts of the catalogue that could
    not be had; ``overspent``: somewhere more points were spent than really.
    ``may_wait``: what has come due can be booked later, since it changes nothing for a purchase that spends nothing.
    """

    past: Past
    course: Course
    book: Book
    standing: RunningSums
    moved: Moved
    keeps_used_lots: bool
    may_wait: bool
    tier_until: datetime | None
    piles: dict[str, Pile]
    uses: list[Use]
    bought: list[Bought]
    repaid: Counter[UUID]
    gifts: dict[UUID, list[LotUse]]
    reviewed_on: date
    active_friends: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    rests: dict[UUID, Decided] = field(default_factory=dict)
    burned: Counter[UUID] = field(default_factory=Counter)
    reversed: dict[UUID, Clawback] = field(default_factory=dict)
    aside: dict[UUID, BookLot] = field(default_factory=dict)
    missed: int = 0
    overspent: bool = False
    review_on: date | None = None
    review: ReviewDates | None = None
    """When the tier is reviewed next; ``review_on`` is sooner where one that was set by hand ends before."""

    def day_of(self, at: datetime) -> date:
        """Return the business day of an instant by the business's own clock."""
        return moment(at, Place(branch="", time_zone=self.past.zone)).business_date

    def spendable(self) -> tuple[Lot, ...]:
        """Return what can be spent; lots that are used up are put aside, to be walked over no more."""
        lots = self.book.lots
        used = [lot for lot in lots.values() if not (lot.available or lot.pending or lot.held)]
        if len(used) > USED_LOTS_MAX:
            for lot in used:
                del lots[lot.id]
                if self.keeps_used_lots:
                    self.aside[lot.id] = lot
        return self.book.spendable_lots()

    def lay_out(self) -> None:
        """Put lots that are used up back where a return finds them."""
        if self.aside:
            self.book.lots |= self.aside
            self.aside = {}

    def note(self) -> None:
        """Count what was posted, and let go of it: each booking begins with none, as at a till."""
        book, moved = self.book, self.moved
        for posting in book.postings:
            moved[posting.kind, posting.debit] += posting.points
            if posting.kind == "expire":
                self.burned[posting.document_id] += posting.points
            elif posting.kind in {"repay", "hand_back"} and posting.lot_id is not None:
                self.repaid[posting.lot_id] += posting.points if posting.kind == "repay" else -posting.points
        book.postings.clear()
        book.granted.clear()
        book.touched.clear()
        book.extensions.clear()


def open_page(past: Past, course: Course) -> Page:
    """Return the page of a member as the span begins."""
    opening, span = past.opening, course.setting.span
    moved: Moved = Counter()
    # What was moved is counted, unless something may come back that has to be found again.
    keeps = past.keeps_used_lots
    book = (
        Book(past.member_id, past.member_id) if keeps else Tally(past.member_id, past.member_id, moved=moved)
    )
    book.debt = opening.debt
    for lot in opening.lots:
        copy = BookLot(
            lot.id, lot.document_id, lot.granted, lot.pending, lot.available, 0, lot.earned_at,
            lot.activates_at, lot.expires_at, lot.sliding_days, lot.receipt_share_bp,
        )  # fmt: skip
        book.lots[lot.id] = copy
        book.pending += lot.pending
        book.available += lot.available
    if opening.bought:
        book.last_purchase = opening.bought[0][:2]
    if book.lots:
        # Nothing is due before the span but what was not booked yet; this draws up what comes due in it.
        book.settle(span.start_at)
    return Page(
        past=past,
        course=course,
        book=book,
        standing=_standing(past, _first_tier(past, course)),
        moved=moved,
        keeps_used_lots=keeps,
        may_wait=not (course.slides or past.slides),
        tier_until=opening.tier_until,
        piles={card: begin(rows) for card, rows in opening.stamps.items()},
        uses=list(opening.uses),
        bought=list(reversed(opening.bought)),
        repaid=Counter(opening.repaid),
        gifts={document: list(uses) for document, uses in opening.gifts.items()},
        reviewed_on=span.from_on,
    )


def _first_tier(past: Past, course: Course) -> str | None:
    """Return the tier that everybody begins in by the rules in force when the member joined."""
    joined_at = past.opening.joined_at
    version = course.version
    if version is None and joined_at is not None:
        version = course.setting.version_at(joined_at)
    return version.tiers[0].id if version else None


def _standing(past: Past, first_tier: str | None) -> RunningSums:
    opening = past.opening
    days = opening.days
    standing = RunningSums(
        tier=opening.tier if opening.tier is not None else first_tier,
        tier_since=opening.tier_since,
        tier_is_manual=opening.tier_is_manual,
    )
    for on in sorted(days):
        standing.put(on, days[on].purchases, days[on].spend_minor, days[on].points_earned)
    for (rule, day), points in opening.rule_days.items():
        standing.rule_days.setdefault(day, {})[rule] = points
    return standing
