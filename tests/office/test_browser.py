"""The office in a real browser: a person's way through it, on a laptop and on a phone, by day and by night."""

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Browser, Page, expect
from tests.browsing import LAPTOP, PHONE_SCREEN, Browsing, check_nothing_moved, look
from tests.office.conftest import MEMBER, PASSWORD, PHONE, Shop
from tests.office.test_permissions import TABLE
from tests.pos.conftest import Cast, coffee

NO_PAGES = {
    "/campaigns/groups/file",
    "/demo",
    "/engagement/goods",
    "/engagement/rewards/file",
    "/engagement/programs/schema",
    "/receipts/new",
    "/receipts/sums",
    "/sign-in",
    "/welcome",
}
"""What answers with a part of a page, a file or the way to another page, and what strangers see."""
FILES = (".csv", ".ics", ".xlsx")
HALFWAY_SECONDS = 2
MEMBER_PAGES = (
    "", "points", "person", "deeds", "adjustment", "extension", "tier", "block", "merge",
)  # fmt: skip
PROGRAM_PAGES = (
    "", "branches", "compare", "draft", "draft/rule?id=base", "draft/promotions", "draft/cards", "draft/occasions",
    "draft/redemption",
    "draft/life", "draft/tiers",
    "draft/terms", "draft/publish", "draft/import", "draft/preset",
)  # fmt: skip


@dataclass(kw_only=True)
class Stage(Browsing):
    """A running product with Anna's people and receipts, and a browser."""

    cast: Cast
    staff: dict[str, str]
    shop: Shop

    async def report(self, number: str, **more: object) -> None:
        """Report a purchase as a till does, over HTTP."""
        headers = {"Authorization": f"Bearer {self.cast.anna.secret}"}
        async with httpx.AsyncClient(base_url=self.address, headers=headers) as till:
            answer = await till.post("/v1/purchases", json=coffee(number, **more))
        assert answer.is_success, answer.text


@pytest.fixture
async def stage(
    running: str, cast: Cast, staff: dict[str, str], shop: Shop, browser: Browser
) -> AsyncIterator[Stage]:
    async with Stage(address=running, browser=browser, cast=cast, staff=staff, shop=shop) as stage:
        yield stage


async def sign_in(page: Page, email: str, *, to: str) -> None:
    """Ask for a page as a stranger, sign in, and be there."""
    await page.goto(to)
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("form[action='/sign-in'] button").click()
    await page.wait_for_url(f"**{to}")


async def test_from_signing_in_to_why_a_receipt_earned_what_it_earned(stage: Stage) -> None:
    page = await (await stage.context()).new_page()
    await sign_in(page, stage.staff["owner"], to="/receipts")
    rows = page.locator("tbody tr[data-id]")
    await expect(rows).to_have_count(3)

    await page.mouse.move(5, 5)
    await stage.report("A-4", member={"phone": PHONE})
    await expect(rows).to_have_count(4)
    await expect(rows.first).to_contain_text("A-4")

    await rows.nth(1).hover()
    await stage.report("A-5")
    waiting = page.get_by_role("button", name="Показать новые чеки: 1")
    await expect(waiting).to_be_visible()
    await expect(rows).to_have_count(4)
    await waiting.click()
    await expect(rows.first).to_contain_text("A-5")

    await rows.nth(1).get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Чек A-4")).to_be_visible()
    await expect(page.get_by_text("10\u00a0% от 1\u00a0000\u00a0₽\u00a0— 100\u00a0бонусов.")).to_be_visible()
    await page.get_by_role("link", name=MEMBER).click()
    await expect(page.get_by_role("heading", name=MEMBER)).to_be_visible()
    await page.get_by_role("link", name="Бонусы", exact=True).click()
    await expect(page.get_by_text("чек A-4").first).to_be_visible()


async def test_a_list_without_a_connection_says_so_and_recovers(stage: Stage) -> None:
    context = await stage.context()
    page = await context.new_page()
    await sign_in(page, stage.staff["owner"], to="/receipts")

    await context.set_offline(True)
    await expect(page.get_by_text("Нет связи")).to_be_visible()
    await context.set_offline(False)
    await expect(page.get_by_text("Нет связи")).to_be_hidden()

    stage.forgive("ERR_INTERNET_DISCONNECTED")


async def test_a_member_is_found_while_the_name_is_typed_and_gets_points(stage: Stage) -> None:
    page = await (await stage.context(viewport=PHONE_SCREEN)).new_page()
    await sign_in(page, stage.staff["owner"], to="/members")

    search = page.get_by_role("searchbox")
    await search.press_sequentially("нет такого")
    await expect(page.get_by_text("Никто не нашёлся")).to_be_visible()
    await search.fill("4567")
    await page.get_by_role("link", name=MEMBER).click()
    await page.get_by_text("Действия").click()
    await page.get_by_role("link", name="Начислить или списать").click()
    await page.get_by_label("Сколько бонусов").fill("10")
    await page.get_by_label("Причина").fill("Долго ждала кофе")
    await page.get_by_role("button", name="Изменить").click()

    await expect(page.get_by_text("100\u00a0бонусов").first).to_be_visible()
    await expect(page.get_by_text("«Долго ждала кофе»")).to_be_visible()


async def test_points_above_the_limit_go_through_two_people_and_into_the_trail(stage: Stage) -> None:
    card = f"/members/{stage.shop.member_id}"
    maxim = await (await stage.context()).new_page()
    await sign_in(maxim, stage.staff["manager"], to=f"{card}/adjustment")
    await maxim.get_by_label("Сколько бонусов").fill("5000")
    await maxim.get_by_label("Причина").fill("Испорченный торт")
    await maxim.get_by_role("button", name="Изменить").click()
    await expect(maxim.get_by_text("больше вашего лимита")).to_be_visible()

    anna = await (await stage.context(viewport=PHONE_SCREEN)).new_page()
    await sign_in(anna, stage.staff["owner"], to=card)
    await expect(anna.get_by_text("90\u00a0бонусов").first).to_be_visible()
    await anna.get_by_role("link", name="Решить").click()
    await anna.get_by_role("button", name="Подтвердить").click()
    await expect(anna.get_by_text("Ничего не ждёт")).to_be_visible()

    await anna.goto(f"{card}/deeds")
    await expect(anna.get_by_text("«Испорченный торт»")).to_have_count(3)
    await anna.goto(f"{card}/points")
    await expect(anna.get_by_text("5\u00a0090\u00a0бонусов").first).to_be_visible()


async def test_the_ledger_is_checked_without_leaving_the_page(stage: Stage) -> None:
    page = await (await stage.context()).new_page()
    await sign_in(page, stage.staff["accountant"], to="/ledger")

    await page.get_by_role("button", name="Проверить сейчас").click()

    await expect(page.get_by_text("Всё сходится")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme", "screen"),
    [("ru", "light", PHONE_SCREEN), ("en", "dark", LAPTOP)],
    ids=["ru-light-phone", "en-dark-laptop"],
)
async def test_every_page_is_fit_for_everybody(
    stage: Stage, language: str, theme: str, screen: dict[str, int]
) -> None:
    context = await stage.context(viewport=screen, reduced_motion="reduce")
    chosen = {"plushka_language": language, "plushka_theme": theme}
    await context.add_cookies(
        [{"name": name, "value": value, "url": stage.address} for name, value in chosen.items()]
    )
    page = await context.new_page()
    await page.goto("/sign-in")
    await look(page)
    await sign_in(page, stage.staff["owner"], to="/ledger")
    await page.get_by_role("main").get_by_role("button").click()
    await page.locator("dl").first.wait_for()
    for path in (*plain_pages(), *pages_of(stage.shop)):
        await page.goto(path)
        await check_nothing_moved(page)
        await page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        await look(page)


async def test_nothing_is_drawn_before_a_page_is_there_as_a_whole(stage: Stage) -> None:
    page = await (await stage.context()).new_page()
    await sign_in(page, stage.staff["owner"], to="/settings/products")
    html = await (await page.request.get("/settings/products")).body()
    end_of_head = html.index(b"</h1>")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        address = asked.split()[1].decode()
        kind = "text/html; charset=utf-8" if address == "/" else mimetypes.guess_type(address)[0]
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode())
        if address != "/":
            writer.close()
            return
        writer.write(html[:end_of_head])
        await writer.drain()
        await asyncio.sleep(HALFWAY_SECONDS)
        writer.write(html[end_of_head:])
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as slow:
        await page.goto(f"http://127.0.0.1:{slow.sockets[0].getsockname()[1]}/")
        await page.wait_for_function("performance.getEntriesByType('paint').length")
        first_ms = await page.evaluate("performance.getEntriesByType('paint')[0].startTime")
    assert first_ms > HALFWAY_SECONDS * 1000


def plain_pages() -> list[str]:
    """Return the address of every page that is opened without naming anything: none is forgotten."""
    paths = (route.removeprefix("GET ") for route in TABLE if route.startswith("GET ") and "{" not in route)
    return sorted({path for path in paths if not path.endswith(FILES)} - NO_PAGES)


def pages_of(shop: Shop) -> list[str]:
    """Return the addresses of pages about something, in each of their states."""
    member, program = f"/members/{shop.member_id}", f"/engagement/programs/{shop.program_id}"
    return [
        "/receipts?number=nothing",
        f"/receipts/{shop.paid_with_points_id}",
        f"/receipts/{shop.anonymous_id}",
        "/members?search=nobody",
        *(f"{member}/{page}".rstrip("/") for page in MEMBER_PAGES),
        *(f"{program}/{page}".rstrip("/") for page in PROGRAM_PAGES),
        "/businesses/new/business",
    ]


@pytest.mark.parametrize("height", [600, 900])
async def test_the_open_page_of_a_long_section_is_in_sight_of_the_navigation(
    stage: Stage, height: int
) -> None:
    page = await (await stage.context(viewport={"width": 1440, "height": height})).new_page()
    await sign_in(page, stage.staff["owner"], to="/settings/sandbox")

    open_one = page.get_by_role("navigation", name="Разделы").get_by_role("link", name="Песочница")
    await expect(open_one).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Выйти")).to_be_in_viewport(ratio=1)


async def test_pages_are_read_without_scripts(stage: Stage) -> None:
    page = await (await stage.context(java_script_enabled=False)).new_page()
    await sign_in(page, stage.staff["owner"], to="/members")

    await page.locator("[name=search]").fill("Варвара")
    await page.locator("[name=search]").press("Enter")
    await page.get_by_role("link", name=MEMBER).click()
    await page.get_by_role("link", name="Бонусы", exact=True).click()
    await expect(page.get_by_text("чек A-2").first).to_be_visible()
    await page.goto("/receipts?member=without")
    await expect(page.locator("tbody tr[data-id]")).to_have_count(1)
