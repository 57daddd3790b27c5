"""Which gifts of a journey are given though the letter behind them may not go: those before a condition."""

import pytest

from plushka.engine.audience import NeverBought
from plushka.engine.journeys.gifts import gifts_apart
from plushka.engine.journeys.parts import (
    Choice,
    Finish,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Journey,
    Message,
    OnRegistration,
    Share,
    Split,
    Step,
    TagMember,
    Wait,
)

GIFT, LETTER, WAIT = GivePoints("p", 50), Message("m", "t"), Wait("w", days=1)


def asked(*yes: Step, no: tuple[Step, ...] = ()) -> Choice:
    return Choice("c", NeverBought(), yes, no)


@pytest.mark.parametrize(
    ("steps", "apart"),
    [
        ((GIFT, LETTER), ""),
        ((GIFT, asked(LETTER)), "p"),
        ((GIFT, asked(no=(LETTER,))), "p"),
        ((GIFT, asked(TagMember("t", "x")), LETTER), "p"),
        ((GIFT, TagMember("t", "x"), Split("s", (Share(50, (asked(LETTER),)), Share(50)))), "p"),
        ((GiveCoupon("k", "x"), GiveReward("r", "Кофе", 5), asked(LETTER)), "kr"),
        ((GIFT, Split("s", (Share(50, (LETTER,)), Share(50, (Message("n", "t"),))))), ""),
        ((GIFT, LETTER, asked(Message("n", "t"))), ""),
        ((GIFT, asked(WAIT, no=(Finish("f"),)), LETTER), ""),
        ((GIFT, WAIT, asked(LETTER)), ""),
        ((asked(GIFT, LETTER),), ""),
        ((asked(GIFT), LETTER), ""),
        ((GIFT, asked()), ""),
    ],
)
def test_a_condition_between_a_gift_and_its_letter_parts_them(steps: tuple[Step, ...], apart: str) -> None:
    assert gifts_apart(Journey("Ц", OnRegistration(), steps)) == set(apart)
