"""The trail: each action has its sentence, each page finds it, and every way to write something leaves a row."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pyotp
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PASSWORD, Shop, browser_at, email_of, plain, signed_in
from tests.office.tasks import do_all_tasks
from tests.office.test_account import switch_on
from tests.office.test_people import ids
from tests.pos.conftest import Cast

import plushka
from plushka.app import Plushka
from plushka.domain.audit.operations import record
from plushka.domain.insights.trail.sentences import CHANGES, GROUPS, SENTENCES
from plushka.domain.staff.tries import WINDOW
from plushka.platform.database import Database

__all__ = ["ids"]

MADE_UP = {
    # How the code writes an action that is not a literal: what it comes to.
    "export.KIND": {"members.export"},
    "f'identity.{verb}'": {"identity.add", "identity.remove", "identity.correct"},
    "f'points.{kind}'": {"points.adjustment", "points.debt_write_off"},
    "f'points.{state}'": {"points.approved", "points.declined", "points.withdrawn"},
    "run.task.kind": {"members.tag", "members.untag"},
}


def recordings() -> Iterator[dict[str, ast.expr]]:
    for path in Path(plushka.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
                if {"action", "subject"} <= given.keys():
                    yield given


def codes(expression: ast.expr) -> set[str]:
    match expression:
        case ast.Constant(value=str(code)):
            return {code}
        case ast.IfExp(body=body, orelse=orelse):
            return codes(body) | codes(orelse)
        case _:
            return MADE_UP[ast.unparse(expression)]


def test_every_action_in_the_code_has_a_sentence_and_no_sentence_is_left_over() -> None:
    written = set().union(*(codes(given["action"]) for given in recordings()))

    assert written == set(SENTENCES)
    assert {action.partition(".")[0] for action in written} == set(GROUPS)


def test_everything_that_can_have_changed_has_a_name() -> None:
    named = {
        key.value
        for given in recordings()
        if isinstance(changes := given.get("changes"), ast.Dict)
        for key in changes.keys
        if isinstance(key, ast.Constant)
    }
    assert named <= set(CHANGES)


async def test_the_page_says_who_did_what_and_what_was_before(
    anna: httpx.AsyncClient, ids: dict[str, UUID]
) -> None:
    await anna.post(f"/settings/staff/{ids['cashier']}", data={"role": "manager", "places": "everywhere"})
    await anna.post("/account/profile", data={"name": "Анна Петровна", "language": "ru"})

    page = plain((await anna.get("/settings/audit")).text)

    assert "Изменена работа сотрудника: Анна (cashier)" in page
    assert re.search(r"<del[^>]*>Кассир</del>.*?<ins[^>]*>Управляющий</ins>", page, re.DOTALL)
    assert "Анна Петровна" in page
    assert "127.0.0.1" in page
    only = plain((await anna.get(f"/settings/audit?object=staff:{ids['cashier']}")).text)
    assert "Изменена работа сотрудника" in only
    assert "Изменена своя учётная запись" not in only


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("group=points", True),
        ("group=branch", False),
        ("group=nonsense", True),
        ("from=2026-03-10&to=2026-03-10", True),
        ("to=2026-03-09", False),
        ("from=2026-03-11", False),
        ("person={owner}", True),
        ("person={cashier}", False),
        ("object=member:1' or true", True),
    ],
)
async def test_the_filters_find(
    anna: httpx.AsyncClient, shop: Shop, ids: dict[str, UUID], query: str, *, is_found: bool
) -> None:
    await anna.post(
        f"/members/{shop.member_id}/adjustment",
        data={"direction": "give", "amount": "5", "reason": "за терпение"},
    )

    page = (await anna.get(f"/settings/audit?{query.format(**ids)}")).text

    assert ("за терпение" in page) == is_found
    if is_found:
        assert MEMBER in page


async def test_the_trail_is_read_page_by_page_and_as_a_file(
    anna: httpx.AsyncClient, cast: Cast, clock: SetClock, database: Database, owner_dsn: str
) -> None:
    async with database.transaction(
        cast.anna.tenant_id, actor="test", at=clock.now(), address="192.0.2.7"
    ) as tx:
        for number in range(120):
            await record(tx, action="member.tag", subject="catalog", tag=f"метка-{number:03}")
    seen: list[str] = []
    url = "/settings/audit?group=member"
    while url:
        page = (await anna.get(url)).text
        seen += re.findall(r"метка-\d{3}", page)
        more = re.search(r'href="(/settings/audit\?[^"]*before=[^"]+)"', page)
        url = more[1].replace("&amp;", "&") if more else ""
    assert list(dict.fromkeys(seen)) == [f"метка-{number:03}" for number in reversed(range(120))]

    left = await anna.post("/settings/audit/exports?group=member")
    assert await do_all_tasks(database, clock, owner_dsn) == 1

    file = (await anna.get(f"{left.headers['location']}/file")).content.decode("utf-8-sig")
    lines = file.splitlines()
    assert len(lines) == 121
    assert "«метка-119»" in lines[1]
    assert "192.0.2.7" in lines[1]


@pytest.mark.usefixtures("shop")
async def test_eve_reads_nothing_of_annas_trail(eve: httpx.AsyncClient) -> None:
    page = (await eve.get("/settings/audit")).text
    assert "Пекарня Евы" in page
    assert "Кофейня Анны" not in page
    assert "Анна (" not in page.replace("Анна (owner)", "")


async def test_a_cashier_does_not_read_it(app: Plushka, staff: dict[str, str]) -> None:
    assert staff
    async with signed_in(app, email_of("cashier")) as browser:
        assert (await browser.get("/settings/audit")).status_code == httpx.codes.FORBIDDEN
        assert (await browser.post("/settings/audit/exports")).status_code == httpx.codes.FORBIDDEN


async def test_coming_and_going_is_told_with_address_and_device(
    app: Plushka, anna: httpx.AsyncClient, clock: SetClock
) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"
    async with browser_at(app, address="203.0.113.7") as maxim:
        maxim.headers["user-agent"] = agent
        entry = {"email": email_of("manager"), "password": PASSWORD}
        await maxim.post("/sign-in", data=entry)
        clock.advance(timedelta(seconds=1))
        secret, _ = await switch_on(maxim, clock)
        await maxim.post("/sign-out")
        await maxim.post("/sign-in", data=entry)
        await maxim.post("/sign-in/code", data={"code": "000000"})
        await maxim.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.now())})

    page = plain((await anna.get("/settings/audit?group=session")).text)
    entered, failed, left, before = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)[1:5]
    assert "Вход со вторым фактором: Chrome, Windows" in entered
    assert "Пароль верный, код неверный, Анна (manager): Chrome, Windows" in failed
    assert "кто-то неизвестный" in failed
    assert "Выход" in left
    assert "Вход: Chrome, Windows" in before
    for line in (entered, failed, left, before):
        assert "203.0.113.7" in line
        assert "Анна (manager)" in line
    assert "Включены коды" not in page


async def test_failed_tries_are_told_without_a_flood_and_of_known_people_only(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient, clock: SetClock
) -> None:
    async def told() -> int:
        page = plain((await anna.get("/settings/audit?group=session")).text)
        assert "nobody" not in page
        return len(re.findall(r"\n +Неверный пароль, Анна \(cashier\):", page))

    for _ in range(8):
        await stranger.post("/sign-in", data={"email": "nobody@plushka.example", "password": "мимо"})
        await stranger.post("/sign-in", data={"email": email_of("cashier"), "password": "мимо"})
    assert await told() == 2, "the first one, and the one from which they have to wait"

    clock.advance(WINDOW)
    await stranger.post("/sign-in", data={"email": email_of("cashier"), "password": "мимо"})
    assert await told() == 3
