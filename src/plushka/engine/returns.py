"""What is left of a receipt after returns (S9), as a function of all that was returned so far.

Nothing here depends on how many returns there were or in which order they came: two partial returns
are one full return because both ask for the same remainder. A caller books the difference between two remainders.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from plushka.engine.local_time import moment
from plushka.engine.lots import give_back
from plushka.engine.phases.case import Case, scene_of
from plushka.engine.phases.gifts import still_won
from plushka.engine.phases.progress import earn_and_rise
from plushka.engine.prices import taking_part
from plushka.engine.purchase import (
    Award,
    Basket,
    CardProgress,
    CardRemainder,
    Line,
    Member,
    Outcome,
    Referred,
    Remainder,
)
from plushka.engine.sight import at_prices
from plushka.engine.version import Version
from plushka.platform.errors import Invalid


class ReturnedMoreThanSold(Invalid):
    """A line was returned in a quantity that the receipt does not have."""

    code = "returned_more_than_sold"


def remainder(  # noqa: PLR0917 - everything that the purchase was decided from, in the order of evaluate
    version: Version,
    member: Member | None,
    basket: Basket,
    outcome: Outcome,
    returned: Mapping[int, int],
    at: datetime,
) -> Remainder:
    """Return what is left of the receipt when ``returned`` (line index → quantity in thousandths) is given back.

    ``returned`` is cumulative. ``version``, ``member``, ``basket``, ``outcome`` and ``at`` are those
    of the purchase, as stored: prices, discounts, tier and clock do not change by a return. Of a line
    returned in part, money and points go back in proportion, down; the last part takes the rest.

    :raises ReturnedMoreThanSold: a quantity below 0 or above the line's, or a line that is not there.
    """
    back = _quantities(basket, returned)
    refunds = _shares([line.payable_minor for line in outcome.lines], back, basket)
    redeemed_back = _shares([line.redeemed_minor for line in outcome.lines], back, basket)
    points_back = _shares([line.redeemed_points for line in outcome.lines], back, basket)
    masks = [
        mask if gone < line.quantity_milli else 0
        for mask, line, gone in zip(version.masks.numbering.of(basket.lines), basket.lines, back, strict=True)
    ]
    nets = [line.payable_minor - refund for line, refund in zip(outcome.lines, refunds, strict=True)]
    awards: tuple[Award, ...] = ()
    cards: dict[str, CardRemainder] = {}
    referred: tuple[int, ...] | None = None
    gifts = {gift.promotion: 0 for gift in outcome.gifts if gift.promotion is not None}
    if member is not None and any(masks):
        prices = [
            net + line.redeemed_minor - share
            for net, line, share in zip(nets, outcome.lines, redeemed_back, strict=True)
        ]
        rest = replace(basket, lines=_rest(basket, back))
        tier = version.tier_plan(outcome.tier_before)
        quantities = [line.quantity_milli for line in rest.lines]
        sight = at_prices(version.masks.numbering, moment(at, basket.place), masks, quantities, prices)
        case = Case(version, member, rest, at, sight, tier, [])
        scene = scene_of(rest, sight, prices, member, tier.id)
        if gifts:
            gifts |= still_won(version.gifts, outcome.gifts, scene)
        points_spent = outcome.redeemed.points if outcome.redeemed else 0
        progress = earn_and_rise(case, scene, nets, points_spent=points_spent)
        awards, cards = progress.earned.awards, _still_stamped(outcome, progress.stamped.cards)
        referred = _still_referred(outcome.referred, progress.referred)
    by_rule = _at_most(outcome.earned_points, awards)
    return Remainder(
        refund_minor_by_line=tuple(refunds),
        points_back_by_line=tuple(points_back),
        points_back_to_lots=give_back(outcome.redeemed.lots, sum(points_back)) if outcome.redeemed else (),
        earned_points=sum(by_rule.values()),
        earned_by_rule=by_rule,
        promotions_minor=_still_taken_off(outcome, back, basket) | gifts,
        cards=cards,
        spend_minor=taking_part(nets, masks),
        is_empty=all(gone == line.quantity_milli for line, gone in zip(basket.lines, back, strict=True)),
        referred=referred,
    )


def _quantities(basket: Basket, returned: Mapping[int, int]) -> list[int]:
    for index, quantity_milli in returned.items():
        if not 0 <= index < len(basket.lines):
            raise ReturnedMoreThanSold(line=index, sold_milli=0, returned_milli=quantity_milli)
        sold_milli = basket.lines[index].quantity_milli
        if not 0 <= quantity_milli <= sold_milli:
            raise ReturnedMoreThanSold(line=index, sold_milli=sold_milli, returned_milli=quantity_milli)
    return [returned.get(index, 0) for index in range(len(basket.lines))]


def _rest(basket: Basket, back: Sequence[int]) -> tuple[Line, ...]:
    return tuple(
        replace(line, quantity_milli=line.quantity_milli - gone)
        for line, gone in zip(basket.lines, back, strict=True)
    )


def _shares(amounts: Sequence[int], back: Sequence[int], basket: Basket) -> list[int]:
    return [
        amount * gone // line.quantity_milli
        for amount, gone, line in zip(amounts, back, basket.lines, strict=True)
    ]


def _still_taken_off(outcome: Outcome, back: Sequence[int], basket: Basket) -> dict[str, int]:
    """Return what each promotion still takes off: its share of a line goes back as the line's price does."""
    return {
        discount.id: discount.amount_minor - sum(_shares(discount.by_line, back, basket))
        for discount in outcome.discounts
        if discount.source == "promotion" and discount.id is not None
    }


def _still_stamped(outcome: Outcome, rest: Sequence[CardProgress]) -> dict[str, CardRemainder]:
    """Return what the rest is on cards, at most what the whole was: of 2.5 kg, one unit, 2 kg are not two."""
    return {
        card.card: CardRemainder(min(card.stamps, whole.stamps), min(card.rewards, whole.rewards))
        for whole, card in zip(outcome.cards, rest, strict=True)
    }


def _still_referred(whole: Referred | None, rest: Referred | None) -> tuple[int, ...] | None:
    """Return what the rest is worth to those above, at most what the whole was; None: it no longer qualifies."""
    if whole is None or rest is None:
        return None
    return tuple(map(min, whole.levels, rest.levels))


def _at_most(points: int, awards: Sequence[Award]) -> dict[str, int]:
    """Cut the awards, last first, to what the whole receipt earned: a return never earns."""
    left = points
    by_rule = {}
    for award in awards:
        by_rule[award.rule] = min(award.points, left)
        left -= by_rule[award.rule]
    return by_rule
