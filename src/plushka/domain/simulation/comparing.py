"""What a draft is to a member beside the rules in force: what they gain, and the receipts that differ most."""

from collections.abc import Sequence
from typing import NamedTuple

from plushka.domain.simulation.figures import outstanding
from plushka.domain.simulation.page import Page
from plushka.domain.simulation.past import Past, Sale
from plushka.domain.simulation.question import Example
from plushka.domain.simulation.receipts import Receipts
from plushka.engine.version import Version


class Side(NamedTuple):
    """A member by one of the two programmes: where they end, and all their receipts, of whatever branch."""

    version: Version
    page: Page
    receipts: Receipts

    @property
    def worth(self) -> int:
        """What the member has of it: points in hand, less what was paid for the goods that were kept.

        In minor units times ``10 ** scale`` of the points; only differences mean something.
        """
        value_minor = self.version.program.point.value_minor
        return (
            outstanding(self.page.book) * value_minor - sum(self.receipts.revenues_minor) * self.version.unit
        )

    def given(self) -> list[int]:
        """Return what each receipt gives to the member, in the unit of ``worth``: points that are spent are no gift."""
        unit, value_minor = self.version.unit, self.version.program.point.value_minor
        discounts, earned = self.receipts.discounts_minor, self.receipts.points_earned
        return [
            discount * unit + points * value_minor for discount, points in zip(discounts, earned, strict=True)
        ]


def examples(
    past: Past, sales: Sequence[Sale], counted: Sequence[bool], published: Side, draft: Side
) -> tuple[Example | None, Example | None]:
    """Return the ``counted`` receipts by which the draft gives most more, and most less: none that differs not."""
    differences = [
        after - before if counts else 0
        for counts, before, after in zip(counted, published.given(), draft.given(), strict=True)
    ]
    most, least = max(differences), min(differences)
    return (
        _example(past, sales, published, draft, differences.index(most), most) if most > 0 else None,
        _example(past, sales, published, draft, differences.index(least), least) if least < 0 else None,
    )


def _example(  # noqa: PLR0917 - called above
    past: Past, sales: Sequence[Sale], published: Side, draft: Side, place: int, difference: int
) -> Example:
    sale = sales[place]
    return Example(
        receipt_id=sale.id,
        member_id=past.member_id,
        at=sale.occurred_at,
        branch_id=sale.branch_id,
        amount_minor=sale.was.amount_minor,
        difference=difference,
        published=_told(published.receipts, place),
        draft=_told(draft.receipts, place),
    )


def _told(receipts: Receipts, place: int) -> tuple[int, int, int]:
    return receipts.discounts_minor[place], receipts.points_earned[place], receipts.points_spent[place]
