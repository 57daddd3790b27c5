"""What promotions with budgets have left, counted so that the last use is given once (S8).

Counters of all members together are rows. While far more is left than the purchases at hand can use, they are only
read, and locked by the statement that adds to them and refuses what would go over; else they are locked before anything
is decided, after all that a booking locks besides, in one order. What one member has used is counted from their own
receipts, which the lock of their wallet guards.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
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
from plushka.engine.version import Version
from plushka.platform.database import Tx

AMPLE = 100
"""How many times as much as a batch can use must be left for it to be decided without a lock."""


@dataclass(slots=True)
class Budgets:
    """What has been used of budgets, counted on as purchases are decided one after another.

    ``are_locked``: so little is left that what one purchase uses may be what another gets.
    """

    shared: dict[Key, Tally] = field(default_factory=dict)
    own: dict[OwnKey, Tally] = field(default_factory=dict)
    are_locked: bool = False

    def used_by(self, situation: Situation) -> dict[str, tuple[int, ...]]:
        """Return what the engine must know, by promotion; without those whose member is not known."""
        used = {}
        for bounded in _of(situation):
            keys = _keys(situation, bounded)
            if None not in keys:
                tallies = [self._at(key) for key in keys if key is not None]
                used[bounded.promotion.id] = tuple(
                    [
                        tally.uses if budget.of == "uses" else tally.amount_minor
                        for budget, tally in zip(bounded.promotion.budgets, tallies, strict=True)
                    ]
                )
        return used

    def note(self, situation: Situation, outcome: Outcome) -> None:
        """Count what a purchase that was decided has used."""
        amounts = taken_off(outcome)
        for bounded in _of(situation):
            amount_minor = amounts.get(bounded.promotion.id)
            if amount_minor is not None:
                for key in set(_keys(situation, bounded)):
                    if key is not None:
                        self._at(key).add(amount_minor)

    def _at(self, key: Key | OwnKey) -> Tally:
        if isinstance(key, OwnKey):
            return self.own.setdefault(key, Tally())
        return self.shared.setdefault(key, Tally())


def taken_off(outcome: Outcome) -> dict[str, int]:
    """Return what each promotion took off a purchase, in minor units; a gift counts as 1."""
    off = {
        discount.id: discount.amount_minor
        for discount in outcome.discounts
        if discount.source == "promotion" and discount.id is not None
    }
    return off | {gift.promotion: 1 for gift in outcome.gifts if gift.promotion is not None}


async def read_budgets(tx: Tx, situations: Collection[Situation], *, lock: bool) -> Budgets | None:
    """Return what has been used, for the purchases of some transaction; None: no promotion of theirs has a budget.

    With ``lock`` counters that are not ample are locked until the transaction ends, after whatever else the purchases
    lock.
    """
    with_budgets = [situation for situation in situations if _of(situation)]
    if not with_budgets:
        return None
    keys = {key for one in with_budgets for bounded in _of(one) for key in _keys(one, bounded)}
    shared = sorted([key for key in keys if isinstance(key, Key)])
    own = sorted([key for key in keys if isinstance(key, OwnKey)])
    counted = await read_counters(tx, shared, lock=False) if shared else {}
    are_locked = lock and not _are_ample(counted, with_budgets)
    if are_locked and shared:
        await begin_counters(tx, shared)
        counted = await read_counters(tx, shared, lock=True)
    return Budgets(counted, await read_own_uses(tx, own) if own else {}, are_locked)


def _are_ample(counted: Mapping[Key, Tally], situations: Sequence[Situation]) -> bool:
    """Tell whether the counters are there and what these purchases use is next to nothing of what they have left."""
    uses = AMPLE * len(situations)
    amount_minor = AMPLE * sum([line.amount_minor for one in situations for line in one.basket.lines])
    for bounded in {each for situation in situations for each in _of(situation)}:
        for key, budgets in bounded.counters.items():
            tally = counted.get(key)
            if tally is None:
                return False
            for budget in budgets:
                used, wanted = (
                    (tally.uses, uses) if budget.of == "uses" else (tally.amount_minor, amount_minor)
                )
                if budget.most - used < wanted:
                    return False
    return True


async def save_uses(tx: Tx, decided: Iterable[tuple[UUID, Situation, Outcome]]) -> None:
    """Write what promotions took off new receipts, each by its id, and count it in the counters.

    :raises BudgetExceeded: others have used up meanwhile what was left
    """
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
    """Return what promotions with budgets took off a receipt, and gifts, each with the counters that count it.

    What other promotions took off stands in the receipt alone.
    """
    counters = {bounded.promotion.id: bounded.counters for bounded in _of(situation)}
    kept = counters.keys() | {gift.promotion for gift in outcome.gifts}
    return [
        Use(receipt_id, promotion_id, situation, amount_minor, counters.get(promotion_id, {}))
        for promotion_id, amount_minor in taken_off(outcome).items()
        if promotion_id in kept
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Bounded:
    """A promotion with budgets, at a branch on a business day.

    ``keys``: where each of its budgets is counted; None: by the member. ``counters``: those of all members together,
    each with the budgets that bound it.
    """

    promotion: Promotion
    keys: tuple[Key | None, ...]
    counters: Mapping[Key, Sequence[Budget]]


def _of(situation: Situation) -> Sequence[_Bounded]:
    return _bounded(
        situation.version, situation.mark.program_id, situation.branch.id, situation.business_date
    )


@lru_cache(maxsize=1024)
def _bounded(version: Version, program_id: UUID, branch_id: UUID, day: date) -> Sequence[_Bounded]:
    """Return the promotions with budgets that live on a business day."""
    return tuple(
        _bounds_of(promotion, program_id, branch_id, day)
        for promotion in version.budgeted
        if (promotion.first_on or date.min) <= day <= (promotion.last_on or date.max)
    )


def _bounds_of(promotion: Promotion, program_id: UUID, branch_id: UUID, day: date) -> _Bounded:
    keys: list[Key | None] = []
    counters: dict[Key, list[Budget]] = {}
    for budget in promotion.budgets:
        if budget.per == "member":
            keys.append(None)
            continue
        place_id = branch_id if budget.per == "branch" else ALL_BRANCHES
        key = Key(program_id, promotion.id, place_id, budget.window, since_of(budget.window, day))
        keys.append(key)
        counters.setdefault(key, []).append(budget)
    return _Bounded(promotion, tuple(keys), counters)


def _keys(situation: Situation, bounded: _Bounded) -> Sequence[Key | OwnKey | None]:
    """Return where the budgets of a promotion are counted for a purchase; None among them: the member is not known."""
    if situation.book is None or None not in bounded.keys:
        return bounded.keys
    member_id, promotion, day = situation.book.member_id, bounded.promotion, situation.business_date
    return [
        key or OwnKey(member_id, promotion.id, budget.window, since_of(budget.window, day))
        for key, budget in zip(bounded.keys, promotion.budgets, strict=True)
    ]
