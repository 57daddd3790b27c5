"""Promotions (F8, F165) through the door of the editor, and from there to the till, where nothing is set up (F166)."""

import re
from datetime import date
from typing import Any

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PHONE, plain, report
from tests.office.engagement.test_editor import Editor, editor
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.office.engagement.draft.new_promotions import PROMOTION_NAMES
from plushka.engine.conditions import All, Category, FirstPurchase, Not, Product, Weekday
from plushka.engine.price_effects import (
    AmountOff,
    Combo,
    ComboPart,
    PercentOff,
    PriceEffect,
    RaisedShare,
    Sets,
    UnitPrice,
)
from plushka.engine.program import Budget, Promotion

__all__ = ("editor",)


async def begun(editor: Editor, kind: str) -> Promotion:
    """Begin a promotion by its button, and return it as the draft has it."""
    await editor.send("promotions", await editor.open("promotions"), f"promotion.new:{kind}")
    return (await editor.draft()).program.promotions[-1]


@pytest.mark.parametrize("kind", PROMOTION_NAMES)
async def test_a_promotion_begins_paused_and_its_page_changes_nothing(editor: Editor, kind: str) -> None:
    promotion = await begun(editor, kind)
    before = await editor.draft()

    await editor.save(f"promotion?id={promotion.id}")

    assert promotion.is_paused
    assert (await editor.draft()).revision == before.revision


@pytest.mark.parametrize(
    ("typed", "effect"),
    [
        ({"kind": "percent_off", "rate": "12,5", "of": "cheapest"}, PercentOff(1250, "cheapest")),
        ({"kind": "amount_off", "amount": "99,90", "per": "unit"}, AmountOff(99_90, "unit")),
        ({"kind": "unit_price", "price": "0"}, UnitPrice(0)),
        (
            {"kind": "sets", "units": "3", "cheaper": "2", "set_rate": "50", "which": "in_each_set"},
            Sets(3, 2, 50_00, "in_each_set"),
        ),
        (
            {"kind": "sets", "units": "2", "cheaper": "1", "set_rate": "100", "sets_max": "1"},
            Sets(2, sets_max=1),
        ),
        (
            {
                "kind": "combo",
                "parts": ["0", "1"],
                "part__0__quantity": "2",
                "part__0__goods__only": ["category:coffee"],
                "part__1__quantity": "1",
                "part__1__rate": "100",
                "part__1__goods__except": ["product:cake"],
            },
            Combo((ComboPart(Category(("coffee",)), 2), ComboPart(Not(Product(("cake",))), 1, 100_00))),
        ),
        (
            {
                "kind": "combo",
                "parts": ["0", "1"],
                "part__0__quantity": "1",
                "part__1__quantity": "1",
                "combo_price": "350",
            },
            Combo((ComboPart(), ComboPart()), 350_00),
        ),
        ({"kind": "raised_share", "share": "15"}, RaisedShare(15_00)),
    ],
)
async def test_each_kind_is_typed(editor: Editor, typed: dict[str, Any], effect: PriceEffect) -> None:
    promotion = await begun(editor, "percent_off")

    await editor.save(f"promotion?id={promotion.id}", **typed)

    assert (await editor.draft()).program.promotions[0].effect == effect


async def test_its_days_its_terms_and_its_conditions_are_typed(editor: Editor) -> None:
    promotion = await begun(editor, "percent_off")

    await editor.save(
        f"promotion?id={promotion.id}",
        name="Будни",
        running="on",
        first_on="2026-03-01",
        last_on="2026-03-08",
        goods__only=["category:coffee"],
        when__days=["1", "2"],
        when__first="on",
        policy="exclusive",
        group="кофе",
        priority="-3",
        base="original",
        cap="500",
        floor="70",
        for_anonymous="on",
        control="",
        budgets=["0", "1"],
        budget__0__of="amount",
        budget__0__most="10 000,50",
        budget__0__per="branch",
        budget__0__window="month",
        budget__1__most="1",
        budget__1__per="member",
    )

    assert (await editor.draft()).program.promotions == (
        Promotion(
            promotion.id,
            "Будни",
            PercentOff(10_00),
            when=All((Weekday((1, 2)), FirstPurchase())),
            lines=Category(("coffee",)),
            first_on=date(2026, 3, 1),
            last_on=date(2026, 3, 8),
            group="кофе",
            policy="exclusive",
            priority=-3,
            base="original",
            cap_minor=500_00,
            floor_bp=70_00,
            for_anonymous=True,
            budgets=(Budget("amount", 10_000_50, "branch", "month"), Budget("uses", 1, "member")),
        ),
    )


async def test_a_tenth_are_left_without_a_new_promotion_until_somebody_says_otherwise(editor: Editor) -> None:
    promotion = await begun(editor, "percent_off")
    assert promotion.control_bp == 10_00

    await editor.save(f"promotion?id={promotion.id}", control="25,5")
    assert (await editor.draft()).program.promotions[0].control_bp == 25_50

    section = f"promotion?id={promotion.id}"
    refused = await editor.send(section, {**await editor.open(section), "control": ["51"]})
    assert "Не больше 50,00." in plain(refused.text)


async def test_nobody_is_left_without_what_everybody_gets_unless_somebody_asks_for_it(editor: Editor) -> None:
    promotion = await begun(editor, "percent_off")

    await editor.save(f"promotion?id={promotion.id}", for_anonymous="on")
    assert (await editor.draft()).program.promotions[0].control_bp == 0

    await editor.save(f"promotion?id={promotion.id}", control="5")
    page = plain((await editor.browser.get(f"{editor.home}/draft/publish")).text)
    assert "Без карты эту акцию получает каждый" in page


@pytest.mark.parametrize(
    ("kind", "typed", "field", "sentence"),
    [
        ("percent_off", {"rate": "0"}, "rate", "Не меньше 0,01."),
        ("percent_off", {"rate": "101"}, "rate", "Не больше 100,00."),
        ("amount_off", {"amount": "даром"}, "amount", "Введите число"),
        ("one_plus_one", {"units": "1"}, "units", "Не меньше 2."),
        ("combo", {"parts": ["0"]}, "parts", "В комбо две части или больше."),
        ("combo", {"part__0__quantity": "0"}, "part.0.quantity", "Не меньше 1."),
        ("percent_off", {"budgets": ["0"], "budget__0__most": "0"}, "budget.0.most", "Не меньше 1."),
        ("percent_off", {"first_on": "когда-нибудь"}, "first_on", ""),
    ],
)
async def test_what_cannot_be_read_is_told_at_its_field_and_stays(
    editor: Editor, kind: str, typed: dict[str, Any], field: str, sentence: str
) -> None:
    promotion = await begun(editor, kind)
    before = await editor.draft()
    section = f"promotion?id={promotion.id}"
    changed = {
        name.replace("__", "."): value if isinstance(value, list) else [value]
        for name, value in typed.items()
    }

    answer = await editor.send(section, {**await editor.open(section), **changed})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert sentence in plain(answer.text)
    assert f'id="{field}' in answer.text
    assert (await editor.draft()).revision == before.revision


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("one_plus_one", {"cheaper": "2"}, "Дешевле должны быть не все товары набора, а только часть."),
        ("combo", {"combo_price": "100"}, "У комбо либо одна общая цена, либо части дешевле"),
        (
            "percent_off",
            {"first_on": "2026-03-02", "last_on": "2026-03-01"},
            "Последний день раньше первого.",
        ),
        (
            "first_purchase",
            {"budgets": ["0"], "budget__0__most": "5"},
            "ничего из неё не считается: уберите бюджет.",
        ),
    ],
)
async def test_a_contradiction_is_saved_and_keeps_the_draft_from_being_published(
    editor: Editor, kind: str, typed: dict[str, Any], sentence: str
) -> None:
    promotion = await begun(editor, kind)

    await editor.save(f"promotion?id={promotion.id}", **typed)

    page = await editor.browser.get(f"{editor.home}/draft/publish")
    assert sentence in plain(page.text)
    assert f"/draft/promotion?id={promotion.id}#" in page.text


async def test_one_is_paused_copied_removed_and_put_back(editor: Editor) -> None:
    promotion = await begun(editor, "happy_hours")

    async def press(button: str) -> tuple[Promotion, ...]:
        await editor.send("promotions", await editor.open("promotions"), f"promotion.{button}:{promotion.id}")
        return (await editor.draft()).program.promotions

    assert [each.is_paused for each in await press("resume")] == [False]
    first, copied = await press("copy")
    assert (copied.name, copied.is_paused, copied.effect) == ("Счастливые часы, копия", True, first.effect)
    assert [each.id for each in await press("remove")] == [copied.id]
    page = (await editor.browser.get(f"{editor.home}/draft/promotions")).text
    assert re.findall(r'value="promotion\.(return|remove):([^"]*)"', page) == [
        ("return", promotion.id),
        ("remove", copied.id),
    ]
    assert [each.id for each in await press("return")] == [promotion.id, copied.id]
    assert [each.is_paused for each in await press("pause")] == [True, True]


async def test_the_list_tells_where_each_stands_today(editor: Editor, clock: SetClock) -> None:
    today = clock.now().date()
    for first_on, last_on in (("", ""), ("", "2020-01-01"), (f"{today.year + 1}-01-01", "")):
        promotion = await begun(editor, "percent_off")
        await editor.save(f"promotion?id={promotion.id}", running="on", first_on=first_on, last_on=last_on)

    page = plain((await editor.browser.get(f"{editor.home}/draft/promotions")).text)

    assert [word for word in ("· идёт", "· закончилась", "· ещё не началась") if word in page] == [
        "· идёт",
        "· закончилась",
        "· ещё не началась",
    ]


async def test_what_is_published_makes_the_next_receipt_cheaper_and_says_why(
    editor: Editor, app: Plushka, cast: Cast
) -> None:
    promotion = await begun(editor, "percent_off")
    await editor.save(f"promotion?id={promotion.id}", name="Весна", rate="20", running="on", control="")
    page = plain((await editor.browser.get(f"{editor.home}/draft/publish")).text)
    assert "Скидка 20 %." in page

    sent = {"mark": (await editor.draft()).mark, "against": "1", "when": "now"}
    assert (await editor.browser.post(f"{editor.home}/draft/publish", data=sent)).headers[
        "location"
    ] == editor.home

    assert "Скидка 20 %." in plain((await editor.browser.get(editor.home)).text)
    async with client_of(app, cast.anna.secret) as till:
        receipt = await report(till, "/v1/purchases", coffee("B-1", member={"phone": PHONE}))
    assert (receipt["decision"]["discount_minor"], receipt["decision"]["payable_minor"]) == (200_00, 800_00)
    assert receipt["decision"]["earned_points"] == 80
    shown = plain((await editor.browser.get(f"/receipts/{receipt['id']}")).text)
    assert "Скидка по акции — 200 ₽." in shown


async def test_where_promotions_meet_is_told_before_they_are_published(editor: Editor) -> None:
    for kind in ("percent_off", "happy_hours"):
        promotion = await begun(editor, kind)
        await editor.save(f"promotion?id={promotion.id}", running="on")

    page = plain((await editor.browser.get(f"{editor.home}/draft/publish")).text)

    assert "«Скидка» и «Счастливые часы»: на товар действует та, что даёт больше." in page
