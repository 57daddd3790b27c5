"""Files with members: whatever program wrote them, they are understood the same way."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter

from plushka.domain.members.imports.columns import read_date, recognize
from plushka.domain.members.imports.files import read_table
from plushka.domain.members.imports.model import (
    Column,
    FileEmpty,
    FileTooLong,
    FileUnreadable,
    ImportRow,
    Plan,
    Table,
)
from plushka.domain.members.imports.rows import Facts
from plushka.domain.members.imports.understanding import propose, understand
from plushka.domain.members.model import Identity
from plushka.domain.programs.telling.imports import PROBLEM_CODES, row_sentences
from plushka.platform.i18n import LANGUAGES

TODAY = date(2026, 3, 10)
FACTS = Facts(country="RU", today=TODAY, scale=0, tiers={"gold": "gold", "золото": "gold"})
TEXT = "ФИО;Телефон;Бонусы\nАнна Ёлкина;8 (916) 123-45-67;1 200\nБорис;+7 999 000-00-02;50\n"


def plan_of(content: bytes) -> Plan:
    return propose(read_table(content), country="RU", today=TODAY, source="старая программа")


def rows_of(text: str) -> list[ImportRow]:
    content = text.encode()
    return understand(content, plan_of(content), FACTS).rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    content = TEXT.replace(";", delimiter).encode(encoding)

    plan = plan_of(content)
    rows = understand(content, plan, FACTS).rows

    assert plan.columns == (Column.NAME, Column.PHONE, Column.BALANCE)
    assert plan.delimiter == delimiter
    assert [(row.number, row.name, row.identities[0].value, row.balance) for row in rows] == [
        (2, "Анна Ёлкина", "+79161234567", 1200),
        (3, "Борис", "+79990000002", 50),
    ]


def test_a_spreadsheet_holds_numbers_and_dates_as_people_see_them() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Имя", "Фамилия", "Мобильный телефон", "Дата рождения", "Скидка, %"])
    sheet.write_row(1, 0, ["Анна", "Ёлкина", 79161234567])
    sheet.write_datetime(1, 3, datetime(1990, 2, 28))  # noqa: DTZ001  a sheet knows no zones
    sheet.write_number(1, 4, 7.5)
    book.close()

    (row,) = understand(file.getvalue(), plan_of(file.getvalue()), FACTS).rows

    assert (row.name, row.identities) == ("Ёлкина Анна", (Identity("phone", "+79161234567"),))
    assert (row.birthday, row.discount_bp) == (date(1990, 2, 28), 750)


def test_columns_without_headings_are_known_by_what_stands_in_them() -> None:
    table = Table(
        rows=[
            ["Анна Ёлкина", "89161234567", "anna@plushka.example", "28.02.1990", "01.03.2025", "77"],
            ["Борис Петров", "+7 999 000 00 02", "boris@plushka.example", "01.12.1985", "02.03.2025", "3"],
        ]
    )

    columns, has_header = recognize(table, country="RU", today=TODAY)

    assert not has_header
    assert columns == (Column.NAME, Column.PHONE, Column.EMAIL, Column.BIRTHDAY, Column.ENROLLED, None)


def test_headings_are_known_in_the_words_of_other_programmes() -> None:
    headings = ["Телефон гостя", "Имя покупателя", "Накоплено баллов", "Дата рожд.", "Client’s card number"]
    table = Table(rows=[headings, ["89161234567", "Анна", "100", "28.02.1990", "77"]])

    columns, _ = recognize(table, country="RU", today=TODAY)

    assert columns == (Column.PHONE, Column.NAME, Column.BALANCE, Column.BIRTHDAY, Column.CARD)


def test_an_unknown_heading_does_not_make_dates_of_visits_birthdays() -> None:
    table = Table(rows=[["Phone", "Seen"], ["89161234567", "28.02.1990"]])

    assert recognize(table, country="RU", today=TODAY) == ((Column.PHONE, None), True)


def test_american_dates_are_told_by_a_day_that_is_no_month() -> None:
    content = b"Phone,Birthday\n89161234567,02/03/1990\n89161234568,02/28/1990\n"

    rows = understand(content, plan_of(content), FACTS).rows

    assert [row.birthday for row in rows] == [date(1990, 2, 3), date(1990, 2, 28)]


@pytest.mark.parametrize("text", ["", "31.02.1990", "1990", "28.02", "28.02.90", "завтра", "1.2.3.4"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, "dmy") is None


@pytest.mark.parametrize(
    ("cells", "code", "is_fatal"),
    [
        ("Анна;;;;;", "identity_missing", True),
        ("Анна;12;QX1;;;", "phone_invalid", False),
        ("Анна;12;;;;", "phone_invalid", False),
        ("Анна;89161234567;;-5;;", "import_balance_negative", True),
        ("Анна;89161234567;;много;;", "import_balance_unreadable", True),
        ("Анна;89161234567;;10,5;;", "import_balance_unreadable", True),
        ("Анна;89161234567;;;31.02.1990;", "import_date_unreadable", False),
        ("Анна;89161234567;;;01.01.2090;", "import_date_unlikely", False),
        ("Анна;89161234567;;;;Платина", "import_tier_unknown", False),
        (f"{'я' * 201};89161234567;;;;", "import_name_too_long", False),
    ],
)
def test_a_problem_names_its_column_and_is_told(*, cells: str, code: str, is_fatal: bool) -> None:
    row = rows_of(f"ФИО;Телефон;Карта;Бонусы;Дата рождения;Уровень\n{cells}\n")[0]

    problem = row.problems[0]
    assert (problem.code, problem.is_fatal) == (code, is_fatal)
    for language in LANGUAGES:
        assert row_sentences(row.problems, language, scale=0)


def test_what_becomes_of_a_row_is_told_once_however_much_is_wrong_with_it() -> None:
    taken, left_out = rows_of(
        "ФИО;Телефон;Почта;Бонусы;Дата рождения\nАнна;12;anna@plushka.example;;31.02.1990\nБорис;12;;-5;\n"
    )

    assert row_sentences(taken.problems, "ru", scale=0) == (
        "«12» — не номер телефона. «31.02.1990» — не дата. Остальное из строки берётся."
    )
    told = row_sentences(left_out.problems, "ru", scale=0)
    assert told.count("Эта строка пропускается.") == 1
    assert "Остальное" not in told


def test_who_stands_twice_in_a_file_is_taken_once() -> None:
    first, second, third = rows_of("ФИО;Телефон;Карта\nА;89161234567;1\nБ;+79161234567;2\nВ;;2\n")

    assert not first.is_fatal
    assert (second.problems[0].code, second.problems[0].row) == ("import_repeated", 2)
    assert not third.is_fatal, "the row that was left out takes nothing with it"


def test_several_phones_and_tags_stand_in_one_cell() -> None:
    (row,) = rows_of("Телефон;Метки;E-mail\n89161234567, 89161234568;vip, кофе ,vip;A@Plushka.Example\n")

    assert [identity.value for identity in row.identities] == [
        "+79161234567",
        "+79161234568",
        "a@plushka.example",
    ]
    assert row.tags == ("vip", "кофе")


@pytest.mark.parametrize("content", [b"", b"\n\n", b";;;\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(FileEmpty):
        read_table(content)


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a sheet", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a\0b;c"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read_table(content)


def test_every_problem_has_a_sentence() -> None:
    assert {"import_repeated", "identity_taken", "import_balance_known"} <= PROBLEM_CODES


def test_a_stray_cell_in_the_far_corner_ends_the_reading_and_not_the_server() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Телефон")
        sheet.write(1_048_575, 16_383, "x")

    with pytest.raises(FileTooLong):
        read_table(file.getvalue())
