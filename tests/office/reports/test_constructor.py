"""A report of one's own in the office: its page, long questions, files, what is saved and shared, and its schedule.

F219.
"""

import asyncio
import csv
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO, StringIO
from uuid import UUID
from zipfile import ZipFile

import asyncpg
import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import plain, signed_in
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.office.reports.constructor import answers
from plushka.delivery.office.reports.constructor.asking import query_of
from plushka.domain.audit.queries import list_entries
from plushka.domain.businesses.branches import open_branch
from plushka.domain.insights.constructor.examples import EXAMPLES
from plushka.platform.database import Database

pytestmark = pytest.mark.usefixtures("shop")
PATH = "/reports/constructor"
QUESTION = "source=receipts&row=branch&measure=revenue&measure=receipts&span=all"
HX = {"hx-request": "true"}


async def actions_of(database: Database, cast: Cast, clock: SetClock) -> list[str]:
    async with database.transaction(cast.anna.tenant_id, actor="test:trail", at=clock.now()) as tx:
        return [entry.action for entry in await list_entries(tx, limit=20)]


async def test_a_question_is_answered_with_its_definitions_and_totals(anna: httpx.AsyncClient) -> None:
    page = plain((await anna.get(PATH)).text)
    assert "Конструктор отчётов" in page
    assert f'hx-get="{PATH}/answer?source=receipts' in page
    answer = plain((await anna.get(f"{PATH}/answer?{QUESTION}", headers=HX)).text)
    assert "Арбат" in answer
    assert "2 900,00 ₽" in answer
    assert "Выручка: точка" in answer
    assert "Что заплатили за покупки" in answer or "definition" in answer
    alone = await anna.get(f"{PATH}/answer?{QUESTION}")
    assert "<html" in alone.text
    chart = await anna.get(f"{PATH}/answer?{QUESTION}&view=chart", headers=HX)
    assert "data-chart" in chart.text
    assert '<div class="chart-ground"></div>' in chart.text
    pivot = await anna.get(f"{PATH}/answer?{QUESTION}&column=card&view=pivot", headers=HX)
    assert "без карты" in pivot.text


async def test_nonsense_in_the_address_counts_as_not_chosen(anna: httpx.AsyncClient) -> None:
    for query in (
        "source=accounts&measure=password_hash",
        "source=receipts&measure=sum(1)&row=r.id&column=;drop&sort=1&span=ever&view=3d&if=1%3D1&is.1%3D1=x",
        "source=receipts&row=branch&measure=revenue&if=branch&is.branch=%27%29%20or%20true%20--",
        "source=receipts&measure=revenue&row=month&row=month&column=month&from=0000-00-00&span=custom",
        "source=receipts&measure=revenue&task=nobody",
    ):
        for path in (PATH, f"{PATH}/answer"):
            answer = await anna.get(f"{path}?{query}")
            assert answer.status_code == httpx.codes.OK, query


async def test_every_example_is_answered(anna: httpx.AsyncClient) -> None:
    saved = await anna.get(f"{PATH}/saved")
    for example in EXAMPLES.values():
        query = query_of(example.question)
        assert query.replace("&", "&amp;") in saved.text
        answer = await anna.get(f"{PATH}/answer?{query}", headers=HX)
        assert "data-block-there" in answer.text
        assert "alert-triangle" not in answer.text


async def test_a_long_question_is_counted_aside_by_one_at_a_time(
    *,
    app: Plushka,
    anna: httpx.AsyncClient,
    database: Database,
    clock: SetClock,
    owner_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answers, "COST_AT_ONCE", 0)
    assert "Посчитать отдельно" in (await anna.get(f"{PATH}/answer?{QUESTION}", headers=HX)).text
    asked = await anna.post(f"{PATH}/ask?{QUESTION}")
    place = asked.headers["location"]
    task_id = UUID(re.search(r"task=([0-9a-f-]+)", place)[1])  # type: ignore[index]
    waiting = await anna.get(f"{PATH}/answer?{QUESTION}&task={task_id}", headers=HX)
    assert 'hx-trigger="every 2s"' in waiting.text
    again = await anna.post(f"{PATH}/ask?{QUESTION}")
    assert again.status_code == httpx.codes.CONFLICT
    assert "Считается другой отчёт" in again.text
    assert await do_all_tasks(database, clock, owner_dsn) == 1
    done = await anna.get(f"{PATH}/answer?{QUESTION}&task={task_id}", headers=HX)
    assert "2 900,00 ₽" in plain(done.text)
    # It is nobody else's.
    async with signed_in(app, "manager@plushka.example") as manager:
        other = await manager.get(f"{PATH}/answer?{QUESTION}&task={task_id}", headers=HX)
        assert "2 900,00" not in plain(other.text)
    # What was stopped is asked anew.
    asked = await anna.post(f"{PATH}/ask?{QUESTION}")
    stopped = re.search(r"task=([0-9a-f-]+)", asked.headers["location"])[1]  # type: ignore[index]
    await anna.post(f"/tasks/{stopped}/cancel")
    answer = await anna.get(f"{PATH}/answer?{QUESTION}&task={stopped}", headers=HX)
    assert "Посчитать отдельно" in answer.text


@asynccontextmanager
async def receipts_locked(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Keep whoever reads receipts waiting: a question of a million of them would take as long as one likes."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("lock table receipts in access exclusive mode")
            yield connection
    finally:
        await connection.close()


async def until_statements(connection: asyncpg.Connection, count: int) -> None:
    """Wait until PostgreSQL is at so many questions of one's own."""
    async with asyncio.timeout(40):
        while True:
            # A transaction sees what others do as of its first look, else.
            await connection.execute("select pg_stat_clear_snapshot()")
            found = await connection.fetchval(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
                  and query like '%-- insights.ask%' and query not like 'explain%'
                """
            )
            if found == count:
                return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("what", ["ask", "file"])
async def test_a_question_that_is_being_counted_ends_in_the_database_when_it_is_stopped(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str, what: str
) -> None:
    asked = await anna.post(f"{PATH}/{what}?{QUESTION}")
    place = asked.headers["location"]
    task_id = re.search(r"(?:task=|tasks/)([0-9a-f-]+)", place)[1]  # type: ignore[index]
    async with receipts_locked(owner_dsn) as connection:
        doing = asyncio.create_task(do_all_tasks(database, clock, owner_dsn))
        await until_statements(connection, 1)
        if what == "ask":
            stopped = await anna.post(f"{PATH}/stop?{QUESTION}&task={task_id}")
            assert stopped.headers["location"].endswith(f"task={task_id}")
        else:
            await anna.post(f"/tasks/{task_id}/cancel")
        async with asyncio.timeout(40):
            await doing
        # Receipts are locked still, so that the statement has not come to its own end.
        await until_statements(connection, 0)
    page = await anna.get(f"/tasks/{task_id}")
    assert "остановлено" in page.text
    if what == "file":
        assert (await anna.get(f"/tasks/{task_id}/file")).status_code == httpx.codes.NOT_FOUND
    else:
        told = (await anna.get(f"{PATH}/answer?{QUESTION}&task={task_id}", headers=HX)).text
        assert "Счёт остановлен" in told
        assert "Посчитать отдельно" in told
        assert "every 2s" not in told
        # Stopped once more it stays as it is, and is nobody else's to stop.
        again = await anna.post(f"{PATH}/stop?{QUESTION}&task={task_id}")
        assert again.status_code == httpx.codes.SEE_OTHER
    asked = await anna.post(f"{PATH}/ask?{QUESTION}")
    again_id = re.search(r"task=([0-9a-f-]+)", asked.headers["location"])[1]  # type: ignore[index]
    assert await do_all_tasks(database, clock, owner_dsn) == 1
    done = await anna.get(f"{PATH}/answer?{QUESTION}&task={again_id}", headers=HX)
    assert "2 900,00 ₽" in plain(done.text)


async def test_nobody_stops_anothers_question(
    app: Plushka, anna: httpx.AsyncClient, staff: dict[str, str]
) -> None:
    asked = await anna.post(f"{PATH}/ask?{QUESTION}")
    task_id = re.search(r"task=([0-9a-f-]+)", asked.headers["location"])[1]  # type: ignore[index]
    for email in (staff["manager"], staff["eve"]):
        async with signed_in(app, email) as other:
            answer = await other.post(f"{PATH}/stop?{QUESTION}&task={task_id}")
            assert answer.status_code == httpx.codes.NOT_FOUND
    assert (
        'hx-trigger="every 2s"'
        in (await anna.get(f"{PATH}/answer?{QUESTION}&task={task_id}", headers=HX)).text
    )


async def test_files_have_all_rows_with_numbers_as_numbers(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    query = "source=receipts&row=branch&measure=revenue&measure=average&measure=penetration&span=all"
    for kind in ("csv", "xlsx"):
        made = await anna.post(f"{PATH}/file?{query}&kind={kind}")
        assert await do_all_tasks(database, clock, owner_dsn) == 1
        file = await anna.get(f"{made.headers['location']}/file")
        assert file.status_code == httpx.codes.OK
        if kind == "csv":
            rows = list(csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
            assert rows == [
                ["Точка", "Выручка", "Средний чек", "Проникновение, %"],
                ["Арбат", "2900,00", "966,67", "66,67"],
                ["Итого", "2900,00", "966,67", "66,67"],
            ]
        else:
            with ZipFile(BytesIO(file.content)) as book:
                sheet = book.read("xl/worksheets/sheet1.xml").decode()
            assert "<v>2900" in sheet
            # The total is set apart: its cells have a style of their own.
            row, total = (re.search(rf'<c r="B{number}"( s="\d+")?', sheet) for number in (2, 3))
            assert row is not None
            assert total is not None
            assert row[1] != total[1]
        # «Итого» is no row of the report.
        assert "Строк в отчёте: 1" in plain((await anna.get(made.headers["location"])).text)


async def test_margins_names_and_branches_are_for_those_who_may_see_them(
    app: Plushka, staff: dict[str, str], cast: Cast, database: Database, clock: SetClock
) -> None:
    query = f"{QUESTION}&measure=margin"
    async with signed_in(app, staff["marketer"]) as marketer:
        answer = await marketer.get(f"{PATH}/answer?{query}", headers=HX)
        assert "Выручка" in answer.text
        assert "Маржа" not in answer.text
        assert (await marketer.post(f"{PATH}/file?{query}")).status_code == httpx.codes.FORBIDDEN
    async with signed_in(app, staff["accountant"]) as accountant:
        # Names may be seen, but are not for them to take away.
        named = "source=receipts&row=member&measure=revenue&span=all"
        assert (await accountant.post(f"{PATH}/file?{named}")).status_code == httpx.codes.FORBIDDEN
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        other = await open_branch(tx, code="east", name="Восток", time_zone="Europe/Moscow")
        await tx.execute(
            """
            insert into staff_branches (tenant_id, staff_id, branch_id)
            select $1, s.id, $2 from staff s join accounts a on a.id = s.account_id
            where s.tenant_id = $1 and a.email = $3
            """,
            cast.anna.tenant_id,
            other.id,
            staff["manager"],
        )
    async with signed_in(app, staff["manager"]) as manager:
        answer = await manager.get(f"{PATH}/answer?{QUESTION}", headers=HX)
        assert "Ничего не нашлось" in answer.text or "2 900,00" not in plain(answer.text)
        assert "Арбат" not in answer.text
        page = await manager.get(PATH)
        assert "Движения бонусов" not in page.text
        members = await manager.get(f"{PATH}/answer?source=members&measure=members&span=all", headers=HX)
        assert "Выручка" in members.text


async def test_a_report_is_saved_shared_copied_changed_deleted_and_taken_back(
    *, app: Plushka, anna: httpx.AsyncClient, staff: dict[str, str], cast: Cast,
    database: Database, clock: SetClock,
) -> None:  # fmt: skip
    empty = await anna.get(f"{PATH}/saved")
    assert "Пока ничего не сохранено" in empty.text
    saved = await anna.post(f"{PATH}/saved?{QUESTION}&measure=margin", data={"name": "Точки"})
    place = saved.headers["location"]
    opened = await anna.get(place)
    assert "measure=margin" in opened.headers["location"]
    page = await anna.get(opened.headers["location"])
    assert "Точки" in page.text
    async with signed_in(app, staff["marketer"]) as marketer:
        assert (await marketer.get(place)).status_code == httpx.codes.NOT_FOUND
        await anna.post(f"{place}?{QUESTION}&measure=margin", data={"name": "Точки года", "shared": "on"})
        assert "Точки года" in (await marketer.get(f"{PATH}/saved")).text
        told = await marketer.get(place)
        answer = await marketer.get(told.headers["location"].replace(PATH, f"{PATH}/answer"), headers=HX)
        assert "Маржа" not in answer.text
        assert (await marketer.post(f"{place}?{QUESTION}", data={"name": "x"})).status_code == (
            httpx.codes.FORBIDDEN
        )
        assert (await marketer.post(f"{place}/delete")).status_code == httpx.codes.FORBIDDEN
        copy = await marketer.post(f"{place}/copy")
        assert (await anna.get(copy.headers["location"])).status_code == httpx.codes.NOT_FOUND
    async with signed_in(app, staff["eve"]) as eve:
        assert (await eve.get(place)).status_code == httpx.codes.NOT_FOUND
    await anna.post(f"{place}/delete")
    assert (await anna.get(place)).status_code == httpx.codes.NOT_FOUND
    await anna.post(f"{place}/restore")
    assert (await anna.get(place)).status_code == httpx.codes.SEE_OTHER
    assert (await anna.post(f"{PATH}/saved?{QUESTION}", data={"name": "y" * 101})).status_code == (
        httpx.codes.UNPROCESSABLE_ENTITY
    )
    done = await actions_of(database, cast, clock)
    assert {"report.save", "report.change", "report.delete", "report.restore"} <= set(done)


async def test_a_schedule_is_set_and_ended(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    saved = await anna.post(f"{PATH}/saved?{QUESTION}", data={"name": "Точки"})
    place = saved.headers["location"]
    page = await anna.get(f"{place}/schedule")
    assert "почтовый сервер" in page.text.lower()
    assert "manager@plushka.example" in page.text
    assert "marketer@plushka.example" not in page.text
    await anna.post(f"{place}/schedule", data={"every": "week", "weekday": "3", "hour": "7"})
    told = plain((await anna.get(f"{place}/schedule")).text)
    assert "07:00, от имени" in told
    assert "по расписанию" in (await anna.get(f"{PATH}/saved")).text
    await anna.post(f"{place}/schedule/stop")
    assert "от имени" not in (await anna.get(f"{place}/schedule")).text
    assert {"report.schedule", "report.unschedule"} <= set(await actions_of(database, cast, clock))
