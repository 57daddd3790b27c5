"""What an earning rule begins with: the kinds, and those that businesses ask for by name."""

from collections.abc import Callable
from datetime import date

from plushka.engine.conditions import Birthday, Condition, FirstPurchase, RepeatWithin, TimeWindow
from plushka.engine.parts import Policy
from plushka.engine.program import Band, EarningRule, Effect, Fixed, Ladder, Multiplied, Percent
from plushka.platform.i18n import Translator, marked

RULE_NAMES = {
    "percent": marked("Points for a purchase"),
    "fixed": marked("Points for a visit"),
    "ladder": marked("The larger the receipt, the more points"),
    "multiplied": marked("×2 points"),
    "multiplied_mornings": marked("×2 in the mornings"),
    "multiplied_birthday": marked("×3 for the birthday"),
    "repeat": marked("Points for coming back"),
    "first": marked("Points for the first purchase"),
}
RULES_DO = {
    "percent": marked("5% of the receipt or of certain goods"),
    "fixed": marked("For a visit, a line or a cup"),
    "ladder": marked("The larger the receipt, the higher the share"),
    "multiplied": marked("Twice as many as the other rules give: for goods, tiers, segments, days"),
    "multiplied_mornings": marked("Twice as many from 8 to 11 a.m."),
    "multiplied_birthday": marked("Three times as many from three days before to three days after"),
    "repeat": marked("2% more for who bought within the last seven days"),
    "first": marked("100 points more for the first purchase"),
}
_EFFECTS: dict[str, Callable[[], Effect]] = {
    "percent": lambda: Percent(500),
    "fixed": lambda: Fixed(10),
    "ladder": lambda: Ladder((Band(0, 500),)),
    "multiplied": lambda: Multiplied(200_00),
    "multiplied_mornings": lambda: Multiplied(200_00),
    "multiplied_birthday": lambda: Multiplied(300_00),
    "repeat": lambda: Percent(200),
    "first": lambda: Fixed(100),
}
_WHEN: dict[str, Condition] = {
    "multiplied_mornings": TimeWindow("08:00", "11:00"),
    "multiplied_birthday": Birthday(days_before=3, days_after=3),
    "repeat": RepeatWithin(7),
    "first": FirstPurchase(),
}
_POLICIES: dict[str, Policy] = {"repeat": "stack", "first": "stack"}
"""What is given beside the other rules, not instead of them."""


def new_rule(kind: str, rule_id: str, words: Translator, _: date) -> EarningRule:
    """Return what a rule of ``kind`` begins with."""
    return EarningRule(
        rule_id,
        words.gettext(RULE_NAMES[kind]),
        _EFFECTS[kind](),
        when=_WHEN.get(kind),
        policy=_POLICIES.get(kind, "best_in_group"),
    )
