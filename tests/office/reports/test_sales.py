"""Sales, branches, cashiers and how buyers come again are what Polars makes of the receipts themselves, to the cent.

F204.
"""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx
import polars as pl
from tests.conftest import SetClock
from tests.office.conftest import report, signed_in
from tests.office.reports.expected import Cell, goods, half_up, mean, money, percent, table, total
from tests.office.reports.year import LAST_ON, Year, a_year
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.office.reports.showing import ROWS_AMONG_OTHERS
from plushka.platform.database import Database

FIRST_ON = date(2026, 1, 1)
WEEKDAYS = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота", "Воскресенье")


async def test_every_block_of_sales_and_buyers_is_what_a_second_count_makes_of_the_receipts(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    year = await a_year(app, cast.anna, database, clock)
    async with signed_in(app, staff["owner"]) as anna:
        await days_are_those_of_the_receipts_the_latest_first(anna, year)
        await colours_are_named_on_the_page_itself(anna)
        await hours_are_by_the_clock_of_the_branch(anna, year)
        await hours_are_told_by_money_too(anna, year)
        await branches_stand_beside_each_other(anna, year)
        await cashiers_are_told_as_the_till_named_them(anna, year)
        await goods_share_out_the_revenue(anna, year)
        await those_who_began_in_a_month_are_followed_from_it(anna, year)
        await steps_are_of_those_who_began_in_the_period(anna, year)


async def days_are_those_of_the_receipts_the_latest_first(anna: httpx.AsyncClient, year: Year) -> None:
    rows = await table(anna, "sales_days", "period=year")
    days = sorted(set(year.receipts["day"]), reverse=True)
    assert [row[0] for row in rows] == [*map(str, days), "Все дни"]
    for day, row in zip([*days, None], rows, strict=True):
        frame = year.receipts if day is None else year.receipts.filter(pl.col("day") == day)
        assert row[1:5] == [
            money(total(frame)), len(frame), mean(frame), percent(len(frame.filter("card")), len(frame)),
        ]  # fmt: skip
        assert row[5] == money(total(frame, "discount_minor") + total(frame, "redeemed_minor"))


async def colours_are_named_on_the_page_itself(anna: httpx.AsyncClient) -> None:
    query = f"period=custom&from={date(2026, 6, 1)}&until={LAST_ON}&compare=previous"
    block = (await anna.get(f"/reports/blocks/sales_days?{query}", headers={"hx-request": "true"})).text
    marks = re.findall(r'<span class="chart-mark chart-mark-(\w+)"></span>([^<]+)</li>', block)
    assert marks == [("1", "Выручка"), ("before", "Раньше")]


async def hours_are_by_the_clock_of_the_branch(anna: httpx.AsyncClient, year: Year) -> None:
    answer = await anna.get("/reports/files/hours.csv?period=year")
    heading = answer.content.decode("utf-8-sig").splitlines()[0].split(";")
    rows = await table(anna, "hours", "period=year")
    counted: dict[tuple[Cell | None, str], int] = defaultdict(int)
    for row in year.receipts.iter_rows(named=True):
        hour = row["occurred_at"].astimezone(ZoneInfo(row["time_zone"])).hour
        counted[WEEKDAYS[row["day"].isoweekday() - 1], f"{hour}:00"] += 1
    told = {
        (row[0], title): int(count)
        for row in rows[:-1]
        for title, count in zip(heading[1:-1], row[1:-1], strict=True)
        if isinstance(count, Decimal) and count
    }
    assert told == counted
    assert rows[-1][-1] == len(year.receipts)


async def hours_are_told_by_money_too(anna: httpx.AsyncClient, year: Year) -> None:
    hour_of = [
        row["occurred_at"].astimezone(ZoneInfo(row["time_zone"])).hour
        for row in year.receipts.iter_rows(named=True)
    ]
    frame = year.receipts.with_columns(
        pl.Series("hour", hour_of), pl.col("day").dt.weekday().alias("weekday")
    )
    revenue = await table(anna, "hours", "period=year&measure=revenue")
    means = await table(anna, "hours", "period=year&measure=mean")
    for day in range(1, 8):
        own = frame.filter(pl.col("weekday") == day)
        assert revenue[day - 1][-1] == money(total(own))
        assert means[day - 1][-1] == mean(own)
    assert (revenue[-1][-1], means[-1][-1]) == (money(total(frame)), mean(frame))

    rows = {row[0]: row[1:] for row in await table(anna, "day_hours", "period=year")}
    hours = sorted(set(hour_of))
    assert set(rows) == {*(f"{hour}:00" for hour in hours), "Все часы"}
    for hour in hours:
        own = frame.filter(pl.col("hour") == hour)
        share = percent(total(own), total(frame))
        assert rows[f"{hour}:00"] == [money(total(own)), share, len(own), mean(own)]

    block = (
        await anna.get("/reports/blocks/hours?period=year&measure=mean", headers={"hx-request": "true"})
    ).text
    chosen = re.findall(r'href="([^"]+)"[^>]*aria-current="true">([^<]+)<', block)
    assert chosen == [("/reports/blocks/hours?period=year&amp;measure=mean", "Средний чек")]
    assert 'href="/reports/files/hours.xlsx?period=year&amp;measure=mean"' in block
    assert 'href="/reports/blocks/hours?period=year"' in block


async def branches_stand_beside_each_other(anna: httpx.AsyncClient, year: Year) -> None:
    query = f"period=custom&from={date(2026, 6, 1)}&until={LAST_ON}&compare=previous"
    now = year.within(date(2026, 6, 1), LAST_ON)
    before = year.within(date(2026, 4, 12), date(2026, 5, 31))
    rows = {row[0]: row[1:] for row in await table(anna, "branches", query)}
    assert len(rows) == 2 + 1
    for name, is_east in (("Восток", True), ("Арбат", False), ("Все точки", None)):
        own, earlier = (
            frame if is_east is None else frame.filter((pl.col("branch_id") == str(year.east)) == is_east)
            for frame in (now, before)
        )
        costed, cost = goods(own)
        assert rows[name][:6] == [
            money(total(own)),
            percent(total(own), total(now)),
            percent(total(own) - total(earlier), total(earlier)),
            len(own),
            mean(own),
            percent(len(own.filter("card")), len(own)),
        ]
        assert rows[name][-3:] == [
            total(own, "earned_points"),
            total(own, "redeemed_points"),
            percent(costed - cost, costed),
        ]


async def cashiers_are_told_as_the_till_named_them(anna: httpx.AsyncClient, year: Year) -> None:
    rows = {(row[0], row[1]): row[2:] for row in await table(anna, "cashiers", "period=year")}
    groups = year.receipts.partition_by("cashier", "branch_id", as_dict=True)
    assert len(rows) == len(groups)
    for (cashier, branch_id), own in groups.items():
        row = rows[cashier or "касса не назвала", "Восток" if branch_id == str(year.east) else "Арбат"]
        came_back = len(year.returned.filter(cashier=cashier, branch_id=branch_id))
        assert row == [
            money(total(own)),
            percent(total(own), total(year.receipts)),
            None,  # nothing was sold the year before
            len(own),
            mean(own),
            half_up(total(own, "lines"), len(own)),
            percent(len(own.filter("card")), len(own)),
            money(total(own, "discount_minor")),
            money(total(own, "redeemed_minor")),
            percent(came_back, len(own) + came_back),
        ]


async def goods_share_out_the_revenue(anna: httpx.AsyncClient, year: Year) -> None:
    for block in ("products", "categories"):
        rows = await table(anna, block, "period=year")
        revenue = sum(row[1] for row in rows if isinstance(row[1], Decimal))
        assert revenue == money(total(year.receipts)), block
        assert all(row[2] == percent(int(row[1] * 100), int(revenue * 100)) for row in rows)  # type: ignore[operator]
    assert rows[0][0] == "Без категории"


async def those_who_began_in_a_month_are_followed_from_it(anna: httpx.AsyncClient, year: Year) -> None:
    retention = await table(anna, "retention", "period=year")
    revenue = await table(anna, "cohort_revenue", "period=year")
    card = year.receipts.filter("card")
    began = {
        member: min(own["day"]).replace(day=1)
        for (member,), own in card.partition_by("member_id", as_dict=True).items()
    }
    cohorts = sorted(set(began.values()))
    assert [row[0] for row in retention] == [*map(str, cohorts), "Все месяцы"]
    for place, cohort in enumerate(cohorts):
        members = [member for member, month in began.items() if month == cohort]
        own = card.filter(pl.col("member_id").is_in(members))
        assert retention[place][1] == revenue[place][1] == len(members)
        assert len(retention[place]) == 2 + len(range(cohorts[0].month, LAST_ON.month + 1))
        for later in range(len(retention[place]) - 2):
            month = date(2026, cohort.month + later, 1) if cohort.month + later <= LAST_ON.month else None
            if month is None:
                assert retention[place][2 + later] is None
                continue
            in_month = own.filter(pl.col("day").dt.month() == month.month)
            until = own.filter(pl.col("day").dt.month() <= month.month)
            assert retention[place][2 + later] == percent(in_month["member_id"].n_unique(), len(members))
            brought = half_up(total(until), len(members), 0)
            assert revenue[place][2 + later] == (brought and brought.scaleb(-2))


async def steps_are_of_those_who_began_in_the_period(anna: httpx.AsyncClient, year: Year) -> None:
    last = date(2026, 3, 31)
    rows = await table(anna, "steps", f"period=custom&from={FIRST_ON}&until={last}")
    card = year.receipts.filter("card").sort("occurred_at", "id")
    days = [list(own["day"]) for own in card.partition_by("member_id")]
    paths = [path for path in days if path[0] <= last]
    assert paths
    for number in range(1, 5):
        made = [path for path in paths if len(path) >= number]
        row = rows[number - 1]
        assert row[1:3] == [len(made), percent(len(made), len(paths))]
        if number > 1:
            gaps = sorted((path[number - 1] - path[number - 2]).days for path in made)
            before = sum(len(path) >= number - 1 for path in paths)
            assert row[3] == percent(len(made), before)
            assert row[4] == percent(sum(gap <= 30 for gap in gaps), before)
            assert row[5] == (gaps[(len(gaps) - 1) // 2] if gaps else None)


async def test_of_a_long_table_a_page_of_several_shows_the_beginning_and_leads_to_all(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        for number in range(ROWS_AMONG_OTHERS + 1):
            lines = [{"sku": f"S{number:02}", "quantity_milli": 1000, "amount_minor": 100_00 + number}]
            await report(
                till, "/v1/purchases", {"external_id": f"R-{number}", "currency": "RUB", "lines": lines}
            )
    await fold_tenant(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        among = (await anna.get("/reports/blocks/products", headers={"hx-request": "true"})).text
        alone = (await anna.get("/reports/blocks/products")).text
        link = '<a class="link" href="/reports/blocks/products?">Все строки: 16</a>'
        assert ("S01" in among, "S00" in among, link in among) == (True, False, True)
        assert ("S01" in alone, "S00" in alone, link in alone) == (True, True, False)
        assert len(await table(anna, "products")) == ROWS_AMONG_OTHERS + 1
