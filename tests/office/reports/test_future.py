"""The forecast through the door: from days with purchases by night to tiles, bands, tenths, names and a draft."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import numpy as np
import pytest
from tests.conftest import SetClock
from tests.domain.segments.invented_buyers import invented_times
from tests.office.conftest import EVE, email_of, plain, signed_in
from tests.office.reports.expected import Cell, half_up, table
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.foreseeing import foresee_now, foresee_tenant
from plushka.delivery.jobs.grouping import group_now
from plushka.domain.audit.queries import list_entries
from plushka.domain.insights.own_data import get_own_data
from plushka.domain.insights.reports.future import list_members_of_band
from plushka.domain.members.erasure import erase
from plushka.domain.rollups.model import ALL_BRANCHES
from plushka.domain.segments.lifetime.keeping import find_lifetime, find_lifetime_run
from plushka.domain.segments.lifetime.model import Churn
from plushka.domain.segments.queries import list_segments
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import ExpectedSpend
from plushka.platform.database import Database
from plushka.platform.ids import new_id

NOW = datetime(2026, 7, 21, 9, tzinfo=UTC)
YESTERDAY = date(2026, 7, 20)
LIKE = Churn(r=0.8, alpha=3.0, a=0.8, b=4.0)
BUYERS = 500
SUMS = (
    "receipts", "returned", "lines", "amount_minor", "discount_minor", "redeemed_minor", "refunded_minor",
    "revenue_minor", "costed", "costed_minor", "cost_minor", "earned_points", "redeemed_points", "redeeming",
    "touched", "first_purchases",
)  # fmt: skip
BLOCKS = ("future_figures", "future_accuracy", "future_bands", "future_deciles", "future_at_risk")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
async def visited(database: Database, cast: Cast, clock: SetClock) -> dict[UUID, list[date]]:
    """Let buyers come for a year, and return the days on which each came; a part of one day is of another programme."""
    random = np.random.default_rng(17)
    times = invented_times(LIKE, BUYERS, random, until=52)
    visits: dict[UUID, list[date]] = {}
    rows = []
    for own in times:
        member_id = new_id()
        first = YESTERDAY - timedelta(days=int(random.integers(0, 360)))
        days = {first, *(first + timedelta(days=int(each * 7) + 1) for each in own[np.isfinite(own)])}
        visits[member_id] = sorted(day for day in days if day <= YESTERDAY)
        mean = random.gamma(6.0) / random.gamma(4.0) * 300_00
        rows += [(member_id, day, 1 + int(random.gamma(6.0, mean / 6.0))) for day in visits[member_id]]
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await tx.execute(
            """
            insert into members (tenant_id, id, name, enrolled_at)
            select $1, id, 'Клиент ' || place, $3 from unnest($2::uuid[]) with ordinality as given (id, place)
            """,
            tx.tenant_id,
            list(visits),
            NOW - timedelta(days=400),
        )
        for program, part in ((tx.tenant_id, 1), (new_id(), 2)):
            await tx.execute(
                """
                insert into standing_days (tenant_id, member_id, program_id, business_date, purchases, spend_minor,
                                           points_earned)
                select $1, member, $2, day, 1, spend, 0
                from unnest($3::uuid[], $4::date[], $5::bigint[]) as given (member, day, spend)
                """,
                tx.tenant_id,
                program,
                [row[0] for row in rows[::part]],
                [row[1] for row in rows[::part]],
                [row[2] for row in rows[::part]],
            )
    return visits


@pytest.mark.usefixtures("staff")
async def test_what_the_night_has_worked_out_is_told_added_up_and_written_to(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, visited: dict[UUID, list[date]]
) -> None:
    await group_now(database, clock, cast.anna.tenant_id)
    await foresee_now(database, clock, cast.anna.tenant_id)
    await each_member_has_their_days(database, cast, clock, visited)
    async with signed_in(app, email_of("owner")) as anna:
        page = (await anna.get("/reports/future")).text
        assert all(f'hx-get="/reports/blocks/{block}?"' in page for block in BLOCKS)
        await parts_are_of_one_base(anna)
        await the_error_is_that_of_the_days_kept_back(anna, visited)
        await a_band_becomes_a_segment_and_a_draft(anna, database, cast, clock)
        await who_came_once_becomes_a_list(anna, database, cast, clock)
    async with signed_in(app, email_of("accountant")) as alla:
        assert "Написать им" not in (await alla.get("/reports/blocks/future_bands")).text
        assert (await alla.post("/reports/future/write?band=4")).status_code == httpx.codes.FORBIDDEN
    await who_asks_is_told_what_is_expected_of_them(database, cast, clock, visited)
    await who_leaves_takes_their_forecast_along(database, cast, clock, next(iter(visited)))


async def each_member_has_their_days(
    database: Database, cast: Cast, clock: SetClock, visited: dict[UUID, list[date]]
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        for member_id, days in visited.items():
            found = await find_lifetime(tx, member_id)
            assert found is not None
            assert (found.visits, found.first_on, found.last_on) == (len(days), days[0], days[-1])
            assert (found.alive_bp is None) == (len(days) == 1)
        run = await find_lifetime_run(tx)
    assert run is not None
    assert (run.outcome, run.through_on, run.buyers) == ("fitted", YESTERDAY, BUYERS)
    assert run.comebacks == sum(len(days) > 1 for days in visited.values())
    assert run.churn is not None
    assert run.spending is not None


async def parts_are_of_one_base(anna: httpx.AsyncClient) -> None:
    figures = {str(row[0]): number(row[1]) for row in await table(anna, "future_figures")}
    *bands, all_bands = await table(anna, "future_bands")
    *tenths, all_tenths = await table(anna, "future_deciles")
    assert figures["Покупатели"] == BUYERS == number(all_bands[1]) == number(all_tenths[1])
    assert figures["Выручка за 90 дней"] == sum(number(row[4]) for row in bands) == number(all_bands[4]) > 0
    value = figures["Выручка за год, дисконтированная"]
    assert value == sum(number(row[5]) for row in bands) == number(all_tenths[2]) > 0
    # At 15 % a year, and most of a year's visits come in its first half.
    year = figures["Выручка за год"]
    assert year / Decimal("1.15") < value < year
    assert "дисконтировано по ставке 15 % годовых" in plain(
        (await anna.get("/reports/blocks/future_figures")).text
    )
    assert [number(row[1]) for row in tenths] == [BUYERS // 10] * 10
    brought = [number(row[2]) for row in tenths]
    assert brought == sorted(brought, reverse=True)
    listed = await table(anna, "future_at_risk")
    assert len(listed) == min(100, figures["Скорее всего ушли"])
    assert all(number(row[3]) >= 50 for row in listed)
    spent = [number(row[4]) for row in listed]
    assert spent == sorted(spent, reverse=True)
    if figures["Скорее всего ушли"] <= 100:
        assert figures["Выручка под риском"] == sum(spent)


async def the_error_is_that_of_the_days_kept_back(
    anna: httpx.AsyncClient, visited: dict[UUID, list[date]]
) -> None:
    *classes, together = await table(anna, "future_accuracy")
    history = (YESTERDAY - min(days[0] for days in visited.values())).days
    cut = YESTERDAY - timedelta(days=min(history // 4, 90))
    known = [days for days in visited.values() if days[0] <= cut]
    came = sum(day > cut for days in known for day in days)
    assert number(together[1]) == len(known) == sum(number(row[1]) for row in classes)
    assert number(together[2]) == came == sum(number(row[2]) for row in classes)
    once = [days for days in known if len([day for day in days if day <= cut]) == 1]
    assert classes[0][:3] == [0, len(once), sum(day > cut for days in once for day in days)]
    wrong = number(together[4])
    assert abs(wrong) < 25
    assert abs(wrong - number(half_up(100 * (int(number(together[3])) - came), came))) < 1
    page = plain((await anna.get("/reports/blocks/future_accuracy")).text)
    assert f"Модель ошиблась на {abs(wrong):.2f}".replace(".", ",") in page
    assert "Последние 89 дней" in page or "Последние 90 дней" in page


async def a_band_becomes_a_segment_and_a_draft(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    answer = await anna.post("/reports/future/write?band=4")
    assert answer.status_code == httpx.codes.SEE_OTHER
    page = (await anna.get(answer.headers["location"])).text
    assert "Ушли: 80–100 %" in plain(page)
    assert '<option value="reactivation" selected>' in page
    again = await anna.post("/reports/future/write?band=4")
    assert "(2)" not in (await anna.get(again.headers["location"])).text
    for other in range(4):
        assert (await anna.post(f"/reports/future/write?band={other}")).status_code == httpx.codes.SEE_OTHER
    *rows, _ = await table(anna, "future_bands")
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        segments = {segment.name: segment for segment in await list_segments(tx)}
        for band, (chance, buyers, *_) in enumerate(rows[1:]):
            segment = segments[f"Ушли: {chance}".replace("\N{NO-BREAK SPACE}", " ")]
            assert segment.audience is not None
            found = set(await list_members(tx, segment.audience))
            assert found == set(await list_members_of_band(tx, band))
            assert len(found) == buyers
    assert (await anna.post("/reports/future/write?band=5")).status_code == httpx.codes.NOT_FOUND
    assert (await anna.post("/reports/future/write")).status_code == httpx.codes.NOT_FOUND


async def who_came_once_becomes_a_list(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    answer = await anna.post("/reports/future/write?band=-1")
    page = (await anna.get(answer.headers["location"])).text
    assert "Были один раз, 21 июля" in plain(page)
    assert '<option value="other" selected>' in page
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        listed, meant = [
            {row["member_id"] for row in await tx.fetch(statement, tx.tenant_id)}
            for statement in (
                """
                select member_id from segment_members where tenant_id = $1 and segment_id = (
                    select id from segments where tenant_id = $1 and audience is null
                )
                """,
                "select member_id from member_lifetimes where tenant_id = $1 and visits = 1",
            )
        ]
    assert listed == meant
    assert meant


async def who_asks_is_told_what_is_expected_of_them(
    database: Database, cast: Cast, clock: SetClock, visited: dict[UUID, list[date]]
) -> None:
    member_id = next(member_id for member_id, days in visited.items() if len(days) > 1)
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        told = (await get_own_data(tx, member_id, currency="RUB")).forecast
        found = await find_lifetime(tx, member_id)
    assert told is not None
    assert found is not None
    assert (told.alive_bp, told.spend_year_minor) == (found.alive_bp, found.year_minor)


async def who_leaves_takes_their_forecast_along(
    database: Database, cast: Cast, clock: SetClock, member_id: UUID
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await erase(tx, member_id, act_id=new_id())
        assert await find_lifetime(tx, member_id) is None


def number(value: Cell | None) -> Decimal:
    assert isinstance(value, Decimal)
    return value


@pytest.mark.usefixtures("shop")
async def test_too_little_is_told_with_what_is_missing_and_nothing_is_drawn(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    page = (await anna.get("/reports/future")).text
    assert page.count("Прогноз ещё не посчитан") == 1
    assert "data-block" not in page
    for block in BLOCKS:
        assert "Прогноз ещё не посчитан" in plain((await anna.get(f"/reports/blocks/{block}")).text)
    clock.at += timedelta(days=1)
    await foresee_now(database, clock, cast.anna.tenant_id)
    for block in BLOCKS:
        part = plain((await anna.get(f"/reports/blocks/{block}")).text)
        assert "Недостаточно данных для прогноза: история слишком короткая" in part
        assert "84" in part
        assert "<table" not in part


async def test_by_night_it_is_worked_out_once_a_day(
    database: Database, cast: Cast, clock: SetClock, visited: dict[UUID, list[date]]
) -> None:
    assert visited
    tenant_id = cast.anna.tenant_id

    async def as_of() -> datetime | None:
        async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
            run = await find_lifetime_run(tx)
        return run.as_of if run else None

    clock.at = NOW.replace(hour=22)  # one in the morning of the business
    await foresee_tenant(database, clock, tenant_id)
    assert await as_of() is None
    clock.at += timedelta(hours=5)
    first = clock.now()
    await foresee_tenant(database, clock, tenant_id)
    clock.at += timedelta(hours=5)
    await foresee_tenant(database, clock, tenant_id)
    assert await as_of() == first
    clock.at += timedelta(days=1)
    await foresee_tenant(database, clock, tenant_id)
    assert await as_of() == clock.now()


async def sold(database: Database, cast: Cast, clock: SetClock, **sums: int) -> None:
    """Let members have paid so much last month, of which so much is of goods whose cost is known."""
    given = {**dict.fromkeys(SUMS, 0), **sums}
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await tx.execute(
            f"""
            insert into sales_days (tenant_id, branch_id, business_date, program_id, has_card, {", ".join(given)})
            values ($1, $2, $3, $4, true, {", ".join(str(value) for value in given.values())})
            """,  # noqa: S608  numbers of this test
            tx.tenant_id,
            ALL_BRANCHES,
            YESTERDAY - timedelta(days=30),
            new_id(),
        )


@pytest.mark.usefixtures("visited", "staff")
async def test_where_costs_are_known_it_is_margin_for_those_who_may_see_it(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    await foresee_now(database, clock, cast.anna.tenant_id)
    # Three quarters of the revenue with known costs, which are 60 % of it.
    await sold(database, cast, clock, revenue_minor=8000, costed_minor=6000, cost_minor=3600)
    async with signed_in(app, email_of("owner")) as anna:
        figures = {str(row[0]): number(row[1]) for row in await table(anna, "future_figures")}
        assert abs(figures["Маржа за 90 дней"] - figures["Выручка за 90 дней"] * Decimal("0.4")) <= Decimal(
            "0.005"
        )
        value = figures["Маржа за год, дисконтированная"]
        year = figures["Выручка за год"] * Decimal("0.4")
        assert year / Decimal("1.15") < value < year
        *bands, all_bands = await table(anna, "future_bands")
        *tenths, all_tenths = await table(anna, "future_deciles")
        assert value == number(all_bands[5]) == number(all_tenths[2])
        # Each line is rounded for itself.
        assert abs(sum(number(row[5]) for row in bands) - value) <= Decimal("0.005") * len(bands)
        assert abs(sum(number(row[2]) for row in tenths) - value) <= Decimal("0.005") * len(tenths)
        page = plain((await anna.get("/reports/blocks/future_figures")).text)
        assert "Маржа — 40 % выручки" in page
        assert "а это 75 % заплаченного" in page
    async with signed_in(app, email_of("marketer")) as marketer:
        block = plain((await marketer.get("/reports/blocks/future_figures")).text)
        assert "Маржа" not in block
        assert "Это выручка, до всех затрат." in block
        assert "Маржа" not in plain((await marketer.get("/reports/blocks/future_deciles")).text)


@pytest.mark.usefixtures("visited", "staff")
async def test_where_most_costs_are_unknown_it_stays_revenue_and_says_so(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    await foresee_now(database, clock, cast.anna.tenant_id)
    await sold(database, cast, clock, revenue_minor=8000, costed_minor=3999, cost_minor=1000)
    async with signed_in(app, email_of("owner")) as anna:
        block = plain((await anna.get("/reports/blocks/future_figures")).text)
    assert "Маржа за" not in block
    assert "себестоимость товаров известна меньше чем для 50 % того, что заплатили клиенты" in block


@pytest.mark.usefixtures("visited", "staff")
async def test_a_business_weighs_money_to_come_by_its_own_discount_and_margin(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    await foresee_now(database, clock, cast.anna.tenant_id)
    await sold(database, cast, clock, revenue_minor=8000, costed_minor=3999, cost_minor=1000)
    async with signed_in(app, email_of("owner")) as anna:

        async def told() -> tuple[dict[str, Decimal], str]:
            figures = {str(row[0]): number(row[1]) for row in await table(anna, "future_figures")}
            return figures, plain((await anna.get("/reports/blocks/future_figures")).text)

        page = (await anna.get("/reports/future/terms")).text
        assert re.findall(r'name="(?:discount|margin|costed)"[^>]* value="([^"]*)"', page) == ["15", "", "50"]
        assert 'href="/reports/future/terms"' in (await anna.get("/reports/future")).text
        wrong = await anna.post(
            "/reports/future/terms", data={"discount": "много", "margin": "101", "costed": "0"}
        )
        assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert wrong.text.count('class="input w-full input-error"') == 3
        # Costs are known of a little less than a half, which is enough now.
        own = {"discount": "22,5", "margin": "", "costed": "49,9"}
        for _ in range(2):
            assert (await anna.post("/reports/future/terms", data=own)).status_code == httpx.codes.SEE_OTHER
        figures, block = await told()
        by_old = figures["Маржа за год, дисконтированная"]
        assert "дисконтировано по ставке 15 % годовых" in block, "by the run that is there"
        await foresee_now(database, clock, cast.anna.tenant_id)
        figures, block = await told()
        by_own = figures["Маржа за год, дисконтированная"]
        assert "дисконтировано по ставке 22,5 % годовых" in block
        assert figures["Выручка за год"] * Decimal(2999) / 3999 / Decimal("1.225") < by_own < by_old
        # A margin that was set needs no costs.
        await anna.post("/reports/future/terms", data={"discount": "0", "margin": "30", "costed": "100"})
        await foresee_now(database, clock, cast.anna.tenant_id)
        figures, block = await told()
        assert abs(figures["Маржа за год, дисконтированная"] - figures["Выручка за год"] * Decimal("0.3")) < 1
        assert "Маржа — 30 % выручки, как задано." in block
        trail = plain((await anna.get("/settings/audit")).text)
        assert "Изменены условия прогноза" in trail
        assert "22,5 %" in trail
    async with database.transaction(cast.anna.tenant_id, actor="test:look", at=clock.now()) as tx:
        entries = [one for one in await list_entries(tx, limit=20) if one.action == "forecast.change_terms"]
    assert [one.changes for one in reversed(entries)] == [
        {"discount_bp": (1500, 2250), "costed_min_bp": (5000, 4990)},
        {"discount_bp": (2250, 0), "margin_bp": (None, 3000), "costed_min_bp": (4990, 10000)},
    ]
    async with signed_in(app, email_of("marketer")) as marketer:
        assert "Маржа" not in plain((await marketer.get("/reports/blocks/future_figures")).text)
        assert "/reports/future/terms" not in (await marketer.get("/reports/future")).text
        assert (await marketer.get("/reports/future/terms")).status_code == httpx.codes.FORBIDDEN


@pytest.mark.usefixtures("staff")
async def test_where_spending_has_no_model_the_rest_is_told_and_why(
    app: Plushka, database: Database, cast: Cast, clock: SetClock, visited: dict[UUID, list[date]]
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        # All visits bring the same, so that there is no spread of what buyers spend.
        await tx.execute("delete from standing_days where tenant_id = $1 and program_id <> $1", tx.tenant_id)
        await tx.execute("update standing_days set spend_minor = 30000 where tenant_id = $1", tx.tenant_id)
    await foresee_now(database, clock, cast.anna.tenant_id)
    async with signed_in(app, email_of("owner")) as anna:
        assert 'hx-get="/reports/blocks/future_bands?"' in (await anna.get("/reports/future")).text
        figures = {str(row[0]): row[1] for row in await table(anna, "future_figures")}
        assert list(figures) == ["Визиты за 90 дней", "Покупатели", "Скорее всего ушли", "Выручка под риском"]
        assert number(figures["Визиты за 90 дней"]) > 0
        *bands, all_bands = await table(anna, "future_bands")
        assert sum(int(number(row[1])) for row in bands) == BUYERS
        assert all(len(row) == 5 for row in (*bands, all_bands))
        assert abs(sum(number(row[4]) for row in bands) - number(all_bands[4])) <= len(bands)
        *tenths, all_tenths = await table(anna, "future_deciles")
        came = [number(row[2]) for row in tenths]
        assert came == sorted(came, reverse=True)
        assert abs(sum(came) - number(all_tenths[2])) <= Decimal("0.05")
        assert all(row[5] is None for row in await table(anna, "future_at_risk"))
        for block in ("figures", "bands", "deciles", "at_risk"):
            told = plain((await anna.get(f"/reports/blocks/future_{block}")).text)
            assert "модель трат (Gamma-Gamma) не подошла к этим покупкам" in told, block
        accuracy = plain((await anna.get("/reports/blocks/future_accuracy")).text)
        assert "Модель ошиблась на" in accuracy
        member_id = next(member_id for member_id, days in visited.items() if len(days) > 1)
        card = plain((await anna.get(f"/members/{member_id}")).text)
        assert "ушёл с вероятностью" in card
        a_band = await anna.post("/reports/future/write?band=0")
        assert a_band.status_code == httpx.codes.SEE_OTHER
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        run = await find_lifetime_run(tx)
        assert run is not None
        assert (run.outcome, run.spending, run.no_money) == ("fitted", None, "not_converged")
        # Nobody is expected to spend something, or nothing: it is not known.
        for bounds in ({"min_minor": 1}, {"max_minor": 10**9}):
            assert not await list_members(tx, ExpectedSpend(within="year", **bounds))
        told_own = (await get_own_data(tx, member_id, currency="RUB")).forecast
        assert told_own is not None
        assert told_own.spend_year_minor is None


@pytest.mark.usefixtures("visited", "staff")
async def test_eve_sees_nothing_of_anna_s(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    await foresee_now(database, clock, cast.anna.tenant_id)
    async with signed_in(app, EVE) as eve:
        for block in BLOCKS:
            assert "Прогноз ещё не посчитан" in plain((await eve.get(f"/reports/blocks/{block}")).text)
