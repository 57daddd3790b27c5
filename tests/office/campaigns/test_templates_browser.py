"""The editor of templates in a real browser, and a test that arrives in a messenger."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, expect
from tests.bots.conftest import VERA, VERAS, Scene, connect, scene, until
from tests.browsing import Browsing, look
from tests.conftest import SetClock
from tests.office.conftest import email_of, hire_with_password
from tests.office.test_browser import sign_in
from tests.pos.conftest import served

__all__ = ["connect", "scene"]


@pytest.fixture
def picture() -> FilePayload:
    drawn = BytesIO()
    Image.new("RGB", (320, 160), "#c05a1c").save(drawn, "PNG")
    return {"name": "latte.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


async def test_a_template_is_written_looked_at_and_tried_on_a_member(
    scene: Scene, clock: SetClock, browser: Browser, picture: FilePayload
) -> None:
    owner = email_of("owner")
    await hire_with_password(scene.shop.database, clock, scene.shop.caller.tenant_id, owner, "owner")
    async with scene.working():
        await scene.enrol()
        await scene.press("Да, присылайте")
        with served(scene.settings, clock) as address:
            async with Browsing(address=address, browser=browser) as browsing:
                page = await (await browsing.context()).new_page()
                await sign_in(page, owner, to="/campaigns/templates/new")
                await _write(page)
                await _look_at_it(page)
                await page.get_by_role("button", name="Сохранить").click()
                await page.locator("#picture").set_input_files(picture)
                await page.get_by_role("button", name="Сохранить").click()
                await expect(page.locator("#preview img")).to_be_visible()
                await look(page)

                await page.get_by_label("Кому").fill(VERAS.value)
                await page.get_by_role("button", name="Отправить").click()
                await expect(page.get_by_text("Проверочное сообщение отправлено")).to_be_visible()
        await until(lambda: "Здравствуйте, Вера!" in scene.screen()[-1].html)
    shown = scene.screen(VERA)[-1]
    assert [button.text for row in shown.rows for button in row] == ["Хочу", "Отписаться"]
    assert scene.fake.pictures[shown.picture or 0].startswith(b"\xff\xd8"), "as JPEG"


async def _write(page: Page) -> None:
    """Type a text with a variable that is put in by a button, and a button of its own."""
    preview, text = page.locator("#preview"), page.locator("#text_ru")
    await page.locator("#name").fill("Новый вкус")
    await text.press_sequentially("Здравствуйте, ")
    await page.get_by_role("button", name="Имя", exact=True).click()
    await page.keyboard.type("друг")
    await expect(text).to_have_value("Здравствуйте, {first_name|друг}")
    await text.press("End")
    await text.press_sequentially("! У нас {вкус}.")
    await expect(preview).to_contain_text("переменной «вкус» нет")
    await text.fill("Здравствуйте, {first_name|друг}! У нас новый вкус, а у вас {balance}.")
    await page.get_by_label("Кнопка 1, Русский").fill("Хочу")
    await expect(preview).to_contain_text("Здравствуйте, Анна! У нас новый вкус, а у вас 120")
    await expect(preview).to_contain_text("Хочу")


async def _look_at_it(page: Page) -> None:
    """See it as a member gets it, and what an SMS of it comes to."""
    preview = page.locator("#preview")
    await page.locator("#preview_member").fill(VERAS.value)
    await expect(preview).to_contain_text("Здравствуйте, Вера! У нас новый вкус, а у вас 50")
    await page.locator("#preview_channel").select_option("sms")
    await expect(preview).to_contain_text("частей: 2")
    await page.locator("#text_ru").fill("Ваш код {coupon}, подарок {suggestion}.")
    await expect(preview).to_contain_text("ему сообщение не уйдёт")
    await page.locator("#text_ru").fill("Здравствуйте, {first_name|друг}! У нас новый вкус.")
    await page.locator("#preview_channel").select_option("telegram")
    await expect(preview).to_contain_text("Здравствуйте, Вера! У нас новый вкус.")
