"""The SQL that turns receipts into sums: written once, for adding what has changed and for making all anew.

It begins with what is counted: ``counted (id, sign)`` has a receipt with 1 as it is now, and with -1 as it was counted
before, and ``back (id, sign, return_id)`` the returns that belong to each of the two. What is written is the
difference, so that adding up change by change comes to what counting all at once does.
"""

from collections.abc import Sequence

from plushka.domain.rollups.mechanics import owing
from plushka.domain.rollups.model import (
    ALL_BRANCHES,
    CASHIER_DAYS,
    CATEGORY_DAYS,
    MECHANIC_BUYERS,
    MECHANIC_DAYS,
    MEMBER_MONTHS,
    PRODUCT_MONTHS,
    SALES_DAYS,
    SALES_HOURS,
    Schema,
    Table,
)

# What of a line is left, in money and at cost: the refund is what engine/returns.py divides, down.
# `offset 0` keeps the documents from being parsed once for each thing that is read out of them.
_FACTS = f"""
refunds as (
    select b.id, b.sign, bool_or(t.is_full) as is_full, sum(t.refund_minor)::bigint as refunded_minor
    from back b join returns t on t.tenant_id = $1 and t.id = b.return_id
    group by b.id, b.sign
), gone as (
    select b.id, b.sign, (l.line->>'index')::bigint as index,
           sum((l.line->>'quantity_milli')::bigint)::bigint as gone_milli
    from back b join returns t on t.tenant_id = $1 and t.id = b.return_id
    cross join lateral jsonb_array_elements(t.lines) as l (line)
    group by 1, 2, 3
), facts as materialized (
    select c.sign, r.id, r.branch_id, r.business_date, date_trunc('month', r.business_date)::date as month_on,
           v.program_id, r.member_id, coalesce(r.cashier, '') as cashier,
           extract(hour from r.occurred_at at time zone (d.basket->'place'->>'time_zone'))::smallint as hour,
           r.amount_minor, r.discount_minor, r.redeemed_minor, coalesce(x.refunded_minor, 0) as refunded_minor,
           r.payable_minor - coalesce(x.refunded_minor, 0) as revenue_minor, r.cost_minor is not null as is_costed,
           r.earned_points, r.redeemed_points, coalesce(x.is_full, false) as is_full,
           d.basket->'lines' as sold, d.outcome->'lines' as decided, d.outcome, d.costs
    from counted c
    join receipts r on r.tenant_id = $1 and r.id = c.id
    join program_versions v on v.tenant_id = $1 and v.id = r.version_id
    left join refunds x on x.id = c.id and x.sign = c.sign
    cross join lateral (
        select (r.basket->'basket')::jsonb as basket, r.outcome::jsonb as outcome, (r.basket->'costs')::jsonb as costs
        offset 0
    ) as d
), goods as materialized (
    select f.sign, f.id, f.branch_id, f.business_date, f.month_on, l.number, l.sold->>0 as sku, l.sold->3->0 as path,
           l.quantity_milli - coalesce(g.gone_milli, 0) as quantity_milli,
           l.net_minor - l.net_minor * coalesce(g.gone_milli, 0) / l.quantity_milli as revenue_minor,
           l.cost_minor - l.cost_minor * coalesce(g.gone_milli, 0) / l.quantity_milli as cost_minor
    from facts f
    cross join lateral (
        select number, sold, (sold->>1)::bigint as quantity_milli, (decided->>3)::bigint as net_minor,
               cost::bigint as cost_minor
        from rows from (
            jsonb_array_elements(f.sold), jsonb_array_elements(f.decided), jsonb_array_elements_text(f.costs)
        ) with ordinality as every (sold, decided, cost, number)
        offset 0
    ) as l
    left join gone g on g.id = f.id and g.sign = f.sign and g.index = l.number - 1
    where not f.is_full
), bought as materialized (
    select id, sign, count(*) as lines, sum(cost_minor)::bigint as cost_minor from goods group by id, sign
), receipt_facts as materialized (
    select f.sign, f.id, f.branch_id, f.business_date, f.month_on, f.program_id, f.member_id, f.cashier, f.hour,
           f.is_full, f.amount_minor, f.discount_minor, f.redeemed_minor, f.refunded_minor, f.revenue_minor,
           f.earned_points, f.redeemed_points, coalesce(b.lines, 0) as lines, f.is_costed,
           coalesce(b.cost_minor, 0) as cost_minor
    from facts f left join bought b on b.id = f.id and b.sign = f.sign
), mechanics as (
    select f.id, f.sign, m.mechanic, sum(m.off_minor)::bigint as off_minor, sum(m.points)::bigint as points
    from facts f
    cross join lateral (
        {owing("f.outcome", "f.redeemed_minor", "f.redeemed_points")}
    ) as m (mechanic, off_minor, points)
    where not f.is_full
    group by f.id, f.sign, m.mechanic
), owed as (
    select r.sign, r.branch_id, r.business_date, r.program_id, r.member_id, m.mechanic, r.lines, r.discount_minor,
           r.redeemed_minor, r.revenue_minor, r.is_costed, r.cost_minor, r.earned_points, m.off_minor, m.points
    from mechanics m join receipt_facts r on r.id = m.id and r.sign = m.sign
)
"""  # noqa: S608
_EVERY_BRANCH = f"coalesce(branch_id, '{ALL_BRANCHES}'::uuid)"
_LEFT = "filter (where not is_full)"

_SALES = f"""
    select {_EVERY_BRANCH}, business_date, program_id, member_id is not null,
           sum(sign) {_LEFT}, sum(sign) filter (where is_full), sum(sign * lines) {_LEFT},
           sum(sign * amount_minor) {_LEFT}, sum(sign * discount_minor) {_LEFT},
           sum(sign * redeemed_minor) {_LEFT}, sum(sign * refunded_minor) {_LEFT},
           sum(sign * revenue_minor) {_LEFT}, sum(sign) filter (where not is_full and is_costed),
           sum(sign * revenue_minor) filter (where not is_full and is_costed),
           sum(sign * cost_minor) filter (where not is_full and is_costed),
           sum(sign * earned_points) {_LEFT}, sum(sign * redeemed_points) {_LEFT},
           sum(sign) filter (where not is_full and redeemed_points > 0),
           sum(sign) filter (where not is_full and discount_minor + redeemed_points + earned_points > 0), 0
    from receipt_facts
    group by grouping sets (
        (branch_id, business_date, program_id, member_id is not null),
        (business_date, program_id, member_id is not null)
    )
"""  # noqa: S608
_HOURS = f"""
    select {_EVERY_BRANCH}, business_date, hour, sum(sign), sum(sign * revenue_minor)
    from receipt_facts where not is_full
    group by grouping sets ((branch_id, business_date, hour), (business_date, hour))
"""  # noqa: S608
_CASHIERS = f"""
    select {_EVERY_BRANCH}, business_date, cashier, sum(sign) {_LEFT},
           sum(sign) filter (where not is_full and member_id is not null), sum(sign) filter (where is_full),
           sum(sign * lines) {_LEFT}, sum(sign * discount_minor) {_LEFT}, sum(sign * redeemed_minor) {_LEFT},
           sum(sign * refunded_minor) {_LEFT}, sum(sign * revenue_minor) {_LEFT}
    from receipt_facts
    group by grouping sets ((branch_id, business_date, cashier), (business_date, cashier))
"""  # noqa: S608
_MEMBERS = """
    select member_id, month_on, sum(sign), sum(sign * lines), sum(sign * discount_minor), sum(sign * redeemed_minor),
           sum(sign * revenue_minor), sum(sign * revenue_minor) filter (where is_costed),
           sum(sign * cost_minor) filter (where is_costed)
    from receipt_facts
    where not is_full and member_id is not null
    group by member_id, month_on
"""
_MECHANICS = f"""
    select {_EVERY_BRANCH}, business_date, program_id, mechanic, sum(sign), sum(sign * lines),
           sum(sign * discount_minor), sum(sign * redeemed_minor), sum(sign * revenue_minor),
           sum(sign) filter (where is_costed), sum(sign * revenue_minor) filter (where is_costed),
           sum(sign * cost_minor) filter (where is_costed), sum(sign * earned_points), sum(sign * off_minor),
           sum(sign * points)
    from owed
    group by grouping sets (
        (branch_id, business_date, program_id, mechanic), (business_date, program_id, mechanic)
    )
"""  # noqa: S608
_BUYERS = """
    select business_date, program_id, mechanic, member_id, branch_id, sum(sign)
    from (
        select sign, business_date, program_id, mechanic, member_id, branch_id from owed
        union all
        select sign, business_date, program_id, '', member_id, branch_id from receipt_facts where not is_full
    ) as buyers
    where member_id is not null
    group by business_date, program_id, mechanic, member_id, branch_id
"""
# First by receipt: one with two lines of a thing is one receipt with it.
_GOODS_SUMS = """
    sum(quantity_milli)::bigint as quantity_milli, sum(revenue_minor)::bigint as revenue_minor,
    sum(revenue_minor) filter (where cost_minor is not null)::bigint as costed_minor,
    sum(cost_minor)::bigint as cost_minor
"""
_GOODS_OF_RECEIPTS = """
    sum(sign), sum(sign * quantity_milli), sum(sign * revenue_minor), sum(sign * costed_minor), sum(sign * cost_minor)
"""
_CATEGORIES = f"""
    select {_EVERY_BRANCH}, business_date, category, parent, {_GOODS_OF_RECEIPTS}
    from (
        select sign, id, branch_id, business_date, category, parent, {_GOODS_SUMS}
        from (
            select g.sign, g.id, g.branch_id, g.business_date, g.quantity_milli, g.revenue_minor, g.cost_minor,
                   coalesce(step.category, '') as category,
                   coalesce(g.path->>(step.number::int), '') as parent
            from goods g
            left join lateral jsonb_array_elements_text(g.path) with ordinality as step (category, number) on true
            where g.quantity_milli > 0
        ) as lines_by_category
        group by sign, id, branch_id, business_date, category, parent
    ) as receipts_by_category
    group by grouping sets ((branch_id, business_date, category, parent), (business_date, category, parent))
"""  # noqa: S608
_PRODUCTS = f"""
    select {_EVERY_BRANCH}, month_on, sku, {_GOODS_OF_RECEIPTS}
    from (
        select sign, id, branch_id, month_on, sku, {_GOODS_SUMS}
        from goods where quantity_milli > 0
        group by sign, id, branch_id, month_on, sku
    ) as receipts_by_product
    group by grouping sets ((branch_id, month_on, sku), (month_on, sku))
"""  # noqa: S608

_SUMS = {
    SALES_DAYS: _SALES,
    SALES_HOURS: _HOURS,
    CATEGORY_DAYS: _CATEGORIES,
    PRODUCT_MONTHS: _PRODUCTS,
    CASHIER_DAYS: _CASHIERS,
    MEMBER_MONTHS: _MEMBERS,
    MECHANIC_DAYS: _MECHANICS,
    MECHANIC_BUYERS: _BUYERS,
}
RECEIPT_TABLES = tuple(_SUMS)


def summing(
    name: str, counted: str, tables: Sequence[Table], *, adds: bool, schema: Schema = "public"
) -> str:
    """Return the statement ``name`` that sums what ``counted`` has into ``tables``, and returns how many it had.

    ``counted`` is the SQL of ``counted`` and ``back``, whose ``$1`` is the tenant. ``adds``: to rows that may be there.
    """
    written = [
        f"{table.name}_written as (\n{writing(table, _SUMS[table], adds=adds, schema=schema)})"
        for table in tables
    ]
    return f"""
        -- {name}
        with {counted}, {_FACTS}, {", ".join(written)}
        select count(*) from facts
    """  # noqa: S608


def writing(table: Table, select: str, *, adds: bool, schema: Schema = "public") -> str:
    """Return the SQL that writes the rows of ``select`` (keys, then sums; null is 0) into ``table``."""
    columns = [*table.key, *table.sums]
    values = [*table.key, *(f"coalesce({name}, 0)" for name in table.sums)]
    added = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in table.sums)
    on_conflict = f"on conflict (tenant_id, {', '.join(table.key)}) do update set {added}" if adds else ""
    return f"""
        insert into {schema}.{table.name} as kept (tenant_id, {", ".join(columns)})
        select $1, {", ".join(values)} from ({select}) as summed ({", ".join(columns)})
        {on_conflict}
    """  # noqa: S608
