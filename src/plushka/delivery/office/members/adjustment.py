"""The form by which points are given or taken by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct, field, structs

from plushka.delivery.office.visit import Visit
from plushka.platform.ids import new_id

REASON_LENGTH_MAX = 200
POINTS_MAX = 10**9
"""Whole points of one adjustment: a slip of the hand must not make a million millions."""

DIGITS_MAX = 1000
"""Python refuses to read numbers of some thousands; such a one is no slip of the hand either."""


class Adjustment(Struct, frozen=True):
    """What was typed: ``points`` in units of the wallet, below zero to take away; ``problem`` is the answer.

    ``form_id`` is of the form as it was shown: what is sent twice from it is booked once.
    """

    direction: str = "give"
    amount: str = ""
    reason: str = ""
    points: int = 0
    problem: str = ""
    form_id: UUID = field(default_factory=new_id)

    @property
    def id(self) -> UUID:
        """The same for what was sent twice, another one when the form was filled in anew."""
        return uuid5(self.form_id, f"{self.points} {self.reason}")

    def refused(self, problem: str) -> "Adjustment":
        return structs.replace(self, problem=problem)


def read_adjustment(form: Mapping[str, Any], visit: Visit) -> tuple[Adjustment, str]:
    """Return what was typed, and what is wrong with it, or nothing."""
    words, scale = visit.words, visit.figures.scale
    typed = Adjustment(
        direction="take" if form.get("direction") == "take" else "give",
        amount=str(form.get("amount", "")).strip(),
        reason=str(form.get("reason", "")).replace("\0", "").strip(),
        form_id=_id(str(form.get("form_id", ""))) or new_id(),
    )
    units = _units(typed.amount, scale)
    if units is None or units == 0:
        return typed, words.gettext("Enter how many points: a number above zero.")
    if units > POINTS_MAX * 10**scale:
        most = visit.figures.points_number(POINTS_MAX * 10**scale)
        return typed, words.gettext("That is too many points; the most is {points}.", points=most)
    if not typed.reason:
        return typed, words.gettext("Write a reason: it stays in the member's history.")
    if len(typed.reason) > REASON_LENGTH_MAX:
        return typed, words.gettext(
            "The reason is too long; the most is {length} characters.", length=REASON_LENGTH_MAX
        )
    return structs.replace(typed, points=-units if typed.direction == "take" else units), ""


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _units(text: str, scale: int) -> int | None:
    """Return the units that ``text`` names, exactly; None when it is no number or has too many decimals."""
    whole, _, decimals = "".join(text.split()).replace(",", ".").partition(".")
    digits = whole + decimals.ljust(scale, "0")
    if not digits.isascii() or not digits.isdigit() or len(decimals) > scale or len(digits) > DIGITS_MAX:
        return None
    return int(digits)
