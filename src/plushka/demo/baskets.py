"""Baskets as tills report them: where, when, by whom, and what for how much."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import polars as pl
from msgspec import Struct

from plushka.demo import calendar, people
from plushka.demo.dataset import Year
from plushka.domain.members.model import Identity
from plushka.domain.purchases.model import Purchase, PurchaseLine

CURRENCY = "USD"
OTHER_STORES = "other"
STORE_BASKETS_MIN = 100
"""Stores with fewer baskets in the year are one branch together."""


class Basket(Struct, frozen=True):
    """A basket of the year at its shifted moment; ``branch`` is a code."""

    basket_id: int
    household_id: int
    branch: str
    occurred_at: datetime
    lines: tuple[PurchaseLine, ...]
    coupon_codes: tuple[str, ...] = ()

    def to_purchase(self) -> Purchase:
        """Return the purchase of the past, numbered as in the data set."""
        return Purchase(
            external_id=str(self.basket_id),
            lines=self.lines,
            occurred_at=self.occurred_at,
            currency=CURRENCY,
            member=Identity(kind="card", value=card(self.household_id)),
            redeem="max" if people.pays_with_points(self.household_id, self.basket_id) else 0,
            coupon_codes=self.coupon_codes,
        )


def card(household_id: int) -> str:
    """Return the card number of a household, by which tills name its member."""
    return f"CJ{household_id:06}"


def branch_codes(year: Year) -> list[str]:
    """Return the codes of the branches: the stores worth a branch of their own by number, then the others' one."""
    stores = _stores(year).filter("has_branch")["store_id"].sort()
    return [*map(str, stores), OTHER_STORES]


def in_order(year: Year, yesterday: date) -> pl.DataFrame:
    """Return the baskets in the order of their shifted moments: basket_id, household_id, branch, occurred_at."""
    return (
        year.baskets.join(_stores(year), on="store_id")
        .select(
            "basket_id",
            "household_id",
            branch=pl.when("has_branch")
            .then(pl.col("store_id").cast(pl.String))
            .otherwise(pl.lit(OTHER_STORES)),
            occurred_at=calendar.occurred_at(pl.col("local_at"), yesterday),
        )
        .sort("occurred_at", "basket_id")
    )


def with_lines(baskets: pl.DataFrame, year: Year) -> pl.DataFrame:
    """Add what was bought and the codes shown, as lists beside each basket; the order of baskets stays."""
    bought = (
        year.lines.join(baskets.select("basket_id"), on="basket_id", how="semi")
        .with_columns(pl.col("product_id").cast(pl.String))
        .group_by("basket_id")
        .agg("product_id", "quantity_milli", "amount_minor")
    )
    with_bought = baskets.join(bought, on="basket_id", how="left", maintain_order="left")
    return with_bought.join(year.shown, on="basket_id", how="left", maintain_order="left")


def read(baskets: pl.DataFrame) -> Iterator[Basket]:
    """Return the baskets of a frame that has lines."""
    for basket_id, household_id, branch, occurred_at, skus, quantities, amounts, codes in baskets.iter_rows():
        yield Basket(
            basket_id,
            household_id,
            branch,
            # The standard library's own UTC: polars gives a named zone, ten times slower to compare.
            occurred_at.replace(tzinfo=UTC),
            tuple(map(PurchaseLine, skus, quantities, amounts)),
            tuple(codes or ()),
        )


def _stores(year: Year) -> pl.DataFrame:
    counted = year.baskets.group_by("store_id").agg(pl.len())
    return counted.select("store_id", has_branch=pl.col("len") >= STORE_BASKETS_MIN)
