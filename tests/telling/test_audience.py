"""Whom an audience finds is said in a sentence, in both languages."""

from datetime import date
from typing import get_args
from uuid import UUID

import pytest

from plushka.domain.events.model import EventField, EventKind
from plushka.domain.programs.telling.voice import Names
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import Teller
from plushka.engine import audience as a
from plushka.engine.audience import All, Any, Audience, Not
from plushka.engine.conditions import Segment, Tag
from plushka.engine.occasion_parts import FieldTest
from plushka.engine.program import (
    EarningRule,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    StampCard,
    TierRule,
    Tiers,
)
from plushka.engine.stamp_parts import Gift, Spend
from plushka.platform.i18n import Language

ID, FIRST = UUID(int=7), UUID(int=1)
PROGRAM = Program(
    name="Бонусы",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
    redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=5000)),
    tiers=Tiers(tiers=(TierRule(id="gold", name="Золото"),)),
    cards=(
        StampCard("cup", "Кофе", 6, Gift("Кофе")),
        StampCard("goal", "Тысяча", 1000_00, Gift("Торт"), Spend()),
    ),
)
TOUR = EventKind(
    "tour",
    "Экскурсия",
    (
        EventField("day", "День", "date"),
        EventField("paid", "Оплачено", "boolean"),
        EventField("deposit", "Залог", "money"),
        EventField("hall", "Зал", "choice", choices=("Малый", "Большой")),
        EventField("wish", "Пожелание", "text"),
    ),
)
NAMES = Names(
    products={"latte": "Латте"},
    categories={"dairy": "Молочное"},
    coupons={str(ID): "Кофе"},
    segments={str(ID): "Ядро"},
    branches={"arbat": "Арбат"},
    events={"tour": TOUR},
)
CONDITIONS: tuple[tuple[Audience, str, str], ...] = (
    (a.Sex(ids=("female",)), "Sex female", "Пол женский"),
    (a.Age(years_min=18, years_max=35), "Age from 18 to 35", "Возраст от 18 до 35"),
    (a.Age(years_min=60), "Age from 60", "Возраст от 60"),
    (a.Birthday(days_max=0), "Birthday today", "День рождения сегодня"),
    (a.Birthday(days_max=7), "Birthday within 7 days", "День рождения в ближайшие 7 дней"),
    (a.Birthday(days_max=5, days_min=2), "Birthday in 2 to 5 days", "День рождения через 2–5 дней"),
    (a.Birthday(days_max=3, days_min=3), "Birthday in 3 days", "День рождения через 3 дня"),
    (
        a.CloseDate(days_max=7),
        "A day of somebody close within 7 days",
        "Дата близкого человека в ближайшие 7 дней",
    ),
    (a.CloseDate(days_max=0), "A day of somebody close today", "Дата близкого человека сегодня"),
    (
        a.CloseDate(days_max=9, days_min=3, kinds=("birthday", "wedding")),
        "A birthday or a wedding day of somebody close in 3 to 9 days",
        "День рождения или годовщина свадьбы близкого человека через 3–9 дней",
    ),
    (a.BirthMonth(months=(3, 12)), "Month of birth March or December", "Месяц рождения март или декабрь"),
    (Tag(ids=("vip", "сосед")), "Tagged “vip” or “сосед”", "Метка «vip» или «сосед»"),
    (
        a.Source(ids=("till", "import")),
        "Enrolled at a till or from a file",
        "Регистрация на кассе или из файла",
    ),
    (a.Link(ids=(ID,)), "Came by the link “Визитки”", "По ссылке «Визитки»"),
    (
        a.Preferred(channels=("sms", "inbox")),
        "Would rather be written to by SMS or The app's inbox",
        "Удобный канал: SMS или Входящие в приложении",
    ),
    (a.Language(ids=("en",)), "Language English", "Язык: Английский"),
    (a.Enrolled(days_min=30), "Days in the programme from 30", "Дней в программе от 30"),
    (a.Enrolled(days_max=7), "Days in the programme up to 7", "Дней в программе до 7"),
    (
        a.EnrolledOn(first_on=date(2026, 1, 1), last_on=date(2026, 2, 1)),
        "Enrolled from January 1, 2026 to February 1, 2026",
        "В программе с 1 января 2026 по 1 февраля 2026",
    ),
    (
        a.EnrolledOn(first_on=date(2026, 1, 1)),
        "Enrolled since January 1, 2026",
        "В программе не раньше 1 января 2026",
    ),
    (
        a.EnrolledOn(last_on=date(2026, 2, 1)),
        "Enrolled until February 1, 2026",
        "В программе не позже 1 февраля 2026",
    ),
    (a.Blocked(), "Blocked", "Заблокирован"),
    (
        a.Reachable(channels=("telegram", "push")),
        "Reachable by Telegram or Push",
        "Можно написать: Telegram или Пуш",
    ),
    (a.Consent(kinds=("marketing", "sms")), "Agreed to marketing or SMS", "Согласие: рассылка или SMS"),
    (a.Tier(ids=("gold",)), "Tier “Золото”", "Уровень «Золото»"),
    (a.Balance(points_min=100), "On the account from 100 points", "На счёте от 100 бонусов"),
    (a.Balance(points_max=1), "On the account up to 1 point", "На счёте до 1 бонуса"),
    (a.Pending(points_min=1), "Waiting to be spendable from 1 point", "Ждёт активации от 1 бонуса"),
    (a.Debt(points_min=1), "In debt from 1 point", "Долг от 1 бонуса"),
    (
        a.Burning(days=7, points_min=50),
        "From 50 points burn within 7 days",
        "В ближайшие 7 дней сгорает от 50 бонусов",
    ),
    (a.Burning(days=0, points_min=1), "From 1 point burn today", "Сегодня сгорает от 1 бонуса"),
    (a.Stamped(card="cup", have_min=4), "From 4 stamps on the card “Кофе”", "От 4 штампов на карте «Кофе»"),
    (
        a.Stamped(card="cup", left_max=1),
        "The card “Кофе” lacks not more than 1 stamp",
        "До полной карты «Кофе» не больше 1 штампа",
    ),
    (
        a.Stamped(card="cup", have_min=1, left_max=2),
        "From 1 stamp on the card “Кофе” and the card “Кофе” lacks not more than 2 stamps",
        "От 1 штампа на карте «Кофе» и до полной карты «Кофе» не больше 2 штампов",
    ),
    (
        a.Stamped(card="goal", have_min=300_00, left_max=500_00),
        "From ₽300 gathered for the goal “Тысяча” and not more than ₽500 missing for the goal “Тысяча”",
        "Для цели «Тысяча» набрано от 300 ₽ и до цели «Тысяча» осталось не больше 500 ₽",
    ),
    (
        a.Purchases(count_min=2, days=30),
        "Purchases from 2 in the last 30 days",
        "Покупок от 2 за последние 30 дней",
    ),
    (a.Purchases(count_min=0, count_max=0), "Purchases exactly 0", "Покупок ровно 0"),
    (
        a.Purchases(count_min=1, count_max=1, days=1),
        "Purchases exactly 1 today",
        "Покупок ровно 1 за сегодня",
    ),
    (a.Spend(min_minor=1000_00), "Spent from ₽1,000", "Потрачено от 1 000 ₽"),
    (
        a.Spend(max_minor=500_00, days=365),
        "Spent up to ₽500 in the last 365 days",
        "Потрачено до 500 ₽ за последние 365 дней",
    ),
    (
        a.AverageReceipt(min_minor=350_00, max_minor=700_00, days=90),
        "Average receipt from ₽350 to ₽700 in the last 90 days",
        "Средний чек от 350 ₽ до 700 ₽ за последние 90 дней",
    ),
    (
        a.LastPurchase(days_min=30),
        "Last purchase 30 or more days ago",
        "Последняя покупка 30 дней назад или раньше",
    ),
    (
        a.LastPurchase(days_max=7),
        "Last purchase not more than 7 days ago",
        "Последняя покупка не раньше чем 7 дней назад",
    ),
    (a.LastPurchase(days_min=0, days_max=0), "Bought today", "Покупка сегодня"),
    (
        a.LastPurchase(days_min=30, days_max=60),
        "Last purchase 30 to 60 days ago",
        "Последняя покупка от 30 до 60 дней назад",
    ),
    (a.NeverBought(), "Never bought", "Нет покупок"),
    (
        a.BoughtAt(ids=("arbat",), days=30, times_min=2),
        "Bought at “Арбат” 2 times or more in the last 30 days",
        "Покупки в «Арбат» от 2 раз за последние 30 дней",
    ),
    (
        a.Bought(days=30, products=("latte",), categories=("dairy",), brands=("Кофе",)),
        "Bought “Латте”, goods of the category “Молочное”, or goods of the brand “Кофе” in the last 30 days",
        "Покупки: «Латте», товары категории «Молочное» или товары бренда «Кофе» за последние 30 дней",
    ),
    (
        a.CouponHeld(ids=(ID,)),
        "Has not used a code of the coupon “Кофе”",
        "Есть неиспользованный код купона «Кофе»",
    ),
    (
        a.Happened(kind="review", days=30, times_min=2),
        "Event “review” 2 times or more in the last 30 days",
        "Событие «review» от 2 раз за последние 30 дней",
    ),
    (
        a.Happened(
            kind="review",
            days=30,
            times_min=2,
            where=(
                FieldTest("rating", at_least=4),
                FieldTest("text", contains="вкусно"),
                FieldTest("place", is_there=True),
            ),
        ),
        (
            "Event “review” (“rating” is 4 or more, “text” contains “вкусно”, and “place” is filled in)"
            " 2 times or more in the last 30 days"
        ),
        (
            "Событие «review» («rating» не меньше 4, «text» содержит «вкусно» и поле «place» заполнено)"
            " от 2 раз за последние 30 дней"
        ),
    ),
    (
        a.Happened(
            kind="tour",
            where=(
                FieldTest("day", first_on=date(2026, 3, 1)),
                FieldTest("paid", equals=True),
                FieldTest("deposit", at_least=500_00, at_most=1000_00),
                FieldTest("hall", is_there=False),
                FieldTest("wish", equals="у окна"),
            ),
        ),
        (
            "Event “Экскурсия” (“День” is March 1, 2026 or later, “Оплачено” is yes, “Залог” is from ₽500 to ₽1,000,"
            " “Зал” is not filled in, and “Пожелание” is “у окна”)"
        ),
        (
            "Событие «Экскурсия» («День» не раньше 1 марта 2026, «Оплачено» — да, «Залог» от 500 ₽ до 1 000 ₽,"
            " поле «Зал» не заполнено и «Пожелание» — «у окна»)"
        ),
    ),
    (a.Friends(count_min=1), "Friends brought from 1", "Привёл друзей от 1"),
    (a.Friends(count_min=2, count_max=5), "Friends brought from 2 to 5", "Привёл друзей от 2 до 5"),
    (a.CameByFriend(), "Came by a friend", "Пришёл по приглашению друга"),
    (
        a.Group(ids=("core", "lost")),
        "Group “Active core” or “Lost”",
        "Группа «Активное ядро» или «Потерянные»",
    ),
    (a.Rfm(r=(4, 5), m=(5,)), "Scores R 4, 5; M 5", "Оценки R 4, 5; M 5"),
    (
        a.ProbablyLeft(percent_min=80),
        "By the forecast has left with a chance from 80%",
        "По прогнозу ушёл с вероятностью от 80 %",
    ),
    (
        a.ProbablyLeft(percent_min=60, percent_max=79),
        "By the forecast has left with a chance from 60% to 79%",
        "По прогнозу ушёл с вероятностью от 60 % до 79 %",
    ),
    (
        a.ExpectedSpend(min_minor=5_000_00),
        "By the forecast will spend from ₽5,000 within a year",
        "По прогнозу принесёт от 5 000 ₽ за год",
    ),
    (
        a.ExpectedSpend(max_minor=500_00, within="soon"),
        "By the forecast will spend up to ₽500 within 90 days",
        "По прогнозу принесёт до 500 ₽ за 90 дней",
    ),
    (a.Campaign(ids=(ID,)), "Got the campaign “Весна”", "Получена рассылка «Весна»"),
    (
        a.Campaign(ids=(ID,), days=30, bought_within_days=7),
        "Got the campaign “Весна” in the last 30 days, and bought within 7 days of it",
        "Получена рассылка «Весна» за последние 30 дней, и покупка не позже чем через 7 дней",
    ),
    (
        a.Campaign(ids=(ID,), bought_within_days=0),
        "Got the campaign “Весна”, and bought on the same day",
        "Получена рассылка «Весна», и покупка в тот же день",
    ),
    (
        a.Campaign(ids=(ID,), reaction="delivered"),
        "The campaign “Весна” was delivered",
        "Доставлена рассылка «Весна»",
    ),
    (
        a.Campaign(ids=(ID,), days=30, reaction="read"),
        "Read the campaign “Весна” in the app in the last 30 days",
        "Прочитана в приложении рассылка «Весна» за последние 30 дней",
    ),
    (
        a.Campaign(ids=(ID,), reaction="undelivered"),
        "The campaign “Весна” could not be delivered",
        "Не дошла рассылка «Весна»",
    ),
    (
        a.Campaign(ids=(ID,), reaction="skipped"),
        "The campaign “Весна” was for them, but was not sent",
        "Рассылка «Весна» была для клиента, но не отправлена",
    ),
    (
        a.Campaign(ids=(ID,), reaction="code_used"),
        "Used the code from the campaign “Весна”",
        "Использован код из рассылки «Весна»",
    ),
    (
        a.Campaign(ids=(ID,), reaction="bought"),
        "Bought after the campaign “Весна”",
        "Покупка после рассылки «Весна»",
    ),
    (
        a.Campaign(ids=(ID,), reaction="goal"),
        "Reached the goal of the journey “Весна”",
        "Достигнута цель цепочки «Весна»",
    ),
    (
        a.Campaign(ids=(ID,), bought_within_days=7, reaction="control"),
        "In the control group of the campaign “Весна”, and bought within 7 days of it",
        "В контрольной группе рассылки «Весна», и покупка не позже чем через 7 дней",
    ),
    (
        a.Campaign(ids=(ID,), reaction="nothing"),
        "Was sent nothing of the campaign “Весна”",
        "Ничего не отправлено из рассылки «Весна»",
    ),
    (
        a.Campaign(),
        "Got at least one campaign",
        "Получена хотя бы одна рассылка",
    ),
    (
        a.Campaign(reaction="delivered"),
        "At least one campaign was delivered",
        "Доставлена хотя бы одна рассылка",
    ),
    (
        a.Campaign(reaction="read"),
        "Read at least one campaign in the app",
        "Прочитана в приложении хотя бы одна рассылка",
    ),
    (
        a.Campaign(reaction="undelivered"),
        "At least one campaign could not be delivered",
        "Не дошла хотя бы одна рассылка",
    ),
    (
        a.Campaign(reaction="skipped"),
        "At least one campaign was for them, but was not sent",
        "Хотя бы одна рассылка была для клиента, но не отправлена",
    ),
    (
        a.Campaign(reaction="code_used"),
        "Used the code from at least one campaign",
        "Использован код хотя бы из одной рассылки",
    ),
    (
        a.Campaign(reaction="bought"),
        "Bought after at least one campaign",
        "Покупка после хотя бы одной рассылки",
    ),
    (
        a.Campaign(reaction="goal"),
        "Reached the goal of at least one journey",
        "Достигнута цель хотя бы одной цепочки",
    ),
    (
        a.Campaign(reaction="control"),
        "In the control group of at least one campaign",
        "В контрольной группе хотя бы одной рассылки",
    ),
    (
        a.Campaign(days=30, reaction="nothing"),
        "Was sent no campaign at all in the last 30 days",
        "Не отправлено ни одной рассылки за последние 30 дней",
    ),
    (Segment(ids=(str(ID),)), "In the segment “Ядро”", "В сегменте «Ядро»"),
    (Not(of=a.Blocked()), "Not (blocked)", "Не (заблокирован)"),
    (
        All(of=(a.NeverBought(), Any(of=(a.Blocked(), a.Debt(points_min=1))))),
        "Never bought and (blocked or in debt from 1 point)",
        "Нет покупок и (заблокирован или долг от 1 бонуса)",
    ),
    (Any(of=(a.Blocked(), a.NeverBought())), "Blocked or never bought", "Заблокирован или нет покупок"),
    (
        Not(of=Any(of=(a.Blocked(), a.NeverBought()))),
        "Not (blocked or never bought)",
        "Не (заблокирован или нет покупок)",
    ),
)


@pytest.mark.parametrize(("audience", "english", "russian"), CONDITIONS)
def test_conditions_are_told(audience: Audience, english: str, russian: str) -> None:
    languages: tuple[tuple[Language, str], ...] = (("en", english), ("ru", russian))
    for language, expected in languages:
        assert tell(audience, teller(language)).replace("\N{NO-BREAK SPACE}", " ") == expected


def test_every_condition_is_told_above() -> None:
    assert {type(audience) for audience, _, _ in CONDITIONS} == set(get_args(Audience))


def teller(language: Language) -> Teller:
    return Teller(
        language,
        "RUB",
        NAMES,
        {FIRST: PROGRAM},
        {FIRST: PROGRAM.name},
        links={str(ID): "Визитки"},
        campaigns={str(ID): "Весна"},
    )
