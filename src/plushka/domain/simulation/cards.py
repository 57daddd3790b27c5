"""A member's stamps on the cards of one course of the past, counted on as receipts come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from uuid import UUID

from msgspec.structs import replace

from plushka.domain.rewards.model import StampRow
from plushka.domain.rewards.returning import lowered
from plushka.domain.rewards.stamps import due_of
from plushka.engine.purchase import CardRemainder, CardState
from plushka.engine.stamp_parts import Gift, OwnCoupon
from plushka.engine.stamp_plans import StampPlan
from plushka.engine.stamps import EMPTY, Filled, Stamps, add_stamps, fill


@dataclass(slots=True)
class Pile:
    """The stamps of one card in the order of their purchases, and the card that they have filled."""

    rows: list[StampRow]
    filled: Filled = EMPTY
    given: int = 0

    def state(self, day: date) -> CardState:
        """Return where the member stands, for a purchase of ``day``, as ``rewards.stamps.state_of`` would."""
        filled = self.filled
        return CardState(
            have=filled.have,
            first_on=filled.first_on,
            last_on=filled.last_on,
            ends_on=filled.ends_on,
            due=filled.finished - self.given,
            is_day_stamped=any(row.left for row in self._from(day) if row.day == day),
        )

    def _from(self, day: date) -> Iterator[StampRow]:
        """Yield the stamps of a day and of those after it, the latest first."""
        return takewhile(lambda row: row.day >= day, reversed(self.rows))

    def add(self, row: StampRow) -> None:
        """Put a receipt's stamps where they belong; those of the latest purchase only go on top."""
        if not self.rows or (self.rows[-1].day, self.rows[-1].receipt_id) < (row.day, row.receipt_id):
            self.rows.append(row)
            self.filled = add_stamps(self.filled, Stamps(row.day, row.left, row.terms))
            self.given += row.rewards_left
        else:
            self.rows.append(row)
            self.rows.sort(key=lambda each: (each.day, each.receipt_id))
            self.recount()

    def lower(self, receipt_id: UUID, rest: CardRemainder | None, *, of_gifts: bool) -> None:
        """Take off what a return leaves no stamps of. Gifts too many are taken as not yet given out."""
        for place, row in enumerate(self.rows):
            if row.receipt_id == receipt_id:
                less = lowered(row, rest, of_gifts=of_gifts)
                self.rows[place] = replace(row, left=less.left, rewards_left=less.rewards_left)
        too_many = max(0, -due_of(self.rows)) if of_gifts else 0
        for place, row in reversed(list(enumerate(self.rows))):
            withdrawn = min(too_many, row.rewards_left)
            self.rows[place] = replace(row, rewards_left=row.rewards_left - withdrawn)
            too_many -= withdrawn
        self.recount()

    def recount(self) -> None:
        """Fill the card anew."""
        self.filled = fill(Stamps(row.day, row.left, row.terms) for row in self.rows if row.left)
        self.given = sum([row.rewards_left for row in self.rows])


def begin(rows: list[StampRow]) -> Pile:
    """Return the pile of these stamps, in the order of their purchases."""
    pile = Pile(list(rows))
    pile.recount()
    return pile


def gives_gifts(plan: StampPlan) -> bool:
    """Tell whether a card gives what is handed out later, and not points."""
    return isinstance(plan.card.reward, Gift | OwnCoupon)
