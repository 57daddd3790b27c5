"""Programmes, members and baskets for the laws of the engine: small numbers, many edges."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st
from msgspec.structs import replace

from plushka.engine import conditions as c
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
    PointUnit,
    Program,
    Promotion,
    Redemption,
    RedemptionLimits,
    Referral,
    Requirement,
    Rolling,
    StampCard,
    TierRule,
    Tiers,
)
from plushka.engine.promotion_plans import coupons_of
from plushka.engine.purchase import Basket, CardState, Invited, Line, Look, Lot, Member, Place, Totals
from plushka.engine.referral_parts import BaseShare, FixedReward
from plushka.engine.stamp_parts import (
    Always,
    Counted,
    FromFirst,
    FromLast,
    Gift,
    Lasts,
    OwnCoupon,
    Spend,
    Units,
    Visits,
    Within,
)
from plushka.engine.version import Version, compile_version

PRODUCTS = ("bread", "milk", "wine", "cigars")
CATEGORIES = {
    "bread": ("bakery", "food"),
    "milk": ("dairy", "food"),
    "wine": ("alcohol",),
    "cigars": ("tobacco",),
}
TIERS = ("bronze", "silver", "gold")
PLACE = Place("main", "Europe/Moscow")
MONDAY_NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)

rates_bp = st.integers(0, 3000)
amounts_minor = st.one_of(st.integers(0, 50), st.integers(0, 5_000), st.just(100_000))

line_conditions: st.SearchStrategy[c.Condition] = st.recursive(
    st.one_of(
        st.sampled_from(PRODUCTS).map(lambda product: c.Product((product,))),
        st.sampled_from(("bakery", "food", "alcohol")).map(lambda category: c.Category((category,))),
        st.just(c.Brand(("own",))),
    ),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda of: c.All(tuple(of))),
        st.lists(parts, min_size=1, max_size=3).map(lambda of: c.Any(tuple(of))),
        parts.map(c.Not),
    ),
    max_leaves=4,
)

receipt_conditions: st.SearchStrategy[c.Condition] = st.recursive(
    st.one_of(
        st.builds(c.ReceiptAmount, st.integers(0, 6_000), st.none(), st.booleans()),
        st.builds(c.ReceiptAmount, st.just(0), st.integers(0, 6_000), st.just(value=True), st.booleans()),
        st.sampled_from(TIERS).map(lambda tier: c.Tier((tier,))),
        st.just(c.FirstPurchase()),
        st.integers(1, 40).map(c.RepeatWithin),
        st.builds(c.HasLines, line_conditions, st.integers(1, 3000), st.integers(0, 3000)),
        st.sampled_from(
            (
                c.Coupon(("spring",)),
                c.Tag(("vip",)),
                c.Segment(("loyal",)),
                c.Channel(("online",)),
                c.Branch(("main",)),
            )
        ),
        st.sampled_from(
            (
                c.Weekday((1,)),
                c.Weekday((6, 7)),
                c.TimeWindow("22:00", "13:00"),
                c.TimeWindow("12:01", "13:00"),
            )
        ),
        st.builds(c.Birthday, st.integers(0, 30), st.integers(0, 30)),
        st.just(c.Period(date(2026, 3, 2), date(2026, 3, 2))),
    ),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda of: c.All(tuple(of))),
        st.lists(parts, min_size=1, max_size=3).map(lambda of: c.Any(tuple(of))),
        parts.map(c.Not),
    ),
    max_leaves=4,
)

ladders: st.SearchStrategy[Effect] = st.builds(
    lambda bars, rates, included, marginal, per_day: Ladder(
        tuple(Band(*band) for band in zip(sorted(bars), rates, included, strict=True)), marginal, per_day
    ),
    st.lists(st.integers(0, 8_000), min_size=3, max_size=3, unique=True),
    st.lists(rates_bp, min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.booleans(),
    st.booleans(),
)
percents: st.SearchStrategy[Effect] = st.builds(
    Percent, rates_bp, st.dictionaries(st.sampled_from(TIERS), rates_bp)
)
fixed: st.SearchStrategy[Effect] = st.builds(
    Fixed, st.integers(1, 200), st.sampled_from(("receipt", "line", "unit"))
)
caps = st.builds(EarningCaps, *(st.one_of(st.none(), st.integers(0, 300)) for _ in range(3)))
multipliers: st.SearchStrategy[Effect] = st.builds(
    Multiplied, st.sampled_from((100_01, 150_00, 200_00, 333_33))
)
all_effects = st.one_of(percents, percents, ladders, fixed, multipliers)
no_caps = st.just(EarningCaps())


def rules(effects: st.SearchStrategy[Effect]) -> st.SearchStrategy[tuple[EarningRule, ...]]:
    """Make up to six rules, with ids in their order."""
    one = st.builds(
        EarningRule,
        id=st.just("x"),
        name=st.just("x"),
        effect=effects,
        when=st.one_of(st.none(), st.none(), receipt_conditions),
        lines=st.one_of(st.none(), line_conditions),
        group=st.sampled_from(("base", "extra")),
        policy=st.sampled_from(("best_in_group", "best_in_group", "stack", "exclusive")),
        priority=st.integers(0, 2),
        caps=st.one_of(no_caps, caps),
    )
    return st.lists(one, max_size=6).map(
        lambda made: tuple(
            EarningRule(**{**{f: getattr(rule, f) for f in rule.__struct_fields__}, "id": f"r{index}"})
            for index, rule in enumerate(made)
        )
    )


rates_off_bp = st.one_of(st.integers(1, 100_00), st.just(100_00))
price_effects: st.SearchStrategy[PriceEffect] = st.one_of(
    st.builds(PercentOff, rates_off_bp, st.sampled_from(("lines", "cheapest", "dearest"))),
    st.builds(AmountOff, st.integers(1, 3_000), st.sampled_from(("receipt", "unit"))),
    st.builds(UnitPrice, st.integers(0, 2_000)),
    st.integers(2, 4).flatmap(
        lambda units: st.builds(
            Sets,
            st.just(units),
            st.integers(1, units - 1),
            rates_off_bp,
            st.sampled_from(("cheapest", "in_each_set")),
            st.sampled_from((1, 2, 100)),
        )
    ),
    st.builds(
        Combo,
        st.lists(
            st.builds(
                ComboPart,
                st.one_of(st.none(), line_conditions),
                st.integers(1, 2),
                st.one_of(st.just(0), rates_off_bp),
            ),
            min_size=2,
            max_size=3,
        ).map(tuple),
        st.one_of(st.none(), st.integers(0, 3_000)),
        st.sampled_from((1, 100)),
    ),
    st.builds(RaisedShare, rates_off_bp),
    st.builds(Gift, st.just("gift"), st.one_of(st.none(), st.integers(1, 30))),
)
budgets = st.builds(
    Budget,
    st.sampled_from(("uses", "amount")),
    st.integers(1, 2_000),
    st.sampled_from(("promotion", "member", "branch")),
    st.sampled_from(("always", "day", "month", "year")),
)


def _fitting(promotion: Promotion) -> tuple[Budget, ...]:
    match promotion.effect:
        case RaisedShare():
            return ()
        case Gift():
            return tuple(budget for budget in promotion.budgets if budget.of == "uses")
        case _:
            return promotion.budgets


DAYS = (None, date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3))


def promotions() -> st.SearchStrategy[tuple[Promotion, ...]]:
    """Make up to five promotions, with ids in their order."""
    one = st.builds(
        Promotion,
        id=st.just("x"),
        name=st.just("x"),
        effect=price_effects,
        when=st.one_of(st.none(), st.none(), receipt_conditions),
        lines=st.one_of(st.none(), line_conditions),
        first_on=st.sampled_from(DAYS),
        last_on=st.sampled_from((None, None, *DAYS)),
        group=st.sampled_from(("promotions", "extra")),
        policy=st.sampled_from(("best_in_group", "best_in_group", "stack", "exclusive")),
        priority=st.integers(0, 1),
        base=st.sampled_from(("current", "original")),
        cap_minor=st.one_of(st.none(), st.integers(1, 2_000)),
        floor_bp=st.sampled_from((0, 0, 3333, 100_00)),
        is_paused=st.sampled_from((False, False, False, True)),
        for_anonymous=st.booleans(),
        budgets=st.one_of(st.just(()), st.lists(budgets, max_size=2).map(tuple)),
        control_bp=st.sampled_from((0, 0, 50_00)),
    )
    return st.lists(one, max_size=5).map(
        lambda made: tuple(
            replace(
                promotion,
                id=f"p{index}",
                lines=None if isinstance(promotion.effect, Combo | RaisedShare) else promotion.lines,
                budgets=_fitting(promotion),
                for_anonymous=promotion.for_anonymous and not isinstance(promotion.effect, Gift),
                control_bp=0
                if promotion.for_anonymous or coupons_of(promotion.when)
                else promotion.control_bp,
            )
            for index, promotion in enumerate(made)
        )
    )


counted: st.SearchStrategy[Counted] = st.one_of(
    st.builds(Visits, st.booleans()), st.just(Units()), st.just(Spend())
)
lasting: st.SearchStrategy[Lasts] = st.one_of(
    st.just(Always()),
    st.integers(1, 9).map(FromFirst),
    st.integers(1, 9).map(FromLast),
    st.builds(Within, st.sampled_from(("month", "quarter", "half_year", "year"))),
)


def cards() -> st.SearchStrategy[tuple[StampCard, ...]]:
    """Make up to three stamp cards, with ids in their order."""
    one = st.builds(
        StampCard,
        id=st.just("x"),
        name=st.just("x"),
        needed=st.one_of(st.integers(1, 6), st.integers(1, 5_000)),
        reward=st.one_of(
            st.builds(PointsReward, st.integers(1, 200)),
            st.builds(Gift, st.just("cake"), st.sampled_from((None, 1, 30))),
            st.just(OwnCoupon("spring")),
        ),
        counts=counted,
        when=st.one_of(st.none(), st.none(), receipt_conditions),
        lines=st.one_of(st.none(), line_conditions),
        lasts=lasting,
        carries_over=st.booleans(),
        is_paused=st.sampled_from((False, False, False, True)),
    )
    return st.lists(one, max_size=3).map(
        lambda made: tuple(replace(card, id=f"c{index}") for index, card in enumerate(made))
    )


referrals = st.builds(
    Referral,
    levels=st.lists(
        st.one_of(st.builds(BaseShare, st.integers(1, 3333)), st.builds(FixedReward, st.integers(1, 200))),
        min_size=1,
        max_size=3,
    ).map(tuple),
    purchases_max=st.one_of(st.none(), st.integers(1, 3)),
    paid_min_minor=st.sampled_from((0, 0, 1_000)),
    when=st.one_of(st.none(), st.none(), receipt_conditions),
    lines=st.one_of(st.none(), line_conditions),
    friend=st.one_of(st.none(), st.builds(PointsReward, st.integers(1, 200))),
)
limits = st.builds(
    RedemptionLimits,
    receipt_share_bp=st.one_of(st.just(100_00), st.integers(0, 9999)),
    receipt_min_minor=st.sampled_from((0, 0, 2_000)),
    points_min=st.sampled_from((0, 0, 50)),
    balance_residual_min=st.sampled_from((0, 0, 30)),
)
tiers = st.builds(
    lambda discounts, bars, counts_now: Tiers(
        (
            TierRule("bronze", "Bronze", discount_bp=discounts[0]),
            TierRule(
                "silver", "Silver", (Requirement("spend", bars[0], Rolling(365)),), discount_bp=discounts[1]
            ),
            TierRule("gold", "Gold", (Requirement("points_earned", bars[1]),), discount_bp=discounts[2]),
        ),
        upgrade_counts_now=counts_now,
    ),
    st.lists(st.one_of(st.just(0), rates_bp), min_size=3, max_size=3),
    st.lists(st.integers(1, 5_000), min_size=2, max_size=2),
    st.booleans(),
)


def programs(effects: st.SearchStrategy[Effect] = all_effects) -> st.SearchStrategy[Program]:
    """Make sound programmes."""
    return st.builds(
        Program,
        name=st.just("p"),
        currency=st.just("RUB"),
        point=st.builds(PointUnit, st.sampled_from((1, 7, 100, 150)), st.sampled_from((0, 2))),
        earning=rules(effects),
        redemption=st.one_of(
            st.none(), st.builds(Redemption, limits, excluded=st.one_of(st.none(), line_conditions))
        ),
        tiers=st.one_of(st.none(), tiers),
        excluded=st.one_of(st.none(), st.just(c.Product(("cigars",)))),
        delivery_takes_part=st.booleans(),
        caps=st.one_of(no_caps, caps),
        rounding=st.sampled_from(("floor", "half_up", "ceil")),
        earn_when_redeeming=st.booleans(),
        promotions=st.one_of(st.just(()), promotions()),
        cards=st.one_of(st.just(()), cards()),
        referral=st.one_of(st.none(), referrals),
    )


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Make a line of a few products, so that lines meet the same rules."""
    product = draw(st.sampled_from(PRODUCTS))
    return Line(
        product=product,
        quantity_milli=draw(
            st.one_of(st.integers(1, 3).map(lambda pieces: pieces * 1000), st.integers(1, 5_000))
        ),
        amount_minor=draw(amounts_minor),
        look=Look(
            categories=CATEGORIES[product],
            brand=draw(st.sampled_from((None, "own"))),
            kind=draw(st.sampled_from(("goods", "goods", "goods", "goods", "delivery", "certificate"))),
        ),
    )


@st.composite
def card_states(draw: st.DrawFn, card: StampCard) -> CardState:
    """Make a card that is not full, perhaps burnt by the day of the purchase."""
    have = draw(st.integers(0, card.needed - 1))
    day = draw(st.dates(date(2026, 1, 20), date(2026, 3, 5)))
    return CardState(
        have=have,
        first_on=day if have else None,
        last_on=day if have else None,
        ends_on=draw(st.sampled_from((None, date(2026, 3, 1), date(2026, 3, 4)))) if have else None,
        due=draw(st.integers(-2, 2)),
        is_day_stamped=draw(st.booleans()),
    )


@st.composite
def members(draw: st.DrawFn, version: Version) -> Member:
    """Make a member with up to four lots, some with a share of their own, some dead."""
    lots = tuple(
        Lot(
            id=UUID(int=order),
            available=draw(st.integers(0, 3_000)),
            earned_at=MONDAY_NOON - timedelta(days=draw(st.integers(0, 3))),
            expires_at=draw(
                st.one_of(st.none(), st.integers(-1, 3).map(lambda days: MONDAY_NOON + timedelta(days=days)))
            ),
            receipt_share_bp=draw(st.one_of(st.none(), st.integers(1, 100_00))),
            priority=draw(st.integers(0, 1)),
        )
        for order in range(draw(st.integers(0, 4)))
    )
    return Member(
        available=sum(lot.available for lot in lots),
        debt=draw(st.sampled_from((0, 0, 0, 5))),
        lots=lots,
        tier=draw(st.sampled_from((None, *TIERS))),
        personal_discount_bp=draw(st.sampled_from((0, 0, 333, 2000))),
        tags=draw(st.sampled_from(((), ("vip",)))),
        segments=draw(st.sampled_from(((), ("loyal",)))),
        birthday=draw(st.sampled_from((None, date(2000, 2, 29), date(1990, 3, 10), date(1990, 12, 31)))),
        purchases=draw(st.integers(0, 2)),
        last_purchase_on=draw(st.one_of(st.none(), st.dates(date(2026, 1, 20), date(2026, 3, 5)))),
        totals=tuple(
            Totals(draw(st.integers(0, 6_000)), draw(st.integers(0, 9)), draw(st.integers(0, 400)))
            for _ in version.windows
        ),
        rule_points={
            rule: (draw(st.integers(0, 100)), draw(st.integers(0, 300))) for rule in version.capped_rules
        },
        cards={card.id: draw(card_states(card)) for card in version.program.cards if draw(st.booleans())},
        invited=draw(
            st.one_of(st.none(), st.builds(Invited, st.integers(0, 3), st.integers(0, 3), st.booleans()))
        ),
        id=UUID(int=draw(st.integers(0, 7))),
    )


@st.composite
def sales(draw: st.DrawFn) -> tuple[Version, Member, Basket, datetime]:
    """Make a purchase: a compiled programme, a member, a basket, a moment."""
    version = compile_version(UUID(int=1), draw(PROGRAMS))
    basket = Basket(
        lines=tuple(draw(st.lists(lines(), min_size=1, max_size=6))),
        place=PLACE,
        channel=draw(st.sampled_from(("till", "online"))),
        budgets_used={
            promotion.id: tuple(draw(st.sampled_from((0, 0, 1, 1_000, 3_000))) for _ in promotion.budgets)
            for promotion in version.program.promotions
            if promotion.budgets and draw(st.sampled_from((True, True, True, False)))
        },
        coupons=draw(st.sampled_from(((), ("spring",), ("autumn",)))),
        redeem=draw(st.one_of(st.just("max"), st.just(0), st.integers(0, 4_000))),
    )
    at = MONDAY_NOON + draw(
        st.sampled_from((timedelta(0), timedelta(hours=1), timedelta(hours=14), timedelta(days=5)))
    )
    return version, draw(members(version)), basket, at


PROGRAMS = programs()
