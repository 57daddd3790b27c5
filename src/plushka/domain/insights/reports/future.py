"""What members are expected to bring, added up: by how probably they have left, by how much, and who matters most."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.domain.segments.lifetime.model import WHOLE_BP
from plushka.platform.database import Tx

LEFT_FROM_BP = (2_000, 4_000, 6_000, 8_000)
"""Where a band of the chance to have left ends and the next begins."""
ONCE = -1
"""The band of who has come once: of them the model knows nothing."""
BANDS = tuple(range(len(LEFT_FROM_BP) + 1))
AT_RISK_BP = 5_000
"""Who has left with this chance or more is at risk."""
LISTED_MAX = 100
_BAND = "coalesce(width_bucket($2::integer - l.alive_bp, $3::integer[]), -1)"
_MEMBERS = """
    member_lifetimes l
    join members m on m.tenant_id = $1 and m.id = l.member_id and m.merged_into is null and m.erased_at is null
    left join member_groups g on g.tenant_id = $1 and g.member_id = l.member_id
    where l.tenant_id = $1
"""


class Future(Struct, frozen=True):
    """All buyers together, visits in thousandths. ``lost_minor``: what those at risk spent within the last 365 days.

    Money to come is revenue, 0 where it is not foreseen; ``value_minor`` is that of a year, discounted.
    """

    buyers: int
    visits_soon_milli: int
    soon_minor: int
    year_minor: int
    value_minor: int
    at_risk: int
    lost_minor: int


class Band(Struct, frozen=True):
    """Buyers who have left with a like chance, what they spent within the last 365 days and what they will spend."""

    band: int
    members: int
    spend_minor: int
    visits_soon_milli: int
    soon_minor: int
    value_minor: int


class Decile(Struct, frozen=True):
    """A tenth of the buyers, 1 of those who are expected to bring most within a year, or to come most often."""

    number: int
    members: int
    visits_year_milli: int
    value_minor: int


class AtRisk(Struct, frozen=True):
    member_id: UUID
    name: str
    visits: int
    last_on: date
    alive_bp: int
    spend_minor: int
    value_minor: int


async def sum_future(tx: Tx) -> Future:
    row = await tx.fetchrow(
        f"""
        -- insights.sum_future
        select count(*) as buyers, coalesce(sum(visits_soon_milli), 0)::bigint as visits_soon_milli,
               coalesce(sum(soon_minor), 0)::bigint as soon_minor, coalesce(sum(year_minor), 0)::bigint as year_minor,
               coalesce(sum(value_minor), 0)::bigint as value_minor,
               count(*) filter (where alive_bp <= $2) as at_risk,
               coalesce(sum(g.spend_minor) filter (where alive_bp <= $2), 0)::bigint as lost_minor
        from {_MEMBERS}
        """,  # noqa: S608  constants from above
        tx.tenant_id,
        WHOLE_BP - AT_RISK_BP,
    )
    assert row is not None  # noqa: S101  a sum is always there
    return Future(**row)


async def list_bands(tx: Tx) -> list[Band]:
    """Return the bands in which somebody is, who has come once first, then by the chance to have left."""
    rows = await tx.fetch(
        f"""
        -- insights.list_bands_of_leaving
        select {_BAND} as band, count(*) as members, coalesce(sum(g.spend_minor), 0)::bigint as spend_minor,
               sum(visits_soon_milli)::bigint as visits_soon_milli,
               coalesce(sum(soon_minor), 0)::bigint as soon_minor, coalesce(sum(value_minor), 0)::bigint as value_minor
        from {_MEMBERS}
        group by band
        order by band
        """,  # noqa: S608  constants from above
        tx.tenant_id,
        WHOLE_BP,
        list(LEFT_FROM_BP),
    )
    return [Band(**row) for row in rows]


async def list_members_of_band(tx: Tx, band: int) -> list[UUID]:
    rows = await tx.fetch(
        f"""
        -- insights.list_members_of_band
        select l.member_id from {_MEMBERS} and {_BAND} = $4
        order by l.member_id
        """,  # noqa: S608  constants from above
        tx.tenant_id,
        WHOLE_BP,
        list(LEFT_FROM_BP),
        band,
    )
    return [row["member_id"] for row in rows]


async def list_deciles(tx: Tx) -> list[Decile]:
    """Return tenths of the buyers by what they are expected to bring within a year; equals by their id.

    Where money is not foreseen, by how often they are expected to come.
    """
    rows = await tx.fetch(
        f"""
        -- insights.list_deciles
        select number, count(*) as members, sum(visits_year_milli)::bigint as visits_year_milli,
               coalesce(sum(value_minor), 0)::bigint as value_minor
        from (
            select ntile(10) over (
                order by coalesce(l.value_minor, l.visits_year_milli) desc, l.member_id
            ) as number, l.visits_year_milli, l.value_minor
            from {_MEMBERS}
        ) as numbered
        group by number
        order by number
        """,  # noqa: S608  constants from above
        tx.tenant_id,
    )
    return [Decile(**row) for row in rows]


async def list_at_risk(tx: Tx) -> list[AtRisk]:
    """Return who has probably left, those first who spent most within the last 365 days, at most ``LISTED_MAX``."""
    rows = await tx.fetch(
        f"""
        -- insights.list_at_risk
        select l.member_id, m.name, l.visits, l.last_on, l.alive_bp, coalesce(g.spend_minor, 0) as spend_minor,
               coalesce(l.value_minor, 0) as value_minor
        from {_MEMBERS} and l.alive_bp <= $2
        order by spend_minor desc, l.member_id
        limit $3
        """,  # noqa: S608  constants from above
        tx.tenant_id,
        WHOLE_BP - AT_RISK_BP,
        LISTED_MAX,
    )
    return [AtRisk(**row) for row in rows]
