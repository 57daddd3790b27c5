"""What the coffee shop runs beside its preset: points for birthdays, cheaper evenings, a word for the neighbours."""

from datetime import date, timedelta

from msgspec import structs

from plushka.demo.cafe.events import OCCASIONS
from plushka.demo.cafe.rewards import TIERS
from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.offers import make_coupons, with_offers
from plushka.domain.coupons.codes import draw_codes
from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.engine.conditions import All, Category, Coupon, Product, TimeWindow, Weekday
from plushka.engine.expiry import add_months
from plushka.engine.price_effects import Combo, ComboPart, PercentOff, Sets, UnitPrice
from plushka.engine.program import Program, Promotion
from plushka.platform.database import Tx

WORD = "СОСЕДИ"
FOR_PARTNER = "Друзьям Корзины"
PARTNER_PATTERN, PARTNER_CODES = "КОФЕ-####-##", 200
"""What the grocery chain gives out."""
BAKERY, COFFEE, TEA = Category(("bakery",)), Category(("coffee",)), Category(("tea",))
WORKING_DAYS = Weekday((1, 2, 3, 4, 5))


def seasonal(today: date) -> tuple[Promotion, ...]:
    """Return what runs for a while: one is over, one is on, one begins next month, one was paused.

    Named so that they are true in whatever month the demo is opened.
    """
    next_month = add_months(today.replace(day=1), 1)
    return (
        Promotion(
            "raf-weeks",
            "Недели рафа",
            PercentOff(20_00),
            lines=Product(("raf",)),
            first_on=today - timedelta(days=49),
            last_on=today - timedelta(days=22),
            control_bp=20_00,
        ),
        Promotion(
            "dessert-half",
            "Второй десерт за полцены",
            Sets(2, rate_bp=50_00),
            lines=Category(("desserts",)),
            first_on=today - timedelta(days=12),
            last_on=today + timedelta(days=16),
            control_bp=10_00,
        ),
        Promotion(
            "soup-weeks",
            "Две недели супа",
            PercentOff(15_00),
            when=TimeWindow("12:00", "16:00"),
            lines=Product(("soup",)),
            first_on=next_month,
            last_on=next_month + timedelta(days=13),
            for_anonymous=True,
        ),
        Promotion(
            "syrniki",
            "Сырники по выходным",
            UnitPrice(290_00),
            when=Weekday((6, 7)),
            lines=Product(("syrniki",)),
            first_on=today - timedelta(days=20),
            last_on=today + timedelta(days=40),
            is_paused=True,
        ),
    )


async def with_promotions(tx: Tx, program: Program, *, today: date) -> Program:
    """Make the coupons and return the programme with what the coffee shop runs."""
    coupon = await create_coupon(
        tx, name="Соседям", source="объявление в подъездах", limits=Limits(uses_per_member=1)
    )
    await add_codes(tx, coupon, [WORD])
    partners = await create_coupon(
        tx, name=FOR_PARTNER, source="партнёр: «Корзина»", limits=Limits(uses_per_code=1)
    )
    await add_codes(tx, partners, draw_codes(PARTNER_PATTERN, PARTNER_CODES))
    promotions = (
        Promotion(
            "evening",
            "Вечерняя выпечка 2+1",
            Sets(3),
            when=TimeWindow("18:00", "21:00"),
            lines=BAKERY,
            for_anonymous=True,
        ),
        Promotion(
            "tea",
            "Чай в тихий час",
            PercentOff(15_00),
            when=All((WORKING_DAYS, TimeWindow("15:00", "17:00"))),
            lines=TEA,
        ),
        Promotion(
            "breakfast",
            "Завтрак за 350\N{NO-BREAK SPACE}₽",
            Combo((ComboPart(COFFEE), ComboPart(BAKERY)), price_minor=350_00),
            when=All((WORKING_DAYS, TimeWindow("07:00", "10:00"))),
            control_bp=10_00,
        ),
        Promotion(
            "partners",
            FOR_PARTNER,
            PercentOff(15_00),
            when=Coupon((partners.key,)),
            group="coupons",
            for_anonymous=True,
        ),
        Promotion("neighbours", "Соседям", PercentOff(20_00), when=Coupon((coupon.key,)), group="coupons"),
        *seasonal(today),
    )
    program = structs.replace(program, promotions=promotions, occasions=OCCASIONS, tiers=TIERS)
    return with_offers(program, await make_coupons(tx), (await get_business(tx)).language)
