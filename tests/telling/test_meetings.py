"""Which promotions meet, told before they are published."""

from datetime import date

import pytest
from msgspec import structs

from plushka.domain.programs.telling.meetings import tell_meetings
from plushka.engine.conditions import Category, Coupon, Product
from plushka.engine.price_effects import Combo, ComboPart, PercentOff, RaisedShare
from plushka.engine.program import Program, Promotion

TODAY = date(2026, 3, 2)
ONE = Promotion("a", "Чай", PercentOff(10_00))
TWO = Promotion("b", "Весна", PercentOff(20_00))


def told(*promotions: Promotion) -> list[str]:
    return tell_meetings(Program("p", "RUB", promotions=promotions), today=TODAY, language="ru")


@pytest.mark.parametrize(
    ("one", "two", "sentence"),
    [
        ({}, {}, "«Чай» и «Весна»: на товар действует та, что даёт больше."),
        ({}, {"priority": 1}, "«Весна» и «Чай»: на товар действует «Весна», другая его не трогает."),
        ({}, {"policy": "stack"}, "«Чай» и «Весна» складываются, первой та, что даёт больше."),
        ({"priority": 1}, {"group": "x"}, "«Чай» и «Весна» складываются: сначала «Чай», потом другая."),
        ({"policy": "exclusive"}, {"group": "x"}, "«Чай» и «Весна»: на товар действует та, что даёт больше."),
        (
            {"when": Coupon(("c",)), "group": "x"},
            {},
            "«Весна» и «Чай» складываются: сначала «Весна», потом другая.",
        ),
    ],
)
def test_what_happens_is_told(one: dict[str, object], two: dict[str, object], sentence: str) -> None:
    assert told(structs.replace(ONE, **one), structs.replace(TWO, **two)) == [sentence]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"last_on": date(2026, 3, 8)}, {"first_on": date(2026, 3, 9)}),
        ({"last_on": date(2026, 3, 1)}, {}),
        ({"is_paused": True}, {}),
        ({"effect": RaisedShare(20_00)}, {}),
        ({"lines": Product(("a",))}, {"lines": Product(("b", "c"))}),
        (
            {"effect": Combo((ComboPart(Product(("a",))), ComboPart(Product(("b",)))))},
            {"lines": Product(("c",))},
        ),
    ],
)
def test_those_that_cannot_meet_are_not_told(one: dict[str, object], two: dict[str, object]) -> None:
    assert told(structs.replace(ONE, **one), structs.replace(TWO, **two)) == []


def test_categories_may_always_share_a_product() -> None:
    tea, cups = Category(("tea",)), Product(("cup",))
    assert len(told(structs.replace(ONE, lines=tea), structs.replace(TWO, lines=cups))) == 1


def test_three_of_one_group_are_told_in_one_sentence_and_a_fourth_beside_them() -> None:
    three, coupon = (
        structs.replace(ONE, id="c", name="Кофе"),
        structs.replace(ONE, id="d", name="Код", when=Coupon(("c",))),
    )

    assert told(ONE, TWO, three, coupon) == [
        "«Чай», «Весна» и «Кофе»: на товар действует та, что даёт больше.",
        "«Чай» и «Код»: на товар действует «Чай», другая его не трогает.",
        "«Весна» и «Код»: на товар действует «Весна», другая его не трогает.",
        "«Кофе» и «Код»: на товар действует «Кофе», другая его не трогает.",
    ]
