"""Events of members in the office: kinds are declared, one is noted by hand, found, and cancelled."""

import re

import httpx
import pytest
from tests.office.conftest import plain
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka

pytestmark = pytest.mark.usefixtures("shop")


async def enroll(app: Plushka, cast: Cast) -> str:
    async with client_of(app, cast.anna.secret) as till:
        member_id: str = (
            await till.post("/v1/members", json={"phone": "+79165550101", "name": "Вера"})
        ).json()["id"]
    return member_id


async def test_a_kind_is_declared_told_and_retired(anna: httpx.AsyncClient, app: Plushka, cast: Cast) -> None:
    member_id = await enroll(app, cast)
    typed = {
        "title": "Забронирован столик",
        "name": "table_booked",
        "rows": ["0", "1", "2"],
        "field.0.name": "guests",
        "field.0.title": "Сколько гостей",
        "field.0.type": "integer",
        "field.0.required": "on",
        "field.1.name": "",
        "field.2.name": "hall",
        "field.2.title": "Зал",
        "field.2.type": "choice",
        "field.2.choices": "Терраса\nЗал",
    }
    grown = await anna.post("/settings/events/new", data={**typed, "do": "add:rows"})
    assert 'name="field.3.name"' in grown.text
    assert 'value="Сколько гостей"' in grown.text
    wrong = await anna.post("/settings/events/new", data={**typed, "field.2.choices": ""})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'id="field.2.choices"' in wrong.text
    assert "Напишите варианты, по одному в строке" in plain(wrong.text)

    answer = await anna.post("/settings/events/new", data=typed)
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)

    event = {"kind": "table_booked", "member": {"id": member_id}}
    async with client_of(app, cast.anna.secret) as till:
        told = await till.post(
            "/v1/events", json={**event, "external_id": "1", "data": {"guests": 2, "hall": "Терраса"}}
        )
        missing = await till.post("/v1/events", json={**event, "external_id": "2", "data": {}})
        await anna.post("/settings/events/kinds/table_booked", data={"do": "retire"})
        retired = await till.post("/v1/events", json={**event, "external_id": "3", "data": {"guests": 2}})
    assert told.status_code == httpx.codes.CREATED, told.text
    assert missing.json()["errors"][0]["field"] == "data.guests"
    assert retired.json()["code"] == "event_kind_not_found"
    page = plain((await anna.get("/members/events?kind=table_booked")).text)
    assert "Забронирован столик" in page
    assert 'Сколько гостей:</dt> <dd class="inline">2</dd>' in page
    assert "Терраса" in page
    assert "Вера" in page
    nothing = plain((await anna.get("/members/events?text=никого&from=2026-01-01&to=oops")).text)
    assert "Проверьте слова и фильтры." in nothing


async def test_an_event_is_noted_by_hand_and_cancelled(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast
) -> None:
    member_id = await enroll(app, cast)
    here = f"/members/{member_id}/events"
    assert "Оценка от 1 до 5" in plain((await anna.get(f"{here}?kind=review")).text)

    wrong = await anna.post(here, data={"kind": "review", "data.rating": "пять"})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "пять" in wrong.text

    await anna.post(here, data={"kind": "survey", "data.score": "-3"})
    assert "-3" in (await anna.get(here)).text
    (form_id,) = re.findall(r'name="form_id" value="([^"]+)"', wrong.text)
    typed = {"kind": "review", "data.rating": "5", "data.text": "Очень вкусно", "form_id": form_id}
    for _ in range(2):  # pressed twice, it is noted once
        await anna.post(here, data=typed)
    page = (await anna.get(here)).text
    assert plain(page).count("Очень вкусно") == 1
    event_id = page.split("/members/events/")[1].split("/")[0]
    await anna.post(f"/members/events/{event_id}/cancel", data={"member": member_id, "reason": ""})
    assert "Отменено" not in plain((await anna.get(here)).text)
    await anna.post(f"/members/events/{event_id}/cancel", data={"member": member_id, "reason": "чужой отзыв"})
    assert "чужой отзыв" in plain((await anna.get(here)).text)
    trail = plain((await anna.get(f"/members/{member_id}/deeds")).text)
    assert "Отменено событие клиента" in trail
    assert "Отмечено событие клиента" in trail
    assert "Очень вкусно" not in plain((await anna.get("/members/events?state=valid")).text)
    assert (await anna.post("/members/events/export")).status_code == httpx.codes.SEE_OTHER
