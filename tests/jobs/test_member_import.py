"""Bringing members in: each row once, however often the file is sent and wherever the work broke off."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.booked import booked
from tests.domain.messages.next_message import take_next
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.long_work import WORKS, do_task
from plushka.domain.audit.queries import list_entries
from plushka.domain.members.consents import list_consents
from plushka.domain.members.model import Identity, Member
from plushka.domain.members.queries import find_member
from plushka.domain.occasions.queries import list_gifts
from plushka.domain.programs import import_work
from plushka.domain.programs.import_work import Report, Sample
from plushka.domain.programs.importing import import_members
from plushka.domain.programs.queries import get_standing
from plushka.domain.tasks import operations
from plushka.domain.tasks.model import Task
from plushka.domain.tasks.queries import get_task, read_parts
from plushka.engine.occasion_parts import OnProfileFilled
from plushka.engine.program import (
    EarningRule,
    ExpiryFixed,
    Occasion,
    Percent,
    Program,
    Requirement,
    TierRule,
    Tiers,
    Welcome,
)
from plushka.platform.database import Database

PROGRAM = Program(
    name="Кешбэк 10 %",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
    expiry=ExpiryFixed(days=30),
    welcome=Welcome(points=100),
    tiers=Tiers(
        tiers=(
            TierRule(id="guest", name="Гость"),
            TierRule(id="gold", name="Золото", requirements=(Requirement(metric="spend", at_least=10**9),)),
        )
    ),
)
FILE = """ФИО;Телефон;Карта;Бонусы;Уровень;Метки;Дата рождения;Дата регистрации
Анна Ёлкина;8 916 123-45-67;QX1;1 200;Золото;vip, кофе;28.02.1990;01.03.2025
Борис;8 999 000-00-02;;50;;;;
Вера;12;;10;;;;
Глеб;8 999 000-00-04;;-5;;;;
Дарья;8 999 000-00-02;;7;;;;
"""


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, PROGRAM) as shop:
        yield shop


async def work(shop: Shop, kind: str, content: bytes | None = None, **arguments: Any) -> Task:
    """Leave a task and do it."""
    async with shop.tx() as tx:
        task_id = await operations.leave(
            tx, kind=kind, arguments={"language": "ru", **arguments}, content=content
        )
    return await do(shop, task_id)


async def do(shop: Shop, task_id: UUID) -> Task:
    await do_task(WORKS, shop.database, shop.clock, f"{shop.caller.tenant_id} {task_id}".encode())
    async with shop.tx() as tx:
        return await get_task(tx, task_id)


async def output(shop: Shop, task: Task) -> bytes:
    async with shop.tx() as tx:
        return b"".join([part async for part in read_parts(tx, task.id, is_input=False)])


async def read(shop: Shop, text: str, *, source: str = "старая программа") -> dict[str, Any]:
    """Let a file be looked into, and return the arguments by which it is brought in."""
    task = await work(shop, import_work.READ, text.encode("cp1251"), source=source, encoding="", delimiter="")
    sample = msgspec.json.decode(await output(shop, task), type=Sample)
    return {"file": str(task.id), "plan": msgspec.json.encode(sample.plan).decode()}


async def bring_in(shop: Shop, text: str, **more: Any) -> Report:
    task = await work(shop, import_work.BRING_IN, **await read(shop, text, **more))
    assert task.state == "done", task.failure
    return msgspec.convert(task.result, Report)


async def member(shop: Shop, phone: str) -> Member:
    async with shop.tx() as tx:
        found = await find_member(tx, Identity("phone", phone))
    assert found is not None
    return found


async def everything(shop: Shop) -> dict[str, Any]:
    async with shop.tx() as tx:
        people = await tx.fetch(
            "select name, birthday, tags, personal_discount_bp from members where tenant_id = $1 order by name",
            tx.tenant_id,
        )
        return {**await booked(tx), "members": [tuple(person) for person in people]}


async def test_members_come_with_their_tier_tags_and_balance(shop: Shop) -> None:
    report = await bring_in(shop, FILE)

    assert report == Report(created=2, skipped=3, problems=3, in_file=1267, booked=1250, left_out=17)
    anna = await member(shop, "+79161234567")
    assert (anna.name, anna.birthday, anna.tags) == ("Анна Ёлкина", date(1990, 2, 28), ("vip", "кофе"))
    assert anna.source == "import"
    assert anna.enrolled_at == datetime(2025, 2, 28, 21, tzinfo=UTC)
    assert {identity.value for identity in anna.identities} == {"+79161234567", "QX1"}
    wallet = await shop.wallet(anna.id)
    assert wallet.balance.available == 1200
    assert wallet.lots[0].expires_at is not None
    async with shop.tx() as tx:
        standing = await get_standing(tx, anna.id, versions=shop.reference.versions)
    assert standing.tier == "gold"
    assert await shop.differences() == ()


async def test_a_file_sent_again_changes_nothing(shop: Shop, clock: SetClock) -> None:
    await bring_in(shop, FILE)
    before = await everything(shop)
    clock.advance(timedelta(days=1))

    report = await bring_in(shop, FILE)

    assert report == Report(unchanged=2, skipped=3, problems=3, in_file=1267, known=1250, left_out=17)
    assert await everything(shop) == before


async def test_another_balance_of_the_same_source_is_told_and_not_booked(shop: Shop) -> None:
    await bring_in(shop, FILE)

    arguments = await read(shop, "Телефон;Бонусы\n89161234567;1300\n")
    task = await work(shop, import_work.BRING_IN, **arguments)

    assert msgspec.convert(task.result, Report) == Report(unchanged=1, problems=1, in_file=1300, known=1300)
    assert "1\u00a0200\u00a0бонусов" in (await output(shop, task)).decode("utf-8-sig")
    assert (await shop.wallet((await member(shop, "+79161234567")).id)).balance.available == 1200

    report = await bring_in(shop, "Телефон;Бонусы\n89161234567;1300\n", source="вторая программа")
    assert report.booked == 1300
    assert await shop.differences() == ()


async def test_a_member_we_know_is_updated_and_keeps_what_the_file_does_not_say(shop: Shop) -> None:
    await bring_in(shop, FILE)

    report = await bring_in(shop, "Телефон;Карта;Метки;Скидка\n89161234567;QX2;новая;5\n")

    anna = await member(shop, "+79161234567")
    assert report.updated == 1
    assert (anna.name, anna.personal_discount_bp) == ("Анна Ёлкина", 500)
    assert anna.tags == ("vip", "кофе", "новая")
    assert {identity.value for identity in anna.identities} == {"+79161234567", "QX1", "QX2"}


async def test_consents_are_noted_where_they_differ(shop: Shop) -> None:
    text = "Телефон;Согласие на обработку данных;Согласие на рассылку\n89161234567;да;{}\n"

    first = await bring_in(shop, text.format("да"))
    again = await bring_in(shop, text.format("да"))
    taken_back = await bring_in(shop, text.format("нет"))

    assert (first.created, again.unchanged, taken_back.updated) == (1, 1, 1)
    async with shop.tx() as tx:
        consents = await list_consents(tx, (await member(shop, "+79161234567")).id)
    assert [(consent.kind, consent.is_given) for consent in reversed(consents)] == [
        ("personal_data", True),
        ("marketing", True),
        ("marketing", False),
    ]


async def test_a_row_of_two_members_is_left_out_and_told(shop: Shop) -> None:
    await bring_in(shop, FILE)

    arguments = await read(shop, "ФИО;Телефон;Карта\nКто-то;89990000002;QX1\n")
    task = await work(shop, import_work.BRING_IN, **arguments)

    assert msgspec.convert(task.result, Report) == Report(skipped=1, problems=1)
    table = (await output(shop, task)).decode("utf-8-sig").splitlines()
    assert table[0] == "Строка;Что не так;ФИО;Телефон;Карта"
    assert table[1].startswith("2;QX1")
    assert table[1].endswith(";Кто-то;89990000002;QX1")


async def test_two_rows_of_one_member_follow_each_other(shop: Shop) -> None:
    await bring_in(shop, FILE)

    report = await bring_in(shop, "Телефон;Карта;Метки\n89161234567;;VIP\n;QX1;яркая\n")

    assert (report.updated, report.unchanged, report.skipped) == (1, 1, 0)
    assert (await member(shop, "+79161234567")).tags == ("vip", "кофе", "яркая")


async def test_a_trial_tells_what_would_be_and_leaves_nothing(shop: Shop) -> None:
    arguments = await read(shop, FILE)
    before = await everything(shop)

    trial = await work(shop, import_work.TRY, **arguments)

    assert await everything(shop) == before
    done = await work(shop, import_work.BRING_IN, **arguments)
    assert trial.result == done.result
    assert await output(shop, trial) == await output(shop, done)


async def test_an_import_that_broke_goes_on_and_doubles_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine dies after some steps; whoever takes the task over goes on behind the last one."""
    lines = "".join(f"Гость {number};7999{number:07};10\n" for number in range(23))
    monkeypatch.setattr(import_work, "ROWS_A_STEP", 5)
    arguments = await read(shop, "Имя;Телефон;Баланс\n" + lines)
    async with shop.tx() as tx:
        task_id = await operations.leave(
            tx, kind=import_work.BRING_IN, arguments={"language": "ru", **arguments}
        )
    steps = 0
    through = import_members

    async def die_in_the_third(*given: Any, **named: Any) -> Any:
        nonlocal steps
        steps += 1
        outcomes = await through(*given, **named)
        if steps == 3:
            raise ConnectionResetError
        return outcomes

    monkeypatch.setattr("plushka.domain.programs.import_work.import_members", die_in_the_third)
    with pytest.raises(ConnectionResetError):
        await do(shop, task_id)
    task = await do(shop, task_id)

    assert msgspec.convert(task.result, Report) == Report(created=23, in_file=230, booked=230)
    assert len((await everything(shop))["wallets"]) == 23
    assert await shop.differences() == ()


async def test_an_import_is_audited_with_its_sums(shop: Shop) -> None:
    await bring_in(shop, FILE)

    async with shop.tx() as tx:
        entry = next(entry for entry in await list_entries(tx) if entry.action == "members.import")
    assert entry.details == {
        "source": "старая программа",
        "created": 2,
        "updated": 0,
        "skipped": 3,
        "booked": 1250,
    }


async def test_a_file_that_is_none_fails_with_its_reason(shop: Shop) -> None:
    task = await work(shop, import_work.READ, b"PK\x03\x04 nonsense", source="x", encoding="", delimiter="")
    assert (task.state, task.failure) == ("failed", "import_file_unreadable")


async def test_profiles_that_an_import_fills_are_given_for_once_and_its_trial_tells_it(
    database: Database, clock: SetClock
) -> None:
    filled = Occasion("filled", "За анкету", OnProfileFilled(("name", "birthday")), 40)
    async with open_shop(database, clock, structs.replace(PROGRAM, occasions=(filled,))) as shop:
        arguments = await read(shop, FILE)
        tried = await work(shop, import_work.TRY, **arguments)
        assert tried.result["given"] == 40
        brought = await work(shop, import_work.BRING_IN, **arguments)
        assert brought.result["given"] == 40
        again = await work(shop, import_work.BRING_IN, **arguments)
        assert again.result["given"] == 0
        async with shop.tx() as tx:
            anna = await find_member(tx, Identity("card", "QX1"))
            assert anna is not None
            assert [gift.name for gift in await list_gifts(tx, anna.id)] == ["За анкету"]
            assert await take_next(tx, "telegram") is None
        assert await shop.differences() == ()
