"""Members' invented side: names, phones, birthdays, and who pays with points when. Always the same for a household.

The data set has none of it. Phones are numbers that the North American plan sets aside for fiction:
555-0100 to 555-0199 of every area code, here of 26 codes of the shops' own time zone.
"""

from datetime import date, timedelta
from zlib import crc32

PHONES_PER_AREA = 100
REGULAR = 1636
"""A member who buys often and stands high: good to look at in the app."""
AREA_CODES = (
    "212", "215", "216", "240", "301", "302", "304", "330", "336", "401", "404", "407", "410",
    "412", "413", "419", "440", "513", "540", "585", "603", "614", "704", "716", "802", "937",
)  # fmt: skip

WOMEN = (
    "Анна", "Мария", "Елена", "Ольга", "Наталья", "Ирина", "Светлана", "Татьяна", "Екатерина", "Юлия",
    "Анастасия", "Дарья", "Ксения", "Полина", "Вера", "Надежда", "Любовь", "Галина", "Людмила", "Валентина",
    "Софья", "Алиса", "Варвара", "Марина", "Лариса", "Жанна", "Кира", "Зоя", "Тамара", "Инна",
)  # fmt: skip
MEN = (
    "Борис", "Иван", "Алексей", "Дмитрий", "Сергей", "Андрей", "Михаил", "Николай", "Павел", "Пётр",
    "Владимир", "Виктор", "Олег", "Игорь", "Юрий", "Антон", "Максим", "Артём", "Кирилл", "Роман",
    "Егор", "Фёдор", "Глеб", "Тимофей", "Матвей", "Степан", "Григорий", "Лев", "Илья", "Денис",
)  # fmt: skip
SURNAMES = (
    "Абрамов", "Баранов", "Белов", "Богданов", "Власов", "Волков", "Воронин", "Гаврилов", "Голубев",
    "Громов", "Гусев", "Давыдов", "Данилов", "Денисов", "Дроздов", "Дьяконов", "Ежов", "Ершов", "Жданов",
    "Журавлёв", "Зайцев", "Захаров", "Зимин", "Зуев", "Игнатов", "Ильин", "Калинин", "Карпов", "Киселёв",
    "Климов", "Комаров", "Королёв", "Крылов", "Кузьмин", "Куликов", "Лаптев", "Лебедев", "Логинов", "Лосев",
    "Малышев", "Маслов", "Медведев", "Миронов", "Назаров", "Никитин", "Орехов", "Осипов", "Панфилов",
    "Пахомов", "Поляков", "Рыбаков", "Рябов", "Савельев", "Сафонов", "Соболев", "Сомов", "Стрелков",
    "Тарасов", "Терентьев", "Тихонов", "Третьяков", "Уваров", "Устинов", "Филатов", "Фомин", "Хохлов",
    "Царёв", "Цветков", "Чернов", "Чижов", "Шаров", "Шестаков", "Широков", "Щукин", "Юдин", "Яковлев",
    "Якушев", "Ястребов", "Ширяев",
)  # fmt: skip

OLDEST_BORN_ON = date(1942, 1, 1)
BIRTHDAYS_RANGE_DAYS = 62 * 365
HABITS = ((40, 0), (75, 6), (100, 2))
"""Of a hundred members: up to the first number pay with points never, then on each 6th, each 2nd visit or so."""


def phone(number: int) -> str:
    """Return the fictional phone, in E.164, of the member ``number`` (from 0; 2,600 there are)."""
    area, line = divmod(number, PHONES_PER_AREA)
    return f"+1{AREA_CODES[area]}55501{line:02}"


def name(number: int) -> str:
    """Return the name of the member ``number``; no two of the first 4,740 are the same."""
    first_names = len(WOMEN) + len(MEN)
    # 60 first names and 79 surnames have no common divisor: walking both at once meets every pair once.
    chosen, surname = number % first_names, SURNAMES[number % len(SURNAMES)]
    if chosen % 2:
        return f"{MEN[chosen // 2]} {surname}"
    return f"{WOMEN[chosen // 2]} {surname}а"


def birthday(household_id: int) -> date:
    """Return the birthday of a household's card holder."""
    return OLDEST_BORN_ON + timedelta(days=_draw("birthday", household_id) % BIRTHDAYS_RANGE_DAYS)


def pays_with_points(household_id: int, basket_id: int) -> bool:
    """Tell whether the member asks to pay all that points may pay at this visit."""
    percentile = _draw("habit", household_id) % 100
    every = next(every for below, every in HABITS if percentile < below)
    return every > 0 and _draw("visit", basket_id) % every == 0


def _draw(what: str, number: int) -> int:
    return crc32(f"{what}:{number}".encode())
