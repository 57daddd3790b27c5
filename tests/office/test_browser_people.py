"""People and places in a real browser: coming by an invitation, codes, passkeys, and who sees what."""

import re
from typing import Any

import pyotp
import pytest
from playwright.async_api import BrowserContext, Page, expect
from tests.browsing import LAPTOP, PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD
from tests.office.test_browser import Stage, sign_in, stage

__all__ = ["stage"]

NEW_PASSWORD = "ведро чернил на балконе"
SETTINGS = (
    "/account",
    "/settings/audit",
    "/settings/branches",
    "/settings/branches/new",
    "/settings/channels",
    "/settings/roles",
    "/settings/roles/new",
    "/settings/staff",
    "/settings/staff/invite",
    "/settings/tills",
    "/settings/tills/new",
)


async def open_as(stage: Stage, role: str, *, to: str, **options: Any) -> Page:
    page = await (await stage.context(**options)).new_page()
    await sign_in(page, stage.staff[role], to=to)
    return page


async def test_somebody_is_invited_switches_codes_on_and_comes_in_with_one(
    stage: Stage, clock: SetClock
) -> None:
    owner = await open_as(stage, "owner", to="/settings/staff")
    await owner.get_by_role("link", name="Пригласить").click()
    await owner.get_by_label("Кто это").fill("Кира")
    await owner.get_by_role("radio", name="Управляющий").check()
    await owner.get_by_role("button", name="Создать приглашение").click()
    link = (await owner.locator("#link").inner_text()).strip()
    await expect(owner.get_by_text("писем Плюшка пока не шлёт")).to_be_visible()

    kira = await (await stage.context()).new_page()
    await kira.goto(link)
    await kira.get_by_label("Почта").fill("kira@new.example")
    await kira.get_by_label("Пароль", exact=True).fill(NEW_PASSWORD)
    await kira.get_by_role("button", name="Создать запись и присоединиться").click()
    await kira.wait_for_url("**/")
    await kira.goto("/account")
    await kira.locator("[action='/account/second-factor/begin'] input").fill(NEW_PASSWORD)
    await kira.get_by_role("button", name="Включить").click()
    await kira.get_by_text("Не могу отсканировать").click()
    secret = (await kira.locator("#secret").inner_text()).replace(" ", "")
    await kira.get_by_label("шесть цифр из приложения").fill(pyotp.TOTP(secret).at(clock.now()))
    await kira.get_by_role("button", name="Включить").click()
    await expect(kira.get_by_role("heading", name="Коды при входе включены")).to_be_visible()
    recovery = (await kira.locator("#codes").inner_text()).split()
    await kira.get_by_role("link", name="Сохранено").click()
    await expect(kira.get_by_text("Осталось 10 запасных кодов")).to_be_visible()
    await kira.get_by_role("button", name="Выйти").first.click()

    await kira.get_by_label("Почта").fill("kira@new.example")
    await kira.get_by_label("Пароль", exact=True).fill(NEW_PASSWORD)
    await kira.get_by_role("button", name="Войти", exact=True).click()
    await kira.get_by_label("Шесть цифр или запасной код").fill(recovery[0])
    await kira.get_by_role("button", name="Войти").click()
    await kira.wait_for_url("**/")
    await kira.goto("/settings/audit")
    await expect(kira.get_by_text("Включены коды при входе")).to_be_visible()


async def test_a_passkey_is_added_and_opens_the_office(stage: Stage) -> None:
    # A passkey is bound to the name of a site, and an address in digits is none.
    stage.address = stage.address.replace("127.0.0.1", "localhost")
    context = await stage.context()
    page = await context.new_page()
    await with_authenticator(context, page)
    await sign_in(page, stage.staff["owner"], to="/account")

    await page.get_by_label("Как его назвать").fill("Мой ноутбук")
    await page.locator("[name=passkey_password]").fill("не тот пароль")
    await page.get_by_role("button", name="Добавить ключ").click()
    await expect(page.locator("#passkey_password-problem")).to_be_visible()
    stage.complaints.clear()
    await page.locator("[name=passkey_password]").fill(PASSWORD)
    await page.get_by_role("button", name="Добавить ключ").click()
    await expect(page.get_by_text("Ключ доступа «Мой ноутбук» добавлен.")).to_be_visible()
    await page.get_by_role("button", name="Выйти", exact=True).first.click()

    await page.get_by_role("button", name="Войти с ключом доступа").click()

    await page.wait_for_url("**/")
    await page.goto("/account")
    await expect(page.get_by_text("последний вход: 10 марта")).to_be_visible()
    await page.get_by_label("Удалить ключ доступа Мой ноутбук").click()
    await page.locator("[name^=removal_password]").fill(PASSWORD)
    await page.get_by_role("button", name="Удалить ключ доступа", exact=True).click()
    await expect(page.get_by_text("Ключ доступа удалён")).to_be_visible()
    await page.get_by_role("button", name="Выйти", exact=True).first.click()
    await page.get_by_role("button", name="Войти с ключом доступа").click()
    await expect(page.get_by_text("Ключ доступа не подходит")).to_be_visible()
    stage.forgive("status of 422")


async def with_authenticator(context: BrowserContext, page: Page) -> None:
    """Give the browser a device with a fingerprint reader that always knows the finger."""
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


async def test_by_an_address_in_digits_passkeys_are_not_offered(stage: Stage) -> None:
    page = await open_as(stage, "owner", to="/account")
    await expect(page.get_by_text("нужны HTTPS и имя сайта")).to_be_visible()
    await expect(page.get_by_role("button", name="Добавить ключ")).to_be_hidden()


async def test_an_owner_and_a_cashier_see_what_they_may(stage: Stage) -> None:
    owner = await open_as(stage, "owner", to="/settings/staff")
    navigation = owner.get_by_role("navigation").first
    for name in ("Точки", "Кассы", "Сотрудники", "Роли", "Кто что делал"):
        await expect(navigation.get_by_role("link", name=name)).to_be_visible()
    await owner.get_by_role("link", name=re.compile("cashier")).click()
    await expect(owner.get_by_role("button", name="Уволить")).to_be_visible()

    cashier = await open_as(stage, "cashier", to="/receipts")
    await expect(cashier.get_by_role("navigation").first.get_by_role("link", name="Настройки")).to_have_count(
        0
    )
    answer = await cashier.goto("/settings/staff")
    assert answer is not None
    assert answer.status == 403
    await expect(cashier.get_by_text("Право")).to_be_visible()
    stage.forgive("status of 403")


async def test_a_till_is_set_up_and_its_key_copied(stage: Stage) -> None:
    stage.address = stage.address.replace("127.0.0.1", "localhost")
    page = await open_as(stage, "owner", to="/settings/tills")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("link", name="Завести кассу").click()
    await page.get_by_label("Название").fill("Касса 2")
    await page.get_by_role("button", name="Завести кассу").click()
    await page.get_by_role("link", name="Подключить кассу").click()
    await page.get_by_role("button", name="Выдать ключ").click()
    secret = (await page.locator("#secret").inner_text()).strip()
    await page.get_by_role("button", name="Копировать").first.click()
    await expect(page.get_by_role("button", name="Скопировано")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == secret


@pytest.mark.parametrize(
    ("language", "theme", "screen"),
    [("ru", "dark", PHONE_SCREEN), ("en", "light", LAPTOP)],
)
async def test_every_page_of_people_and_places_is_fit_for_everybody(
    stage: Stage, language: str, theme: str, screen: dict[str, int]
) -> None:
    context = await stage.context(viewport=screen, reduced_motion="reduce")
    chosen = {"plushka_language": language, "plushka_theme": theme}
    await context.add_cookies(
        [{"name": name, "value": value, "url": stage.address} for name, value in chosen.items()]
    )
    page = await context.new_page()
    await sign_in(page, stage.staff["owner"], to="/settings/tills")
    first_till = await page.locator(".opener").first.get_attribute("href")
    await page.goto("/settings/staff")
    other = await page.locator(".opener").last.get_attribute("href")
    await page.goto("/settings/branches")
    branch = await page.locator(".opener").first.get_attribute("href")
    for path in (*SETTINGS, str(first_till), f"{first_till}/connect", str(other), str(branch)):
        await page.goto(path)
        await page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        await look(page)
