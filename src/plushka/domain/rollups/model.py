"""The tables that are kept, and how they were kept last."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

ALL_BRANCHES = UUID(int=0)
"""The branch of rows that have the sum over all branches."""


Schema = Literal["public", "pg_temp"]
"""Where tables of sums are: those that are kept, or a transaction's own to compare them with."""


class Table(Struct, frozen=True):
    """A table of sums: what it is kept by, besides the tenant, and what it sums.

    A row whose ``counts`` are all 0 says nothing and is not kept.
    """

    name: str
    key: tuple[str, ...]
    sums: tuple[str, ...]
    counts: tuple[str, ...] = ("receipts",)


_GOODS = ("receipts", "quantity_milli", "revenue_minor", "costed_minor", "cost_minor")

SALES_DAYS = Table(
    "sales_days",
    ("branch_id", "business_date", "program_id", "has_card"),
    (
        "receipts", "returned", "lines", "amount_minor", "discount_minor", "redeemed_minor", "refunded_minor",
        "revenue_minor", "costed", "costed_minor", "cost_minor", "earned_points", "redeemed_points", "redeeming",
        "touched", "first_purchases",
    ),
    counts=("receipts", "returned", "first_purchases"),
)  # fmt: skip
REFUND_DAYS = Table(
    "refund_days",
    ("branch_id", "made_on"),
    ("returns", "refund_minor", "points_back", "points_clawed_back"),
    counts=("returns",),
)
SALES_HOURS = Table("sales_hours", ("branch_id", "business_date", "hour"), ("receipts", "revenue_minor"))
CATEGORY_DAYS = Table("category_days", ("branch_id", "business_date", "category", "parent"), _GOODS)
UNCATEGORIZED_RECEIPTS = Table(
    "uncategorized_receipts", ("branch_id", "business_date", "receipt_id"), ("receipts",)
)
PRODUCT_MONTHS = Table("product_months", ("branch_id", "month_on", "sku"), _GOODS)
CASHIER_DAYS = Table(
    "cashier_days",
    ("branch_id", "business_date", "cashier"),
    (
        "receipts", "with_card", "returned", "lines", "discount_minor", "redeemed_minor", "refunded_minor",
        "revenue_minor",
    ),
    counts=("receipts", "returned"),
)  # fmt: skip
MEMBER_MONTHS = Table(
    "member_months",
    ("member_id", "month_on"),
    (
        "receipts", "lines", "discount_minor", "redeemed_minor", "revenue_minor", "costed_minor", "cost_minor",
    ),
)  # fmt: skip
MEMBER_YEARS = Table("member_years", ("member_id", "year_on"), ("receipts", "lines", "revenue_minor"))
MEMBER_PATHS = Table(
    "member_paths",
    ("member_id",),
    (
        "first_id", "first_on", "second_on", "third_on", "fourth_on", "last_on", "receipts", "lines", "revenue_minor",
    ),
)  # fmt: skip
MECHANIC_DAYS = Table(
    "mechanic_days",
    ("branch_id", "business_date", "program_id", "mechanic"),
    (
        "receipts", "lines", "discount_minor", "redeemed_minor", "revenue_minor", "costed", "costed_minor",
        "cost_minor", "earned_points", "off_minor", "points",
    ),
)  # fmt: skip
MECHANIC_BUYERS = Table(
    "mechanic_buyers", ("business_date", "member_id", "branch_id", "mechanic_set"), ("receipts",)
)
RECEIPT_GOODS = Table(
    "receipt_goods",
    ("business_date", "receipt_id"),
    ("branch_id", "member_id", "products", "categories", "brands"),
)
POINTS_DAYS = Table(
    "points_days",
    ("program_id", "day", "kind", "debit", "credit"),
    ("movements", "points"),
    counts=("movements",),
)
LOT_MONTHS = Table(
    "lot_months",
    ("program_id", "earned_on", "month_on", "kind", "debit", "credit"),
    ("movements", "points"),
    counts=("movements",),
)

TABLES = (
    SALES_DAYS,
    REFUND_DAYS,
    SALES_HOURS,
    CATEGORY_DAYS,
    UNCATEGORIZED_RECEIPTS,
    PRODUCT_MONTHS,
    CASHIER_DAYS,
    MEMBER_MONTHS,
    MEMBER_YEARS,
    MEMBER_PATHS,
    MECHANIC_DAYS,
    MECHANIC_BUYERS,
    RECEIPT_GOODS,
    POINTS_DAYS,
    LOT_MONTHS,
)


class Run(Struct, frozen=True):
    """How a business's sums were kept last: as of ``folded_at``."""

    folded_at: datetime
    took_ms: int
    changes: int
    rebuilt_at: datetime | None
