"""Who stands above members, and what their purchases have counted for so far."""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from plushka.engine.purchase import Invited
from plushka.platform.database import Tx


class Above(Struct, frozen=True):
    """Who brought a member, the nearest first, and what the rules may know of it."""

    member_ids: tuple[UUID, ...]
    invited: Invited


async def list_above(
    tx: Tx, friend_ids: Collection[UUID], *, program_id: UUID, levels: int
) -> dict[UUID, Above]:
    """Return who stands above each of the friends, ``levels`` of them at most; those of nobody are left out.

    Who was merged into another counts as that other, and nobody stands above themselves: where cards were joined so
    that a circle came about, it ends there.
    """
    rows = await tx.fetch(
        """
        -- referrals.list_above
        with recursive above (friend_id, level, id) as (
            select friend_id, 0, friend_id from unnest($2::uuid[]) as friend_id
            union all
            select a.friend_id, a.level + 1, up.id
            from above a cross join lateral (
                select coalesce(r.merged_into, r.id) as id from members r
                where r.tenant_id = $1
                  and r.id = (select m.invited_by from members m where m.tenant_id = $1 and m.id = a.id)
                offset 0
            ) as up
            where a.level < $3
        ), chains as (
            select friend_id, array_agg(id order by level) as ids from above where level > 0 group by friend_id
        )
        select c.friend_id, c.ids, p.purchases, p.is_rewarded
        from chains c cross join lateral (
            select count(*) filter (where p.is_left) as purchases,
                   coalesce(bool_or(p.friend_points_left > 0), false) as is_rewarded
            from referral_purchases p
            where p.tenant_id = $1 and p.friend_id = c.friend_id and p.program_id = $4
        ) as p
        """,
        tx.tenant_id,
        list(friend_ids),
        levels,
        program_id,
    )
    found = {}
    for row in rows:
        ids: list[UUID] = []
        for one in row["ids"]:
            if one == row["friend_id"] or one in ids:
                break
            ids.append(one)
        if ids:
            found[row["friend_id"]] = Above(
                tuple(ids), Invited(len(ids), row["purchases"], row["is_rewarded"])
            )
    return found
