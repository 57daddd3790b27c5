"""Reports sent by the clock: each moment once, with the rights of now, and what failed is told."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.channels.conftest import Scene, scene, until
from tests.conftest import SetClock
from tests.domain.shop import Shop
from tests.office.tasks import do_all_tasks

from plushka.delivery.jobs.reporting import Reporting
from plushka.delivery.office.permissions import actions_of_person
from plushka.domain.insights.constructor.model import Question
from plushka.domain.insights.constructor.saving import delete_report, restore_report, save_report
from plushka.domain.insights.constructor.scheduling import Sending, list_sendings, schedule_report
from plushka.domain.insights.constructor.slots import Rhythm, last_slot, next_slot
from plushka.domain.staff.model import Role
from plushka.domain.staff.operations import hire
from plushka.platform.database import Database
from plushka.platform.ids import new_id

__all__ = ["scene"]

QUESTION = Question("receipts", ("revenue", "receipts", "margin"), ("branch",), span="all")
REPORTING = Reporting(actions_of_person)
DAILY = Rhythm("day", 0, 8)


class Desk:
    """The owner's report and its schedule."""

    def __init__(self, scene: Scene, owner_dsn: str) -> None:
        self.scene = scene
        self.shop: Shop = scene.shop
        self._owner_dsn = owner_dsn
        self.report_id = UUID(int=0)
        self.staff_id = UUID(int=0)

    @property
    def database(self) -> Database:
        return self.shop.database

    async def hire(self, email: str, role: Role = "owner") -> UUID:
        account_id = new_id()
        async with self.database.global_transaction(actor="test:cast", at=self.shop.clock.now()) as tx:
            await tx.execute(
                """
                insert into accounts (id, email, name, password_hash, language, created_at)
                values ($1, $2, 'Анна', '', 'ru', $3)
                """,
                account_id,
                email,
                self.shop.clock.now(),
            )
        async with self.database.transaction(
            self.shop.caller.tenant_id, actor="test:cast", at=self.shop.clock.now()
        ) as tx:
            return (await hire(tx, account_id=account_id, role=role)).id

    async def begin(self, *, recipients: tuple[UUID, ...] = (), rhythm: Rhythm = DAILY) -> None:
        self.staff_id = await self.hire("anna@plushka.example")
        async with self.database.transaction(
            self.shop.caller.tenant_id, actor=f"staff:{self.staff_id}", at=self.shop.clock.now()
        ) as tx:
            self.report_id = await save_report(tx, name="Точки", question=QUESTION, is_shared=False)
            await schedule_report(
                tx, self.report_id, staff_id=self.staff_id, rhythm=rhythm, recipients=recipients
            )

    async def tick(self) -> int:
        """Do what the worker does in a minute: look, make what waits, look again."""
        claimed = await REPORTING.send_tenant(self.database, self.shop.clock, self.shop.caller.tenant_id)
        await do_all_tasks(self.database, self.shop.clock, self._owner_dsn)
        await REPORTING.send_tenant(self.database, self.shop.clock, self.shop.caller.tenant_id)
        return claimed

    async def sendings(self) -> list[Sending]:
        async with self.database.transaction(
            self.shop.caller.tenant_id, actor="test:look", at=self.shop.clock.now()
        ) as tx:
            return list(await list_sendings(tx, self.report_id))

    async def execute(self, sql: str, *args: object) -> None:
        async with self.database.transaction(
            self.shop.caller.tenant_id, actor="test:cast", at=self.shop.clock.now()
        ) as tx:
            await tx.execute(sql, self.shop.caller.tenant_id, *args)


@pytest.fixture
async def desk(scene: Scene, owner_dsn: str, clock: SetClock) -> Desk:
    clock.at = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
    return Desk(scene, owner_dsn)


async def test_a_letter_with_the_workbook_arrives_each_day_once(desk: Desk, clock: SetClock) -> None:
    await desk.scene.connect("smtp")
    await desk.begin()
    assert await desk.tick() == 0, "06:00 in Moscow"
    clock.at += timedelta(hours=2)
    assert await desk.tick() == 1
    # However often the worker looks, or begins anew, this moment was claimed.
    assert await desk.tick() == 0
    (sending,) = await desk.sendings()
    assert sending.slot_at == datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
    assert (sending.state, [letter.state for letter in sending.letters]) == ("left", ["waiting"])
    async with desk.scene.working():
        await until(lambda: desk.scene.mail.letters)
    (letter,) = desk.scene.mail.letters
    assert letter["Subject"] == "Точки"
    assert letter["To"] == "anna@plushka.example"
    (file,) = letter.iter_attachments()
    assert file.get_filename() == "Точки-2026-03-10.xlsx"
    assert file.get_content()[:2] == b"PK"
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Отчёт Точки готов" in text
    assert f"/reports/constructor/saved/{desk.report_id}" in text
    assert "потому что работаете" in text
    clock.at += timedelta(days=1)
    assert await desk.tick() == 1
    assert len(await desk.sendings()) == 2


async def test_what_was_slept_through_is_made_up_once_and_not_after_a_day(
    desk: Desk, clock: SetClock
) -> None:
    await desk.scene.connect("smtp")
    await desk.begin(rhythm=Rhythm("week", 2, 8))
    clock.at += timedelta(days=14, hours=5)
    assert await desk.tick() == 1
    (sending,) = await desk.sendings()
    assert sending.slot_at == datetime(2026, 3, 24, 5, 0, tzinfo=UTC)
    clock.at += timedelta(days=9)
    assert await desk.tick() == 0, "two days late"
    assert await desk.tick() == 0


async def test_two_workers_claim_a_moment_once(desk: Desk, clock: SetClock) -> None:
    await desk.begin()
    clock.at += timedelta(hours=2)
    first = await REPORTING.send_tenant(desk.database, clock, desk.shop.caller.tenant_id)
    await desk.execute("update report_schedules set next_at = '2026-03-10 05:00+00' where tenant_id = $1")
    await desk.execute("update tasks set state = 'cancelled', finished_at = created_at where tenant_id = $1")
    assert first == 1
    assert await REPORTING.send_tenant(desk.database, clock, desk.shop.caller.tenant_id) == 0
    assert len(await desk.sendings()) == 1


@pytest.mark.parametrize(
    ("how", "failure"),
    [
        ("update staff set dismissed_at = now() where tenant_id = $1 and id = $2", "report_not_found"),
        ("update staff set role = 'marketer' where tenant_id = $1 and id = $2", "report_question_denied"),
    ],
)
async def test_who_has_lost_their_rights_gets_no_report_and_the_page_says_why(
    desk: Desk, clock: SetClock, how: str, failure: str
) -> None:
    await desk.scene.connect("smtp")
    await desk.begin()
    await desk.execute(how, desk.staff_id)
    clock.at += timedelta(hours=2)
    await desk.tick()
    (sending,) = await desk.sendings()
    assert (sending.state, sending.failure, sending.letters) == ("refused", failure, ())


async def test_colleagues_get_it_while_they_may(desk: Desk, clock: SetClock) -> None:
    await desk.scene.connect("smtp")
    manager = await desk.hire("manager@plushka.example", "manager")
    marketer = await desk.hire("marketer@plushka.example", "marketer")
    await desk.begin(recipients=(manager, marketer))
    clock.at += timedelta(hours=2)
    await desk.tick()
    (sending,) = await desk.sendings()
    assert [letter.address for letter in sending.letters] == [
        "anna@plushka.example",
        "manager@plushka.example",
    ]


async def test_without_mail_the_file_waits_and_the_page_says_so(desk: Desk, clock: SetClock) -> None:
    await desk.begin()
    clock.at += timedelta(hours=2)
    await desk.tick()
    (sending,) = await desk.sendings()
    assert (sending.state, sending.failure) == ("refused", "report_no_mail")
    assert sending.task_id is not None


async def test_a_deleted_report_is_not_sent_until_it_is_back(desk: Desk, clock: SetClock) -> None:
    await desk.begin()
    async with desk.database.transaction(
        desk.shop.caller.tenant_id, actor=f"staff:{desk.staff_id}", at=clock.now()
    ) as tx:
        await delete_report(tx, desk.report_id)
    clock.at += timedelta(hours=2)
    assert await desk.tick() == 0
    async with desk.database.transaction(
        desk.shop.caller.tenant_id, actor=f"staff:{desk.staff_id}", at=clock.now()
    ) as tx:
        await restore_report(tx, desk.report_id)
    assert await desk.tick() == 1


def test_moments_follow_the_clock_of_the_business() -> None:
    daily, monthly = Rhythm("day", 0, 2), Rhythm("month", 28, 8)
    at = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    # In Berlin 02:00 of 29 March is skipped: it is sent an hour later by the clock.
    assert next_slot(daily, at, "Europe/Berlin") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    # On 25 October 02:00 comes twice: the first coming counts.
    autumn = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert next_slot(daily, autumn, "Europe/Berlin") == datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    assert last_slot(monthly, at, "Europe/Moscow") == datetime(2026, 3, 28, 5, 0, tzinfo=UTC)
    assert next_slot(monthly, at, "Europe/Moscow") == datetime(2026, 4, 28, 5, 0, tzinfo=UTC)
