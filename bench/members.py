"""``make bench-members``: 100,000 members brought in from a file, then looked for."""

import asyncio
import random
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
import psycopg
from msgspec import Struct

from bench import machine
from bench.house import database_server, web_server
from bench.shop import Shop, open_shop
from plushka.delivery.jobs.long_work import do_known_task
from plushka.delivery.jobs.verification import verify_tenant
from plushka.delivery.office.admission import SESSION_COOKIE
from plushka.demo.business import read_program
from plushka.domain.programs.import_work import BRING_IN, READ, Report, Sample
from plushka.domain.staff.operations import hire, open_session, register_account
from plushka.domain.staff.tokens import new_token
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.queries import get_task, read_parts
from plushka.engine.program import Program
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks-members.md"
MEMBERS = 100_000
RECEIPTS_EACH = 5
BRANCHES = 5
REQUESTS = 40
GOAL_LIST_MS = 300
GOAL_IMPORT_SECONDS = 60
FIRST_NAMES = ("Анна", "Мария", "Пётр", "Иван", "Ольга", "Елена", "Дмитрий", "Фёдор", "Артём", "Алёна")
LAST_NAMES = ("Ёлкина", "Петров", "Широкова", "Кузнецова", "Соловьёв", "Зайцев", "Волкова", "Макаров")

# Five receipts a member, some of them at a branch where few have been; sums, tiers and last days of buying are as a
# year leaves them. Written past the application: what is measured is reading.
_A_YEAR = """
    with people as (
        select id, row_number() over (order by id) as number from members where tenant_id = %(tenant)s
    )
    insert into receipts (
        tenant_id, id, till_id, external_id, digest, branch_id, member_id, version_id, occurred_at, received_at,
        business_date, amount_minor, discount_minor, redeemed_minor, payable_minor, redeemed_points, earned_points,
        basket, outcome
    )
    select %(tenant)s, gen_random_uuid(), %(till)s, number || '-' || each, '\\x00',
           (%(branches)s::uuid[])[1 + case when (number * 7 + each) %% 100 = 0 then 4 else (number + each) %% 4 end],
           id, %(till)s, now() - (number * each %% 300) * interval '1 day', now(), current_date, 500, 0, 0, 500,
           0, 5, to_json(repeat('basket ', 200)), to_json(repeat('outcome ', 100))
    from people, generate_series(1, %(each)s) as each;
"""
_SUMS = """
    update standings set purchases = (hashtext(member_id::text) & 63),
        spend_minor = (hashtext(member_id::text) & 1048575)
    where tenant_id = %(tenant)s;
"""
_LAST_DAYS = """
    update wallets set last_purchase_on = current_date - (hashtext(member_id::text) & 255), last_purchase_zone = 'UTC'
    where tenant_id = %(tenant)s and (hashtext(member_id::text) & 7) > 0;
"""


class Listed(Struct, frozen=True):
    """How long a page took."""

    what: str
    p50_ms: float
    p95_ms: float


class Imported(Struct, frozen=True):
    """How long a file took; ``again_seconds``: the same file once more."""

    megabytes: float
    seconds: float
    again_seconds: float
    report: Report
    postings: int
    differences: int


def main() -> None:
    """Measure the import and the list: some five minutes."""
    with database_server() as cluster:
        disk = machine.disk(cluster.data_folder)
        say("the import")
        shop, imported, token = asyncio.run(_import(cluster))
        say("the list")
        pages = _pages(cluster, shop, token)
    text = _document(disk, imported, pages)
    DOCUMENT.write_text(text)
    print(text)


def say(what: str) -> None:
    """Tell what is measured now, beside the table."""
    print(f"Measuring {what} …", file=sys.stderr, flush=True)


def file_of_members(count: int, program: Program) -> bytes:
    """Return a file as another program would write it: in the encoding of Windows, with semicolons."""
    dice = random.Random(7)  # noqa: S311  a repeatable file, not a secret
    tiers = [tier.name for tier in program.tiers.tiers] if program.tiers else [""]
    lines = ["ФИО;Телефон;Номер карты;E-mail;Дата рождения;Баланс;Уровень;Метки;Дата регистрации"]
    for number in range(count):
        born = date(1950, 1, 1) + timedelta(days=dice.randrange(20_000))
        joined = date(2023, 1, 1) + timedelta(days=dice.randrange(900))
        name = f"{dice.choice(LAST_NAMES)} {dice.choice(FIRST_NAMES)}"
        tags = ", ".join(tag for tag in ("vip", "кофе", "сосед") if dice.random() < 0.05)  # noqa: PLR2004
        lines.append(
            f"{name};+7 (916) {number // 10000:03}-{number % 10000 // 100:02}-{number % 100:02};{2_000_000 + number};"
            f"m{number}@plushka.example;{born:%d.%m.%Y};{dice.randrange(5000)};{dice.choice(tiers)};{tags};"
            f"{joined:%d.%m.%Y}"
        )
    return ("\r\n".join(lines) + "\r\n").encode("cp1251")


async def _import(cluster: Cluster) -> tuple[Shop, Imported, str]:
    database = await Database.connect(cluster.dsn, connections_max=2)
    program = msgspec.structs.replace(read_program(), welcome=None)
    try:
        shop = await open_shop(database, program)
        token = await _sign_in(database, shop)
        content = file_of_members(MEMBERS, program)
        seconds, report = await _bring_in(database, shop, content)
        again_seconds, again = await _bring_in(database, shop, content)
        if again.booked or again.created or again.updated:
            sys.exit("the same file changed something")
        verified = await verify_tenant(database, SystemClock(), shop.tenant_id)
    finally:
        await database.close()
    imported = Imported(
        megabytes=len(content) / 1_000_000,
        seconds=seconds,
        again_seconds=again_seconds,
        report=report,
        postings=verified.figures["postings"],
        differences=len(verified.differences),
    )
    return shop, imported, token


async def _bring_in(database: Database, shop: Shop, content: bytes) -> tuple[float, Report]:
    began = time.perf_counter()
    read = {"name": "members.csv", "source": "bench", "encoding": "", "delimiter": "", "language": "ru"}
    first, _ = await _do(database, shop, READ, read, content)
    async with database.transaction(
        shop.tenant_id, actor="staff:bench", at=datetime.now(UTC), read_only=True
    ) as tx:
        output = b"".join([part async for part in read_parts(tx, first, is_input=False)])
    plan = msgspec.json.decode(output, type=Sample).plan
    arguments = {
        "name": "members.csv",
        "file": str(first),
        "plan": msgspec.json.encode(plan).decode(),
        "language": "ru",
    }
    _, result = await _do(database, shop, BRING_IN, arguments, None)
    return time.perf_counter() - began, msgspec.convert(result, Report)


async def _do(
    database: Database, shop: Shop, kind: str, arguments: Mapping[str, Any], content: bytes | None
) -> tuple[Any, Any]:
    """Leave a task and do it as the worker would."""
    async with database.transaction(shop.tenant_id, actor="staff:bench", at=datetime.now(UTC)) as tx:
        task_id = await tasks.leave(tx, kind=kind, arguments=arguments, content=content)
    await do_known_task(database, SystemClock(), f"{shop.tenant_id} {task_id}".encode())
    async with database.transaction(shop.tenant_id, actor="staff:bench", at=datetime.now(UTC)) as tx:
        task = await get_task(tx, task_id)
    if task.state != "done":
        sys.exit(f"{kind} failed: {task.failure}")
    return task_id, task.result


async def _sign_in(database: Database, shop: Shop) -> str:
    """Hire an owner and return the token of their session."""
    at = datetime.now(UTC)
    async with database.global_transaction(actor="operator:bench", at=at) as tx:
        account = await register_account(
            tx, email="owner@plushka.example", name="Owner", password=new_token(), language="ru"
        )
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=at) as tenant_tx:
        await hire(tenant_tx, account_id=account.id, role="owner")
    async with database.global_transaction(actor="operator:bench", at=at, account_id=account.id) as tx:
        return (await open_session(tx, account.id)).token


def _pages(cluster: Cluster, shop: Shop, token: str) -> list[Listed]:
    rare = _live_a_year(cluster, shop)
    soon = (datetime.now(UTC) + timedelta(days=120)).date().isoformat()
    asked: list[tuple[str, dict[str, str]]] = [
        ("the list as it opens", {"view": "all"}),
        ("search: a surname", {"search": "широк"}),
        ("search: the last four digits", {"search": "4567"}),
        ("search: a phone as it is spoken", {"search": "8 916 005-12-34"}),
        ("search: nobody", {"search": "нет такого"}),
        ("by name", {"sort": "name"}),
        ("by balance", {"sort": "-available"}),
        ("by the last purchase", {"sort": "seen"}),
        ("by spending", {"sort": "-spend"}),
        (
            "tag, balance and spending, by balance",
            {"tag": "vip", "balance_from": "1000", "sort": "-available"},
        ),
        ("not seen for 60 days, with points", {"unseen": "60", "balance_from": "500"}),
        ("points that burn within 120 days", {"burning": soon}),
        ("bought at the branch where few have been", {"branch": rare}),
        ("without a consent to marketing", {"consent": "-marketing"}),
        ("born in March, by spending", {"birthday": "3", "sort": "-spend"}),
    ]
    cookies = {SESSION_COOKIE: token, "plushka_language": "ru"}
    with (
        web_server(cluster, workers=1) as web,
        httpx.Client(base_url=web.url, cookies=cookies, timeout=60) as browser,
    ):
        listed = [_time(browser, what, f"/members?{urlencode(query)}") for what, query in asked]
        deep = "/members?sort=name"
        for _ in range(20):
            deep = _next(browser.get(deep).text)
        listed.append(_time(browser, "the twenty-first page, by name", deep))
    return listed


def _live_a_year(cluster: Cluster, shop: Shop) -> str:
    """Give the members receipts, sums and last purchases; return the branch where few have been."""
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        branches = [shop.branch_id]
        for number in range(BRANCHES - 1):
            connection.execute(
                """
                insert into branches (tenant_id, id, code, name, time_zone, created_at)
                values (%s, gen_random_uuid(), %s, %s, 'UTC', now())
                """,
                (shop.tenant_id, f"b{number}", f"Branch {number}"),
            )
        rows = connection.execute(
            "select id from branches where tenant_id = %s and id <> %s order by code",
            (shop.tenant_id, shop.branch_id),
        ).fetchall()
        branches += [row[0] for row in rows]
        given = {
            "tenant": shop.tenant_id,
            "till": shop.till_id,
            "branches": [str(branch) for branch in branches],
            "each": RECEIPTS_EACH,
        }
        for sql in (_A_YEAR, _SUMS, _LAST_DAYS):
            connection.execute(sql, given)
        connection.execute("vacuum analyze")
    return str(branches[-1])


def _time(browser: httpx.Client, what: str, path: str) -> Listed:
    took = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        answer = browser.get(path)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != httpx.codes.OK:
            sys.exit(f"{path}: {answer.status_code}")
    took.sort()
    say(f"{what}: {took[len(took) // 2]:.0f} ms")
    return Listed(what, took[len(took) // 2], took[len(took) * 95 // 100])


def _next(page: str) -> str:
    """Return where the button of the next page leads."""
    return page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")


def _document(disk: str, imported: Imported, pages: list[Listed]) -> str:
    report = imported.report
    table = "\n".join(f"| {page.what} | {page.p50_ms:.0f} | {page.p95_ms:.0f} |" for page in pages)
    return f"""# Benchmarks: members

Made by `make bench-members`; nothing here is typed by hand. A business of {MEMBERS:,} members with
{MEMBERS * RECEIPTS_EACH:,} receipts, on one machine with the database and the browser; why it is built so:
[decision 0066](decisions/0066-the-list-of-members.md).

{datetime.now(UTC):%Y-%m-%d}. {machine.describe()}, data on {disk}.

## The list

Whole pages over HTTP from one web process, signed in, {REQUESTS} requests each. The goal is {GOAL_LIST_MS} ms.

| | p50 ms | p95 ms |
|---|---:|---:|
{table}

## The import

A file of {imported.megabytes:.1f} MB in the encoding of Windows with {MEMBERS:,} rows: name, phone, card, e-mail,
birthday, balance, tier, tags, the day of joining. The goal is {GOAL_IMPORT_SECONDS} s.

| | |
|---|---:|
| read, understood and brought in | **{imported.seconds:.1f} s** |
| members a second | {MEMBERS / imported.seconds:,.0f} |
| created, left out | {report.created:,}, {report.skipped:,} |
| points in the file, booked | {report.in_file:,}, {report.booked:,} |
| the same file once more: nothing changes | {imported.again_seconds:.1f} s |
| postings, differences found by `plushka ledger verify` | {imported.postings:,}, {imported.differences} |
"""


if __name__ == "__main__":
    main()
