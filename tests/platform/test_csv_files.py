"""CSV that spreadsheets open as it was meant."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from plushka.platform.csv_files import Cell, csv_bytes


def test_a_file_begins_with_its_mark_and_its_pieces_fit_together() -> None:
    first = csv_bytes([["Имя", "Баланс"]], "ru", is_beginning=True)
    second = csv_bytes([["Аня; Боря", Decimal("1.50")], [None, 7]], "ru", is_beginning=False)

    assert (first + second).decode() == '\ufeffИмя;Баланс\r\n"Аня; Боря";1,50\r\n;7\r\n'


def test_moments_days_and_decimals_are_written_for_the_reader() -> None:
    row: list[Cell] = [datetime(2026, 3, 10, 9, 5, tzinfo=UTC), date(2026, 3, 10), Decimal("1.50")]

    assert csv_bytes([row], "en", is_beginning=False) == b"2026-03-10 09:05:00,2026-03-10,1.50\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-cmd|x", "@x", "\tx", "=+79161234567"])
def test_what_a_spreadsheet_would_compute_is_only_shown(text: str) -> None:
    assert csv_bytes([[text]], "en", is_beginning=False).decode().strip('"\r\n').startswith("'")


@pytest.mark.parametrize("text", ["+79161234567", "-5", "1,5", "Аня"])
def test_phones_and_numbers_stay_as_they_are(text: str) -> None:
    assert csv_bytes([[text]], "ru", is_beginning=False).decode().strip() == text
