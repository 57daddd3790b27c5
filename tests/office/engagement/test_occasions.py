"""Occasions through the door of the editor, and from there to whoever tells an event."""

from typing import Any

import httpx
import pytest
from msgspec import structs
from tests.office.conftest import PHONE, plain
from tests.office.engagement.test_editor import Editor, editor
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.delivery.office.engagement.draft.new_occasions import OCCASION_NAMES
from plushka.engine.conditions import Not, ReceiptAmount, Tag
from plushka.engine.occasion_parts import (
    FieldTest,
    OccasionBudget,
    Often,
    OnBirthday,
    OnBotJoined,
    OnCloseDate,
    OnEvent,
    OnProfileFilled,
)
from plushka.engine.program import AfterDays, ExpiryFixed, GrantCap, Occasion

__all__ = ("editor",)


async def begun(editor: Editor, kind: str) -> Occasion:
    """Begin an occasion by its button, and return it as the draft has it."""
    await editor.send("occasions", await editor.open("occasions"), f"occasion.new:{kind}")
    return (await editor.draft()).program.occasions[-1]


@pytest.mark.parametrize("kind", OCCASION_NAMES)
async def test_an_occasion_begins_paused_and_its_page_changes_nothing(editor: Editor, kind: str) -> None:
    occasion = await begun(editor, kind)
    before = await editor.draft()

    await editor.save(f"occasion?id={occasion.id}")

    assert occasion.is_paused
    assert (await editor.draft()).revision == before.revision


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            {"days_before": "3", "points": "700", "expiry__count": "10", "grant__cap": ""},
            Occasion("", "", OnBirthday(3), 700, expiry=ExpiryFixed(days=10)),
        ),
        (
            {
                "trigger": "close_date",
                "close_dates": ["wedding"],
                "limit": "year",
                "times": "2",
                "budget": "100",
                "when__tags": "vip",
            },
            Occasion(
                "",
                "",
                OnCloseDate(7, ("wedding",)),
                500,
                expiry=ExpiryFixed(days=15),
                grant_cap=GrantCap(15_00),
                limit=Often(2, "year"),
                budget=OccasionBudget("uses", 100),
                when=Tag(("vip",)),
            ),
        ),
        (
            {
                "trigger": "event",
                "event": "review",
                "where__rating__from": "4",
                "where__place": "Карты",
                "limit": "days",
                "times": "1",
                "limit_days": "30",
                "activation__kind": "after_days",
                "activation__days": "3",
            },
            Occasion(
                "",
                "",
                OnEvent("review", (FieldTest("rating", at_least=4), FieldTest("place", equals="Карты"))),
                500,
                activation=AfterDays(3),
                expiry=ExpiryFixed(days=15),
                grant_cap=GrantCap(15_00),
                limit=Often(1, "days", 30),
            ),
        ),
        (
            {"trigger": "bot_joined", "messengers": ["vk"], "expiry__kind": ""},
            Occasion("", "", OnBotJoined(("vk",)), 500, grant_cap=GrantCap(15_00)),
        ),
        (
            {"trigger": "profile_filled", "fields": ["name", "email"], "expiry__kind": "", "grant__cap": ""},
            Occasion("", "", OnProfileFilled(("name", "email")), 500),
        ),
    ],
)
async def test_an_occasion_is_what_was_typed(
    editor: Editor, typed: dict[str, Any], expected: Occasion
) -> None:
    occasion = await begun(editor, "birthday")

    await editor.save(f"occasion?id={occasion.id}", **typed)

    (saved,) = (await editor.draft()).program.occasions
    assert saved == structs.replace(expected, id=occasion.id, name=occasion.name, is_paused=True)


async def test_what_is_missing_is_told_beside_its_field(editor: Editor) -> None:
    occasion = await begun(editor, "birthday")
    page = f"occasion?id={occasion.id}"

    answer = await editor.send(page, {**await editor.open(page), "trigger": ["profile_filled"]})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Укажите, что должно быть заполнено." in plain(answer.text)
    assert (await editor.draft()).program.occasions == (occasion,)


async def test_a_condition_of_a_purchase_leads_to_its_field(editor: Editor) -> None:
    occasion = await begun(editor, "birthday")
    kept = '{"is":"not","of":{"is":"receipt_amount","min_minor":100}}'

    await editor.save(f"occasion?id={occasion.id}", when__kept=[kept])

    assert (await editor.draft()).program.occasions[0].when == Not(ReceiptAmount(100))
    page = await editor.browser.get(f"{editor.home}/draft/publish")
    assert "у повода её нет" in plain(page.text)
    assert f"/draft/occasion?id={occasion.id}#when.kept" in page.text


async def test_an_occasion_is_published_and_gives(editor: Editor, app: Plushka, cast: Cast) -> None:
    occasion = await begun(editor, "review")
    await editor.save(f"occasion?id={occasion.id}", running="on", name="За добрый отзыв")
    shown = plain((await editor.browser.get(f"{editor.home}/draft/occasions")).text)
    assert "50 бонусов за событие «Отзыв», если «Оценка от 1 до 5» не меньше 4." in shown

    sent = {"mark": (await editor.draft()).mark, "against": "1", "when": "now"}
    await editor.browser.post(f"{editor.home}/draft/publish", data=sent)

    event = {"external_id": "1", "kind": "review", "member": {"phone": PHONE}, "data": {"rating": 5}}
    async with client_of(app, cast.anna.secret) as till:
        await till.post("/v1/members", json={"phone": PHONE})
        answer = (await till.post("/v1/events", json=event)).json()
    assert [(each["name"], each["points"]) for each in answer["given"]] == [("За добрый отзыв", 50)]
    assert "За добрый отзыв" in plain((await editor.browser.get(editor.home)).text)


async def test_occasions_are_tried_on_somebody_made_up_and_on_a_member(
    editor: Editor, app: Plushka, cast: Cast
) -> None:
    birthday = await begun(editor, "birthday")
    await editor.save(f"occasion?id={birthday.id}", running="on", name="С днём рождения")
    review = await begun(editor, "review")
    page = f"occasion?id={review.id}"
    await editor.save(page, running="on", name="За отзыв")

    async def tried(**typed: str) -> str:
        sent = await editor.open(page) | {f"happen.{name}": [value] for name, value in typed.items()}
        return plain((await editor.send(page, sent, "refresh")).text)

    on_the_day = await tried(what="day", birthday="1990-07-15", day="2027-07-10")
    assert (
        "С днём рождения:</span> 500 бонусов, действуют по 25 июля 2027, ими можно оплатить до 15 % чека."
        in on_the_day
    )
    assert "За отзыв:</span> Даётся за другое." in on_the_day
    too_early = await tried(what="day", birthday="1990-07-15", day="2027-07-01")
    assert "бонусы приходят не раньше чем за 7 дн." in too_early
    unknown = await tried(what="day", birthday="", day="2027-07-10")
    assert "С днём рождения:</span> Дата неизвестна: она не указана у клиента." in unknown

    bad = await tried(what="event:review", **{"data.rating": "3"})
    assert "Поле события «Оценка от 1 до 5» не такое" in bad
    assert "Ни один повод за это ничего не даёт." in bad
    assert "50 бонусов" in await tried(what="event:review", **{"data.rating": "5"})
    assert "Введите число" in await tried(what="event:review", **{"data.rating": "пять"})

    async with client_of(app, cast.anna.secret) as till:
        await till.post("/v1/members", json={"phone": "+79165550101", "name": "Вера"})
    chosen = await tried(what="event:review", who="member", member="Вера", **{"data.rating": "5"})
    assert "50 бонусов" in chosen
    assert (await editor.open("occasions"))["happen.who"] == ["member"]


async def test_who_enrols_with_a_whole_profile_is_given_at_once(
    editor: Editor, app: Plushka, cast: Cast
) -> None:
    occasion = await begun(editor, "profile")
    page = f"occasion?id={occasion.id}"
    await editor.save(page, running="on", name="За анкету", fields=["name", "phone"], points="40")
    sent = {"mark": (await editor.draft()).mark, "against": "1", "when": "now"}
    await editor.browser.post(f"{editor.home}/draft/publish", data=sent)

    async with client_of(app, cast.anna.secret) as till:
        whole = (await till.post("/v1/members", json={"phone": "+79165550101", "name": "Вера"})).json()
        partial = (await till.post("/v1/members", json={"phone": "+79165550102"})).json()
    made = await editor.browser.post("/members/new", data={"phone": "+79165550103", "name": "Глеб"})

    async def history(page: str) -> str:
        return plain((await editor.browser.get(f"{page}/events")).text)

    assert "За анкету" in await history(f"/members/{whole['id']}")
    assert "За анкету" not in await history(f"/members/{partial['id']}")
    assert "За анкету" in await history(made.headers["location"].partition("?")[0])
