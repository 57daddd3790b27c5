"""Bringing members in through the door: file, columns, trial, import, report."""

from collections.abc import Awaitable, Callable
from functools import partial

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import plain, signed_in
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.platform.database import Database

TEXT = "Кто;Телефон;Остаток\nАнна Ёлкина;8 916 123-45-67;100\nБорис;8 999 000-00-02;50\nВера;12;7\n"
SOURCE = "Старая программа"


Work = Callable[[], Awaitable[int]]


@pytest.fixture
def work(database: Database, clock: SetClock, owner_dsn: str) -> Work:
    """Do what was left to the worker."""
    return partial(do_all_tasks, database, clock, owner_dsn)


async def upload(browser: httpx.AsyncClient, content: bytes, name: str = "clients.csv") -> httpx.Response:
    return await browser.post("/members/import", data={"source": SOURCE}, files={"file": (name, content)})


async def test_a_file_is_read_tried_and_brought_in(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock, work: Work
) -> None:
    reading = (await upload(anna, TEXT.encode("cp1251"))).headers["location"]
    assert "<progress" in (await anna.get(reading)).text
    await work()

    page = (await anna.get(reading)).text
    assert "3 строки" in plain(page)
    assert '<option value="phone" selected>' in page
    assert '<option value="balance" selected>' in page
    assert "не номер телефона" in page
    columns = {"column-0": "name", "column-1": "phone", "column-2": "balance"}
    form = {**columns, "header": "on", "source": SOURCE, "dates": "dmy"}
    shown = await anna.post(reading, data={**form, "column-0": "pass", "do": "show"})
    assert shown.status_code == httpx.codes.OK

    trial = (await anna.post(reading, data={**form, "do": "try"})).headers["location"]
    await work()
    page = plain((await anna.get(trial)).text)
    assert "Импортировать 2 клиентов" in page
    assert "Строк с проблемами: 1" in page
    problems = (await anna.get(f"{trial}/problems")).content.decode("utf-8-sig")
    assert problems.splitlines()[1].endswith(";Вера;12;7")
    assert "Анна Ёлкина" not in (await anna.get("/members")).text

    imported = await anna.post(trial)
    await work()
    page = plain((await anna.get(imported.headers["location"])).text)
    assert "Создано 2, обновлено 0, без изменений 0, пропущено 1; бонусов 150 из 157." in page
    assert "Анна Ёлкина" in (await anna.get("/members?search=4567")).text
    async with database.transaction(cast.anna.tenant_id, actor="test:check", at=clock.now()) as tx:
        actions = await tx.fetch("select action from audit_entries where tenant_id = $1", tx.tenant_id)
    assert "members.import" in {row["action"] for row in actions}


async def test_another_encoding_is_read_anew(anna: httpx.AsyncClient, work: Work) -> None:
    reading = (await upload(anna, TEXT.replace(";", "|").encode())).headers["location"]
    await work()

    again = await anna.post(reading, data={"do": "read", "encoding": "cp1251", "delimiter": "|"})
    await work()
    page = (await anna.get(again.headers["location"])).text

    assert "РђРЅРЅР°" in page
    assert '<option value="|" selected>' in page


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"column-0": "name", "column-1": "pass", "column-2": "balance"}, "column"),
        ({"column-0": "balance", "column-1": "phone", "column-2": "balance"}, "column-2-problem"),
        ({"column-0": "nonsense", "column-1": "phone", "column-2": "pass"}, "column-0-problem"),
    ],
)
async def test_columns_that_make_no_member_are_told(
    anna: httpx.AsyncClient, work: Work, columns: dict[str, str], field: str
) -> None:
    reading = (await upload(anna, TEXT.encode())).headers["location"]
    await work()

    answer = await anna.post(reading, data={**columns, "header": "on", "source": SOURCE, "do": "try"})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert field in answer.text


async def test_no_file_is_told_at_its_field(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/members/import", data={"source": ""}, files={"file": ("", b"")})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "file-problem" in answer.text
    assert "source-problem" in answer.text


async def test_what_is_no_table_says_so(anna: httpx.AsyncClient, work: Work) -> None:
    reading = (await upload(anna, b"\x89PNG\r\n\x1a\n\0\0", "photo.png")).headers["location"]
    await work()

    assert "Это не таблица CSV и не книга Excel" in (await anna.get(reading)).text


async def test_nobody_else_sees_the_file(
    app: Plushka, anna: httpx.AsyncClient, staff: dict[str, str], eve: httpx.AsyncClient, work: Work
) -> None:
    reading = (await upload(anna, TEXT.encode())).headers["location"]
    await work()

    assert (await eve.get(reading)).status_code == httpx.codes.NOT_FOUND
    async with signed_in(app, staff["manager"]) as maxim:
        assert (await maxim.get(reading)).status_code == httpx.codes.NOT_FOUND
    async with signed_in(app, staff["cashier"]) as kira:
        assert (await kira.get("/members/import")).status_code == httpx.codes.FORBIDDEN
        assert (await upload(kira, b"x")).status_code == httpx.codes.FORBIDDEN
