"""Recognising what the columns of a file hold: by their headings, else by what stands below."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from plushka.domain.members.identities import normalize_phone
from plushka.domain.members.imports.model import Column, DateOrder, Table
from plushka.domain.members.model import PhoneInvalid

SAMPLE_ROWS = 200
MOST = 0.8
"""Of the filled cells of a column that must look alike for it to be recognised by them."""

_WORDS = re.compile(r"[^a-zа-я0-9%]+")
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T].*)?")
_NAME = re.compile(r"[^\W\d_]+(?:[ .'-]+[^\W\d_]+)+\.?")
_PHONE_DIGITS_MIN = 10
_MONTHS = 12
_ADULT_YEARS = 12
"""Who joined lately is not so young: a column of dates within these years tells of joining, not of birth."""

HEADINGS: dict[Column, frozenset[str]] = {
    Column.NAME: frozenset(
        {
            "имя",
            "фио",
            "клиент",
            "имя клиента",
            "имя и фамилия",
            "фамилия имя отчество",
            "участник",
        }
        | {
            "name",
            "full name",
            "fullname",
            "member s name",
            "customer",
            "customer name",
            "client",
            "member",
            "contact name",
        }
    ),
    Column.LAST_NAME: frozenset({"фамилия", "last name", "lastname", "surname", "family name"}),
    Column.FIRST_NAME: frozenset({"first name", "firstname", "given name"}),
    Column.MIDDLE_NAME: frozenset({"отчество", "middle name", "patronymic"}),
    Column.PHONE: frozenset(
        {"телефон", "номер телефона", "моб телефон", "мобильный", "мобильный телефон", "тел", "сотовый"}
        | {"phone", "phone number", "mobile", "mobile phone", "cell", "tel", "telephone"}
    ),
    Column.CARD: frozenset(
        {
            "карта",
            "номер карты",
            "карта клиента",
            "бонусная карта",
            "дисконтная карта",
            "штрихкод",
            "штрих код",
        }
        | {"код карты", "card", "card number", "loyalty card", "barcode", "card no"}
    ),
    Column.EMAIL: frozenset(
        {"почта", "эл почта", "электронная почта", "емейл", "имейл", "адрес эл почты"}
        | {"email", "e mail", "mail", "email address"}
    ),
    Column.EXTERNAL: frozenset(
        {"внешний код", "внешний id", "id клиента", "код клиента", "код", "id"}
        | {"external id", "external code", "customer id", "client id", "member id", "guid", "uuid"}
    ),
    Column.BIRTHDAY: frozenset(
        {
            "день рождения",
            "дата рождения",
            "дата рожд",
            "др",
            "д р",
            "рождение",
            "birthday",
            "birth date",
            "birthdate",
        }
        | {"date of birth", "dob"}
    ),
    Column.BALANCE: frozenset(
        {"баланс", "бонусы", "баллы", "остаток", "бонусный баланс", "баланс бонусов", "остаток бонусов"}
        | {"баланс баллов", "остаток баллов", "сумма бонусов", "количество бонусов", "на счету", "накоплено"}
        | {
            "накоплено бонусов",
            "накоплено баллов",
            "накопленные бонусы",
            "накопленные баллы",
            "текущий баланс",
        }
        | {"balance", "points", "bonus", "bonuses", "points balance", "bonus balance", "current balance"}
    ),
    Column.TIER: frozenset(
        {
            "уровень",
            "статус",
            "уровень клиента",
            "группа",
            "категория клиента",
            "tier",
            "level",
            "status",
            "group",
        }
    ),
    Column.DISCOUNT: frozenset(
        {
            "скидка",
            "скидка %",
            "процент скидки",
            "личная скидка",
            "личная скидка %",
            "персональная скидка",
            "размер скидки",
        }
        | {"discount", "discount %", "personal discount", "personal discount %"}
    ),
    Column.TAGS: frozenset({"метки", "метка", "теги", "тег", "ярлыки", "tags", "tag", "labels", "label"}),
    Column.ENROLLED: frozenset(
        {"дата регистрации", "регистрация", "дата вступления", "дата создания", "создан", "в программе с"}
        | {
            "дата выдачи карты",
            "registered",
            "registration date",
            "enrolled",
            "enrolled on",
            "joined",
            "created",
            "created at",
        }
        | {"member since", "signup date"}
    ),
    Column.PERSONAL_DATA: frozenset(
        {
            "согласие на обработку данных",
            "согласие на обработку персональных данных",
            "согласие на обработку пдн",
        }
        | {"согласие", "personal data", "consent", "consent to personal data"}
    ),
    Column.MARKETING: frozenset(
        {"согласие на рассылку", "согласие на рассылки", "согласие на рекламу", "рассылка", "реклама"}
        | {"marketing", "marketing consent", "consent to marketing", "newsletter", "opt in", "subscribed"}
    ),
}

_WHOSE = frozenset(
    {"клиента", "покупателя", "гостя", "участника", "customer", "client", "member", "guest", "s"}
)
"""Words of a heading that tell nothing: every column is the member's."""


def recognize(table: Table, *, country: str, today: date) -> tuple[tuple[Column | None, ...], bool]:
    """Return what each column holds, None for what is not understood, and whether the first row is a heading.

    No meaning is given twice, except that several columns may hold phones, cards and e-mails.
    """
    width = max(map(len, table.rows))
    first = [*table.rows[0], *[""] * (width - len(table.rows[0]))]
    named = [_by_heading(cell) for cell in first]
    below = table.rows[1 : SAMPLE_ROWS + 1]
    has_header = any(named) or not any(
        _by_content([cell], country=country, today=today) for cell in first if cell
    )
    if not has_header:
        below, named = table.rows[:SAMPLE_ROWS], [None] * width
    if Column.LAST_NAME in named and Column.FIRST_NAME not in named and Column.NAME in named:
        # «Имя» beside «Фамилия» is a first name.
        named[named.index(Column.NAME)] = Column.FIRST_NAME
    found: list[Column | None] = []
    for place, by_heading in enumerate(named):
        column = by_heading
        if column is None:
            cells = [row[place] for row in below if place < len(row)]
            column = _by_content(cells, country=country, today=today)
            # A heading that we do not know stands above dates of we know not what.
            if column in named or (has_header and column in _DATES):
                column = None
        found.append(None if column in found and column not in _REPEATABLE else column)
    return tuple(found), has_header


def date_order(table: Table, columns: Sequence[Column | None]) -> DateOrder:
    """Return whether days or months come first in the dates of the file: days, unless one of them cannot be so."""
    places = [place for place, column in enumerate(columns) if column in _DATES]
    for row in table.rows:
        for place in places:
            parts = _DATE.fullmatch(row[place]) if place < len(row) else None
            if parts and len(parts[1]) <= 2 and int(parts[2]) > _MONTHS >= int(parts[1]):  # noqa: PLR2004
                return "mdy"
    return "dmy"


def read_date(text: str, order: DateOrder) -> date | None:
    """Return the day that ``text`` names; a time behind it is passed over. None: it names none."""
    parts = _DATE.fullmatch(text.strip())
    if parts is None:
        return None
    first, second, third = parts.groups()
    if len(first) == 4:  # noqa: PLR2004  a year
        year, month, day = int(first), int(second), int(third)
    elif len(third) == 4:  # noqa: PLR2004
        year = int(third)
        day, month = (int(first), int(second)) if order != "mdy" else (int(second), int(first))
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


_REPEATABLE = frozenset({Column.PHONE, Column.CARD, Column.EMAIL})
_DATES = frozenset({Column.BIRTHDAY, Column.ENROLLED})


def _by_heading(cell: str) -> Column | None:
    words = [word for word in _WORDS.split(cell.lower().replace("ё", "е")) if word]
    return _known(words) or _known([word for word in words if word not in _WHOSE])


def _known(words: Sequence[str]) -> Column | None:
    return next((column for column, known in HEADINGS.items() if " ".join(words) in known), None)


def _by_content(cells: Sequence[str], *, country: str, today: date) -> Column | None:
    filled = [cell for cell in cells if cell]
    if not filled:
        return None

    def mostly(looks: Callable[[str], bool]) -> bool:
        return sum(map(looks, filled)) >= MOST * len(filled)

    if mostly(lambda cell: "@" in cell and "." in cell.rpartition("@")[2]):
        return Column.EMAIL
    if mostly(lambda cell: read_date(cell, "dmy") is not None or read_date(cell, "mdy") is not None):
        days = [read_date(cell, "dmy") or read_date(cell, "mdy") for cell in filled]
        years = sorted(day.year for day in days if day)
        return Column.BIRTHDAY if years[len(years) // 2] < today.year - _ADULT_YEARS else Column.ENROLLED
    if mostly(lambda cell: _looks_like_phone(cell, country)):
        return Column.PHONE
    if mostly(lambda cell: _NAME.fullmatch(cell) is not None):
        return Column.NAME
    return None


def _looks_like_phone(cell: str, country: str) -> bool:
    if sum(map(str.isdecimal, cell)) < _PHONE_DIGITS_MIN or any(letter.isalpha() for letter in cell):
        return False
    try:
        normalize_phone(cell, country)
    except PhoneInvalid:
        return False
    return True
