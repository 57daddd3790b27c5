"""An earning rule as its owner would say it: what it gives, for what, when, and how it stands to other rules."""

from typing import assert_never

from plushka.domain.programs.telling.conditions import tell_least, tell_lines, tell_most, tell_receipt
from plushka.domain.programs.telling.life import tell_life
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import (
    EarningCaps,
    EarningRule,
    Effect,
    Fixed,
    GrantCap,
    Ladder,
    Multiplied,
    Percent,
)
from plushka.platform.i18n import join, marked

_FIXED = {
    "receipt": marked("{points}"),
    "line": marked("{points} for each line"),
    "unit": marked("{points} for each unit"),
}
_STANDINGS = {
    "best_in_group": marked(
        "Of the rules of the group “{group}” the one that gives most applies; priority {priority}."
    ),
    "stack": marked("It is added to the other rules (group “{group}”, priority {priority})."),
    "exclusive": marked("Where it applies, no other rule does (group “{group}”, priority {priority})."),
}


def tell_rule(rule: EarningRule, voice: Voice) -> str:
    """Return what the rule gives, for what and when, with its caps and the life of its points."""
    words = voice.words
    clauses = [tell_award(rule, voice)]
    if caps := tell_caps(rule.caps, voice):
        clauses.append(caps)
    if rule.activation is not None or rule.expiry is not None:
        life = tell_life(
            rule.activation or voice.program.activation, rule.expiry or voice.program.expiry, voice
        )
        clauses.append(words.gettext("these points {life}", life=life))
    if rule.grant_cap is not None:
        clauses.append(tell_grant_cap(rule.grant_cap, voice))
    return "; ".join(clauses)


def tell_award(rule: EarningRule, voice: Voice) -> str:
    """Return what the rule gives, for what and when."""
    words, effect = voice.words, rule.effect
    counts_things = isinstance(effect, Fixed) and effect.per != "receipt"
    told = tell_effect(effect, voice)
    if rule.lines is not None:
        goods = tell_lines(rule.lines, voice)
        message = marked("{effect}: {goods}") if counts_things else marked("{effect} for {goods}")
        told = words.gettext(message, effect=told, goods=goods)
    if rule.when is not None:
        return f"{told} {tell_receipt(rule.when, voice)}"
    if rule.lines is not None or counts_things or isinstance(effect, Ladder):
        return told
    return words.gettext("{effect} on every receipt", effect=told)


def tell_effect(effect: Effect, voice: Voice) -> str:
    """Return what a rule gives, without its conditions."""
    words = voice.words
    match effect:
        case Percent(rate_bp=rate_bp, by_tier=by_tier):
            told = words.gettext("{rate} in points", rate=voice.percent(rate_bp))
            if not by_tier:
                return told
            rates = [
                words.gettext(
                    "{rate} on “{tier}”", tier=voice.tier_name(tier), rate=voice.percent(by_tier[tier])
                )
                for tier in voice.in_tier_order(by_tier)
            ]
            return f"{told} ({', '.join(rates)})"
        case Fixed(points=points, per=per):
            return words.gettext(_FIXED[per], points=voice.points(points))
        case Ladder():
            return _ladder(effect, voice)
        case Multiplied(times_bp=times_bp):
            return words.gettext("{times} points", times=voice.times(times_bp))
        case _:
            assert_never(effect)


def _ladder(ladder: Ladder, voice: Voice) -> str:
    words = voice.words
    steps = []
    for index, band in enumerate(ladder.bands):
        if index == 0 and band.from_minor == 0 and len(ladder.bands) > 1:
            following = ladder.bands[1]
            bound = tell_most(following.from_minor, voice, included=not following.from_included)
        else:
            bound = tell_least(band.from_minor, voice, included=band.from_included)
        if band.rate_bp or index:
            steps.append(words.gettext("{rate} {amount}", rate=voice.percent(band.rate_bp), amount=bound))
    told = words.gettext("points by the amount of the receipt: {steps}", steps=", ".join(steps))
    if ladder.per_day:
        told = words.gettext("points by the amount of the day's receipts: {steps}", steps=", ".join(steps))
    return words.gettext("{ladder} (each part at its own rate)", ladder=told) if ladder.marginal else told


def tell_caps(caps: EarningCaps, voice: Voice) -> str:
    """Return the caps as one clause, or nothing."""
    words = voice.words
    told = [
        words.gettext(message, points=voice.points_bound(cap))
        for message, cap in (
            (marked("{points} a receipt"), caps.per_receipt),
            (marked("{points} a day"), caps.per_day),
            (marked("{points} a month"), caps.per_month),
        )
        if cap is not None
    ]
    return words.gettext("no more than {caps}", caps=join(told, voice.language)) if told else ""


def tell_grant_cap(cap: GrantCap, voice: Voice) -> str:
    """Return what part of a receipt the points of a grant may pay."""
    share = voice.percent(cap.receipt_share_bp)
    return voice.words.gettext("they can pay up to {share} of a receipt", share=share)


def tell_standing(rule: EarningRule, voice: Voice) -> str:
    """Return how the rule stands to others that fit the same line, as a sentence."""
    message = _STANDINGS[rule.policy]
    return voice.words.gettext(message, group=rule.group, priority=rule.priority)
