"""Makes the demo be there: opens its two businesses the first time, loads what is missing of their past."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from plushka.delivery.jobs.campaigning import count_journeys, count_tenant
from plushka.delivery.jobs.foreseeing import foresee_now
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.delivery.jobs.paying_back import count_payback
from plushka.delivery.jobs.rollups import rebuild_tenant
from plushka.delivery.jobs.verification import LAWS_COUNT, verify_tenant
from plushka.demo import access, calendar, dataset, loading
from plushka.demo.access import Access, TillAccess
from plushka.demo.broadcasts import PAST, Past, make_broadcasts
from plushka.demo.business import ACTOR, NAME, TENANT_ID, open_business
from plushka.demo.cafe import business as cafe
from plushka.demo.cafe.answers import BROADCASTS, answer
from plushka.demo.cafe.events import add_events
from plushka.demo.cafe.friends import bring_friends
from plushka.demo.cafe.guests import DAYS, GUESTS
from plushka.demo.cafe.rewards import take_rewards
from plushka.demo.cafe.what_if import try_draft
from plushka.demo.cafe.year import TIME_ZONE
from plushka.demo.costs import write_costs
from plushka.demo.dataset import Year, read_year
from plushka.demo.gateways.connecting import ensure_gateways
from plushka.demo.groups import CAFE_TAGS, CHAIN_TAGS, write_groups
from plushka.demo.journeys import CAFE_JOURNEYS, CHAIN_JOURNEYS
from plushka.demo.living import Coming, Journeys, Life, find_lived, live
from plushka.demo.messengers.registry import ensure_bots
from plushka.demo.partners import make_partners
from plushka.demo.segments import make_segments
from plushka.domain.businesses.model import UnknownBusiness
from plushka.domain.businesses.queries import get_business
from plushka.domain.rollups.beside import count_receipts
from plushka.domain.segments.auto_tags.model import Rule
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.errors import PermanentFailure
from plushka.platform.progress import progress
from plushka.platform.settings import Settings

BOTS = {
    cafe.TENANT_ID: ("par_coffee_demo_bot", cafe.NAME),
    TENANT_ID: ("grocery_demo_bot", NAME),
}
"""The bots of the demo: username and name."""
BASKETS = 15_000
"""The slice that ``plushka run --demo`` begins with: about the last five weeks."""
CHAIN_DAYS, CAFE_DAYS = 14, 49
"""So many days of the past are lived through: in each, two steps of a win-back."""


class WaysInLost(PermanentFailure):
    """The business is there, but the file with its password and keys is not."""


class NotLoaded(PermanentFailure):
    """There is no demo to go on with."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it stands; ``year`` is None when there was nothing to load."""

    access: Access
    booked: int
    year: Year | None


def ensure_demo(dsn: str, clock: Clock, settings: Settings, *, count: int | None = BASKETS) -> Demo:
    """Open the demo business unless it is open, and load the last ``count`` baskets of its year, or all.

    Safe to repeat and to interrupt: what is there is not made again. Dates are those of the first call.

    :raises WaysInLost: when the business was opened with another data folder
    :raises DataMissing: when the demo extra is not installed
    """
    now = clock.now()
    opened_at = asyncio.run(find_opening(dsn, now))
    ways_in = access.find(settings) if opened_at is not None else None
    if opened_at is not None and ways_in is None:
        raise _lost(settings)
    if ways_in is not None and ways_in.loaded >= (count or loading.WHOLE_YEAR):
        return Demo(ways_in, booked=0, year=None)
    year = read_year()
    yesterday = calendar.yesterday_at(now) if opened_at is None else calendar.yesterday_of(opened_at)
    if ways_in is None:
        ways_in = _open(dsn, settings, year, yesterday)
    life = Life(TENANT_ID, dataset.TIME_ZONE, CHAIN_DAYS, yesterday, "sms")
    since = asyncio.run(_find_lived(dsn, life, now))
    come = loading.read_since(year, yesterday, count, since)
    total = min(count or year.baskets.height, year.baskets.height) - len(come)
    with progress("Loading receipts", total, "receipts") as steps:
        booked = loading.load(
            year, yesterday, count, dsn=dsn, tills=ways_in.tills, at=now, done=steps.advance, until=since
        )
    asyncio.run(_look_over(dsn, TENANT_ID, now))
    coming = Coming((basket.branch, basket.to_purchase()) for basket in come)
    booked += asyncio.run(_live(dsn, clock, settings, life, coming, since, ways_in.tills, CHAIN_JOURNEYS))
    asyncio.run(_group(dsn, clock, TENANT_ID, CHAIN_TAGS))
    asyncio.run(_broadcast(dsn, clock, TENANT_ID))
    asyncio.run(_compare(dsn, clock, TENANT_ID))
    asyncio.run(_add_up(dsn, clock, TENANT_ID))
    asyncio.run(_verify(dsn, clock, TENANT_ID))
    ways_in = replace(ways_in, loaded=max(ways_in.loaded, count or loading.WHOLE_YEAR))
    access.keep(settings, ways_in)
    return Demo(ways_in, booked=booked, year=year)


def ensure_cafe(dsn: str, clock: Clock, settings: Settings) -> int:
    """Open the coffee shop beside the grocery chain unless it is open, and load its year; return the new receipts.

    Safe to repeat and to interrupt, as ``ensure_demo``, which comes first.

    :raises WaysInLost: when the coffee shop was opened with another data folder
    """
    now = clock.now()
    ways_in = access.find(settings)
    opened_at = asyncio.run(find_opening(dsn, now, cafe.TENANT_ID))
    if ways_in is None or (opened_at is not None and not ways_in.cafe):
        raise _lost(settings)
    if opened_at is not None and ways_in.cafe_is_loaded:
        return 0
    if opened_at is None:
        yesterday = now.astimezone(ZoneInfo(TIME_ZONE)).date() - timedelta(days=1)
    else:
        yesterday = opened_at.astimezone(ZoneInfo(TIME_ZONE)).date() + timedelta(days=DAYS - 1)
    life = Life(cafe.TENANT_ID, TIME_ZONE, CAFE_DAYS, yesterday, "email")
    if opened_at is None:
        ways_in = asyncio.run(_open_cafe(dsn, settings, ways_in, yesterday, life.begins_at))
    since = asyncio.run(_find_lived(dsn, life, now))
    total = sum(share.size for share in cafe.shares(yesterday, since))
    with progress("Loading the coffee shop", total, "receipts") as steps:
        booked = cafe.load_cafe(
            yesterday, dsn=dsn, tills=ways_in.cafe, at=now, done=steps.advance, until=since
        )
    asyncio.run(_look_over(dsn, cafe.TENANT_ID, now))
    coming = cafe.coming(yesterday, since)
    booked += asyncio.run(_live(dsn, clock, settings, life, coming, since, ways_in.cafe, CAFE_JOURNEYS))
    asyncio.run(_live_on(dsn, ways_in.cafe, yesterday))
    asyncio.run(_group(dsn, clock, cafe.TENANT_ID, CAFE_TAGS))
    asyncio.run(_broadcast(dsn, clock, cafe.TENANT_ID, BROADCASTS, answered_at=ways_in.cafe))
    asyncio.run(_compare(dsn, clock, cafe.TENANT_ID))
    asyncio.run(_add_up(dsn, clock, cafe.TENANT_ID))
    asyncio.run(_try(dsn, clock))
    asyncio.run(_verify(dsn, clock, cafe.TENANT_ID))
    access.keep(settings, replace(ways_in, cafe_is_loaded=True))
    return booked


def ensure_demo_bots(dsn: str, clock: Clock, settings: Settings) -> None:
    """Give both businesses a bot in the demo's messengers. Safe to repeat."""

    async def connect() -> None:
        async with _connected(dsn) as database:
            await ensure_bots(database, clock, settings, BOTS)
            await ensure_gateways(database, clock, settings, BOTS)

    asyncio.run(connect())


def ensure_partners(dsn: str, clock: Clock) -> None:
    """Make the two businesses partners. Safe to repeat."""

    async def join() -> None:
        async with _connected(dsn) as database:
            await make_partners(database, clock.now())

    asyncio.run(join())


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Database]:
    database = await Database.connect(dsn, connections_max=1)
    try:
        yield database
    finally:
        await database.close()


async def _find_lived(dsn: str, life: Life, now: datetime) -> datetime:
    async with _connected(dsn) as database:
        return await find_lived(database, life, now)


async def _live(  # noqa: PLR0917 - all of a life
    dsn: str,
    clock: Clock,
    settings: Settings,
    life: Life,
    coming: Coming,
    since: datetime,
    tills: Mapping[str, TillAccess],
    journeys: Journeys,
) -> int:
    async with _connected(dsn) as database:
        # By them letters go: who has only a phone or an address can be written to.
        await ensure_gateways(database, clock, settings, (life.tenant_id,))
        days = len(life.mornings(since))
        with progress("Living through the last weeks", days, "days") as steps:
            return await live(
                database, life, coming, since=since, tills=tills, journeys=journeys, done=steps.advance
            )


async def _open_cafe(
    dsn: str, settings: Settings, ways_in: Access, yesterday: date, until: datetime
) -> Access:
    def with_tills(tills: dict[str, TillAccess]) -> Access:
        return replace(ways_in, cafe=tills, cafe_is_loaded=False)

    async with _connected(dsn) as database:
        with progress("Opening the coffee shop", GUESTS, "members") as steps:
            tills = await cafe.open_cafe(
                database,
                yesterday,
                enrolled=steps.advance,
                keep=lambda opened: access.keep(settings, with_tills(opened)),
                until=until,
            )
    return with_tills(tills)


async def _live_on(dsn: str, tills: Mapping[str, TillAccess], yesterday: date) -> None:
    """Let guests of the coffee shop do what a history of receipts leaves out.

    As of the midnight after it, whenever this is begun again: what was told before is told with the same moments.
    """
    till, at = tills[cafe.FIRST], datetime.combine(yesterday, time.max, ZoneInfo(TIME_ZONE)).astimezone(UTC)
    async with _connected(dsn) as database:
        async with database.transaction(cafe.TENANT_ID, actor=ACTOR, at=at) as tx:
            await take_rewards(tx, yesterday, till, cafe.FIRST)
        async with database.transaction(cafe.TENANT_ID, actor=ACTOR, at=at) as tx:
            await bring_friends(tx, yesterday, tills)
        await add_events(database, cafe.TENANT_ID, till_id=till.till_id, actor=ACTOR, at=at)


def _lost(settings: Settings) -> WaysInLost:
    return WaysInLost(
        f"The demo business is in this database, but its keys are not in {access.folder(settings)}: "
        "use the data folder it was opened with, or an empty database."
    )


async def find_opening(dsn: str, now: datetime, tenant_id: UUID = TENANT_ID) -> datetime | None:
    async with _connected(dsn) as database:
        try:
            async with database.transaction(tenant_id, actor=ACTOR, at=now, read_only=True) as tx:
                return (await get_business(tx)).created_at
        except UnknownBusiness:
            return None


async def _look_over(dsn: str, tenant_id: UUID, now: datetime) -> None:
    """Let PostgreSQL look at what was loaded: it plans for empty tables until it does so by itself, a minute later."""
    async with _connected(dsn) as database, database.transaction(tenant_id, actor=ACTOR, at=now) as tx:
        await tx.execute("set local role none")
        await tx.execute("analyze")


async def _group(dsn: str, clock: Clock, tenant_id: UUID, tags: Mapping[str, Rule]) -> None:
    async with _connected(dsn) as database:
        await write_groups(database, clock, tenant_id, tags)
        await foresee_now(database, clock, tenant_id)
        await make_segments(database, tenant_id, clock.now())


async def _compare(dsn: str, clock: Clock, tenant_id: UUID) -> None:
    """Compare the groups of promotions and broadcasts once now, so that pages need not wait for the hour."""
    async with _connected(dsn) as database:
        await measure_tenant(database, clock, tenant_id)


async def _try(dsn: str, clock: Clock) -> None:
    async with (
        _connected(dsn) as database,
        database.transaction(cafe.TENANT_ID, actor=ACTOR, at=clock.now()) as tx,
    ):
        await try_draft(tx)


async def _add_up(dsn: str, clock: Clock, tenant_id: UUID) -> None:
    """Make the sums of reports at once: added change by change they would be there some minutes later."""
    async with _connected(dsn) as database:
        async with database.transaction(tenant_id, actor=ACTOR, at=clock.now(), read_only=True) as tx:
            total = await count_receipts(tx)
        with progress("Adding up", total, "receipts") as steps:
            await rebuild_tenant(database, clock, tenant_id, on_receipts=steps.advance)
        await write_costs(database, tenant_id, clock.now(), clock.now().date())
        await count_payback(database, clock, tenant_id)


async def _broadcast(
    dsn: str,
    clock: Clock,
    tenant_id: UUID,
    past: Sequence[Past] = PAST,
    *,
    answered_at: Mapping[str, TillAccess] | None = None,
) -> None:
    """Make broadcasts and count what came of them; one may be answered at tills."""
    async with _connected(dsn) as database:
        await make_broadcasts(database, tenant_id, clock.now(), past)
        if answered_at is not None:
            async with database.transaction(tenant_id, actor=ACTOR, at=clock.now()) as tx:
                await answer(tx, answered_at)
        await count_tenant(database, clock, tenant_id)
        await count_journeys(database, clock, tenant_id)


async def _verify(dsn: str, clock: Clock, tenant_id: UUID) -> None:
    """Prove the ledger once now, so that the office has a proof to show before the first night."""
    async with _connected(dsn) as database:
        with progress("Proving the ledger", LAWS_COUNT, "laws") as steps:
            await verify_tenant(database, clock, tenant_id, on_law=steps.advance)


def _open(dsn: str, settings: Settings, year: Year, yesterday: date) -> Access:
    async def open_and_keep() -> Access:
        async with _connected(dsn) as database:
            households = year.baskets["household_id"].n_unique()
            with progress("Opening the demo", households, "members") as steps:
                # Kept before the business is committed: a business nobody can enter must not be left behind.
                return await open_business(
                    database,
                    year,
                    yesterday,
                    enrolled=steps.advance,
                    keep=lambda ways_in: access.keep(settings, ways_in),
                )

    return asyncio.run(open_and_keep())
