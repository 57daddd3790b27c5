"""A comparison that reaches into several quarters is counted for each of them besides, for tables of a quarter."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.campaigns.model import RETURNS_END_AFTER, subject_in_quarter
from plushka.domain.insights.payback.model import quarter_of
from plushka.engine.expiry import add_months
from plushka.engine.local_time import instant
from plushka.platform.database import Tx


class Part(Struct, frozen=True):
    """The piece of a comparison that lies in the quarter of ``subject``."""

    subject: str
    from_at: datetime
    until_at: datetime
    is_final: bool


async def list_parts(tx: Tx, subject: str, from_at: datetime, until_at: datetime) -> list[Part]:
    """Return the pieces that are to be counted: none of a comparison within one quarter, none that is final already."""
    zone = (await get_business(tx)).time_zone
    pieces = list(_pieces(subject, from_at, until_at, zone, tx.at))
    if not pieces or is_within_quarter(from_at, until_at, zone):
        return []
    rows = await tx.fetch(
        """
        -- insights.list_final_parts
        select subject from experiments where tenant_id = $1 and subject = any($2::text[]) and is_final
        """,
        tx.tenant_id,
        [piece.subject for piece in pieces],
    )
    final = {row["subject"] for row in rows}
    return [piece for piece in pieces if piece.subject not in final]


async def list_incomplete(tx: Tx) -> set[str]:
    """Return what stands and lacks a quarter that it reaches into: it was counted before quarters were."""
    zone = (await get_business(tx)).time_zone
    rows = await tx.fetch(
        """
        -- insights.list_final
        select subject, from_at, until_at from experiments where tenant_id = $1 and is_final
        """,
        tx.tenant_id,
    )
    final = {row["subject"] for row in rows}
    return {
        row["subject"]
        for row in rows
        if not is_within_quarter(row["from_at"], row["until_at"], zone)
        and not final.issuperset(
            piece.subject for piece in _pieces(row["subject"], row["from_at"], row["until_at"], zone, tx.at)
        )
    }


def is_within_quarter(from_at: datetime, until_at: datetime, zone: str) -> bool:
    """Tell whether a comparison lies in one quarter, which then is of it what the whole is."""
    quarter_on, next_on = _bounds(from_at, zone)
    return until_at <= instant(next_on, 0, zone) and from_at >= instant(quarter_on, 0, zone)


def _pieces(subject: str, from_at: datetime, until_at: datetime, zone: str, now: datetime) -> Iterator[Part]:
    begins_at = from_at
    while begins_at < min(until_at, now):
        quarter_on, next_on = _bounds(begins_at, zone)
        ends_at = min(until_at, instant(next_on, 0, zone))
        is_final = ends_at + RETURNS_END_AFTER <= now
        yield Part(subject_in_quarter(subject, quarter_on), begins_at, ends_at, is_final)
        begins_at = ends_at


def _bounds(moment: datetime, zone: str) -> tuple[date, date]:
    first = quarter_of(moment.astimezone(ZoneInfo(zone)).date())[0]
    return first, add_months(first, 3)
