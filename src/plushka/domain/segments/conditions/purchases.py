"""Conditions on purchases: how many, for how much, when, where, of what."""

from collections.abc import Sequence

import msgspec

from plushka.domain.segments.conditions.query import Column, Query, day_ago, first_day, since, within
from plushka.domain.segments.conditions.tallies import Kind, Tally, tallied
from plushka.engine.audience import (
    AverageReceipt,
    Bought,
    BoughtAt,
    LastPurchase,
    NeverBought,
    Purchases,
    Spend,
)

OfPurchases = Purchases | Spend | AverageReceipt | LastPurchase | NeverBought | BoughtAt | Bought

SUMS: tuple[Column, Column] = ("purchases", "spend_minor")
LIKE_MAX = 50
"""More goods than these are looked for in each receipt without looking at its text first."""


def of_purchases(leaf: OfPurchases, query: Query) -> str:  # noqa: C901 - one case a kind
    """Return what ``leaf`` asks of a member, never null."""
    match leaf:
        case Purchases():
            purchases = _sum("purchases", leaf.days, query)
            return within(f"coalesce({purchases}, 0)", leaf.count_min, leaf.count_max, query)
        case Spend():
            spend = _sum("spend_minor", leaf.days, query)
            return within(f"coalesce({spend}, 0)", leaf.min_minor, leaf.max_minor, query)
        case AverageReceipt():
            purchases, spend = (_sum(column, leaf.days, query) for column in SUMS)
            parts = [f"coalesce({purchases} > 0, false)"]
            for bound, sign in ((leaf.min_minor, ">="), (leaf.max_minor, "<=")):
                if bound is not None:
                    parts.append(
                        f"coalesce({spend} {sign} {query.place(bound, 'numeric')} * {purchases}, false)"
                    )
            return f"({' and '.join(parts)})"
        case LastPurchase():
            last = f"{_last_purchase(query)}.last_on"
            parts = [f"{last} is not null"]
            if leaf.days_min is not None:
                parts.append(
                    f"coalesce({last} <= {query.place(day_ago(query, leaf.days_min), 'date')}, false)"
                )
            if leaf.days_max is not None:
                parts.append(
                    f"coalesce({last} >= {query.place(day_ago(query, leaf.days_max), 'date')}, false)"
                )
            return f"({' and '.join(parts)})"
        case NeverBought():
            return f"{_last_purchase(query)}.last_on is null"
        case BoughtAt() | Bought():
            return query.together(_of_receipts, leaf)


def _sum(column: Column, days: int | None, query: Query) -> str:
    """Join how many purchases, or what they came to, all programmes together, and return its name."""
    if days is not None:
        return query.sum_since(first_day(query, days), column)
    sums = query.join(
        "select member_id, sum(purchases) as purchases, sum(spend_minor) as spend_minor"
        " from standings where tenant_id = $1 group by member_id"
    )
    return f"{sums}.{column}"


def _last_purchase(query: Query) -> str:
    # A wallet forgets a purchase that was wholly returned.
    return query.join(
        "select member_id, max(last_purchase_on) as last_on from wallets where tenant_id = $1 group by member_id"
    )


def _of_receipts(leaves: Sequence[Bought | BoughtAt], query: Query) -> str:
    return tallied(_RECEIPTS, [_receipts(leaf, query) for leaf in leaves], before=_WAITING)


def _receipts(leaf: Bought | BoughtAt, query: Query) -> Tally:
    """Return what is asked of what is kept of a receipt ``g``, and of a receipt ``r`` that is not added up yet."""
    return Tally(
        _at_branches(leaf, query) if isinstance(leaf, BoughtAt) else _with_goods(leaf, query),
        near="true" + since("business_date", leaf.days, query),
        least=None if leaf.times_min == 1 else query.place(leaf.times_min, "bigint"),
    )


def _at_branches(leaf: BoughtAt, query: Query) -> tuple[str, str]:
    codes = query.place(list(leaf.ids), "text[]")
    here = f"branch_id in (select id from branches where tenant_id = $1 and code = any({codes}))"
    back = "select from returns b where b.tenant_id = $1 and b.receipt_id = r.id and b.is_full"
    return here, f"{here} and not exists ({back})"


def _with_goods(leaf: Bought, query: Query) -> tuple[str, str]:
    goods = [*leaf.products, *leaf.categories, *leaf.brands]
    likely = ""
    if len(goods) <= LIKE_MAX:
        likely = f" like any({query.place([_quoted(code) for code in goods], 'text[]')})"
    line = _LINE.format(
        likely=f"l.line::text{likely} and " if likely else "",
        asked=" or ".join(_asked(leaf, query)) or "false",
    )
    kept = " or ".join(_kept(leaf, query)) or "false"
    return kept, f"r.basket::text{likely} and {line}" if likely else line


def _kept(leaf: Bought, query: Query) -> list[str]:
    """Return what is asked of the goods kept of a receipt, one of which is enough."""
    asked = {"products": leaf.products, "categories": leaf.categories, "brands": leaf.brands}
    return [f"g.{name} && {query.place(list(codes), 'text[]')}" for name, codes in asked.items() if codes]


def _asked(leaf: Bought, query: Query) -> list[str]:
    """Return what is asked of a line, one of which is enough."""
    parts = []
    if leaf.products:
        parts.append(f"l.line->>0 = any({query.place(list(leaf.products), 'text[]')})")
    if leaf.brands:
        parts.append(f"l.line #>> '{{3,1}}' = any({query.place(list(leaf.brands), 'text[]')})")
    if leaf.categories:
        wanted = query.place(list(leaf.categories), "text[]")
        parts.append(
            "exists (select from json_array_elements_text(l.line #> '{3,0}') as c (code)"
            f" where c.code = any({wanted}))"
        )
    return parts


# What is left of receipts is kept beside them soon after they are written (domain/rollups). What waits for that is read
# from receipts as they are, and so are those that have come back since, or have become another member's.
_NOTED = "array(select unnest(subjects) from changes where tenant_id = $1 and kind = '{kind}')"
_WAITING = f"""
    with waiting as materialized (
        select array(
            select unnest({_NOTED.format(kind="receipts")})
            union
            select receipt_id from returns where tenant_id = $1 and id = any({_NOTED.format(kind="returns")})
            union
            select id from receipts where tenant_id = $1 and member_id = any({_NOTED.format(kind="members")})
        ) as ids
    )
"""
_RECEIPTS = (
    Kind(
        "g.member_id",
        "receipt_goods g where g.tenant_id = $1"
        " and not exists (select from unnest((select ids from waiting)) as w (id) where w.id = g.receipt_id)",
    ),
    Kind(
        "r.member_id",
        "receipts r where r.tenant_id = $1 and r.id = any((select ids from waiting)::uuid[])"
        " and r.member_id is not null",
    ),
)
# Lines and their looks are stored as arrays: [product, thousandths, amount, [[categories], brand, kind]]. Documents are
# read as text first, which is some ten times cheaper than as JSON, and so are their lines: few have such goods.
_LINE = """exists (
    select from json_array_elements(r.basket #> '{{basket,lines}}') with ordinality as l (line, place)
    where {likely}({asked}) and (l.line->>1)::bigint > coalesce((
        select sum((back.line->>'quantity_milli')::bigint)
        from returns b cross join jsonb_array_elements(b.lines) as back (line)
        where b.tenant_id = $1 and b.receipt_id = r.id and (back.line->>'index')::int = l.place - 1
    ), 0)
)"""


def _quoted(code: str) -> str:
    text = msgspec.json.encode(code).decode()
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
