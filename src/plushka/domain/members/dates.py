"""Days of people close to a member (F236)."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import (
    DATES_MAX,
    WHOSE_LENGTH_MAX,
    DateImpossible,
    DateKind,
    MemberDate,
    TextMissing,
    TextTooLong,
    TooManyDates,
    UnknownDate,
)
from plushka.domain.members.store import lock_member
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_LEAP_YEAR = 2000


async def add_date(tx: Tx, member_id: UUID, *, whose: str, kind: DateKind, month: int, day: int) -> UUID:
    """Write down a day of the year and return its id.

    :raises DateImpossible: no year has such a day
    """
    whose = " ".join(whose.split())
    if not whose:
        raise TextMissing(field="whose")
    if len(whose) > WHOSE_LENGTH_MAX:
        raise TextTooLong(field="whose", length_max=WHOSE_LENGTH_MAX)
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError as error:
        raise DateImpossible(field="day") from error
    await lock_member(tx, member_id)
    if len(await list_dates(tx, member_id)) >= DATES_MAX:
        raise TooManyDates(field="whose", dates_max=DATES_MAX)
    date_id = new_id()
    await tx.execute(
        """
        -- members.add_date
        insert into member_dates (tenant_id, id, member_id, whose, kind, month, day, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        date_id,
        member_id,
        whose,
        kind,
        month,
        day,
        tx.at,
    )
    await audit.record(tx, action="member.add_date", subject=f"member:{member_id}", kind=kind)
    return date_id


async def remove_date(tx: Tx, member_id: UUID, date_id: UUID) -> None:
    """Forget a day.

    :raises UnknownDate: the member has none of this id
    """
    removed = await tx.fetchval(
        """
        -- members.remove_date
        delete from member_dates where tenant_id = $1 and member_id = $2 and id = $3 returning kind
        """,
        tx.tenant_id,
        member_id,
        date_id,
    )
    if removed is None:
        raise UnknownDate
    await audit.record(tx, action="member.remove_date", subject=f"member:{member_id}", kind=removed)


async def list_with_dates(tx: Tx, member_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the members who have any day of somebody close."""
    rows = await tx.fetch(
        """
        -- members.list_with_dates
        select distinct member_id from member_dates where tenant_id = $1 and member_id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return frozenset(row["member_id"] for row in rows)


async def list_dates(tx: Tx, member_id: UUID) -> Sequence[MemberDate]:
    """Return the member's days in the order of the calendar."""
    rows = await tx.fetch(
        """
        -- members.list_dates
        select id, whose, kind, month, day
        from member_dates where tenant_id = $1 and member_id = $2
        order by month, day, id
        """,
        tx.tenant_id,
        member_id,
    )
    return [MemberDate(**row) for row in rows]
