"""What a promotion begins with: the kinds, and those that businesses ask for by name."""

from collections.abc import Callable
from datetime import date, timedelta

from msgspec import structs

from plushka.engine.conditions import (
    All,
    Birthday,
    Condition,
    FirstPurchase,
    ReceiptAmount,
    RepeatWithin,
    TimeWindow,
    Weekday,
)
from plushka.engine.experiments.groups import CONTROL_DEFAULT_BP
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
from plushka.engine.program import Budget, Promotion
from plushka.engine.stamp_parts import Gift
from plushka.platform.i18n import Translator, marked

_GIFT = marked("A present")
PROMOTION_NAMES = {
    "percent_off": marked("Discount"),
    "amount_off": marked("Money off"),
    "unit_price": marked("Special price"),
    "combo": marked("Cheaper together"),
    "one_plus_one": marked("1+1"),
    "two_plus_one": marked("2+1"),
    "second_half": marked("The second at half price"),
    "happy_hours": marked("Happy hours"),
    "birthday": marked("Birthday discount"),
    "first_purchase": marked("First purchase"),
    "first_discount": marked("Discount on the first purchase"),
    "repeat": marked("Come back within a week"),
    "season": marked("Seasonal sale"),
    "category_week": marked("Category of the week"),
    "gift": marked("The cheapest is free"),
    "gift_for_sum": marked("A gift for a purchase"),
    "gift_for_birthday": marked("A birthday gift"),
}
PROMOTIONS_DO = {
    "percent_off": marked("10% off everything or certain goods"),
    "amount_off": marked("100 off a receipt, or off each unit"),
    "unit_price": marked("A product of the week at a price of its own"),
    "one_plus_one": marked("Of two the cheaper is free"),
    "two_plus_one": marked("Of three the cheapest is free"),
    "second_half": marked("Of two the cheaper at half its price"),
    "combo": marked("A coffee and a croissant for one price, a gift for a purchase"),
    "happy_hours": marked("20% off from 2 to 4 p.m. on working days"),
    "birthday": marked("15% off from three days before to three days after"),
    "first_purchase": marked("Points pay up to 15% of the first purchase"),
    "first_discount": marked("10% off for who buys for the first time"),
    "repeat": marked("7% off for who bought within the last seven days"),
    "season": marked("30% off certain goods for thirty days"),
    "category_week": marked("20% off one category for seven days"),
    "gift": marked("From 1,000 on, the cheapest of certain goods is free"),
    "gift_for_sum": marked("From 1,000 on, something to take with a code within a month"),
    "gift_for_birthday": marked("Something for who buys around their birthday, once a year"),
}
_WORKING_DAYS = (1, 2, 3, 4, 5)
_EFFECTS: dict[str, Callable[[], PriceEffect]] = {
    "percent_off": lambda: PercentOff(10_00),
    "amount_off": lambda: AmountOff(100_00),
    "unit_price": lambda: UnitPrice(100_00),
    "combo": lambda: Combo((ComboPart(), ComboPart(rate_bp=50_00))),
    "one_plus_one": lambda: Sets(2),
    "two_plus_one": lambda: Sets(3),
    "second_half": lambda: Sets(2, rate_bp=50_00),
    "happy_hours": lambda: PercentOff(20_00),
    "birthday": lambda: PercentOff(15_00),
    "first_purchase": lambda: RaisedShare(15_00),
    "first_discount": lambda: PercentOff(10_00),
    "repeat": lambda: PercentOff(7_00),
    "season": lambda: PercentOff(30_00),
    "category_week": lambda: PercentOff(20_00),
    "gift": lambda: PercentOff(100_00, "cheapest"),
    "gift_for_sum": lambda: Gift(_GIFT, 30),
    "gift_for_birthday": lambda: Gift(_GIFT, 30),
}
_WHEN: dict[str, Condition] = {
    "happy_hours": All((Weekday(_WORKING_DAYS), TimeWindow("14:00", "16:00"))),
    "birthday": Birthday(days_before=3, days_after=3),
    "first_purchase": FirstPurchase(),
    "first_discount": FirstPurchase(),
    "repeat": RepeatWithin(7),
    "gift": ReceiptAmount(min_minor=1000_00),
    "gift_for_sum": ReceiptAmount(min_minor=1000_00),
    "gift_for_birthday": Birthday(days_before=7, days_after=7),
}
_BUDGETS = {"gift_for_birthday": (Budget("uses", 1, "member", "year"),)}
_LASTS_DAYS = {"season": 30, "category_week": 7}


def new_promotion(kind: str, promotion_id: str, words: Translator, today: date) -> Promotion:
    """Return what a promotion of ``kind`` begins with: paused, until whoever begins it has looked it over."""
    days = _LASTS_DAYS.get(kind)
    effect = _EFFECTS[kind]()
    if isinstance(effect, Gift):
        effect = structs.replace(effect, name=words.gettext(_GIFT))
    return Promotion(
        promotion_id,
        words.gettext(PROMOTION_NAMES[kind]),
        effect,
        budgets=_BUDGETS.get(kind, ()),
        when=_WHEN.get(kind),
        first_on=today if days else None,
        last_on=today + timedelta(days=days - 1) if days else None,
        is_paused=True,
        control_bp=CONTROL_DEFAULT_BP,
    )
