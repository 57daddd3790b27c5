"""The generated coffee shop: the same for the same day, plausible, loaded once, and sold in through the tills' API."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.demo.conftest import NOW
from tests.domain.booked import booked
from tests.pos.conftest import started

from plushka.delivery.jobs.verification import LAWS
from plushka.delivery.office.engagement.period import stage
from plushka.demo import access
from plushka.demo.access import Access, TillAccess
from plushka.demo.business import ACTOR, EMAIL
from plushka.demo.cafe import business, guests, menu
from plushka.demo.cafe.answers import ANSWERED
from plushka.demo.cafe.business import TENANT_ID, load_cafe, open_cafe
from plushka.demo.cafe.cashiers import CASHIERS
from plushka.demo.cafe.events import REVIEWERS, add_events
from plushka.demo.cafe.friends import FRIENDS
from plushka.demo.cafe.guests import DAYS, GUESTS, guest
from plushka.demo.cafe.places import plan_of
from plushka.demo.cafe.present import visitors
from plushka.demo.cafe.year import TIME_ZONE, Visit, first_day, opens_at, visits
from plushka.demo.setup import WaysInLost, ensure_cafe
from plushka.demo.simulator import Tills
from plushka.domain.businesses.queries import get_business, list_branches
from plushka.domain.certificates.queries import list_liability
from plushka.domain.insights.receipts.found import list_cashiers
from plushka.domain.insights.referrals import get_totals
from plushka.domain.ledger.verify import check
from plushka.domain.programs.presets.shelf import get_preset
from plushka.domain.programs.presets.writing import write_program
from plushka.domain.programs.queries import get_current_version, get_program_id
from plushka.domain.rewards.offers import list_offers
from plushka.domain.staff.operations import register_account
from plushka.domain.staff.queries import list_staff
from plushka.platform.database import Database
from plushka.platform.settings import Settings

YESTERDAY = date(2026, 3, 9)
SOME_GUESTS = 12


@pytest.fixture(scope="module")
def year() -> list[Visit]:
    return visits(YESTERDAY)


def test_the_same_day_gives_the_same_year(year: list[Visit]) -> None:
    assert visits(YESTERDAY) == year
    assert year[-1].at.astimezone(ZoneInfo(TIME_ZONE)).date() == YESTERDAY
    assert first_day(YESTERDAY) == YESTERDAY - timedelta(days=DAYS - 1)
    assert all(before.at <= after.at for before, after in pairwise(year))


def test_the_year_looks_like_one_of_a_coffee_shop(year: list[Visit]) -> None:
    local = [visit.at.astimezone(ZoneInfo(TIME_ZONE)) for visit in year]
    hours, weekdays = Counter(at.hour for at in local), Counter(at.weekday() for at in local)
    by_guest = Counter(visit.guest for visit in year if visit.guest is not None)
    assert 17_000 < len(year) < 22_000
    assert len(by_guest) == GUESTS
    assert max(hours, key=lambda hour: hours[hour]) in {8, 9}
    assert set(hours) <= set(range(7, 21))
    assert weekdays[6] < weekdays[0]
    park = Counter(at.weekday() for at, visit in zip(local, year, strict=True) if visit.branch == "3")
    assert park[5] > park[0]
    assert 0.2 < 1 - by_guest.total() / len(year) < 0.35
    assert GUESTS / 4 < sum(visits == 1 for visits in by_guest.values()) < GUESTS / 2
    assert sum(visits >= 50 for visits in by_guest.values()) > 40
    first_month, last_month = (
        sum(from_day <= (at.date() - first_day(YESTERDAY)).days < from_day + 30 for at in local)
        for from_day in (0, DAYS - 30)
    )
    assert last_month > first_month


def test_every_visit_is_while_its_branch_is_open(year: list[Visit]) -> None:
    for visit in year:
        local = visit.at.astimezone(ZoneInfo(TIME_ZONE))
        opening = plan_of(visit.branch).hours[local.weekday()]
        assert opening is not None
        assert opening.opens_minutes <= local.hour * 60 + local.minute < opening.closes_minutes, visit


def test_everything_sold_is_on_the_menu_in_a_category_the_programme_knows(year: list[Visit]) -> None:
    sold = {line.sku for visit in year for line in visit.lines}
    assert sold == {dish.sku for dish in menu.MENU}
    assert set(get_preset("coffee").categories) <= {dish.category for dish in menu.MENU}
    prices = {dish.sku: dish.price_minor for dish in menu.MENU}
    assert all(
        line.amount_minor * menu.PIECE_MILLI == prices[line.sku] * line.quantity_milli
        for visit in year
        for line in visit.lines
    )


def test_no_guest_can_be_called_or_written_to() -> None:
    everybody = [guest(number) for number in range(GUESTS)]
    assert len({who.name for who in everybody}) == GUESTS
    assert all(who.email.endswith("@example.com") for who in everybody)


@pytest.fixture
def few_guests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the year be one of a dozen guests and nobody else."""

    def of_few(yesterday: date) -> list[Visit]:
        return [visit for visit in visits(yesterday) if visit.guest is not None and visit.guest < SOME_GUESTS]

    monkeypatch.setattr(business, "visits", of_few)


@pytest.fixture
def cafe(dsn: str, few_guests: None) -> dict[str, TillAccess]:
    del few_guests
    return asyncio.run(opened(dsn))


async def opened(dsn: str, until: datetime | None = None) -> dict[str, TillAccess]:
    database = await Database.connect(dsn, connections_max=1)
    async with database.global_transaction(actor=ACTOR, at=NOW) as tx:
        await register_account(
            tx, email=EMAIL, name="Анна", password="печёная плюшка с корицей", language="ru"
        )
    tills = await open_cafe(database, YESTERDAY, enrolled=lambda _: None, keep=lambda _: None, until=until)
    await database.close()
    return tills


def test_it_is_opened_from_the_preset_and_loaded_once(dsn: str, cafe: dict[str, TillAccess]) -> None:
    whole = sum(share.size for share in business.shares(YESTERDAY))
    assert whole > 50

    def load() -> int:
        return load_cafe(YESTERDAY, dsn=dsn, tills=cafe, at=NOW, done=lambda _: None)

    assert (load(), load()) == (whole, 0)

    async def look() -> None:
        database = await Database.connect(dsn, connections_max=1)
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            assert (await check(tx, also=LAWS))[1] == ()
            assert len((await booked(tx))["receipts"]) == whole
            shop, version = await get_business(tx), await get_current_version(tx)
            assert "всё придумано" in shop.name
            assert shop.created_at == opens_at(YESTERDAY)
            branches = await list_branches(tx)
            assert len(branches) == len(cafe) == 3
            assert all(branch.address and all(branch.hours) for branch in branches)
            assert version is not None
            preset = write_program(get_preset("coffee"), currency="RUB", language="ru")
            assert structs.replace(version.program, promotions=(), occasions=(), tiers=None) == preset
            lowered = await tx.fetch("select outcome::text as outcome from receipts where discount_minor > 0")
            names = [f'"{each.id}"' for each in version.program.promotions]
            assert lowered
            assert all(any(name in row["outcome"] for name in names) for row in lowered)
            stages = {
                each.name: stage(each.first_on, each.last_on, NOW.date(), is_paused=each.is_paused)
                for each in version.program.promotions
                if each.first_on is not None
            }
            assert stages == {
                "Недели рафа": "ended",
                "Второй десерт за полцены": "running",
                "Две недели супа": "planned",
                "Сырники по выходным": "paused",
            }
            owed = await list_liability(tx)
            assert [(one.sold, one.owed_minor) for one in owed] == [(5, 9_000_00)]
            staff = {person.email: person.role for person in await list_staff(tx)}
            assert staff == {EMAIL: "owner"} | dict.fromkeys(CASHIERS, "cashier")
            assert set(await list_cashiers(tx, since=first_day(YESTERDAY))) == {*CASHIERS.values()}
        await database.close()

    asyncio.run(look())


def test_its_tills_sell_to_members_and_to_strangers(
    dsn: str, cafe: dict[str, TillAccess], tmp_path: Path
) -> None:
    settings = Settings.from_environment({"DATABASE_URL": dsn, "PLUSHKA_DATA": str(tmp_path)})

    async def sell() -> list[tuple[str, str]]:
        clock = SetClock(NOW)
        async with started(settings, clock) as app:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://plushka.test") as client:
                tills = Tills(
                    client,
                    queue=lambda start: (one for one in visitors(clock)(start) if known(one.card)),
                    currency=menu.CURRENCY,
                    keys=cafe,
                    notes=settings.data_folder / "cafe-tills.json",
                    clock=clock,
                )
                for _ in range(6):
                    await tills.sell()
        database = await Database.connect(dsn, connections_max=1)
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            rows = await tx.fetch(
                "select external_id, cashier from receipts where tenant_id = $1",
                tx.tenant_id,
            )
        await database.close()
        return [tuple(row) for row in rows]

    sold = asyncio.run(sell())
    assert len({number for number, _ in sold}) == 6
    assert {cashier for _, cashier in sold} <= {*CASHIERS.values()}


def known(card: str | None) -> bool:
    return card is None or int(card.removeprefix("PAR")) < SOME_GUESTS


def test_the_visitors_of_now_are_the_same_after_a_restart() -> None:
    clock = SetClock(NOW)
    first = list(islice(visitors(clock)(0), 40))
    assert list(islice(visitors(clock)(30), 10)) == first[30:]
    assert {shopper.branch for shopper in first} == set(guests.BRANCHES)
    assert any(shopper.card is None for shopper in first)


def test_making_it_be_there_is_safe_to_repeat(dsn: str, few_guests: None, settings: Settings) -> None:
    del few_guests
    with pytest.raises(WaysInLost):
        ensure_cafe(dsn, SetClock(NOW), settings)

    async def register() -> None:
        database = await Database.connect(dsn, connections_max=1)
        async with database.global_transaction(actor=ACTOR, at=NOW) as tx:
            await register_account(
                tx, email=EMAIL, name="Анна", password="печёная плюшка с корицей", language="ru"
            )
        await database.close()

    asyncio.run(register())
    access.keep(settings, Access(email=EMAIL, password="x", tills={}))
    assert ensure_cafe(dsn, SetClock(NOW), settings) > 50
    assert ensure_cafe(dsn, SetClock(NOW), settings) == 0
    kept = access.find(settings)
    assert kept is not None
    # It was interrupted before it could write down that all is there, and is begun again later.
    access.keep(settings, structs.replace(kept, cafe_is_loaded=False))
    assert ensure_cafe(dsn, SetClock(NOW + timedelta(minutes=20)), settings) == 0
    kept = access.find(settings)
    assert kept is not None
    assert (sorted(kept.cafe), kept.cafe_is_loaded) == (["1", "2", "3"], True)

    async def look() -> None:
        database = await Database.connect(dsn, connections_max=1)
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            assert (await check(tx, also=LAWS))[1] == ()
            totals = await get_totals(tx, await get_program_id(tx))
            shelf = await list_offers(tx, program_id=await get_program_id(tx))
            taken = await tx.fetchval("select count(*) from rewards where offer_id is not null")
            answers = await tx.fetch(
                """
                select r.occurred_at - o.posted_at as after, o.is_control
                from receipts r
                join campaign_recipients o on o.member_id = r.member_id
                join campaigns c on c.id = o.campaign_id and c.name = $1
                where r.external_id like 'N-%'
                """,
                ANSWERED.full_name,
            )
        await database.close()
        assert len(shelf) == 6
        assert all(offer.picture_digest for offer in shelf)
        assert 0 < taken < SOME_GUESTS
        assert 0 < len(answers) < SOME_GUESTS
        assert all(
            not is_control and timedelta() < after < timedelta(days=7) for after, is_control in answers
        )
        assert totals.joined == FRIENDS
        assert min(totals.bought, totals.paid, totals.waiting, totals.refused) > 0

    asyncio.run(look())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"PLUSHKA_DATA": f"{tmp_path}/data"})


def test_guests_review_it_once_however_often_that_is_told(dsn: str, cafe: dict[str, TillAccess]) -> None:
    async def tell() -> tuple[int, int]:
        database = await Database.connect(dsn, connections_max=1)
        till_id = cafe[business.FIRST].till_id
        for _ in range(2):
            await add_events(database, TENANT_ID, till_id=till_id, actor=ACTOR, at=NOW)
        async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
            assert (await check(tx, also=LAWS))[1] == ()
            reviews = await tx.fetchval("select count(*) from member_events where kind = 'review'")
            given = await tx.fetchval("select count(*) from occasion_gifts where occasion_id = 'review'")
        await database.close()
        return reviews, given

    reviews, given = asyncio.run(tell())
    assert reviews == SOME_GUESTS - REVIEWERS.start
    assert 0 < given <= reviews
