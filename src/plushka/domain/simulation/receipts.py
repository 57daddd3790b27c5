"""Receipts of a course by columns: what is added up, told of members and compared is the same few numbers of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import compress
from operator import attrgetter
from typing import NamedTuple, Self
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.page import Decided
from plushka.domain.simulation.past import Sale
from plushka.domain.simulation.setting import Setting
from plushka.engine.purchase import Outcome
from plushka.engine.shares import rounded
from plushka.engine.version import BP

_decided = attrgetter("discount_minor", "redeemed_minor", "payable_minor", "earned_points")


class Receipts(NamedTuple):
    """What a course has decided of receipts, each column in their order; revenue is less what came back."""

    discounts_minor: Sequence[int]
    redeemed_minor: Sequence[int]
    revenues_minor: Sequence[int]
    points_earned: Sequence[int]
    points_spent: Sequence[int]

    def among(self, wanted: Sequence[bool]) -> "Receipts":
        """Return those of the receipts that are wanted."""
        return Receipts(*[list(compress(column, wanted)) for column in self])


NONE = Receipts((), (), (), (), ())


def decided_receipts(
    sales: Sequence[Sale], outcomes: Sequence[Outcome], rests: Mapping[UUID, Decided]
) -> Receipts:
    """Return receipts as a course has decided them; ``rests`` are those of which something comes back."""
    if not outcomes:
        return NONE
    discounts, redeemed, payables, earned = zip(*map(_decided, outcomes), strict=True)
    spent = [outcome.redeemed.points if outcome.redeemed else 0 for outcome in outcomes]
    revenues: Sequence[int] = payables
    if rests:
        revenues = [
            payable - _refunded_minor(rests.get(sale.id)) if sale.comes_back else payable
            for sale, payable in zip(sales, payables, strict=True)
        ]
    return Receipts(discounts, redeemed, revenues, earned, spent)


def _refunded_minor(decided: Decided | None) -> int:
    return sum(decided.rest.refund_minor_by_line) if decided is not None and decided.rest is not None else 0


def receipts_as_they_were(sales: Sequence[Sale]) -> Receipts:
    """Return receipts as they stand in the books."""
    told = [sale.was for sale in sales]
    return Receipts(
        [was.discount_minor for was in told],
        [was.amount_minor - was.discount_minor - was.payable_minor for was in told],
        [was.payable_minor - was.refunded_minor for was in told],
        [was.earned_points for was in told],
        [sale.spent for sale in sales],
    )


class Costing(Struct, frozen=True):
    """What is supposed of goods whose cost is not known: a margin of ``margin_bp`` of their price; None: nothing."""

    margin_bp: int | None = None

    def cost_of(self, sale: Sale, kept_minor: int) -> int | None:
        """Return what those goods of a receipt cost that are kept, by their price; None: nobody knows."""
        amount_minor = sale.was.amount_minor
        if sale.cost_minor is not None:
            if kept_minor == amount_minor:
                return sale.cost_minor
            return rounded(sale.cost_minor * kept_minor, amount_minor or 1, "half_up")
        if self.margin_bp is None:
            return None
        return rounded(kept_minor * (BP - self.margin_bp), BP, "half_up")


class Sold(NamedTuple):
    """The goods of receipts in sums, which are the same whatever the rules are; all of members or none.

    ``kept_minor`` is what was asked for those that did not come back, ``costed_minor`` for those of them whose cost is
    known.
    """

    receipts: int
    is_of_members: bool
    amount_minor: int
    kept_minor: int
    costed_minor: int
    cost_minor: int

    @classmethod
    def of(cls, setting: Setting, sales: Sequence[Sale], costing: Costing) -> Self:
        kept = [kept_minor(setting, sale) if sale.comes_back else sale.was.amount_minor for sale in sales]
        costs = [costing.cost_of(sale, left) for sale, left in zip(sales, kept, strict=True)]
        return cls(
            len(sales),
            bool(sales) and sales[0].state is not None,
            sum([sale.was.amount_minor for sale in sales]),
            sum(kept),
            sum([left for left, cost in zip(kept, costs, strict=True) if cost is not None]),
            sum([cost for cost in costs if cost is not None]),
        )


def kept_minor(setting: Setting, sale: Sale) -> int:
    """Return what was asked for the goods of a receipt that did not come back within the span, before discounts."""
    returned: dict[int, int] = defaultdict(int)
    for back in setting.backs_within(sale.id):
        for line, quantity_milli in back.lines.items():
            returned[line] += quantity_milli
    goods = sale.goods
    return sale.was.amount_minor - sum(
        [
            amount_minor * returned[index] // quantity_milli
            for index, (amount_minor, quantity_milli) in enumerate(
                zip(goods.amounts_minor, goods.quantities_milli, strict=True)
            )
        ]
    )
