"""Coming in to the app of a running demo, as its member does: by phone, with the code that the fake phone shows."""

from collections.abc import Sequence
from typing import Any

from playwright.async_api import Browser

from plushka.demo import people
from plushka.demo.business import TENANT_ID

HOME = f"/app/{TENANT_ID}"


async def enter_app(browser: Browser, address: str) -> Sequence[Any]:
    """Sign in, and return the cookies of the session."""
    context = await browser.new_context(base_url=address)
    page = await context.new_page()
    await page.goto(f"{HOME}/sign-in")
    await page.locator("[name=phone]").fill(people.phone(people.REGULAR))
    await page.locator("[data-main]").click()
    await page.locator("[name=code]").wait_for()
    phone = await context.new_page()
    await phone.goto("/demo/phone")
    code = (await phone.locator("li").first.inner_text()).splitlines()[1][:6]
    await page.locator("[name=code]").fill(code)
    await page.locator("[data-main]").click()
    await page.locator("[data-code]").wait_for()
    cookies = await context.cookies()
    await context.close()
    return cookies
