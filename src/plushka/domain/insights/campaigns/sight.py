"""Whether a campaign could prove anything, asked before it starts."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.campaigns.model import BEFORE
from plushka.engine.experiments.moments import Moments
from plushka.engine.experiments.sight import Sight, control_needed, minimal_effect
from plushka.engine.program import Promotion
from plushka.platform.database import Tx

PROMOTION_DAYS: Final = 30
"""A promotion without an end is looked at over so long a time."""
HOPED_LIFT_BP: Final = 10_00
"""A campaign that lifts what members pay by a tenth is a good one: a group that cannot see that is too small."""


class Prospect(Struct, frozen=True):
    """What ``members`` can prove: ``mean_minor`` is what one paid in as long a time before.

    ``control_needed_bp`` would see a lift of ``HOPED_LIFT_BP``; None: no group of these members would.
    """

    members: int
    mean_minor: int
    sight: Sight
    control_needed_bp: int | None

    @property
    def lift_bp(self) -> int | None:
        """The smallest lift that is seen, in whole per cents, rounded up; None: it cannot be said."""
        lift_bp = self.sight.lift_bp
        return None if lift_bp is None else -(-lift_bp // 100) * 100

    @property
    def times_as_many(self) -> int | None:
        """How many times as many members, held out at the same share, would see ``HOPED_LIFT_BP``; rounded up.

        What can be seen shrinks with the root of their number. None: it cannot be said.
        """
        lift_bp = self.sight.lift_bp
        return None if lift_bp is None else -(-(lift_bp**2) // HOPED_LIFT_BP**2)

    @property
    def is_weak(self) -> bool:
        """Tell whether even a good campaign would go unproven more often than not."""
        lift_bp = self.sight.lift_bp
        return lift_bp is None or lift_bp > HOPED_LIFT_BP


async def look_ahead_promotion(tx: Tx, program_id: UUID, promotion: Promotion, *, today: date) -> Prospect:
    """Return what a promotion could prove of the members of its programme, over its days or ``PROMOTION_DAYS``."""
    rows = await tx.fetch(
        """
        -- insights.list_in_program
        select w.member_id from wallets w
        join members m on m.tenant_id = $1 and m.id = w.member_id and m.merged_into is null and m.erased_at is null
        where w.tenant_id = $1 and w.program_id = $2
        """,
        tx.tenant_id,
        program_id,
    )
    days = PROMOTION_DAYS
    if promotion.last_on is not None:
        days = (promotion.last_on - max(promotion.first_on or today, today)).days + 1
    return await look_ahead(
        tx,
        [row["member_id"] for row in rows],
        control_bp=promotion.control_bp,
        window_days=min(max(days, 1), BEFORE.days),
    )


async def look_ahead(tx: Tx, member_ids: Sequence[UUID], *, control_bp: int, window_days: int) -> Prospect:
    """Return what a campaign to some members could prove, from what they paid in the last ``window_days``."""
    (row,) = await tx.fetch(
        """
        -- insights.look_ahead
        with chosen as materialized (
            select member_id from unnest($2::uuid[]) as found (member_id)
        ), bought as (
            select r.*
            from chosen
            cross join lateral (
                select coalesce(sum(payable_minor - refunded_minor) filter (
                           where occurred_at >= $3::timestamptz - make_interval(days => $4)
                       ), 0) as after,
                       coalesce(sum(payable_minor - refunded_minor) filter (
                           where occurred_at < $3::timestamptz - make_interval(days => $4)
                       ), 0) as before
                from receipts
                where tenant_id = $1 and member_id = chosen.member_id and occurred_at < $3::timestamptz
                  and occurred_at >= $3::timestamptz - make_interval(days => $4) - $5::interval
            ) as r
        )
        select count(*) as members, coalesce(sum(after), 0) as y, coalesce(sum(after * after), 0) as yy,
               coalesce(sum(before), 0) as x, coalesce(sum(before * before), 0) as xx,
               coalesce(sum(before * after), 0) as xy, count(*) filter (where after > 0) as buyers
        from bought
        """,
        tx.tenant_id,
        member_ids,
        tx.at,
        window_days,
        BEFORE,
    )
    past = Moments(row["members"], *[int(row[field]) for field in ("y", "yy", "x", "xx", "xy")])
    hoped_minor = 0 if not past.members else past.y * HOPED_LIFT_BP // (past.members * 100_00)
    return Prospect(
        members=past.members,
        mean_minor=0 if not past.members else past.y // past.members,
        sight=minimal_effect(past.members, control_bp, past, row["buyers"]),
        control_needed_bp=control_needed(past.members, hoped_minor, past, row["buyers"])
        if hoped_minor
        else None,
    )
