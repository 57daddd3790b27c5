"""A programme as its owner would say it aloud."""

from typing import assert_never

from plushka.domain.programs.telling.conditions import tell_least, tell_lines, tell_most, tell_receipt
from plushka.domain.programs.telling.life import tell_expiry, tell_life
from plushka.domain.programs.telling.model import ProgramTelling, RuleTelling
from plushka.domain.programs.telling.tiers import tell_tiers
from plushka.domain.programs.telling.voice import Names, Voice
from plushka.engine.program import (
    EarningCaps,
    EarningRule,
    Effect,
    Fixed,
    GrantCap,
    Ladder,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    Welcome,
)
from plushka.platform.i18n import BASIS_POINTS, Language, join, marked

_NO_NAMES = Names()
_FIXED = {
    "receipt": marked("{points}"),
    "line": marked("{points} for each line"),
    "unit": marked("{points} for each unit"),
}
_ROUNDINGS = {
    "floor": marked("Fractions of a point are rounded down."),
    "half_up": marked("Fractions of a point are rounded to the nearest."),
    "ceil": marked("Fractions of a point are rounded up."),
}


def describe_program(program: Program, *, language: Language, names: Names = _NO_NAMES) -> ProgramTelling:
    """Return the whole of ``program`` in sentences; codes unknown to ``names`` are shown as they are."""
    voice = Voice(program, language, names)
    return ProgramTelling(
        summary=_summary(program, voice),
        earning=tuple(
            RuleTelling(rule.id, rule.name, _sentence(tell_rule(rule, voice))) for rule in program.earning
        ),
        earning_terms=tuple(_earning_terms(program, voice)),
        redemption=tuple(_redemption(program.redemption, voice)),
        life=tuple(_life(program, voice)),
        tiers=tuple(tell_tiers(program.tiers, voice)) if program.tiers else (),
    )


def _sentence(clauses: str) -> str:
    return clauses[:1].upper() + clauses[1:] + "."


def _summary(program: Program, voice: Voice) -> str:
    words = voice.words
    clauses = [_award(rule, voice) for rule in program.earning[:1]] or [
        words.gettext("nothing is earned yet")
    ]
    if len(program.earning) > 1:
        more = len(program.earning) - 1
        clauses[0] += words.ngettext(" and {count} more rule", " and {count} more rules", more, count=more)
    clauses.append(
        _share(program.redemption.limits, voice)
        if program.redemption
        else words.gettext("points cannot be spent yet")
    )
    clauses.append(words.gettext("points {life}", life=tell_life(program.activation, program.expiry, voice)))
    return _sentence(", ".join(clauses))


def tell_rule(rule: EarningRule, voice: Voice) -> str:
    """Return what the rule gives, for what and when, with its caps and the life of its points."""
    words = voice.words
    clauses = [_award(rule, voice)]
    if caps := tell_caps(rule.caps, voice):
        clauses.append(caps)
    if rule.activation is not None or rule.expiry is not None:
        life = tell_life(
            rule.activation or voice.program.activation, rule.expiry or voice.program.expiry, voice
        )
        clauses.append(words.gettext("these points {life}", life=life))
    if rule.grant_cap is not None:
        clauses.append(_grant_cap(rule.grant_cap, voice))
    return "; ".join(clauses)


def _award(rule: EarningRule, voice: Voice) -> str:
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


def _earning_terms(program: Program, voice: Voice) -> list[str]:
    words = voice.words
    told = _meeting_rules(program, voice)
    if program.welcome is not None:
        told.append(_welcome(program.welcome, voice))
    if caps := tell_caps(program.caps, voice):
        told.append(words.gettext("All rules together give {caps}.", caps=caps))
    if program.excluded is not None:
        goods = tell_lines(program.excluded, voice)
        told.append(words.gettext("Takes no part in the programme: {goods}.", goods=goods))
    if program.delivery_takes_part:
        told.append(words.gettext("Delivery counts like goods."))
    if not program.earn_when_redeeming:
        told.append(words.gettext("A receipt paid with points, even in part, earns no new ones."))
    told.append(words.gettext(_ROUNDINGS[program.rounding]))
    return told


def _welcome(welcome: Welcome, voice: Voice) -> str:
    words = voice.words
    clauses = [words.gettext("for joining: {points}", points=voice.points(welcome.points))]
    if welcome.expiry is not None:
        clauses.append(words.gettext("these points {life}", life=tell_expiry(welcome.expiry, voice)))
    if welcome.grant_cap is not None:
        clauses.append(_grant_cap(welcome.grant_cap, voice))
    return _sentence(", ".join(clauses))


def _grant_cap(cap: GrantCap, voice: Voice) -> str:
    share = voice.percent(cap.receipt_share_bp)
    return voice.words.gettext("they can pay up to {share} of a receipt", share=share)


def _meeting_rules(program: Program, voice: Voice) -> list[str]:
    words = voice.words
    told = []
    groups = [rule.group for rule in program.earning if rule.policy == "best_in_group"]
    if len(groups) != len(set(groups)):
        told.append(words.gettext("Where several rules fit a product, the one that gives most applies."))
    if len(program.earning) == 1:
        return told
    if added := [rule.name for rule in program.earning if rule.policy == "stack"]:
        told.append(
            words.ngettext(
                "{rules} is added to the other rules.",
                "{rules} are added to the other rules.",
                len(added),
                rules=voice.quoted(added),
            )
        )
    if alone := [rule.name for rule in program.earning if rule.policy == "exclusive"]:
        told.append(
            words.ngettext(
                "Where {rules} applies, no other rule does.",
                "Where {rules} apply, no other rule does.",
                len(alone),
                rules=voice.quoted(alone),
            )
        )
    return told


def _share(limits: RedemptionLimits, voice: Voice) -> str:
    words = voice.words
    if limits.receipt_share_bp == BASIS_POINTS:
        return words.gettext("points can pay a whole receipt")
    return words.gettext(
        "points can pay up to {share} of a receipt", share=voice.percent(limits.receipt_share_bp)
    )


def _limits(limits: RedemptionLimits, voice: Voice) -> str:
    words = voice.words
    clauses = [_share(limits, voice)]
    if limits.receipt_min_minor:
        clauses.append(
            words.gettext("the receipt is {amount} or more", amount=voice.money(limits.receipt_min_minor))
        )
    if limits.points_min:
        clauses.append(
            words.gettext("no fewer than {points} at once", points=voice.points_bound(limits.points_min))
        )
    if limits.balance_residual_min:
        clauses.append(
            words.gettext(
                "at least {points} stay on the account",
                points=voice.points_bound(limits.balance_residual_min),
            )
        )
    return ", ".join(clauses)


def _redemption(redemption: Redemption | None, voice: Voice) -> list[str]:
    words = voice.words
    if redemption is None:
        return [words.gettext("Points cannot be spent yet.")]
    told = [_sentence(_limits(redemption.limits, voice))]
    one_point = 10**voice.program.point.scale
    value = voice.money(voice.program.point.value_minor)
    told.append(words.gettext("{point} = {value}.", point=voice.points(one_point), value=value))
    told += [
        words.gettext(
            "On “{tier}”: {limits}.",
            tier=voice.tier_name(tier),
            limits=_limits(redemption.by_tier[tier], voice),
        )
        for tier in voice.in_tier_order(redemption.by_tier)
    ]
    if redemption.excluded is not None:
        goods = tell_lines(redemption.excluded, voice)
        told.append(words.gettext("Cannot be paid with points: {goods}.", goods=goods))
    return told


def _life(program: Program, voice: Voice) -> list[str]:
    words = voice.words
    told = [words.gettext("Points {life}.", life=tell_life(program.activation, program.expiry, voice))]
    if program.return_grace_days:
        days = program.return_grace_days
        told.append(
            words.ngettext(
                "Points that come back by a return after their date live {days} more day.",
                "Points that come back by a return after their date live {days} more days.",
                days,
                days=days,
            )
        )
    told.append(_debt(program, voice))
    return told


def _debt(program: Program, voice: Voice) -> str:
    words, debt = voice.words, program.debt
    if debt.policy == "clamp":
        return words.gettext("A return takes back the points it earned, as far as the account has them.")
    if debt.policy == "refuse":
        return words.gettext("A purchase whose points are already spent cannot be returned.")
    told = words.gettext(
        "If the points of a returned purchase are already spent, they become a debt, repaid by later points."
    )
    if debt.limit is not None:
        told += " " + words.gettext("The debt is at most {points}.", points=voice.points_bound(debt.limit))
    if program.redemption is not None and program.redemption.blocked_by_debt:
        told += " " + words.gettext("Until it is repaid, points cannot be spent.")
    return told
