"""A programme as its owner would say it aloud."""

from collections.abc import Sequence

from plushka.domain.programs.telling.conditions import tell_lines
from plushka.domain.programs.telling.life import tell_expiry, tell_life
from plushka.domain.programs.telling.model import ProgramTelling, RuleTelling
from plushka.domain.programs.telling.occasions import tell_occasion
from plushka.domain.programs.telling.promotions import tell_promotion
from plushka.domain.programs.telling.referral import tell_referral
from plushka.domain.programs.telling.rules import tell_award, tell_caps, tell_grant_cap, tell_rule
from plushka.domain.programs.telling.stamps import tell_card
from plushka.domain.programs.telling.tiers import tell_discounts, tell_tiers
from plushka.domain.programs.telling.voice import Names, Voice, as_sentence
from plushka.engine.program import Multiplied, Program, Redemption, RedemptionLimits, Welcome
from plushka.platform.i18n import BASIS_POINTS, Language, marked

_NO_NAMES = Names()
_NAMES_MAX = 5
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
            RuleTelling(rule.id, rule.name, as_sentence(tell_rule(rule, voice))) for rule in program.earning
        ),
        earning_terms=tuple(tell_earning_terms(program, voice).values()),
        promotions=tuple(
            RuleTelling(each.id, each.name, tell_promotion(each, voice)) for each in program.promotions
        ),
        cards=tuple(RuleTelling(card.id, card.name, tell_card(card, voice)) for card in program.cards),
        occasions=tuple(
            RuleTelling(each.id, each.name, tell_occasion(each, voice)) for each in program.occasions
        ),
        friends=tuple(tell_referral(program.referral, voice).values()),
        redemption=tuple(tell_redemption(program.redemption, voice).values()),
        life=tuple(tell_program_life(program, voice).values()),
        tiers=tuple(tell_tiers(program.tiers, voice).values()) if program.tiers else (),
    )


def _summary(program: Program, voice: Voice) -> str:
    words = voice.words
    discounts = tell_discounts(program.tiers, voice) if program.tiers else ""
    if discounts and not program.earning and program.redemption is None:
        return as_sentence(discounts)
    clauses = [tell_award(rule, voice) for rule in program.earning[:1]] or [
        words.gettext("nothing is earned yet")
    ]
    if len(program.earning) > 1:
        more = len(program.earning) - 1
        clauses[-1] += words.ngettext(" and {count} more rule", " and {count} more rules", more, count=more)
    if discounts:
        clauses.insert(0, discounts)
    clauses.append(
        _share(program.redemption.limits, voice)
        if program.redemption
        else words.gettext("points cannot be spent yet")
    )
    clauses.append(words.gettext("points {life}", life=tell_life(program.activation, program.expiry, voice)))
    return as_sentence(", ".join(clauses))


def tell_earning_terms(program: Program, voice: Voice) -> dict[str, str]:
    """Return what is common to all rules: sentences by what they speak of, in order."""
    words = voice.words
    told = _meeting_rules(program, voice)
    if program.welcome is not None:
        told["welcome"] = _welcome(program.welcome, voice)
    if caps := tell_caps(program.caps, voice):
        told["caps"] = words.gettext("All rules together give {caps}.", caps=caps)
    if program.excluded is not None:
        goods = tell_lines(program.excluded, voice)
        told["excluded"] = words.gettext("Takes no part in the programme: {goods}.", goods=goods)
    if program.delivery_takes_part:
        told["delivery"] = words.gettext("Delivery counts like goods.")
    if not program.earn_when_redeeming:
        told["redeeming"] = words.gettext("A receipt paid with points, even in part, earns no new ones.")
    told["rounding"] = words.gettext(_ROUNDINGS[program.rounding])
    return told


def _welcome(welcome: Welcome, voice: Voice) -> str:
    words = voice.words
    clauses = [words.gettext("for joining: {points}", points=voice.points(welcome.points))]
    if welcome.expiry is not None:
        clauses.append(words.gettext("these points {life}", life=tell_expiry(welcome.expiry, voice)))
    if welcome.grant_cap is not None:
        clauses.append(tell_grant_cap(welcome.grant_cap, voice))
    return as_sentence(", ".join(clauses))


def _meeting_rules(program: Program, voice: Voice) -> dict[str, str]:
    words = voice.words
    told = {}
    groups = [
        (rule.group, isinstance(rule.effect, Multiplied))
        for rule in program.earning
        if rule.policy == "best_in_group"
    ]
    if len(groups) != len(set(groups)):
        told["best"] = words.gettext("Where several rules fit a product, the one that gives most applies.")
    if len(program.earning) == 1:
        return told
    if added := [rule.name for rule in program.earning if rule.policy == "stack"]:
        told["added"] = words.ngettext(
            "{rules} is added to the other rules.",
            "{rules} are added to the other rules.",
            len(added),
            rules=_some_of(added, voice),
        )
    if alone := [rule.name for rule in program.earning if rule.policy == "exclusive"]:
        told["alone"] = words.ngettext(
            "Where {rules} applies, no other rule does.",
            "Where {rules} apply, no other rule does.",
            len(alone),
            rules=_some_of(alone, voice),
        )
    return told


def _some_of(names: Sequence[str], voice: Voice) -> str:
    """Return the names; of many the first few and how many more there are."""
    more = len(names) - _NAMES_MAX
    if more <= 1:
        return voice.quoted(names)
    first = ", ".join([voice.quoted([name]) for name in names[:_NAMES_MAX]])
    return voice.words.ngettext(
        "{names} and {count} more rule", "{names} and {count} more rules", more, names=first, count=more
    )


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


def tell_redemption(redemption: Redemption | None, voice: Voice) -> dict[str, str]:
    """Return how points are spent: sentences by what they speak of, in order."""
    words = voice.words
    if redemption is None:
        return {"limits": words.gettext("Points cannot be spent yet.")}
    told = {
        "limits": as_sentence(_limits(redemption.limits, voice)),
        "point": tell_point(voice),
        **{
            f"tier:{tier}": words.gettext(
                "On “{tier}”: {limits}.",
                tier=voice.tier_name(tier),
                limits=_limits(redemption.by_tier[tier], voice),
            )
            for tier in voice.in_tier_order(redemption.by_tier)
        },
    }
    if redemption.excluded is not None:
        goods = tell_lines(redemption.excluded, voice)
        told["excluded"] = words.gettext("Cannot be paid with points: {goods}.", goods=goods)
    return told


def tell_point(voice: Voice) -> str:
    """Return what a whole point is worth."""
    point = voice.points(10**voice.program.point.scale)
    value = voice.money(voice.program.point.value_minor)
    return voice.words.gettext("{point} = {value}.", point=point, value=value)


def tell_program_life(program: Program, voice: Voice) -> dict[str, str]:
    """Return when points live and what returns do to them: sentences by what they speak of, in order."""
    words = voice.words
    life = tell_life(program.activation, program.expiry, voice)
    told = {"life": words.gettext("Points {life}.", life=life)}
    if program.return_grace_days:
        days = program.return_grace_days
        told["grace"] = words.ngettext(
            "Points that come back by a return after their date live {days} more day.",
            "Points that come back by a return after their date live {days} more days.",
            days,
            days=days,
        )
    told["debt"] = _debt(program, voice)
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
