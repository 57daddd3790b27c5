"""The table of docs/algorithms/mechanics.md: ``python -m tests.engine.mechanics_table`` writes it, a test compares it.

What happens is said by hand, what it comes to is what the engine decides of two mechanics and nothing else.
"""

from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from pathlib import Path
from uuid import UUID

from msgspec import structs
from tests.engine.mechanics import AT

from plushka.engine.conditions import ReceiptAmount
from plushka.engine.evaluate import evaluate
from plushka.engine.price_effects import AmountOff, PercentOff, RaisedShare
from plushka.engine.program import (
    EarningRule,
    Fixed,
    Multiplied,
    Percent,
    PointsReward,
    Program,
    Promotion,
    Redemption,
    RedemptionLimits,
    Referral,
    StampCard,
    TierRule,
    Tiers,
)
from plushka.engine.purchase import Basket, CardState, Invited, Line, Lot, Member, Place
from plushka.engine.referral_parts import BaseShare
from plushka.engine.stamp_parts import Gift, Visits
from plushka.engine.version import compile_version

DOCUMENT = Path(__file__).parents[2] / "docs" / "algorithms" / "mechanics.md"
BEGIN, END = "<!-- the table: python -m tests.engine.mechanics_table -->", "<!-- the end of the table -->"


@dataclass(frozen=True)
class Kind:
    """A mechanic of the table; ``group`` is how it meets others: what is said of one price is said of all."""

    name: str
    group: str
    promotions: tuple[Promotion, ...] = ()
    rules: tuple[EarningRule, ...] = ()
    cards: tuple[StampCard, ...] = ()
    tier_bp: int = 0
    personal_bp: int = 0
    brings: bool = False
    spends: bool = False
    certificate_minor: int = 0
    again: "Kind | None" = field(default=None, compare=False)
    """What it meets where it meets its own kind."""


def _promotion(promotion_id: str, percent: int) -> Promotion:
    return Promotion(promotion_id, promotion_id, PercentOff(percent * 100))


def _rule(rule_id: str, rule: EarningRule | None = None) -> tuple[EarningRule, ...]:
    return (structs.replace(rule, id=rule_id),) if rule else ()


_CASHBACK = EarningRule("cashback", "Cashback", Percent(500))
_EXTRA = EarningRule("extra", "Extra", Fixed(20), policy="stack")
_DOUBLE = EarningRule("double", "Double", Multiplied(200_00))
_CARD = StampCard("card", "Card", 3, PointsReward(50), counts=Visits(once_a_day=False))
_COUPON = Promotion("coupon", "Coupon", AmountOff(100_00), policy="stack")

KINDS = (
    Kind("tier's discount, 5 %", "discount", tier_bp=500),
    Kind("personal discount, 8 %", "discount", personal_bp=800),
    Kind(
        "promotion, 10 % off",
        "promotion",
        promotions=(_promotion("promotion", 10),),
        again=Kind("promotion, 15 % off", "promotion", promotions=(_promotion("other", 15),)),
    ),
    Kind(
        "coupon, 100 off",
        "coupon",
        promotions=(_COUPON,),
        again=Kind("coupon, 100 off", "coupon", promotions=(structs.replace(_COUPON, id="other"),)),
    ),
    Kind(
        "raised share, 90 %",
        "raised",
        promotions=(Promotion("raised", "Raised", RaisedShare(90_00)),),
        spends=True,
    ),
    Kind("points spent, at most 30 %", "spent", spends=True),
    Kind(
        "cashback, 5 %",
        "cashback",
        rules=(_CASHBACK,),
        again=Kind(
            "cashback, 7 %", "cashback", rules=(structs.replace(_CASHBACK, id="other", effect=Percent(700)),)
        ),
    ),
    Kind("extra points, 20", "extra", rules=(_EXTRA,), again=Kind("", "extra", rules=_rule("other", _EXTRA))),
    Kind(
        "×2 of a cashback of 5 %",
        "multiplier",
        rules=(_CASHBACK, _DOUBLE),
        again=Kind(
            "×3", "multiplier", rules=(structs.replace(_DOUBLE, id="triple", effect=Multiplied(300_00)),)
        ),
    ),
    Kind(
        "full stamp card, 50 points",
        "card",
        cards=(_CARD,),
        again=Kind("", "card", cards=(structs.replace(_CARD, id="other"),)),
    ),
    Kind(
        "gift from 500",
        "gift",
        promotions=(Promotion("gift", "Gift", Gift("cake", 30), when=ReceiptAmount(min_minor=500_00)),),
    ),
    Kind("friend of a member, 10 %", "friend", brings=True),
    Kind("certificate, 400", "certificate", certificate_minor=400_00),
)
_LEFT = "of the price that is left"
SAID = {
    ("discount", "discount"): "Only the larger applies.",
    ("discount", "promotion"): "The promotion takes its share of the price that the discount left.",
    ("discount", "coupon"): "The coupon takes off the price that the discount left.",
    (
        "promotion",
        "promotion",
    ): "Of one group: a line gets the one that takes off more. `stack` adds.",
    ("promotion", "coupon"): "The promotion first, then the coupon, unless one excludes the other.",
    ("coupon", "coupon"): "As two promotions: here they stack.",
    ("discount", "raised"): f"Points pay up to the raised share {_LEFT}.",
    ("promotion", "raised"): f"Points pay up to the raised share {_LEFT}.",
    ("coupon", "raised"): f"Points pay up to the raised share {_LEFT}.",
    ("raised", "raised"): "The larger share counts.",
    ("discount", "spent"): f"Points pay their share {_LEFT}.",
    ("promotion", "spent"): f"Points pay their share {_LEFT}.",
    ("coupon", "spent"): f"Points pay their share {_LEFT}.",
    ("raised", "spent"): "The raised share takes the place of the programme's.",
    ("discount", "cashback"): f"A share {_LEFT} is earned.",
    ("promotion", "cashback"): f"A share {_LEFT} is earned.",
    ("coupon", "cashback"): f"A share {_LEFT} is earned.",
    (
        "raised",
        "cashback",
    ): "Earned is a share of what points left to pay; nothing with `earn_when_redeeming` off.",
    (
        "spent",
        "cashback",
    ): "Earned is a share of what points left to pay; nothing with `earn_when_redeeming` off.",
    ("cashback", "cashback"): "Of one group: a line gets the one that gives more. `stack` adds.",
    ("discount", "extra"): "Fixed points are the same at any price.",
    ("promotion", "extra"): "Fixed points are the same at any price.",
    ("coupon", "extra"): "Fixed points are the same at any price.",
    ("raised", "extra"): "Fixed points are the same however it is paid.",
    ("spent", "extra"): "Fixed points are the same however it is paid.",
    ("cashback", "extra"): "Both are given.",
    ("extra", "extra"): "Both are given, since they stack.",
    ("discount", "multiplier"): "What is earned on the money that is left is multiplied.",
    ("promotion", "multiplier"): "What is earned on the money that is left is multiplied.",
    ("coupon", "multiplier"): "What is earned on the money that is left is multiplied.",
    ("raised", "multiplier"): "What is earned on the money that is left is multiplied.",
    ("spent", "multiplier"): "What is earned on the money that is left is multiplied.",
    ("cashback", "multiplier"): "As many points again.",
    ("extra", "multiplier"): "Both are multiplied: the points that lie on its lines.",
    ("multiplier", "multiplier"): "The larger one on a line; `stack` adds. None multiplies another.",
    ("discount", "card"): "A visit is a visit; a goal counts the price that is left.",
    ("promotion", "card"): "A visit is a visit; a goal counts the price that is left.",
    ("coupon", "card"): "A visit is a visit; a goal counts the price that is left.",
    ("raised", "card"): "A visit is a visit; a goal counts the money that points left to pay.",
    ("spent", "card"): "A visit is a visit; a goal counts the money that points left to pay.",
    ("cashback", "card"): "Both are given; caps on earning do not cut a card's reward.",
    ("extra", "card"): "Both are given; caps on earning do not cut a card's reward.",
    ("multiplier", "card"): "A card's reward is never multiplied.",
    ("card", "card"): "Each gets its own stamp.",
    ("discount", "friend"): f"Who brought the friend gets a share {_LEFT}.",
    ("promotion", "friend"): f"Who brought the friend gets a share {_LEFT}.",
    ("coupon", "friend"): f"Who brought the friend gets a share {_LEFT}.",
    ("raised", "friend"): "Who brought the friend gets a share of what points left to pay.",
    ("spent", "friend"): "Who brought the friend gets a share of what points left to pay.",
    ("cashback", "friend"): "Each of the two gets their own.",
    ("extra", "friend"): "Each of the two gets their own.",
    ("multiplier", "friend"): "What a friend's purchase gives is not multiplied.",
    ("card", "friend"): "Each of the two gets their own.",
    ("discount", "certificate"): f"The certificate pays {_LEFT}.",
    ("promotion", "certificate"): f"The certificate pays {_LEFT}.",
    ("coupon", "certificate"): f"The certificate pays {_LEFT}.",
    ("raised", "certificate"): "Points first; the certificate pays of the rest.",
    ("spent", "certificate"): "Points first; the certificate pays of the rest.",
    ("cashback", "certificate"): "A certificate is money: as much is earned.",
    ("extra", "certificate"): "A certificate is money: as much is earned.",
    ("multiplier", "certificate"): "A certificate is money: nothing changes.",
    ("card", "certificate"): "A certificate is money: the visit has its stamp.",
    ("friend", "certificate"): "A certificate is money: as much is given.",
    ("certificate", "certificate"): "In the order given, each what is on it.",
}

for _group in ("discount", "promotion", "coupon", "raised", "spent"):
    SAID[_group, "gift"] = (
        "The gift lowers no price; its threshold sees prices after discounts, before points."
    )
for _group in ("cashback", "extra", "multiplier", "card"):
    SAID[_group, "gift"] = "The gift is given beside, and changes no points."
SAID["gift", "friend"] = "Each of the two gets their own."
SAID["gift", "certificate"] = "A certificate is money: the gift is given."


def lines() -> list[str]:
    """Return the table."""
    rows = ["| One | Another | What happens | Money to pay | Points |", "|---|---|---|---:|---:|"]
    for one, two in combinations_with_replacement(KINDS, 2):
        said = SAID.get((one.group, two.group))
        if said is None or (one is two and one.again is None and one.group != "certificate"):
            continue
        other = (one.again or one) if one is two else two
        pays_minor, points = _comes_to(one, other)
        rows.append(f"| {one.name} | {other.name or one.name} | {said} | {pays_minor / 100:.2f} | {points} |")
    return rows


def _comes_to(one: Kind, two: Kind) -> tuple[int, str]:
    both = (one, two)
    brings = any(each.brings for each in both)
    cards = one.cards + two.cards
    program = Program(
        "two",
        "RUB",
        earning=tuple({rule.id: rule for rule in one.rules + two.rules}.values()),
        redemption=Redemption(RedemptionLimits(receipt_share_bp=30_00)),
        tiers=Tiers((TierRule("first", "First", discount_bp=max(each.tier_bp for each in both)),)),
        promotions=one.promotions + two.promotions,
        cards=cards,
        referral=Referral((BaseShare(10_00),)) if brings else None,
    )
    member = Member(
        available=2_000,
        lots=(Lot(UUID(int=1), 2_000, AT),),
        purchases=5,
        personal_discount_bp=max(each.personal_bp for each in both),
        cards={card.id: CardState(have=2) for card in cards},
        invited=Invited(levels=1) if brings else None,
    )
    basket = Basket(
        (Line("tea", 1000, 600_00), Line("cake", 1000, 400_00)),
        Place("main", "Europe/Moscow"),
        redeem="max" if any(each.spends for each in both) else 0,
    )
    outcome = evaluate(compile_version(UUID(int=1), program), member, basket, AT)
    tendered = min(outcome.payable_minor, sum(each.certificate_minor for each in both))
    points = f"{outcome.earned_points}"
    if outcome.referred:
        points += f" + {outcome.referred.levels[0]} for who brought"
    return outcome.payable_minor - tendered, points


def main() -> None:
    """Write the table into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    table = "\n".join(lines())
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
