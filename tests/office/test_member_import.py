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
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll
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


async def tried(browser: httpx.AsyncClient, work: Work, text: str) -> str:
    """Have a file tried and return the address of its trial."""
    reading = (await upload(browser, text.encode("cp1251"))).headers["location"]
    await work()
    columns = {"column-0": "name", "column-1": "phone", "column-2": "balance"}
    form = {**columns, "header": "on", "source": SOURCE, "dates": "dmy", "do": "try"}
    trial = (await browser.post(reading, data=form)).headers["location"]
    await work()
    return trial


async def test_a_manager_brings_no_more_points_in_than_the_limit(
    app: Plushka, staff: dict[str, str], anna: httpx.AsyncClient, work: Work
) -> None:
    head, *rows = TEXT.splitlines(keepends=True)
    async with signed_in(app, staff["manager"]) as maxim:
        small = await tried(maxim, work, head + rows[0])
        large = await tried(maxim, work, head + rows[1].replace("50", "901"))
        assert (await maxim.post(small)).status_code == httpx.codes.SEE_OTHER

        refused = await maxim.post(large)

    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Всего это 901 бонус, а сегодня вам осталось 900 бонусов" in plain(refused.text)
    assert await work() == 1
    assert (
        await anna.post(await tried(anna, work, head + rows[1].replace("50", "901")))
    ).has_redirect_location


async def test_an_import_within_a_limit_books_no_more_than_its_trial_told(
    *, app: Plushka, staff: dict[str, str], database: Database, cast: Cast, clock: SetClock, work: Work
) -> None:
    """What the trial leaves out because a row means two members is in order once they are parted."""
    head = "Кто;Телефон;Карта;Остаток\n"
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        await enroll(tx, name="Анна", identities=[Identity("phone", "+79161234567")])
        other = await enroll(tx, name="Яна", identities=[Identity("card", "77")])
    async with signed_in(app, staff["manager"]) as maxim:
        reading = (await upload(maxim, f"{head}Анна;89161234567;77;5000\n".encode())).headers["location"]
        await work()
        columns = {"column-0": "name", "column-1": "phone", "column-2": "card", "column-3": "balance"}
        form = {**columns, "header": "on", "source": SOURCE, "dates": "dmy", "do": "try"}
        trial = (await maxim.post(reading, data=form)).headers["location"]
        await work()
        async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
            await tx.execute(
                "delete from identities where tenant_id = $1 and member_id = $2", tx.tenant_id, other.id
            )
        imported = await maxim.post(trial)
        await work()
        page = plain((await maxim.get(imported.headers["location"])).text)

    assert "больше бонусов, чем показала проба" in page
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        assert not await tx.fetchval("select sum(available) from wallets where tenant_id = $1", tx.tenant_id)


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
