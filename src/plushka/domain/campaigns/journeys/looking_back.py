"""How many members a journey would meet in a month, asked before it is published: by what has happened lately."""

from datetime import datetime, timedelta
from uuid import UUID

from plushka.domain.campaigns.journeys.finding import (
    Found,
    find,
    of_candidates,
    of_carts,
    on_birthdays,
    on_close_dates,
    that_burns,
    today_of,
)
from plushka.domain.campaigns.journeys.model import Candidate
from plushka.domain.events.carts.queries import COLUMNS as CART_COLUMNS
from plushka.domain.programs.versions import Versions
from plushka.domain.segments.selecting import hashing, selected
from plushka.engine.journeys.parts import (
    GoalAudience,
    Journey,
    JourneyTrigger,
    OnAbsence,
    OnBurn,
    OnCart,
    OnPurchase,
    OnTierRisk,
)
from plushka.engine.occasion_parts import OnBirthday, OnCloseDate
from plushka.engine.occasions import days_of_year
from plushka.platform.database import Tx

LOOK_BACK_DAYS = 30


async def list_met(tx: Tx, versions: Versions, journey: Journey) -> list[UUID]:
    """Return the members whom a journey would have met in the last ``LOOK_BACK_DAYS`` days, each once.

    By what they are now: of its audience, and without what it is for. Of points that burn and of tiers that may fall
    nobody has kept how they stood: there it is the days to come. Carts are met by what was told of each last.
    """
    found = await _find(tx, versions, journey.trigger)
    args: list[object] = [tx.tenant_id, *found.args]
    asked = ""
    if journey.audience is not None:
        asked += f" and m.id in ({await selected(tx, journey.audience, args)})"
    if isinstance(journey.goal, GoalAudience):
        reached = await selected(tx, journey.goal.when, args)
        asked += f" and not exists (select from ({reached}) as g where g.member_id = m.id)"
    async with hashing(tx):
        rows = await tx.fetch(
            f"""
            -- journeys.list_met
            with found as ({found.sql})
            select distinct m.id
            from found
            join members f on f.tenant_id = $1 and f.id = found.member_id
            join members m on m.tenant_id = $1 and m.id =
                case when f.merged_into is null then f.id else f.merged_into end
            where m.merged_into is null and m.erased_at is null and m.blocked_at is null {asked}
            """,  # noqa: S608  statements of ours, and numbers of parameters
            *args,
        )
    return [row["id"] for row in rows]


async def _find(  # noqa: PLR0911 - one case a trigger
    tx: Tx, versions: Versions, trigger: JourneyTrigger
) -> Found:
    today, zone = await today_of(tx)
    since, begins = tx.at - timedelta(days=LOOK_BACK_DAYS), today - timedelta(days=LOOK_BACK_DAYS - 1)
    match trigger:
        case OnPurchase(number=int(number)):
            return Found(_NUMBERED, (number, since))
        case OnAbsence(days=days):
            last_on = today - timedelta(days=days)
            return Found(_WAS_ABSENT, (last_on - timedelta(days=LOOK_BACK_DAYS - 1), last_on, days, tx.at))
        case OnBirthday(days_before=days):
            ahead = timedelta(days=days)
            return on_birthdays(days_of_year(begins + ahead, today + ahead), tx.at)
        case OnCloseDate(days_before=days, kinds=kinds):
            ahead = timedelta(days=days)
            return on_close_dates(days_of_year(begins + ahead, today + ahead), kinds, tx.at)
        case OnBurn(points_min=least):
            return that_burns(today + timedelta(days=LOOK_BACK_DAYS), least, zone, tx.at)
        case OnCart():
            return of_candidates(await _left_carts(tx, trigger, since))
        case OnTierRisk():
            return await find(tx, versions, OnTierRisk(LOOK_BACK_DAYS), since=since)
        case _:
            return await find(tx, versions, trigger, since=since, days_late=LOOK_BACK_DAYS)


# Each purchase is counted in one pass, where the journey itself counts for the few that were just booked.
_NUMBERED = """
    select member_id, '' as key, occurred_at as happened_at
    from (
        select member_id, occurred_at, row_number() over (partition by member_id order by occurred_at, id) as number
        from receipts
        where tenant_id = $1 and member_id is not null and not (payable_minor > 0 and refunded_minor = payable_minor)
    ) as numbered
    where number = $2::integer and occurred_at >= $3::timestamptz
"""
# Who has come back since was absent all the same.
_WAS_ABSENT = """
    select member_id, '' as key, $5::timestamptz as happened_at
    from (
        select member_id, business_date,
               lead(business_date) over (partition by member_id order by business_date, id) as next_on
        from receipts
        where tenant_id = $1 and member_id is not null and business_date >= $2::date
    ) as bought
    where business_date <= $3::date and (next_on is null or next_on >= business_date + $4::integer)
"""


async def _left_carts(tx: Tx, trigger: OnCart, since: datetime) -> list[Candidate]:
    """Return who left a cart, by what was told of each last: who came back to it in time had not left it."""
    left_for = timedelta(minutes=trigger.minutes)
    rows = await tx.fetch(
        f"""
        -- journeys.list_left_carts
        select {CART_COLUMNS} from carts c
        where tenant_id = $1 and changed_at >= $2 and changed_at <= $3
          and jsonb_array_length(items) > 0 and (ended_at is null or ended_at > changed_at + $4::interval)
          and not exists (
              select from members m
              join receipts b on b.tenant_id = $1 and b.member_id = coalesce(m.merged_into, m.id)
                  and b.occurred_at > c.changed_at and b.occurred_at <= c.changed_at + $4::interval
                  and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
              where m.tenant_id = $1 and m.id = c.member_id
          )
        """,  # noqa: S608  a constant
        tx.tenant_id,
        since,
        tx.at - left_for,
        left_for,
    )
    return of_carts(rows, trigger)
