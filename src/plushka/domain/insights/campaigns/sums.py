"""The sums of groups, added up by PostgreSQL in one statement whoever is compared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from asyncpg import Record

from plushka.domain.insights.campaigns.model import BEFORE, FIGURES, Costs, Figure
from plushka.engine.experiments.moments import Cell, Moments

_MOMENTS = {
    "y": "{0}_after",
    "yy": "{0}_after * {0}_after",
    "x": "{0}_before",
    "xx": "{0}_before * {0}_before",
    "xy": "{0}_before * {0}_after",
}
_SUMS = ",\n            ".join(
    f"coalesce(sum({term.format(figure)}), 0) as {figure}_{moment}"
    for figure in FIGURES
    for moment, term in _MOMENTS.items()
)

BOUGHT = f"""
        bought as (
            select p.is_control, p.stratum, p.messages_minor, p.points_given, e.*
            from people p
            cross join lateral (
                select count(*) filter (where r.occurred_at >= p.since_at) as purchases_after,
                       count(*) filter (where r.occurred_at < p.from_at) as purchases_before,
                       count(*) filter (where r.occurred_at >= p.since_at and r.cost_minor is null) as unknown_cost,
                       coalesce(sum(r.payable_minor - r.refunded_minor) filter (where r.occurred_at >= p.since_at), 0)
                           as paid_after,
                       coalesce(sum(r.payable_minor - r.refunded_minor) filter (where r.occurred_at < p.from_at), 0)
                           as paid_before,
                       coalesce(sum(g.goods_minor) filter (where r.occurred_at >= p.since_at), 0) as goods_after,
                       coalesce(sum(g.goods_minor) filter (where r.occurred_at < p.from_at), 0) as goods_before,
                       coalesce(sum(r.discount_minor) filter (where r.occurred_at >= p.since_at), 0) as discount_minor,
                       coalesce(sum(r.redeemed_minor) filter (where r.occurred_at >= p.since_at), 0) as redeemed_minor
                from receipts r
                cross join lateral (
                    select case when r.payable_minor = 0 then r.cost_minor
                                else r.cost_minor::numeric * (r.payable_minor - r.refunded_minor) / r.payable_minor
                           end as goods_minor
                ) as g
                where r.tenant_id = $1 and r.member_id = p.member_id
                  and r.occurred_at >= p.from_at - interval '{BEFORE.days} days' and r.occurred_at < p.until_at
                  and (r.refunded_minor < r.payable_minor or r.payable_minor = 0)
            ) as e
        ), figures as (
            select is_control, stratum, purchases_after, purchases_before,
                   least(purchases_after, 1) as buyers_after, least(purchases_before, 1) as buyers_before,
                   paid_after, paid_before,
                   paid_after - round(goods_after) - messages_minor as profit_after,
                   paid_before - round(goods_before) as profit_before,
                   unknown_cost, round(goods_after) as goods_minor, discount_minor, redeemed_minor, messages_minor,
                   points_given
            from bought
        )
        select stratum, is_control, count(*) as members,
            {_SUMS},
            coalesce(sum(unknown_cost), 0) as unknown_cost, coalesce(sum(goods_minor), 0) as goods_minor,
            coalesce(sum(discount_minor), 0) as discount_minor, coalesce(sum(redeemed_minor), 0) as redeemed_minor,
            coalesce(sum(messages_minor), 0) as messages_minor, coalesce(sum(points_given), 0) as points_given
        from figures
        group by stratum, is_control
"""  # noqa: S608  composed of fixed parts
"""Stands after ``with people as materialized (…),``: who is compared, each once, as (member_id, is_control, stratum,
from_at, since_at, until_at, messages_minor, points_given): what they did before ``from_at`` says what they would do
anyway, and from ``since_at``, which is not earlier, until ``until_at`` they are compared. Wholly returned receipts
never happened; of others counts what was kept. Receipts are looked up member by member, for a broadcast is
counted before PostgreSQL has statistics of its recipients, and by a plain column, for row-level security lets no index
be asked for ``coalesce(…)``.
"""

Cells = Mapping[Figure, list[Cell]]


def cells_of(rows: Iterable[Record]) -> tuple[Cells, Costs]:
    """Return the sums of ``BOUGHT`` by figure, and what treated members were given."""
    cells: dict[Figure, list[Cell]] = defaultdict(list)
    costs = dict.fromkeys(Costs.__struct_fields__, 0)
    for row in rows:
        for figure in FIGURES:
            moments = Moments(row["members"], *[int(row[f"{figure}_{moment}"]) for moment in _MOMENTS])
            cells[figure].append(Cell(row["stratum"], row["is_control"], moments))
        costs["receipts"] += int(row["purchases_y"])
        costs["unknown_cost"] += int(row["unknown_cost"])
        if not row["is_control"]:
            for field in Costs.__struct_fields__[2:]:
                costs[field] += int(row[field])
    return cells, Costs(**costs)
