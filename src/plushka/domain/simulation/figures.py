"""What a course of the past comes to: sums that can be put together from any parts of it."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct, field, structs

from plushka.domain.ledger.book import Book
from plushka.domain.simulation.page import Page
from plushka.domain.simulation.receipts import Receipts, Sold
from plushka.domain.simulation.tally import Moved
from plushka.engine.purchase import Outcome

NOTHING = (0, 0)


class Figures(Struct, omit_defaults=True):
    """Sums of one course.

    Of receipts (of the branches that were asked for): how many, how many of members, how many with a discount or
    points; money before (``amount_minor``) and after discounts and points and less what came back (``revenue_minor``);
    what was asked for the goods that did not come back (``kept_minor``), for those of them whose cost is known
    (``costed_minor``), and that cost.
    Of wallets: points ``issued``, ``given`` otherwise, ``spent`` (restored ones off), ``burned``, ``taken_back`` (by
    returns), ``taken`` by hand and with who left, less what was forgiven; ``outstanding`` at the end, debts off. They
    add up: what was outstanding at the start + issued + given − spent − burned − taken back − taken.
    """

    receipts: int = 0
    of_members: int = 0
    touched: int = 0
    amount_minor: int = 0
    discount_minor: int = 0
    redeemed_minor: int = 0
    revenue_minor: int = 0
    kept_minor: int = 0
    costed_minor: int = 0
    cost_minor: int = 0
    member_revenue_minor: int = 0
    member_kept_minor: int = 0
    member_costed_minor: int = 0
    member_cost_minor: int = 0
    earned_points: int = 0
    redeemed_points: int = 0
    gifts: int = 0
    for_friends_points: int = 0
    issued: int = 0
    given: int = 0
    spent: int = 0
    burned: int = 0
    taken_back: int = 0
    taken: int = 0
    outstanding: int = 0
    missed: int = 0
    rules: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By rule: receipts, points."""
    promotions: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By promotion: receipts, money off, or gifts."""
    tiers: dict[str, int] = field(default_factory=dict)
    """Members by the tier that they end in."""
    used: dict[str, int] = field(default_factory=dict)
    """Of budgets of all members together, by ``budgets.key``."""

    def add(self, other: "Figures") -> None:
        """Add the sums of another part of the same course."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("rules", "promotions"):
            own: dict[str, tuple[int, int]] = getattr(self, name)
            for key, (receipts, sum_) in getattr(other, name).items():
                before = own.get(key, (0, 0))
                own[key] = before[0] + receipts, before[1] + sum_
        for name in ("tiers", "used"):
            sums: dict[str, int] = getattr(self, name)
            for key, sum_ in getattr(other, name).items():
                sums[key] = sums.get(key, 0) + sum_


_NUMBERS = tuple(
    name for name in Figures.__struct_fields__ if name not in {"rules", "promotions", "tiers", "used"}
)


def sums_alone(figures: Figures) -> Figures:
    """Return the sums without what each rule, promotion and tier has of them."""
    return structs.replace(figures, rules={}, promotions={}, tiers={}, used={})


def add_receipts(figures: Figures, sold: Sold, receipts: Receipts) -> None:
    """Add receipts as a course has decided them, and the goods that were sold on them."""
    discount_minor, redeemed_minor, revenue_minor, earned_points, redeemed_points = map(sum, receipts)
    touched = zip(receipts.discounts_minor, receipts.points_spent, receipts.points_earned, strict=True)
    figures.receipts += sold.receipts
    figures.touched += sum(map(any, touched))
    figures.amount_minor += sold.amount_minor
    figures.discount_minor += discount_minor
    figures.revenue_minor += revenue_minor
    figures.kept_minor += sold.kept_minor
    figures.costed_minor += sold.costed_minor
    figures.cost_minor += sold.cost_minor
    if sold.is_of_members:
        figures.of_members += sold.receipts
        figures.member_revenue_minor += revenue_minor
        figures.member_kept_minor += sold.kept_minor
        figures.member_costed_minor += sold.costed_minor
        figures.member_cost_minor += sold.cost_minor
        figures.earned_points += earned_points
        figures.redeemed_points += redeemed_points
        figures.redeemed_minor += redeemed_minor


def add_parts(figures: Figures, outcomes: Iterable[Outcome]) -> None:
    """Add what each rule and each promotion gave to receipts."""
    given: dict[str, list[int]] = defaultdict(list)
    for outcome in outcomes:
        for award in outcome.awards:
            given[award.rule].append(award.points)
        if outcome.discounts or outcome.gifts or outcome.referred:
            _add_promotions(figures, outcome)
    for rule, points in given.items():
        receipts, sum_ = figures.rules.get(rule, NOTHING)
        figures.rules[rule] = receipts + len(points), sum_ + sum(points)


def _add_promotions(figures: Figures, outcome: Outcome) -> None:
    promotions = figures.promotions
    for discount in outcome.discounts:
        name = discount.id if discount.source == "promotion" and discount.id else f":{discount.source}"
        receipts, sum_ = promotions.get(name, NOTHING)
        promotions[name] = receipts + 1, sum_ + discount.amount_minor
    for gift in outcome.gifts:
        figures.gifts += gift.count
        if gift.promotion is not None:
            receipts, sum_ = promotions.get(gift.promotion, NOTHING)
            promotions[gift.promotion] = receipts + 1, sum_ + gift.count
    if outcome.referred is not None and outcome.referred.counts:
        figures.for_friends_points += sum(outcome.referred.levels)


def add_movements(figures: Figures, moved: Moved) -> None:
    """Add what the journal, or a course of it, has moved."""
    figures.issued += moved["accrue", "issued"]
    figures.given += moved["adjust", "adjusted"]
    figures.spent += moved["redeem", "available"] - moved["restore", "spent"]
    figures.burned += _all(moved, "expire")
    figures.taken_back += _all(moved, "claw_back") - _all(moved, "grant_back")
    let_go = moved["forgive", "forgiven"] + 2 * moved["forfeit", "forgiven"]
    figures.taken += moved["adjust", "available"] + _all(moved, "forfeit") - let_go


def add_member(figures: Figures, page: Page) -> None:
    """Add what a member's points came to in a course, and where they stand at its end."""
    add_movements(figures, page.moved)
    figures.outstanding += outstanding(page.book)
    figures.missed += page.missed
    tier = page.standing.tier or ""
    figures.tiers[tier] = figures.tiers.get(tier, 0) + 1


def outstanding(book: Book) -> int:
    """Return the points in hand, what is owed off."""
    return book.pending + book.available + book.held - book.debt


def _all(moved: Moved, kind: str) -> int:
    return sum([points for (each, _), points in moved.items() if each == kind])
