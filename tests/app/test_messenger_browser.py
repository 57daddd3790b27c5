"""The app inside Telegram, played by a page that speaks its protocol: theme, buttons, haptics, and no cookie at all."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect
from tests.app.messengers import TOKENS, bind, contact_data, give_bot, max_contact, telegram_data
from tests.app.test_browser import Stage, stage
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop
from tests.pos.conftest import Cast

from plushka.delivery.app.hosts.launch import LAUNCH_TTL
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

__all__ = ["stage"]

TELEGRAM = """
window.told = [];
window.contact = null;
window.TelegramWebviewProxy = {
  postEvent(type, text) {
    const data = JSON.parse(text);
    window.told.push([type, data]);
    const answer = (name, value) => setTimeout(() => window.Telegram.WebView.receiveEvent(name, value), 0);
    if (type === "web_app_request_phone") {
      answer("phone_requested", { status: window.contact ? "sent" : "cancelled" });
    } else if (type === "web_app_invoke_custom_method") {
      answer("custom_method_invoked", { req_id: data.req_id, result: window.contact });
    }
  },
};
"""
MAX = {
    "promise": "window.WebApp = { requestContact: async () => (%s) };",
    "event": """
let hear;
window.WebApp = {
  onEvent(name, listener) { if (name === "WebAppRequestPhone") hear = listener; },
  requestContact() { setTimeout(() => hear(%s), 10); return Promise.resolve(); },
};
""",
}
"""What MAX's own script gives a page, as some of its clients answer and as others do."""
NIGHT = '{"bg_color":"#17212b","secondary_bg_color":"#232e3c","text_color":"#f5f5f5","hint_color":"#a8b4bf"}'


@pytest.fixture
async def vault(settings: Settings) -> Vault:
    return Vault.of(settings)


async def open_in_telegram(stage: Stage, signed: str, *, contact: str = "") -> Page:
    page = await (await stage.context()).new_page()
    await page.add_init_script(TELEGRAM)
    if contact:
        await page.add_init_script(f"window.contact = {contact!r};")
    await page.goto(
        f"{stage.home}#tgWebAppData={quote(signed)}&tgWebAppVersion=8.0&tgWebAppThemeParams={quote(NIGHT)}"
    )
    return page


async def told(page: Page, kind: str) -> dict[str, Any]:
    """Return the latest event of this kind that Telegram was told."""
    found: list[dict[str, Any]] = await page.evaluate(
        "(kind) => window.told.filter(([type]) => type === kind).map(([, data]) => data)", kind
    )
    assert found, kind
    return found[-1]


async def test_a_member_is_at_their_card_at_once_in_the_colours_of_telegram(
    *, stage: Stage, shop: Shop, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    await bind(database, cast.anna.tenant_id, shop.member_id, clock.now())
    page = await open_in_telegram(stage, telegram_data(clock.now()))

    await expect(page.get_by_text(MEMBER)).to_be_visible()
    assert await page.evaluate("document.documentElement.dataset.theme") == "plushka-dark"
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(35, 46, 60)"
    assert await told(page, "web_app_ready") == {}
    assert await page.context.cookies() == []

    await page.get_by_role("link", name="История").click()
    await expect(page.get_by_role("heading", name="История")).to_be_visible()
    await page.locator(".opener").first.click()
    await expect(page.get_by_role("heading", name="Покупка")).to_be_visible()
    assert await told(page, "web_app_setup_back_button") == {"is_visible": True}
    await page.evaluate("window.Telegram.WebView.receiveEvent('back_button_pressed')")
    await expect(page.get_by_role("heading", name="История")).to_be_visible()
    assert await told(page, "web_app_setup_back_button") == {"is_visible": False}

    await page.get_by_role("link", name="Профиль").click()
    await page.get_by_label("Имя").fill("Варя")
    assert (await told(page, "web_app_setup_main_button"))["text"] == "Сохранить"
    await page.evaluate("window.Telegram.WebView.receiveEvent('main_button_pressed')")
    await expect(page.get_by_text("Сохранено")).to_be_visible()

    await page.reload()
    await expect(page.get_by_label("Имя")).to_have_value("Варя")


async def test_somebody_new_shares_the_phone_that_telegram_knows(
    *, stage: Stage, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    contact = contact_data(clock.now(), PHONE)
    page = await open_in_telegram(stage, telegram_data(clock.now()), contact=contact)

    await page.get_by_role("button", name="Поделиться телефоном").click()

    await expect(page.get_by_text(MEMBER)).to_be_visible()
    assert await told(page, "web_app_trigger_haptic_feedback") == {
        "type": "notification",
        "notification_type": "success",
    }


async def test_data_used_before_are_told_to_be_too_old(
    *, stage: Stage, shop: Shop, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    await bind(database, cast.anna.tenant_id, shop.member_id, clock.now())
    signed = telegram_data(clock.now())
    first = await open_in_telegram(stage, signed)
    await expect(first.get_by_text(MEMBER)).to_be_visible()

    thief = await open_in_telegram(stage, signed)

    await expect(thief.get_by_text("откройте его снова")).to_be_visible()
    stage.forgive("status of 403")


@pytest.mark.parametrize(
    ("late", "token", "typed"),
    [
        (timedelta(), TOKENS["eve"], ""),
        (LAUNCH_TTL + timedelta(seconds=1), TOKENS["anna"], ""),
        (timedelta(), TOKENS["anna"], "&start_param=anything"),
    ],
    ids=["for the bot of another business", "stale", "tampered"],
)
async def test_what_telegram_has_not_signed_for_this_bot_lately_lets_nobody_in(
    *,
    stage: Stage,
    shop: Shop,
    database: Database,
    vault: Vault,
    cast: Cast,
    clock: SetClock,
    late: timedelta,
    token: str,
    typed: str,
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now())
    await give_bot(database, vault, cast.eve.tenant_id, clock.now(), token=TOKENS["eve"])
    await bind(database, cast.anna.tenant_id, shop.member_id, clock.now())

    page = await open_in_telegram(stage, telegram_data(clock.now() - late, token=token) + typed)

    await expect(page.get_by_text("откройте его снова")).to_be_visible()
    await page.get_by_role("link", name="К карте").click()
    await expect(page.locator("[name=phone]")).to_be_visible()
    await expect(page.get_by_text(MEMBER)).to_have_count(0)
    stage.forgive("status of 403")


@pytest.mark.parametrize("way", ["promise", "event"])
async def test_somebody_new_shares_the_phone_that_max_knows(
    *, stage: Stage, database: Database, vault: Vault, cast: Cast, clock: SetClock, way: str
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now(), messenger="max")
    contact = json.dumps(max_contact(str(int(clock.now().timestamp())), PHONE))
    page = await (await stage.context()).new_page()
    await page.route(
        "https://st.max.ru/**",
        lambda route: route.fulfill(content_type="text/javascript", body=MAX[way] % contact),
    )
    await page.goto(f"{stage.home}#WebAppData={quote(telegram_data(clock.now()))}")

    await page.get_by_role("button", name="Поделиться телефоном").click()

    await expect(page.get_by_text(MEMBER)).to_be_visible()


async def test_where_maxs_script_does_not_come_no_phone_is_asked_for(
    *, stage: Stage, database: Database, vault: Vault, cast: Cast, clock: SetClock
) -> None:
    await give_bot(database, vault, cast.anna.tenant_id, clock.now(), messenger="max")
    page = await (await stage.context()).new_page()
    await page.route("https://st.max.ru/**", lambda route: route.abort())
    await page.goto(f"{stage.home}#WebAppData={quote(telegram_data(clock.now()))}")

    await expect(page.locator("html:not(.is-entering) [name=phone]")).to_be_visible()
    await expect(page.get_by_role("button", name="Поделиться телефоном")).to_be_hidden()
    stage.forgive("st.max.ru")
