"""What journeys know of members who were erased goes; how many were where stays."""

from plushka.platform.database import Tx


async def forget_erased(tx: Tx) -> None:
    """End the runs of erased members and take days of their lives out of what began them; calls that name them go.

    They are done nothing to since they were erased: who takes up their run finds them gone.
    """
    await tx.execute(
        """
        -- journeys.forget_runs
        update journey_runs r
        set key = 'gone:' || r.id, found = '{}', is_waiting = false, step = null,
            state = case r.state when 'active' then 'gone' else r.state end, ended_at = coalesce(r.ended_at, $2)
        from members m
        where r.tenant_id = $1 and m.tenant_id = $1 and m.id = r.member_id and m.erased_at is not null
          and r.key <> 'gone:' || r.id
        """,
        tx.tenant_id,
        tx.at,
    )
    await tx.execute(
        """
        -- journeys.forget_calls
        delete from webhook_calls c using members m
        where c.tenant_id = $1 and m.tenant_id = $1 and m.id = c.member_id and m.erased_at is not null
        """,
        tx.tenant_id,
    )
