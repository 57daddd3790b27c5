"""A year of the ready journeys for guests of the demo's coffee shop, by their own visits, through three messengers.

Who is told what is worked out a second time, from the visits alone.
"""

import gc
import os
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import uvloop
from msgspec import structs
from tests.conftest import CONNECTIONS_MAX, new_database
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import receipt
from tests.sending.town import Town, open_town
from tests.sending.virtual import VirtualTime

from plushka.demo.cafe.guests import guest
from plushka.demo.cafe.year import TIME_ZONE, first_day, visits_of
from plushka.domain.campaigns.journeys.chains import Key, begin_chain
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.members.channels import MESSENGERS
from plushka.domain.messages.templates import ready
from plushka.domain.programs.drafts import get_draft, publish_draft
from plushka.domain.purchases.model import Committed
from plushka.platform.database import Database
from plushka.platform.garbage import collect_seldom
from plushka.platform.vault import Vault

GUESTS = int(os.environ.get("YEAR_GUESTS", "60"))
"""Of the 1,500 that there are; `make check-year` takes all of them."""
PARTS = int(os.environ.get("YEAR_PARTS", "1"))
"""So many towns they are divided among, which know nothing of one another and can be lived through side by side."""
LAST_ON = date(2024, 3, 1)
"""A year in which there is a 29 February."""
CLOCK = ZoneInfo(TIME_ZONE)
MOMENTS = (time(10, 10), time(22, 10))
"""When the jobs run; what they leave in the evening waits for the morning."""
TIDIED_ON = (11,)
"""Days of a month, one of which is the year's first, on which the database is tidied up: autovacuum goes by the clock
on the wall."""
REPORTED_BEFORE = timedelta(minutes=15)
"""So long before the jobs tills report together what was bought: more than what the jobs read twice."""
CHAINS: tuple[Key, ...] = ("win_back", "birthday", "welcome", "burn_reminder", "second_purchase", "thanks")
VIP_PURCHASES = 10
DAYS_BEHIND = 60
"""So many days behind the year what it calls for may fall due."""
LATE_DAYS = 3
"""A birthday is told of for so long after it was."""
Letter = tuple[int, ready.Key]


def moments() -> Iterator[datetime]:
    """Yield when the jobs run, in order."""
    for day in range((LAST_ON - first_day(LAST_ON)).days + 1):
        for moment in MOMENTS:
            yield datetime.combine(first_day(LAST_ON) + timedelta(days=day), moment, CLOCK)


@cache
def mornings() -> tuple[datetime, ...]:
    """Return when the jobs look at what goes by days, in order: once a day, from the first on."""
    return tuple(moment for moment in moments() if moment.time() == MOMENTS[0])


def absent_mornings(day: date, until: datetime | None) -> Iterator[datetime]:
    """Yield the mornings at which who was there on ``day`` is missed, as the next visit has not been reported."""
    number = (day - first_day(LAST_ON)).days
    for moment in mornings()[number + 30 : number + 60]:
        if until is not None and until <= moment - REPORTED_BEFORE:
            return
        yield moment


@cache
def moments_and_behind() -> tuple[datetime, ...]:
    """Return when the jobs run, in order and by UTC, which compares the quickest; and would on behind the year."""
    last = LAST_ON + timedelta(days=DAYS_BEHIND)
    days = [first_day(LAST_ON) + timedelta(days=day) for day in range((last - first_day(LAST_ON)).days)]
    return tuple(datetime.combine(day, one, CLOCK).astimezone(UTC) for day in days for one in MOMENTS)


def next_moment(at: datetime) -> datetime:
    """Return when the jobs run next, from ``at`` on."""
    return moments_and_behind()[bisect_left(moments_and_behind(), at.astimezone(UTC))]


def guests_of(part: int) -> list[int]:
    """Return who lives in a town: three after one another, one a messenger, are in the same."""
    return [number for number in range(GUESTS) if number // len(MESSENGERS) % PARTS == part]


def test_each_guest_lives_in_one_town() -> None:
    assert sorted(number for part in range(PARTS) for number in guests_of(part)) == list(range(GUESTS))


@pytest.fixture
def loading() -> Iterator[Thread]:
    """Load what Telegram is spoken to by: seconds of a processor, while PostgreSQL is set up by another one."""
    loads = Thread(target=import_module, args=["plushka.delivery.bots.telegram.shell"])
    loads.start()
    yield loads
    loads.join()


def test_everybody_is_told_what_their_visits_of_a_year_call_for(
    loading: Thread, server_dsn: str, template: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        dsns = [stack.enter_context(new_database(server_dsn, template=template)) for _ in range(PARTS)]
        folders = [tmp_path / str(part) for part in range(PARTS)]
        loading.join()
        # As the worker runs.
        with collecting_seldom():
            if PARTS == 1:
                live(dsns[0], folders[0], 0)
                return
            with ProcessPoolExecutor(PARTS, mp_context=get_context("fork")) as processes:
                list(processes.map(live, dsns, folders, range(PARTS)))


def live(dsn: str, folder: Path, part: int) -> None:
    """Let the year pass in a town, and check it."""
    folder.mkdir()
    uvloop.run(a_year(dsn, folder, part))


@contextmanager
def collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    collect_seldom()
    yield
    gc.set_threshold(*before)


async def a_year(dsn: str, folder: Path, part: int) -> None:
    database = await Database.connect(dsn, connections_max=CONNECTIONS_MAX, vault=Vault(b"k" * 32))
    try:
        await live_through(database, dsn, folder, part)
    finally:
        await database.close()


async def tidy(dsn: str) -> None:
    """Do what PostgreSQL does by itself on a day on which there is time for it: of tables in which much has changed."""
    owner = await asyncpg.connect(dsn)
    try:
        tables = await owner.fetchval(
            """
            select string_agg(quote_ident(s.relname), ', ')
            from pg_stat_user_tables s join pg_class c on c.oid = s.relid
            where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
               or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
            """
        )
        if tables is not None:
            # Some per cent of what is usually read of them tell as much of tables so small.
            await owner.execute("set default_statistics_target = 3")
            await owner.execute(f"vacuum analyze {tables}")
    finally:
        await owner.close()


async def live_through(database: Database, dsn: str, folder: Path, part: int) -> None:
    opens = datetime.combine(first_day(LAST_ON), time(6), CLOCK)
    virtual = VirtualTime(opens)
    came: dict[int, list[datetime]] = defaultdict(list)
    guests = guests_of(part)
    waiting = visits_of(guests, LAST_ON)
    async with open_town(database, virtual, folder, CASHBACK, people=GUESTS) as town:
        # Before the journeys are there.
        members = await town.settle_together({number: guest(number).birthday for number in guests})
        await open_journeys(town)
        town.begin()
        waiting.reverse()
        for moment in moments():
            if moment.day in TIDIED_ON and moment.time() == MOMENTS[0]:
                await tidy(dsn)
            reported_at = moment - REPORTED_BEFORE
            due_at = await town.until(reported_at)
            reported = []
            while waiting and waiting[-1].at <= reported_at:
                visit = waiting.pop()
                assert visit.guest is not None
                came[visit.guest].append(visit.at)
                receipt_id = f"{visit.guest}-{len(came[visit.guest])}"
                whose = members[visit.guest]
                reported.append(receipt(receipt_id, 300_00, member=whose, occurred_at=visit.at))
            answers = await town.shop.queue.commit_many(town.shop.caller, reported)
            assert all(isinstance(answer, Committed) for answer in answers)
            if due_at < moment:
                await town.until(moment)
            # A purchase leaves nothing to be sent.
            town.time.skip(moment)
            await town.work()
        end = moment.replace(hour=9) + timedelta(days=1)
        await town.until(end)

        told = await letters_of(town, members)
        expected = Counter(each for number in guests for each in letters(number, came[number]))
        counted = Counter({key: count for key, count in told.items() if key[1] != "burn_reminder"})
        assert (counted - expected, expected - counted) == (Counter(), Counter())
        assert {key for _, key in told} == {"burn_reminder", *(key for _, key in expected)}
        sent: Counter[int] = Counter()
        for (number, _), count in told.items():
            sent[number] += count
        shown = Counter({number: town.shown(number).total() for number in guests})
        assert shown == sent, "as many as the messengers have shown"
        at_night = [one for one in town.begun if not 9 <= one.at.astimezone(CLOCK).hour < 21]
        assert {one.purpose for one in at_night} <= {"transactional"}
        assert max(Counter(one.id for one in town.begun).values()) == 1
        assert await town.shop.differences() == ()


async def open_journeys(town: Town) -> None:
    """Publish the ready journeys as they are, with what their codes give, and with nobody left alone."""
    for key in CHAINS:
        async with town.shop.tx() as tx:
            card = await begin_chain(tx, key, makes_offers=True)
            if key == "win_back":
                draft = await get_draft(tx, town.shop.program_id)
                await publish_draft(tx, draft.program_id, mark=draft.mark, against=draft.began_from or 0)
            everybody = structs.replace(card.draft, control_bp=0)
            card = await save_draft(tx, card.id, everybody, revision=card.revision)
            await publish(tx, card.id, revision=card.revision)


async def letters_of(town: Town, members: Mapping[int, UUID]) -> Counter[Letter]:
    """Return what was sent, by the number of the guest and the ready template."""
    names = {ready.draft_of(key, "ru").name: key for key in get_args(ready.Key)}
    number_of = {member_id: number for number, member_id in members.items()}
    async with town.shop.tx() as tx:
        rows = await tx.fetch(
            """
            select o.member_id, t.name, o.state from outgoing o
            join templates t on t.tenant_id = $1 and t.id::text = o.content->>'template_id' where o.tenant_id = $1
            """,
            tx.tenant_id,
        )
    assert {row["state"] for row in rows} == {"sent"}
    assert rows
    return Counter((number_of[row["member_id"]], names[row["name"]]) for row in rows)


def known(came: list[datetime], moment: datetime) -> list[datetime]:
    """Return those visits of ``came`` that had been reported when the jobs ran at ``moment``."""
    return came[: bisect_right(came, moment - REPORTED_BEFORE)]


def letters(number: int, came: list[datetime]) -> Iterator[Letter]:
    """Yield what a guest who came at these moments is to be told."""
    yield number, "welcome"
    first, last = next(moments()), datetime.combine(LAST_ON, MOMENTS[-1], CLOCK)
    sent_at = next_moment(first + timedelta(hours=1))
    if not known(came, morning_after(sent_at, 7)):
        yield number, "miss_you"
    for began in thanked(came):
        if next_moment(began + timedelta(hours=2)) <= last:
            yield number, "thanks"
    if came:
        due = morning_after(next_moment(came[0] + REPORTED_BEFORE), 10)
        if due <= last and len(known(came, due)) == 1:
            yield number, "second_purchase"
    yield from of_birthday(number, came)
    yield from of_absence(number, came, last)


def morning_after(began: datetime, days: int) -> datetime:
    """Return when the jobs run next after so many days and then eleven o'clock."""
    local = began.astimezone(CLOCK) + timedelta(days=days)
    eleven = local.replace(hour=11, minute=0)
    return next_moment(eleven if local <= eleven else eleven + timedelta(days=1))


def thanked(came: list[datetime]) -> Iterator[datetime]:
    """Yield when the jobs met a purchase that is thanked for: none within 14 days of one before."""
    began: datetime | None = None
    for at in came:
        met = next_moment(at + REPORTED_BEFORE)
        if began is None or began <= met - timedelta(days=14):
            began = met
            yield met


def of_birthday(number: int, came: list[datetime]) -> Iterator[Letter]:
    """Yield the letter of a week before, or of the first day to who has a birthday sooner, or had it just now."""
    born = guest(number).birthday
    began: date | None = None
    for year in (LAST_ON.year - 1, LAST_ON.year):
        is_leap = (year % 4, born.month, born.day) == (0, 2, 29)
        birthday = date(
            year, born.month, 28 if (born.month, born.day) == (2, 29) and not is_leap else born.day
        )
        if birthday < first_day(LAST_ON) - timedelta(days=LATE_DAYS):
            continue
        on = max(birthday - timedelta(days=7), first_day(LAST_ON))
        if on <= LAST_ON and (began is None or on - timedelta(days=300) >= began):
            began = on
            at = datetime.combine(on, MOMENTS[0], CLOCK)
            is_vip = len(known(came, at)) >= VIP_PURCHASES
            yield number, "birthday_gift" if is_vip else "birthday"


def of_absence(number: int, came: list[datetime], last: datetime) -> Iterator[Letter]:
    began: datetime | None = None
    for before, at in enumerate(came, start=1):
        until = came[before] if before < len(came) else None
        for moment in absent_mornings(at.astimezone(CLOCK).date(), until):
            if began is not None and began > moment - timedelta(days=90):
                continue
            began = moment
            yield number, "win_back_30"
            second = morning_after(moment, 30)
            if second > last or any(moment < at for at in known(came, second)):
                continue
            yield number, "win_back_60"
            third = morning_after(second, 30)
            if (
                third <= last
                and not any(moment < at for at in known(came, third))
                and before >= VIP_PURCHASES
            ):
                yield number, "win_back_90"
