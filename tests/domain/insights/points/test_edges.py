"""Edges of days and months where clocks change: by which day a point counts, how old it is, and when it is no more."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop, receipt

from plushka.delivery.jobs.rollups import rebuild_tenant
from plushka.delivery.jobs.settling import settle_tenant
from plushka.domain.businesses.branches import open_branch
from plushka.domain.insights.points.breaking import list_issued
from plushka.domain.insights.points.days import Day, is_in_step, load_history
from plushka.domain.insights.points.lots import SIDES, Side, list_buckets, list_holders
from plushka.domain.insights.points.prices import load_prices
from plushka.domain.insights.points.proof import load_proof
from plushka.domain.insights.points.ways import Way
from plushka.domain.insights.points.worth import value
from plushka.domain.insights.reports.period import Period
from plushka.domain.rollups.folding import fold
from plushka.engine.program import (
    EarningRule,
    ExpiryFixed,
    ExpiryNever,
    ExpiryPolicy,
    Percent,
    Program,
    Redemption,
)
from plushka.platform.database import Database

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
SECOND = timedelta(seconds=1)
# The day of 23 or of 25 hours, and the moments in UTC at which it begins and ends, by hand.
CHANGES = [
    (BERLIN, date(2026, 3, 29), "2026-03-28T23:00", "2026-03-29T22:00"),
    (BERLIN, date(2026, 10, 25), "2026-10-24T22:00", "2026-10-25T23:00"),
    (NEW_YORK, date(2026, 3, 8), "2026-03-08T05:00", "2026-03-09T04:00"),
    (NEW_YORK, date(2026, 11, 1), "2026-11-01T04:00", "2026-11-02T05:00"),
]
DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@asynccontextmanager
async def a_shop(
    database: Database, clock: SetClock, zone: str, expiry: ExpiryPolicy | None = None
) -> AsyncIterator[Shop]:
    """Open a business of this zone with a branch in it; a rouble earns a tenth of a point, at once."""
    program = Program(
        name="Плюшки",
        currency="RUB",
        earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
        redemption=Redemption(),
        expiry=expiry or ExpiryNever(),
    )
    async with open_shop(database, clock, program) as shop:
        async with shop.tx() as tx:
            await tx.execute("update businesses set time_zone = $2 where tenant_id = $1", tx.tenant_id, zone)
            await tx.execute("update branches set time_zone = $2 where tenant_id = $1", tx.tenant_id, zone)
        yield shop


async def sell(shop: Shop, clock: SetClock, member_id: UUID, moments: Mapping[datetime, int]) -> None:
    """Give a member so many points at these moments, in order."""
    for at, points in sorted(moments.items()):
        clock.at = at
        await shop.buy(f"at {at.isoformat()}", points * 10_00, member=member_id)


async def days_of(shop: Shop) -> dict[date, Day]:
    """Return the days with movements, once what is added up change by change and anew from all of it are the same."""
    async with shop.tx() as tx:
        await fold(tx, subjects_max=None)
        history = await load_history(tx, shop.program_id)
        assert (await load_proof(tx, shop.program_id)).difference == 0
    await rebuild_tenant(shop.database, shop.clock, shop.caller.tenant_id)
    async with shop.tx() as tx:
        assert await load_history(tx, shop.program_id) == history
    assert is_in_step(history)
    assert await shop.differences() == ()
    return {day.day: day for day in history.days}


async def buckets_of(shop: Shop, side: Side, today: date) -> dict[int, int]:
    async with shop.tx() as tx:
        return {
            bucket.number: bucket.points for bucket in await list_buckets(tx, shop.program_id, side, today)
        }


def moved(days: Mapping[date, Day], way: Way) -> dict[date, int]:
    return {day: each.moved[way] for day, each in days.items() if way in each.moved}


@pytest.mark.parametrize(("zone", "changed_on", "begins", "ends"), CHANGES)
async def test_points_count_on_the_day_that_the_clock_on_the_wall_shows(
    *, database: Database, clock: SetClock, zone: str, changed_on: date, begins: str, ends: str
) -> None:
    first, after = utc(begins), utc(ends)
    assert after - first in {timedelta(hours=23), timedelta(hours=25)}
    clock.at = first - timedelta(days=3)
    async with a_shop(database, clock, zone) as shop:
        member_id = await shop.enroll()
        # The last second of the day before, the first and the last of it, its middle, and the first of the next one.
        middle = first + (after - first) / 2
        await sell(
            shop,
            clock,
            member_id,
            {first - SECOND: 1, first: 10, middle: 100, after - SECOND: 1000, after: 10_000},
        )
        clock.at = after + timedelta(hours=12)
        days = await days_of(shop)
        assert moved(days, "issued") == {changed_on - DAY: 1, changed_on: 1110, changed_on + DAY: 10_000}
        assert [each.balances.have for each in days.values()] == [1, 1111, 11_111]
        async with shop.tx() as tx:
            # In money: of this day alone, opening + movements = closing.
            period = Period(changed_on, changed_on + DAY)
            account = value(
                await load_history(tx, shop.program_id, period),
                await load_prices(tx, shop.program_id),
                period,
            )
        assert (account.opening_minor, account.closing_minor) == (1_00, 1111_00)
        assert {way: minor for way, minor in account.sum_moved().items() if minor} == {"issued": 1110_00}


@pytest.mark.parametrize(("zone", "changed_on", "begins", "ends"), CHANGES)
async def test_before_the_business_day_turns_points_are_of_the_calendars_day(
    *, database: Database, clock: SetClock, zone: str, changed_on: date, begins: str, ends: str
) -> None:
    """Receipts at night are of the business day before; the books know calendar days alone."""
    clock.at = utc(begins) - DAY
    async with a_shop(database, clock, zone) as shop:
        member_id = await shop.enroll()
        night = utc(begins) + timedelta(minutes=30)
        await sell(shop, clock, member_id, {night: 5})
        async with shop.tx() as tx:
            assert await tx.fetchval("select business_date from receipts") == changed_on - DAY
        assert moved(await days_of(shop), "issued") == {changed_on: 5}
        assert utc(ends) > clock.at


@pytest.mark.parametrize(("zone", "changed_on", "begins", "ends"), CHANGES)
async def test_points_burn_with_the_midnight_of_the_wall_however_late_it_is_booked(
    *, database: Database, clock: SetClock, zone: str, changed_on: date, begins: str, ends: str
) -> None:
    first, after = utc(begins), utc(ends)
    clock.at = first - timedelta(days=5)
    async with a_shop(database, clock, zone, ExpiryFixed(days=2)) as shop:
        member_id = await shop.enroll()
        # At noon of three days; each is good through the second day after it.
        noon = first - timedelta(hours=12)
        await sell(
            shop,
            clock,
            member_id,
            {noon - 2 * DAY: 1, noon - DAY: 10, noon: 100, noon + timedelta(hours=1): 1000},
        )
        async with shop.tx() as tx:
            ends_at = [row[0] for row in await tx.fetch("select expires_at from lots order by granted")]
        walls = [at.astimezone(ZoneInfo(zone)) for at in ends_at]
        assert [wall.date() for wall in walls] == [
            changed_on,
            changed_on + DAY,
            changed_on + 2 * DAY,
            changed_on + 2 * DAY,
        ]
        assert {(wall.hour, wall.minute) for wall in walls} == {(0, 0)}
        assert ends_at[:2] == [first, after]
        # A second before each midnight they are there, in the last line of what burns; with it they are not.
        clock.at = after - SECOND
        assert sum((await buckets_of(shop, "burns", changed_on)).values()) == 1111
        clock.at = after + timedelta(hours=7)
        await settle_tenant(database, clock, shop.caller.tenant_id)
        days = await days_of(shop)
        assert moved(days, "burned") == {changed_on: 1, changed_on + DAY: 10}
        assert days[changed_on].balances.have == 1110
        assert days[changed_on + DAY].balances.have == 1100


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
@pytest.mark.parametrize("today", [date(2026, 4, 7), date(2026, 11, 24)])
async def test_how_old_points_are_is_counted_in_days_of_the_wall(
    database: Database, clock: SetClock, zone: str, today: date
) -> None:
    """Between the lot and today clocks have changed, in spring and in autumn; a fixed offset would be an hour wrong."""
    here = ZoneInfo(zone)

    def midnight(days_ago: int) -> datetime:
        day = today - timedelta(days=days_ago)
        return datetime(day.year, day.month, day.day, tzinfo=here).astimezone(UTC)

    assert midnight(30).astimezone(here).utcoffset() != midnight(0).astimezone(here).utcoffset()
    clock.at = midnight(40)
    async with a_shop(database, clock, zone) as shop:
        member_id = await shop.enroll()
        await sell(
            shop,
            clock,
            member_id,
            {midnight(30) - SECOND: 1, midnight(30): 10, midnight(0) + timedelta(hours=9): 100},
        )
        assert await buckets_of(shop, "age", today) == {1: 1, 0: 110}
        async with shop.tx() as tx:
            (holder,) = await list_holders(tx, shop.program_id, "age", 1, today)
        assert (holder.member_id, holder.points, holder.burns_on) == (member_id, 1, None)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
@pytest.mark.parametrize(
    "today", [date(2026, 3, 5), date(2026, 3, 26), date(2026, 10, 22), date(2026, 10, 29)]
)
async def test_what_burns_within_a_week_is_so_by_the_days_of_the_wall(
    database: Database, clock: SetClock, zone: str, today: date
) -> None:
    here = ZoneInfo(zone)
    clock.at = datetime(today.year, today.month, today.day, 9, tzinfo=here).astimezone(UTC)
    async with a_shop(database, clock, zone, ExpiryFixed(days=7)) as shop:
        member_id = await shop.enroll()
        await shop.buy("1", 10_00, member=member_id)
        # Good through the seventh day, so that it burns with the midnight after it; the next line begins behind that.
        assert await buckets_of(shop, "burns", today) == {0: 1}
        async with shop.tx() as tx:
            (holder,) = await list_holders(tx, shop.program_id, "burns", 0, today)
        assert holder.burns_on == today + timedelta(days=7)
        assert await buckets_of(shop, "burns", today - DAY) == {1: 1}


async def test_a_branch_of_another_zone_burns_by_its_own_clock_and_counts_by_the_businesses(
    database: Database, clock: SetClock
) -> None:
    """Between 8 and 29 March New York is five hours behind Berlin, else six."""
    clock.at = utc("2026-03-01T12:00")
    async with a_shop(database, clock, BERLIN, ExpiryFixed(days=1)) as shop:
        async with shop.tx() as tx:
            await open_branch(tx, code="ny", name="Бродвей", time_zone=NEW_YORK)
        member_id = await shop.enroll()
        # 18:59 and 19:01 in New York: before and after midnight in Berlin.
        for number, at in enumerate(("2026-03-17T22:59", "2026-03-17T23:01"), start=1):
            clock.at = utc(at)
            sold = receipt(str(number), number * 10_00, member=member_id)
            await shop.queue.commit(structs.replace(shop.caller, branch="ny"), sold)
        days = await days_of(shop)
        assert moved(days, "issued") == {date(2026, 3, 17): 1, date(2026, 3, 18): 2}
        async with shop.tx() as tx:
            ends = {row[0] for row in await tx.fetch("select expires_at from lots")}
        assert ends == {utc("2026-03-19T04:00")}, "midnight in New York, five in the morning in Berlin"
        clock.at = utc("2026-03-20T12:00")
        await settle_tenant(database, clock, shop.caller.tenant_id)
        days = await days_of(shop)
        assert moved(days, "burned") == {date(2026, 3, 19): 3}
        assert days[date(2026, 3, 19)].balances.have == 0


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
async def test_a_receipt_told_late_is_booked_today_and_its_lot_is_as_old_as_the_purchase(
    database: Database, clock: SetClock, zone: str
) -> None:
    here = ZoneInfo(zone)
    clock.at = utc("2026-03-01T12:00")
    async with a_shop(database, clock, zone) as shop:
        member_id = await shop.enroll()
        # Half an hour before April began, told on its first day.
        bought = datetime(2026, 3, 31, 23, 30, tzinfo=here).astimezone(UTC)
        clock.at = datetime(2026, 4, 1, 10, tzinfo=here).astimezone(UTC)
        await shop.buy("late", 70_00, member=member_id, occurred_at=bought)
        assert moved(await days_of(shop), "issued") == {date(2026, 4, 1): 7}
        async with shop.tx() as tx:
            issued = await list_issued(tx, shop.program_id, date(2026, 4, 1))
        assert [(each.month, each.cohort.granted) for each in issued] == [(date(2026, 3, 1), 7)]
        # Thirty days after the purchase, not after it was told.
        assert await buckets_of(shop, "age", date(2026, 4, 30)) == {0: 7}
        assert await buckets_of(shop, "age", date(2026, 5, 1)) == {1: 7}


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
async def test_a_return_in_another_month_is_of_its_own_day_and_its_lots_month_has_less(
    database: Database, clock: SetClock, zone: str
) -> None:
    here = ZoneInfo(zone)

    def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, month, day, hour, minute, tzinfo=here).astimezone(UTC)

    clock.at = at(3, 1, 12)
    async with a_shop(database, clock, zone) as shop:
        member_id = await shop.enroll()
        await sell(shop, clock, member_id, {at(3, 30, 12): 50})
        clock.at = at(3, 31, 12)
        await shop.buy("paid", 100_00, member=member_id, redeem=20)
        # The last second of April: what was earned is taken, what was spent comes back.
        clock.at = at(4, 30, 23, 59)
        await give_back(shop, "back", "paid")
        days = await days_of(shop)
        march, april = date(2026, 3, 31), date(2026, 4, 30)
        assert moved(days, "issued") == {date(2026, 3, 30): 50, march: 8}
        assert (moved(days, "spent"), moved(days, "restored")) == ({march: 20}, {april: 20})
        assert moved(days, "reversed") == {april: 8}
        assert {day: each.balances.have for day, each in days.items()} == {
            date(2026, 3, 30): 50,
            march: 38,
            april: 50,
        }
        async with shop.tx() as tx:
            (issued,) = await list_issued(tx, shop.program_id, date(2026, 5, 1))
            whole = value(
                await load_history(tx, shop.program_id, Period(date(2026, 4, 1), date(2026, 5, 1))),
                await load_prices(tx, shop.program_id),
                Period(date(2026, 4, 1), date(2026, 5, 1)),
            )
        assert (issued.month, issued.cohort.granted, issued.kept, issued.spent) == (
            date(2026, 3, 1),
            58,
            50,
            0,
        )
        assert (whole.opening_minor, whole.closing_minor) == (38_00, 50_00)
        for side in SIDES:
            assert sum((await buckets_of(shop, side, date(2026, 5, 1))).values()) == 50


def test_the_days_by_hand_are_those_of_the_zones() -> None:
    for zone, day, begins, ends in CHANGES:
        bounds: Sequence[datetime] = [
            datetime(one.year, one.month, one.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
            for one in (day, day + DAY)
        ]
        assert bounds == [utc(begins), utc(ends)]
