"""What makes a purchase unfit before any rule is asked."""

from collections.abc import Sequence
from datetime import datetime

from plushka.domain.businesses.model import Branch, WrongCurrency
from plushka.domain.purchases.model import (
    AMOUNT_MAX_MINOR,
    CLOCK_SKEW_MAX,
    LINES_MAX,
    AmountOutOfRange,
    BranchClosed,
    Caller,
    LinesMissing,
    MemberMissing,
    Purchase,
    PurchaseLine,
    QuantityOutOfRange,
    TimeInFuture,
    TooManyLines,
)
from plushka.domain.purchases.places import branch_of
from plushka.domain.purchases.reference import Places


def check_purchase(caller: Caller, purchase: Purchase, places: Places, *, now: datetime) -> Branch:
    """Return the branch of a purchase that is fit to be decided.

    :raises Refusal: the first thing that is wrong, with its field
    """
    branch = branch_of(caller, purchase.branch, places)
    if branch.closed_at is not None and (purchase.occurred_at or now) >= branch.closed_at:
        raise BranchClosed(field="branch")
    if purchase.currency != places.business.currency:
        raise WrongCurrency(field="currency", currency=places.business.currency)
    _check_lines(purchase.lines)
    if purchase.occurred_at is not None and purchase.occurred_at > now + CLOCK_SKEW_MAX:
        raise TimeInFuture(field="occurred_at")
    if purchase.member is None and (purchase.redeem != 0 or purchase.hold_id is not None):
        raise MemberMissing(field="member")
    return branch


def _check_lines(lines: Sequence[PurchaseLine]) -> None:
    if not lines:
        raise LinesMissing(field="lines")
    if len(lines) > LINES_MAX:
        raise TooManyLines(field="lines", lines_max=LINES_MAX)
    for index, line in enumerate(lines):
        if not 0 <= line.amount_minor <= AMOUNT_MAX_MINOR:
            raise AmountOutOfRange(field=f"lines[{index}].amount_minor", amount_max_minor=AMOUNT_MAX_MINOR)
        if not 0 < line.quantity_milli <= AMOUNT_MAX_MINOR:
            raise QuantityOutOfRange(field=f"lines[{index}].quantity_milli")
    if sum([line.amount_minor for line in lines]) > AMOUNT_MAX_MINOR:
        raise AmountOutOfRange(field="lines", amount_max_minor=AMOUNT_MAX_MINOR)
