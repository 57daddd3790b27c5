"""The journal of points through the door: what it shows, what it finds, and the file that comes of it."""

import csv
from io import StringIO

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, Shop, email_of, plain, signed_in
from tests.office.tasks import do_all_tasks

from plushka.app import Plushka
from plushka.platform.database import Database


@pytest.mark.usefixtures("shop")
async def test_the_journal_shows_each_movement_with_its_member_and_document(anna: httpx.AsyncClient) -> None:
    page = plain((await anna.get("/journal")).text)

    assert MEMBER in page
    assert "чек A-1" in page
    assert "Начислено" in page


async def test_filters_find_by_kind_day_and_member(anna: httpx.AsyncClient, shop: Shop) -> None:
    spent = (await anna.get("/journal?kind=redeem")).text
    assert "A-2" in spent
    assert "A-1" not in spent
    assert "A-2" in (await anna.get(f"/journal?member={shop.member_id}")).text
    assert "A-1" not in (await anna.get("/journal?to=2001-01-01")).text


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "from=x", "to=9999-12-31", "member=1", "before=zz", "from=0001-01-01"]
)
@pytest.mark.usefixtures("shop")
async def test_nonsense_in_the_address_counts_as_not_chosen(anna: httpx.AsyncClient, query: str) -> None:
    answer = await anna.get(f"/journal?{query}")
    assert answer.status_code == httpx.codes.OK
    assert "A-1" in answer.text


@pytest.mark.usefixtures("shop")
async def test_the_file_has_a_line_for_each_movement_and_nobody_else_may_load_it(
    app: Plushka, anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    started = await anna.post("/journal/exports?kind=accrue")
    assert started.status_code == httpx.codes.SEE_OTHER
    task = started.headers["location"]
    waiting = await anna.get(task)
    assert "ждёт своей очереди" in waiting.text
    assert (await anna.get(f"{task}/file")).status_code == httpx.codes.NOT_FOUND

    assert await do_all_tasks(database, clock, owner_dsn) == 1

    assert "Записано движений: 2" in plain((await anna.get(task)).text)
    file = await anna.get(f"{task}/file")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert int(file.headers["content-length"]) == len(file.content)
    heading, *rows = csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    assert heading[:2] == ["Проведено", "Клиент"]
    assert [(row[1], row[3], row[8]) for row in rows] == [
        (MEMBER, "Начислено", "A-1"),
        (MEMBER, "Начислено", "A-2"),
    ]
    async with signed_in(app, email_of("manager")) as manager:
        assert (await manager.get(f"{task}/file")).status_code == httpx.codes.NOT_FOUND
        assert (await manager.get(task)).status_code == httpx.codes.NOT_FOUND
    assert task not in (await anna.get("/receipts")).text
    assert task in (await anna.get("/tasks")).text


@pytest.mark.usefixtures("shop")
async def test_a_stopped_task_says_so(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    task = (await anna.post("/journal/exports")).headers["location"]

    stopped = await anna.post(f"{task}/cancel", follow_redirects=True)

    assert "остановлено" in stopped.text
    assert await do_all_tasks(database, clock, owner_dsn) == 0
    again = await anna.post(f"{task}/cancel")
    assert again.status_code == httpx.codes.CONFLICT
