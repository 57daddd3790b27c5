"""Conditions on purchases: how many, for how much, when, where, of what."""

import msgspec

from plushka.domain.segments.conditions.query import Query, day_ago, first_day, since, within
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

LIKE_MAX = 50
"""More goods than these are looked for in each receipt without looking at its text first."""


def of_purchases(leaf: OfPurchases, query: Query) -> str:  # noqa: C901, PLR0911 - one case a kind
    """Return what ``leaf`` asks of a member, never null."""
    match leaf:
        case Purchases():
            sums = _sums(leaf.days, query)
            return within(f"coalesce({sums}.purchases, 0)", leaf.count_min, leaf.count_max, query)
        case Spend():
            sums = _sums(leaf.days, query)
            return within(f"coalesce({sums}.spend_minor, 0)", leaf.min_minor, leaf.max_minor, query)
        case AverageReceipt():
            sums = _sums(leaf.days, query)
            parts = [f"coalesce({sums}.purchases > 0, false)"]
            for bound, sign in ((leaf.min_minor, ">="), (leaf.max_minor, "<=")):
                if bound is not None:
                    parts.append(
                        f"coalesce({sums}.spend_minor {sign} {query.place(bound, 'numeric')} * {sums}.purchases, false)"
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
        case BoughtAt():
            return query.has(_bought_at(leaf, query))
        case Bought():
            return query.has(_bought(leaf, query))


def _sums(days: int | None, query: Query) -> str:
    """Join purchases and what they came to, all programmes together."""
    sums = "select member_id, sum(purchases) as purchases, sum(spend_minor) as spend_minor"
    if days is None:
        return query.join(f"{sums} from standings where tenant_id = $1 group by member_id")
    first = query.place(first_day(query, days), "date")
    return query.join(
        f"{sums} from standing_days where tenant_id = $1 and business_date >= {first} group by member_id"
    )


def _last_purchase(query: Query) -> str:
    # A wallet forgets a purchase that was wholly returned.
    return query.join(
        "select member_id, max(last_purchase_on) as last_on from wallets where tenant_id = $1 group by member_id"
    )


def _bought_at(leaf: BoughtAt, query: Query) -> str:
    return (
        "select r.member_id from receipts r"
        " where r.tenant_id = $1 and r.member_id is not null and r.branch_id in"
        f" (select id from branches where tenant_id = $1 and code = any({query.place(list(leaf.ids), 'text[]')}))"
        f"{since('r.business_date', leaf.days, query)}"
        " and not exists (select from returns b where b.tenant_id = $1 and b.receipt_id = r.id and b.is_full)"
        f" group by r.member_id having count(*) >= {query.place(leaf.times_min, 'bigint')}"
    )


def _bought(leaf: Bought, query: Query) -> str:
    goods = [*leaf.products, *leaf.categories, *leaf.brands]
    likely = ""
    if len(goods) <= LIKE_MAX:
        likely = f" like any({query.place([_quoted(code) for code in goods], 'text[]')})"
    return _BOUGHT.format(
        since=since("r.business_date", leaf.days, query),
        likely=f" and r.basket::text{likely}" if likely else "",
        likely_line=f"l.line::text{likely} and " if likely else "",
        asked=" or ".join(_asked(leaf, query)) or "false",
        times=query.place(leaf.times_min, "bigint"),
    )


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


# Lines and their looks are stored as arrays: [product, thousandths, amount, [[categories], brand, kind]]. Documents are
# read as text first, which is some ten times cheaper than as JSON, and so are their lines: few have such goods.
_BOUGHT = """
    select r.member_id from receipts r
    where r.tenant_id = $1 and r.member_id is not null{since}{likely}
      and exists (
          select from json_array_elements(r.basket #> '{{basket,lines}}') with ordinality as l (line, place)
          where {likely_line}({asked}) and (l.line->>1)::bigint > coalesce((
              select sum((back.line->>'quantity_milli')::bigint)
              from returns b cross join jsonb_array_elements(b.lines) as back (line)
              where b.tenant_id = $1 and b.receipt_id = r.id and (back.line->>'index')::int = l.place - 1
          ), 0)
      )
    group by r.member_id having count(*) >= {times}
"""


def _quoted(code: str) -> str:
    text = msgspec.json.encode(code).decode()
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
