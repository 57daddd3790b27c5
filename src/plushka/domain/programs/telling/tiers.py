"""Tiers in words: what lifts a member, what a tier gives, when it may fall."""

from typing import assert_never

from plushka.domain.programs.telling.life import tell_expiry
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import (
    Calendar,
    Lifetime,
    Requirement,
    Rolling,
    TierReview,
    TierRule,
    Tiers,
    Window,
)
from plushka.engine.purchase import TierProgress
from plushka.engine.tiers import discount_gained_bp
from plushka.platform.i18n import format_number, join, marked

_CALENDAR_WINDOWS = {
    "day": marked("within a day"),
    "month": marked("within a calendar month"),
    "quarter": marked("within a calendar quarter"),
    "half_year": marked("within a calendar half-year"),
    "year": marked("within a calendar year"),
}
_REVIEWS = {
    "month": marked("Tiers are reviewed every month"),
    "quarter": marked("Tiers are reviewed every quarter"),
    "half_year": marked("Tiers are reviewed every half-year"),
    "year": marked("Tiers are reviewed every year"),
    "anniversary": marked("A tier is reviewed a year after it was reached"),
}


def tell_tiers(tiers: Tiers, voice: Voice) -> dict[str, str]:
    """Return a sentence for each tier from the lowest up, then how tiers change: by what they speak of, in order."""
    words = voice.words
    told = {f"tier:{tier.id}": _tier(tier, voice) for tier in tiers.tiers}
    told["upgrade"] = (
        words.gettext("A new tier already counts on the receipt that reaches it.")
        if tiers.upgrade_counts_now
        else words.gettext("A new tier counts from the next receipt.")
    )
    told["review"] = _review(tiers.review, voice)
    if tiers.returns_downgrade:
        told["returns"] = words.gettext("A return may lower the tier at once.")
    return told


def _tier(tier: TierRule, voice: Voice) -> str:
    words = voice.words
    clauses = [_reached(tier, voice)]
    if tier.discount_bp:
        clauses.append(words.gettext("a discount of {rate}", rate=voice.percent(tier.discount_bp)))
    if tier.expiry is not None:
        clauses.append(words.gettext("points {life}", life=tell_expiry(tier.expiry, voice)))
    return words.gettext("“{tier}”: {terms}.", tier=tier.name, terms=", ".join(clauses))


def _reached(tier: TierRule, voice: Voice) -> str:
    if not tier.requirements:
        return voice.words.gettext("from the start")
    told = [tell_requirement(requirement, voice) for requirement in tier.requirements]
    return join(told, voice.language, either=tier.match == "any")


def tell_requirement(requirement: Requirement, voice: Voice) -> str:
    """Return what a member must reach: «покупки на 10 000 ₽ за последние 90 дней»."""
    amount = tell_metric(requirement.metric, requirement.at_least, voice)
    window = _window(requirement.window, voice)
    return f"{amount} {window}" if window else amount


def tell_metric(metric: str, value: int, voice: Voice) -> str:
    """Return ``value`` of a tier's metric with its unit."""
    words = voice.words
    match metric:
        case "spend":
            return words.gettext("purchases for {amount}", amount=voice.money(value))
        case "visits":
            number = format_number(value, voice.language)
            return words.ngettext("{number} visit", "{number} visits", value, number=number)
        case "points_earned":
            return words.gettext("{points} earned", points=voice.points(value))
        case "active_friends":
            number = format_number(value, voice.language)
            return words.ngettext("{number} active friend", "{number} active friends", value, number=number)
        case _:
            raise ValueError(metric)


def tell_discounts(tiers: Tiers, voice: Voice) -> str:
    """Return the discounts from the lowest tier up: «скидка 3 %, 5 % с 10 000 ₽»; nothing where there are none.

    Where a tier is reached by anything but purchases since joining, it is told by its name.
    """
    words, told = voice.words, []
    for tier in tiers.tiers:
        if not tier.discount_bp:
            continue
        rate = voice.percent(tier.discount_bp)
        match tier.requirements:
            case ():
                told.append(rate)
            case (Requirement(metric="spend", at_least=amount_minor, window=Lifetime()),):
                told.append(
                    words.gettext("{rate} from {amount}", rate=rate, amount=voice.money(amount_minor))
                )
            case _:
                told.append(words.gettext("{rate} on “{tier}”", rate=rate, tier=tier.name))
    return words.gettext("a discount of {rates}", rates=", ".join(told)) if told else ""


def tell_next_tier(progress: TierProgress, voice: Voice) -> str:
    """Return what lacks to the next tier: «До скидки 7 % осталось 3 200 ₽» where it lowers prices."""
    words, lacks = voice.words, progress.need - progress.have
    discount_bp = discount_gained_bp(voice.program, progress.tier)
    if discount_bp and progress.metric == "spend" and lacks > 0:
        return words.gettext(
            "{amount} left to the discount of {rate}",
            amount=voice.money(lacks),
            rate=voice.percent(discount_bp),
        )
    needs = tell_metric(progress.metric, lacks if lacks > 0 else progress.need, voice)
    if discount_bp:
        return words.gettext(
            "To the discount of {rate}: {needs}", rate=voice.percent(discount_bp), needs=needs
        )
    return words.gettext("To “{tier}”: {needs}", tier=voice.tier_name(progress.tier), needs=needs)


def _window(window: Window, voice: Voice) -> str:
    words = voice.words
    match window:
        case Lifetime():
            return ""
        case Rolling(days=days):
            return words.ngettext(
                "within the last {days} day", "within the last {days} days", days, days=days
            )
        case Calendar(unit=unit):
            return words.gettext(_CALENDAR_WINDOWS[unit])
        case _:
            assert_never(window)


def _review(review: TierReview, voice: Voice) -> str:
    words = voice.words
    if review.cycle == "never":
        return words.gettext("A tier once reached stays.")
    told = words.gettext(_REVIEWS[review.cycle])
    fall = (
        words.gettext("who no longer reaches it goes one tier down")
        if review.downgrade == "one_down"
        else words.gettext("who no longer reaches it goes to the tier that fits")
    )
    if not review.grace_days:
        return f"{told}: {fall}."
    days = review.grace_days
    grace = words.ngettext("after {days} day of grace", "after {days} days of grace", days, days=days)
    return f"{told}: {fall}, {grace}."
