"""What the coffee shop runs beside its preset: points for birthdays, cheaper evenings, a word for the neighbours."""

from msgspec import structs

from plushka.demo.cafe.events import OCCASIONS
from plushka.demo.cafe.rewards import TIERS
from plushka.domain.coupons.codes import draw_codes
from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.engine.conditions import All, Category, Coupon, TimeWindow, Weekday
from plushka.engine.price_effects import Combo, ComboPart, PercentOff, Sets
from plushka.engine.program import Program, Promotion
from plushka.platform.database import Tx

WORD = "СОСЕДИ"
FOR_PARTNER = "Друзьям Корзины"
PARTNER_PATTERN, PARTNER_CODES = "КОФЕ-####-##", 200
"""What the grocery chain gives out."""
BAKERY, COFFEE, TEA = Category(("bakery",)), Category(("coffee",)), Category(("tea",))
WORKING_DAYS = Weekday((1, 2, 3, 4, 5))


async def with_promotions(tx: Tx, program: Program) -> Program:
    """Make the coupon and return the programme with what the coffee shop runs."""
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
            "Завтрак за 350 ₽",
            Combo((ComboPart(COFFEE), ComboPart(BAKERY)), price_minor=350_00),
            when=All((WORKING_DAYS, TimeWindow("07:00", "10:00"))),
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
    )
    return structs.replace(program, promotions=promotions, occasions=OCCASIONS, tiers=TIERS)
