"""A stamp card as its owner would say it, and how far a member has filled it."""

from typing import assert_never

from plushka.domain.programs.telling.conditions import tell_lines, tell_receipt
from plushka.domain.programs.telling.life import tell_life
from plushka.domain.programs.telling.rules import tell_grant_cap
from plushka.domain.programs.telling.voice import Voice, as_sentence
from plushka.engine.program import PointsReward, StampCard
from plushka.engine.stamp_parts import (
    Always,
    FromFirst,
    FromLast,
    Gift,
    Lasts,
    OwnCoupon,
    Spend,
    Units,
    Visits,
    Within,
)
from plushka.platform.i18n import marked

_WITHIN = {
    "month": marked("The card is filled within a calendar month."),
    "quarter": marked("The card is filled within a calendar quarter."),
    "half_year": marked("The card is filled within a calendar half-year."),
    "year": marked("The card is filled within a calendar year."),
}


def tell_card(card: StampCard, voice: Voice) -> str:
    """Return what fills the card and what it then gives, as sentences."""
    words = voice.words
    clauses = [
        words.gettext("{reward} for {stamps}", reward=tell_reward(card, voice), stamps=_needed(card, voice))
    ]
    if card.lines is not None:
        clauses = [words.gettext("{effect}: {goods}", effect=clauses[0], goods=tell_lines(card.lines, voice))]
    if card.when is not None:
        clauses.append(tell_receipt(card.when, voice))
    sentences = [as_sentence(", ".join(clauses))]
    if isinstance(card.counts, Visits):
        if card.counts.once_a_day:
            sentences.append(words.gettext("One visit a day counts."))
    elif card.carries_over:
        sentences.append(words.gettext("What is beyond that begins the next card."))
    else:
        sentences.append(words.gettext("What is beyond that is lost."))
    if told := _lasts(card.lasts, voice):
        sentences.append(told)
    sentences += _reward_terms(card, voice)
    if card.is_paused:
        sentences.append(words.gettext("Paused."))
    return " ".join(sentences)


def tell_reward(card: StampCard, voice: Voice) -> str:
    """Return what a full card gives: points, or a gift by its name."""
    match card.reward:
        case PointsReward(points=points):
            return voice.points(points)
        case Gift(name=name):
            return voice.words.gettext("gift “{name}”", name=name)
        case OwnCoupon(coupon=coupon):
            return voice.words.gettext("coupon “{name}”", name=voice.names.coupons.get(coupon, coupon))
        case _:
            assert_never(card.reward)


def tell_filled(have: int, needed: int, card: StampCard | None, voice: Voice) -> str:
    """Return how full a card is: «5 из 6», of a goal in money."""
    of_money = card is not None and isinstance(card.counts, Spend)
    told = [voice.money(count) if of_money else str(count) for count in (have, needed)]
    return voice.words.gettext("{have} of {needed}", have=told[0], needed=told[1])


def find_card(card_id: str, voice: Voice) -> StampCard | None:
    """Return a card of the programme by its id."""
    return next((card for card in voice.program.cards if card.id == card_id), None)


def _needed(card: StampCard, voice: Voice) -> str:
    words, needed = voice.words, card.needed
    match card.counts:
        case Visits():
            return words.ngettext("{count} visit", "{count} visits", needed, count=needed)
        case Units():
            return words.ngettext("{count} unit", "{count} units", needed, count=needed)
        case Spend():
            return words.gettext("purchases of {amount}", amount=voice.money(needed))
        case _:
            assert_never(card.counts)


def _lasts(lasts: Lasts, voice: Voice) -> str:
    words = voice.words
    match lasts:
        case Always():
            return ""
        case FromFirst(days=days):
            return words.ngettext(
                "An unfinished card burns {count} day after its first stamp.",
                "An unfinished card burns {count} days after its first stamp.",
                days,
                count=days,
            )
        case FromLast(days=days):
            return words.ngettext(
                "An unfinished card burns {count} day after its last stamp.",
                "An unfinished card burns {count} days after its last stamp.",
                days,
                count=days,
            )
        case Within(unit=unit):
            return words.gettext(_WITHIN[unit])
        case _:
            assert_never(lasts)


def _reward_terms(card: StampCard, voice: Voice) -> list[str]:
    words, program = voice.words, voice.program
    match card.reward:
        case Gift(days=int() as days):
            message = words.ngettext(
                "The gift can be taken for {count} day.",
                "The gift can be taken for {count} days.",
                days,
                count=days,
            )
            return [message]
        case OwnCoupon():
            return [words.gettext("The member gets a code of their own, good for one purchase.")]
        case PointsReward(activation=activation, expiry=expiry, grant_cap=grant_cap):
            told = []
            if activation is not None or expiry is not None:
                life = tell_life(activation or program.activation, expiry or program.expiry, voice)
                told.append(as_sentence(words.gettext("these points {life}", life=life)))
            if grant_cap is not None:
                told.append(as_sentence(tell_grant_cap(grant_cap, voice)))
            return told
        case _:
            return []
