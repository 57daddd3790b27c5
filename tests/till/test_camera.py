"""The camera reads a code, by our own reader where the browser has none."""

from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw
from playwright.async_api import expect
from tests.till.conftest import PHONE, Desk
from tools.chromium import chromium

FRAMES = 12
SIZE = (640, 480)


def film(path: Path, code: str) -> Path:
    """Write a film (MJPEG) in which somebody holds a QR before the camera, not quite still."""
    drawn = BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="png", scale=7, border=4)
    qr = Image.open(drawn).convert("RGB")
    with path.open("wb") as file:
        for number in range(FRAMES):
            frame = Image.new("RGB", SIZE, "#8a7f74")
            ImageDraw.Draw(frame).rectangle((60, 30, 580, 460), fill="#d8cfc4")
            frame.paste(qr, (150 + number * 4, 70 + number * 2))
            frame.save(file, format="JPEG", quality=85)
    return path


async def test_a_card_is_read_by_the_camera(desk: Desk, tmp_path: Path) -> None:
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE, "card": "1000222222", "name": "Варвара"})
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film(tmp_path / 'card.mjpeg', '1000222222')}",
    )
    async with chromium(*camera) as desk.browser:
        device = await desk.device()
        page = await desk.open(device)

        await page.get_by_role("button", name="Сканировать камерой").click()

        await expect(page.locator("[data-member]")).to_contain_text("Варвара", timeout=20_000)
        await expect(page.locator("#camera")).to_be_hidden()


async def test_a_camera_that_is_not_allowed_leaves_the_keypad(desk: Desk) -> None:
    page = await desk.open(await desk.device(permissions=[]))

    await page.get_by_role("button", name="Сканировать камерой").click()

    await expect(page.get_by_text("Камера недоступна")).to_be_visible()
    await expect(page.locator("#find")).to_be_visible()
