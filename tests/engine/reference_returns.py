"""What is left of a receipt after returns, again: slow, by the book, and from what was given back in all.

Shares no code with the engine but its values.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs
from tests.engine.reference import Decision, Sale, progress, takes_part
from tests.engine.reference_promotions import shares
from tests.engine.reference_referrals import Brought

from plushka.engine.purchase import Basket, Member
from plushka.engine.version import Version


def rest(  # noqa: PLR0917 - the whole sale
    version: Version, member: Member, basket: Basket, decision: Decision, gone: dict[int, int], at: datetime
) -> dict[str, Any]:
    """Return what a receipt of ``decision`` still is when ``gone`` (line: thousandths) is given back."""
    program, lines = version.program, basket.lines
    back = [Fraction(gone.get(index, 0), line.quantity_milli) for index, line in enumerate(lines)]

    def given_back(amounts: list[int]) -> list[int]:
        return [floor(amount * part) for amount, part in zip(amounts, back, strict=True)]

    redeemed = decision.redeemed or [0] * len(lines)
    payable = [
        line.amount_minor - cut - paid
        for line, cut, paid in zip(lines, decision.discounts, redeemed, strict=True)
    ]
    refunds, money_back = given_back(payable), given_back(redeemed)
    points_back = given_back(shares(decision.points, redeemed))
    nets = [net - refund for net, refund in zip(payable, refunds, strict=True)]
    part = [takes_part(program, line) and share < 1 for line, share in zip(lines, back, strict=True)]
    local = at.astimezone(ZoneInfo(basket.place.time_zone))
    sale = Sale(
        member,
        structs.replace(
            basket,
            lines=tuple(
                structs.replace(line, quantity_milli=line.quantity_milli - gone.get(index, 0))
                for index, line in enumerate(lines)
            ),
        ),
        tier_of(version, member),
        local,
        (local.replace(tzinfo=None) - timedelta(minutes=basket.place.day_starts_minutes)).date(),
        [net + paid - share for net, paid, share in zip(nets, redeemed, money_back, strict=True)],
        part,
    )
    again = replace(decision, awards={}, by_line={}, silent=set(), cards=[], brought=Brought(), gifts={})
    if any(part):
        progress(version, sale, nets, again)
    left, earned = sum(decision.awards.values()), {}
    for name, points in again.awards.items():
        earned[name] = min(points, left)
        left -= earned[name]
    levels, levels_left = decision.brought.levels, again.brought.levels
    whole = {card.id: card for card in decision.cards}
    return {
        "refunds": refunds,
        "points_back": sum(points_back),
        "earned": earned,
        "promotions": {name: sum(cuts) - sum(given_back(cuts)) for name, cuts in decision.promotions.items()}
        | {name: again.gifts.get(name, 0) for name in decision.gifts},
        "cards": {
            card.id: (min(card.stamps, whole[card.id].stamps), min(card.rewards, whole[card.id].rewards))
            for card in again.cards
        },
        "referred": None if levels is None or levels_left is None else [*map(min, levels, levels_left)],
        "spend": sum(net for net, takes in zip(nets, part, strict=True) if takes),
        "is_empty": all(share == 1 for share in back),
    }


def tier_of(version: Version, member: Member) -> str | None:
    names = [tier.id for tier in version.program.tiers.tiers] if version.program.tiers else []
    return (member.tier if member.tier in names else names[0]) if names else None
