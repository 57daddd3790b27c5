"""Each rule of advice on both sides of its thresholds: pure functions of figures."""

from uuid import UUID

import pytest
from msgspec import structs

from plushka.domain.insights.advice.model import RULES as NAMES
from plushka.domain.insights.advice.model import (
    Counter,
    Figures,
    Lost,
    RatedBranch,
    Rule,
    SoldBranch,
    Uncontrolled,
)
from plushka.domain.insights.advice.rules import RULES, advise

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def branch(branch_id: UUID, receipts: int, with_card: int, cashier: str = "") -> Counter:
    return Counter(f"№ {branch_id.int}", branch_id, receipts, with_card, cashier)


SAID: dict[Rule, Figures] = {
    "vip_asleep": Figures(vips=100, vips_asleep=10),
    "second_purchase": Figures(first_buyers=20, bought_once=10),
    "win_back": Figures(falling=20),
    "points_burning": Figures(burning_members=20, burning_points=5000),
    "birthdays": Figures(birthdays=10),
    # 40 % of receipts, elsewhere 50 %.
    "branch_penetration": Figures(branches=(branch(A, 200, 80), branch(B, 1000, 500))),
    # 35 % of receipts, by others of the same branch 50 %; those of another branch do not matter.
    "cashier_penetration": Figures(
        cashiers=(branch(A, 100, 35, "Зоя"), branch(A, 100, 50, "Ида"), branch(B, 100, 0, "Яна"))
    ),
    # 4.00 after 4.30.
    "branch_rating": Figures(rated=(RatedBranch("Арбат", A, 20, 80, 20, 86),)),
    # 15 % less revenue, of as much smaller a number of receipts.
    "branch_revenue": Figures(sold=(SoldBranch("Арбат", A, 170, 850, 200, 1000),)),
    # 5.00 a receipt after 5.27: 5.1 % less, and as much revenue.
    "average_receipt": Figures(sold=(SoldBranch("Арбат", A, 211, 1055, 200, 1054),)),
    "promotion_lost": Figures(lost=(Lost(A, "p1", "1+1", 100), Lost(A, "p2", "2+1", 200))),
    "no_control": Figures(uncontrolled=(Uncontrolled(A, "Возврат", is_journey=True),)),
    "unreachable": Figures(recent_buyers=50, unreachable=15),
    "liability": Figures(
        liability_points=1100, liability_points_before=1000, revenue_minor=1099, revenue_minor_before=1000
    ),
}
SILENT: list[tuple[Rule, dict[str, object]]] = [
    ("vip_asleep", {"vips_asleep": 9}),
    ("second_purchase", {"first_buyers": 19}),
    ("second_purchase", {"bought_once": 9}),
    ("second_purchase", {"brings_second": True}),
    ("win_back", {"falling": 19}),
    ("win_back", {"wins_back": True}),
    ("points_burning", {"burning_members": 19}),
    ("points_burning", {"warns_of_burning": True}),
    ("birthdays", {"birthdays": 9}),
    ("birthdays", {"greets": True}),
    ("branch_penetration", {"branches": (branch(A, 200, 82), branch(B, 1000, 500))}),
    ("branch_penetration", {"branches": (branch(A, 199, 10), branch(B, 1000, 500))}),
    ("branch_penetration", {"branches": (branch(A, 200, 0),)}),
    ("cashier_penetration", {"cashiers": (branch(A, 100, 36, "Зоя"), branch(A, 100, 50, "Ида"))}),
    ("cashier_penetration", {"cashiers": (branch(A, 99, 0, "Зоя"), branch(A, 100, 50, "Ида"))}),
    ("branch_rating", {"rated": (RatedBranch("Арбат", A, 20, 81, 20, 86),)}),
    ("branch_rating", {"rated": (RatedBranch("Арбат", A, 19, 19, 20, 86),)}),
    ("branch_rating", {"rated": (RatedBranch("Арбат", A, 20, 20, 19, 95),)}),
    ("branch_revenue", {"sold": (SoldBranch("Арбат", A, 170, 851, 200, 1000),)}),
    ("branch_revenue", {"sold": (SoldBranch("Арбат", A, 170, 850, 199, 1000),)}),
    # It is closed.
    ("branch_revenue", {"sold": (SoldBranch("Арбат", A, 0, 0, 200, 1000),)}),
    ("average_receipt", {"sold": (SoldBranch("Арбат", A, 200, 951, 200, 1000),)}),
    ("average_receipt", {"sold": (SoldBranch("Арбат", A, 199, 900, 200, 1000),)}),
    ("average_receipt", {"sold": (SoldBranch("Арбат", A, 300, 900, 199, 1000),)}),
    ("promotion_lost", {"lost": ()}),
    ("no_control", {"uncontrolled": ()}),
    ("unreachable", {"recent_buyers": 49}),
    ("unreachable", {"unreachable": 14}),
    ("liability", {"liability_points": 1099}),
    # Sales have grown as much.
    ("liability", {"revenue_minor": 1100}),
    ("liability", {"revenue_minor_before": 0}),
    ("liability", {"liability_points_before": 0}),
]


def test_every_rule_is_tried_here() -> None:
    assert set(SAID) == set(RULES) == set(NAMES)
    assert len(NAMES) >= 8


@pytest.mark.parametrize("rule", SAID)
def test_at_its_threshold_a_rule_speaks_and_no_other_does(rule: Rule) -> None:
    assert [advice.rule for advice in advise(SAID[rule])] == [rule]


@pytest.mark.parametrize(("rule", "changes"), SILENT)
def test_just_below_its_threshold_a_rule_is_silent(rule: Rule, changes: dict[str, object]) -> None:
    assert advise(structs.replace(SAID[rule], **changes)) == []


def test_no_figures_say_nothing() -> None:
    assert advise(Figures()) == []


def test_the_branch_that_is_furthest_behind_is_told_with_the_others_together() -> None:
    said = advise(Figures(branches=(branch(A, 200, 80), branch(B, 1000, 500), branch(C, 300, 30))))
    assert [each.subject for each in said] == [f"branch:{C}"]
    assert said[0].facts["others_receipts"] == 1200
    assert said[0].facts["others_with_card"] == 580


def test_the_branch_that_has_fallen_furthest_is_told_with_both_sums() -> None:
    sold = (SoldBranch("А", A, 199, 800, 200, 1000), SoldBranch("Б", B, 180, 700, 200, 1000))
    (said,) = [each for each in advise(Figures(sold=sold)) if each.rule == "branch_revenue"]
    assert said.subject == f"branch:{B}"
    assert said.facts == {"branch": "Б", "revenue_minor": 700, "revenue_minor_before": 1000}


def test_of_promotions_the_one_that_lost_most_is_told() -> None:
    said = advise(SAID["promotion_lost"])
    assert said[0].facts == {"name": "2+1", "lost_minor": 200}


def test_what_loses_money_comes_before_what_is_merely_not_seen() -> None:
    both = structs.replace(SAID["no_control"], lost=SAID["promotion_lost"].lost)
    assert [advice.rule for advice in advise(both)] == ["promotion_lost", "no_control"]
