"""A member rates a purchase in the app; staff see it on the receipt, on the card and among what members write."""

import re
from datetime import timedelta

import httpx
from tests.app.conftest import Person
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain


async def test_a_purchase_is_rated_and_staff_see_it(
    *, varvara: Person, anna: httpx.AsyncClient, shop: Shop, clock: SetClock
) -> None:
    entry = await varvara.get(f"/history/{shop.receipt_id}")
    assert f"/rate/{shop.receipt_id}" in entry.text
    assert "Оценить покупку" in plain(entry.text)
    last = await varvara.get("/rate")
    assert last.headers["location"].endswith(f"/rate/{shop.paid_with_points_id}")

    nothing = await varvara.post(f"/rate/{shop.receipt_id}", words="Хорошо")
    assert nothing.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    sent = await varvara.post(f"/rate/{shop.receipt_id}", score="2", words="")
    assert sent.status_code == httpx.codes.SEE_OTHER
    page = await varvara.get(f"/rate/{shop.receipt_id}")
    assert "2 из 5" in plain(page.text)
    await varvara.post(f"/rate/{shop.receipt_id}/words", words="Кофе <остыл>")
    page = await varvara.get(f"/rate/{shop.receipt_id}")
    assert "Кофе &lt;остыл&gt;" in page.text
    assert "<textarea" not in page.text
    assert "Ваша оценка: 2 из 5" in plain((await varvara.get(f"/history/{shop.receipt_id}")).text)

    receipt = (await anna.get(f"/receipts/{shop.receipt_id}")).text
    assert "Кофе &lt;остыл&gt;" in receipt
    assert f'href="/inbox/{shop.member_id}"' in receipt
    assert "2 из 5" in plain((await anna.get("/receipts")).text)
    card = re.sub(r"\s+", " ", plain((await anna.get(f"/members/{shop.member_id}")).text))
    assert "2,0 из 5, 1 оценка" in card
    assert "Кофе &lt;остыл&gt;" in (await anna.get(f"/inbox/{shop.member_id}")).text

    clock.advance(timedelta(days=40))
    await varvara.sign_in()
    late = await varvara.get(f"/rate/{shop.paid_with_points_id}")
    assert "Эту покупку уже нельзя оценить" in plain(late.text)


async def test_nobody_rates_what_others_have_bought(varvara: Person, shop: Shop) -> None:
    assert (await varvara.get(f"/rate/{shop.anonymous_id}")).status_code == httpx.codes.NOT_FOUND
    sent = await varvara.post(f"/rate/{shop.anonymous_id}", score="5", words="")
    assert sent.status_code == httpx.codes.NOT_FOUND
