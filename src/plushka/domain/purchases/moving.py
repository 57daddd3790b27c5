"""What a decision does to a member's points and sums: the same at a till, in history and in a replay. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import Cause, Clawback, OpenHold
from plushka.domain.programs.model import StandingChange, Sums
from plushka.engine.program import Debt
from plushka.engine.purchase import LotUse, Outcome, Remainder
from plushka.engine.version import Version

_rule = attrgetter("rule")


def move_points(
    book: Book,
    outcome: Outcome,
    *,
    at: datetime,
    bought_on: date,
    zone: str,
    cause: Cause,
    hold: OpenHold | None = None,
) -> None:
    """Spend and grant what a purchase made ``at`` was decided to; it captures a ``hold`` or spends what is available.

    :raises BalanceOverMaximum: the member would have more points than a wallet holds; nothing is moved
    """
    book.check_room(outcome.earned_points, field="lines")
    if hold is not None:
        book.capture(hold, outcome.redeemed.lots if outcome.redeemed else (), cause=cause)
    elif outcome.redeemed is not None:
        book.redeem(outcome.redeemed.lots, cause=cause)
    book.note_purchase(bought_on, zone)
    book.earn(outcome.grants, earned_at=at, cause=cause)


def change_of(
    outcome: Outcome,
    *,
    member_id: UUID,
    day: date,
    version: Version,
    tier: str | None,
    keeps_tier: bool = False,
) -> StandingChange:
    """Return what a purchase does to the standing of a member who had ``tier`` before it."""
    rule_points: dict[str, int] = {}
    capped = version.capped
    if not capped.isdisjoint(map(_rule, outcome.awards)):
        rule_points = {award.rule: award.points for award in outcome.awards if award.rule in capped}
    return StandingChange(
        member_id,
        day,
        Sums(1, outcome.spend_minor, outcome.earned_points),
        tier,
        tier if keeps_tier else outcome.tier_after,
        rule_points,
    )


def move_back(
    book: Book,
    before: Remainder,
    after: Remainder,
    so_far: Clawback,
    *,
    receipt_id: UUID,
    earned_points: int,
    burned: int,
    grace_days: int,
    debt: Debt,
    zone: str,
    cause: Cause,
) -> Clawback:
    """Give back what was spent and take what is no longer earned, from one remainder of a receipt to the next (S9).

    ``earned_points`` is what the whole receipt earned, ``burned`` what has burned of it.

    :raises ClawbackRefused: the policy is ``refuse`` and points are missing
    """
    book.restore(lots_between(before, after), grace_days=grace_days, zone=zone, cause=cause)
    return book.claw_back(
        earned_points - after.earned_points,
        so_far,
        receipt_id=receipt_id,
        burned=burned,
        debt=debt,
        cause=cause,
    )


def lots_between(before: Remainder, after: Remainder) -> list[LotUse]:
    """Return the spent points that go back to their lots from one remainder to the next."""
    given = {use.lot_id: use.points for use in before.points_back_to_lots}
    return [
        LotUse(lot_id=use.lot_id, points=use.points - given.get(use.lot_id, 0))
        for use in after.points_back_to_lots
        if use.points > given.get(use.lot_id, 0)
    ]


def sums_between(before: Remainder, after: Remainder) -> Sums:
    """Return what a return does to the member's sums."""
    return Sums(
        purchases=-1 if after.is_empty else 0,
        spend_minor=after.spend_minor - before.spend_minor,
        points_earned=after.earned_points - before.earned_points,
    )


def rule_points_between(version: Version, before: Remainder, after: Remainder) -> Mapping[str, int]:
    """Return what a return does to the points of rules that have a cap of their own, of those that it changes."""
    return {
        rule: after.earned_by_rule.get(rule, 0) - before.earned_by_rule.get(rule, 0)
        for rule in version.capped_rules
        if before.earned_by_rule.get(rule, 0) != after.earned_by_rule.get(rule, 0)
    }
