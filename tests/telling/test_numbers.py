"""Numbers as people read them: grouped, with a real minus, never torn from their unit."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from plushka.platform.i18n import (
    LANGUAGES,
    NBSP,
    Language,
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_percent,
    format_points,
    format_points_bound,
    format_quantity,
    format_ratio,
    format_time,
    join,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("minor", "currency", "language", "told"),
    [
        (1234_50, "RUB", "ru", "1 234,50 ₽"),
        (-1234_50, "RUB", "ru", "−1 234,50 ₽"),
        (1234_50, "USD", "en", "$1,234.50"),
        (-5, "USD", "en", "−\u2060$0.05"),
        (-40_852_00, "RUB", "en", "−\u2060₽40,852.00"),
        (1234, "JPY", "en", "¥1,234"),
        (500_00, "BYN", "en", "BYN 500.00"),
        (10**15, "RUB", "ru", "10 000 000 000 000,00 ₽"),
    ],
)
def test_money(minor: int, currency: str, language: Language, told: str) -> None:
    assert plain(format_money(minor, currency, language)) == told


def test_money_in_a_sentence_drops_empty_kopecks_only() -> None:
    assert plain(format_money(1000_00, "RUB", "ru", trim=True)) == "1 000 ₽"
    assert plain(format_money(1000_50, "RUB", "ru", trim=True)) == "1 000,50 ₽"


def test_a_figure_is_never_torn_from_its_unit() -> None:
    told = (format_money(1234_50, "RUB", "ru"), format_points(1234, 0, "ru"), format_percent(750, "ru"))

    assert not any(" " in text for text in told)


@pytest.mark.parametrize(
    ("points", "told"),
    [
        (1, "1 бонус"),
        (2, "2 бонуса"),
        (5, "5 бонусов"),
        (11, "11 бонусов"),
        (21, "21 бонус"),
        (112, "112 бонусов"),
        (1001, "1 001 бонус"),
        (0, "0 бонусов"),
        (-2, "−2 бонуса"),
    ],
)
def test_points_decline(points: int, told: str) -> None:
    assert plain(format_points(points, 0, "ru")) == told


def test_points_of_two_decimals_show_them_only_when_there_are_any() -> None:
    assert plain(format_points(150, 2, "ru")) == "1,50 бонуса"
    assert plain(format_points(500, 2, "ru")) == "5 бонусов"
    assert plain(format_points(150, 2, "en")) == "1.50 points"


def test_a_bound_stands_in_its_own_case() -> None:
    assert plain(format_points_bound(21, 0, "ru")) == "21 бонуса"
    assert plain(format_points_bound(2, 0, "ru")) == "2 бонусов"


@given(st.decimals(-(10**15), 10**15, places=3), st.sampled_from(LANGUAGES), st.integers(0, 3))
def test_figures_are_grouped_and_divided_as_cldr_has_it(
    value: Decimal, language: Language, decimals: int
) -> None:
    told = format_number(abs(value), language, decimals=decimals)
    rounded = abs(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    # CLDR groups Russian thousands by a narrow or a plain non-breaking space, depending on its release.
    assert told == format_decimal(rounded, pattern, locale=language).replace("\u202f", NBSP)


def test_displayed_figures_round_half_up() -> None:
    assert format_number(Decimal("0.125"), "en", decimals=2) == "0.13"
    assert format_number(Decimal("2.5"), "en") == "3"
    assert plain(format_ratio(1, 16, "ru")) == "6,3 %"
    assert plain(format_ratio(7, 7, "ru")) == "100 %"
    assert format_ratio(1, 0, "ru") == "—"


def test_rates_and_quantities_have_as_many_decimals_as_they_need() -> None:
    rates = [plain(format_percent(bp, "ru")) for bp in (500, 750, 725, 100_00, 0)]
    quantities = [format_quantity(milli, "ru") for milli in (1000, 1500, 355, 100_000)]

    assert rates == ["5 %", "7,5 %", "7,25 %", "100 %", "0 %"]
    assert quantities == ["1", "1,5", "0,355", "100"]


def test_a_moment_is_told_in_the_zone_of_its_branch() -> None:
    moment = datetime(2025, 12, 2, 21, 30, tzinfo=UTC)

    assert plain(format_datetime(moment, "Europe/Moscow", "ru")) == "3 декабря 2025, 00:30"
    assert plain(format_datetime(moment, "Europe/Moscow", "en")) == "December 3, 2025, 00:30"
    assert format_time(moment, "Asia/Vladivostok") == "07:30"


def test_a_date_can_be_short() -> None:
    assert [format_date(date(2025, 11, 24), language, form="short") for language in ("ru", "en")] == [
        "24.11",
        "Nov\u00a024",
    ]


def test_lists_end_as_people_end_them() -> None:
    assert join(["a", "b", "c"], "ru") == "a, b и c"
    assert join(["a", "b"], "ru", either=True) == "a или b"
    assert join(["a"], "en") == "a"
