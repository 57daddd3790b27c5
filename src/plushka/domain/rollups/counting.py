"""The SQL that turns receipts into sums: written once, for adding what has changed and for making all anew.

It begins with what is counted: ``counted (id, sign)`` has a receipt with 1 as it is now, and with -1 as it was counted
before, and ``back (id, sign, return_id)`` the returns that belong to each of the two. What is written is the
difference, so that adding up change by change comes to what counting all at once does.
"""

from collections.abc import Sequence

from plushka.domain.rollups.goods import keeping
from plushka.domain.rollups.mechanics import BETWEEN_MECHANICS, owing
from plushka.domain.rollups.model import (
    ALL_BRANCHES,
    CASHIER_DAYS,
    CATEGORY_DAYS,
    MECHANIC_BUYERS,
    MECHANIC_DAYS,
    MEMBER_MONTHS,
    MEMBER_YEARS,
    PRODUCT_MONTHS,
    RECEIPT_GOODS,
    SALES_DAYS,
    SALES_HOURS,
    UNCATEGORIZED_RECEIPTS,
    Schema,
    Table,
)

# What of a line is left, in money and at cost: the refund is what engine/returns.py divides, down. It goes on as arrays
# beside its receipt, so that goods are read out of the documents once, and are summed receipt by receipt: to group all
# lines at once took a third of the time. `offset 0` keeps the documents from being parsed for each thing that is read.
_FACTS = f"""
refunds as (
    select b.id, b.sign, bool_or(t.is_full) as is_full, sum(t.refund_minor)::bigint as refunded_minor
    from back b join returns t on t.tenant_id = $1 and t.id = b.return_id
    group by b.id, b.sign
), gone as (
    select id, sign, jsonb_object_agg(index, gone_milli) as by_index
    from (
        select b.id, b.sign, l.line->>'index' as index, sum((l.line->>'quantity_milli')::bigint)::bigint as gone_milli
        from back b join returns t on t.tenant_id = $1 and t.id = b.return_id
        cross join lateral jsonb_array_elements(t.lines) as l (line)
        group by 1, 2, 3
    ) as lines_back
    group by id, sign
), facts as materialized (
    select c.sign, r.id, r.branch_id, r.business_date, date_trunc('month', r.business_date)::date as month_on,
           v.program_id, r.member_id, coalesce(r.cashier, '') as cashier,
           extract(hour from r.occurred_at at time zone (d.basket->'place'->>'time_zone'))::smallint as hour,
           r.amount_minor, r.discount_minor, r.redeemed_minor, coalesce(x.refunded_minor, 0) as refunded_minor,
           r.payable_minor - coalesce(x.refunded_minor, 0) as revenue_minor, r.cost_minor is not null as is_costed,
           r.earned_points, r.redeemed_points, coalesce(x.is_full, false) as is_full, g.lines, g.cost_minor,
           g.skus, g.paths, g.brands, g.quantities, g.revenues, g.costs, o.mechanics, o.offs, o.points
    from counted c
    join receipts r on r.tenant_id = $1 and r.id = c.id
    join program_versions v on v.tenant_id = $1 and v.id = r.version_id
    left join refunds x on x.id = c.id and x.sign = c.sign
    left join gone on gone.id = c.id and gone.sign = c.sign
    cross join lateral (
        select (r.basket->'basket')::jsonb as basket, r.outcome::jsonb as outcome, (r.basket->'costs')::jsonb as costs
        offset 0
    ) as d
    cross join lateral (
        select count(*) as lines, coalesce(sum(cost_minor), 0)::bigint as cost_minor,
               array_agg(sku) filter (where quantity_milli > 0) as skus,
               array_agg(path) filter (where quantity_milli > 0) as paths,
               array_agg(brand) filter (where quantity_milli > 0) as brands,
               array_agg(quantity_milli) filter (where quantity_milli > 0) as quantities,
               array_agg(revenue_minor) filter (where quantity_milli > 0) as revenues,
               array_agg(cost_minor) filter (where quantity_milli > 0) as costs
        from (
            select sku, path, brand, sold_milli - gone_milli as quantity_milli,
                   net_minor - net_minor * gone_milli / sold_milli as revenue_minor,
                   cost_minor - cost_minor * gone_milli / sold_milli as cost_minor
            from (
                select sold->>0 as sku, sold->3->0 as path, sold->3->>1 as brand,
                       (sold->1)::bigint as sold_milli,
                       (decided->3)::bigint as net_minor, cost::bigint as cost_minor,
                       coalesce((gone.by_index->>(number - 1)::text)::bigint, 0) as gone_milli
                from rows from (
                    jsonb_array_elements(d.basket->'lines'), jsonb_array_elements(d.outcome->'lines'),
                    jsonb_array_elements_text(d.costs)
                ) with ordinality as every (sold, decided, cost, number)
                offset 0
            ) as sold
            where not coalesce(x.is_full, false)
            offset 0
        ) as left_over
    ) as g
    cross join lateral (
        select array_agg(mechanic order by mechanic collate "C") as mechanics,
               array_agg(off_minor order by mechanic collate "C") as offs,
               array_agg(points order by mechanic collate "C") as points
        from (
            select mechanic, sum(off_minor)::bigint as off_minor, sum(points)::bigint as points
            from (
                {owing("d.outcome", "r.redeemed_minor", "r.redeemed_points")}
            ) as m (mechanic, off_minor, points)
            where not coalesce(x.is_full, false)
            group by mechanic
        ) as each_mechanic
    ) as o
), owed as (
    select f.sign, f.branch_id, f.business_date, f.program_id, f.member_id, m.mechanic, f.lines, f.discount_minor,
           f.redeemed_minor, f.revenue_minor, f.is_costed, f.cost_minor, f.earned_points, m.off_minor, m.points
    from facts f cross join lateral unnest(f.mechanics, f.offs, f.points) as m (mechanic, off_minor, points)
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
    from facts
    group by grouping sets (
        (branch_id, business_date, program_id, member_id is not null),
        (business_date, program_id, member_id is not null)
    )
"""  # noqa: S608
_HOURS = f"""
    select {_EVERY_BRANCH}, business_date, hour, sum(sign), sum(sign * revenue_minor)
    from facts where not is_full
    group by grouping sets ((branch_id, business_date, hour), (business_date, hour))
"""  # noqa: S608
_CASHIERS = f"""
    select {_EVERY_BRANCH}, business_date, cashier, sum(sign) {_LEFT},
           sum(sign) filter (where not is_full and member_id is not null), sum(sign) filter (where is_full),
           sum(sign * lines) {_LEFT}, sum(sign * discount_minor) {_LEFT}, sum(sign * redeemed_minor) {_LEFT},
           sum(sign * refunded_minor) {_LEFT}, sum(sign * revenue_minor) {_LEFT}
    from facts
    group by grouping sets ((branch_id, business_date, cashier), (business_date, cashier))
"""  # noqa: S608
_MEMBERS = """
    select member_id, month_on, sum(sign), sum(sign * lines), sum(sign * discount_minor), sum(sign * redeemed_minor),
           sum(sign * revenue_minor), sum(sign * revenue_minor) filter (where is_costed),
           sum(sign * cost_minor) filter (where is_costed)
    from facts
    where not is_full and member_id is not null
    group by member_id, month_on
"""
_YEARS = """
    select member_id, date_trunc('year', month_on)::date, sum(sign), sum(sign * lines), sum(sign * revenue_minor)
    from facts
    where not is_full and member_id is not null
    group by 1, 2
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
# A receipt has one row, whatever was on it: with a row for each mechanic this was the largest table by far. What was on
# it is a number: with their codes a row was twice as long, and to read a year of them took twice the time.
_TOGETHER = f"coalesce(array_to_string(mechanics, '{BETWEEN_MECHANICS}'), '')"
_SETS = f"""
new_sets as (
    insert into public.mechanic_sets (tenant_id, program_id, mechanics, number)
    select $1, program_id, mechanics, row_number() over (order by program_id, mechanics)
           + (select coalesce(max(number), 0) from public.mechanic_sets where tenant_id = $1)
    from (
        select program_id, {_TOGETHER} as mechanics from facts where not is_full and member_id is not null
        except
        select program_id, mechanics from public.mechanic_sets where tenant_id = $1
    ) as unknown
    returning program_id, mechanics, number
), sets as materialized (
    select program_id, mechanics, number from new_sets
    union all
    select program_id, mechanics, number from public.mechanic_sets where tenant_id = $1
)
"""  # noqa: S608
_BUYERS = f"""
    select f.business_date, f.member_id, f.branch_id, s.number, sum(f.sign)
    from (
        select program_id, business_date, member_id, branch_id, sign, {_TOGETHER} as mechanics
        from facts where not is_full and member_id is not null
    ) as f
    join sets s on s.program_id = f.program_id and s.mechanics = f.mechanics
    group by 1, 2, 3, 4
"""  # noqa: S608
# First by receipt: one with two lines of a thing is one receipt with it.
_GOODS_OF_RECEIPT = """
    sum(quantity_milli)::bigint as quantity_milli, sum(revenue_minor)::bigint as revenue_minor,
    sum(revenue_minor) filter (where cost_minor is not null)::bigint as costed_minor,
    sum(cost_minor)::bigint as cost_minor
"""
_GOODS = """
    sum(f.sign) as receipts, sum(f.sign * g.quantity_milli) as quantity_milli,
    sum(f.sign * g.revenue_minor) as revenue_minor, sum(f.sign * g.costed_minor) as costed_minor,
    sum(f.sign * g.cost_minor) as cost_minor
"""


def _goods(by: str, of_receipt: str) -> str:
    """Return goods by branch and ``by``, and those of all branches: their sums, since a receipt is of one branch."""
    return f"""
        with apart as materialized (
            select f.branch_id, {by}, {_GOODS} from facts f cross join lateral ({of_receipt}) as g
            group by f.branch_id, {by}
        )
        select * from apart
        union all
        select '{ALL_BRANCHES}'::uuid, {by.replace("f.", "").replace("g.", "")}, sum(receipts), sum(quantity_milli),
               sum(revenue_minor), sum(costed_minor), sum(cost_minor)
        from apart group by {by.replace("f.", "").replace("g.", "")}
    """  # noqa: S608


_CATEGORIES = _goods(
    "f.business_date, g.category, g.parent",
    f"""
        select coalesce(step.category, '') as category, coalesce(path->>(step.number::int), '') as parent,
               {_GOODS_OF_RECEIPT}
        from unnest(f.paths, f.quantities, f.revenues, f.costs) as l (path, quantity_milli, revenue_minor, cost_minor)
        left join lateral jsonb_array_elements_text(path) with ordinality as step (category, number) on true
        group by 1, 2
    """,  # noqa: S608
)
_UNCATEGORIZED = """
    select f.branch_id, f.business_date, f.id, sum(f.sign)
    from facts f
    where exists (select from unnest(f.paths) as l (path) where coalesce(jsonb_array_length(path), 0) = 0)
    group by 1, 2, 3
"""
_PRODUCTS = _goods(
    "f.month_on, g.sku",
    f"""
        select sku, {_GOODS_OF_RECEIPT}
        from unnest(f.skus, f.quantities, f.revenues, f.costs) as l (sku, quantity_milli, revenue_minor, cost_minor)
        group by 1
    """,  # noqa: S608
)

_SUMS = {
    SALES_DAYS: _SALES,
    SALES_HOURS: _HOURS,
    CATEGORY_DAYS: _CATEGORIES,
    UNCATEGORIZED_RECEIPTS: _UNCATEGORIZED,
    PRODUCT_MONTHS: _PRODUCTS,
    CASHIER_DAYS: _CASHIERS,
    MEMBER_MONTHS: _MEMBERS,
    MEMBER_YEARS: _YEARS,
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
    statements = [
        statement
        for table in tables
        for statement in (
            keeping(adds=adds, schema=schema)
            if table is RECEIPT_GOODS
            else (writing(table, _SUMS[table], adds=adds, schema=schema),)
        )
    ]
    sets = [_SETS] if MECHANIC_BUYERS in tables else []
    written = [f"written_{number} as (\n{statement})" for number, statement in enumerate(statements)]
    return f"""
        -- {name}
        with {counted}, {_FACTS}, {", ".join([*sets, *written])}
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
