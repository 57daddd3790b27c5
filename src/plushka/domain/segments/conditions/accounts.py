"""Conditions on points and tiers, each in one programme."""

from datetime import timedelta

from plushka.domain.ledger.burning import BURNS_AT
from plushka.domain.segments.conditions.query import Query, within
from plushka.engine.audience import Balance, Burning, Debt, Pending, Tier
from plushka.engine.local_time import instant

InProgram = Tier | Balance | Pending | Debt | Burning


def of_account(leaf: InProgram, query: Query) -> str:
    """Return what ``leaf`` asks of a member, never null."""
    program = query.program(leaf.program)
    match leaf:
        case Tier(ids=ids):
            standing = query.join(
                f"select member_id, tier from standings where tenant_id = $1 and program_id = {program}"
            )
            return f"coalesce({standing}.tier = any({query.place(list(ids), 'text[]')}), false)"
        case Burning():
            now = query.place(query.today.at, "timestamptz")
            last = query.today.date + timedelta(days=leaf.days + 1)
            midnight = query.place(instant(last, 0, query.today.zone), "timestamptz")
            burning = query.join(
                "select w.member_id, sum(l.pending + l.available + l.held) as points from wallets w"
                " join lots l on l.tenant_id = $1 and l.wallet_id = w.id and l.pending + l.available + l.held > 0"
                f" where w.tenant_id = $1 and w.program_id = {program} and w.due_at <= {midnight}"
                f" and {BURNS_AT} > {now} and {BURNS_AT} <= {midnight} group by w.member_id"
            )
            return f"coalesce({burning}.points >= {query.place(leaf.points_min, 'bigint')}, false)"
        case _:
            wallet = query.join(
                "select member_id, available, pending, debt from wallets"
                f" where tenant_id = $1 and program_id = {program}"
            )
            column = {Balance: "available", Pending: "pending", Debt: "debt"}[type(leaf)]
            return within(f"coalesce({wallet}.{column}, 0)", leaf.points_min, leaf.points_max, query)
