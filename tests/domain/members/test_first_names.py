"""Members are addressed by their first names, in whatever order their names were written."""

import pytest

from plushka.domain.members.first_names import first_name


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Вера", "Вера"),
        ("Вера Иванова", "Вера"),
        ("Иванова Вера", "Вера"),
        ("Иванова Вера Петровна", "Вера"),
        ("Вера Петровна Иванова", "Вера"),
        ("Вера Петровна", "Вера"),
        ("Павлова Марина", "Марина"),
        ("Марина Павлова", "Марина"),
        ("Константин", "Константин"),
        ("Яков", "Яков"),
        ("Ковальский Ян", "Ян"),
        ("Шевченко Тарас", "Тарас"),
        ("Абрамович Роман", "Роман"),
        ("Роман Абрамович", "Роман"),
        ("Алиев Вагиф Гасан оглы", "Вагиф"),
        ("Анна-Мария Белых", "Анна-Мария"),
        ("Anna Smith", "Anna"),
        ("Петров", ""),
        ("+7 999 000-01-01", ""),
        ("", ""),
    ],
)
def test_the_first_name_is_found(name: str, first: str) -> None:
    assert first_name(name) == first
