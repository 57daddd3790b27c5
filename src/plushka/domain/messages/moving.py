"""A letter that did not get through goes on by the next channel of its route.

One row is one letter, so a member never has it from two channels at once: what was tried is noted in
``outgoing_tries``, and a report that comes late stops the next sending if that has not begun.
"""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.messages.reaching import REACHED
from plushka.platform.database import Tx

OVERDUE_AT_ONCE = 1000


async def move_on(tx: Tx, ids: Sequence[UUID], failure: str = "") -> None:
    """Let letters wait at the next channel that reaches their members; where none does, they are as they were left.

    ``failure`` is what came of the channel until now, of what waits a ``Reason``. Those that were never sent by it have
    no try noted.
    """
    if not ids:
        return
    await tx.execute(
        f"""
        -- messages.move_on
        with letter as (
            select id, member_id, purpose, route, channel as was, address as was_at, provider_id, parts, cost_minor,
                   attempts, state
            from outgoing
            where tenant_id = $1 and id = any($2::uuid[])
        ), judged as (
            select letter.*, found.channel, found.address, found.rest, found.language as spoken
            from letter {REACHED}
        ), noted as (
            insert into outgoing_tries
                (tenant_id, outgoing_id, number, channel, address, provider_id, failure, parts, cost_minor, at)
            select $1, id,
                   1 + (select count(*) from outgoing_tries t where t.tenant_id = $1 and t.outgoing_id = judged.id),
                   was, was_at, provider_id, $3::text, parts, cost_minor - (
                       select coalesce(sum(t.cost_minor), 0) from outgoing_tries t
                       where t.tenant_id = $1 and t.outgoing_id = judged.id
                   ), $4::timestamptz
            from judged
            where channel is not null and state <> 'waiting'
        )
        update outgoing o
        set channel = coalesce(j.channel, o.channel), address = coalesce(j.address, o.address),
            language = coalesce(j.spoken, o.language),
            route = case when j.channel is null then '{{}}' else j.rest end,
            state = case when j.channel is not null then 'waiting'
                         when o.state = 'waiting' then 'skipped'
                         when o.state = 'sending' then 'failed'
                         else o.state end,
            failure = case when j.channel is not null or o.state not in ('waiting', 'sending') then ''
                           else coalesce(nullif($3::text, ''), 'unreachable') end,
            provider_id = case when j.channel is null then o.provider_id end,
            attempts = case when j.channel is null then o.attempts else 0 end,
            finished_at = case when j.channel is null then coalesce(o.finished_at, $4::timestamptz) end,
            is_cost_told = o.is_cost_told and j.channel is null, move_on_at = null
        from judged j
        where o.tenant_id = $1 and o.id = j.id
        """,  # noqa: S608  a constant
        tx.tenant_id,
        list(ids),
        failure,
        tx.at,
    )


async def move_overdue(tx: Tx) -> int:
    """Move on what was sent and is not reported as delivered in time; return how many, some at most in a call."""
    rows = await tx.fetch(
        """
        -- messages.list_overdue
        select id from outgoing
        where tenant_id = $1 and move_on_at <= $2
        order by move_on_at
        limit $3
        for update skip locked
        """,
        tx.tenant_id,
        tx.at,
        OVERDUE_AT_ONCE,
    )
    await move_on(tx, [row["id"] for row in rows], "not delivered in time")
    return len(rows)
