"""The catalogue of rewards in the office: made, filled, got by a member, cancelled, archived, taken away as a table."""

import re
from io import BytesIO
from uuid import UUID

import httpx
from PIL import Image
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.domain.rewards.offers import get_offer
from plushka.platform.database import Database

PATH = "/engagement/rewards"
MUG = {
    "name": "Кружка",
    "price": "5",
    "stock": "3",
    "life": "30",
    "returns_points": "on",
    "limit_span": "always",
}


async def made(browser: httpx.AsyncClient, **typed: str) -> str:
    """Make a reward and return the address of its page."""
    answer = await browser.post(f"{PATH}/new", data={**MUG, **typed})
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    return answer.headers["location"]


def picture() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (20, 20), "#b4531d").save(drawn, "PNG")
    return drawn.getvalue()


def figures(page: str) -> list[str]:
    """Return the figures above a reward: left, got, waiting, taken, ran out, cancelled, points spent."""
    return re.findall(r'<dd class="text-lead font-semibold">([^<]*)</dd>', page)


async def test_a_reward_is_made_got_and_cancelled_with_its_figures(
    anna: httpx.AsyncClient, app: Plushka, shop: Shop, cast: Cast
) -> None:
    page = await made(anna, limit="1", limit_span="month")
    assert "Кружка" in plain((await anna.get(PATH)).text)
    async with client_of(app, cast.anna.secret) as till:
        wish = {"offer": page.rsplit("/", 1)[1], "member": {"id": str(shop.member_id)}}
        gift = (await till.post("/v1/rewards", json=wish)).json()
        again = await till.post("/v1/rewards", json=wish)
    assert again.json()["errors"][0]["reason"] == "limit_reached"
    assert figures((await anna.get(page)).text)[:2] == ["2", "1"]

    member = f"/members/{shop.member_id}"
    assert f"{member}/gifts/{gift['id']}" in (await anna.get(member)).text
    empty = await anna.post(f"{member}/gifts/{gift['id']}", data={"reason": ""})
    assert empty.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    answer = await anna.post(f"{member}/gifts/{gift['id']}", data={"reason": "Передумал"})
    assert answer.status_code == httpx.codes.SEE_OTHER
    assert "подарок «Кружка»" in plain((await anna.get(f"{member}/points")).text)
    assert "Отмена подарка «Кружка»: «Передумал»" in plain((await anna.get("/settings/audit")).text)
    table = (await anna.get(f"{PATH}/file")).content.decode("utf-8-sig")
    assert "Кружка;5;3;1;0;0;0;1;0" in table


async def test_terms_and_a_picture_are_changed_and_nothing_typed_is_lost(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    page = await made(anna)
    refused = await anna.post(page, data={**MUG, "name": "Чашка", "price": "дорого"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'value="Чашка"' in refused.text
    changed = {**MUG, "name": "Чашка", "price": "7", "first_on": "2026-03-01", "last_on": "2026-02-01"}
    assert "раньше" in plain((await anna.post(page, data=changed)).text)
    answer = await anna.post(
        page, data={**changed, "last_on": ""}, files={"picture": ("mug.png", picture(), "image/png")}
    )
    assert answer.status_code == httpx.codes.SEE_OTHER
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        offer = await get_offer(tx, UUID(page.rsplit("/", 1)[1]))
    assert (offer.terms.name, offer.terms.price_points, offer.stock_left) == ("Чашка", 7, 3)
    assert offer.picture_digest
    shown = await anna.get(f"{page}/picture/{offer.picture_digest}")
    assert shown.headers["content-type"] == "image/webp"
    await anna.post(f"{page}/picture/removal")
    assert (await anna.get(f"{page}/picture/{offer.picture_digest}")).status_code == httpx.codes.NOT_FOUND


async def test_stock_is_put_in_and_written_off_for_a_reason(anna: httpx.AsyncClient) -> None:
    page = await made(anna)
    (form_id,) = re.findall(r'name="form_id" value="([^"]+)"', (await anna.get(page)).text)
    for _ in range(2):  # pressed twice, it is put in once
        answer = await anna.post(f"{page}/stock", data={"change": "4", "form_id": form_id})
        assert answer.status_code == httpx.codes.SEE_OTHER
    refused = await anna.post(f"{page}/stock", data={"change": "-2", "reason": ""})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await anna.post(f"{page}/stock", data={"change": "-2", "reason": "Разбились"})
    shown = plain((await anna.get(page)).text)
    assert figures(shown)[0] == "5"
    assert "Разбились" in shown


async def test_the_order_a_pause_and_the_archive(anna: httpx.AsyncClient) -> None:
    first, second = await made(anna), await made(anna, name="Фартук")
    await anna.post(f"{second}/up")
    listed = (await anna.get(PATH)).text
    assert listed.index("Фартук") < listed.index("Кружка")
    assert "Фартук" not in (await anna.get(f"{PATH}?q=кружка")).text
    assert "Ничего не найдено" in (await anna.get(f"{PATH}?q=ничего")).text
    await anna.post(f"{first}/pause")
    assert "приостановлена" in plain((await anna.get(PATH)).text).lower()
    await anna.post(f"{first}/resume")
    await anna.post(f"{first}/archive")
    assert "Кружка" not in (await anna.get(f"{PATH}?q=кружка")).text.split("<ul", 1)[-1].split("search", 1)[0]
    assert "Кружка" in (await anna.get(f"{PATH}?shown=archive")).text
    await anna.post(f"{first}/restore")
    assert "Архив пуст" in (await anna.get(f"{PATH}?shown=archive")).text


async def test_an_empty_catalogue_says_what_could_be_in_it(anna: httpx.AsyncClient) -> None:
    assert "Наград пока нет" in (await anna.get(PATH)).text
