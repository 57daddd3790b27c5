"""Products in the office: their prices and barcodes, and what tills are offered then."""

import re

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import email_of, plain, signed_in
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.domain.catalog.barcodes import check_digit
from plushka.platform.database import Database

PAGE = "/settings/products"
EDITOR = f"{PAGE}/product"
CAKE = {"name": "Торт «Прага»", "sku": "cake/1", "price": "1 250,50", "barcode": "4600051000057"}


async def shelf(app: Plushka, cast: Cast, text: str = "") -> list[dict[str, object]]:
    """Return what a till is offered."""
    async with client_of(app, cast.anna.secret) as till:
        found: list[dict[str, object]] = (await till.get("/v1/products", params={"text": text})).json()[
            "products"
        ]
    return found


async def test_a_product_is_added_found_changed_put_away_and_taken_back(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    added = await anna.post(EDITOR, data=CAKE | {"new_category": "Торты"})
    assert added.status_code == httpx.codes.SEE_OTHER, added.text
    (cake,) = await shelf(app, cast, "4600051000057")
    assert cake == {
        "sku": "cake/1",
        "name": "Торт «Прага»",
        "category": "Торты",
        "price_minor": 1250_50,
        "barcode": "4600051000057",
    }

    found = plain((await anna.get(f"{PAGE}?search=прага")).text)
    assert "1 250,50 ₽" in found
    assert "Капучино" not in found
    href = re.search(r'href="(/settings/products/product\?sku=[^"]+)"', found)
    assert href is not None
    assert 'value="1\u00a0250,50"' in (await anna.get(href[1])).text
    changed = CAKE | {"name": "Прага", "price": "990", "category": "Торты", "new_category": "торты"}
    assert (await anna.post(href[1], data=changed)).status_code == httpx.codes.SEE_OTHER
    (cake,) = await shelf(app, cast, "cake/1")
    assert (cake["name"], cake["price_minor"], cake["category"]) == ("Прага", 990_00, "Торты")

    query = href[1].partition("?")[2]
    assert (await anna.post(f"{PAGE}/archive?{query}")).status_code == httpx.codes.SEE_OTHER
    assert await shelf(app, cast, "4600051000057") == []
    assert "Прага" not in (await anna.get(f"{PAGE}?search=прага")).text.partition("<table")[2]
    assert "Прага" in (await anna.get(f"{PAGE}?state=archived")).text
    await anna.post(f"{PAGE}/restore?{query}")
    assert len(await shelf(app, cast, "cake/1")) == 1

    trail = plain((await anna.get("/settings/audit")).text)
    for told in ("Добавлен товар", "Изменён товар", "Товар убран", "Товар вернулся в продажу"):
        assert told in trail, told


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"sku": ""}, "sku"),
        ({"sku": "4600001"}, "sku"),
        ({"price": "дорого"}, "price"),
        ({"price": "-1"}, "price"),
        ({"price": "99999999999"}, "price"),
        ({"barcode": "4600051000058"}, "barcode"),
        ({"barcode": "123"}, "barcode"),
        ({"barcode": "460005100005х"}, "barcode"),
        ({"barcode": "4607001234562"}, "barcode"),
        ({"category": "нет такой"}, "category"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_kept(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, typed: dict[str, str], field: str
) -> None:
    refused = await anna.post(EDITOR, data=CAKE | typed)

    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f'id="{field}-problem"' in refused.text
    if field != "name":
        assert "Торт «Прага»" in refused.text
    assert len(await shelf(app, cast)) == 1


async def test_a_barcode_of_what_is_put_away_is_free_until_that_is_taken_back(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    await anna.post(f"{PAGE}/archive?sku=4600001")
    added = await anna.post(EDITOR, data=CAKE | {"barcode": "4607001 234562"})
    assert added.status_code == httpx.codes.SEE_OTHER

    refused = await anna.post(f"{PAGE}/restore?sku=4600001")

    assert refused.status_code == httpx.codes.CONFLICT
    assert [product["sku"] for product in await shelf(app, cast, "4607001234562")] == ["cake/1"]


async def test_products_are_shown_a_page_at_a_time_and_taken_away_as_a_file(
    anna: httpx.AsyncClient, app: Plushka, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    for number in range(55):
        await anna.post(EDITOR, data={"name": f"Плюшка {number:02}", "sku": f"bun-{number}", "price": "90"})
    first = (await anna.get(PAGE)).text
    more = re.search(r'hx-get="([^"]+)"', first)
    assert more is not None
    rest = await anna.get(more[1].replace("&amp;", "&"), headers={"hx-request": "true"})
    assert (first.count('class="opener'), rest.text.count('class="opener')) == (50, 6)

    task = (await anna.post(f"{PAGE}/exports?search=плюшка")).headers["location"]
    await do_all_tasks(database, clock, owner_dsn)
    written = (await anna.get(f"{task}/file")).content.decode("utf-8-sig")
    assert len(written.splitlines()) == 56
    assert "bun-7;Плюшка 07;;90" in written
    async with signed_in(app, email_of("marketer")) as marketer:
        assert (await marketer.get(PAGE)).status_code == httpx.codes.OK
        assert "/settings/products/product?" not in (await marketer.get(PAGE)).text


async def test_eve_changes_nothing_of_annas(eve: httpx.AsyncClient, app: Plushka, cast: Cast) -> None:
    await eve.post(f"{EDITOR}?sku=4600001", data={"name": "Чужое", "price": "1"})
    await eve.post(f"{PAGE}/archive?sku=4600001")

    assert (await eve.get(f"{EDITOR}?sku=nothing")).status_code == httpx.codes.NOT_FOUND
    (product,) = await shelf(app, cast, "4600001")
    assert product["name"] == "Капучино 0,3"


@pytest.mark.parametrize("code", ["96385074", "036000291452", "4006381333931", "10614141000415"])
def test_the_last_digit_is_that_of_published_examples(code: str) -> None:
    assert check_digit(code[:-1]) == code[-1]
