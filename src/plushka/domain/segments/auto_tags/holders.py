"""Who a rule is true of, as a subquery: one pass for a whole base."""

from datetime import timedelta
from typing import Any, assert_never

from plushka.domain.segments.auto_tags.model import (
    AtHours,
    FullBaskets,
    Habit,
    Holds,
    LargeReceipts,
    LikesCategory,
    OnWeekdays,
    Rule,
)
from plushka.domain.segments.selecting import list_members
from plushka.platform.database import Tx

# Receipts that came back whole never were. By the index on members, moments and branches alone: 100 bytes a receipt.
_RECEIPTS = """
    from receipts r join branches b on b.tenant_id = $1 and b.id = r.branch_id
    where r.tenant_id = $1 and r.member_id is not null and r.occurred_at > {since}
      and not exists (select from returns x where x.tenant_id = $1 and x.receipt_id = r.id and x.is_full)
    group by r.member_id
    having count(*) >= {receipts} and 100 * count(*) filter (where {matches}) >= {percent} * count(*)
"""
_MINUTE = "extract(hour from {local}) * 60 + extract(minute from {local})"
_LOCAL = "(r.occurred_at at time zone b.time_zone)"
_HOURS = "({minute} >= {first} and {minute} < {until})"
_OVER_MIDNIGHT = "({minute} >= {first} or {minute} < {until})"
_WEEKDAY = "extract(isodow from {local} - b.day_starts_minutes * interval '1 minute') = any({weekdays})"
# Lines and their looks are stored as arrays: [product, thousandths, amount, [[categories], brand, kind]].
_CATEGORY = """
    exists (
        select from json_array_elements(r.basket->'basket'->'lines') with ordinality as l (line, place)
        where exists (select from json_array_elements_text(l.line->3->0) as c (code) where c.code = {category})
          and (l.line->>1)::bigint > coalesce((
              select sum((back.line->>'quantity_milli')::bigint)
              from returns x cross join jsonb_array_elements(x.lines) as back (line)
              where x.tenant_id = $1 and x.receipt_id = r.id and (back.line->>'index')::int = l.place - 1
          ), 0)
    )
"""
_LARGE = """
    select member_id from (
        select member_id, rank() over (order by sum(spend_minor)::numeric / sum(purchases) desc) as place,
               count(*) over () as buyers
        from standing_days
        where tenant_id = $1 and business_date > {since}
        group by member_id
        having sum(purchases) >= {receipts}
    ) as ranked
    where 100 * (place - 1) < {percent} * buyers
"""
_BASKETS = """
    select r.member_id from receipts r
    where r.tenant_id = $1 and r.member_id is not null and r.occurred_at > {since}
      and not exists (select from returns x where x.tenant_id = $1 and x.receipt_id = r.id and x.is_full)
    group by r.member_id
    having count(*) >= {receipts}
       and sum(json_array_length(r.basket->'basket'->'lines')) >= {lines} * count(*)
"""


async def holders(tx: Tx, rule: Rule, args: list[Any]) -> str:
    """Return a subquery of the members of whom the rule is true, with one column ``member_id``, each once.

    ``args[0]`` is the tenant's id already; values are appended. Members that were merged or deleted may be among them.
    """
    match rule:
        case Holds(audience=audience):
            return f"select unnest({_place(args, await list_members(tx, audience), 'uuid[]')}) as member_id"
        case AtHours(from_minute=first, until_minute=until, percent_min=percent):
            minute = _MINUTE.format(local=_LOCAL)
            hours = _HOURS if first < until else _OVER_MIDNIGHT
            matches = hours.format(minute=minute, first=_place(args, first), until=_place(args, until))
            return _habit(tx, rule, matches, percent, args)
        case OnWeekdays(weekdays=weekdays, percent_min=percent):
            matches = _WEEKDAY.format(local=_LOCAL, weekdays=_place(args, list(weekdays), "integer[]"))
            return _habit(tx, rule, matches, percent, args)
        case LikesCategory(category=category, percent_min=percent):
            matches = _CATEGORY.format(category=_place(args, category, "text"))
            return _habit(tx, rule, matches, percent, args)
        case LargeReceipts(top_percent=percent):
            return _LARGE.format(
                since=_place(args, tx.at.date() - timedelta(days=rule.days), "date"),
                receipts=_place(args, rule.receipts_min),
                percent=_place(args, percent),
            )
        case FullBaskets(lines_min=lines):
            return _BASKETS.format(
                since=_since(tx, rule, args),
                receipts=_place(args, rule.receipts_min),
                lines=_place(args, lines),
            )
        case _:
            assert_never(rule)


def _habit(tx: Tx, rule: Habit, matches: str, percent: int, args: list[Any]) -> str:
    return "select r.member_id" + _RECEIPTS.format(
        since=_since(tx, rule, args),
        receipts=_place(args, rule.receipts_min),
        matches=matches,
        percent=_place(args, percent),
    )


def _since(tx: Tx, rule: Habit, args: list[Any]) -> str:
    return _place(args, tx.at - timedelta(days=rule.days), "timestamptz")


def _place(args: list[Any], value: Any, kind: str = "bigint") -> str:
    args.append(value)
    return f"${len(args)}::{kind}"
