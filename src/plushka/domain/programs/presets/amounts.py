"""Sensible amounts by currency: what stands where roubles do in a preset.

Not an exchange rate: a cup of coffee has its own price in each country, and a threshold its own round number.
Each row is rounded by hand, and presets may use only amounts that have a row.
"""

from types import MappingProxyType
from typing import Final

from babel.numbers import get_currency_precision

CURRENCIES: Final = ("RUB", "KZT", "UAH", "BYN", "UZS", "EUR", "USD", "JPY")
BASE: Final = "RUB"

POINT_VALUE_MINOR: Final = MappingProxyType(
    {"RUB": 100, "KZT": 100, "UAH": 100, "BYN": 1, "UZS": 100, "EUR": 1, "USD": 1, "JPY": 1}
)
"""What a point buys: a rouble, a tenge, a cent. Where money has small units, points do too, so that none is lost."""

# In whole units of the currencies, in the order of CURRENCIES; BYN, EUR and USD in hundredths.
_ROWS: Final = (
    (10, 50, 5, 30, 1_500, 20, 20, 20),
    (50, 250, 20, 150, 7_000, 80, 100, 100),
    (100, 500, 50, 300, 15_000, 150, 200, 200),
    (150, 800, 60, 450, 20_000, 250, 300, 300),
    (200, 1_000, 80, 600, 25_000, 300, 400, 400),
    (300, 1_500, 120, 900, 40_000, 450, 600, 600),
    (500, 2_500, 200, 1_500, 70_000, 800, 1_000, 1_000),
    (700, 3_500, 300, 2_000, 100_000, 1_000, 1_500, 1_500),
    (1_000, 5_000, 400, 3_000, 150_000, 1_500, 2_000, 2_000),
    (1_500, 8_000, 600, 4_500, 200_000, 2_500, 3_000, 3_000),
    (2_000, 10_000, 800, 6_000, 300_000, 3_000, 4_000, 4_000),
    (2_500, 12_000, 1_000, 7_500, 350_000, 4_000, 5_000, 5_000),
    (3_000, 15_000, 1_200, 9_000, 400_000, 5_000, 6_000, 6_000),
    (5_000, 25_000, 2_000, 15_000, 700_000, 8_000, 10_000, 10_000),
    (6_000, 30_000, 2_500, 18_000, 800_000, 9_000, 12_000, 12_000),
    (10_000, 50_000, 4_000, 30_000, 1_500_000, 15_000, 20_000, 20_000),
    (20_000, 100_000, 8_000, 60_000, 3_000_000, 30_000, 40_000, 40_000),
    (30_000, 150_000, 12_000, 90_000, 4_000_000, 45_000, 60_000, 60_000),
    (50_000, 250_000, 20_000, 150_000, 7_000_000, 80_000, 100_000, 100_000),
    (100_000, 500_000, 40_000, 300_000, 15_000_000, 150_000, 200_000, 200_000),
)
_IN_HUNDREDTHS: Final = frozenset({"BYN", "EUR", "USD"})


def _minor(currency: str, figure: int) -> int:
    return figure if currency in _IN_HUNDREDTHS else figure * 10 ** get_currency_precision(currency)


_MINOR: Final = {
    (row[0], currency): _minor(currency, figure)
    for row in _ROWS
    for currency, figure in zip(CURRENCIES, row, strict=True)
}


def money(minor: int, currency: str) -> int:
    """Return what stands for ``minor`` kopecks in minor units of ``currency``; 0 stays 0.

    :raises KeyError: the amount has no row, or the currency no column
    """
    return _MINOR[_whole(minor), currency] if minor else 0


def points(count: int, currency: str) -> int:
    """Return what stands for ``count`` points of a rouble each, so that they buy what ``money`` says; 0 stays 0.

    :raises KeyError: the amount has no row, or the currency no column
    """
    return _MINOR[count, currency] // POINT_VALUE_MINOR[currency] if count else 0


def _whole(minor: int) -> int:
    whole, rest = divmod(minor, 100)
    if rest:
        raise KeyError(minor)
    return whole
