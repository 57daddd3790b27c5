"""Lines of receipts: each product on a receipt is a row, as much of it as did not come back."""

from plushka.domain.catalog.model import ProductKind
from plushka.domain.insights.constructor.catalogue import Column, Dimension, Measure, Source
from plushka.domain.insights.constructor.sources import receipts
from plushka.domain.insights.constructor.sources.goods import measures_of_goods
from plushka.platform.i18n import marked

# As domain/rollups/counting.py has it; `offset 0` keeps documents from being parsed once for each thing read of them.
_SQL = """receipts r
            cross join lateral (
                select (r.basket->'basket'->'lines')::jsonb as sold, (r.outcome->'lines')::jsonb as decided,
                       (r.basket->'costs')::jsonb as costs
                offset 0
            ) as d
            cross join lateral (
                select number, sold->>0 as sku, sold->3->0 as path, (sold->>1)::bigint as milli,
                       (decided->>3)::bigint as net, cost::bigint as cost
                from rows from (
                    jsonb_array_elements(d.sold), jsonb_array_elements(d.decided), jsonb_array_elements_text(d.costs)
                ) with ordinality as every (sold, decided, cost, number)
                offset 0
            ) as l
            left join (
                select t.receipt_id, (back->>'index')::bigint as index,
                       sum((back->>'quantity_milli')::bigint)::bigint as milli
                from returns t cross join lateral jsonb_array_elements(t.lines) as back
                where t.tenant_id = $1
                group by 1, 2
            ) as gone on gone.receipt_id = r.id and gone.index = l.number - 1"""
_LEFT = "l.{0} - l.{0} * coalesce(gone.milli, 0) / l.milli"
_KIND_WORDS: dict[ProductKind, str] = {
    "goods": marked("goods"),
    "certificate": marked("gift certificates"),
    "delivery": marked("delivery"),
}
_GOODS = {
    "product": Dimension(marked("Product"), "l.sku", "product"),
    "category": Dimension(marked("Category"), "l.path->>0", "category", unsaid=marked("without a category")),
    "top_category": Dimension(
        marked("Category of the top"),
        "l.path->>(jsonb_array_length(l.path) - 1)",
        "category",
        unsaid=marked("without a category"),
    ),
    "brand": Dimension(marked("Brand"), "g.brand", unsaid=marked("without a brand"), needs=("product",)),
    "kind": Dimension(
        marked("Kind of product"),
        "g.kind",
        "words",
        words=_KIND_WORDS,
        unsaid=marked("not in the catalogue"),
        needs=("product",),
    ),
}
LINES = Source(
    title=marked("Goods on receipts"),
    text=marked(
        "Each product on each receipt, as much as did not come back: what is sold, to whom, and what it brings."
    ),
    days=receipts.RECEIPTS.days,
    sql=_SQL,
    listed="r.id",
    where=f"{receipts.WHERE} and l.milli > coalesce(gone.milli, 0)",
    joins={
        **{name: sql for name, sql in receipts.JOINS.items() if name != "goods"},
        "product": "left join products g on g.tenant_id = $1 and g.sku = l.sku",
    },
    branch=receipts.RECEIPTS.branch,
    dimensions={**_GOODS, **receipts.DIMENSIONS},
    columns={
        "receipt_id": Column("r.id"),
        "member_id": Column("r.member_id"),
        "milli": Column("l.milli - coalesce(gone.milli, 0)"),
        "revenue": Column(_LEFT.format("net")),
        "cost": Column(_LEFT.format("cost")),
    },
    measures={
        "revenue": Measure(
            marked("Revenue"), "money", "sum(revenue)", ("revenue",), definition="asked_line_revenue"
        ),
        "quantity": Measure(
            marked("Quantity"), "quantity", "sum(milli)", ("milli",), definition="asked_quantity"
        ),
        "price": Measure(
            marked("Average price"),
            "money",
            "sum(revenue) * 1000",
            ("revenue", "milli"),
            of="sum(milli)",
            definition="asked_price",
        ),
        "receipts": Measure(
            marked("Receipts with the goods"),
            "count",
            "count(distinct receipt_id)",
            ("receipt_id",),
            definition="asked_receipts_with",
        ),
        "lines": Measure(marked("Lines"), "count", "count(*)", definition="asked_lines"),
        "buyers": Measure(
            marked("Buyers"), "count", "count(distinct member_id)", ("member_id",), definition="asked_buyers"
        ),
        **measures_of_goods("asked_line_cost"),
    },
)
