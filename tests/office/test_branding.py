"""How a business looks: what may be chosen, what is refused, and that it can be read."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.office.conftest import plain

from plushka.domain.businesses.colors import READABLE, WHITE, contrast, readable
from plushka.domain.businesses.pictures import LOGO

FORM = {"color": "#ffcc00", "card_style": "waves", "motto": "Кофе и плюшки с 2019"}
PAGE = "/settings/branding"


def picture(kind: str = "PNG", *, size: tuple[int, int] = (900, 600), **more: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "#336699").save(file, kind, **more)
    return file.getvalue()


async def save(browser: httpx.AsyncClient, *, logo: bytes) -> httpx.Response:
    return await browser.post(PAGE, data=FORM, files={"logo": ("logo.png", logo, "image/png")})


async def test_colour_card_and_logo_are_seen_where_they_were_chosen(anna: httpx.AsyncClient) -> None:
    answer = await save(anna, logo=picture("JPEG"))
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text

    page = (await anna.get(PAGE)).text
    assert 'fill="#ffcc00"' in page
    assert "Кофе и плюшки с 2019" in page
    address = page.partition('<image href="')[2].partition('"')[0]
    logo = await anna.get(address)
    assert logo.headers["content-type"] == "image/png"
    assert logo.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in logo.headers["cache-control"]
    with Image.open(BytesIO(logo.content)) as drawn:
        assert drawn.size == (LOGO.side, 341)

    await anna.post(f"{PAGE}/logo/removal")
    assert "<image" not in (await anna.get(PAGE)).text
    assert (await anna.get(address)).status_code == httpx.codes.NOT_FOUND


async def test_the_card_is_drawn_anew_while_one_chooses_and_nothing_is_saved(anna: httpx.AsyncClient) -> None:
    drawn = await anna.post(f"{PAGE}/card", data=FORM | {"motto": "<script>"})

    assert 'fill="#ffcc00"' in drawn.text
    assert "&lt;script&gt;" in drawn.text
    assert "<script>" not in drawn.text
    assert "#ffcc00" not in (await anna.get(PAGE)).text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"color": "red"}, "color"),
        ({"color": "#12345"}, "color"),
        ({"card_style": "fur"}, "card_style"),
        ({"motto": "х" * 61}, "motto"),
    ],
)
async def test_what_cannot_be_is_told_at_its_field(
    anna: httpx.AsyncClient, changed: dict[str, str], field: str
) -> None:
    answer = await anna.post(PAGE, data=FORM | changed)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f'id="{field}-problem"' in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"no picture",
        picture()[:200],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture("GIF"),
        picture("PNG", size=(10_000, 5_000)),
    ],
    ids=["text", "cut off", "svg", "gif", "a bomb"],
)
async def test_a_file_that_is_no_picture_is_refused_and_nothing_saved(
    anna: httpx.AsyncClient, content: bytes
) -> None:
    answer = await save(anna, logo=content)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'id="logo-problem"' in answer.text
    assert "#ffcc00" not in (await anna.get(PAGE)).text


async def test_what_hides_in_a_picture_does_not_come_through(anna: httpx.AsyncClient) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    await save(anna, logo=picture("JPEG", exif=exif) + b"secret tail")
    address = (await anna.get(PAGE)).text.partition('<image href="')[2].partition('"')[0]
    assert b"secret" not in (await anna.get(address)).content


async def test_a_picture_above_the_limit_is_told_at_its_field(anna: httpx.AsyncClient) -> None:
    answer = await save(anna, logo=picture() + bytes(LOGO.bytes_max))
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "не больше 2 МБ" in plain(answer.text)
    assert 'value="Кофе и плюшки с 2019"' in answer.text


async def test_a_photograph_taken_sideways_stands_upright(anna: httpx.AsyncClient) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to look at it
    await save(anna, logo=picture("JPEG", exif=exif))
    address = (await anna.get(PAGE)).text.partition('<image href="')[2].partition('"')[0]
    with Image.open(BytesIO((await anna.get(address)).content)) as drawn:
        assert drawn.size == (341, LOGO.side)


async def test_a_file_that_is_much_too_large_is_turned_away_in_words(anna: httpx.AsyncClient) -> None:
    answer = await save(anna, logo=bytes(5 * 1024 * 1024))
    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert "меньше" in answer.text


async def test_eve_does_not_see_annas_logo(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    await save(anna, logo=picture())
    address = (await anna.get(PAGE)).text.partition('<image href="')[2].partition('"')[0]
    assert (await eve.get(address)).status_code == httpx.codes.NOT_FOUND
    assert "#ffcc00" not in (await eve.get(PAGE)).text


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
def test_whatever_the_colour_text_can_be_read(color: str) -> None:
    chosen = readable(color)
    assert contrast(chosen.on_white, WHITE) >= READABLE
    assert contrast(chosen.on_color, color) >= 3.8  # large text asks for 3
    if contrast(color, WHITE) >= READABLE:
        assert chosen.on_white == color
