"""Points given and taken by hand: a bonus of somebody's own (F20)."""

import re

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, Shop, email_of, plain, signed_in
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.audit.queries import list_entries
from plushka.platform.database import Database


async def adjust(
    browser: httpx.AsyncClient,
    shop: Shop,
    *,
    amount: str,
    reason: str = "Долго ждала кофе",
    direction: str = "give",
) -> httpx.Response:
    form = {"direction": direction, "amount": amount, "reason": reason, "confirmed": "on"}
    return await browser.post(f"/members/{shop.member_id}/adjustment", data=form, follow_redirects=True)


async def test_points_are_given_with_a_reason_that_stays(
    anna: httpx.AsyncClient, shop: Shop, database: Database, cast: Cast, clock: SetClock
) -> None:
    page = plain((await adjust(anna, shop, amount=" 1 010 ")).text)

    assert "1 100 бонусов" in page
    assert "Изменено вручную" in page
    assert "«Долго ждала кофе», Анна (owner)" in page
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        entry = (await list_entries(tx))[0]
    assert entry.action == "points.adjustment"
    assert entry.actor.startswith("staff:")
    assert entry.details == {"points": 1010, "reason": "Долго ждала кофе"}


async def test_a_form_sent_twice_is_booked_once(anna: httpx.AsyncClient, shop: Shop) -> None:
    address = f"/members/{shop.member_id}"
    form_id = re.search(r'name="form_id" value="([^"]+)"', (await anna.get(f"{address}/adjustment")).text)
    assert form_id is not None
    form = {"direction": "give", "amount": "10", "reason": "Долго ждала кофе", "form_id": form_id[1]}

    sent = [await anna.post(f"{address}/adjustment", data=form) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [httpx.codes.SEE_OTHER] * 2
    assert plain((await anna.get(f"{address}/points")).text).count("Изменено вручную") == 1

    await anna.post(f"{address}/adjustment", data=form | {"reason": "И ещё раз"})
    assert plain((await anna.get(f"{address}/points")).text).count("Изменено вручную") == 2


async def test_points_are_taken(anna: httpx.AsyncClient, shop: Shop) -> None:
    page = plain((await adjust(anna, shop, amount="40", direction="take")).text)

    assert "50 бонусов" in page
    assert "−40" in page


async def test_to_take_points_is_asked_back_with_the_number_and_the_name(
    anna: httpx.AsyncClient, shop: Shop
) -> None:
    form = {"direction": "take", "amount": "40", "reason": "Ошибка кассира"}
    page = plain((await anna.post(f"/members/{shop.member_id}/adjustment", data=form)).text)

    assert f"Списать 40 бонусов? Клиент: {MEMBER}" in page
    assert "90 бонусов" in plain((await anna.get(f"/members/{shop.member_id}")).text)


async def test_more_than_there_is_cannot_be_taken_and_the_form_keeps_what_was_typed(
    anna: httpx.AsyncClient, shop: Shop
) -> None:
    answer = await adjust(anna, shop, amount="91", reason="Ошибка кассира", direction="take")

    page = plain(answer.text)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Не хватает бонусов: доступно 90 бонусов, нужно 91 бонус. Ничего не списано." in page
    assert 'value="91"' in page
    assert 'value="Ошибка кассира"' in page


@pytest.mark.parametrize(
    ("amount", "reason", "told"),
    [
        ("", "x", "Заполните"),
        ("0", "x", "Не меньше 1"),
        ("-5", "x", "Не меньше 1"),
        ("1,5", "x", "Введите число"),
        ("1e9", "x", "Введите число"),
        ("²", "x", "Введите число"),
        ("9" * 30, "x", "Не больше 1 000 000 000"),
        ("9" * 5000, "x", "Введите число"),
        ("5", "  ", "Заполните"),
        ("5", "о" * 201, "Слишком длинно"),
    ],
)
async def test_nonsense_is_told_at_the_form(
    anna: httpx.AsyncClient, shop: Shop, amount: str, reason: str, told: str
) -> None:
    answer = await adjust(anna, shop, amount=amount, reason=reason)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert told in plain(answer.text)


@pytest.mark.usefixtures("staff")
async def test_a_marketer_sees_no_form_and_cannot_post_it(app: Plushka, shop: Shop) -> None:
    async with signed_in(app, email_of("marketer")) as browser:
        assert "Начислить или списать" not in (await browser.get(f"/members/{shop.member_id}/points")).text
        assert (await adjust(browser, shop, amount="5")).status_code == httpx.codes.FORBIDDEN
