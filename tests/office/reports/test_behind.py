"""Every figure leads to what it is of, and what is listed there comes to the figure."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import httpx
from tests.conftest import SetClock
from tests.office.conftest import signed_in
from tests.office.reports.reading import (
    Listed,
    counted_members,
    listed,
    moved_points,
    read_rows,
    read_tiles,
    rows_of,
    tiles_of,
)
from tests.office.reports.year import a_year
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.platform.database import Database

CENT = Decimal("0.01")
TOLD_OF_RECEIPTS = {"Чеки", "Чеки с товаром", "Первые покупки", "Выручка", "Покупателей"}
EAST = "branch=arbat&branch=east"
"""Two of the three branches."""
TABLES = [
    *((block, query) for block in (
        "sales_days", "hours", "branches", "cashiers", "revenue_months", "repeat_months", "financial",
        "categories", "products", "mechanics",
    ) for query in ("period=year", f"period=custom&from=2026-04-10&until=2026-06-20&{EAST}")),
    ("base", "period=year"), ("people", "period=year"), ("steps", "period=custom&from=2026-03-01&until=2026-05-31"),
    ("retention", "period=year"), ("cohort_revenue", "period=year"), ("averages", "period=year"),
    ("payback_boosters", "period=year"),
]  # fmt: skip
ONLY_SHARES = {"retention", "payback_boosters"}
RECEIPTS = {"Чеки", "Чеки с картой", "Первые покупки", "Все"}
REVENUE = {"Выручка", "Выручка с картой"}
MEMBERS = {"Клиенты", "Купили", "Купили впервые", "Покупатели"}
MEANS = {"Средний чек"}
ISSUED = {"Начислено", "Потрачено", "Сгорело"}


async def test_lists_behind_figures_come_to_them(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    await a_year(app, cast.anna, database, clock)
    async with signed_in(app, staff["owner"]) as anna:
        await tiles_are_of_the_receipts_that_they_lead_to(anna)
        await what_came_back_is_told_by_its_own_day(anna)
        for block, query in TABLES:
            await a_table_is_of_the_receipts_that_it_leads_to(anna, block, query)
        await members_are_those_who_are_listed(anna)
        await points_are_those_of_the_movements_that_are_listed(anna)
        await facts_of_the_base_are_of_those_who_are_listed(anna)
        await programmes_are_of_the_movements_that_they_lead_to(anna)


async def programmes_are_of_the_movements_that_they_lead_to(anna: httpx.AsyncClient) -> None:
    tiles = await read_tiles(anna, "/engagement/programs")
    told = {}
    for title, sign in (
        ("Выдано бонусов", 1),
        ("Списано бонусов", -1),
        ("Сгорело бонусов", -1),
        ("Сейчас на счетах", 1),
    ):
        (shown,) = tiles[title]
        came, went = await moved_points(anna, shown.href)
        told[title] = sign * (came - went)
        if title != "Сейчас на счетах":
            assert shown.number == told[title], title
    owed = tiles["Сейчас на счетах"][0].number - told["Сейчас на счетах"]
    assert owed == (await tiles_of(anna, "points_reserve", ""))["Долг клиентов"][0].number


async def tiles_are_of_the_receipts_that_they_lead_to(anna: httpx.AsyncClient) -> None:
    for query in ("period=quarter", "period=quarter&branch=east"):
        tiles = await tiles_of(anna, "figures", query)
        for place in (0, 1):
            behind = {
                title: await listed(anna, values[place].href)
                for title, values in tiles.items()
                if values[place].href.startswith("/receipts?")
            }
            told = {title: values[place].number for title, values in tiles.items()}
            card = behind["Средний чек с картой"]
            assert told["Выручка"] == behind["Выручка"].revenue
            assert told["Чеки"] == behind["Чеки"].receipts
            assert told["Средний чек с картой"] == rounded(card.mean)
            assert told["Проникновение"] == share(card.receipts, behind["Чеки"].receipts)
            assert told["Первые покупки"] == behind["Первые покупки"].receipts
            assert told["Повторные покупки"] == share(behind["Повторные покупки"].receipts, card.receipts)
            assert told["Вовлечённость"] == share(behind["Вовлечённость"].receipts, card.receipts)
            assert told["Возвращено денег"] == behind["Возвращено денег"].given_back


async def what_came_back_is_told_by_its_own_day(anna: httpx.AsyncClient) -> None:
    is_of_earlier = False
    for first, last in (
        (date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1)) for month in range(4, 8)
    ):
        shown, _ = (await tiles_of(anna, "figures", f"period=custom&from={first}&until={last}"))[
            "Возвращено денег"
        ]
        behind = await listed(anna, shown.href)
        bought_then = await listed(anna, f"{shown.href}&from={first}&to={last}")
        assert shown.number == behind.given_back > 0
        is_of_earlier |= bought_then.receipts < behind.receipts
    assert is_of_earlier


async def a_table_is_of_the_receipts_that_it_leads_to(
    anna: httpx.AsyncClient, block: str, query: str
) -> None:
    titles, rows = await rows_of(anna, block, query)
    assert rows, block
    seen: dict[str, Listed] = {}
    compared = 0
    for row in rows:
        for title, cell in zip(titles, row, strict=True):
            if not cell.href.startswith("/receipts?") or cell is row[0]:
                continue
            if cell.href not in seen:
                seen[cell.href] = await listed(anna, cell.href)
            if (expected := told_of(block, title, row[0].text, seen[cell.href])) is not None:
                compared += 1
                assert cell.number == expected, (block, query, row[0].text, title, cell, seen[cell.href])
    assert compared or block in ONLY_SHARES, block


def told_of(block: str, title: str, row: str, found: Listed) -> Decimal | None:
    """Return the figure that a list comes to; None of figures that it only is the whole of."""
    figures = dict.fromkeys(RECEIPTS, found.receipts) | dict.fromkeys(REVENUE, found.revenue)
    figures |= dict.fromkeys(MEMBERS, found.members) | dict.fromkeys(MEANS, rounded(found.mean))
    match block:
        case "hours":
            return found.receipts
        case "revenue_months":
            return found.revenue if "оля" not in title else None
        case "financial" | "averages":
            of_buyer = rounded(found.revenue / found.members) if found.members else None
            return {**figures, "Выручка с активного покупателя": of_buyer}.get(row)
        case "categories" | "products":
            # Of goods other figures are of their lines alone.
            return found.receipts if title == "Чеки" else None
        case _:
            return figures.get(title)


async def members_are_those_who_are_listed(anna: httpx.AsyncClient) -> None:
    for block in ("base", "people"):
        titles, rows = await rows_of(anna, block, "period=year")
        for row in rows:
            for title, cell in zip(titles, row, strict=True):
                if cell.href.startswith("/members?") and title in {"База", "Новые клиенты", "Клиенты"}:
                    assert cell.number == await counted_members(anna, cell.href), (block, row[0].text, title)


async def facts_of_the_base_are_of_those_who_are_listed(anna: httpx.AsyncClient) -> None:
    tiles = {title: value for title, (value, *_) in (await tiles_of(anna, "loyalty", "period=year")).items()}
    buyers = await listed(anna, tiles["Покупателей"].href)
    assert tiles["Покупателей"].number == buyers.members > 0
    assert tiles["Средний чек с картой, 2026"].number == rounded(
        (await listed(anna, tiles["Средний чек с картой, 2026"].href)).mean
    )


async def points_are_those_of_the_movements_that_are_listed(anna: httpx.AsyncClient) -> None:
    month = f"period=custom&from={date(2026, 5, 1)}&until={date(2026, 5, 31)}"
    tiles = await tiles_of(anna, "figures", month)
    came, _ = await moved_points(anna, tiles["Выдано бонусов"][0].href)
    back, spent = await moved_points(anna, tiles["Списано бонусов"][0].href)
    assert (tiles["Выдано бонусов"][0].number, tiles["Списано бонусов"][0].number) == (came, spent - back)
    assert came > 0 < spent
    for block, titles in (
        ("points_movement", {"Бонусы"}),
        ("points_days", {"Есть у клиентов"}),
        ("points_issues", ISSUED),
    ):
        heads, rows = await rows_of(anna, block, month)
        compared = 0
        for row in rows:
            for title, cell in zip(heads, row, strict=True):
                if title in titles and cell.href:
                    came, went = await moved_points(anna, cell.href)
                    # What members owe is in the movements, too.
                    owed = row[heads.index("Долг")].number if block == "points_days" else 0
                    assert abs(cell.number) - owed == abs(came - went), (
                        block,
                        row[0].text,
                        title,
                        cell,
                        came,
                        went,
                    )
                    compared += 1
        assert compared, (block, heads)


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def share(part: Decimal, whole: Decimal) -> Decimal:
    return rounded(100 * part / whole) if whole else Decimal(0)


async def test_cells_of_reports_of_ones_own_lead_to_their_receipts(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    await a_year(app, cast.anna, database, clock)
    async with signed_in(app, staff["owner"]) as anna:
        for query in (
            "row=month&row=branch&measure=receipts&measure=revenue&measure=buyers&parts=on",
            "row=weekday&column=card&view=pivot&measure=receipts&measure=revenue",
            "row=cashier&row=first&measure=receipts&measure=revenue",
            "row=hour&row=spends&measure=receipts&if=card&is.card=with",
            "row=week&measure=firsts&measure=revenue",
            "row=tier&measure=receipts&measure=revenue",
            "row=member&measure=receipts&measure=revenue&if=tier&is.tier=",
            "row=age&row=sex&measure=receipts&if=weekday&is.weekday=1&is.weekday=2&is.weekday=6",
            "row=joined_month&row=joined_from&measure=receipts&measure=ratings",
        ):
            await an_answer_leads_to_its_receipts(anna, f"source=receipts&{query}")
        for query in (
            "row=product&measure=receipts",
            "row=brand&row=kind&measure=receipts&measure=buyers",
            "row=product&row=category&measure=receipts&if=cashier&is.cashier=Ольга&not.cashier=on",
        ):
            await an_answer_leads_to_its_receipts(anna, f"source=lines&{query}")
        await members_of_an_answer_are_listed(anna)
        await movements_of_an_answer_are_listed(anna)


SPAN = f"span=custom&from={date(2026, 4, 10)}&until={date(2026, 6, 20)}"


async def an_answer_leads_to_its_receipts(anna: httpx.AsyncClient, query: str) -> None:
    titles, rows = await read_rows(anna, f"/reports/constructor/answer?{query}&{SPAN}")
    assert rows, query
    for row in rows:
        for title, cell in zip(titles, row, strict=True):
            if not cell.number or title not in TOLD_OF_RECEIPTS:
                continue
            assert cell.href.startswith("/receipts?"), (query, row[0].text, title)
            found = await listed(anna, cell.href)
            told = {
                "Чеки": found.receipts, "Чеки с товаром": found.receipts, "Первые покупки": found.receipts,
                "Выручка": found.revenue, "Покупателей": found.members,
            }  # fmt: skip
            assert cell.number == told.get(title), (query, row[0].text, title, cell, found)


async def members_of_an_answer_are_listed(anna: httpx.AsyncClient) -> None:
    for query in (
        "row=visits&row=sex&measure=members&measure=bought",
        "row=joined_from&row=joined_month&measure=members&measure=bought&if=sex&is.sex=male&not.sex=on",
        "row=group&row=last_month&measure=members",
    ):
        titles, rows = await read_rows(anna, f"/reports/constructor/answer?source=members&{query}&span=all")
        assert rows, query
        for row in rows:
            for title, cell in zip(titles, row, strict=True):
                if cell.number and title in {"Клиенты", "Из них покупали"}:
                    assert cell.number == await counted_members(anna, cell.href), (query, row[0].text, title)


async def movements_of_an_answer_are_listed(anna: httpx.AsyncClient) -> None:
    measures = {"issued": 1, "spent": -1, "burned": -1, "reversed": -1}
    for query in ("row=month", "row=tier", "row=movement&row=joined_month", "row=to&row=member"):
        asked = "&".join(f"measure={measure}" for measure in measures)
        titles, rows = await read_rows(
            anna, f"/reports/constructor/answer?source=points&{query}&{asked}&{SPAN}"
        )
        assert rows, query
        for row in rows:
            figures = row[len(titles) - len(measures) :]
            for (measure, sign), cell in zip(measures.items(), figures, strict=True):
                if cell.number:
                    came, went = await moved_points(anna, cell.href)
                    assert cell.number == sign * (came - went), (
                        query,
                        measure,
                        row[0].text,
                        cell,
                        came,
                        went,
                    )
