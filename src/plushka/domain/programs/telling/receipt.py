"""The few lines about points at the foot of a printed receipt."""

from collections.abc import Iterator
from textwrap import wrap

from plushka.domain.ledger.model import Balance
from plushka.domain.programs.telling.stamps import find_card, tell_filled
from plushka.domain.programs.telling.tiers import tell_metric
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import Program
from plushka.engine.purchase import Outcome
from plushka.engine.tiers import discount_gained_bp
from plushka.platform.i18n import NBSP, Language, format_date

COLUMNS_MIN = 32
"""What fits the narrowest printers (57 mm paper)."""


def receipt_text(
    outcome: Outcome,
    balance: Balance | None,
    *,
    program: Program,
    language: Language,
    zone: str,
    columns: int = COLUMNS_MIN,
) -> tuple[str, ...]:
    """Return lines of at most ``columns`` characters; nothing for a receipt without a member.

    Non-breaking spaces are made plain: receipt printers lack them.
    """
    if balance is None:
        return ()
    voice = Voice(program, language, zone=zone)
    sentences = _sentences(outcome, balance, voice)
    return tuple(line.replace(NBSP, " ") for sentence in sentences for line in wrap(sentence, columns))


def _sentences(outcome: Outcome, balance: Balance, voice: Voice) -> Iterator[str]:
    words = voice.words
    if outcome.discount_minor:
        yield words.gettext("Discount {amount}", amount=voice.money(outcome.discount_minor))
    if outcome.redeemed and outcome.redeemed.points:
        yield words.gettext("Spent {points}", points=voice.points(outcome.redeemed.points))
    if outcome.earned_points:
        yield words.gettext("Earned {points}", points=voice.points(outcome.earned_points))
    later = [
        g.activates_at for g in outcome.grants if voice.local_date(g.activates_at) > outcome.business_date
    ]
    if later:
        day = format_date(min(later), voice.language, zone=voice.zone, form="short")
        yield words.gettext("Can be spent from {date}", date=day)
    yield words.gettext("Balance {points}", points=voice.points(balance.available))
    if balance.debt:
        yield words.gettext("Debt {points}", points=voice.points(balance.debt))
    if outcome.tier_after is not None and outcome.tier_after != outcome.tier_before:
        yield words.gettext("New tier: {tier}", tier=voice.tier_name(outcome.tier_after))
    yield from _stamps(outcome, voice)
    if progress := outcome.next_tier:
        discount_bp = discount_gained_bp(voice.program, progress.tier)
        missing = progress.need - progress.have
        # The narrow paper has no room for «покупки на»: money can mean nothing else there.
        left = (
            voice.money(missing)
            if progress.metric == "spend"
            else tell_metric(progress.metric, missing, voice)
        )
        if discount_bp:
            yield words.gettext("To {rate} off: {left}", rate=voice.percent(discount_bp), left=left)
        else:
            yield words.gettext("To {tier}: {left}", tier=voice.tier_name(progress.tier), left=left)


def _stamps(outcome: Outcome, voice: Voice) -> Iterator[str]:
    words = voice.words
    for gift in outcome.gifts:
        yield words.gettext("Gift: {name}", name=gift.name)
    for card in outcome.cards:
        if card.stamps:
            filled = tell_filled(card.after, card.needed, find_card(card.card, voice), voice)
            yield words.gettext("{card}: {filled}", card=voice.rule_name(card.card), filled=filled)
