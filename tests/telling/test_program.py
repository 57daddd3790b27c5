"""A programme is told as its owner would say it aloud."""

from datetime import date

import pytest

from plushka.domain.events.model import EventField, EventKind
from plushka.domain.programs.telling.program import describe_program
from plushka.domain.programs.telling.voice import Names
from plushka.engine.conditions import (
    All,
    Any,
    Birthday,
    Branch,
    Brand,
    Category,
    Channel,
    Condition,
    FirstPurchase,
    HasLines,
    Not,
    Period,
    Product,
    ReceiptAmount,
    RepeatWithin,
    Segment,
    Tag,
    Tier,
    TimeWindow,
    Weekday,
)
from plushka.engine.occasion_parts import FieldTest, OnEvent
from plushka.engine.program import (
    AfterDays,
    Band,
    Calendar,
    Debt,
    EarningCaps,
    EarningRule,
    Effect,
    ExpiryCalendar,
    ExpiryFixed,
    ExpiryPolicy,
    ExpirySliding,
    Fixed,
    GrantCap,
    Ladder,
    Multiplied,
    Occasion,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    Requirement,
    Rolling,
    TierReview,
    TierRule,
    Tiers,
    Welcome,
)

FIVE_PERCENT = EarningRule("base", "Базовое", Percent(500))


def program(**terms: object) -> Program:
    return Program(name="Плюшка", currency="RUB", **{"earning": (FIVE_PERCENT,), **terms})  # type: ignore[arg-type]


def told_rule(rule: EarningRule, **terms: object) -> str:
    names = Names(categories={"bread": "Хлеб"}, branches={"c": "Центр"}, segments={"s": "Спящие"})
    telling = describe_program(program(earning=(rule,), **terms), language="ru", names=names)
    return telling.earning[0].sentence.replace("\u00a0", " ")


def test_the_whole_programme_in_one_breath() -> None:
    rule = EarningRule("base", "Базовое", Percent(500), when=ReceiptAmount(min_minor=1000_00))
    whole = program(
        earning=(rule,),
        redemption=Redemption(RedemptionLimits(receipt_share_bp=3000)),
        activation=AfterDays(1),
        expiry=ExpiryFixed(days=120),
    )

    assert describe_program(whole, language="ru").summary.replace("\u00a0", " ") == (
        "5 % бонусами с чека от 1 000 ₽, оплатить можно до 30 % чека, "
        "бонусы активны со следующего дня и сгорают через 120 дней."
    )
    assert describe_program(whole, language="en").summary.replace("\u00a0", " ") == (
        "5% in points on a receipt from ₽1,000, points can pay up to 30% of a receipt, "
        "points can be spent from the next day and burn after 120 days."
    )


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        (Percent(500), "5 % бонусами с каждого чека."),
        (Percent(500, {"gold": 700}), "5 % бонусами («gold» — 7 %) с каждого чека."),
        (Fixed(50), "50 бонусов с каждого чека."),
        (Fixed(10, "line"), "10 бонусов за каждую позицию."),
        (Multiplied(200_00), "Бонусы ×2 с каждого чека."),
        (Multiplied(125_00), "Бонусы ×1,25 с каждого чека."),
        (
            Ladder((Band(0, 500), Band(1000_00, 1000, from_included=False), Band(3000_00, 1500))),
            "Бонусы по сумме чека: до 1 000 ₽ включительно — 5 %, больше 1 000 ₽ — 10 %, от 3 000 ₽ — 15 %.",
        ),
        (
            Ladder((Band(500_00, 500),), marginal=True, per_day=True),
            "Бонусы по сумме чеков за день: от 500 ₽ — 5 % (каждая часть суммы по своей ставке).",
        ),
    ],
)
def test_effects(effect: Effect, told: str) -> None:
    assert told_rule(EarningRule("r", "R", effect)) == told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (Category(("bread",)), "товары категории «Хлеб»"),
        (Category(("bread", "milk")), "товары категорий «Хлеб» и «milk»"),
        (Product(("a",)), "товар «a»"),
        (Brand(("a", "b")), "товары брендов «a» и «b»"),
        (Not(Category(("bread",))), "всё, кроме категории «Хлеб»"),
        (Not(Any((Product(("a",)), Brand(("b",))))), "всё, кроме «a» и бренда «b»"),
        (All((Category(("bread",)), Not(Brand(("b",))))), "товары категории «Хлеб», кроме бренда «b»"),
        (All((Category(("bread",)), Brand(("b",)))), "товары категории «Хлеб» (только товары бренда «b»)"),
        (
            Not(All((Brand(("b",)), Product(("a",))))),
            "всё, кроме таких товаров: товары бренда «b» (только товар «a»)",
        ),
    ],
)
def test_goods(lines: Condition, told: str) -> None:
    assert told_rule(EarningRule("r", "R", Percent(500), lines=lines)) == f"5 % бонусами за {told}."


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (ReceiptAmount(1000_00, min_included=False), "с чека больше 1 000 ₽"),
        (ReceiptAmount(max_minor=500_00), "с чека до 500 ₽ включительно"),
        (ReceiptAmount(100_00, 500_00, max_included=False), "с чека от 100 ₽ до 500 ₽"),
        (Weekday((1, 2, 3, 4, 5)), "по будням"),
        (Weekday((7, 6)), "по выходным"),
        (Weekday((3, 1)), "по понедельникам и средам"),
        (TimeWindow("08:00", "11:30"), "с 08:00 до 11:30"),
        (Branch(("c",)), "в точке «Центр»"),
        (Channel(("online", "x")), "в интернет-магазине или через канал «x»"),
        (Tier(("gold",)), "на уровне «gold»"),
        (Segment(("s",)), "клиентам сегмента «Спящие»"),
        (Tag(("VIP", "new")), "клиентам с любой из меток «VIP» и «new»"),
        (FirstPurchase(), "за первую покупку"),
        (RepeatWithin(7), "за повторную покупку в течение 7 дней"),
        (Birthday(), "в день рождения"),
        (Birthday(7, 3), "за 7 дней до дня рождения и 3 дня после него"),
        (Birthday(1), "за 1 день до дня рождения и в сам день"),
        (Birthday(0, 5), "в день рождения и 5 дней после него"),
        (Period(), "в любое время"),
        (
            HasLines(Category(("bread",)), 2000, 500_00),
            "с чека, где есть товары категории «Хлеб», не меньше 2 шт. на 500 ₽ или больше",
        ),
        (
            All((HasLines(Category(("bread",))), HasLines(Product(("tea",))), Weekday((6, 7)))),
            "с чека, где есть товары категории «Хлеб» и товар «tea» по выходным",
        ),
        (Not(Weekday((6, 7))), "не по выходным"),
        (
            All((Weekday((6, 7)), Any((FirstPurchase(), Birthday())))),
            "по выходным (за первую покупку или в день рождения)",
        ),
    ],
)
def test_occasions(when: Condition, told: str) -> None:
    assert told_rule(EarningRule("r", "R", Percent(500), when=when)) == f"5 % бонусами {told}."


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (FieldTest("guests", at_least=4), "«Гостей» не меньше 4"),
        (FieldTest("deposit", at_least=500_00), "«Залог» не меньше 500 ₽"),
        (FieldTest("deposit", at_most=99_50), "«Залог» не больше 99,50 ₽"),
        (FieldTest("deposit", at_least=500_00, at_most=1000_00), "«Залог» от 500 ₽ до 1 000 ₽"),
        (FieldTest("guests", at_least=2, at_most=2), "«Гостей» ровно 2"),
        (FieldTest("day", first_on=date(2026, 3, 1)), "«День» не раньше 1 марта 2026"),
        (FieldTest("day", last_on=date(2026, 3, 9)), "«День» не позже 9 марта 2026"),
        (FieldTest("note", contains="окн"), "«Пожелания» содержит «окн»"),
        (FieldTest("note", is_there=True), "поле «Пожелания» заполнено"),
        (FieldTest("note", is_there=False), "поле «Пожелания» не заполнено"),
    ],
)
def test_what_an_event_must_say_is_told_by_the_type_of_its_field(test: FieldTest, told: str) -> None:
    fields = (
        EventField("guests", "Гостей", "integer"),
        EventField("deposit", "Залог", "money"),
        EventField("day", "День", "date"),
        EventField("note", "Пожелания", "text"),
    )
    names = Names(events={"table": EventKind("table", "Столик", fields)})
    occasion = Occasion("o", "О", OnEvent("table", (test,)), 50)
    telling = describe_program(program(occasions=(occasion,)), language="ru", names=names)
    sentence = telling.occasions[0].sentence.replace("\u00a0", " ")
    assert sentence.startswith(f"50 бонусов за событие «Столик», если {told}.")


def test_a_rule_tells_its_caps_and_the_life_of_its_points() -> None:
    rule = EarningRule(
        "r",
        "R",
        Fixed(500),
        when=Birthday(),
        caps=EarningCaps(per_receipt=500, per_month=1000),
        activation=AfterDays(14),
        expiry=ExpiryFixed(days=15),
        grant_cap=GrantCap(1500),
    )

    assert told_rule(rule) == (
        "500 бонусов в день рождения; не больше 500 бонусов за чек и 1 000 бонусов за месяц; "
        "эти бонусы активны через 14 дней и сгорают через 15 дней; ими можно оплатить до 15 % чека."
    )


@pytest.mark.parametrize(
    ("expiry", "told"),
    [
        (
            ExpiryFixed(months=6, round_up_to="month"),
            "сгорают через 6 месяцев (срок продлевается до конца месяца)",
        ),
        (ExpirySliding(days=180), "сгорают через 180 дней после последней покупки"),
        (ExpiryCalendar(12, 31), "действуют по ближайшее 31 декабря"),
        (ExpiryCalendar(2, 29), "действуют по ближайшее 29 февраля"),
    ],
)
def test_expiry(expiry: ExpiryPolicy, told: str) -> None:
    telling = describe_program(program(expiry=expiry), language="ru")

    assert telling.life[0].replace("\u00a0", " ") == f"Бонусы активны сразу и {told}."


def test_everything_else_a_programme_may_hold_is_told() -> None:
    gold = TierRule("gold", "Золотой", (Requirement("spend", 10_000_00, Rolling(90)),), discount_bp=300)
    vip = TierRule(
        "vip", "Друг", (Requirement("visits", 21, Calendar("year")),), expiry=ExpiryFixed(days=180)
    )
    limits = RedemptionLimits(3000, 500_00, 100, 50)
    telling = describe_program(
        program(
            earning=(FIVE_PERCENT, EarningRule("v", "Визит", Fixed(5), policy="stack")),
            redemption=Redemption(limits, {"gold": RedemptionLimits(5000)}, Category(("tobacco",))),
            tiers=Tiers((TierRule("base", "Базовый"), gold, vip), TierReview("year", "one_down", 30)),
            excluded=Category(("alcohol",)),
            delivery_takes_part=True,
            earn_when_redeeming=False,
            debt=Debt(limit=1000),
            welcome=Welcome(100, ExpiryFixed(days=7), GrantCap(1500)),
        ),
        language="ru",
    )
    told = "\n".join((*telling.earning_terms, *telling.redemption, *telling.life, *telling.tiers))

    assert told.replace("\u00a0", " ") == EVERYTHING_ELSE


EVERYTHING_ELSE = """\
«Визит» прибавляется к остальным правилам.
За вступление: 100 бонусов, эти бонусы сгорают через 7 дней, ими можно оплатить до 15 % чека.
Не участвуют в программе: товары категории «alcohol».
Доставка учитывается наравне с товарами.
Если бонусами оплачена хоть часть чека, новые за него не начисляются.
Доли бонуса округляются вниз.
Оплатить можно до 30 % чека, чек от 500 ₽, за раз не меньше 100 бонусов, \
на счёте остаётся не меньше 50 бонусов.
1 бонус = 1 ₽.
На уровне «Золотой»: оплатить можно до 50 % чека.
Бонусами не оплачиваются: товары категории «tobacco».
Бонусы активны сразу и не сгорают.
Если при возврате возвращаются уже сгоревшие бонусы, они действуют ещё 14 дней.
Если бонусы за возвращённую покупку уже потрачены, они становятся долгом и погашаются следующими начислениями. \
Долг не больше 1 000 бонусов. Пока есть долг, платить бонусами нельзя.
«Базовый»: с первой покупки.
«Золотой»: покупки на 10 000 ₽ за последние 90 дней, скидка 3 %.
«Друг»: 21 визит за календарный год, бонусы сгорают через 180 дней.
Новый уровень действует со следующего чека.
Уровни пересматриваются каждый год: кто не набрал нужного, опускается на одну ступень, через 30 дней отсрочки."""
