"""The data set is what we say it is, and cleaning it loses no cent unseen."""

import polars as pl
import pytest

from plushka.demo import dataset


@pytest.fixture(scope="module")
def year() -> dataset.Year:
    return dataset.read_year()


def test_the_files_hold_the_year_that_was_described() -> None:
    lines = dataset.read("transactions")
    assert lines.height == 1_469_307
    assert lines["basket_id"].n_unique() == 155_848
    assert lines["household_id"].n_unique() == 2_469
    assert lines["store_id"].n_unique() == 457
    assert dataset.read("products").height == 92_331


def test_every_departure_from_the_files_is_counted(year: dataset.Year) -> None:
    assert year.cleaning == dataset.Cleaning(
        lines_in_files=1_469_307,
        baskets_in_files=155_848,
        coupon_lines=3_507,
        coupon_lines_minor=-6_869_77,
        baskets_clamped=19,
        baskets_clamped_minor=-26_58,
        lines_without_goods=8_840,
        lines_of_unknown_quantity=29,
        fuel_lines=14_697,
        fuel_lines_without_volume=1_177,
        baskets_without_goods=328,
        baskets_for_nothing=199,
        lines=1_460_467,
        baskets=155_520,
        amount_minor=4_569_706_26,
    )


def test_amounts_come_to_what_was_paid_to_the_cent(year: dataset.Year) -> None:
    sales_minor, coupons_minor = 4_596_039_58, 26_359_90
    assert year.cleaning.amount_minor == sales_minor - coupons_minor - year.cleaning.baskets_clamped_minor
    assert year.lines["amount_minor"].sum() == year.cleaning.amount_minor
    assert year.lines["amount_minor"].min() == 0


def test_no_household_is_lost_with_its_empty_baskets(year: dataset.Year) -> None:
    assert year.baskets["household_id"].n_unique() == 2_469


def test_in_eastern_time_every_coupon_is_redeemed_on_a_day_with_a_basket_of_its_household() -> None:
    lines = dataset.read("transactions")
    days = lines.select(
        "household_id", redemption_date=dataset.local_time(pl.col("transaction_timestamp")).dt.date()
    ).unique()
    redemptions = dataset.read("coupon_redemptions").with_columns(pl.col("redemption_date").cast(pl.Date))
    assert redemptions.height == 2_102
    assert redemptions.join(days, on=["household_id", "redemption_date"], how="semi").height == 2_102


def test_in_eastern_time_the_shops_are_closed_on_christmas_and_busiest_at_five(year: dataset.Year) -> None:
    at = year.baskets["local_at"]
    assert (str(at.min()), str(at.max())) == ("2017-01-01 06:53:26", "2017-12-31 23:01:20")
    assert at.dt.date().n_unique() == 364
    assert at.dt.hour().value_counts().sort("count").row(-1)[0] == 17


def test_fuel_is_measured_in_thousandths_and_sold_at_a_price_per_gallon() -> None:
    products = dataset.read("products").filter(pl.col("product_type").str.contains(dataset.FUEL_TYPE))
    fuel = dataset.read("transactions").join(products, on="product_id").filter(pl.col("quantity") >= 100)
    cents_a_gallon = fuel["sales_value"] * 100_000 / fuel["quantity"]
    assert fuel.height == 13_509
    assert cents_a_gallon.is_between(178, 326).all()


def booked(*lines: tuple[int, int, float, float]) -> pl.DataFrame:
    """Lines of basket 1 as (product, quantity, sales_value, coupon_disc)."""
    columns = ("product_id", "quantity", "sales_value", "coupon_disc")
    return pl.DataFrame(lines, schema=columns, orient="row").with_columns(
        basket_id=1,
        household_id=1,
        store_id=1,
        transaction_timestamp=pl.datetime(2017, 1, 1, 12),
    )


PRODUCTS = pl.DataFrame({"product_id": [1, 2, 3, 9], "product_type": ["TEA", "JAM", "BUNS", "GASOLINE-REG"]})


def cleaned(*lines: tuple[int, int, float, float]) -> list[tuple[int, int, int]]:
    """Lines as (product, quantity in thousandths, cents)."""
    year = dataset.clean(booked(*lines), PRODUCTS)
    return year.lines.select("product_id", "quantity_milli", "amount_minor").rows()


def test_a_coupon_of_the_line_is_taken_off_the_line() -> None:
    assert cleaned((1, 2, 3.00, 0.55)) == [(1, 2000, 245)]


def test_a_coupon_on_a_line_of_its_own_is_spread_over_the_goods() -> None:
    assert cleaned((1, 1, 2.00, 0), (2, 1, 1.00, 0), (7, 0, 0, 1.00)) == [(1, 1000, 133), (2, 1000, 67)]


def test_equal_remainders_go_to_the_earlier_line() -> None:
    assert cleaned((1, 1, 1.00, 0), (2, 1, 1.00, 0), (3, 1, 1.00, 0), (7, 0, 0, 0.01)) == [
        (1, 1000, 99),
        (2, 1000, 100),
        (3, 1000, 100),
    ]


def test_a_basket_below_nothing_comes_to_nothing() -> None:
    assert cleaned((1, 1, 1.00, 0), (7, 0, 0, 2.00)) == [(1, 1000, 0)]


def test_a_fuel_line_without_its_volume_is_one_sale() -> None:
    assert cleaned((9, 10597, 25.00, 0), (9, 1, 15.00, 0)) == [(9, 10597, 2500), (9, 1000, 1500)]


def test_money_without_a_quantity_is_one_piece() -> None:
    assert cleaned((1, 0, 1.50, 0)) == [(1, 1000, 150)]
