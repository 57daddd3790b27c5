"""A promotion as its owner would say it: what becomes cheaper, for whom, when, and how it stands to others."""

from typing import assert_never

from plushka.domain.programs.telling.conditions import tell_lines, tell_receipt
from plushka.domain.programs.telling.voice import Voice, as_sentence
from plushka.engine.conditions import Period
from plushka.engine.price_effects import (
    AmountOff,
    Combo,
    ComboPart,
    LowerPrice,
    PercentOff,
    PriceEffect,
    RaisedShare,
    Sets,
    UnitPrice,
)
from plushka.engine.program import Budget, Promotion
from plushka.engine.stamp_parts import Gift
from plushka.platform.i18n import BASIS_POINTS, join, marked

_PERCENTS = {
    "lines": marked("{rate} off"),
    "cheapest": marked("{rate} off the cheapest unit"),
    "dearest": marked("{rate} off the dearest unit"),
}
_AMOUNTS = {"receipt": marked("{amount} off"), "unit": marked("{amount} off each unit")}
_PER = {
    ("promotion", "always"): marked("in all"),
    ("promotion", "day"): marked("a day in all"),
    ("promotion", "month"): marked("a month in all"),
    ("promotion", "year"): marked("a year in all"),
    ("member", "always"): marked("for a member"),
    ("member", "day"): marked("a day for a member"),
    ("member", "month"): marked("a month for a member"),
    ("member", "year"): marked("a year for a member"),
    ("branch", "always"): marked("at a branch"),
    ("branch", "day"): marked("a day at a branch"),
    ("branch", "month"): marked("a month at a branch"),
    ("branch", "year"): marked("a year at a branch"),
}
_STANDINGS = {
    "best_in_group": marked(
        "Of the promotions of the group “{group}” a product gets the one that takes off most; priority {priority}."
    ),
    "stack": marked("It is added to the other promotions (group “{group}”, priority {priority})."),
    "exclusive": marked("A product that it makes cheaper gets no other promotion (priority {priority})."),
}


def tell_promotion(promotion: Promotion, voice: Voice) -> str:
    """Return what the promotion does, for what and when, with its bounds, as sentences."""
    words = voice.words
    told = tell_price_effect(promotion.effect, voice)
    if promotion.lines is not None:
        told = words.gettext("{effect}: {goods}", effect=told, goods=tell_lines(promotion.lines, voice))
    clauses = [told]
    if promotion.when is not None:
        clauses.append(tell_receipt(promotion.when, voice))
    if promotion.first_on or promotion.last_on:
        clauses.append(tell_receipt(Period(promotion.first_on, promotion.last_on), voice))
    if promotion.cap_minor is not None:
        amount = voice.money(promotion.cap_minor)
        clauses.append(words.gettext("no more than {amount} a receipt", amount=amount))
    if promotion.floor_bp:
        share = voice.percent(promotion.floor_bp)
        clauses.append(words.gettext("no price falls below {share} of the original one", share=share))
    sentences = [as_sentence(", ".join(clauses))]
    sentences += [tell_budget(budget, voice) for budget in promotion.budgets]
    if promotion.base == "original":
        sentences.append(words.gettext("It counts from the price before all discounts."))
    if promotion.for_anonymous:
        sentences.append(words.gettext("Also without a card."))
    if promotion.control_bp:
        share = voice.percent(promotion.control_bp)
        sentences.append(
            words.gettext("{share} of members are left without it, to see what it causes.", share=share)
        )
    if promotion.is_paused:
        sentences.append(words.gettext("Paused."))
    return " ".join(sentences)


def tell_budget(budget: Budget, voice: Voice) -> str:
    """Return the most that a promotion gives, as a sentence."""
    words = voice.words
    per = words.gettext(_PER[budget.per, budget.window])
    if budget.of == "amount":
        return words.gettext("No more than {amount} {per}.", amount=voice.money(budget.most), per=per)
    return words.ngettext(
        "No more than {count} receipt {per}.",
        "No more than {count} receipts {per}.",
        budget.most,
        count=budget.most,
        per=per,
    )


def tell_promotion_standing(promotion: Promotion, voice: Voice) -> str:
    """Return how the promotion stands to others that fit the same product, as a sentence."""
    message = _STANDINGS[promotion.policy]
    return voice.words.gettext(message, group=promotion.group, priority=promotion.priority)


def tell_price_effect(effect: PriceEffect, voice: Voice) -> str:
    """Return what a promotion does, without its goods and conditions."""
    return _gift(effect, voice) if isinstance(effect, Gift) else _lower_price(effect, voice)


def _lower_price(effect: LowerPrice, voice: Voice) -> str:
    words = voice.words
    match effect:
        case PercentOff(rate_bp=rate_bp, of=of):
            return words.gettext(_PERCENTS[of], rate=voice.percent(rate_bp))
        case AmountOff(amount_minor=amount_minor, per=per):
            return words.gettext(_AMOUNTS[per], amount=voice.money(amount_minor))
        case UnitPrice(price_minor=price_minor):
            return words.gettext("{price} for a unit", price=voice.money(price_minor))
        case Sets():
            return _sets(effect, voice)
        case Combo():
            return _combo(effect, voice)
        case RaisedShare(receipt_share_bp=share_bp):
            return words.gettext("points can pay up to {share} of a receipt", share=voice.percent(share_bp))
        case _:
            assert_never(effect)


def _gift(gift: Gift, voice: Voice) -> str:
    words = voice.words
    if gift.days is None:
        return words.gettext("a gift, “{name}”", name=gift.name)
    return words.ngettext(
        "a gift, “{name}”, to be taken within {count} day",
        "a gift, “{name}”, to be taken within {count} days",
        gift.days,
        name=gift.name,
        count=gift.days,
    )


def _sets(effect: Sets, voice: Voice) -> str:
    words, units, cheaper = voice.words, effect.units, effect.cheaper
    if effect.rate_bp == BASIS_POINTS:
        told = words.gettext("{paid}+{free}", paid=units - cheaper, free=cheaper)
        which = (
            words.gettext("the cheapest of all is free")
            if effect.which == "cheapest"
            else words.gettext("the cheapest of each set is free")
        )
        return words.gettext("{sets} ({which})", sets=told, which=which)
    message = marked("of every {units} units {cheaper} at {rate} off")
    return words.gettext(message, units=units, cheaper=cheaper, rate=voice.percent(effect.rate_bp))


def _combo(effect: Combo, voice: Voice) -> str:
    words = voice.words
    parts = join([_part(part, voice) for part in effect.parts], voice.language)
    if effect.price_minor is None:
        return words.gettext("bought together: {parts}", parts=parts)
    return words.gettext("together for {price}: {parts}", price=voice.money(effect.price_minor), parts=parts)


def _part(part: ComboPart, voice: Voice) -> str:
    words = voice.words
    told = tell_lines(part.lines, voice) if part.lines is not None else words.gettext("any goods")
    if part.quantity > 1:
        told = words.gettext("{count} × {goods}", count=part.quantity, goods=told)
    if part.rate_bp == BASIS_POINTS:
        return words.gettext("{goods} for free", goods=told)
    if part.rate_bp:
        return words.gettext("{goods} at {rate} off", goods=told, rate=voice.percent(part.rate_bp))
    return told
