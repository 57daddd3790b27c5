"""Segments in the office: conditions written as nested fields, lists filled by hand and from files."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop, plain
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast

from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.campaigns.model import Plan
from plushka.domain.campaigns.operations import create_broadcast
from plushka.domain.events.store import Told, insert_event
from plushka.engine.journeys.parts import Journey, OnRegistration
from plushka.platform.database import Database

PATH = "/campaigns/segments"
NEW = f"{PATH}/new"
BOUGHT_TWICE: dict[str, Any] = {
    "name": "Купили дважды",
    "n.is": "all",
    "n.of": ["n-0"],
    "n-0.is": "purchases",
    "n-0.count_min": "2",
    "n-0.count_max": "",
    "n-0.days": "",
}


def fields(page: str) -> dict[str, list[str]]:
    """Return what the editor's form would send, but for its buttons."""
    form = page[page.index('id="editor"') : page.index("</form>", page.index('id="editor"'))]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if values.get("type") == "checkbox" and not re.search(r"\bchecked\b", tag):
            continue
        if "name" in values:
            sent.setdefault(values["name"], []).append(values.get("value", ""))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = [chosen[1] if chosen else ""]
    return sent


async def pressed(browser: httpx.AsyncClient, page: str, do: str, **typed: Any) -> str:
    """Send the editor that ``page`` shows by a button and return the next page."""
    answer = await browser.post(NEW, data={**fields(page), "do": do, **typed})
    assert answer.status_code == httpx.codes.OK, plain(answer.text)
    return answer.text


async def saved(browser: httpx.AsyncClient, typed: Mapping[str, Any] = BOUGHT_TWICE) -> str:
    answer = await browser.post(NEW, data={**typed, "do": "save"})
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    return answer.headers["location"]


@pytest.mark.usefixtures("shop")
async def test_a_segment_is_written_with_groups_counted_and_saved(anna: httpx.AsyncClient) -> None:
    page = (await anna.get(NEW)).text
    page = await pressed(anna, page, "add:n", **{"n.new": "purchases"})
    page = await pressed(anna, page, "group:n", **{"n-0.count_min": "2"})
    page = await pressed(anna, page, "add:n-1", **{"n-1.new": "never_bought"})
    page = await pressed(anna, page, "add:n-1", **{"n-1.new": "last_purchase"})
    outcome = await pressed(anna, page, "refresh", **{"n-1-1.days_max": "7", "n-1-0.not": "on"})
    assert "покупок от 2 и (не (нет покупок) или последняя покупка не раньше чем 7 дней назад)" in plain(
        outcome
    ).lower().replace("\u00a0", " ")
    assert MEMBER in outcome
    answer = await anna.post(
        NEW,
        data={
            **fields(page),
            "name": "Частые",
            "n-1-1.days_max": "7",
            "n-1-0.not": "on",
            "do": "save",
        },
    )
    shown = plain((await anna.get(answer.headers["location"])).text)
    assert "Частые" in shown
    assert MEMBER in shown
    edited = (await anna.get(f"{answer.headers['location']}/edit")).text
    assert fields(edited)["n-1.of"] == ["n-1-0", "n-1-1"]
    assert fields(edited)["n-1-0.not"] == ["on"]


async def test_what_is_wrong_stands_at_its_condition_and_nothing_typed_is_lost(
    anna: httpx.AsyncClient,
) -> None:
    answer = await anna.post(NEW, data={**BOUGHT_TWICE, "n-0.count_max": "1", "do": "save"})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Второе число не должно быть меньше первого" in answer.text
    assert fields(answer.text)["n-0.count_min"] == ["2"]
    empty = await anna.post(NEW, data={"name": "", "n.is": "all", "do": "save"})
    assert "Добавьте условие" in empty.text


async def test_any_ready_one_can_be_saved_as_it_is(anna: httpx.AsyncClient) -> None:
    ready = re.findall(rf"{NEW}\?ready=(\w+)", (await anna.get(PATH)).text)
    assert len(ready) > 10
    for key in ready:
        page = (await anna.get(f"{NEW}?ready={key}")).text
        assert (
            await anna.post(NEW, data={**fields(page), "do": "save"})
        ).status_code == httpx.codes.SEE_OTHER
    assert plain((await anna.get(PATH)).text).count("Бонусы сгорят за неделю") == 2


async def test_a_list_takes_phones_and_says_whom_nobody_knows(anna: httpx.AsyncClient, shop: Shop) -> None:
    made = await anna.post(PATH, data={"name": "Дегустация"})
    here = made.headers["location"]
    answer = await anna.post(f"{here}/members", data={"members": f"8 916 123-45-67\n{PHONE}, 79990000000"})
    shown = plain((await anna.get(here)).text)
    assert answer.status_code == httpx.codes.SEE_OTHER
    assert "Добавлено: 1. Не нашлись: 79990000000." in shown
    assert MEMBER in shown
    found = plain((await anna.get(f"/members?segment={here.rsplit('/', 1)[1]}")).text)
    assert (MEMBER in found, "Сегмент: Дегустация" in found) == (True, True)
    await anna.post(f"{here}/members/{shop.member_id}/remove")
    assert "Никого нет" in (await anna.get(here)).text


async def test_members_of_the_list_are_put_into_a_new_list(anna: httpx.AsyncClient, shop: Shop) -> None:
    assert "Добавить в список" in (await anna.get(f"/members/bulk?member={shop.member_id}")).text
    answer = await anna.post(f"/members/bulk/list?member={shop.member_id}", data={"list_name": "Избранные"})
    assert MEMBER in (await anna.get(answer.headers["location"])).text


async def test_a_segment_that_something_stands_on_is_not_archived(anna: httpx.AsyncClient) -> None:
    below = await saved(anna)
    above = {
        "name": "Остальные",
        "n.is": "all",
        "n.of": ["n-0"],
        "n-0.is": "segment",
        "n-0.not": "on",
        "n-0.ids": below.rsplit("/", 1)[1],
    }
    above_at = await saved(anna, above)
    edited = (await anna.get(f"{above_at}/edit")).text
    assert fields(edited)["n-0.ids"] == [below.rsplit("/", 1)[1]]
    refused = await anna.post(f"{below}/archive")
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "На этот сегмент опирается «Остальные»" in refused.text
    await anna.post(f"{above_at}/archive")
    assert (await anna.post(f"{below}/archive")).status_code == httpx.codes.SEE_OTHER
    copied = await anna.post(f"{above_at}/copy")
    assert "не (в сегменте" in plain((await anna.get(copied.headers["location"])).text).lower()


@pytest.mark.usefixtures("shop")
async def test_it_is_told_why_a_member_is_in_it(anna: httpx.AsyncClient) -> None:
    here = await saved(anna, {**BOUGHT_TWICE, "n-0.count_min": "3", "n-0.not": "on"})
    page = (await anna.get(f"{here}?member={PHONE[1:]}")).text
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert f"{MEMBER} : есть в сегменте" in told
    assert "да Кроме этих нет Покупок от 3" in told
    assert "Никого не нашлось" in (await anna.get(f"{here}?member=nobody%00")).text


async def test_other_businesses_have_no_such_segment(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    here = await saved(anna)
    assert (await eve.get(here)).status_code == httpx.codes.NOT_FOUND
    assert (await eve.post(f"{here}/archive")).status_code == httpx.codes.NOT_FOUND
    assert "Купили дважды" not in (await eve.get(PATH)).text


async def test_a_file_fills_a_list_and_gives_back_whom_nobody_knows(
    anna: httpx.AsyncClient, shop: Shop, database: Database, clock: SetClock, dsn: str
) -> None:
    here = (await anna.post(PATH, data={"name": "Из файла"})).headers["location"]
    rows = f"Телефон;Имя\n{PHONE};Варя\n8 999 000-00-00;Никто\n"
    answer = await anna.post(f"{here}/import", files={"file": ("phones.csv", rows.encode("cp1251"))})
    await do_all_tasks(database, clock, dsn)
    task = answer.headers["location"]
    assert "Добавлено в список: 1. Уже были: 0." in plain((await anna.get(task)).text)
    unknown = (await anna.get(f"{task}/file")).content.decode("utf-8-sig")
    assert "8 999 000-00-00" in unknown
    assert "Телефон" not in unknown
    assert str(shop.member_id) in (await anna.get(here)).text


async def test_an_event_is_asked_for_by_what_it_says(
    anna: httpx.AsyncClient, shop: Shop, cast: Cast, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        said = {"rating": 4, "text": "Очень вкусно"}
        await insert_event(tx, Told(shop.member_id, "review", said))
    page = await pressed(anna, (await anna.get(NEW)).text, "add:n", **{"n.new": "event"})
    assert "Показать поля" in page
    page = await pressed(anna, page, "fields:n-0", **{"n-0.kind": "review"})
    assert {"n-0.where.rating.from", "n-0.where.text", "n-0.where.place.how"} < fields(page).keys()
    asked = {
        "name": "Довольные",
        "n-0.where.rating.from": "4",
        "n-0.where.text.how": "contains",
        "n-0.where.text": "ВКУСНО",
        "n-0.where.place.how": "empty",
    }
    found = await pressed(anna, page, "refresh", **asked)
    told = (
        "Событие «Отзыв» («Оценка от 1 до 5» не меньше 4, «Что написали» содержит «ВКУСНО»"
        " и поле «Где оставлен» не заполнено)"
    )
    assert (told in plain(found), MEMBER in found) == (True, True)
    assert MEMBER not in await pressed(anna, page, "refresh", **{**asked, "n-0.where.rating.from": "5"})
    wrong = await anna.post(NEW, data={**fields(page), **asked, "n-0.where.rating.to": "3", "do": "save"})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Второе значение не должно быть меньше первого" in wrong.text
    answer = await anna.post(NEW, data={**fields(page), **asked, "do": "save"})
    edited = fields((await anna.get(f"{answer.headers['location']}/edit")).text)
    assert {name: edited[name] for name in asked} == {name: [text] for name, text in asked.items()}


@pytest.mark.usefixtures("shop")
async def test_what_came_of_campaigns_is_asked_of_those_that_are_ticked(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        march = str(await create_broadcast(tx, Plan(name="Мартовское письмо")))
        journey = str((await create_journey(tx, Journey("Знакомство", OnRegistration()))).id)
    page = await pressed(anna, (await anna.get(NEW)).text, "add:n", **{"n.new": "campaign"})
    assert page.index("Мартовское письмо") < page.index("Знакомство")
    assert fields(page)["n-0.reaction"] == ["sent"]
    any_of_them = await pressed(anna, page, "refresh")
    assert ("Получена хотя бы одна рассылка" in any_of_them, MEMBER in any_of_them) == (True, False)
    asked = {"name": "Кому не писали", "n-0.reaction": "nothing", "n-0.ids": [march, journey]}
    found = await pressed(anna, page, "refresh", **asked)
    assert "Ничего не отправлено из рассылки «Мартовское письмо» или «Знакомство»" in plain(found)
    assert MEMBER in found
    wrong = await anna.post(NEW, data={**fields(page), **asked, "n-0.bought_within_days": "7", "do": "save"})
    assert "Если ничего не отправлено, нет и дня" in wrong.text
    answer = await anna.post(NEW, data={**fields(page), **asked, "do": "save"})
    edited = fields((await anna.get(f"{answer.headers['location']}/edit")).text)
    assert (edited["n-0.reaction"], set(edited["n-0.ids"])) == (["nothing"], {march, journey})
