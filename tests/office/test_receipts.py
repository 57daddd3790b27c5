"""Finding receipts: each filter alone and together, and the file of what was found."""

import csv
import re
from html import unescape
from io import StringIO

import asyncpg
import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PHONE, Shop, email_of, plain, report, signed_in
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.office.receipts import feed
from plushka.domain.businesses.branches import open_branch
from plushka.domain.insights.receipts.found import ReceiptFilter, sum_receipts, sum_receipts_within
from plushka.domain.staff.model import Role
from plushka.domain.staff.operations import set_branches
from plushka.domain.staff.queries import list_staff
from plushka.platform.database import Database, Tx

NUMBERS = ("A-1", "A-2", "A-3", "B-1")


@pytest.fixture
async def busy(app: Plushka, cast: Cast, shop: Shop) -> Shop:
    """The shop with one more receipt of nobody, sold by Zoya."""
    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("B-1", cashier="Зоя"))
    return shop


def shown(page: str) -> set[str]:
    return {number for number in NUMBERS if f">{number}<" in page}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", {"A-1", "A-2", "A-3", "B-1"}),
        ("number=A-2", {"A-2"}),
        ("who=варвара", {"A-1", "A-2"}),
        (f"who={PHONE[-4:]}", {"A-1", "A-2"}),
        ("member=without", {"A-3", "B-1"}),
        ("cashier=зоя", {"B-1"}),
        ("mark=redeemed", {"A-2"}),
        ("mark=returned", set()),
        ("from=2026-03-10&to=2026-03-10", {"A-1", "A-2", "A-3", "B-1"}),
        ("to=2026-03-09", set()),
        ("least=1+000+000", set()),
        ("most=1+000+000", {"A-1", "A-2", "A-3", "B-1"}),
        ("who=варвара&mark=redeemed&from=2026-03-10", {"A-2"}),
        ("seller=зоя", set()),
        ("seller=Зоя", {"B-1"}),
        ("seller=-", {"A-1", "A-2", "A-3"}),
        ("left=yes&turn=", {"A-1", "A-2", "A-3", "B-1"}),
        ("left=no", set()),
        ("back_from=2026-03-10", set()),
        ("weekday=2", {"A-1", "A-2", "A-3", "B-1"}),
        ("weekday=3", set()),
        ("sku=nothing", set()),
        ("category=-", set()),
        ("category=drinks&within=-", {"A-1", "A-2", "A-3", "B-1"}),
        ("category=drinks&within=food", set()),
        ("sex=-&born=no", {"A-1", "A-2"}),
        ("born_from=1900-01-01", set()),
        # Nonsense counts as not chosen.
        (
            "turn=x&weekday=8&hour=24&left=x&back_to=x&sku=&own=x&bought=9&sex=x&born=x&since_from=x",
            set(NUMBERS),
        ),
        ("branch=x&member=x&mark=x&least=x&most=1e9&from=x&to=9999-12-31&before=x", set(NUMBERS)),
    ],
)
@pytest.mark.usefixtures("busy")
async def test_filters_find_what_they_say(anna: httpx.AsyncClient, query: str, numbers: set[str]) -> None:
    assert shown((await anna.get(f"/receipts?{query}")).text) == numbers


@pytest.mark.usefixtures("busy")
async def test_every_filter_that_is_on_is_told_and_can_be_taken_off(anna: httpx.AsyncClient) -> None:
    query = "from=2026-03-10&to=2026-03-10&left=yes&member=with&category=-&hour=1&weekday=2&seller=-&sex=-&bought=2"
    page = plain((await anna.get(f"/receipts?{query}")).text)
    for told in (
        "Дни покупок: 10 марта 2026", "Без полностью возвращённых", "С картой", "Есть товары без категории",
        "Час: 1:00", "Вторник", "Кассир: касса не назвала", "Пол не указан", "Клиенты с двумя покупками и больше",
    ):  # fmt: skip
        assert f"Убрать фильтр: {told}" in page, told
    # What no field of the form holds goes on being asked for.
    assert '<input type="hidden" name="hour" value="1">' in page
    without = next(
        href
        for href in re.findall(r'href="(/receipts[^"]*)"', page)
        if "hour=" not in href and "sex=" in href
    )
    assert "weekday=2" in without
    assert "bought=2" in without


@pytest.mark.usefixtures("busy")
async def test_what_was_found_is_summed_up(anna: httpx.AsyncClient) -> None:
    page = plain((await anna.get("/receipts?who=варвара")).text)
    assert "Найдено: 2 чека" in page
    assert "Найдено" not in plain((await anna.get("/receipts")).text)


@pytest.mark.usefixtures("busy")
async def test_what_takes_long_to_sum_up_comes_after_the_page(
    anna: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = plain((await anna.get("/receipts?who=варвара")).text)
    assert "/receipts/sums" not in at_once

    async def late(_tx: Tx, _where: ReceiptFilter, *, milliseconds: int) -> None:
        assert milliseconds in {feed.SUMS_AT_ONCE_MS, feed.SUMS_AFTER_MS}

    with monkeypatch.context() as patch:
        patch.setattr(feed, "sum_receipts_within", late)
        page = (await anna.get("/receipts?who=варвара")).text
        too_many = plain((await anna.get("/receipts/sums?who=варвара")).text)
    assert "Чеков слишком много, чтобы сложить их здесь: выберите меньше дней." in too_many
    assert shown(page) == {"A-1", "A-2"}
    assert "Найдено" not in plain(page)
    (url,) = re.findall(r'hx-get="(/receipts/sums[^"]*)"', page)
    sums = plain((await anna.get(unescape(url))).text)
    assert "Найдено: 2 чека" in sums
    assert re.findall("Найдено: [^<]*", sums) == re.findall("Найдено: [^<]*", at_once)


@pytest.mark.usefixtures("busy")
async def test_a_sum_that_is_not_there_in_time_is_none(
    database: Database, cast: Cast, clock: SetClock, owner_dsn: str
) -> None:
    where, who = ReceiptFilter(member="варвара"), cast.anna.tenant_id
    async with database.transaction(who, actor="test:look", at=clock.now()) as tx:
        assert await sum_receipts_within(tx, where, milliseconds=60_000) == await sum_receipts(tx, where)
    other = await asyncpg.connect(owner_dsn)
    try:
        async with other.transaction():
            await other.execute("lock table receipts in access exclusive mode")
            async with database.transaction(who, actor="test:look", at=clock.now()) as tx:
                assert await sum_receipts_within(tx, where, milliseconds=50) is None
    finally:
        await other.close()


@pytest.mark.usefixtures("busy")
async def test_eve_finds_no_receipt_by_annas_member(eve: httpx.AsyncClient) -> None:
    assert shown((await eve.get(f"/receipts?who={PHONE}")).text) == set()


@pytest.mark.usefixtures("busy")
async def test_the_file_has_what_the_filters_found(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    task = (await anna.post("/receipts/exports?who=варвара")).headers["location"]
    await do_all_tasks(database, clock, owner_dsn)

    assert "Записано чеков: 2" in plain((await anna.get(task)).text)
    file = await anna.get(f"{task}/file")
    heading, *rows = csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    assert heading[1] == "Номер чека"
    assert [row[1] for row in rows] == ["A-1", "A-2"]
    amount, discount, paid = (heading.index(name) for name in ("Сумма", "Скидка", "Оплачено деньгами"))
    for row in rows:
        assert float(row[amount].replace(",", ".")) >= float(row[paid].replace(",", ".")) > 0
        assert row[discount] == "0,00"


@pytest.mark.usefixtures("busy", "staff")
async def test_a_file_holds_no_receipts_of_branches_that_its_reader_is_kept_from(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    async with signed_in(app, email_of("manager")) as manager:
        await restrict(database, clock, cast, "manager")
        assert shown((await manager.get("/receipts")).text) == set()
        task = (await manager.post("/receipts/exports")).headers["location"]
        await do_all_tasks(database, clock, owner_dsn)
        file = await manager.get(f"{task}/file")

    assert len(file.content.decode().splitlines()) == 1


async def restrict(database: Database, clock: SetClock, cast: Cast, role: Role) -> None:
    """Keep a person of Anna's to a branch that has sold nothing yet."""
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        branch = await open_branch(tx, code="new", name="Новая")
        staff = await list_staff(tx)
        person = next(person for person in staff if person.email == email_of(role))
        await set_branches(tx, person.id, [branch.id])
