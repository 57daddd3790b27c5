"""Every mechanic that a purchase can meet, once each, and a receipt that all of them have something to do with."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct, structs

from plushka.engine.conditions import Category, Coupon
from plushka.engine.price_effects import (
    AmountOff,
    Combo,
    ComboPart,
    PercentOff,
    PriceEffect,
    RaisedShare,
    Sets,
    UnitPrice,
)
from plushka.engine.program import (
    Band,
    Budget,
    EarningCaps,
    EarningRule,
    Effect,
    Fixed,
    Ladder,
    Multiplied,
    Percent,
    PointsReward,
    Program,
    Promotion,
    Redemption,
    RedemptionLimits,
    Referral,
    Requirement,
    StampCard,
    TierRule,
    Tiers,
)
from plushka.engine.purchase import Basket, CardState, Invited, Line, Look, Lot, Member, Place
from plushka.engine.referral_parts import BaseShare
from plushka.engine.stamp_parts import Gift, Spend, Units, Visits

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
COUPON = Coupon(("spring",))
DRINKS = Category(("drinks",))


@dataclass(frozen=True)
class Mechanic:
    """What a programme and its member have of one kind."""

    name: str
    part: Promotion | EarningRule | StampCard | Referral | None = None
    tier_discount_bp: int = 0
    personal_discount_bp: int = 0


def _promotion(
    name: str, effect: PriceEffect, *, lines: Category | None = None, when: Coupon | None = None
) -> Mechanic:
    return Mechanic(name, Promotion(name, name, effect, lines=lines, when=when))


def _rule(
    name: str, effect: Effect, *, lines: Category | None = None, when: Coupon | None = None
) -> Mechanic:
    return Mechanic(name, EarningRule(name, name, effect, lines=lines, when=when, policy="stack"))


MECHANICS = (
    _promotion("percent off", PercentOff(10_00)),
    _promotion("percent off the cheapest", PercentOff(50_00, "cheapest")),
    _promotion("amount off", AmountOff(100_01)),
    _promotion("amount off units", AmountOff(33_00, "unit"), lines=DRINKS),
    _promotion("unit price", UnitPrice(111_00), lines=DRINKS),
    _promotion("sets", Sets(3)),
    _promotion("combo price", Combo((ComboPart(DRINKS), ComboPart(Category(("bakery",)))), 199_99)),
    _promotion("buy and get", Combo((ComboPart(DRINKS), ComboPart(Category(("bakery",)), rate_bp=100_00)))),
    _promotion("gift", Gift("cake", 30)),
    _promotion("raised share", RaisedShare(90_00)),
    _promotion("coupon", PercentOff(7_77), when=COUPON),
    _rule("percent", Percent(333)),
    _rule("for a visit", Fixed(50)),
    _rule("for lines", Fixed(7, "line"), lines=DRINKS),
    _rule("for units", Fixed(3, "unit")),
    _rule("ladder", Ladder((Band(0, 100), Band(500_00, 500)))),
    _rule("ladder by slices", Ladder((Band(0, 100), Band(500_00, 1000)), marginal=True)),
    _rule("multiplied", Multiplied(250_00), lines=DRINKS),
    _rule("coupon points", Fixed(40), when=COUPON),
    Mechanic("visits", StampCard("visits", "visits", 3, PointsReward(99), counts=Visits(once_a_day=False))),
    Mechanic("units", StampCard("units", "units", 3, Gift("cake"), counts=Units(), lines=DRINKS)),
    Mechanic("goal", StampCard("goal", "goal", 700_00, PointsReward(55), counts=Spend())),
    Mechanic("referral", Referral((BaseShare(10_00), BaseShare(2_00)))),
    Mechanic("tier discount", tier_discount_bp=5_00),
    Mechanic("personal discount", personal_discount_bp=8_00),
)


class Circumstance(Struct, frozen=True):
    """``is_capped``: with caps, floors, budgets, and promotions that exclude each other; ``spends``: with points."""

    name: str
    is_capped: bool = False
    spends: bool = False


CIRCUMSTANCES = (
    Circumstance("plain"),
    Circumstance("capped", is_capped=True),
    Circumstance("points spent", spends=True),
    Circumstance("capped, points spent", is_capped=True, spends=True),
)


def program_of(one: Mechanic, two: Mechanic, circumstance: Circumstance) -> Program:
    """Return a programme of 5 % cashback and both mechanics; of the same one twice, the second has an id of its own."""
    parts = [
        _bounded(part) if circumstance.is_capped else _added(part)
        for part in (one.part, _again(two.part) if one is two else two.part)
    ]
    referral = next((part for part in parts if isinstance(part, Referral)), None)
    discount_bp = max(one.tier_discount_bp, two.tier_discount_bp)
    return Program(
        name="both",
        currency="RUB",
        earning=(
            EarningRule("cashback", "Cashback", Percent(500)),
            *(part for part in parts if isinstance(part, EarningRule)),
        ),
        redemption=Redemption(RedemptionLimits(receipt_share_bp=30_00)),
        tiers=Tiers(
            (
                TierRule("first", "First", discount_bp=discount_bp),
                TierRule("second", "Second", (Requirement("spend", 600_00),)),
            ),
            upgrade_counts_now=True,
        ),
        caps=EarningCaps(per_receipt=60) if circumstance.is_capped else EarningCaps(),
        promotions=tuple(part for part in parts if isinstance(part, Promotion)),
        cards=tuple(part for part in parts if isinstance(part, StampCard)),
        referral=referral,
    )


Part = Promotion | EarningRule | StampCard | Referral | None


def _again(part: Part) -> Part:
    return (
        part if part is None or isinstance(part, Referral) else structs.replace(part, id=f"{part.id} again")
    )


def _added(part: Part) -> Part:
    return structs.replace(part, policy="stack") if isinstance(part, Promotion) else part


def _bounded(part: Part) -> Part:
    match part:
        case Promotion(effect=RaisedShare()):
            return part
        case Promotion(effect=Gift()):
            return structs.replace(part, budgets=(Budget("uses", 9),))
        case Promotion():
            budgets = (Budget("amount", 80_00), Budget("uses", 9))
            return structs.replace(part, cap_minor=90_00, floor_bp=70_00, budgets=budgets)
        case EarningRule():
            return structs.replace(part, caps=EarningCaps(per_receipt=21, per_day=30))
        case _:
            return part


def sale_of(
    program: Program, two: tuple[Mechanic, Mechanic], circumstance: Circumstance
) -> tuple[Member, Basket]:
    """Return a member whose cards lack little, and whole pieces, weighed goods, a delivery and a certificate."""
    lots = (
        Lot(UUID(int=1), 100, AT.replace(month=1), AT.replace(month=5)),
        Lot(UUID(int=2), 150, AT.replace(month=2), receipt_share_bp=10_00),
        Lot(UUID(int=3), 250, AT.replace(month=2)),
    )
    member = Member(
        available=500,
        lots=lots,
        personal_discount_bp=max(each.personal_discount_bp for each in two),
        purchases=4,
        rule_points={rule.id: (12, 40) for rule in program.earning if rule.caps.per_day is not None},
        cards={card.id: CardState(have=2) for card in program.cards},
        invited=Invited(levels=2) if program.referral else None,
    )
    basket = Basket(
        lines=(
            Line("latte", 2000, 500_00, Look(("drinks",))),
            Line("croissant", 1000, 180_05, Look(("bakery",))),
            Line("tea", 1000, 120_00, Look(("drinks",))),
            Line("beans", 750, 333_33, Look(("coffee",))),
            Line("delivery", 1000, 150_00, Look((), kind="delivery")),
        ),
        place=Place("main", "Europe/Moscow"),
        redeem="max" if circumstance.spends else 0,
        budgets_used={
            each.id: tuple(15_00 if budget.of == "amount" else 1 for budget in each.budgets)
            for each in program.promotions
            if each.budgets
        },
        coupons=COUPON.ids,
    )
    return member, basket
