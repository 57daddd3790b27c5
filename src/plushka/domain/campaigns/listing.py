"""Broadcasts as a table with what came of each, found by name, state and days; and all of them together."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.model import State
from plushka.platform.database import Tx

LIST_MAX = 30


class CampaignFilter(Struct, frozen=True):
    """``text`` is part of a name; those of which letters began to go out, or will, between two moments, half-open.

    ``among``: these alone.
    """

    text: str = ""
    state: State | None = None
    since: datetime | None = None
    until: datetime | None = None
    among: tuple[UUID, ...] | None = None


class CampaignRow(Struct, frozen=True):
    """A broadcast in the table. ``begins_at``: when it began or will; None: a draft that does not say yet."""

    id: UUID
    name: str
    state: State
    begins_at: datetime | None
    has_control: bool
    figures: Figures


_BEGINS = "coalesce(c.planned_at, c.starts_at)"
_WHERE = f"""
    where c.tenant_id = $1 and c.kind = 'broadcast'
      and ($2 = '' or c.name ilike '%' || $2 || '%')
      and ($3::text is null or c.state = $3)
      and ($4::timestamptz is null or {_BEGINS} >= $4)
      and ($5::timestamptz is null or {_BEGINS} < $5)
      and ($6::uuid[] is null or c.id = any($6))
"""
_SUMS = ", ".join(f"coalesce(f.{field}, 0) as {field}" for field in Figures.__struct_fields__)


async def list_broadcasts(
    tx: Tx, where: CampaignFilter, *, before: UUID | None = None, limit: int = LIST_MAX
) -> list[CampaignRow]:
    """Return broadcasts, those written last first; ``before``: the last one that was shown."""
    rows = await tx.fetch(
        f"""
        -- campaigns.list_broadcasts
        select c.id, c.name, c.state, {_BEGINS} as begins_at, c.control_bp > 0 as has_control, {_SUMS}
        from campaigns c
        left join campaign_figures f on f.tenant_id = $1 and f.campaign_id = c.id and f.cut = 'total'
        {_WHERE} and ($7::uuid is null or c.id < $7)
        order by c.id desc
        limit $8
        """,  # noqa: S608  constants
        *_args(tx, where),
        before,
        limit,
    )
    return [
        CampaignRow(
            row["id"],
            row["name"],
            row["state"],
            row["begins_at"],
            row["has_control"],
            figures_of(row),
        )
        for row in rows
    ]


async def sum_broadcasts(tx: Tx, where: CampaignFilter) -> tuple[int, Figures]:
    """Return how many broadcasts are found and the figures of all together: ratios of these are weighted (S22)."""
    sums = ", ".join(f"coalesce(sum(f.{field}), 0)::bigint as {field}" for field in Figures.__struct_fields__)
    row = await tx.fetchrow(
        f"""
        -- campaigns.sum_broadcasts
        select count(*) as broadcasts, {sums}
        from campaigns c
        left join campaign_figures f on f.tenant_id = $1 and f.campaign_id = c.id and f.cut = 'total'
        {_WHERE}
        """,  # noqa: S608  constants
        *_args(tx, where),
    )
    assert row is not None  # noqa: S101  an aggregate has one row
    return row["broadcasts"], figures_of(row)


async def find_counted_at(tx: Tx) -> datetime | None:
    """Return when figures of broadcasts were counted last; None: never yet."""
    counted_at: datetime | None = await tx.fetchval(
        """
        -- campaigns.find_counted_at
        select max(counted_at) from campaign_figures where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return counted_at


def figures_of(row: Record) -> Figures:
    """Return the figures that stand in a row under their own names."""
    return Figures(**{field: row[field] for field in Figures.__struct_fields__})


def _args(tx: Tx, where: CampaignFilter) -> tuple[object, ...]:
    text = where.text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    among = None if where.among is None else list(where.among)
    return tx.tenant_id, text, where.state, where.since, where.until, among
