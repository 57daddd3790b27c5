"""How many of the friends whom a member brought buy (S13): a tier may ask for that.

Read from the friends' own days, which returns lower: a friend all of whose purchases went back is none.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx


class Asked(Struct, frozen=True):
    """A member, and the first and last business day within which friends must have bought; None: ever.

    ``window`` is an index into ``Version.windows``.
    """

    member_id: UUID
    window: int
    span: tuple[date, date] | None


async def count_active_friends(
    tx: Tx, asked: Sequence[Asked], *, program_id: UUID
) -> list[tuple[Asked, int]]:
    """Return, beside each that is asked, how many members brought by that one bought under the programme in its days.

    Friends of a card that was joined to the member's are the member's; a friend's card that was joined to another
    counts as that other, who has a referrer of their own.
    """
    spans = [one.span or (date.min, date.max) for one in asked]
    rows = await tx.fetch(
        """
        -- programs.count_active_friends
        select count.friends
        from unnest($3::uuid[], $4::date[], $5::date[])
            with ordinality as wanted (member_id, first_on, last_on, place)
        cross join lateral (
            select count(*) as friends
            from members f
            cross join lateral (
                select coalesce(bool_or(d.purchases > 0), false) as buys
                from standing_days d
                where d.tenant_id = $1 and d.program_id = $2 and d.member_id = f.id
                  and d.business_date between wanted.first_on and wanted.last_on
            ) as days
            where f.tenant_id = $1 and f.id <> wanted.member_id and days.buys
              and f.invited_by = any(array(
                  select wanted.member_id
                  union all
                  select m.id from members m where m.tenant_id = $1 and m.merged_into = wanted.member_id
              ))
        ) as count
        order by wanted.place
        """,
        tx.tenant_id,
        program_id,
        [one.member_id for one in asked],
        [first_on for first_on, _ in spans],
        [last_on for _, last_on in spans],
    )
    return [(one, row["friends"]) for one, row in zip(asked, rows, strict=True)]
