"""What is wrong with a programme, in words: its own contradictions, and files that cannot be read."""

from collections.abc import Mapping

from plushka.domain.programs.telling.voice import Voice
from plushka.platform.errors import Fact
from plushka.platform.i18n import format_number, marked

_SENTENCES = {
    # Contradictions, as ``engine.check`` finds them.
    "duplicate_id": marked("“{id}” is there twice."),
    "unknown_tier": marked("The programme has no tier “{tier}”."),
    "ladder_not_ascending": marked("Each step must begin at a larger amount than the one before it."),
    "rates_over_whole": marked(
        "Rules that always apply give back {rate_bp} of what was paid, more than all of it."
    ),
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
    # Files.
    "file_too_large": marked("The file is too large."),
    "malformed_json": marked("This is not JSON, or it breaks off."),
    "unknown_field": marked("There is no such field."),
    "missing_field": marked("This field is missing."),
    "invalid_value": marked("The value does not fit this field: {detail}."),
    "program_currency_wrong": marked("The business trades in {currency}."),
}
KNOWN_CODES = frozenset(_SENTENCES)


def tell_problem(code: str, facts: Mapping[str, Fact], voice: Voice) -> str:
    """Return the sentence of a problem by its ``code``, one of ``KNOWN_CODES``."""
    return voice.words.gettext(
        _SENTENCES[code], **{name: _fact(name, fact, voice) for name, fact in facts.items()}
    )


def _fact(name: str, fact: Fact, voice: Voice) -> str:
    if isinstance(fact, int):
        return voice.percent(fact) if name == "rate_bp" else format_number(fact, voice.language)
    return str(fact)
