"""What promotions with budgets have left, counted under lock, so that the last use is given once (S8).

Counters of all members together are rows that a booking locks after the wallets, in one order. What one member has used
is counted from their own receipts, which the lock of their wallet guards.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from plushka.domain.purchases.counters import (
    ALL_BRANCHES,
    Key,
    OwnKey,
    Tally,
    Use,
    begin_counters,
    count_uses,
    insert_uses,
    read_counters,
    read_own_uses,
)
from plushka.domain.purchases.situation import Situation
from plushka.engine.program import Budget, Promotion
from plushka.engine.purchase import Outcome
from plushka.engine.spans import since_of
from plushka.platform.database import Tx


@dataclass(slots=True)
class Budgets:
    """What has been used of budgets, counted on as purchases are decided one after another."""

    shared: dict[Key, Tally] = field(default_factory=dict)
    own: dict[OwnKey, Tally] = field(default_factory=dict)

    def used_by(self, situation: Situation) -> dict[str, tuple[int, ...]]:
        """Return what the engine must know, by promotion; without those whose member is not known."""
        used = {}
        for promotion in _of(situation):
            tallies = [self._tally(situation, promotion, budget) for budget in promotion.budgets]
            if None not in tallies:
                used[promotion.id] = tuple(
                    tally.uses if budget.of == "uses" else tally.amount_minor
                    for budget, tally in zip(promotion.budgets, tallies, strict=True)
                    if tally is not None
                )
        return used

    def note(self, situation: Situation, outcome: Outcome) -> None:
        """Count what a purchase that was decided has used."""
        amounts = taken_off(outcome)
        for promotion in _of(situation):
            if promotion.id in amounts:
                for key in {_key(situation, promotion, budget) for budget in promotion.budgets}:
                    if key is not None:
                        self._at(key).add(amounts[promotion.id])

    def _tally(self, situation: Situation, promotion: Promotion, budget: Budget) -> Tally | None:
        key = _key(situation, promotion, budget)
        return None if key is None else self._at(key)

    def _at(self, key: Key | OwnKey) -> Tally:
        if isinstance(key, OwnKey):
            return self.own.setdefault(key, Tally())
        return self.shared.setdefault(key, Tally())


def taken_off(outcome: Outcome) -> dict[str, int]:
    """Return what each promotion took off a purchase, in minor units."""
    return {
        discount.id: discount.amount_minor
        for discount in outcome.discounts
        if discount.source == "promotion" and discount.id is not None
    }


async def read_budgets(tx: Tx, situations: Collection[Situation], *, lock: bool) -> Budgets | None:
    """Return what has been used, for the purchases of some transaction; None: no promotion of theirs has a budget.

    With ``lock`` the counters are locked until the transaction ends; the wallets have been before.
    """
    with_budgets = [situation for situation in situations if _of(situation)]
    if not with_budgets:
        return None
    keys = {key for one in with_budgets for key in _keys(one)}
    shared = sorted(key for key in keys if isinstance(key, Key))
    own = sorted(key for key in keys if isinstance(key, OwnKey))
    if lock and shared:
        await begin_counters(tx, shared)
    return Budgets(
        shared=await read_counters(tx, shared, lock=lock) if shared else {},
        own=await read_own_uses(tx, own) if own else {},
    )


async def save_uses(tx: Tx, decided: Iterable[tuple[UUID, Situation, Outcome]]) -> None:
    """Write what promotions took off new receipts, each by its id, and count it in the counters that are locked."""
    uses = [use for one in decided for use in uses_of(*one)]
    if not uses:
        return
    await insert_uses(tx, uses)
    added: dict[Key, Tally] = {}
    bounds: dict[Key, Sequence[Budget]] = {}
    for use in uses:
        for key, budgets in use.counters.items():
            added.setdefault(key, Tally()).add(use.amount_minor)
            bounds[key] = budgets
    if added:
        await count_uses(tx, added, bounds)


def uses_of(receipt_id: UUID, situation: Situation, outcome: Outcome) -> list[Use]:
    """Return what promotions took off a receipt, each with the counters that count it."""
    return [
        Use(receipt_id, promotion_id, situation, amount_minor, _counters(situation, promotion_id))
        for promotion_id, amount_minor in taken_off(outcome).items()
    ]


def _of(situation: Situation) -> Sequence[Promotion]:
    """Return the promotions with budgets that live on the day of the purchase."""
    day = situation.business_date
    return [
        promotion
        for promotion in situation.version.budgeted
        if (promotion.first_on or date.min) <= day <= (promotion.last_on or date.max)
    ]


def _keys(situation: Situation) -> Iterator[Key | OwnKey | None]:
    for promotion in _of(situation):
        for budget in promotion.budgets:
            yield _key(situation, promotion, budget)


def _key(situation: Situation, promotion: Promotion, budget: Budget) -> Key | OwnKey | None:
    """Return where a budget is counted; None: by the member, and there is none."""
    since = since_of(budget.window, situation.business_date)
    if budget.per == "member":
        book = situation.book
        return None if book is None else OwnKey(book.member_id, promotion.id, budget.window, since)
    branch_id = situation.branch.id if budget.per == "branch" else ALL_BRANCHES
    return Key(situation.mark.program_id, promotion.id, branch_id, budget.window, since)


def _counters(situation: Situation, promotion_id: str) -> dict[Key, list[Budget]]:
    """Return the counters of all members together that count a promotion, each with the budgets that bound it."""
    found: dict[Key, list[Budget]] = {}
    for promotion in _of(situation):
        for budget in promotion.budgets if promotion.id == promotion_id else ():
            key = _key(situation, promotion, budget)
            if isinstance(key, Key):
                found.setdefault(key, []).append(budget)
    return found
