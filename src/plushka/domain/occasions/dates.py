"""Points for birthdays and days of close people, given by the clock (S15)."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.occasions.giving import give
from plushka.domain.occasions.model import Chance
from plushka.domain.programs.model import VersionMark
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.engine.local_time import moment
from plushka.engine.occasion_parts import OnBirthday, OnCloseDate
from plushka.engine.occasion_plans import OccasionPlan
from plushka.engine.occasions import DateCame, days_in_reach
from plushka.engine.purchase import Place
from plushka.platform.database import Tx

GIVEN_FROM_HOUR = 10
"""By the clock of the business: nobody is woken for points. What an hour misses the next one gives."""
STEP_MEMBERS = 200


async def list_due(tx: Tx, versions: Versions) -> list[tuple[VersionMark, str]]:
    """Return the occasions of dates, by programme, that are to be looked at now; none before the hour."""
    business = await get_business(tx)
    if tx.at.astimezone(ZoneInfo(business.time_zone)).hour < GIVEN_FROM_HOUR:
        return []
    return [
        (mark, plan.occasion.id)
        for mark in await list_in_force(tx)
        for plan in (await versions.get(tx, mark.id)).occasions
        if isinstance(plan.occasion.trigger, OnBirthday | OnCloseDate) and not plan.occasion.is_paused
    ]


async def give_for_dates(
    tx: Tx, versions: Versions, mark: VersionMark, occasion_id: str, *, after: UUID | None
) -> UUID | None:
    """Give some members what an occasion gives for dates near today, and return the last of them.

    Called again with that member until it is None. Who was given it already is passed over, so it bears repetition.
    """
    version = await versions.get(tx, mark.id)
    plan = next(each for each in version.occasions if each.occasion.id == occasion_id)
    place = Place(branch="", time_zone=(await get_business(tx)).time_zone)
    found = await _find_due(tx, mark.program_id, plan, moment(tx.at, place).business_date, after=after)
    if not found:
        return None
    chances = [
        Chance(mark.program_id, version, plan, member_id, happening, key)
        for member_id, happening, key in found
    ]
    await give(tx, chances)
    return found[-1][0]


def birthday_key(on: date) -> str:
    return f"birthday:{on.year}"


def date_key(kind: str, on: date) -> str:
    """Return the key of a close person's day: of its kind and day, so that writing it down anew gives nothing."""
    return f"date:{kind}:{on:%m-%d}:{on.year}"


async def _find_due(
    tx: Tx, program_id: UUID, plan: OccasionPlan, today: date, *, after: UUID | None
) -> list[tuple[UUID, DateCame, str]]:
    """Return members with a date in reach for which the occasion has not given; whole members, some at a time."""
    match plan.occasion.trigger:
        case OnBirthday(days_before=days_before):
            source, kinds = _BIRTHDAYS, None
        case OnCloseDate(days_before=days_before, kinds=chosen):
            source, kinds = _CLOSE_DATES, list(chosen)
        case _:
            return []
    reach = days_in_reach(days_before, today)
    rows = await tx.fetch(
        _DUE.format(source=source),
        tx.tenant_id,
        program_id,
        plan.occasion.id,
        [month for month, _, _ in reach],
        [day for _, day, _ in reach],
        [on for _, _, on in reach],
        after,
        STEP_MEMBERS,
        *([] if kinds is None else [kinds]),
    )
    return [
        (
            row["member_id"],
            DateCame(row["happened_on"], row["kind"]),
            birthday_key(row["happened_on"])
            if row["kind"] is None
            else date_key(row["kind"], row["happened_on"]),
        )
        for row in rows
    ]


_BIRTHDAYS = """
    select m.id as member_id, null::text as kind, d.happened_on
    from unnest($4::integer[], $5::integer[], $6::date[]) as d (month, day, happened_on)
    join members m on m.tenant_id = $1
        and extract(month from m.birthday) = d.month and extract(day from m.birthday) = d.day
"""
_CLOSE_DATES = """
    select distinct c.member_id, c.kind, d.happened_on
    from unnest($4::integer[], $5::integer[], $6::date[]) as d (month, day, happened_on)
    join member_dates c on c.tenant_id = $1 and c.month = d.month and c.day = d.day
    where cardinality($9::text[]) = 0 or c.kind = any($9::text[])
"""
_DUE = """
    -- occasions.find_due
    with due as ({source}), waiting as (
        select due.member_id, due.kind, due.happened_on
        from due
        join members m on m.tenant_id = $1 and m.id = due.member_id
        where m.merged_into is null and m.erased_at is null and m.blocked_at is null
          and ($7::uuid is null or m.id > $7)
          and exists (
              select from wallets w
              where w.tenant_id = $1 and w.member_id = m.id and w.program_id = $2 and w.closed_at is null
          )
          and not exists (
              select from occasion_gifts g
              where g.tenant_id = $1 and g.program_id = $2 and g.occasion_id = $3 and g.member_id = m.id
                and g.happened_on = due.happened_on
                and (due.kind is null or g.key like 'date:' || due.kind || ':%')
          )
    )
    select member_id, kind, happened_on from waiting
    where member_id in (select distinct member_id from waiting order by member_id limit $8)
    order by member_id, happened_on, kind
"""
