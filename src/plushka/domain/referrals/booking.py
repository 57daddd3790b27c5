"""Writing what friends' purchases are worth, and what returns leave of it, under the lock of the friend's wallet."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.engine.expiry import activates_at, active_on
from plushka.engine.program import AfterDays, Referral
from plushka.engine.purchase import Place, Referred
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Brought(Struct, frozen=True):
    """A receipt that qualifies: ``member_ids`` stand above ``friend_id``, whose own points are ``friend_points``."""

    receipt_id: UUID
    program_id: UUID
    version_id: UUID
    friend_id: UUID
    member_ids: tuple[UUID, ...]
    business_date: date
    place: Place
    referral: Referral
    referred: Referred
    friend_points: int


async def insert_brought(tx: Tx, new: Sequence[Brought]) -> None:
    """Write what receipts that are booked now are worth to those above."""
    await tx.execute(
        """
        -- referrals.insert_purchases
        insert into referral_purchases (
            tenant_id, receipt_id, program_id, friend_id, purchases_max, friend_points, friend_points_left
        )
        select $1, receipt_id, program_id, friend_id, purchases_max, friend_points, friend_points
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::bigint[])
            as new (receipt_id, program_id, friend_id, purchases_max, friend_points)
        """,
        tx.tenant_id,
        [one.receipt_id for one in new],
        [one.program_id for one in new],
        [one.friend_id for one in new],
        [one.referral.purchases_max for one in new],
        [one.friend_points for one in new],
    )
    rows = [
        (one, level, member_id, points)
        for one in new
        for level, (member_id, points) in enumerate(
            zip(one.member_ids, one.referred.levels, strict=False), start=1
        )
    ]
    await tx.execute(
        """
        -- referrals.insert_rewards
        insert into referral_rewards (
            tenant_id, id, receipt_id, level, program_id, version_id, member_id, friend_id, month, points,
            points_left, points_due, pays_at, settle_at
        )
        select $1, id, receipt_id, level, program_id, version_id, member_id, friend_id, month, points, points, due,
               pays_at, case when due > 0 then pays_at end
        from unnest(
            $2::uuid[], $3::uuid[], $4::smallint[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::date[],
            $10::bigint[], $11::bigint[], $12::timestamptz[]
        ) as new (id, receipt_id, level, program_id, version_id, member_id, friend_id, month, points, due, pays_at)
        """,
        tx.tenant_id,
        [new_id() for _ in rows],
        [one.receipt_id for one, _, _, _ in rows],
        [level for _, level, _, _ in rows],
        [one.program_id for one, _, _, _ in rows],
        [one.version_id for one, _, _, _ in rows],
        [member_id for _, _, member_id, _ in rows],
        [one.friend_id for one, _, _, _ in rows],
        [one.business_date.replace(day=1) for one, _, _, _ in rows],
        [points for _, _, _, points in rows],
        [points if one.referred.counts else 0 for one, _, _, points in rows],
        [_pays_at(one, tx.at) for one, _, _, _ in rows],
    )


async def lower(tx: Tx, receipt_id: UUID, *, levels: tuple[int, ...] | None, friend_points: int) -> None:
    """Write what a return leaves of a receipt; ``levels`` None: it no longer qualifies, and another may count.

    What was paid is set right by the next settlement.
    """
    friend = await tx.fetchrow(
        """
        -- referrals.lower_purchase
        update referral_purchases set is_left = $3, friend_points_left = case when $3 then $4 else 0 end
        where tenant_id = $1 and receipt_id = $2
        returning friend_id, program_id
        """,
        tx.tenant_id,
        receipt_id,
        levels is not None,
        friend_points,
    )
    if friend is None:
        return
    # In the order in which a settlement locks them, whose rows they are too.
    await tx.fetch(
        """
        -- referrals.lock_rewards_of_friend
        select id from referral_rewards where tenant_id = $1 and friend_id = $2 and program_id = $3
        order by receipt_id, level
        for no key update
        """,
        tx.tenant_id,
        *friend,
    )
    await tx.execute(
        """
        -- referrals.set_dues
        with purchases as (
            select receipt_id, is_left and (
                purchases_max is null
                or count(*) filter (where is_left) over (order by receipt_id) <= purchases_max
            ) as counts
            from referral_purchases where tenant_id = $1 and friend_id = $2 and program_id = $3
        ), figures as (
            select r.id, coalesce(l.points, case when r.receipt_id = $4 then 0 else r.points_left end) as points_left,
                   p.counts
            from referral_rewards r
            join purchases p on p.receipt_id = r.receipt_id
            left join unnest($5::bigint[]) with ordinality as l (points, level)
                on r.receipt_id = $4 and l.level = r.level
            where r.tenant_id = $1 and r.friend_id = $2 and r.program_id = $3
        )
        update referral_rewards r
        set points_left = f.points_left,
            points_due = case when f.counts then f.points_left else 0 end,
            settle_at = case
                when r.points_due is distinct from case when f.counts then f.points_left else 0 end
                    then greatest(r.pays_at, $6) else r.settle_at end
        from figures f
        where r.tenant_id = $1 and r.id = f.id
          and (r.points_left, r.points_due)
              is distinct from (f.points_left, case when f.counts then f.points_left else 0 end)
        """,
        tx.tenant_id,
        *friend,
        receipt_id,
        list(levels or ()),
        tx.at,
    )


def _pays_at(one: Brought, now: datetime) -> datetime:
    if not one.referral.paid_after_days:
        return now
    policy, place = AfterDays(one.referral.paid_after_days), one.place
    day = active_on(policy, one.business_date)
    return activates_at(policy, day, place.time_zone, place.day_starts_minutes) or now
