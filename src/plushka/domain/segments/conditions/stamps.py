"""Conditions on stamp cards, by where members stand on them."""

from plushka.domain.segments.conditions.query import ALWAYS, Query
from plushka.engine.audience import Stamped


def of_stamps(leaf: Stamped, query: Query) -> str:
    """Return what ``leaf`` asks of a member, never null."""
    needed = query.needed_for(leaf.program, leaf.card)
    if needed is None:
        return "false"
    card, today = query.place(leaf.card, "text"), query.place(query.today.date, "date")
    filled = query.join(
        f"select member_id, case when ends_on < {today} then 0 else have end as have from card_states"
        f" where tenant_id = $1 and program_id = {query.program(leaf.program)} and card_id = {card}"
    )
    have = f"coalesce({filled}.have, 0)"
    parts = []
    if leaf.have_min is not None:
        parts.append(f"{have} >= {query.place(leaf.have_min, 'bigint')}")
    if leaf.left_max is not None:
        parts.append(f"{query.place(needed, 'bigint')} - {have} <= {query.place(leaf.left_max, 'bigint')}")
    return f"({' and '.join(parts)})" if parts else ALWAYS
