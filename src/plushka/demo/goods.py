"""What the grocery chain pays for its goods. The data set does not tell: it is invented."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from plushka.demo.catalog import GIFT_CARD

_COST_PERCENT: Mapping[str, int] = MappingProxyType(
    {
        "FUEL": 92, "GROCERY": 74, "MEAT": 72, "MEAT-PCKGD": 70, "SEAFOOD": 70, "SEAFOOD-PCKGD": 70, "PRODUCE": 66,
        "FROZEN GROCERY": 70, "DELI": 58, "PASTRY": 52, "SALAD BAR": 50, "CHEF SHOPPE": 52, "RESTAURANT": 50,
        "DRUG GM": 68, "NUTRITION": 68, "COSMETICS": 62, "SPIRITS": 76, "FLORAL": 55,
    }
)  # fmt: skip
_ELSEWHERE, _ALL = 70, 100
"""Of the usual price, by department. A gift card is worth what was paid for it."""


def costs_of_goods(products: pl.DataFrame, lines: pl.DataFrame) -> dict[str, int]:
    """Return what a whole unit of each product that was sold costs, in cents, by code: a share of its usual price."""
    usual = (
        lines.filter((pl.col("quantity_milli") > 0) & (pl.col("amount_minor") > 0))
        .group_by("product_id")
        .agg(price_minor=(pl.col("amount_minor") * 1000 / pl.col("quantity_milli")).median())
    )
    percent = (
        pl.when(pl.col("product_type").str.contains(GIFT_CARD, literal=True))
        .then(_ALL)
        .otherwise(pl.col("department").replace_strict(dict(_COST_PERCENT), default=_ELSEWHERE))
    )
    priced = products.join(usual, on="product_id").select(
        "product_id", cost_minor=(pl.col("price_minor") * percent / _ALL).round().cast(pl.Int64)
    )
    return {str(product_id): cost_minor for product_id, cost_minor in priced.iter_rows()}
