"""Who of those that begin a journey is held out: by strata of what they have paid, in exact shares, as they come."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

import msgspec

from plushka.domain.campaigns.planning import VALUE_DAYS
from plushka.domain.segments.selecting import hashing, selected
from plushka.engine.audience import Audience
from plushka.engine.experiments.groups import Assigned, Tally, bounds_of, draw_on, stratum_of
from plushka.platform.database import Tx

_tallies = msgspec.json.Decoder(dict[int, Tally], strict=False).decode


async def keep_bounds(tx: Tx, journey_id: UUID, audience: Audience | None) -> None:
    """Keep where the fifths of what members of an audience (None: all) have paid lately begin now."""
    args: list[object] = [tx.tenant_id]
    of_audience = "" if audience is None else f"and member_id in ({await selected(tx, audience, args)})"
    args += [tx.at - timedelta(days=VALUE_DAYS), tx.at]
    async with hashing(tx):
        rows = await tx.fetch(
            f"""
            -- journeys.list_values
            select sum(payable_minor - refunded_minor)::bigint as value_minor from receipts
            where tenant_id = $1 and member_id is not null {of_audience}
              and occurred_at >= ${len(args) - 1} and occurred_at <= ${len(args)}
            group by member_id
            """,  # noqa: S608  a subquery of ours, and numbers of parameters
            *args,
        )
    await tx.execute(
        """
        -- journeys.keep_bounds
        update journeys set value_bounds = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        list(bounds_of(row["value_minor"] for row in rows)),
    )


async def draw(
    tx: Tx, journey_id: UUID, member_ids: Collection[UUID], *, salt: str, control_bp: int
) -> dict[UUID, Assigned]:
    """Draw members who begin a locked journey for the first time, in the order of their ids.

    Repeated over all of a journey's recipients, in the order in which they came, the draw gives the same groups: salt,
    stratum and moment are kept. Where nobody is held out, strata are not asked for.
    """
    if not control_bp:
        return {member_id: Assigned(member_id, 0, is_control=False) for member_id in member_ids}
    (row,) = await tx.fetch(
        """
        -- journeys.find_draw
        select value_bounds, drawn::text from journeys where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
    )
    values = await _values(tx, member_ids)
    strata = [
        (member_id, stratum_of(values.get(member_id), row["value_bounds"]))
        for member_id in sorted(member_ids)
    ]
    assigned, tallies = draw_on(strata, salt, control_bp, _tallies(row["drawn"]))
    await tx.execute(
        """
        -- journeys.write_draw
        update journeys set drawn = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        msgspec.json.encode(tallies).decode(),
    )
    return {each.member_id: each for each in assigned}


async def is_held_out(tx: Tx, journey_id: UUID, member_id: UUID) -> bool:
    """Tell whether a member has begun a journey and is in its control group."""
    found: bool | None = await tx.fetchval(
        """
        -- journeys.is_held_out
        select is_control from campaign_recipients where tenant_id = $1 and campaign_id = $2 and member_id = $3
        """,
        tx.tenant_id,
        journey_id,
        member_id,
    )
    return found is True


async def _values(tx: Tx, member_ids: Collection[UUID]) -> Mapping[UUID, int]:
    rows = await tx.fetch(
        """
        -- journeys.list_values_of
        select member_id, sum(payable_minor - refunded_minor)::bigint as value_minor from receipts
        where tenant_id = $1 and member_id = any($2::uuid[]) and occurred_at >= $3 and occurred_at <= $4
        group by member_id
        """,
        tx.tenant_id,
        list(member_ids),
        tx.at - timedelta(days=VALUE_DAYS),
        tx.at,
    )
    return {row["member_id"]: row["value_minor"] for row in rows}
