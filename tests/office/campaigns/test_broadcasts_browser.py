"""A broadcast in a real browser: written, watched, stopped and judged, with a messenger that is none."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from PIL import Image
from playwright.async_api import Browser, FilePayload, Locator, Page, expect
from python_calamine import CalamineWorkbook
from tests.browsing import PHONE_SCREEN, Browsing, look
from tests.conftest import SetClock, local_settings
from tests.domain.campaigns.telling import DRAFT
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import receipt
from tests.office.campaigns.test_segments_browser import settled
from tests.office.conftest import email_of, hire_with_password
from tests.office.tasks import do_all_tasks
from tests.office.test_browser import sign_in
from tests.pos.conftest import served
from tests.sending.town import Town, open_town
from tests.sending.virtual import VirtualTime

from plushka.delivery.jobs.campaigning import count_tenant
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.domain.businesses.branches import open_branch
from plushka.domain.messages.templates.store import create_template
from plushka.platform.database import Database
from plushka.platform.ids import new_id

COUNTED_TOO_LATE = r"htmx:oobErrorNoTarget, #found"
"""What htmx says when the number of those found comes after its page was left, as it may on a busy machine."""
GUESTS = 240
IN_THE_URALS = 40
"""Guests who buy two hours east of the others."""
LONG_AGO = datetime.fromisoformat("2026-03-05T12:00:00+03:00")
NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
THREE_IN_THE_URALS = datetime.fromisoformat("2026-03-10T13:00:00+03:00")
THREE = datetime.fromisoformat("2026-03-10T15:00:00+03:00")
A_MINUTE = timedelta(minutes=1)
TABS_MAX = 150


@dataclass(kw_only=True)
class Office(Browsing):
    """The office of a town's coffee shop."""

    town: Town

    async def open_as(self, role: str, *, to: str, **options: object) -> Page:
        page = await (await self.context(**options)).new_page()
        await sign_in(page, email_of(role), to=to)  # type: ignore[arg-type]
        return page


@asynccontextmanager
async def opened(
    database: Database, browser: Browser, dsn: str, folder: Path, *, guests: int
) -> AsyncIterator[Office]:
    """Open a town whose guests have bought once, each what is a little more than the one before."""
    time = VirtualTime(LONG_AGO)
    async with open_town(database, time, folder, CASHBACK, people=guests) as town:
        tenant_id = town.shop.caller.tenant_id
        for role in ("owner", "marketer"):
            await hire_with_password(database, SetClock(time.at), tenant_id, email_of(role), role)
        async with town.shop.tx() as tx:
            await open_branch(tx, code="ural", name="Плотинка", time_zone="Asia/Yekaterinburg")
            await tx.execute("update tills set branch_id = null where tenant_id = $1", tx.tenant_id)
        for number in range(guests):
            member_id = await town.settle(number, ("telegram",))
            await buy(
                town,
                f"before-{number}",
                300_00 + number % 50 * 10_00,
                member_id,
                is_far=number < IN_THE_URALS,
            )
        time.move(NOON)
        town.begin()
        with served(local_settings(folder, dsn), time) as address:
            async with Office(
                address=address, browser=browser, usual=(COUNTED_TOO_LATE,), town=town
            ) as office:
                yield office


async def buy(town: Town, number: str, amount_minor: int, member_id: UUID, *, is_far: bool = False) -> None:
    caller = structs.replace(town.shop.caller, branch="ural" if is_far else "arbat")
    await town.shop.queue.commit(caller, receipt(number, amount_minor, member=member_id))


@pytest.fixture
def picture() -> FilePayload:
    drawn = BytesIO()
    Image.new("RGB", (320, 160), "#c05a1c").save(drawn, "PNG")
    return {"name": "latte.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


async def test_a_broadcast_is_written_by_the_marketer_sent_by_the_owner_and_not_proven(
    *,
    database: Database,
    browser: Browser,
    dsn: str,
    owner_dsn: str,
    tmp_path: Path,
    picture: FilePayload,
) -> None:
    async with opened(database, browser, dsn, tmp_path, guests=GUESTS) as office:
        marina = await office.open_as("marketer", to="/campaigns/templates/new")
        await _write_texts(marina, picture)
        await _choose_guests(marina)
        written = await _write_broadcast(marina)

        anna = await office.open_as("owner", to="/campaigns")
        await anna.get_by_role("link", name="Мартовское тепло").click()
        await anna.get_by_role("link", name="Запустить").click()
        await expect(anna.get_by_role("heading", name="Запустить рассылку?")).to_be_visible()
        await expect(anna.get_by_text("по местному времени клиента")).to_be_visible()
        await look(anna)
        await anna.get_by_role("button", name="Отправить 120 клиентам").click()
        await expect(anna.get_by_text("Начнётся 10 марта, 13:00.")).to_be_visible()

        await _watch(office, anna)
        await _judge(office, anna)
        await anna.goto(written)
        await _call_off_another(office, anna, written)
        await _take_away(office, anna, owner_dsn, written)


async def _write_texts(page: Page, picture: FilePayload) -> None:
    """Write two texts: one with a picture, a variable and a button, and one that is short."""
    await page.locator("#name").fill("Тёплый")
    await page.locator("#text_ru").fill(
        "{first_name|Здравствуйте}, у нас весенний раф. Бонусов у вас: {balance}."
    )
    await page.get_by_label("Кнопка 1, Русский").fill("Хочу раф")
    await page.locator("[name=link_0]").fill("https://anna.example/raf")
    await page.get_by_role("button", name="Сохранить").click()
    await page.locator("#picture").set_input_files(picture)
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.locator("#preview img")).to_be_visible()
    await page.goto("/campaigns/templates/new")
    await page.locator("#name").fill("Короткий")
    await page.locator("#text_ru").fill("Весенний раф уже здесь.")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("heading", name="Короткий")).to_be_visible()


async def _choose_guests(page: Page) -> None:
    await page.goto("/campaigns/segments/new")
    await page.locator("#name").fill("Бывали у нас")
    await page.locator("select[name='n.new']").select_option("purchases")
    await settled(page)
    await page.locator("[name='n-0.count_min']").fill("1")
    await expect(page.locator("#outcome")).to_contain_text(str(GUESTS))
    await settled(page)
    await page.get_by_role("button", name="Сохранить сегмент").click()
    await expect(page.get_by_role("heading", name="Бывали у нас")).to_be_visible()


async def _write_broadcast(page: Page) -> str:
    """Write it, mind what is said of the control group, keep it, and return its address."""
    counted = page.locator("#estimate")
    await page.goto("/campaigns/new")
    await page.locator("#name").fill("Мартовское тепло")
    await page.locator("[name=segments]").first.check()
    await expect(counted).to_contain_text(str(GUESTS))
    await expect(counted).to_contain_text("слишком мала, чтобы что-то доказать: нужно не меньше 100 клиентов")
    await page.locator("#control").fill("50")
    await expect(counted).not_to_contain_text("слишком мала")
    await page.get_by_role("radio", name=re.compile("^Бонусы")).check()
    await page.locator("#points").fill("50")
    await page.locator("#life_days").fill("14")
    await page.locator("[name='template.0']").select_option(label="Тёплый")
    await page.get_by_role("button", name="Сравнить с другим текстом").click()
    await page.locator("[name='template.1']").select_option(label="Короткий")
    await page.get_by_role("radio", name=re.compile("^По местному времени клиента")).check()
    await page.locator("#moment").fill("2026-03-10T15:00")
    await page.locator("#per_minute").fill("50")
    await expect(counted).to_contain_text("до 6\u00a0000 бонусов".replace(" б", "\u00a0б"))
    await look(page)
    await page.get_by_role("button", name="Сохранить черновик").last.click()
    await expect(page.get_by_role("heading", name="Мартовское тепло")).to_be_visible()
    await expect(page.get_by_text("A: Тёплый (1), B: Короткий (1)")).to_be_visible()
    await expect(page.get_by_role("link", name="Запустить")).to_have_count(0)
    await look(page)
    return page.url


async def _watch(office: Office, page: Page) -> None:
    """See the Urals told first and the others at their own three o'clock, in the middle of which it is paused."""
    town, progress = office.town, page.locator("#progress")
    state, bar = progress.locator("[role=status]"), progress.locator("progress")
    await town.until(THREE_IN_THE_URALS)
    await pass_minutes(town, 2)
    far, near = told(town, 0, IN_THE_URALS), told(town, IN_THE_URALS, GUESTS)
    assert 0 < far.total() < IN_THE_URALS, "half of them, by lot"
    assert near.total() == 0
    await expect(state).to_have_text("отправляется")
    await expect(progress).to_contain_text("в минуту, закончится примерно 10 марта, 15:")
    await expect(bar).to_have_attribute("value", str(far.total() * 100 // 120))
    await look(page)

    await town.until(THREE)
    await pass_minutes(town, 2)
    in_the_middle = told(town, 0, GUESTS).total()
    assert far.total() < in_the_middle < 120
    await page.get_by_role("button", name="Приостановить").click()
    await expect(page.get_by_text("Пауза: больше ничего не отправляется.")).to_be_visible()
    await expect(state).to_have_text("на паузе")
    await pass_minutes(town, 2)
    assert told(town, 0, GUESTS).total() == in_the_middle, "a pause is a pause"
    await page.get_by_role("button", name="Продолжить").click()
    await expect(page.get_by_text("Рассылка продолжается.")).to_be_visible()
    await pass_minutes(town, 4)
    await expect(state).to_have_text("завершена")
    await expect(bar).to_have_attribute("value", "100")
    await look(page)

    everybody = told(town, 0, GUESTS)
    assert everybody.total() == 120
    assert "Весенний раф уже здесь." in everybody
    assert any(text.startswith("Гость, у нас весенний раф. Бонусов у вас: ") for text in everybody)
    warm = next(
        message
        for number in range(GUESTS)
        for message in letters(town, number)
        if message.picture is not None
    )
    assert [button.text for row in warm.rows for button in row] == ["Хочу раф", "Отписаться"]


async def _call_off_another(office: Office, page: Page, written: str) -> None:
    """Copy it, let it begin at once, and call it off after its first minute."""
    town, before = office.town, told(office.town, 0, GUESTS).total()
    await page.get_by_role("button", name="Скопировать").click()
    await page.get_by_role("radio", name=re.compile("^Сразу")).check()
    await page.locator("#per_minute").fill("20")
    await page.get_by_role("button", name="Сохранить черновик").last.click()
    await page.get_by_role("link", name="Запустить").click()
    await page.get_by_role("button", name="Отправить 120 клиентам").click()
    await expect(page.get_by_text("Рассылка началась.")).to_be_visible()
    assert page.url != written
    await pass_minutes(town, 2)
    went_out = told(town, 0, GUESTS).total() - before
    assert 0 < went_out < 120
    await page.get_by_role("link", name="Отменить…").click()
    await expect(page.get_by_role("heading", name="Отменить рассылку?")).to_be_visible()
    await expect(page.get_by_text("Больше не получат")).to_be_visible()
    await look(page)
    await page.get_by_role("button", name="Отменить рассылку").click()
    await expect(page.get_by_text(re.compile(f"Отменено: {120 - went_out} клиент"))).to_be_visible()
    await expect(page.locator("#progress")).to_contain_text("отменена")
    await expect(page.locator("#progress")).to_contain_text("рассылку отменили")
    await pass_minutes(town, 3)
    assert told(town, 0, GUESTS).total() == before + went_out
    await look(page)


async def _judge(office: Office, page: Page) -> None:
    """Let both groups buy alike, and read that nothing is proven."""
    town = office.town
    campaign_id = UUID(page.url.rsplit("/", 1)[1])
    groups: dict[bool, list[UUID]] = {}
    async with town.shop.tx() as tx:
        for row in await tx.fetch(
            "select member_id, is_control from campaign_recipients where tenant_id = $1 and campaign_id = $2",
            tx.tenant_id,
            campaign_id,
        ):
            groups.setdefault(row["is_control"], []).append(row["member_id"])
    await town.until(THREE + timedelta(hours=20))
    for is_control, members in groups.items():
        for place, member_id in enumerate(members[:30]):
            await buy(town, f"after-{is_control}-{place}", 300_00 + place * 10_00, member_id)
    await town.until(THREE + timedelta(days=9))
    for job in (count_tenant, measure_tenant):
        await job(town.shop.database, town.time, town.shop.caller.tenant_id)
    await page.reload()
    came = page.locator("section", has=page.get_by_role("heading", name="Покупки после письма"))
    await expect(came).to_contain_text("25,00\u00a0%")
    verdict = page.locator("section", has=page.get_by_role("heading", name="Что это дало"))
    await expect(verdict).to_contain_text("Не доказано")
    await expect(verdict).to_contain_text("Разница с контрольной группой может быть случайной")
    await expect(verdict).to_contain_text("120 против 120 в контрольной группе.")
    await look(page)
    await page.set_viewport_size(PHONE_SCREEN)  # type: ignore[arg-type]
    await look(page)
    await page.goto("/campaigns")
    await expect(page.locator("tbody tr", has_text="Мартовское тепло").last).to_contain_text("Не доказано")
    await look(page)


async def _take_away(office: Office, page: Page, owner_dsn: str, written: str) -> None:
    """Take both tables away as workbooks, and find in them what the pages say."""
    await page.goto("/campaigns")
    (broadcast,) = [
        row
        for row in await _workbook(office, page, owner_dsn, "Таблица в Excel")
        if row["Рассылка"] == "Мартовское тепло"
    ]
    assert (broadcast["Вывод"], broadcast["Покупки"]) == ("Не доказано", 30)
    await page.goto(written)
    await page.get_by_role("link", name="Получатели").click()
    await look(page)
    recipients = await _workbook(office, page, owner_dsn, "Получатели в Excel")
    assert len(recipients) == GUESTS
    assert sum(float(str(row["Бонусов дали"] or 0)) for row in recipients) == 120 * 50


async def _workbook(office: Office, page: Page, owner_dsn: str, button: str) -> list[dict[str, object]]:
    await page.get_by_role("button", name=button).click()
    await page.wait_for_url("**/tasks/*")
    await do_all_tasks(office.town.shop.database, office.town.time, owner_dsn)
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Скачать").click()
    file = await (await downloading.value).path()
    heading, *cells = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, heading), row, strict=True)) for row in cells]


def told(town: Town, first: int, until: int) -> Counter[str]:
    """Return what these guests have on their phones."""
    return sum((town.shown(number) for number in range(first, until)), Counter[str]())


def letters(town: Town, number: int) -> list[Any]:
    return list(town.chat("telegram", number).messages)


async def pass_minutes(town: Town, count: int) -> None:
    for _ in range(count):
        await town.until(town.time.at + A_MINUTE)
        await town.work()


async def test_a_broadcast_is_led_from_its_text_to_its_end_by_the_keyboard_on_a_phone(
    database: Database, browser: Browser, dsn: str, tmp_path: Path
) -> None:
    async with opened(database, browser, dsn, tmp_path, guests=8) as office:
        async with office.town.shop.tx() as tx:
            await create_template(tx, DRAFT, template_id=new_id())
        page = await office.open_as("owner", to="/campaigns", viewport=PHONE_SCREEN)
        await _press(page.get_by_role("link", name="Новая рассылка"))
        await _type(page.locator("#name"), "С клавиатуры")
        await _reach(page.get_by_role("radio", name="Ничего, только сообщение"))
        await page.keyboard.press("ArrowDown")
        await _type(page.locator("#points"), "50")
        await _reach(page.locator("[name='template.0']"))
        for key in ("Space", "ArrowDown", "Enter"):
            await page.keyboard.press(key)
        await expect(page.locator("[name='template.0']")).not_to_have_value("")
        await _press(page.get_by_role("button", name="Сравнить с другим текстом"))
        await expect(page.locator("[name='template.1']")).to_be_visible()
        await settled(page)
        await expect(page.locator("main :focus")).to_have_count(1)
        await _type(page.locator("#per_minute"), "2")
        await _type(page.locator("#control"), "0")
        await expect(page.locator("#estimate")).to_contain_text("Без контрольной группы")
        await look(page)
        await _press(page.get_by_role("button", name="Сохранить черновик").last)
        await _press(page.get_by_role("link", name="Запустить"))
        await expect(page.get_by_role("heading", name="Запустить рассылку?")).to_be_visible()
        await look(page)
        await _press(page.get_by_role("button", name="Отправить 8 клиентам"))
        await expect(page.get_by_text("Рассылка началась.")).to_be_visible()
        await pass_minutes(office.town, 2)

        await _reach(page.locator("#pause"))
        async with page.expect_response("**/progress"):
            pass
        await settled(page)
        await expect(page.locator("#pause")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#progress")).to_contain_text("на паузе")
        await look(page)
        await _press(page.locator("#resume"))
        await expect(page.locator("#progress")).to_contain_text("отправляется")
        await _press(page.locator("#cancel"))
        await expect(page.get_by_role("heading", name="Отменить рассылку?")).to_be_visible()
        await look(page)
        await _press(page.get_by_role("button", name="Отменить рассылку"))
        await expect(page.locator("#progress")).to_contain_text("отменена")
        await look(page)
        await _press(page.get_by_role("link", name="Получатели"))
        await expect(page.get_by_role("heading", name="Получатели")).to_be_visible()
        await look(page)


async def _reach(wanted: Locator) -> None:
    """Press Tab until something has the focus, as nobody does who has a mouse."""
    await expect(wanted).to_be_visible()
    for _ in range(TABS_MAX):
        await wanted.page.keyboard.press("Tab")
        if await wanted.evaluate("(wanted) => wanted === document.activeElement"):
            return
    raise AssertionError(f"no key reaches {wanted}")


async def _press(wanted: Locator) -> None:
    await _reach(wanted)
    await wanted.page.keyboard.press("Enter")


async def _type(wanted: Locator, text: str) -> None:
    """Reach a field, whose text the browser marks by that, and type over it."""
    await _reach(wanted)
    await wanted.page.keyboard.type(text)
