"""Notifications turned on in a real browser that registers as it does for everybody, with a registry that is none."""

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect
from tests.app.push_registry import TOKEN, Registry, open_registry
from tests.app.test_browser import Stage, stage
from tests.app.test_notifications import gateway
from tests.browsing import APPEARS_MS, PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.pos.conftest import Cast
from tools.chromium import CHROMIUM, FLAGS

from plushka.domain.messages.gateways.model import Gateway
from plushka.platform.database import Database

__all__ = ["gateway", "stage"]

PATIENCE_SECONDS = 40.0
POINT_BYTES, SECRET_BYTES = 65, 16
"""What RFC 8291 makes of the browser's keys: a point of P-256, and a secret."""
UNANSWERED = "Notification.requestPermission = async () => 'default';"
"""The question closed without an answer: nobody can press the browser's own cross here."""


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    async with open_registry() as registry:
        yield registry


@pytest.fixture
async def phone(stage: Stage, registry: Registry, tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A browser with a profile of its own: a private window may not subscribe."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            # The new kind without a screen; the old one, which Playwright would take, knows no push.
            headless=False,
            args=[*FLAGS, "--headless=new", *registry.flags],
            base_url=stage.address,
            viewport=PHONE_SCREEN,  # type: ignore[arg-type]
            locale="ru",
        )
        context.set_default_timeout(APPEARS_MS)
        try:
            yield context
        finally:
            await context.close()


async def at_the_switch(stage: Stage, phone: BrowserContext, *, permission: str) -> Page:
    """Sign in and open the page on which notifications are turned on; what the browser has been told is said."""
    page = await stage.sign_in(phone)
    await expect(page.locator(".tabs")).to_be_visible()
    client = await phone.new_cdp_session(page)
    await client.send(
        "Browser.setPermission",
        {"permission": {"name": "notifications"}, "setting": permission, "origin": stage.address},
    )
    await page.goto(f"{stage.home}/profile")
    return page


async def test_a_browser_subscribes_and_what_it_gives_is_kept(
    *,
    stage: Stage,
    phone: BrowserContext,
    registry: Registry,
    gateway: Gateway,
    database: Database,
    cast: Cast,
    clock: SetClock,
) -> None:
    registry.is_refusing = True
    page = await at_the_switch(stage, phone, permission="granted")
    await page.get_by_role("button", name="Включить здесь").click()
    await expect(page.get_by_text("Не получилось включить")).to_be_visible()
    await look(page)

    registry.is_refusing = False
    await page.get_by_role("button", name="Включить здесь").click()
    await expect(page.get_by_text("Уведомления здесь включены.")).to_be_visible()
    await expect(page.locator('[name="device"]')).to_have_count(1)
    await expect(page.get_by_role("button", name="Включить здесь")).to_be_hidden()
    await look(page)
    assert gateway.public_key in registry.registered.values()
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        kept = await tx.fetchrow("select * from push_subscriptions where tenant_id = $1", tx.tenant_id)
    assert kept is not None
    assert kept["endpoint"].startswith("https://")
    assert kept["endpoint"].endswith(TOKEN)
    sizes = [len(urlsafe_b64decode(kept[key] + "==")) for key in ("p256dh", "auth")]
    assert sizes == [POINT_BYTES, SECRET_BYTES]

    await page.get_by_role("button", name="Выйти").click()
    await expect(page.locator("[name=phone]")).to_be_visible()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while gateway.public_key not in registry.gone:  # noqa: ASYNC110  what is waited for is another program's
            await asyncio.sleep(0.05)


async def test_a_browser_that_forbids_it_is_told_of_and_has_no_button(
    stage: Stage, phone: BrowserContext, gateway: Gateway
) -> None:
    assert gateway.public_key
    page = await at_the_switch(stage, phone, permission="denied")
    await expect(page.get_by_text("Уведомления этого сайта запрещены в браузере")).to_be_visible()
    await expect(page.get_by_role("button", name="Включить здесь")).to_be_hidden()
    await look(page)


async def test_a_question_without_an_answer_can_be_asked_again(
    stage: Stage, phone: BrowserContext, registry: Registry, gateway: Gateway
) -> None:
    assert gateway.public_key
    await phone.add_init_script(UNANSWERED)
    page = await at_the_switch(stage, phone, permission="prompt")
    await page.get_by_role("button", name="Включить здесь").click()
    await expect(page.get_by_text("остался без ответа")).to_be_visible()
    await expect(page.get_by_text("запрещены")).to_be_hidden()
    await expect(page.get_by_role("button", name="Включить здесь")).to_be_enabled()
    await look(page)
    assert registry.registered == {}
