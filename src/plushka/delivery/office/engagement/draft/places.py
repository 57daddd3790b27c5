"""Where in the editor a problem of a programme is seen: the section, and the field of its form."""

import re
from urllib.parse import urlencode

from msgspec import Struct

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.domain.programs.coupon_rewards import coupon_problems
from plushka.domain.programs.segments import segment_problems
from plushka.domain.programs.telling.problems import tell_problem
from plushka.engine.check import problems
from plushka.engine.check_conditions import Problem
from plushka.engine.program import Program

_RULE = re.compile(r"earning\[(\d+)\](.*)")
_PROMOTION = re.compile(r"promotions\[(\d+)\](.*)")
_CARD = re.compile(r"cards\[(\d+)\](.*)")
_OCCASION = re.compile(r"occasions\[(\d+)\](.*)")
_COMBO_PART = re.compile(r"\.effect\.parts\[(\d+)\]")
_BAND = re.compile(r"\.effect\.bands\[(\d+)\]")
_TIER = re.compile(r"tiers\.tiers\[(\d+)\](.*)")
_REQUIREMENT = re.compile(r"\.requirements\[(\d+)\]")
_OF_WHEN = {
    "empty_window": "when.end",
    "period_reversed": "when.last_on",
    "amounts_reversed": "when.amount_max",
    "unknown_tier": "when.tiers",
}
UNREADABLE = frozenset(
    {
        "condition_too_deep",
        "condition_too_large",
        "receipt_condition_on_line",
        "line_condition_on_receipt",
    }
)
"""What not even a draft may hold: it could not be told."""


class Found(Struct, frozen=True):
    """A problem told, with the page and the field where it is mended; ``rule`` is the name of the rule."""

    code: str
    section: str
    field: str
    rule_id: str
    rule: str
    text: str
    href: str


def find_problems(program: Program, desk: Desk) -> list[Found]:
    """Return everything that keeps ``program`` from being published."""
    found = [
        *problems(program),
        *coupon_problems(program, desk.coupons),
        *segment_problems(program, desk.segments),
    ]
    return [_found(problem, program, desk) for problem in found]


def _found(problem: Problem, program: Program, desk: Desk) -> Found:
    text = tell_problem(problem.code, problem.facts, desk.voice(program))
    if of_rule := _RULE.fullmatch(problem.path):
        rule = program.earning[int(of_rule[1])]
        field = _field_of_rule(of_rule[2], problem.code)
        href = f"{desk.url}/rule?{urlencode({'id': rule.id})}#{field}"
        return Found(problem.code, "rule", field, rule.id, rule.name, text, href)
    if of_promotion := _PROMOTION.fullmatch(problem.path):
        promotion = program.promotions[int(of_promotion[1])]
        field = _field_of_promotion(of_promotion[2], problem.code)
        href = f"{desk.url}/promotion?{urlencode({'id': promotion.id})}#{field}"
        return Found(problem.code, "promotion", field, promotion.id, promotion.name, text, href)
    if of_card := _CARD.fullmatch(problem.path):
        card = program.cards[int(of_card[1])]
        field = _field_of_card(of_card[2], problem.code)
        href = f"{desk.url}/card?{urlencode({'id': card.id})}#{field}"
        return Found(problem.code, "card", field, card.id, card.name, text, href)
    if of_occasion := _OCCASION.fullmatch(problem.path):
        occasion = program.occasions[int(of_occasion[1])]
        field = _field_of_occasion(of_occasion[2], problem.code)
        href = f"{desk.url}/occasion?{urlencode({'id': occasion.id})}#{field}"
        return Found(problem.code, "occasion", field, occasion.id, occasion.name, text, href)
    section, field = _place(problem)
    return Found(problem.code, section, field, "", "", text, f"{desk.url}/{section}#{field}")


def _field_of_rule(path: str, code: str) -> str:
    if band := _BAND.match(path):
        return f"band.{band[1]}.from"
    if path.startswith(".when"):
        return _OF_WHEN.get(code, "when.kept")
    if path.startswith(".lines"):
        return "goods.kept"
    for start, field in (
        (".expiry", "expiry.day"),
        (".effect", "rate"),
        (".id", "name"),
    ):
        if path.startswith(start):
            return field
    return ""


def _field_of_promotion(path: str, code: str) -> str:
    if part := _COMBO_PART.match(path):
        return f"part.{part[1]}.goods.kept"
    if path.startswith(".when"):
        return _OF_WHEN.get(code, "when.kept")
    fields = {
        ".lines": "goods.kept",
        ".effect.cheaper": "cheaper",
        ".effect.price_minor": "combo_price",
        ".effect": "share",
        ".last_on": "last_on",
        ".budgets": "budgets",
        ".for_anonymous": "for_anonymous",
        ".control_bp": "control",
        ".id": "name",
    }
    return next((field for start, field in fields.items() if path.startswith(start)), "")


def _field_of_card(path: str, code: str) -> str:
    if path.startswith(".when"):
        return _OF_WHEN.get(code, "when.kept")
    fields = {".lines": "goods.kept", ".reward.coupon": "coupon", ".reward": "expiry.day", ".id": "name"}
    return next((field for start, field in fields.items() if path.startswith(start)), "")


def _field_of_occasion(path: str, code: str) -> str:
    if path.startswith(".trigger.where"):
        return "event"
    if path.startswith(".when"):
        return _OF_WHEN.get(code, "when.kept")
    fields = {".by_tier": "points", ".expiry": "expiry.day", ".limit": "limit_days", ".id": "name"}
    return next((field for start, field in fields.items() if path.startswith(start)), "")


def _place(problem: Problem) -> tuple[str, str]:
    path = problem.path
    if of_tier := _TIER.fullmatch(path):
        tier = f"tier.{of_tier[1]}"
        if requirement := _REQUIREMENT.match(of_tier[2]):
            return "tiers", f"{tier}.req.{requirement[1]}.at_least"
        return "tiers", f"{tier}.expiry.day" if of_tier[2] == ".expiry" else f"{tier}.name"
    for start, section, field in (
        ("redemption.excluded", "redemption", "excluded.kept"),
        ("redemption", "redemption", "limits.share"),
        ("excluded", "terms", "excluded.kept"),
        ("expiry", "life", "expiry.day"),
        ("welcome", "terms", "welcome_expiry.day"),
        ("referral.levels", "friends", "level.1.rate"),
        ("referral.when", "friends", _OF_WHEN.get(problem.code, "when.kept")),
        ("referral.lines", "friends", "goods.kept"),
        ("referral.friend", "friends", "friend_expiry.day"),
        ("referral", "friends", "expiry.day"),
    ):
        if path.startswith(start):
            return section, field
    return "earning", ""
