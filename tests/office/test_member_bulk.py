"""Acting on many members, a whole segment too (F105): whom it means is told, it is booked once, tags can be undone."""

import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import plain, signed_in
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.office.permissions import rights_of
from plushka.domain.insights.members.export import ExportColumn
from plushka.domain.ledger.limits import set_limit
from plushka.domain.ledger.verify import check
from plushka.domain.members.imports.files import read_table
from plushka.domain.members.imports.rows import Facts
from plushka.domain.members.imports.understanding import propose, understand
from plushka.domain.members.model import Identity
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.operations import enroll
from plushka.domain.purchases.laws import LAWS
from plushka.domain.staff.model import Position
from plushka.domain.staff.people import give_position
from plushka.domain.staff.queries import list_staff
from plushka.domain.staff.roles import create_role
from plushka.platform.database import Database

NAMES = ("Анна", "Борис", "=cmd|'/c calc'!A1")


@dataclass
class Stage:
    """Three members, the first of whom has 100 points, and all that is known of them in the database."""

    ids: list[UUID]
    database: Database
    clock: SetClock
    owner_dsn: str
    tenant_id: UUID

    async def work(self) -> None:
        assert await do_all_tasks(self.database, self.clock, self.owner_dsn)

    async def ask(self, sql: str) -> list[Any]:
        async with self.database.transaction(self.tenant_id, actor="test:ask", at=self.clock.now()) as tx:
            return [row[0] for row in await tx.fetch(sql, self.tenant_id)]

    async def tags(self) -> list[list[str]]:
        return await self.ask("select tags from members where tenant_id = $1 order by enrolled_at, id")

    async def points(self) -> list[int]:
        return await self.ask(
            "select available from wallets where tenant_id = $1 order by created_at, member_id"
        )


@pytest.fixture
async def stage(database: Database, cast: Cast, clock: SetClock, owner_dsn: str) -> Stage:
    ids = []
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        for number, name in enumerate(NAMES):
            identity = Identity("phone", f"+7999000000{number}")
            ids.append((await enroll(tx, name=name, identities=[identity])).id)
        await adjust(tx, ids[0], points=100, reason="подарок")
    return Stage(ids, database, clock, owner_dsn, cast.anna.tenant_id)


def chosen(*ids: UUID) -> str:
    return "&".join(f"member={member_id}" for member_id in ids)


async def test_a_tag_is_given_to_the_chosen_and_undone(anna: httpx.AsyncClient, stage: Stage) -> None:
    whom = chosen(*stage.ids[:2], stage.ids[0])
    assert "Действия с 2 клиентами" in plain((await anna.get(f"/members/bulk?{whom}")).text)

    answer = await anna.post(f"/members/bulk/tags?{whom}", data={"tag": " vip ", "do": "add"})
    await stage.work()
    assert await stage.tags() == [["vip"], ["vip"], []]

    page = (await anna.get(answer.headers["location"])).text
    assert "Метка поставлена: 2" in page
    undo = unescape(re.search(r'action="(/members/bulk/tasks/[^"]+)"', page)[1])  # type: ignore[index]
    await anna.post(undo)
    await stage.work()
    assert await stage.tags() == [[], [], []]


async def test_undoing_takes_the_tag_only_from_those_who_got_it(
    anna: httpx.AsyncClient, stage: Stage
) -> None:
    await anna.post(f"/members/bulk/tags?{chosen(stage.ids[0])}", data={"tag": "vip", "do": "add"})
    await stage.work()
    answer = await anna.post("/members/bulk/tags?all=1", data={"tag": "VIP", "do": "add"})
    await stage.work()
    assert await stage.tags() == [["vip"], ["VIP"], ["VIP"]]

    task_id = answer.headers["location"].rpartition("/")[2]
    await anna.post(f"/members/bulk/tasks/{task_id}/undo")
    await stage.work()

    assert await stage.tags() == [["vip"], [], []]


async def test_points_are_given_after_the_sum_is_seen_and_only_once(
    anna: httpx.AsyncClient, stage: Stage
) -> None:
    typed = {"direction": "give", "points": "50", "reason": "С праздником"}

    asked = await anna.post("/members/bulk/points?all=1&balance_to=50", data=typed)
    assert "Начислить 50 бонусов 2 клиентам" in plain(asked.text)
    assert "Всего 100 бонусов." in plain(asked.text)
    assert 'value="phone" class="size-4 accent-primary" checked' in asked.text
    assert await stage.points() == [100, 0, 0]

    done = await anna.post("/members/bulk/points?all=1&balance_to=50", data={**typed, "confirmed": "2"})
    await stage.work()

    assert await stage.points() == [100, 50, 50]
    assert "Клиентов: 2. Всего бонусов: 100." in (await anna.get(done.headers["location"])).text
    async with stage.database.transaction(
        stage.tenant_id, actor="test:check", at=stage.clock.now(), one_moment=True
    ) as tx:
        assert (await check(tx, also=LAWS))[1] == ()
    audited = await stage.ask(
        "select details::text from audit_entries where tenant_id = $1 and action = 'points.bulk'"
    )
    assert len(audited) == 1
    assert "С праздником" in audited[0]


async def test_a_number_that_has_changed_is_asked_for_again(anna: httpx.AsyncClient, stage: Stage) -> None:
    typed = {"direction": "give", "points": "50", "reason": "x", "confirmed": "2"}

    answer = await anna.post("/members/bulk/points?all=1", data=typed)

    assert "Начислить 50 бонусов 3 клиентам" in plain(answer.text)
    assert not await do_all_tasks(stage.database, stage.clock, stage.owner_dsn)


async def test_who_has_fewer_points_keeps_them(anna: httpx.AsyncClient, stage: Stage) -> None:
    typed = {"direction": "take", "points": "60", "reason": "ошибка", "confirmed": "3"}

    answer = await anna.post("/members/bulk/points?all=1", data=typed)
    await stage.work()

    assert await stage.points() == [40, 0, 0]
    assert "Не хватило и не тронуты: 2" in (await anna.get(answer.headers["location"])).text


async def test_a_manager_gives_no_more_together_than_the_limit(
    app: Plushka, staff: dict[str, str], stage: Stage
) -> None:
    async with signed_in(app, staff["manager"]) as maxim:
        typed = {"direction": "give", "points": "400", "reason": "x", "confirmed": "3"}
        answer = await maxim.post("/members/bulk/points?all=1", data=typed)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Всего это 1 200 бонусов, а сегодня вам осталось 1 000 бонусов" in plain(answer.text)
    assert 'value="400"' in answer.text
    assert await stage.points() == [100, 0, 0]


async def test_what_is_cut_into_slices_meets_the_same_limit(
    app: Plushka, staff: dict[str, str], stage: Stage
) -> None:
    typed = {"direction": "give", "points": "400", "reason": "x", "confirmed": "1"}
    async with signed_in(app, staff["manager"]) as maxim:
        for member_id in stage.ids[:2]:
            answer = await maxim.post(f"/members/bulk/points?{chosen(member_id)}", data=typed)
            assert answer.status_code == httpx.codes.SEE_OTHER
        answer = await maxim.post(f"/members/bulk/points?{chosen(stage.ids[2])}", data=typed)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "сегодня вам осталось 200 бонусов" in plain(answer.text)

        card = f"/members/{stage.ids[2]}/adjustment"
        assert "Сегодня вам осталось 200 бонусов" in plain((await maxim.get(card)).text)
        await maxim.post(card, data={"direction": "give", "amount": "300", "reason": "x"})
        assert "300 бонусов" in plain((await maxim.get("/members/approvals")).text)

        stage.clock.advance(timedelta(days=1))
        answer = await maxim.post(f"/members/bulk/points?{chosen(stage.ids[2])}", data=typed)
        assert answer.status_code == httpx.codes.SEE_OTHER


async def test_a_role_of_the_business_s_own_gives_no_more_together_than_its_limit(
    app: Plushka, staff: dict[str, str], stage: Stage
) -> None:
    async with stage.database.transaction(stage.tenant_id, actor="test:cast", at=stage.clock.now()) as tx:
        role = await create_role(
            tx, name="Раздающий", actions=["members.read", "members.bulk"], own=rights_of("owner")
        )
        await set_limit(tx, f"role:{role.id}", 10)
        person = next(each for each in await list_staff(tx) if each.email == staff["cashier"])
        await give_position(tx, person.id, Position(own_role_id=role.id))
    async with signed_in(app, staff["cashier"]) as oleg:
        typed = {"direction": "give", "points": "4", "reason": "x", "confirmed": "3"}
        answer = await oleg.post("/members/bulk/points?all=1", data=typed)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "сегодня вам осталось 10 бонусов" in plain(answer.text)


@pytest.mark.parametrize(
    ("path", "typed", "field"),
    [
        ("tags", {"tag": " ", "do": "add"}, "tag"),
        ("tags", {"tag": "я" * 41, "do": "add"}, "tag"),
        ("points", {"points": "0", "reason": "x"}, "points"),
        ("points", {"points": "много", "reason": "x"}, "points"),
        ("points", {"points": "5", "reason": ""}, "reason"),
    ],
)
async def test_what_cannot_be_is_told_at_its_field(
    anna: httpx.AsyncClient, stage: Stage, path: str, typed: dict[str, str], field: str
) -> None:
    answer = await anna.post(f"/members/bulk/{path}?{chosen(stage.ids[0])}", data=typed)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f'id="{field}-problem"' in answer.text


async def test_members_are_written_to_a_file_that_runs_nothing(anna: httpx.AsyncClient, stage: Stage) -> None:
    columns = ["name", "phone", "balance", "spend"]

    answer = await anna.post("/members/exports?all=1", data={"format": "csv", "column": columns})
    await stage.work()
    file = await anna.get(f"{answer.headers['location']}/file")

    assert file.text.splitlines() == [
        "\ufeffИмя клиента;Телефон;Баланс бонусов;Сумма покупок",
        "Анна;+79990000000;100;0,00",
        "Борис;+79990000001;0;0,00",
        "'=cmd|'/c calc'!A1;+79990000002;0;0,00",
    ]


async def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers(
    anna: httpx.AsyncClient, stage: Stage
) -> None:
    answer = await anna.post(
        "/members/exports?sort=name&all=1",
        data={"format": "xlsx", "column": ["name", "phone", "balance", "enrolled"]},
    )
    await stage.work()
    file = await anna.get(f"{answer.headers['location']}/file")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert rows[1][:3] == ["Анна", "+79990000000", 100.0]
    assert rows[3][0] == "=cmd|'/c calc'!A1"
    assert str(rows[1][3]) == "2026-03-10"


async def test_another_business_is_out_of_reach(eve: httpx.AsyncClient, stage: Stage) -> None:
    await eve.post(f"/members/bulk/tags?{chosen(*stage.ids)}", data={"tag": "чужие", "do": "add"})
    await eve.post(
        f"/members/bulk/points?{chosen(*stage.ids)}",
        data={"direction": "give", "points": "5", "reason": "x", "confirmed": "3"},
    )
    await stage.work()

    assert await stage.tags() == [[], [], []]
    assert await stage.points() == [100, 0, 0]


async def test_each_role_finds_what_it_may(app: Plushka, staff: dict[str, str], stage: Stage) -> None:
    async with signed_in(app, staff["cashier"]) as kira:
        assert "Действия" not in (await kira.get("/members")).text
        answer = await kira.post(
            f"/members/exports?{chosen(*stage.ids)}", data={"format": "csv", "column": "name"}
        )
        assert answer.status_code == httpx.codes.FORBIDDEN
    async with signed_in(app, staff["marketer"]) as marina:
        page = (await marina.get(f"/members/bulk?{chosen(*stage.ids)}")).text
        assert "Поставить метку" in page
        assert "Собрать файл" not in page
        assert "Сколько бонусов каждому" not in page


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
async def test_a_file_of_ours_is_understood_by_our_import(
    anna: httpx.AsyncClient, stage: Stage, language: str, file_format: str
) -> None:
    """All columns are recognised, and the same members are found in it."""
    anna.cookies.set("plushka_language", language)
    answer = await anna.post(
        "/members/exports?all=1",
        data={"format": file_format, "column": [column for column in ExportColumn if column != "id"]},
    )
    await stage.work()
    file = (await anna.get(f"{answer.headers['location']}/file")).content

    plan = propose(read_table(file), country="RU", today=stage.clock.now().date(), source="x")
    facts = Facts(country="RU", today=stage.clock.now().date(), scale=0, tiers={})
    rows = understand(file, plan, facts).rows

    assert [row.name for row in rows] == list(NAMES)
    assert [row.balance for row in rows] == [100, 0, 0]
    assert [row.identities for row in rows] == [
        (Identity("phone", f"+7999000000{number}"),) for number in range(3)
    ]
    assert [row.discount_bp for row in rows] == [0, 0, 0]
    assert [row.enrolled_on for row in rows] == [date(2026, 3, 10)] * 3
    assert [row.problems for row in rows] == [(), (), ()]


async def test_points_with_a_life_of_their_own_are_given_to_many_and_what_is_left_is_taken_back(
    anna: httpx.AsyncClient, stage: Stage
) -> None:
    typed = {"direction": "give", "points": "50", "reason": "8 Марта", "life_days": "7", "share": "15"}
    asked = plain((await anna.post("/members/bulk/points?all=1", data=typed)).text)
    assert "Всего 150 бонусов." in asked
    assert "Сгорят через 7 дней. Ими можно оплатить до 15 % чека." in asked

    answer = await anna.post("/members/bulk/points?all=1", data={**typed, "confirmed": "3"})
    await stage.work()
    assert await stage.points() == [150, 50, 50]
    lots = await stage.ask(
        "select receipt_share_bp from lots where tenant_id = $1 and expires_at = '2026-03-17 21:00+00'"
    )
    assert lots == [1500, 1500, 1500]

    page = (await anna.get(answer.headers["location"])).text
    undo = unescape(re.search(r'action="(/members/bulk/tasks/[^"]+/take-back)"', page)[1])  # type: ignore[index]
    # The finished task offers it too, when the notice is long gone.
    later = (await anna.get(answer.headers["location"].partition("?")[0])).text
    assert f'action="{undo}"' in later
    for _ in range(2):
        await anna.post(undo)
        await stage.work()
    assert await stage.points() == [100, 0, 0]
    assert (
        await stage.ask("select available from lots where tenant_id = $1 and receipt_share_bp is not null")
        == [0] * 3
    )
