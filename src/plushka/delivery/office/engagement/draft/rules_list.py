"""What the buttons beside the rules do: another order, one rule less and back again, one more."""

from collections.abc import Mapping

from msgspec import Struct, structs

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.rule import new_rule
from plushka.domain.programs.model import Draft, RemovedRule
from plushka.domain.programs.telling.model import RuleTelling
from plushka.domain.programs.telling.program import describe_program
from plushka.engine.program import EarningRule, Program
from plushka.platform.i18n import marked
from plushka.platform.ids import new_id

RULES_MAX = 500
_NAMES = {
    "percent": marked("Points for a purchase"),
    "fixed": marked("Points for a visit"),
    "ladder": marked("The larger the receipt, the more points"),
}


class Rearranged(Struct, frozen=True):
    """The rules after a button; ``new``: the one that was added."""

    program: Program
    removed: tuple[RemovedRule, ...]
    new: EarningRule | None = None


class RuleRow(Struct, frozen=True):
    """A rule as the list shows it, in its place also when it was taken out."""

    told: RuleTelling
    is_removed: bool
    is_first: bool
    is_last: bool


def rearranged(do: str, desk: Desk) -> Rearranged | None:
    """Return the rules after the button ``do``; None where it is another's button."""
    verb, _, rest = do.partition(":")
    rules, removed = list(desk.program.earning), desk.draft.removed
    place = next((place for place, rule in enumerate(rules) if rule.id == rest), None)
    new = None
    match verb:
        case "rule.new" if rest in _NAMES and len(rules) < RULES_MAX:
            new = new_rule(rest, f"rule-{new_id().hex[-8:]}", desk.words.gettext(_NAMES[rest]))
            rules.append(new)
        case "rule.remove" if place is not None:
            removed = (*removed, RemovedRule(place, rules.pop(place)))
        case "rule.return" if place is None and len(rules) < RULES_MAX:
            rules, removed = _put_back(rest, desk.draft)
        case "rule.up" if place:
            rules[place - 1], rules[place] = rules[place], rules[place - 1]
        case "rule.down" if place is not None and place + 1 < len(rules):
            rules[place], rules[place + 1] = rules[place + 1], rules[place]
        case "rule.remove" | "rule.return" | "rule.up" | "rule.down" | "rule.new":
            pass
        case _:
            return None
    return Rearranged(structs.replace(desk.program, earning=tuple(rules)), removed, new)


def rule_rows(desk: Desk) -> list[RuleRow]:
    """Return the rules of the draft and, where they stood, those that were taken out of it."""
    rules = _in_their_places(desk.draft)
    told = _told([rule for rule, _ in rules], desk)
    order = [rule.id for rule in desk.program.earning]
    return [
        RuleRow(
            told=told[rule.id],
            is_removed=is_removed,
            is_first=[rule.id] == order[:1],
            is_last=[rule.id] == order[-1:],
        )
        for rule, is_removed in rules
    ]


def _told(rules: list[EarningRule], desk: Desk) -> Mapping[str, RuleTelling]:
    program = structs.replace(desk.program, earning=tuple(rules))
    telling = describe_program(program, language=desk.visit.look.language, names=desk.names)
    return {told.rule: told for told in telling.earning}


def _put_back(rule_id: str, draft: Draft) -> tuple[list[EarningRule], tuple[RemovedRule, ...]]:
    rules = [rule for rule, is_removed in _in_their_places(draft) if not is_removed or rule.id == rule_id]
    return rules, tuple(removed for removed in draft.removed if removed.rule.id != rule_id)


def _in_their_places(draft: Draft) -> list[tuple[EarningRule, bool]]:
    """Return the rules, those that were taken out (True) among them: put back from the latest to the first."""
    rules = [(rule, False) for rule in draft.program.earning]
    for removed in reversed(draft.removed):
        rules.insert(removed.place, (removed.rule, True))
    return rules
