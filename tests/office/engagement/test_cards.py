"""Stamp cards and goals through the door of the editor, and from there to the till."""

import re
from typing import Any

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PHONE, plain, report
from tests.office.engagement.test_editor import Editor, editor
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.coupons.operations import create_coupon, set_stopped
from plushka.engine.conditions import Category, Weekday
from plushka.engine.program import AfterDays, ExpiryFixed, GrantCap, PointsReward, StampCard
from plushka.engine.stamp_parts import FromFirst, Gift, OwnCoupon, Spend, Units, Visits, Within
from plushka.platform.database import Database

__all__ = ("editor",)


async def begun(editor: Editor, kind: str) -> StampCard:
    """Begin a card by its button, and return it as the draft has it."""
    await editor.send("cards", await editor.open("cards"), f"card.new:{kind}")
    return (await editor.draft()).program.cards[-1]


@pytest.mark.parametrize("kind", ["visits", "units", "points", "goal"])
async def test_a_card_begins_paused_and_its_page_changes_nothing(editor: Editor, kind: str) -> None:
    card = await begun(editor, kind)
    before = await editor.draft()

    await editor.save(f"card?id={card.id}")

    assert card.is_paused
    assert (await editor.draft()).revision == before.revision


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            {"needed": "10", "once_a_day": "", "gift": "Торт", "gift_days": ""},
            StampCard("", "", 10, Gift("Торт"), counts=Visits(once_a_day=False)),
        ),
        (
            {"counts": "units", "needed": "7", "lasts": "from_first", "lasts_days": "60", "carries_over": ""},
            StampCard(
                "",
                "",
                7,
                Gift("Кофе в подарок", 30),
                counts=Units(),
                lasts=FromFirst(60),
                carries_over=False,
            ),
        ),
        (
            {
                "counts": "spend",
                "amount": "5 000,50",
                "lasts": "within",
                "period": "quarter",
                "reward": "points",
                "points": "300",
                "activation__kind": "after_days",
                "activation__days": "1",
                "expiry__kind": "fixed",
                "expiry__count": "15",
                "grant__cap": "30",
            },
            StampCard(
                "",
                "",
                5000_50,
                PointsReward(300, AfterDays(1), ExpiryFixed(days=15), GrantCap(30_00)),
                counts=Spend(),
                lasts=Within("quarter"),
            ),
        ),
        (
            {"goods__only": ["category:coffee"], "when__days": ["1", "2"]},
            StampCard(
                "",
                "",
                6,
                Gift("Кофе в подарок", 30),
                when=Weekday((1, 2)),
                lines=Category(("coffee",)),
            ),
        ),
    ],
)
async def test_each_kind_is_typed(editor: Editor, typed: dict[str, Any], expected: StampCard) -> None:
    card = await begun(editor, "visits")

    await editor.save(f"card?id={card.id}", name="Карта", running="on", **typed)

    (saved,) = (await editor.draft()).program.cards
    assert saved == StampCard(
        **{
            **{name: getattr(expected, name) for name in StampCard.__struct_fields__},
            "id": card.id,
            "name": "Карта",
        }
    )


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"needed": "0"}, "needed", "Не меньше 1."),
        ({"gift": ""}, "gift", ""),
        ({"counts": "spend", "amount": "много"}, "amount", "Введите число"),
        ({"lasts": "from_last", "lasts_days": ""}, "lasts_days", ""),
        ({"reward": "points", "points": "0"}, "points", "Не меньше 1."),
    ],
)
async def test_what_cannot_be_read_is_told_at_its_field_and_stays(
    editor: Editor, typed: dict[str, str], field: str, sentence: str
) -> None:
    card = await begun(editor, "visits")
    before = await editor.draft()
    section = f"card?id={card.id}"
    changed = {name: [value] for name, value in typed.items()}

    answer = await editor.send(section, {**await editor.open(section), **changed})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert sentence in plain(answer.text)
    assert f'id="{field}' in answer.text
    assert (await editor.draft()).revision == before.revision


async def test_a_full_one_gives_a_coupon_that_there_is_and_that_goes_on(
    editor: Editor, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        spring = await create_coupon(tx, name="Весна")
    card = await begun(editor, "visits")
    section = f"card?id={card.id}"
    empty = await editor.send(section, {**await editor.open(section), "reward": ["coupon"]})
    assert empty.status_code == httpx.codes.UNPROCESSABLE_ENTITY

    await editor.save(section, reward="coupon", coupon=spring.key)

    assert (await editor.draft()).program.cards[-1].reward == OwnCoupon(spring.key)
    assert "упон «Весна» за 6" in plain((await editor.browser.get(f"{editor.home}/draft/cards")).text)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await set_stopped(tx, spring.id, is_stopped=True)
    await editor.save(section, running="on")
    shown = plain((await editor.browser.get(f"{editor.home}/draft/{section}")).text)
    assert "Купон «Весна» остановлен" in shown


async def test_one_is_paused_copied_removed_and_put_back(editor: Editor) -> None:
    card = await begun(editor, "visits")

    async def press(button: str) -> tuple[StampCard, ...]:
        await editor.send("cards", await editor.open("cards"), f"card.{button}:{card.id}")
        return (await editor.draft()).program.cards

    assert [each.is_paused for each in await press("resume")] == [False]
    _, copied = await press("copy")
    assert (copied.name, copied.is_paused) == ("Каждый шестой визит, копия", True)
    assert [each.id for each in await press("remove")] == [copied.id]
    page = (await editor.browser.get(f"{editor.home}/draft/cards")).text
    assert re.findall(r'value="card\.(return|remove):([^"]*)"', page) == [
        ("return", card.id),
        ("remove", copied.id),
    ]
    assert [each.id for each in await press("return")] == [card.id, copied.id]
    assert [each.is_paused for each in await press("pause")] == [True, True]


async def test_a_contradiction_leads_to_its_field(editor: Editor) -> None:
    card = await begun(editor, "points")

    await editor.save(f"card?id={card.id}", expiry__kind="calendar", expiry__day="31", expiry__month="2")

    page = await editor.browser.get(f"{editor.home}/draft/publish")
    assert "В этом месяце нет такого дня." in plain(page.text)
    assert f"/draft/card?id={card.id}#expiry.day" in page.text


async def test_what_is_published_puts_a_stamp_and_says_so(editor: Editor, app: Plushka, cast: Cast) -> None:
    card = await begun(editor, "visits")
    await editor.save(f"card?id={card.id}", name="Кофейная карта", needed="2", once_a_day="", running="on")
    draft_page = plain((await editor.browser.get(f"{editor.home}/draft/cards")).text)
    assert "Подарок «Кофе в подарок» за 2 визита. Подарок можно забрать в течение 30 дней." in draft_page
    assert "1 из 2" in draft_page  # the purchase that is tried out
    page = plain((await editor.browser.get(f"{editor.home}/draft/publish")).text)
    assert "Штампы и цели" in page

    sent = {"mark": (await editor.draft()).mark, "against": "1", "when": "now"}
    await editor.browser.post(f"{editor.home}/draft/publish", data=sent)

    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("B-1", member={"phone": PHONE}))
        receipt = await report(till, "/v1/purchases", coffee("B-2", member={"phone": PHONE}))
    assert [gift["name"] for gift in receipt["decision"]["gifts"]] == ["Кофе в подарок"]
    shown = plain((await editor.browser.get(f"/receipts/{receipt['id']}")).text)
    assert "Карта заполнена, подарок — «Кофе в подарок»." in shown
