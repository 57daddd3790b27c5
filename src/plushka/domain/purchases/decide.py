"""From a situation to a decision, and from a decision to movements in the member's book. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import structs

from plushka.domain.certificates.model import Tendered
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import Balance, Cause, OpenHold
from plushka.domain.members.permits import PermitRequired, PermitUnusable
from plushka.domain.programs.model import StandingChange
from plushka.domain.programs.spending import RedemptionRefused
from plushka.domain.purchases.model import (
    HoldClosed,
    HoldOfOtherProgram,
    PayableChanged,
    RedemptionOverMaximum,
    UnknownHold,
)
from plushka.domain.purchases.moving import change_of, move_points
from plushka.domain.purchases.situation import Situation
from plushka.engine.evaluate import evaluate
from plushka.engine.purchase import Outcome


@dataclass(slots=True)
class Decision:
    """A purchase decided at ``now``, its points moved in the book: ready to be written under ``receipt_id``."""

    receipt_id: UUID
    now: datetime
    situation: Situation
    outcome: Outcome
    balance: Balance | None
    change: StandingChange | None
    tendered: tuple[Tendered, ...] = ()


def decide(situation: Situation, *, receipt_id: UUID, now: datetime) -> Decision:
    """Ask the engine and move the points.

    :raises RedemptionOverMaximum: more points than this purchase allows; the facts state the maximum
    :raises RedemptionRefused: no points can be spent on this purchase; ``reason`` is one of the engine's codes
    :raises PayableChanged: the customer was asked for another sum
    :raises HoldClosed: the hold was captured or cancelled before
    :raises PermitRequired: the business wants to know that the member agreed to spend
    :raises PermitUnusable: the permit is not for this
    :raises ReceiptPointsOverMaximum: the rules give more points than can be counted
    :raises BalanceOverMaximum: the member would have more points than a wallet holds
    """
    hold = claim_hold(situation)
    check_permit(situation, now)
    sight = situation.version.see(situation.basket, situation.moment)
    outcome = evaluate(situation.version, situation.member, situation.basket, situation.at, sight=sight)
    _check(situation, outcome, hold)
    cause = Cause(document_id=receipt_id, version_id=situation.version.id, at=now)
    book = situation.book
    if book is None:
        return Decision(receipt_id, now, situation, outcome, None, None)
    move_points(
        book,
        outcome,
        hold=hold,
        at=situation.at,
        bought_on=situation.business_date,
        zone=situation.branch.time_zone,
        cause=cause,
    )
    if hold is None and situation.hold is not None:
        book.note_captured(situation.hold.id)
    return Decision(
        receipt_id, now, situation, outcome, book.balance(), standing_change(situation, outcome, book, now)
    )


def standing_change(situation: Situation, outcome: Outcome, book: Book, now: datetime) -> StandingChange:
    """Return what the purchase, booked ``now``, does to the member's standing.

    Rules out of force by then do not move a tier: they may not know it, and would give one of their own.
    What a late purchase adds to the sums counts at the next one.
    """
    is_outdated = situation.superseded_at is not None and situation.superseded_at <= now
    return change_of(
        outcome,
        member_id=book.member_id,
        day=situation.business_date,
        version=situation.version,
        tier=situation.member.tier if situation.member else None,
        keeps_tier=is_outdated,
    )


def claim_hold(situation: Situation) -> OpenHold | None:
    """Turn the situation into that of a capture, and return the hold, if its purchase names one that is still open.

    A hold that has run out was released when the book was settled: its points are then redeemed anew,
    as far as they are still there (S6).

    :raises UnknownHold: the member has no such hold
    :raises HoldOfOtherProgram: its points are of another programme than the branch's
    :raises HoldClosed: it was captured or cancelled before
    """
    purchase, book, member = situation.item.purchase, situation.book, situation.member
    if purchase.hold_id is None or book is None or member is None:
        return None
    held = situation.hold
    if held is None or held.member_id != book.member_id:
        raise UnknownHold(field="hold_id")
    if held.program_id != situation.mark.program_id:
        raise HoldOfOtherProgram(field="hold_id")
    if held.state in ("captured", "cancelled"):
        raise HoldClosed(field="hold_id", state=held.state)
    redeem = purchase.redeem or held.points
    if redeem == "max" or redeem > held.points:
        redeem = held.points
    situation.basket = structs.replace(situation.basket, redeem=redeem)
    hold = book.holds.get(held.id)
    if hold is not None:
        situation.member = structs.replace(
            member, available=book.available + held.points, lots=book.pinned_lots(hold)
        )
    return hold


def check_permit(situation: Situation, now: datetime) -> None:
    """Refuse to spend without the permit that it takes, or with one that is no good.

    A capture needs none, and one who is blocked or unknown is refused for that.
    """
    purchase, book = situation.item.purchase, situation.book
    if book is None or purchase.hold_id is not None or purchase.redeem == 0:
        return
    if purchase.permit_id is None:
        if situation.needs_permit:
            raise PermitRequired(field="permit")
        return
    if situation.permit is None:
        raise PermitUnusable(field="permit", reason="unknown")
    situation.permit.check(till_id=situation.item.caller.till_id, member_id=book.member_id, at=now)


def _check(situation: Situation, outcome: Outcome, hold: OpenHold | None) -> None:
    purchase = situation.item.purchase
    wanted = situation.basket.redeem
    if (
        situation.member is not None
        and situation.member.is_blocked
        and (wanted not in (0, "max") or purchase.hold_id)
    ):
        raise RedemptionRefused(field="hold_id" if purchase.hold_id else "redeem", reason="member_blocked")
    if isinstance(wanted, int) and wanted > 0:
        field = "hold_id" if hold else "redeem"
        redeemed = outcome.redeemed
        if redeemed is None or redeemed.points_max == 0 or redeemed.points == 0:
            reasons = [note.code for note in outcome.notes if note.code.startswith("redemption_")]
            raise RedemptionRefused(field=field, reason=reasons[0] if reasons else "points_missing")
        if wanted > redeemed.points_max:
            raise RedemptionOverMaximum(field=field, points_max=redeemed.points_max)
    if (
        purchase.expected_payable_minor is not None
        and purchase.expected_payable_minor != outcome.payable_minor
    ):
        raise PayableChanged(field="expected_payable_minor", payable_minor=outcome.payable_minor)
