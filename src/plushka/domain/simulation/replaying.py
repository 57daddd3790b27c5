"""Lets one member's past happen again: the engine decides, the book moves points, as at a till. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, assert_never
from uuid import UUID

from msgspec import structs

from plushka.domain.ledger.book import Book, BookLot
from plushka.domain.ledger.model import Cause, Clawback
from plushka.domain.programs.model import StandingChange, Sums
from plushka.domain.programs.standing_history import StandingHistory
from plushka.domain.purchases.moving import (
    change_of,
    move_back,
    move_points,
    rule_points_between,
    sums_between,
)
from plushka.domain.rewards.model import StampRow
from plushka.domain.simulation.budgets import used_by
from plushka.domain.simulation.cards import Pile, begin, gives_gifts
from plushka.domain.simulation.course import Course
from plushka.domain.simulation.earlier import remainder_of
from plushka.domain.simulation.past import (
    Back,
    Bought,
    Closed,
    EarlierSale,
    Extended,
    Given,
    Past,
    Sale,
    State,
    Taken,
    TierSet,
)
from plushka.engine.evaluate import evaluate
from plushka.engine.local_time import instant, moment
from plushka.engine.program import Debt
from plushka.engine.purchase import Basket, CardState, Lot, LotUse, Member, Outcome, Place, Remainder
from plushka.engine.returns import remainder
from plushka.engine.tiers import next_review, review, tier_after_return
from plushka.engine.version import Version
from plushka.engine.welcome import welcome_grant

Moved = Counter[tuple[str, str]]
"""Points that were moved, by what the journal calls the movement and the account that they came from."""
_NO_STATE = State()
_USED_LOTS_MAX = 8
"""So many lots that are used up are walked over before they are put aside."""


@dataclass(slots=True)
class Decided:
    """A receipt as it was decided in a course, and what has come back of it there."""

    version: Version
    member: Member | None
    basket: Basket
    outcome: Outcome
    occurred_at: datetime
    day: date
    returned: dict[int, int] = field(default_factory=dict)
    clawback: Clawback = field(default_factory=Clawback)
    rest: Remainder | None = None

    def remainder(self, returned: dict[int, int]) -> Remainder:
        return remainder(self.version, self.member, self.basket, self.outcome, returned, self.occurred_at)


@dataclass(slots=True)
class Replay:
    """One member in one course. ``outcomes`` run parallel to the receipts among the past's events.

    ``rests`` is what was left, at the end, of receipts of which something came back. ``missed`` are points for gifts of
    the catalogue that could not be had.
    """

    past: Past
    course: Course
    book: Book = field(init=False)
    standing: StandingHistory = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    rests: dict[UUID, Decided] = field(default_factory=dict)
    moved: Moved = field(default_factory=Counter)
    missed: int = 0
    tier_until: datetime | None = None
    _piles: dict[str, Pile] = field(default_factory=dict)
    _uses: list[tuple[str, date, int, UUID]] = field(default_factory=list)
    _aside: dict[UUID, BookLot] = field(default_factory=dict)
    _bought: list[Bought] = field(default_factory=list)
    _repaid: Counter[UUID] = field(default_factory=Counter)
    _burned: Counter[UUID] = field(default_factory=Counter)
    _gifts: dict[UUID, list[LotUse]] = field(default_factory=dict)
    _reversed: dict[UUID, Clawback] = field(default_factory=dict)
    _keeps_used_lots: bool = False
    _review_on: date | None = None
    _reviewed_on: date = date.min
    _reviewed_since: datetime | None = None

    def __post_init__(self) -> None:
        past, opening, span = self.past, self.past.opening, self.course.setting.span
        self.book = Book(wallet_id=past.member_id, member_id=past.member_id, debt=opening.debt)
        for lot in opening.lots:
            copy = BookLot(
                lot.id, lot.document_id, lot.granted, lot.pending, lot.available, 0, lot.earned_at,
                lot.activates_at, lot.expires_at, lot.sliding_days, lot.receipt_share_bp,
            )  # fmt: skip
            self.book.lots[lot.id] = copy
            self.book.pending += lot.pending
            self.book.available += lot.available
        if opening.bought:
            self.book.last_purchase = opening.bought[0][:2]
        self.standing = _standing(past, self._first_tier())
        self.tier_until = opening.tier_until
        self._piles = {card: begin(rows) for card, rows in opening.stamps.items()}
        self._uses = list(opening.uses)
        self._bought = list(reversed(opening.bought))
        self._repaid = Counter(opening.repaid)
        self._gifts = {document: list(uses) for document, uses in opening.gifts.items()}
        self._keeps_used_lots = past.keeps_used_lots
        self._reviewed_on = span.from_on
        if self.book.lots:
            # Nothing is due before the span but what was not booked yet; this draws up what comes due in it.
            self.book.settle(span.start_at)
        self._plan_review()

    def run(self) -> "Replay":
        """Let everything happen, to the end of the span."""
        for event in self.past.events:
            match event:
                case Sale():
                    self._sell(event)
                case Back():
                    self._take_back(event)
                case Given():
                    self._give(event)
                case Taken():
                    self._take(event)
                case Extended():
                    self._extend(event)
                case TierSet():
                    self._set_tier(event)
                case Closed():
                    self.book.settle(event.at)
                    self.book.close(cause=Cause(self.past.member_id, None, event.at))
                    self._note()
                case _:
                    assert_never(event)
        until_at = self.course.setting.span.until_at
        if self._review_on is not None:
            self._review(self._day_of(until_at))
        self.book.settle(until_at)
        self._note()
        return self

    def _first_tier(self) -> str | None:
        """Return the tier that everybody begins in by the rules in force when the member joined."""
        joined_at = self.past.opening.joined_at
        version = self.course.version
        if version is None and joined_at is not None:
            version = self.course.setting.version_at(joined_at)
        return version.tiers[0].id if version else None

    # Purchases ------------------------------------------------------------------------------------------------

    def _sell(self, sale: Sale) -> None:
        course, book = self.course, self.book
        version = course.version_of(sale)
        if self._review_on is not None and sale.day >= self._review_on:
            self._review(sale.day)
        basket = self._basket(version, sale)
        if basket.redeem or (book.due_at is not None and book.due_at <= sale.at):
            book.settle(sale.at)
        member = self._member(version, sale.state or _NO_STATE, sale, spends=bool(basket.redeem))
        outcome = evaluate(version, member, basket, sale.occurred_at)
        if basket.redeem and not course.is_as_it_was:
            outcome, basket = self._as_spent(version, member, basket, sale, outcome)
        cause = Cause(sale.id, version.id, sale.at)
        zone = basket.place.time_zone
        move_points(book, outcome, at=sale.occurred_at, bought_on=sale.day, zone=zone, cause=cause)
        change = change_of(
            outcome,
            member_id=book.member_id,
            day=sale.day,
            version=version,
            tier=member.tier,
            keeps_tier=course.is_as_it_was and self._is_outdated(sale),
        )
        self.standing.add(change, at=sale.at)
        if self.standing.tier_since is not self._reviewed_since:
            self._plan_review()
        self.outcomes.append(outcome)
        if outcome.cards:
            self._stamp(version, sale, outcome)
        if version.budgeted:
            self._note_uses(sale, outcome)
        if self._keeps_used_lots:
            self._bought.append((sale.day, zone, sale.id))
            if sale.comes_back:
                kept = structs.replace(member, lots=()) if member.lots else member
                self.rests[sale.id] = Decided(version, kept, basket, outcome, sale.occurred_at, sale.day)
        self._note()

    def _basket(self, version: Version, sale: Sale) -> Basket:
        """Return the basket with what the course asks to be spent, and what it has left of budgets."""
        basket = sale.basket
        if self.course.is_as_it_was:
            return basket
        if version.budgeted:
            basket = structs.replace(basket, budgets_used=used_by(self.course, version, sale, self._uses))
        redeem = self._asked(sale)
        return basket if redeem == basket.redeem else structs.replace(basket, redeem=redeem)

    def _member(self, version: Version, state: State, sale: Sale, *, spends: bool) -> Member:
        book, standing = self.book, self.standing
        return Member(
            available=book.available,
            pending=book.pending,
            debt=book.debt,
            lots=self._spendable() if spends else (),
            tier=standing.tier,
            tier_is_manual=standing.tier_is_manual,
            personal_discount_bp=state.personal_discount_bp,
            tags=state.tags,
            segments=state.segments,
            birthday=state.birthday,
            purchases=standing.sums.purchases,
            last_purchase_on=book.last_purchase[0] if book.last_purchase else None,
            totals=standing.totals(version, sale.day),
            rule_points=standing.rule_points(version, sale.day) if version.capped_rules else {},
            cards=self._cards(version, state, sale.day),
            is_unverified=state.is_unverified,
            is_spending_stopped=state.is_spending_stopped,
            invited=state.invited if version.referral is not None else None,
            id=book.member_id if version.has_control_groups else None,
        )

    def _cards(self, version: Version, state: State, day: date) -> dict[str, CardState] | None:
        if self.course.is_as_it_was and state.cards is None:
            # Brought in from another system, which had given what its stamps were worth.
            return None
        return {card: pile.state(day) for card, pile in self._piles.items()} if version.cards else {}

    def _spendable(self) -> tuple[Lot, ...]:
        lots = self.book.lots
        used = [lot for lot in lots.values() if not (lot.available or lot.pending or lot.held)]
        if len(used) > _USED_LOTS_MAX:
            for lot in used:
                del lots[lot.id]
                if self._keeps_used_lots:
                    self._aside[lot.id] = lot
        return self.book.spendable_lots()

    def _asked(self, sale: Sale) -> int | Literal["max"]:
        if self.course.spending == "high":
            return "max" if self.book.available or self.book.due_at is not None else 0
        return "max" if sale.spent else 0

    def _as_spent(
        self, version: Version, member: Member, basket: Basket, sale: Sale, outcome: Outcome
    ) -> tuple[Outcome, Basket]:
        """Decide again where the member does not spend all that they can."""
        redeemed = outcome.redeemed
        if self.course.spending == "high" or redeemed is None:
            return outcome, basket
        points = redeemed.points_max * sale.spent // sale.spendable if sale.spendable else redeemed.points_max
        if self.course.spending == "low":
            points = min(points, sale.spent)
        if points == redeemed.points:
            return outcome, basket
        basket = structs.replace(basket, redeem=points)
        return evaluate(version, member, basket, sale.occurred_at), basket

    def _is_outdated(self, sale: Sale) -> bool:
        superseded_at = self.course.setting.superseded_at(sale.occurred_at)
        return superseded_at is not None and superseded_at <= sale.at

    def _stamp(self, version: Version, sale: Sale, outcome: Outcome) -> None:
        terms = {plan.card.id: plan.terms for plan in version.cards}
        for card in outcome.cards:
            if card.stamps:
                row = StampRow(
                    receipt_id=sale.id,
                    member_id=self.book.member_id,
                    card=card.card,
                    day=sale.day,
                    left=card.stamps,
                    rewards_left=card.rewards,
                    terms=terms[card.card],
                )
                self._piles.setdefault(card.card, Pile([])).add(row)

    def _note_uses(self, sale: Sale, outcome: Outcome) -> None:
        self._uses += [
            (discount.id, sale.day, discount.amount_minor, sale.id)
            for discount in outcome.discounts
            if discount.source == "promotion" and discount.id is not None
        ]
        self._uses += [(gift.promotion, sale.day, 1, sale.id) for gift in outcome.gifts if gift.promotion]

    # Returns ----------------------------------------------------------------------------------------------------

    def _take_back(self, back: Back) -> None:
        earlier = self.past.earlier.get(back.receipt_id)
        decided = self.rests.get(back.receipt_id) or self._begin_earlier(earlier)
        if decided is None:
            return
        self._lay_out()
        self.book.settle(back.at)
        self._note()
        before = decided.rest or decided.remainder(decided.returned)
        for line, quantity_milli in back.lines.items():
            decided.returned[line] = decided.returned.get(line, 0) + quantity_milli
        after = decided.rest = decided.remainder(decided.returned)
        program, place = decided.version.program, decided.basket.place
        so_far = decided.clawback
        decided.clawback = move_back(
            self.book,
            before,
            after,
            structs.replace(so_far, repaid=dict(+self._repaid) if so_far.owed else {}),
            receipt_id=back.receipt_id,
            earned_points=decided.outcome.earned_points,
            burned=self._burned[back.receipt_id],
            grace_days=program.return_grace_days,
            debt=_never_refusing(program.debt),
            zone=place.time_zone,
            cause=Cause(back.id, decided.version.id, back.at),
        )
        self._note()
        self._lower(decided, before, after, back)

    def _begin_earlier(self, earlier: EarlierSale | None) -> Decided | None:
        if earlier is None:
            return None
        version = self.course.setting.versions[earlier.version_id]
        self._burned[earlier.id] += earlier.burned
        decided = self.rests[earlier.id] = Decided(
            version,
            earlier.member,
            earlier.basket,
            earlier.outcome,
            earlier.occurred_at,
            earlier.day,
            dict(earlier.returned),
            earlier.clawback,
            remainder_of(version, earlier, earlier.returned),
        )
        return decided

    def _lower(self, decided: Decided, before: Remainder, after: Remainder, back: Back) -> None:
        """Lower the member's sums, cards and budgets by what has come back."""
        standing, tier = self.standing, self.standing.tier
        change = StandingChange(
            member_id=self.book.member_id,
            business_date=decided.day,
            sums=sums_between(before, after),
            tier_before=tier,
            tier=tier,
            rule_points=dict(rule_points_between(decided.version, before, after)),
            reason="return",
        )
        standing.add(change, at=back.at)
        if after.is_empty:
            self._bought = [bought for bought in self._bought if bought[2] != back.receipt_id]
            latest = max(self._bought, key=lambda bought: bought[0], default=None)
            self.book.set_last_purchase(latest[:2] if latest else None)
        for plan in decided.version.cards:
            pile = self._piles.get(plan.card.id)
            if pile is not None:
                pile.lower(back.receipt_id, after.cards.get(plan.card.id), of_gifts=gives_gifts(plan))
        self._uses = [
            (promotion, day, after.promotions_minor.get(promotion, 0), receipt_id)
            if receipt_id == back.receipt_id
            else (promotion, day, left, receipt_id)
            for promotion, day, left, receipt_id in self._uses
        ]
        version = self.course.version or self.course.setting.version_at(back.at)
        if version is not None:
            day = moment(back.at, decided.basket.place).business_date
            totals = standing.totals(version, day)
            lowered = tier_after_return(version, tier, totals, is_manual=standing.tier_is_manual)
            if lowered != tier:
                self._move_tier(lowered, back.at)

    # What happened besides ----------------------------------------------------------------------------------------

    def _give(self, given: Given) -> None:
        self.book.settle(given.at)
        lots = given.lots
        version = self.course.version
        if given.is_welcome and version is not None:
            place = Place(branch="", time_zone=self.past.zone)
            welcome = version.program.welcome
            lots = (welcome_grant(version.program, welcome, place, given.at),) if welcome else ()
        cause = Cause(given.document_id, None, given.at)
        for lot in lots:
            self.book.accrue(lot, earned_at=given.at, cause=cause, kind=given.kind)
        self._note()

    def _take(self, taken: Taken) -> None:
        book, cause = self.book, Cause(taken.document_id, None, taken.at)
        self._lay_out()
        book.settle(taken.at)
        self._note()
        match taken.how:
            case "gift" if taken.points > 0:
                if book.for_rewards() < taken.points:
                    self.missed += taken.points
                else:
                    book.spend(taken.points, cause=cause)
                    self._gifts[taken.document_id] = [
                        LotUse(posting.lot_id, posting.points) for posting in book.postings if posting.lot_id
                    ]
            case "gift":
                uses = self._gifts.pop(taken.document_id, [])
                version = self.course.version or self.course.setting.version_at(taken.at)
                grace_days = version.program.return_grace_days if version else 0
                book.restore(uses, grace_days=grace_days, zone=self.past.zone, cause=cause, reason="gift")
                book.settle(taken.at)
            case "hand":
                book.take_away(min(taken.points, book.available), cause=cause)
            case "forgiven":
                book.forgive(min(taken.points, book.debt), cause=cause)
            case _:
                self._reverse(taken, cause)
        self._note()

    def _reverse(self, taken: Taken, cause: Cause) -> None:
        so_far = self._reversed.get(taken.document_id, Clawback())
        repaid = dict(+self._repaid) if so_far.owed else {}
        self._reversed[taken.document_id] = self.book.claw_back(
            max(0, so_far.taken() + taken.points),
            structs.replace(so_far, repaid=repaid),
            receipt_id=taken.document_id,
            burned=0,
            debt=Debt(),
            cause=cause,
        )

    def _extend(self, extended: Extended) -> None:
        self.book.settle(extended.at)
        self._note()
        for lot in self.book.lots.values():
            if lot.document_id == extended.document_id and (lot.pending or lot.available):
                self.book.extend(lot, extended.expires_at, reason=extended.reason)

    # Tiers --------------------------------------------------------------------------------------------------------

    def _set_tier(self, event: TierSet) -> None:
        version, standing = self.course.version, self.standing
        if version is None:
            standing.tier_is_manual = event.is_by_hand
            self._move_tier(event.tier, event.at)
        elif event.is_by_hand and event.tier in {plan.id for plan in version.tiers}:
            standing.tier_is_manual, self.tier_until = True, None
            self._move_tier(event.tier, event.at)
        elif not event.is_by_review:
            standing.tier_is_manual = False

    def _move_tier(self, tier: str | None, at: datetime) -> None:
        self.standing.tier, self.standing.tier_since = tier, at
        self._plan_review()

    def _plan_review(self) -> None:
        """Find out when the tier is reviewed next: never, as it was, for then the past tells."""
        version, since = self.course.version, self.standing.tier_since
        self._reviewed_since = since
        self._review_on = None
        if version is None or version.program.tiers is None or since is None:
            return
        dates = next_review(version, self._day_of(since), self._reviewed_on)
        self._review_on = dates.falls_on if dates else None
        if self.tier_until is not None and self.standing.tier_is_manual:
            until_on = self._day_of(self.tier_until)
            self._review_on = min(self._review_on or until_on, until_on)

    def _review(self, day: date) -> None:
        """Hold the reviews that have come by a business day, one after another, as the job of each day would have."""
        version, standing = self.course.version, self.standing
        while version is not None and self._review_on is not None and self._review_on <= day:
            on, since = self._review_on, standing.tier_since
            dates = next_review(version, self._day_of(since), self._reviewed_on) if since else None
            now = standing.totals(version, on)
            closed = standing.totals(version, dates.measured_on) if dates and dates.falls_on == on else now
            has_ended = self.tier_until is not None and self._day_of(self.tier_until) <= on
            is_manual = standing.tier_is_manual and not has_ended
            tier = review(version, standing.tier, closed, now, is_manual=is_manual)
            standing.tier_is_manual = is_manual
            self.tier_until = self.tier_until if is_manual else None
            self._reviewed_on = on
            at = instant(on, Place("", self.past.zone).day_starts_minutes, self.past.zone)
            if tier != standing.tier:
                standing.tier, standing.tier_since = tier, at
            self._plan_review()

    def _day_of(self, at: datetime) -> date:
        return moment(at, Place(branch="", time_zone=self.past.zone)).business_date

    # The journal ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Put lots that are used up back where a return finds them."""
        if self._aside:
            self.book.lots |= self._aside
            self._aside = {}

    def _note(self) -> None:
        """Count what was posted, and let go of it: each booking begins with none, as at a till."""
        book, moved = self.book, self.moved
        for posting in book.postings:
            moved[posting.kind, posting.debit] += posting.points
            if self._keeps_used_lots:
                if posting.kind == "expire":
                    self._burned[posting.document_id] += posting.points
                elif posting.kind in {"repay", "hand_back"} and posting.lot_id is not None:
                    self._repaid[posting.lot_id] += (
                        posting.points if posting.kind == "repay" else -posting.points
                    )
        book.postings.clear()
        book.granted.clear()
        book.touched.clear()
        book.extensions.clear()


def _standing(past: Past, first_tier: str | None) -> StandingHistory:
    opening = past.opening
    days = dict(opening.days)
    dates = sorted(days)
    standing = StandingHistory(
        member_id=past.member_id,
        tier=opening.tier if opening.tier is not None else first_tier,
        tier_since=opening.tier_since,
        tier_is_manual=opening.tier_is_manual,
        sums=Sums(
            sum([sums.purchases for sums in days.values()]),
            sum([sums.spend_minor for sums in days.values()]),
            sum([sums.points_earned for sums in days.values()]),
        ),
        days=days,
        dates=dates,
    )
    for (rule, day), points in opening.rule_days.items():
        standing.month_of(rule, day)[day] = points
    return standing


def _never_refusing(debt: Debt) -> Debt:
    """Return what is done where points are spent: what came back has come back, and cannot be refused here."""
    return Debt("clamp") if debt.policy == "refuse" else debt
