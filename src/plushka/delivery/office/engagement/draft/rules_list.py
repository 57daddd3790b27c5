"""What the buttons beside the rules do: another order, one rule less, one more."""

from msgspec import structs

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.rule import new_rule
from plushka.engine.program import EarningRule, Program
from plushka.platform.i18n import marked
from plushka.platform.ids import new_id

RULES_MAX = 500
_NAMES = {
    "percent": marked("Points for a purchase"),
    "fixed": marked("Points for a visit"),
    "ladder": marked("The larger the receipt, the more points"),
}


def rearranged(do: str, desk: Desk) -> tuple[Program, EarningRule | None] | None:
    """Return the programme after the button ``do``, and the rule that is new; None where it is another's button."""
    verb, _, rest = do.partition(":")
    rules = list(desk.program.earning)
    place = next((place for place, rule in enumerate(rules) if rule.id == rest), None)
    match verb:
        case "rule.new" if rest in _NAMES and len(rules) < RULES_MAX:
            rule = new_rule(rest, f"rule-{new_id().hex[-8:]}", desk.words.gettext(_NAMES[rest]))
            return structs.replace(desk.program, earning=(*rules, rule)), rule
        case "rule.remove" if place is not None:
            del rules[place]
        case "rule.up" if place:
            rules[place - 1], rules[place] = rules[place], rules[place - 1]
        case "rule.down" if place is not None and place + 1 < len(rules):
            rules[place], rules[place + 1] = rules[place + 1], rules[place]
        case "rule.remove" | "rule.up" | "rule.down" | "rule.new":
            return desk.program, None
        case _:
            return None
    return structs.replace(desk.program, earning=tuple(rules)), None
