"""What is wrong with a programme, in words: its own contradictions, and files that cannot be read."""

from collections.abc import Mapping

from plushka.domain.programs.telling.voice import Voice
from plushka.platform.errors import Fact
from plushka.platform.i18n import format_number, join, marked

_SENTENCES = {
    # Contradictions, as ``engine.check`` finds them.
    "duplicate_id": marked("“{id}” is there twice."),
    "unknown_tier": marked("The programme has no tier “{tier}”."),
    "ladder_not_ascending": marked("Each step must begin at a larger amount than the one before it."),
    "rates_over_whole": marked(
        "Rules that always apply give back {rate_bp} of what was paid, more than all of it."
    ),
    "nothing_to_multiply": marked("There is nothing to multiply: add a rule that gives points by itself."),
    "first_tier_has_requirements": marked("Everybody begins at the first tier: it takes no conditions."),
    "tier_without_requirements": marked("Say what lifts a member to this tier."),
    "requirement_not_rising": marked("It must ask for more than the tier below it."),
    "days_or_months": marked("Say how long the points live: in days or in months."),
    "no_such_day": marked("There is no such day in this month."),
    "condition_too_deep": marked("The condition has more than {depth_max} levels."),
    "condition_too_large": marked("The condition has more than {nodes_max} parts."),
    "receipt_condition_on_line": marked("This condition speaks of the receipt, and goods are chosen here."),
    "line_condition_on_receipt": marked(
        "This condition speaks of goods; here they are asked for by has_lines."
    ),
    "always_holds": marked("This condition always holds: say a number or take it away."),
    "empty_window": marked("The hours begin and end at the same time."),
    "period_reversed": marked("The last day comes before the first."),
    "amounts_reversed": marked("The upper amount must be above the lower one."),
    "whole_set_cheaper": marked("Fewer units must be cheaper than the set has."),
    "price_or_rates": marked("A combo has one price, or parts that are cheaper: say one of the two."),
    "lines_without_use": marked("This kind of promotion chooses no goods here."),
    "gift_for_anonymous": marked("A gift waits for a member: it cannot be given without a card."),
    "gift_budget_of_money": marked("A gift has no amount: count its budget in receipts."),
    "control_for_anonymous": marked(
        "Without a card everybody gets this promotion, so nobody can be left aside: choose one of the two."
    ),
    "control_of_coupon": marked(
        "Who has a code was promised the promotion: no control group can be left without it."
    ),
    "budget_without_use": marked(
        "A raised share lowers no price, so nothing of it is counted: take the budget away."
    ),
    "share_without_redemption": marked(
        "Points cannot be spent in this programme, so their share cannot be raised."
    ),
    "value_or_bounds": marked("Say which value the field must have, or between which it must lie."),
    "limit_days": marked("Say within how many days it counts, or choose another period."),
    "receipt_condition_on_occasion": marked(
        "This condition speaks of a purchase, and an occasion has none: it may ask for the member and the day."
    ),
    "segment_missing": marked("There is no such segment: choose another one."),
    "coupon_missing": marked("There is no such coupon: choose another one."),
    "coupon_is_stopped": marked("The coupon “{name}” is stopped: let it go on, or choose another one."),
    # Files.
    "file_too_large": marked("The file is too large."),
    "malformed_json": marked("This is not JSON, or it breaks off."),
    "unknown_field": marked("There is no such field."),
    "missing_field": marked("This field is missing."),
    "invalid_value": marked("The value is not of the form that this field takes."),
    "invalid_value:type_wrong": marked("This must be {expected}; the file has {got} here."),
    "invalid_value:number_too_large": marked("The number can be at most {max}."),
    "invalid_value:number_too_small": marked("The number must be at least {min}."),
    "invalid_value:text_too_long": marked("The text can have at most {length_max} characters."),
    "invalid_value:text_too_short": marked("The text must not be empty."),
    "invalid_value:items_too_many": marked("The list can have at most {items_max} parts."),
    "invalid_value:items_too_few": marked("The list must not be empty."),
    "invalid_value:value_unknown": marked(
        "This field takes no such word. Which ones it takes the JSON Schema says."
    ),
    "invalid_value:text_has_nul": marked("The text has a NUL character, which cannot be stored."),
    "program_currency_wrong": marked("The business trades in {currency}."),
}
KNOWN_CODES = frozenset(code for code in _SENTENCES if ":" not in code)

_TYPES = {
    "str": marked("a text in quotes"),
    "int": marked("a whole number"),
    "float": marked("a number with a fraction"),
    "bool": marked("true or false"),
    "array": marked("a list in brackets"),
    "object": marked("an object in braces"),
    "null": marked("an empty value, null"),
}
"""What JSON calls its values, ours in the file."""


def tell_problem(code: str, facts: Mapping[str, Fact], voice: Voice) -> str:
    """Return the sentence of a problem by its ``code``, one of ``KNOWN_CODES``, and the ``reason`` among its facts."""
    sentence = _SENTENCES.get(f"{code}:{facts.get('reason')}") or _SENTENCES[code]
    return voice.words.gettext(sentence, **{name: _fact(name, fact, voice) for name, fact in facts.items()})


def _fact(name: str, fact: Fact, voice: Voice) -> str:
    if isinstance(fact, int):
        return voice.percent(fact) if name == "rate_bp" else format_number(fact, voice.language)
    if name in {"expected", "got"}:
        types = [_TYPES.get(each, each) for each in str(fact).split(" | ")]
        return join([voice.words.gettext(each) for each in types], voice.language, either=True)
    return str(fact)
