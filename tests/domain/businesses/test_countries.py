"""A country tells the currency, the time zones and the language of a business."""

import pytest
from babel.numbers import is_currency

from plushka.domain.businesses.countries import (
    MAIN_ZONES,
    currency_of,
    language_of,
    list_countries,
    list_time_zones,
    time_zones_of,
)


@pytest.mark.parametrize(
    ("country", "currency", "zone", "language"),
    [
        ("RU", "RUB", "Europe/Moscow", "ru"),
        ("KZ", "KZT", "Asia/Almaty", "ru"),
        ("UA", "UAH", "Europe/Kyiv", "en"),
        ("BY", "BYN", "Europe/Minsk", "ru"),
        ("UZ", "UZS", "Asia/Tashkent", "en"),
        ("DE", "EUR", "Europe/Berlin", "en"),
        ("US", "USD", "America/New_York", "en"),
        ("JP", "JPY", "Asia/Tokyo", "en"),
    ],
)
def test_it_tells_what_to_begin_with(country: str, currency: str, zone: str, language: str) -> None:
    assert currency_of(country) == currency
    assert time_zones_of(country)[0] == zone
    assert language_of(country, otherwise="en") == language


def test_every_country_can_be_founded_in() -> None:
    assert len(list_countries()) > 200
    for country in list_countries():
        assert is_currency(currency_of(country)), country
        assert set(time_zones_of(country)) <= {*list_time_zones(), "UTC"}, country
    assert all(
        main in time_zones_of(country)[1:2] or main in list_time_zones()
        for country, main in MAIN_ZONES.items()
    )


def test_nobody_lives_in_a_distance_from_greenwich() -> None:
    assert not [zone for zone in list_time_zones() if zone.startswith("Etc/")]
