"""The picture of a programme: given, seen by staff and by the invited, replaced, taken away."""

import re
from io import BytesIO

import httpx
import pytest
from PIL import Image
from tests.office.conftest import Shop, plain
from tests.office.test_branding import picture
from tests.office.test_links import make_link

from plushka.domain.businesses.pictures import PROGRAM_PICTURE

TEXTS = {"name": "Плюшки", "description": "Для своих"}


async def save(browser: httpx.AsyncClient, shop: Shop, content: bytes, **typed: str) -> httpx.Response:
    return await browser.post(
        f"/engagement/programs/{shop.program_id}/name",
        data=TEXTS | typed,
        files={"picture": ("cup.jpg", content, "image/jpeg")},
    )


def picture_on(page: str) -> str:
    found = re.search(r'src="([^"]*/picture/[0-9a-f]+)"', page)
    return found[1] if found else ""


async def test_it_is_seen_in_the_list_on_the_programmes_page_and_by_the_invited(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient, shop: Shop
) -> None:
    _, invitation = await make_link(anna)
    answer = await save(anna, shop, picture("JPEG", size=(3000, 2000)))
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text

    in_office = picture_on((await anna.get(f"/engagement/programs/{shop.program_id}")).text)
    assert picture_on((await anna.get("/engagement/programs")).text) == in_office
    at_the_door = picture_on((await stranger.get(invitation)).text)
    for shown in (await anna.get(in_office), await stranger.get(at_the_door)):
        assert shown.headers["content-type"] == "image/webp"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-security-policy"] == "default-src 'none'"
        assert "immutable" in shown.headers["cache-control"]
        with Image.open(BytesIO(shown.content)) as drawn:
            assert drawn.size == (PROGRAM_PICTURE.side, 853)
    assert "Загружена картинка программы" in plain((await anna.get("/settings/audit")).text)


async def test_another_one_has_another_address_and_the_old_one_is_gone(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient, shop: Shop
) -> None:
    page, (_, invitation) = f"/engagement/programs/{shop.program_id}", await make_link(anna)
    await save(anna, shop, picture())
    first, at_the_door = (
        picture_on((await anna.get(page)).text),
        picture_on((await stranger.get(invitation)).text),
    )

    await save(anna, shop, picture(size=(300, 200)))

    second = picture_on((await anna.get(page)).text)
    assert second not in {"", first}
    assert (await anna.get(first)).status_code == httpx.codes.NOT_FOUND
    assert (await stranger.get(at_the_door)).status_code == httpx.codes.NOT_FOUND

    removed = await anna.post(f"{page}/picture/removal")
    assert removed.status_code == httpx.codes.SEE_OTHER
    assert picture_on((await anna.get(page)).text) == ""
    assert (await anna.get(second)).status_code == httpx.codes.NOT_FOUND
    assert "Удалена картинка программы" in plain((await anna.get("/settings/audit")).text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "PNG, JPEG или WebP"),
        (picture()[:200], "PNG, JPEG или WebP"),
        (picture() + bytes(PROGRAM_PICTURE.bytes_max), "не больше 8 МБ"),
    ],
    ids=["svg", "cut off", "too large"],
)
async def test_what_is_no_picture_is_told_at_the_field_and_what_was_typed_stays(
    anna: httpx.AsyncClient, shop: Shop, content: bytes, told: str
) -> None:
    answer = await save(anna, shop, content, name="Плюшки и кофе")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert told in plain(answer.text).partition('id="picture-problem"')[2]
    assert 'value="Плюшки и кофе"' in answer.text
    page = (await anna.get(f"/engagement/programs/{shop.program_id}")).text
    assert "Плюшки и кофе" not in page
    assert picture_on(page) == ""


async def test_a_picture_lost_with_a_refused_form_is_asked_for_again(
    anna: httpx.AsyncClient, shop: Shop
) -> None:
    answer = await save(anna, shop, picture(), name=" ")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Выберите картинку ещё раз" in answer.text.partition('id="picture-problem"')[2]
    assert picture_on((await anna.get(f"/engagement/programs/{shop.program_id}")).text) == ""


async def test_texts_are_changed_without_touching_the_picture(anna: httpx.AsyncClient, shop: Shop) -> None:
    page = f"/engagement/programs/{shop.program_id}"
    await save(anna, shop, picture())
    before = picture_on((await anna.get(page)).text)
    await anna.post(f"{page}/name", data=TEXTS | {"name": "Плюшки и кофе"})
    after = (await anna.get(page)).text
    assert "Плюшки и кофе" in after
    assert picture_on(after) == before


async def test_a_sandbox_has_it_too_and_eve_has_not(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, shop: Shop
) -> None:
    page = f"/engagement/programs/{shop.program_id}"
    await save(anna, shop, picture())
    address = picture_on((await anna.get(page)).text)
    content = (await anna.get(address)).content
    assert (await eve.get(address)).status_code == httpx.codes.NOT_FOUND
    assert (await eve.post(f"{page}/picture/removal")).status_code == httpx.codes.NOT_FOUND

    opened = await anna.post("/settings/sandbox", follow_redirects=True)

    assert "Песочница готова" in opened.text
    assert (await anna.get(address)).content == content
