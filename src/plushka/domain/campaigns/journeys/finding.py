"""Who may begin a journey, found set-based: a statement a trigger, whatever the number of members.

What happens to members is read from the journals of what happened (receipts, events, changes of tiers, moves of
segments), so nothing that writes them is any slower. Some minutes of it are read twice: what was written
by a transaction that committed late is met then, and the key of what happened lets nobody begin twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import assert_never
from uuid import UUID

import msgspec
from asyncpg import Record

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.falling import list_at_risk
from plushka.domain.campaigns.journeys.model import CATCH_UP_DAYS, Candidate
from plushka.domain.events.carts.queries import COLUMNS as CART_COLUMNS
from plushka.domain.events.carts.queries import cart_of
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.domain.rewards.stamps import list_stamps
from plushka.engine.expiry import midnight_after
from plushka.engine.field_tests import fields_hold
from plushka.engine.journeys.parts import (
    JourneyTrigger,
    OnAbsence,
    OnBurn,
    OnCart,
    OnPurchase,
    OnRegistration,
    OnSegmentEntered,
    OnSegmentLeft,
    OnStamps,
    OnTierRisk,
    OnTierUp,
)
from plushka.engine.local_time import moment
from plushka.engine.occasion_parts import OnBirthday, OnCloseDate, OnEvent
from plushka.engine.occasions import days_in_reach
from plushka.engine.purchase import Place
from plushka.engine.stamps import Stamps, fill, on_day
from plushka.platform.database import Tx
from plushka.platform.ids import floor_of

OVERLAP = timedelta(minutes=10)
"""So much of the journals is read again: no transaction that writes them takes longer."""

DAILY = (OnAbsence, OnBirthday, OnCloseDate, OnBurn, OnTierRisk)
"""Triggers that are looked at once a day; others as soon as they are written down."""

DAYS_APART = 2
"""What happened at a moment is of a business's day at most so many days before that of UTC."""


@dataclass(frozen=True, slots=True)
class Found:
    """A statement that finds ``member_id, key, happened_at``; ``args`` follow the tenant, numbered from ``$2``.

    ``says``: and ``said``, which is JSON of what letters can name.
    """

    sql: str
    args: tuple[object, ...]
    is_nobody: bool = False
    """Known to find nobody."""
    says: bool = False


async def today_of(tx: Tx) -> tuple[date, str]:
    """Return the business's day and its time zone."""
    business = await get_business(tx)
    return moment(tx.at, Place(branch="", time_zone=business.time_zone)).business_date, business.time_zone


async def find(  # noqa: C901, PLR0911, PLR0912 - one case a trigger
    tx: Tx, versions: Versions, trigger: JourneyTrigger, *, since: datetime, days_late: int = CATCH_UP_DAYS
) -> Found:
    """Return who is up for a trigger: by what was written down since ``since``, or by the day that it is.

    What happened more than ``days_late`` days ago is not met.
    """
    today, zone = await today_of(tx)
    earliest = tx.at - timedelta(days=days_late)
    since = max(since, earliest)
    first = floor_of(since)
    match trigger:
        case OnPurchase(number=number):
            return of_candidates(await _purchases(tx, number, since, earliest))
        case OnRegistration():
            return of_candidates(await _list(tx, _REGISTRATIONS, first, since))
        case OnEvent():
            return of_candidates(await _events(tx, trigger, since, earliest))
        case OnCart():
            return of_candidates(await _carts(tx, trigger, since, earliest))
        case OnTierUp():
            return of_candidates(await _risen(tx, versions, trigger, since))
        case OnStamps():
            return of_candidates(await _stamped(tx, versions, trigger, since, today))
        case OnSegmentEntered(segment=segment):
            return Found(_MOVES, (since, segment, True))
        case OnSegmentLeft(segment=segment):
            return Found(_MOVES, (since, segment, False))
        case OnAbsence(days=days, days_most=most):
            first_on = date(1970, 1, 1) if most is None else today - timedelta(days=most)
            return Found(_ABSENT, (first_on, today - timedelta(days=days), tx.at))
        case OnBirthday(days_before=days):
            return on_birthdays(days_in_reach(days, today), tx.at)
        case OnCloseDate(days_before=days, kinds=kinds):
            return on_close_dates(days_in_reach(days, today), kinds, tx.at)
        case OnBurn(days_before=days, points_min=least):
            return that_burns(today + timedelta(days=days), least, zone, tx.at)
        case OnTierRisk():
            return of_candidates(await list_at_risk(tx, versions, trigger, today, zone))
        case _:
            assert_never(trigger)


def of_candidates(found: Sequence[Candidate]) -> Found:
    """Return a statement that finds just these."""
    return Found(
        "select * from unnest($2::uuid[], $3::text[], $4::timestamptz[]) as c (member_id, key, happened_at)",
        (
            [each.member_id for each in found],
            [each.key for each in found],
            [each.happened_at for each in found],
        ),
        is_nobody=not found,
    )


def on_birthdays(days: Sequence[tuple[int, int, date]], now: datetime) -> Found:
    """Return who has their birthday on one of ``days`` (month, day, and the date on which that falls)."""
    return Found(_BIRTHDAYS, (*_columns(days), now))


def on_close_dates(days: Sequence[tuple[int, int, date]], kinds: Sequence[str], now: datetime) -> Found:
    return Found(_CLOSE_DATES, (*_columns(days), now, list(kinds)), says=True)


def that_burns(last_on: date, points_min: int, zone: str, now: datetime) -> Found:
    """Return whose points burn until the end of a day."""
    return Found(_BURNING, (now, midnight_after(last_on, zone), points_min, zone))


def _columns(days: Sequence[tuple[int, int, date]]) -> tuple[list[int], list[int], list[date]]:
    return [month for month, _, _ in days], [day for _, day, _ in days], [on for _, _, on in days]


_PURCHASES = """
    -- journeys.find_purchases
    select r.member_id, 'receipt:' || r.id as key, r.occurred_at as happened_at
    from receipts r
    where r.tenant_id = $1 and r.id >= $2::uuid and r.received_at >= $4::timestamptz and r.member_id is not null
      and r.occurred_at >= $3::timestamptz and r.business_date >= $5::date
      and not (r.payable_minor > 0 and r.refunded_minor = r.payable_minor)
"""
_NUMBERED = """
    -- journeys.list_numbered
    select r.id from receipts r
    where r.tenant_id = $1 and r.id = any($2::uuid[]) and $3 = (
        select count(*) from receipts b
        where b.tenant_id = $1 and b.member_id = r.member_id and (b.occurred_at, b.id) <= (r.occurred_at, r.id)
          and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
    )
"""
# Ten thousand who were imported are nobody who has just come.
_REGISTRATIONS = """
    -- journeys.find_registrations
    select id as member_id, 'registration' as key, enrolled_at as happened_at
    from members where tenant_id = $1 and id >= $2::uuid and enrolled_at >= $3::timestamptz and source <> 'import'
      and merged_into is null
"""
_MOVES = """
    select member_id, case when has_entered then 'entered:' else 'left:' end || extract(epoch from at) as key,
           at as happened_at
    from segment_moves
    where tenant_id = $1 and at >= $2::timestamptz and segment_id = $3::text::uuid and has_entered = $4::boolean
      and not by_edit
"""
_ABSENT = """
    select member_id, 'absence:' || max(last_purchase_on) as key, $4::timestamptz as happened_at
    from wallets
    where tenant_id = $1 and moved_to is null and closed_at is null and last_purchase_on is not null
    group by member_id
    having max(last_purchase_on) between $2::date and $3::date
"""
_BIRTHDAYS = """
    select m.id as member_id, 'birthday:' || extract(year from d.happened_on) as key, $5::timestamptz as happened_at
    from unnest($2::integer[], $3::integer[], $4::date[]) as d (month, day, happened_on)
    join members m on m.tenant_id = $1
        and extract(month from m.birthday) = d.month and extract(day from m.birthday) = d.day
"""
_CLOSE_DATES = """
    select c.member_id, 'date:' || c.kind || ':' || to_char(d.happened_on, 'MM-DD:YYYY') as key,
           $5::timestamptz as happened_at,
           json_build_object('whose', string_agg(c.whose, ', ' order by c.id))::text as said
    from unnest($2::integer[], $3::integer[], $4::date[]) as d (month, day, happened_on)
    join member_dates c on c.tenant_id = $1 and c.month = d.month and c.day = d.day
    where cardinality($6::text[]) = 0 or c.kind = any($6::text[])
    group by c.member_id, c.kind, d.happened_on
"""
# A purchase carries sliding lots on, so a lot may burn later than it says. Nothing burns before its wallet is due.
_BURNING = """
    select w.member_id, 'burn:' || min((l.burns_at at time zone $5)::date - 1) as key, $2::timestamptz as happened_at
    from wallets w
    cross join lateral (
        select available, greatest(
            expires_at, (w.last_purchase_on + sliding_days + 1)::timestamp at time zone w.last_purchase_zone
        ) as burns_at
        from lots
        where tenant_id = $1 and wallet_id = w.id and pending + available + held > 0 and available > 0
          and expires_at <= $3::timestamptz
    ) as l
    where w.tenant_id = $1 and w.due_at <= $3::timestamptz and w.available > 0
      and l.burns_at > $2::timestamptz and l.burns_at <= $3::timestamptz
    group by w.member_id
    having sum(l.available) >= $4::bigint
"""


async def _list(tx: Tx, sql: str, *args: object) -> list[Candidate]:
    """Return whom a statement finds: mostly nobody, of which it is quicker to be told first."""
    return [
        Candidate(row["member_id"], row["key"], row["happened_at"])
        for row in await tx.fetch(sql, tx.tenant_id, *args)
    ]


async def _purchases(tx: Tx, number: int | None, since: datetime, earliest: datetime) -> Sequence[Candidate]:
    """Return who has bought, whichever of their purchases it was, or with a ``number`` that one.

    Mostly nobody has, which is asked once for all journeys that look from one moment on.
    """
    asked = f"journeys.find_purchases {since} {earliest}"
    if asked not in tx.known:
        first_on = earliest.date() - timedelta(days=DAYS_APART)
        tx.known[asked] = await _list(tx, _PURCHASES, floor_of(since), earliest, since, first_on)
    bought: Sequence[Candidate] = tx.known[asked]
    if number is None or not bought:
        return bought
    by_id = {UUID(each.key.rpartition(":")[2]): each for each in bought}
    rows = await tx.fetch(_NUMBERED, tx.tenant_id, list(by_id), number)
    return [by_id[row["id"]] for row in rows]


async def _events(tx: Tx, trigger: OnEvent, since: datetime, earliest: datetime) -> list[Candidate]:
    rows = await tx.fetch(
        """
        -- journeys.find_events
        select id, member_id, occurred_at, data::text from member_events
        where tenant_id = $1 and kind = $2 and id >= $3 and noted_at >= $4 and cancelled_at is null
          and occurred_at >= $5
        """,
        tx.tenant_id,
        trigger.event,
        floor_of(since),
        since,
        earliest,
    )
    found = []
    for row in rows:
        data = msgspec.json.decode(row["data"]) if trigger.where else {}
        if fields_hold(trigger.where, data):
            found.append(Candidate(row["member_id"], f"event:{row['id']}", row["occurred_at"]))
    return found


async def _carts(tx: Tx, trigger: OnCart, since: datetime, earliest: datetime) -> list[Candidate]:
    left_for = timedelta(minutes=trigger.minutes)
    rows = await tx.fetch(
        f"""
        -- journeys.find_carts
        select {CART_COLUMNS} from carts c
        where tenant_id = $1 and ended_at is null and changed_at <= $2 and changed_at > $3
          -- Told late it is met late.
          and (changed_at > $4 or noted_at > $5) and not exists (
              select from members m
              join receipts b on b.tenant_id = $1 and b.member_id = coalesce(m.merged_into, m.id)
                  and b.occurred_at > c.changed_at and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
              where m.tenant_id = $1 and m.id = c.member_id
          )
        """,  # noqa: S608  a constant
        tx.tenant_id,
        tx.at - left_for,
        earliest - left_for,
        since - left_for,
        since,
    )
    return of_carts(rows, trigger)


def of_carts(rows: Iterable[Record], trigger: OnCart) -> list[Candidate]:
    """Return whose carts these ``rows`` are, of those whose fields are as the trigger asks."""
    carts = map(cart_of, rows)
    return [
        Candidate(cart.member_id, f"cart:{cart.id}", cart.changed_at)
        for cart in carts
        if fields_hold(trigger.where, cart.data)
    ]


async def _risen(tx: Tx, versions: Versions, trigger: OnTierUp, since: datetime) -> list[Candidate]:
    rows = await tx.fetch(
        """
        -- journeys.find_tier_changes
        select id, member_id, program_id, tier_before, tier_after, at from tier_changes
        where tenant_id = $1 and id >= $2 and at >= $3
        """,
        tx.tenant_id,
        floor_of(since),
        since,
    )
    if not rows:
        return []
    compiled = {mark.program_id: await versions.get(tx, mark.id) for mark in await list_in_force(tx)}
    found = []
    for row in rows:
        version = compiled.get(row["program_id"])
        if version is None or (trigger.tiers and row["tier_after"] not in trigger.tiers):
            continue
        if version.tier_plan(row["tier_after"]).rank > version.tier_plan(row["tier_before"]).rank:
            found.append(Candidate(row["member_id"], f"tier:{row['id']}", row["at"]))
    return found


async def _stamped(
    tx: Tx, versions: Versions, trigger: OnStamps, since: datetime, today: date
) -> list[Candidate]:
    found = []
    for mark in await list_in_force(tx):
        version = await versions.get(tx, mark.id)
        card = next((plan.card for plan in version.cards if plan.card.id == trigger.card), None)
        if card is None:
            continue
        rows = await tx.fetch(
            """
            -- journeys.find_stamped
            select distinct s.member_id from stamps s
            join receipts r on r.tenant_id = $1 and r.id = s.receipt_id and r.received_at >= $3
            where s.tenant_id = $1 and s.receipt_id >= $2 and s.program_id = $4 and s.card_id = $5
            """,
            tx.tenant_id,
            floor_of(since),
            since,
            mark.program_id,
            trigger.card,
        )
        stamps = await list_stamps(tx, [row["member_id"] for row in rows], program_id=mark.program_id)
        of_card = [row for row in stamps if row.card == trigger.card]
        for member_id, of_member in groupby(of_card, key=lambda row: row.member_id):
            filled = on_day(fill(Stamps(row.day, row.left, row.terms) for row in of_member), today)
            if filled.have and 1 <= card.needed - filled.have <= trigger.left:
                key = f"stamps:{card.id}:{filled.finished}"
                found.append(Candidate(member_id, key, tx.at))
    return found
