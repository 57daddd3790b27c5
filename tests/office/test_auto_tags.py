"""Automatic tags in the office: made, changed and ended; told on a member's card; and what to suggest."""

from typing import Any

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, Shop, plain
from tests.pos.conftest import Cast

from plushka.delivery.jobs.grouping import group_now
from plushka.domain.catalog.model import Category
from plushka.domain.catalog.operations import upsert_categories
from plushka.domain.segments.operations import create_segment
from plushka.engine.audience import Purchases
from plushka.platform.database import Database

PATH = "/campaigns/tags"
HABIT = {"receipts_min": "2", "days": "30"}
LARGE = {"tag": "Большой чек", "kind": "large", "top_percent": "100", **HABIT}


async def sent(anna: httpx.AsyncClient, path: str, **data: Any) -> str:
    return plain((await anna.post(path, data=data, follow_redirects=True)).text)


async def test_a_rule_tags_at_once_and_its_tag_is_told_to_be_automatic(
    anna: httpx.AsyncClient, shop: Shop
) -> None:
    assert "Автоматических меток пока нет" in plain((await anna.get(PATH)).text)
    page = await sent(anna, PATH, **LARGE)
    assert "Метка «Большой чек» по правилу теперь у 1 клиента" in page
    assert "средний чек — среди 100 % самых больших; чеков за 30 дн. — от 2" in page
    card = (await anna.get(f"/members/{shop.member_id}")).text
    assert "Поставлена правилом" in card
    assert 'name="remove" value="Большой чек"' not in card
    assert MEMBER in (await anna.get("/members?tag=Большой чек")).text
    href = page.partition(f'href="{PATH}/')[2].partition('"')[0]
    assert 'value="100"' in (await anna.get(f"{PATH}/{href}")).text
    changed = await sent(anna, f"{PATH}/{href}", **{**LARGE, "receipts_min": "3"})
    assert "у 0 клиентов" in changed
    assert "Поставлена правилом" not in (await anna.get(f"/members/{shop.member_id}")).text
    assert "Правило убрано" in await sent(anna, f"{PATH}/{href}/end")
    trail = plain((await anna.get("/settings/audit")).text)
    for told in (
        "Создана автоматическая метка",
        "Изменено правило автоматической метки",
        "Убрана автоматическая",
    ):
        assert told in trail


@pytest.mark.usefixtures("shop")
async def test_every_kind_of_rule_is_read_and_told(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await upsert_categories(tx, [Category("tea", "Чай", None)])
        segment_id = await create_segment(tx, name="Частые", audience=Purchases(count_min=2))
    kinds: list[tuple[dict[str, Any], str]] = [
        (
            {"kind": "hours", "first": "18:00", "until": "02:30", "percent_min": "70"},
            "70 % чеков с 18:00 до 02:30",
        ),
        ({"kind": "weekdays", "weekdays": ["6", "7"], "percent_min": "50"}, "50 % чеков в дни: Сб и Вс"),
        ({"kind": "category", "category": "чай", "percent_min": "40"}, "в 40 % чеков есть «Чай»"),
        ({"kind": "baskets", "lines_min": "5"}, "в чеке в среднем 5 поз."),
        ({"kind": "audience", "segment": str(segment_id)}, "состоит в сегменте «Частые»"),
    ]
    for number, (typed, told) in enumerate(kinds):
        assert told in await sent(anna, PATH, tag=f"Метка {number}", **HABIT, **typed)


@pytest.mark.usefixtures("shop")
async def test_what_is_wrong_with_a_rule_is_told_at_its_field(anna: httpx.AsyncClient) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        (
            {"kind": "hours", "first": "10:00", "until": "10:00", "percent_min": "70"},
            "Конец не может совпадать",
        ),
        ({"kind": "weekdays", "percent_min": "50"}, "Выберите"),
        ({"kind": "category", "category": "нет такой", "percent_min": "40"}, "Такой категории нет"),
        ({"kind": "large", "top_percent": "101"}, "Не больше 100"),
    ]
    for typed, told in wrong:
        answer = await anna.post(PATH, data={"tag": "Метка", **HABIT, **typed})
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert told in plain(answer.text), typed
        assert 'value="Метка"' in answer.text
    await sent(anna, PATH, **LARGE)
    assert "уже ставит другое правило" in await sent(anna, PATH, **LARGE)


async def test_what_to_suggest_is_shown_with_categories_that_are_kept_back(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await upsert_categories(tx, [Category("alcohol", "Алкоголь", None)])
    await group_now(database, clock, cast.anna.tenant_id)
    assert "Пока ничего" in plain((await anna.get("/campaigns/suggestions")).text)
    kept = await sent(anna, "/campaigns/suggestions", blocked="алкоголь\n")
    assert "Сохранено" in kept
    assert ">Алкоголь</textarea>" in kept
    assert "из каких категорий ничего не предлагать: 1" in plain((await anna.get("/settings/audit")).text)
    refused = await anna.post("/campaigns/suggestions", data={"blocked": "табак"})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert ">табак</textarea>" in refused.text
