"""What the grocery chain runs of its own: prices are lowered from the day after its loaded year on.

Amounts of the year are the data's. One promotion has a past, and is named as invented: it lets more be paid with
points, and who pays so is invented anyway (0042).
"""

from datetime import date, timedelta

from msgspec import structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.offers import make_coupons, with_offers
from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.engine.conditions import All, Category, Coupon, TimeWindow, Weekday
from plushka.engine.occasion_parts import OnBirthday
from plushka.engine.price_effects import PercentOff, RaisedShare, Sets
from plushka.engine.program import (
    Budget,
    EarningRule,
    ExpiryFixed,
    Fixed,
    Occasion,
    PointsReward,
    Program,
    Promotion,
    Referral,
    StampCard,
)
from plushka.engine.referral_parts import FixedReward, ReferralCaps
from plushka.engine.stamp_parts import Gift, Units
from plushka.platform.database import Tx

FOR_PARTNER = "Гостям кофейни"
PARTNER_WORD = "ИЗ-КОФЕЙНИ"
"""What the coffee shop gives out."""

TUESDAYS_BEGAN_DAYS_AGO = 14
BIRTHDAY = Occasion(
    "birthday-gift",
    "Подарок ко дню рождения (придумано)",
    OnBirthday(days_before=7),
    300,
    expiry=ExpiryFixed(days=15),
)
"""Days of birth are invented, and so is what they give."""
COFFEE = Category(("restaurant/coffee-shop", "deli/coffee-shop", "deli/service-beverage/sv-bev-coffee"))


async def with_promotions(tx: Tx, program: Program, *, from_on: date) -> Program:
    """Make the coupons for the partner and for journeys, and return the programme with what the chain runs."""
    coupon = await create_coupon(
        tx,
        name=FOR_PARTNER,
        source="партнёр: кофейня «Пар»",
        first_on=from_on,
        limits=Limits(uses_per_member=1, uses_max_a_month=1000),
    )
    await add_codes(tx, coupon, [PARTNER_WORD])
    promotions = (
        Promotion(
            "salad-hours",
            "Салаты днём дешевле",
            PercentOff(15_00),
            when=All((Weekday((1, 2, 3, 4, 5)), TimeWindow("14:00", "16:00"))),
            lines=Category(("salad-bar", "deli")),
            first_on=from_on,
            control_bp=10_00,
        ),
        Promotion(
            "points-tuesday",
            "Вторник: бонусами до половины чека (придумано)",
            RaisedShare(50_00),
            when=Weekday((2,)),
            first_on=from_on - timedelta(days=TUESDAYS_BEGAN_DAYS_AGO),
            control_bp=10_00,
        ),
        Promotion(
            "pastry-sets",
            "Выпечка 2+1",
            Sets(3),
            lines=Category(("pastry",)),
            first_on=from_on,
            budgets=(Budget("uses", 3, per="member", window="day"),),
            control_bp=10_00,
        ),
    )
    rule = EarningRule(
        "partner",
        FOR_PARTNER,
        Fixed(300),
        when=Coupon((coupon.key,)),
        group="coupons",
        policy="stack",
    )
    program = structs.replace(
        program,
        promotions=(*program.promotions, *promotions),
        earning=(*program.earning, rule),
        occasions=(BIRTHDAY,),
    )
    return with_offers(program, await make_coupons(tx), (await get_business(tx)).language)


def with_friends(program: Program) -> Program:
    """Return the programme with a stamp card and rewards for friends, to be a version of its own.

    The year's receipts neither stamp nor reward anybody, so the version that decides them knows of neither.
    """
    card = StampCard(
        "sixth-coffee", "Шестой кофе в подарок", 5, Gift("Кофе с собой", 30), Units(), lines=COFFEE
    )
    friends = Referral(
        (FixedReward(200),),
        paid_min_minor=10_00,
        friend=PointsReward(200),
        caps=ReferralCaps(friends_per_month=10),
    )
    return structs.replace(program, cards=(card,), referral=friends)
