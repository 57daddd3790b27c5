"""Compares the past as it is replayed with what the journal says of it."""

from collections import Counter
from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from plushka.domain.simulation.course import as_it_was
from plushka.domain.simulation.past import Past
from plushka.domain.simulation.replaying import replay
from plushka.domain.simulation.setting import Setting
from plushka.domain.simulation.tally import Moved
from plushka.platform.database import Tx

_OWN: Final = """
        -- By arrays: with nothing known of tables just loaded, joins read all postings for each wallet.
        with owners as materialized (
            select id, coalesce(merged_into, id) as member_id from members
            where tenant_id = $1 and (id = any($2::uuid[]) or merged_into = any($2::uuid[]))
        ), own as materialized (
            select w.id, o.member_id from wallets w join owners o on o.id = w.member_id
            where w.tenant_id = $1 and w.program_id = $3 and w.member_id = any(array(select id from owners))
        )
"""
"""The wallets of members ($2), those of cards that were merged into theirs among them."""


async def read_journal(tx: Tx, setting: Setting, member_ids: Collection[UUID]) -> dict[UUID, Moved]:
    """Return the points that were moved within the span, by member, as a replay counts them.

    What was set aside for a purchase is spent there: holds are not replayed. What moved between cards that were merged
    was moved nowhere.
    """
    rows = await tx.fetch(
        f"""
        -- simulation.read_journal
        {_OWN}, moved as materialized (
            select wallet_id, case kind when 'capture' then 'redeem' else kind end as kind,
                   case kind when 'capture' then 'available' else debit end as debit, sum(points) as points
            from postings
            where tenant_id = $1 and wallet_id = any(array(select id from own))
              and at >= $4 and at < $5 and kind not in ('hold', 'release', 'move')
            group by 1, 2, 3
        )
        select own.member_id, moved.kind, moved.debit, sum(moved.points)::bigint as points
        from moved join own on own.id = moved.wallet_id
        group by 1, 2, 3
        """,  # noqa: S608 - composed of the fixed part above
        tx.tenant_id,
        list(member_ids),
        setting.program_id,
        setting.span.start_at,
        setting.span.until_at,
    )
    journal: dict[UUID, Moved] = {member_id: Counter() for member_id in member_ids}
    for row in rows:
        journal[row["member_id"]][row["kind"], row["debit"]] = row["points"]
    return journal


async def find_differing(
    tx: Tx, setting: Setting, pasts: Collection[Past]
) -> dict[UUID, tuple[Moved, Moved]]:
    """Replay pasts as they were; return the members of whom the journal says something else: the replay, the journal.

    What has come due within the span must be booked, as the jobs of every quarter of an hour do.
    """
    journal = await read_journal(tx, setting, [past.member_id for past in pasts])
    course = as_it_was(setting)
    replayed = {past.member_id: replay(past, course).moved for past in pasts}
    return {
        member_id: (moved, journal[member_id])
        for member_id, moved in replayed.items()
        if +moved != +journal[member_id]
    }


class Sums(NamedTuple):
    """What was moved within the span, and the points in hand at its end, debts off."""

    moved: Moved
    outstanding: int


async def read_sums(tx: Tx, setting: Setting, member_ids: Collection[UUID]) -> Sums:
    """Return what the journal says of members together."""
    rows = await tx.fetch(
        f"""
        -- simulation.read_moved
        {_OWN}, moved as (
            select kind, debit, sum(points) as points from postings
            where tenant_id = $1 and wallet_id = any(array(select id from own))
              and at >= $4 and at < $5 and kind not in ('hold', 'release', 'move')
            group by kind, debit
        )
        select case kind when 'capture' then 'redeem' else kind end as kind,
               case kind when 'capture' then 'available' else debit end as debit, sum(points)::bigint as points
        from moved
        group by 1, 2
        """,  # noqa: S608 - composed of the fixed part above
        tx.tenant_id,
        list(member_ids),
        setting.program_id,
        setting.span.start_at,
        setting.span.until_at,
    )
    outstanding: int = await tx.fetchval(
        """
        -- simulation.read_outstanding
        select coalesce(sum(w.pending + w.available + w.held - w.debt), 0)::bigint
        from members m join wallets w on w.tenant_id = $1 and w.member_id = m.id and w.program_id = $3
        where m.tenant_id = $1 and (m.id = any($2::uuid[]) or m.merged_into = any($2::uuid[]))
        """,
        tx.tenant_id,
        list(member_ids),
        setting.program_id,
    )
    return Sums(Counter({(row["kind"], row["debit"]): row["points"] for row in rows}), outstanding)
