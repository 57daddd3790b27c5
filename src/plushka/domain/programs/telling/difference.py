"""What a new version changes, sentence by sentence: «Было: 5 % … Стало: 7 % …»."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from plushka.domain.programs.telling.model import Change, Section
from plushka.domain.programs.telling.occasions import tell_occasion
from plushka.domain.programs.telling.program import (
    tell_earning_terms,
    tell_point,
    tell_program_life,
    tell_redemption,
)
from plushka.domain.programs.telling.promotions import tell_promotion, tell_promotion_standing
from plushka.domain.programs.telling.referral import tell_referral
from plushka.domain.programs.telling.rules import tell_rule, tell_standing
from plushka.domain.programs.telling.stamps import tell_card
from plushka.domain.programs.telling.tiers import tell_tiers
from plushka.domain.programs.telling.voice import Names, Voice, as_sentence
from plushka.engine.program import EarningRule, Occasion, Program, Promotion, StampCard, TierRule
from plushka.platform.i18n import Language

_NO_NAMES = Names()
PartT = TypeVar("PartT", Promotion, StampCard, Occasion)


def tell_difference(
    before: Program, after: Program, *, language: Language, names: Names = _NO_NAMES
) -> tuple[Change, ...]:
    """Return what ``after`` changes, in the order of the programme; nothing: the programmes are equal."""
    old, new = Voice(before, language, names), Voice(after, language, names)
    told: tuple[tuple[Section, Sequence[Change], Callable[[Program], object]], ...] = (
        ("general", _changes("general", _general(old), _general(new)), _parts_of_general),
        ("earning", [*_rules(old, new)], lambda program: program.earning),
        (
            "earning_terms",
            _changes("earning_terms", tell_earning_terms(before, old), tell_earning_terms(after, new)),
            _parts_of_terms,
        ),
        (
            "promotions",
            [*_named("promotions", old, new, lambda program: program.promotions, _promotion)],
            lambda program: program.promotions,
        ),
        (
            "cards",
            [*_named("cards", old, new, lambda program: program.cards, _card)],
            lambda program: program.cards,
        ),
        (
            "occasions",
            [*_named("occasions", old, new, lambda program: program.occasions, _occasion)],
            lambda program: program.occasions,
        ),
        ("friends", _changes("friends", _friends(old), _friends(new)), lambda program: program.referral),
        ("redemption", _changes("redemption", _redemption(old), _redemption(new)), _parts_of_redemption),
        (
            "life",
            _changes("life", tell_program_life(before, old), tell_program_life(after, new)),
            _parts_of_life,
        ),
        ("tiers", _changes("tiers", _tiers(old), _tiers(new)), lambda program: program.tiers),
    )
    return tuple(
        change
        for section, changes, parts in told
        for change in changes or ([Change(section)] if parts(before) != parts(after) else [])
    )


def _promotions_of(program: Program) -> tuple[Promotion, ...]:
    return program.promotions


def _cards_of(program: Program) -> tuple[StampCard, ...]:
    return program.cards


def _parts_of_general(program: Program) -> object:
    return program.name, program.currency, program.point


def _parts_of_terms(program: Program) -> object:
    return (
        program.welcome,
        program.caps,
        program.excluded,
        program.delivery_takes_part,
        program.earn_when_redeeming,
        program.rounding,
    )


def _parts_of_redemption(program: Program) -> object:
    redemption = program.redemption
    return redemption and (redemption.limits, redemption.by_tier, redemption.excluded)


def _parts_of_life(program: Program) -> object:
    blocked_by_debt = program.redemption.blocked_by_debt if program.redemption else True
    return program.activation, program.expiry, program.return_grace_days, program.debt, blocked_by_debt


def _general(voice: Voice) -> dict[str, str]:
    words, program = voice.words, voice.program
    return {
        "name": words.gettext("The programme is called “{name}”.", name=program.name),
        "currency": words.gettext("The programme counts in {currency}.", currency=program.currency),
        "point": tell_point(voice),
        "scale": words.gettext("Points have two decimals.")
        if program.point.scale
        else words.gettext("Points are whole."),
    }


def _friends(voice: Voice) -> dict[str, str]:
    told = tell_referral(voice.program.referral, voice)
    return told or {"none": voice.words.gettext("Nothing is given for friends.")}


def _redemption(voice: Voice) -> dict[str, str]:
    # What a point is worth is told with the programme's general terms, also where none can be spent.
    told = tell_redemption(voice.program.redemption, voice)
    return {key: sentence for key, sentence in told.items() if key != "point"}


def _tiers(voice: Voice) -> dict[str, str]:
    words, tiers = voice.words, voice.program.tiers
    if tiers is None:
        return {"none": words.gettext("There are no tiers.")}
    told = tell_tiers(tiers, voice)
    told |= {f"colour:{tier.id}": _colour(tier, voice) for tier in tiers.tiers if tier.colour}
    return told


def _colour(tier: TierRule, voice: Voice) -> str:
    return voice.words.gettext("The colour of “{tier}” is {colour}.", tier=tier.name, colour=tier.colour)


def _rules(old: Voice, new: Voice) -> Iterator[Change]:
    rules_before = {rule.id: rule for rule in old.program.earning}
    rules_after = {rule.id: rule for rule in new.program.earning}
    for rule_id, rule in rules_after.items():
        before = rules_before.get(rule_id)
        if before is None:
            yield Change("earning", after=_whole(rule, new), subject=rule.name)
        elif before != rule:
            yield from _rule(before, rule, old, new)
    for rule_id, rule in rules_before.items():
        if rule_id not in rules_after:
            yield Change("earning", before=_whole(rule, old), subject=rule.name)


def _named(
    section: Section,
    old: Voice,
    new: Voice,
    parts_of: Callable[[Program], Iterable[PartT]],
    tell: Callable[[PartT, Voice], dict[str, str]],
) -> Iterator[Change]:
    """Tell what became of parts that keep their ids, each under its name."""
    was = {part.id: part for part in parts_of(old.program)}
    now = {part.id: part for part in parts_of(new.program)}
    for part_id in _in_order(now, was):
        before, after = was.get(part_id), now.get(part_id)
        if before is None and after is not None:
            yield Change(section, after=_whole_part(after, tell(after, new)), subject=after.name)
        elif after is None and before is not None:
            yield Change(section, before=_whole_part(before, tell(before, old)), subject=before.name)
        elif before is not None and after is not None and before != after:
            told = _changes(section, tell(before, old), tell(after, new), subject=after.name)
            yield from told or [Change(section, subject=after.name)]


def _whole_part(part: Promotion | StampCard | Occasion, told: dict[str, str]) -> str:
    """Return all there is to a part that is new or gone; how it stands to others only where that is not the usual."""
    is_usual = isinstance(part, Promotion) and part.policy == "best_in_group"
    return " ".join(
        text for key, text in told.items() if key != "name" and not (key == "standing" and is_usual)
    )


def _promotion(promotion: Promotion, voice: Voice) -> dict[str, str]:
    return {
        "name": voice.words.gettext("The promotion is called “{name}”.", name=promotion.name),
        "promotion": tell_promotion(promotion, voice),
        "standing": tell_promotion_standing(promotion, voice),
    }


def _card(card: StampCard, voice: Voice) -> dict[str, str]:
    return {
        "name": voice.words.gettext("The card is called “{name}”.", name=card.name),
        "card": tell_card(card, voice),
    }


def _occasion(occasion: Occasion, voice: Voice) -> dict[str, str]:
    return {
        "name": voice.words.gettext("The occasion is called “{name}”.", name=occasion.name),
        "occasion": tell_occasion(occasion, voice),
    }


def _whole(rule: EarningRule, voice: Voice) -> str:
    told = as_sentence(tell_rule(rule, voice))
    return f"{told} {tell_standing(rule, voice)}" if rule.policy != "best_in_group" else told


def _rule(before: EarningRule, after: EarningRule, old: Voice, new: Voice) -> Iterator[Change]:
    told = [
        *_changes(
            "earning",
            {
                "name": old.words.gettext("The rule is called “{name}”.", name=before.name),
                "rule": as_sentence(tell_rule(before, old)),
                "standing": tell_standing(before, old),
            },
            {
                "name": new.words.gettext("The rule is called “{name}”.", name=after.name),
                "rule": as_sentence(tell_rule(after, new)),
                "standing": tell_standing(after, new),
            },
            subject=after.name,
        )
    ]
    yield from told or [Change("earning", subject=after.name)]


def _changes(
    section: Section, before: dict[str, str], after: dict[str, str], *, subject: str = ""
) -> list[Change]:
    return [
        Change(section, before.get(key, ""), after.get(key, ""), subject)
        for key in _in_order(after, before)
        if before.get(key) != after.get(key)
    ]


def _in_order(first: Iterable[str], then: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys([*first, *then])
