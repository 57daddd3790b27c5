"""Points as money through the door: every figure is what a second count makes of the journal, and the books agree."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import httpx
import polars as pl
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, Shop, email_of, plain, signed_in
from tests.office.reports.expected import percent, table
from tests.office.reports.year import LAST_ON, a_year
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.folding import fold_tenant
from plushka.domain.audit.queries import list_entries
from plushka.domain.insights.points.accounts import EXAMPLE
from plushka.platform.database import Database, Tx

ZONE = ZoneInfo("Europe/Moscow")
FIRST_ON = date(2026, 4, 10)
QUERY = f"period=custom&from={FIRST_ON}&until={LAST_ON}"
OWN = ("available", "pending", "held")
HX = {"hx-request": "true"}


async def journal(tx: Tx) -> pl.DataFrame:
    """Return a row for each movement of points, by the business's calendar."""
    rows = await tx.fetch(
        "select at, debit, credit, points, lot_id from postings where tenant_id = $1", tx.tenant_id
    )
    lots = {row["id"]: row["earned_at"] for row in await tx.fetch("select id, earned_at from lots")}
    return pl.DataFrame(
        [
            {
                "day": row["at"].astimezone(ZONE).date(),
                "month": row["at"].astimezone(ZONE).date().replace(day=1),
                "earned": lots[row["lot_id"]].astimezone(ZONE).date().replace(day=1)
                if row["lot_id"]
                else None,
                "debit": row["debit"],
                "credit": row["credit"],
                "points": row["points"],
            }
            for row in rows
        ]
    )


def points(frame: pl.DataFrame) -> int:
    return sum(frame["points"].to_list())


def balance(frame: pl.DataFrame, *accounts: str) -> int:
    came = points(frame.filter(pl.col("credit").is_in(accounts)))
    return came - points(frame.filter(pl.col("debit").is_in(accounts)))


async def test_every_figure_is_what_polars_makes_of_the_journal(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    await a_year(app, cast.anna, database, clock)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        frame = await journal(tx)
        lots = await tx.fetch("select * from lots where pending + available + held > 0")
    async with signed_in(app, staff["owner"]) as anna:
        await days_end_as_the_journal_says(anna, frame)
        await what_moved_is_between_beginning_and_end(anna, frame)
        await all_that_was_issued_is_somewhere(anna, frame)
        await months_of_issue_are_followed(anna, frame)
        ages = await table(anna, "points_ages", QUERY)
        assert ages[-1][3] == balance(frame, *OWN)
        expected: dict[str, int] = defaultdict(int)
        for lot in lots:
            age = (LAST_ON - lot["earned_at"].astimezone(ZONE).date()).days
            name = next((f"{a}–{b}" for a, b in ((0, 30), (31, 90), (91, 180), (181, 365)) if age <= b), "")
            expected[name] += lot["pending"] + lot["available"] + lot["held"]
        assert {row[0]: row[3] for row in ages[:-1]} == expected
        reserve = {row[0]: row[1] for row in await table(anna, "points_reserve", QUERY)}
        assert reserve["Есть у клиентов"] == balance(frame, *OWN)
        assert reserve["В деньгах"] == balance(frame, *OWN)
        assert reserve["Долг клиентов"] == -balance(frame, "debt")


async def days_end_as_the_journal_says(anna: httpx.AsyncClient, frame: pl.DataFrame) -> None:
    rows = await table(anna, "points_days", QUERY)
    days = [FIRST_ON + timedelta(days=place) for place in range((LAST_ON - FIRST_ON).days + 1)]
    assert [row[0] for row in rows] == [str(day) for day in reversed(days)]
    for row in rows:
        until = frame.filter(pl.col("day") <= date.fromisoformat(str(row[0])))
        have, debt = balance(until, *OWN), -balance(until, "debt")
        # A point buys a rouble, and is a rouble in money therefore.
        assert row[1:] == [*(balance(until, one) for one in OWN), have, have, debt, debt, 1]


async def what_moved_is_between_beginning_and_end(anna: httpx.AsyncClient, frame: pl.DataFrame) -> None:
    rows = await table(anna, "points_movement", QUERY)
    before, within = frame.filter(pl.col("day") < FIRST_ON), frame.filter(pl.col("day") >= FIRST_ON)
    assert rows[0][3:] == [balance(before, *OWN, "debt")] * 2
    assert rows[-1][3:] == [balance(frame, *OWN, "debt")] * 2
    named = {
        "Начислены бонусы": within.filter(debit="issued"),
        "Возвращены потраченные бонусы": within.filter(debit="spent"),
        "Потрачены бонусы": within.filter(credit="spent"),
        "Бонусы сгорели": within.filter(credit="burned"),
        "Отозвано при возвратах": within.filter(credit="reversed"),
    }
    for row in rows[1:-1]:
        own = named.pop(str(row[0]))
        assert abs(int(row[3])) == points(own) == abs(int(row[4]))  # type: ignore[arg-type]
    assert all(own.is_empty() for own in named.values())
    page = plain((await anna.get(f"/reports/blocks/points_movement?{QUERY}", headers=HX)).text)
    assert "✓ Начало и движения дают конец" in page


async def all_that_was_issued_is_somewhere(anna: httpx.AsyncClient, frame: pl.DataFrame) -> None:
    rows = {row[0]: row[1:] for row in await table(anna, "points_identity")}
    came = sum(points(frame.filter(debit=one)) for one in ("issued", "spent", "adjusted", "forgiven"))
    came += points(frame.filter(debit="reversed"))
    assert rows["Вместе"] == [came, came, 100]
    assert rows["Доступно клиентам"] == [
        None,
        balance(frame, "available"),
        percent(balance(frame, "available"), came),
    ]
    assert rows["Потрачены бонусы"][1] == points(frame.filter(credit="spent"))
    page = plain((await anna.get("/reports/blocks/points_identity", headers=HX)).text)
    assert "✓ Журнал и бонусные счета клиентов сходятся до бонуса" in page


async def months_of_issue_are_followed(anna: httpx.AsyncClient, frame: pl.DataFrame) -> None:
    rows = await table(anna, "points_issues", QUERY)
    months = sorted(set(frame["earned"].drop_nulls()), reverse=True)
    assert [row[0] for row in rows] == [str(month) for month in months]
    shares = {row[0]: row[1:] for row in await table(anna, "points_spent_ages", QUERY)}
    for row, month in zip(rows, months, strict=True):
        own = frame.filter(earned=month)
        granted, spent = points(own.filter(debit="issued")), balance(own, "spent")
        assert row[2] == granted
        assert row[4:7] == [spent, balance(own, "burned"), balance(own, *OWN)]
        kept = granted - int(row[3])  # type: ignore[arg-type]
        assert row[7:] == [percent(spent, kept), percent(balance(own, "burned"), kept)]
        whole = [own.filter(pl.col("month") <= end) for end in whole_months(month)]
        told = [percent(balance(until, "spent"), granted) for until in whole]
        assert [share for share in shares[str(month)] if share is not None] == told
    # Four whole months are too few for an estimate.
    page = plain((await anna.get(f"/reports/blocks/points_reserve?{QUERY}", headers=HX)).text)
    assert "Сколько сгорит, сказать пока нельзя: нужно целых месяцев выдачи 6, есть 4." in page
    assert "Сгорит от" not in page


def whole_months(month: date) -> list[date]:
    months = []
    while month < LAST_ON.replace(day=1):
        months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return months


async def entries(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, dsn: str, grain: str
) -> list[list[str]]:
    started = await anna.post(f"/reports/points/export?{QUERY}", data={"grain": grain})
    assert started.status_code == httpx.codes.SEE_OTHER
    assert await do_all_tasks(database, clock, dsn) == 1
    file = await anna.get(f"{started.headers['location']}/file")
    assert f"provodki-bonusov-{FIRST_ON}-{LAST_ON}.csv" in file.headers["content-disposition"]
    assert file.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.usefixtures("staff")
async def test_the_files_for_the_books_come_to_the_page_and_have_the_owners_accounts(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    await a_year(app, cast.anna, database, clock)
    async with signed_in(app, email_of("owner")) as anna:
        chosen = {
            f"{entry}-{side}": getattr(pair, side)
            for entry, pair in EXAMPLE.items()
            for side in ("debit", "credit")
        }
        assert (
            await anna.post("/reports/points/accounts", data={**chosen, "issued-debit": ""})
        ).status_code == httpx.codes.UNPROCESSABLE_ENTITY
        saved = await anna.post(
            "/reports/points/accounts", data={**chosen, "issued-debit": "44.01", "issued-credit": "96.09"}
        )
        assert saved.status_code == httpx.codes.SEE_OTHER
        moved = {row[0]: row for row in (await table(anna, "points_movement", QUERY))[1:-1]}
        assert moved["Начислены бонусы"][1:3] == [Decimal("44.01"), Decimal("96.09")]
        for grain in ("days", "movements"):
            heading, *rows = await entries(anna, database, clock, owner_dsn, grain)
            assert heading[:8] == [
                "Дата", "Номер документа", "Дебет", "Кредит", "Сумма", "Валюта", "Содержание", "Бонусы",
            ]  # fmt: skip
            sums: dict[str, Decimal] = defaultdict(Decimal)
            for row in rows:
                assert row[5] == "RUB"
                sums[row[6].partition(",")[0]] += Decimal(row[4].replace(",", "."))
                if row[6].startswith("Начислены"):
                    assert row[2:4] == ["44.01", "96.09"]
            assert sums == {name: abs(row[4]) for name, row in moved.items()}  # type: ignore[arg-type]
        # Of a member it is told only how their card or phone ends, and the receipt by its number.
        assert all(row[9] == "" or (len(row[9]) == 5 and row[9][0] == "…") for row in rows)
        assert any(row[8].startswith("R-") for row in rows)
        again = await anna.post("/reports/points/accounts", data={"do": "example"})
        assert again.status_code == httpx.codes.SEE_OTHER
        moved = {row[0]: row for row in (await table(anna, "points_movement", QUERY))[1:-1]}
        assert moved["Начислены бонусы"][1:3] == [44, 96]
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        done = [entry.action for entry in await list_entries(tx, limit=100)]
    assert done.count("points_accounts.change") == 2
    assert "task.leave" in done


async def test_a_mark_is_never_assumed(
    anna: httpx.AsyncClient, cast: Cast, shop: Shop, database: Database, clock: SetClock
) -> None:
    await fold_tenant(database, clock, cast.anna.tenant_id)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute("update wallets set available = available + 7 where member_id = $1", shop.member_id)
    page = plain((await anna.get("/reports/blocks/points_identity", headers=HX)).text)
    assert "✓" not in page
    assert "✗ Журнал и счета клиентов расходятся на −7 бонусов" in page


@pytest.mark.usefixtures("shop")
async def test_behind_a_line_of_lots_are_its_members(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    await fold_tenant(database, clock, cast.anna.tenant_id)
    block = (await anna.get("/reports/blocks/points_burns", headers=HX)).text
    assert "part=burns-" in block
    for part in ("age-0", "nonsense", "burns-99", "age-٣"):
        assert (await anna.get(f"/reports/blocks/points_holders?part={part}")).status_code == httpx.codes.OK
    rows = await table(anna, "points_holders", "part=age-0")
    assert [row[0] for row in rows] == [MEMBER]


@pytest.mark.usefixtures("shop")
async def test_without_points_each_block_says_what_will_fill_it(eve: httpx.AsyncClient) -> None:
    for name in (
        "reserve",
        "days",
        "movement",
        "identity",
        "ages",
        "burns",
        "issues",
        "spent_ages",
        "burned_ages",
    ):
        answer = await eve.get(f"/reports/blocks/points_{name}", headers=HX)
        assert answer.status_code == httpx.codes.OK
        assert "Бонусов ещё нет" in answer.text, name


@pytest.mark.usefixtures("shop", "staff")
async def test_the_cost_of_goods_is_for_who_may_see_it_and_the_books_for_who_keeps_them(app: Plushka) -> None:
    async with signed_in(app, email_of("marketer")) as marketer:
        page = (await marketer.get("/reports/points")).text
        assert "/reports/points/export" not in page
    async with signed_in(app, email_of("accountant")) as accountant:
        page = (await accountant.get("/reports/points")).text
        assert "/reports/points/export" in page
        assert "/reports/points/accounts" in page
