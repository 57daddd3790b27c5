"""Every block of the dashboard through the door is what Polars makes of the receipts themselves, to the cent.

F112, F113, F122, F203.
"""

from datetime import date, timedelta
from fractions import Fraction

import httpx
import polars as pl
import pytest
from tests.conftest import SetClock
from tests.office.conftest import email_of, plain, signed_in
from tests.office.reports.expected import (
    Cell,
    expected_figures,
    expected_margin,
    firsts,
    goods,
    half_up,
    mean,
    money,
    of_month,
    percent,
    table,
    total,
)
from tests.office.reports.year import LAST_ON, PHONES, Year, a_year
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.folding import fold_tenant
from plushka.platform.database import Database

QUARTER = (date(2026, 7, 1), LAST_ON)
QUARTER_BEFORE = (date(2026, 4, 1), date(2026, 4, 20))
MONTHS = [date(2026, month, 1) for month in range(3, 8)]


async def test_every_block_is_what_a_second_count_makes_of_the_receipts(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    year = await a_year(app, cast.anna, database, clock)
    async with signed_in(app, staff["owner"]) as anna:
        await figures_and_those_before_are_those_of_the_receipts(anna, year)
        await figures_of_one_branch_are_its_own_with_the_points_of_its_receipts(anna, year)
        await points_are_those_of_the_journal(anna, database, cast, clock)
        await three_months_stand_side_by_side_with_a_card_and_without(anna, year)
        await months_of_revenue_and_of_repeat_purchases(anna, year)
        await the_base_by_month_knows_who_joined_who_bought_and_who_bought_first(anna, year)
        await averages_of_the_year_and_of_all_time(anna, year)
        await the_best_buyers_come_first_and_everybody_is_of_one_kind(anna, year)
        await a_year_before_the_first_member_says_that_it_was_so(anna)


@pytest.mark.usefixtures("shop", "staff")
async def test_who_may_not_see_margin_sees_none_in_pages_and_files(
    app: Plushka, database: Database, clock: SetClock, cast: Cast
) -> None:
    await fold_tenant(database, clock, cast.anna.tenant_id)
    async with database.transaction(cast.anna.tenant_id, actor="test:cost", at=clock.now()) as tx:
        await tx.execute(
            "update sales_days set costed_minor = revenue_minor, cost_minor = 1 where tenant_id = $1",
            tx.tenant_id,
        )
    for role, sees in (("marketer", False), ("accountant", True)):
        async with signed_in(app, email_of(role)) as browser:  # type: ignore[arg-type]
            for block in ("figures", "financial"):
                page = (await browser.get(f"/reports/blocks/{block}?period=year")).text
                assert "Выручка" in page
                assert ("Маржа" in page, "Себестоимость" in page) == (sees, sees)


async def figures_and_those_before_are_those_of_the_receipts(anna: httpx.AsyncClient, year: Year) -> None:
    rows = {str(row[0]): row[1:] for row in await table(anna, "figures", "period=quarter")}
    now = expected_figures(year, year.within(*QUARTER), *QUARTER)
    before = expected_figures(year, year.within(*QUARTER_BEFORE), *QUARTER_BEFORE)
    assert {name: rows[name][0] for name in now} == now
    assert {name: rows[name][1] for name in before} == before
    assert now["Скидки"] != 0 != now["Оплачено бонусами"]
    assert now["Возвращено денег"] != 0
    revenue, earlier = total(year.within(*QUARTER)), total(year.within(*QUARTER_BEFORE))
    assert rows["Выручка"][2] == percent(revenue - earlier, earlier)
    # Of shares it is told by how many points of per cent they differ, worked out before they are rounded.
    assert rows["Проникновение, %"][2] == half_up(
        100 * (_with_card(year, QUARTER) - _with_card(year, QUARTER_BEFORE)), 1
    )


@pytest.mark.usefixtures("shop", "staff")
async def test_sums_that_wait_to_be_added_up_are_told_to_be_late(
    app: Plushka, database: Database, clock: SetClock, cast: Cast
) -> None:
    async with signed_in(app, email_of("owner")) as browser:
        for minutes, is_late in ((9, False), (2, True)):
            clock.at += timedelta(minutes=minutes)
            page = (await browser.get("/reports/blocks/figures")).text
            assert ("пока не посчитано" in page) == is_late
        await fold_tenant(database, clock, cast.anna.tenant_id)
        assert "пока не посчитано" not in (await browser.get("/reports/blocks/figures")).text


def _with_card(year: Year, days: tuple[date, date]) -> Fraction:
    frame = year.within(*days)
    return Fraction(len(frame.filter("card")), len(frame))


async def figures_of_one_branch_are_its_own_with_the_points_of_its_receipts(
    anna: httpx.AsyncClient, year: Year
) -> None:
    first, last = date(2026, 3, 1), LAST_ON
    rows = await table(anna, "figures", f"period=custom&from={first}&until={last}&branch=east&compare=none")
    own = year.within(first, last).filter(pl.col("branch_id") == str(year.east))
    of_east = Year(
        year.receipts, year.returned, year.refunds.filter(pl.col("branch_id") == str(year.east)), year.east
    )
    assert dict(rows) == {  # type: ignore[arg-type]
        **expected_figures(of_east, own, first, last),
        "Бонусы за покупки": total(own, "earned_points"),
        "Бонусы, списанные в покупках": total(own, "redeemed_points"),
    }
    assert total(own, "earned_points") > 0 < total(own, "redeemed_points")
    page = (await anna.get("/reports/blocks/figures?period=year&branch=east")).text
    assert "не относятся ни к какой точке" in page
    assert "Сгорело бонусов" not in page


async def points_are_those_of_the_journal(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    rows = {row[0]: row[1] for row in await table(anna, "figures", "period=year")}
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        moved = await tx.fetchrow(
            """
            select sum(points) filter (where kind = 'accrue') as issued,
                   sum(points) filter (where kind = 'redeem')
                   - sum(points) filter (where kind = 'restore') as spent
            from postings where tenant_id = $1
            """,
            cast.anna.tenant_id,
        )
    assert moved is not None
    told = [rows[name] for name in ("Выдано бонусов", "Списано бонусов", "Сгорело бонусов")]
    assert told == [moved["issued"], moved["spent"], 0]
    assert rows["Новые клиенты"] == len(PHONES)


async def three_months_stand_side_by_side_with_a_card_and_without(
    anna: httpx.AsyncClient, year: Year
) -> None:
    rows = await table(anna, "financial", "period=quarter")
    by_name: dict[str, list[Cell | None]] = {str(row[0]): row[1:] for row in rows}
    place = 0
    for month in reversed(MONTHS[-3:]):
        whole = of_month(year.receipts, month)
        for side in (whole.filter("card"), whole.filter(~pl.col("card")), whole):
            given = total(side, "discount_minor") + total(side, "redeemed_minor")
            costed, cost = goods(side)
            told = {name: cells[place] for name, cells in by_name.items()}
            assert told == {
                "Выручка": money(total(side)),
                "Доля выручки, %": percent(total(side), total(whole)),
                "Чеки": len(side),
                "Средний чек": mean(side),
                **{
                    name: expected_margin(costed, cost)[name] for name in ("Себестоимость", "Маржа") if costed
                },
                "Скидки и списания": money(given),
                "Скидки и списания, доля, %": percent(given, total(side)),
            }
            place += 1


async def months_of_revenue_and_of_repeat_purchases(anna: httpx.AsyncClient, year: Year) -> None:
    revenue = await table(anna, "revenue_months", "period=year")
    repeats = await table(anna, "repeat_months", "period=year")
    assert [row[0] for row in revenue] == [*[f"{month:%Y-%m-%d}" for month in MONTHS], "Все месяцы"]
    first_ones = list(firsts(year))
    for place, month in enumerate([*MONTHS, None]):
        frame = year.receipts if month is None else of_month(year.receipts, month)
        card = frame.filter("card")
        assert revenue[place][1:5] == [
            money(total(card)),
            money(total(frame) - total(card)),
            money(total(frame)),
            percent(total(card), total(frame)),
        ]
        first = len(card.filter(pl.col("id").is_in(first_ones)))
        assert repeats[place][1:4] == [len(card), first, percent(len(card) - first, len(card))]


async def the_base_by_month_knows_who_joined_who_bought_and_who_bought_first(
    anna: httpx.AsyncClient, year: Year
) -> None:
    rows = {row[0]: row[1:] for row in await table(anna, "base", "period=month")}
    card = year.receipts.filter("card")
    first_ones = card.filter(pl.col("id").is_in(list(firsts(year))))
    for month in MONTHS:
        bought = of_month(card, month)["member_id"].n_unique()
        base, _, joined, first, buyers, share = rows[f"{month:%Y-%m-%d}"]
        assert [base, joined] == [len(PHONES), len(PHONES) if month == MONTHS[0] else 0]
        assert first == len(of_month(first_ones, month))
        assert [buyers, share] == [bought, percent(bought, len(PHONES))]


async def averages_of_the_year_and_of_all_time(anna: httpx.AsyncClient, year: Year) -> None:
    card = year.receipts.filter("card")
    ever = card.group_by("member_id").len().filter(pl.col("len") >= 2)["member_id"]
    active = card.filter(pl.col("member_id").is_in(list(ever)))
    rows = {row[0]: row[1] for row in await table(anna, "averages")}
    revenue = half_up(total(active), len(ever), 0)
    assert rows == {
        "Средний чек": mean(year.receipts),
        "Выручка с активного покупателя": revenue and revenue.scaleb(-2),
        "Покупок у активного покупателя": half_up(len(active), len(ever)),
        "Позиций в чеке активного покупателя": half_up(total(active, "lines"), len(active)),
    }
    life = {row[0]: row[1] for row in await table(anna, "lifetime")}
    buyers = card["member_id"].n_unique()
    told = [life[name] for name in ("Чеки", "Позиций", "Покупателей")]
    assert told == [half_up(len(card), buyers), half_up(total(card, "lines"), buyers), buyers]


async def the_best_buyers_come_first_and_everybody_is_of_one_kind(
    anna: httpx.AsyncClient, year: Year
) -> None:
    card = year.receipts.filter("card")
    spent = card.group_by("member_id").agg(pl.col("revenue").sum(), pl.len()).sort("revenue", descending=True)
    best = await table(anna, "best", "period=year")
    assert [row[1] for row in best] == [money(each) for each in spent["revenue"]]
    assert [row[2] for row in best] == list(spent["len"])
    people = await table(anna, "people", "period=year")
    assert [row[:3] for row in people] == [["Пол не указан", "возраст не указан", len(PHONES)]]
    assert people[0][5] == money(total(card))


async def a_year_before_the_first_member_says_that_it_was_so(anna: httpx.AsyncClient) -> None:
    days = "period=custom&from=2020-01-01&until=2020-12-31"
    base = (await anna.get(f"/reports/blocks/base?{days}")).text
    assert "В этих месяцах клиентов ещё не было" in base
    assert "Ещё никто не записался" not in base
    people = plain((await anna.get(f"/reports/blocks/people?{days}")).text)
    assert "Клиенты и их возраст — на 20 июля" in people
