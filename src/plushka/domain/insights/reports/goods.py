"""What is sold: categories, products, and what is bought together."""

from datetime import date

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.scope import Scope
from plushka.platform.database import Tx

CATEGORIES_MAX = 300
PRODUCTS_MAX = 500
PAIRS_MAX = 100


class Sold(Struct, frozen=True):
    """What was sold of a category or a product, net of discounts, points and returns.

    ``costed_minor``: revenue of lines whose cost is known, ``cost_minor`` theirs. ``receipts``: with something of it.
    """

    code: str
    name: str
    receipts: int
    quantity_milli: int
    revenue_minor: int
    costed_minor: int
    cost_minor: int

    @property
    def margin_minor(self) -> int:
        return self.costed_minor - self.cost_minor

    @property
    def margin(self) -> Ratio:
        return Ratio(self.margin_minor, self.costed_minor)


class Part(Sold, frozen=True):
    """A category within another one."""

    parent: str
    parent_name: str


class Pair(Struct, frozen=True):
    """Two products on so many receipts of a year; ``lift_hundredths``: how much oftener than by chance."""

    sku: str
    other_sku: str
    name: str
    other_name: str
    receipts: int
    lift_hundredths: int


_SUMS = """
    sum(s.receipts)::bigint as receipts, sum(s.quantity_milli)::bigint as quantity_milli,
    sum(s.revenue_minor)::bigint as revenue_minor, sum(s.costed_minor)::bigint as costed_minor,
    sum(s.cost_minor)::bigint as cost_minor
"""


async def list_categories_sold(tx: Tx, scope: Scope, *, parts: bool) -> list[Part]:
    """Return categories of the top, or those within them at any depth, by revenue, at most ``CATEGORIES_MAX``.

    One without a code is what is in no category. One that the catalogue does not know has its code for a name.
    """
    rows = await tx.fetch(
        f"""
        -- insights.list_categories_sold
        select s.category as code, coalesce(c.name, s.category) as name, s.parent,
               coalesce(p.name, s.parent) as parent_name, {_SUMS}
        from category_days s
        left join categories c on c.tenant_id = $1 and c.code = s.category
        left join categories p on p.tenant_id = $1 and p.code = s.parent
        where s.tenant_id = $1 and s.branch_id = any($2::uuid[]) and s.business_date >= $3 and s.business_date < $4
            and (s.parent <> '') = $5
        group by s.category, c.name, s.parent, p.name
        order by sum(s.revenue_minor) desc, s.category, s.parent
        limit $6
        """,  # noqa: S608  constants only
        tx.tenant_id,
        scope.summed_branches,
        scope.period.from_on,
        scope.period.until_on,
        parts,
        CATEGORIES_MAX,
    )
    return [Part(**row) for row in rows]


class Products(Struct, frozen=True):
    """The products that brought most, how many there are in all, and the revenue of all."""

    best: tuple[Sold, ...]
    count: int
    revenue_minor: int


async def list_products_sold(tx: Tx, scope: Scope, from_on: date, until_on: date) -> Products:
    """Return products by revenue in whole months, at most ``PRODUCTS_MAX``. Programmes are not told apart."""
    rows = await tx.fetch(
        f"""
        -- insights.list_products_sold
        with sold as (
            select s.sku, {_SUMS} from product_months s
            where s.tenant_id = $1 and s.branch_id = any($2::uuid[]) and s.month_on >= $3 and s.month_on < $4
            group by s.sku
        ), best as (
            select *, count(*) over () as products, (sum(revenue_minor) over ())::bigint as of_all
            from sold order by revenue_minor desc, sku limit $5
        )
        select b.*, coalesce(p.name, b.sku) as name
        from best b left join products p on p.tenant_id = $1 and p.sku = b.sku
        order by b.revenue_minor desc, b.sku
        """,  # noqa: S608  constants only
        tx.tenant_id,
        scope.summed_branches,
        from_on,
        until_on,
        PRODUCTS_MAX,
    )
    best = tuple(
        Sold(
            code=row["sku"],
            name=row["name"],
            receipts=row["receipts"],
            quantity_milli=row["quantity_milli"],
            revenue_minor=row["revenue_minor"],
            costed_minor=row["costed_minor"],
            cost_minor=row["cost_minor"],
        )
        for row in rows
    )
    return Products(best, rows[0]["products"] if rows else 0, rows[0]["of_all"] if rows else 0)


async def list_pairs(tx: Tx) -> list[Pair]:
    """Return what is bought together most remarkably, each pair once, at most ``PAIRS_MAX``."""
    rows = await tx.fetch(
        """
        -- insights.list_pairs
        with pairs as (
            select distinct least(sku, other_sku) as sku, greatest(sku, other_sku) as other_sku, receipts,
                   lift_hundredths
            from goods_together where tenant_id = $1
        )
        select p.sku, p.other_sku, coalesce(a.name, p.sku) as name, coalesce(b.name, p.other_sku) as other_name,
               p.receipts, p.lift_hundredths
        from pairs p
        left join products a on a.tenant_id = $1 and a.sku = p.sku
        left join products b on b.tenant_id = $1 and b.sku = p.other_sku
        order by p.receipts desc, p.lift_hundredths desc, p.sku, p.other_sku
        limit $2
        """,
        tx.tenant_id,
        PAIRS_MAX,
    )
    return [Pair(**row) for row in rows]
