"""One field for everything: what it finds, for whom, and that the slash leads there."""

import asyncio
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Route, expect
from tests.office.conftest import MEMBER, PHONE, Shop, email_of, plain, signed_in
from tests.office.test_browser import Stage, sign_in, stage

from plushka.app import Plushka

__all__ = ["stage"]


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("варвара", MEMBER, "A-1"),
        (PHONE[-4:], MEMBER, "A-1"),
        ("A-2", "A-2", "Варвара"),
        ("касс", "/settings/tills", MEMBER),
        ("несуществующее", "Ничего не нашлось", MEMBER),
        ("", "номер чека", MEMBER),
    ],
)
@pytest.mark.usefixtures("shop")
async def test_it_finds_members_receipts_and_pages(
    anna: httpx.AsyncClient, text: str, there: str, not_there: str
) -> None:
    part = plain((await anna.get("/search", params={"text": text}, headers={"hx-request": "true"})).text)
    assert there in part
    assert not_there not in part.replace("/members?", "")


@pytest.mark.usefixtures("shop", "staff")
async def test_a_person_finds_only_pages_that_they_may_open(app: Plushka) -> None:
    async with signed_in(app, email_of("cashier")) as cashier:
        page = (await cashier.get("/search?text=сотрудники")).text
        assert 'href="/settings/staff"' not in page
        assert MEMBER in plain((await cashier.get("/search?text=варвара")).text)


async def test_eve_finds_nothing_of_annas(eve: httpx.AsyncClient, shop: Shop) -> None:
    for text in ("варвара", PHONE, "A-2"):
        page = plain((await eve.get("/search", params={"text": text})).text)
        assert str(shop.member_id) not in page
        assert str(shop.paid_with_points_id) not in page


async def test_the_slash_leads_there_and_enter_opens_what_was_found(stage: Stage) -> None:
    page = await (await stage.context()).new_page()
    await sign_in(page, stage.staff["owner"], to="/receipts")

    await page.keyboard.press("/")
    await page.wait_for_url("**/search")
    await expect(page.get_by_role("main").get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("варва")
    # What was found for a part of it goes when the whole is found.
    await page.wait_for_url(f"**/search?text={quote('варва')}")
    await page.get_by_role("main").get_by_role("link", name=MEMBER).focus()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name=MEMBER)).to_be_visible()


async def test_what_is_typed_before_the_page_can_look_is_looked_for_once_it_can(stage: Stage) -> None:
    page = await (await stage.context()).new_page()
    await sign_in(page, stage.staff["owner"], to="/receipts")
    scripts = asyncio.Event()

    async def come_late(route: Route) -> None:
        await scripts.wait()
        await route.continue_()

    await page.route("**/*.js", come_late)
    await page.goto("/search", wait_until="commit")
    await page.get_by_role("main").get_by_role("searchbox").fill("варва")
    scripts.set()

    await expect(page.get_by_role("main").get_by_role("link", name=MEMBER)).to_be_visible()
