"""Why a purchase came out as it did: the engine's decision, sentence by sentence."""

from collections.abc import Iterator
from datetime import timedelta

from plushka.domain.programs.telling.model import Explanation, LimitTelling, Reason
from plushka.domain.programs.telling.reasons import tell_note
from plushka.domain.programs.telling.referral import explain_referred
from plushka.domain.programs.telling.stamps import find_card, tell_filled, tell_reward
from plushka.domain.programs.telling.tiers import tell_next_tier
from plushka.domain.programs.telling.voice import Names, Voice
from plushka.engine.program import Multiplied, Program
from plushka.engine.purchase import Award, CardProgress, Discount, Grant, IssuedGift, Note, Outcome, Redeemed
from plushka.engine.stamp_parts import OwnCoupon
from plushka.platform.i18n import Language, marked

_NO_NAMES = Names()
_LIMITS = {
    "available": marked("Available on the account"),
    "receipt_share": marked("The share of the receipt that points may pay"),
    "eligible_lines": marked("Goods that points may pay for"),
    "lot_shares": marked("Caps of single lots of points"),
    "residual_balance": marked("What must stay on the account"),
}


def explain(
    outcome: Outcome,
    program: Program,
    *,
    language: Language,
    zone: str,
    names: Names = _NO_NAMES,
    names_groups: bool = False,
) -> Explanation:
    """Return the decision in sentences. ``program`` is the version that decided; ``zone`` tells the dates.

    ``names_groups``: the reader may know that the member is in a control group; others are told that it does not apply.
    """
    voice = Voice(program, language, names, zone)
    return Explanation(
        discounts=(
            *[_discount(discount, voice) for discount in outcome.discounts],
            *[_gift(gift, voice) for gift in outcome.gifts if gift.promotion is not None],
        ),
        redemption=tuple(_redemption(outcome.redeemed, voice)),
        redemption_limits=tuple(_limits(outcome.redeemed, voice)),
        earning=tuple(_award(award, voice) for award in outcome.awards),
        grants=tuple(_grant(grant, outcome, voice) for grant in outcome.grants),
        tier=tuple(_tier(outcome, voice)),
        cards=tuple(_card(card, outcome, voice) for card in outcome.cards if card.stamps or card.after),
        friends=tuple(explain_referred(outcome, voice)),
        not_applied=tuple(_note(note, voice, names_groups=names_groups) for note in outcome.notes),
    )


def _touched(by_line: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(index for index, share in enumerate(by_line) if share)


def _discount(discount: Discount, voice: Voice) -> Reason:
    words = voice.words
    rate, amount = voice.percent(discount.rate_bp), voice.money(discount.amount_minor)
    if discount.source == "promotion":
        name, lines = voice.rule_name(discount.id or ""), _touched(discount.by_line)
        text = words.gettext("The promotion takes off {amount}.", amount=amount)
        return Reason("discount_promotion", text, discount.id, name, lines)
    if discount.source == "tier":
        text = words.gettext(
            "Discount of the tier “{tier}”: {rate}, {amount}.",
            tier=voice.tier_name(discount.id or ""),
            rate=rate,
            amount=amount,
        )
    else:
        text = words.gettext("Personal discount: {rate}, {amount}.", rate=rate, amount=amount)
    return Reason(f"discount_{discount.source}", text, lines=_touched(discount.by_line))


def _gift(gift: IssuedGift, voice: Voice) -> Reason:
    """A promotion's gift stands beside its discounts: it is what the promotion gives."""
    words, promotion = voice.words, gift.promotion or ""
    text = words.gettext("The promotion gives a gift: “{name}”.", name=gift.name)
    if gift.expires_at is not None:
        last = voice.day(gift.expires_at - timedelta(microseconds=1))
        text += " " + words.gettext("It can be taken through {date}.", date=last)
    return Reason("gift_promotion", text, promotion, voice.rule_name(promotion))


def _redemption(redeemed: Redeemed | None, voice: Voice) -> Iterator[Reason]:
    if redeemed is None:
        return
    words = voice.words
    if redeemed.points:
        text = words.gettext(
            "Paid with points: {points} = {amount}.",
            points=voice.points(redeemed.points),
            amount=voice.money(redeemed.amount_minor),
        )
        yield Reason("redeemed", text, lines=_touched(redeemed.by_line_points))
    if redeemed.points_max:
        points_max = voice.points_bound(redeemed.points_max)
        text = words.gettext("This receipt takes at most {points}.", points=points_max)
    else:
        text = words.gettext("Points cannot pay for this receipt.")
    yield Reason("redemption_maximum", text)


def _limits(redeemed: Redeemed | None, voice: Voice) -> Iterator[LimitTelling]:
    for limit in redeemed.limits if redeemed else ():
        yield LimitTelling(
            code=limit.code,
            text=voice.words.gettext(_LIMITS[limit.code]),
            points=voice.points(limit.points),
            is_tightest=redeemed is not None and limit.points == redeemed.points_max,
        )


def _award(award: Award, voice: Voice) -> Reason:
    words, points = voice.words, voice.points(award.points)
    times_bp = next(
        (
            rule.effect.times_bp
            for rule in voice.program.earning
            if rule.id == award.rule and isinstance(rule.effect, Multiplied)
        ),
        None,
    )
    if times_bp is not None:
        text = words.gettext("{points} more ({times}).", points=points, times=voice.times(times_bp))
    elif award.rate_bp is not None:
        text = words.gettext(
            "{rate} of {amount} is {points}.",
            rate=voice.percent(award.rate_bp),
            amount=voice.money(award.base_minor),
            points=points,
        )
    else:
        text = words.gettext("{points}.", points=points)
    if award.points < award.points_before_caps:
        uncut = voice.points(award.points_before_caps)
        text += " " + words.gettext("Without caps it would be {points}.", points=uncut)
    return Reason("award", text, award.rule, voice.rule_name(award.rule), _touched(award.by_line))


def _grant(grant: Grant, outcome: Outcome, voice: Voice) -> Reason:
    words, points = voice.words, voice.points(grant.points)
    if voice.local_date(grant.activates_at) <= outcome.business_date:
        text = words.gettext("{points} can be spent from the next purchase", points=points)
    else:
        text = words.gettext(
            "{points} can be spent from {date}", points=points, date=voice.day(grant.activates_at)
        )
    text += _grant_end(grant, voice)
    if grant.receipt_share_bp is not None:
        share = voice.percent(grant.receipt_share_bp)
        text += words.gettext(", they can pay up to {share} of a receipt", share=share)
    return Reason("grant", text + ".")


def _grant_end(grant: Grant, voice: Voice) -> str:
    words = voice.words
    if grant.expires_at is None:
        return words.gettext(", they never burn")
    last = voice.day(grant.expires_at - timedelta(microseconds=1))
    if grant.sliding_days is not None:
        return words.gettext(", valid through {date}, and each purchase prolongs them", date=last)
    return words.gettext(", valid through {date}", date=last)


def _tier(outcome: Outcome, voice: Voice) -> Iterator[Reason]:
    words = voice.words
    if outcome.tier_after is not None and outcome.tier_after != outcome.tier_before:
        tier = voice.tier_name(outcome.tier_after)
        text = words.gettext("This receipt led to the tier “{tier}”.", tier=tier)
        yield Reason("tier_reached", text)
    elif outcome.tier_after is not None:
        yield Reason("tier", words.gettext("Tier: “{tier}”.", tier=voice.tier_name(outcome.tier_after)))
    if progress := outcome.next_tier:
        yield Reason("tier_next", tell_next_tier(progress, voice) + ".")


def _card(card: CardProgress, outcome: Outcome, voice: Voice) -> Reason:
    words, rule_name = voice.words, voice.rule_name(card.card)
    text = words.gettext(
        "{filled}.", filled=tell_filled(card.after, card.needed, find_card(card.card, voice), voice)
    )
    gifts = [gift for gift in outcome.gifts if gift.card == card.card]
    if card.finished and not card.rewards:
        text = words.gettext("The card is full; its reward was given before.") + " " + text
    elif gifts:
        text = words.gettext("The card is full: a gift, “{name}”.", name=gifts[0].name) + " " + text
    elif card.rewards:
        text = _full(card.card, voice) + " " + text
    if card.ends_on is not None:
        text += " " + words.gettext("It burns after {date}.", date=voice.day(card.ends_on))
    return Reason("card_full" if card.finished else "card", text, card.card, rule_name)


def _full(card_id: str, voice: Voice) -> str:
    card = find_card(card_id, voice)
    if card is None or not isinstance(card.reward, OwnCoupon):
        return voice.words.gettext("The card is full.")
    return voice.words.gettext("The card is full: {reward}.", reward=tell_reward(card, voice))


def _note(note: Note, voice: Voice, *, names_groups: bool) -> Reason:
    rule_name = voice.rule_name(note.rule) if note.rule is not None else None
    if note.code == "control_group" and not names_groups:
        told = voice.words.gettext("It does not apply to this purchase.")
        return Reason("not_this_time", told, note.rule, rule_name)
    return Reason(note.code, tell_note(note, voice), note.rule, rule_name)
