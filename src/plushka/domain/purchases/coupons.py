"""Codes of coupons on a receipt: which of them the rules are told of, and which they have used."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import structs

from plushka.domain.coupons.showing import Codes, Showing, read_codes
from plushka.domain.coupons.using import Used, save_code_uses, undo_uses
from plushka.domain.purchases.situation import Situation
from plushka.engine.purchase import Basket, Outcome, Remainder
from plushka.engine.version import Version
from plushka.platform.database import Tx


async def read_shown(tx: Tx, situations: Sequence[Situation], *, lock: bool) -> Codes | None:
    """Return what is known of the codes that some purchases show; None: they show none."""
    return await read_codes(tx, [_showing(situation) for situation in situations], lock=lock)


def show_codes(situation: Situation, codes: Codes) -> None:
    """Tell the rules of a purchase which coupons its good codes are of."""
    situation.codes = codes.look_at(_showing(situation))
    good = [str(one.coupon_id) for one in situation.codes if one.reason is None]
    situation.basket = structs.replace(situation.basket, coupons=tuple(good))


def note_used(situation: Situation, outcome: Outcome, codes: Codes | None = None) -> None:
    """Tell of each good code whether anything that asks for its coupon applied; ``codes`` count those that did."""
    if not situation.codes:
        return
    used = situation.version.coupons_used(_applied(outcome))
    situation.codes = tuple(
        structs.replace(one, reason="code_gives_nothing")
        if one.reason is None and str(one.coupon_id) not in used
        else one
        for one in situation.codes
    )
    if codes is not None:
        codes.note(_showing(situation), [one for one in situation.codes if one.reason is None])


def codes_used_by(receipt_id: UUID, situation: Situation, *, at: datetime) -> list[Used]:
    """Return what a receipt that was decided has used at a moment."""
    showing = _showing(situation)
    return [
        Used(receipt_id, showing.till_id, showing.member_id, showing.day, one, at)
        for one in situation.codes
        if one.reason is None
    ]


async def save_shown(tx: Tx, codes: Codes, booked: Iterable[tuple[UUID, Situation]]) -> None:
    """Write which codes new receipts, each by its id, have used."""
    await save_code_uses(tx, codes, [use for one in booked for use in codes_used_by(*one, at=tx.at)])


async def undo_shown(  # noqa: PLR0917 - the whole sale
    tx: Tx, receipt_id: UUID, version: Version, basket: Basket, outcome: Outcome, rest: Remainder
) -> None:
    """Let the codes of a returned receipt be used again that give nothing any more on what is left of it."""
    if not basket.coupons:
        return
    still = frozenset[str]()
    if not rest.is_empty:
        applied = [part for part, minor in rest.promotions_minor.items() if minor]
        applied += [rule for rule, points in rest.earned_by_rule.items() if points]
        applied += [card for card, left in rest.cards.items() if left.stamps]
        still = version.coupons_used([*applied, *_raised(outcome)])
    await undo_uses(tx, receipt_id, still=[UUID(coupon) for coupon in still])


def _raised(outcome: Outcome) -> list[str]:
    return [note.rule for note in outcome.notes if note.code == "share_raised" and note.rule is not None]


def _applied(outcome: Outcome) -> list[str]:
    return [
        *[discount.id for discount in outcome.discounts if discount.id is not None],
        *[award.rule for award in outcome.awards],
        *[card.card for card in outcome.cards if card.stamps],
        *[gift.promotion for gift in outcome.gifts if gift.promotion is not None],
        *_raised(outcome),
    ]


def showing_of(situation: Situation, member_id: UUID | None) -> Showing:
    """Return what a purchase of a member shows, and where and when."""
    item = situation.item
    return Showing(
        codes=item.purchase.coupon_codes,
        till_id=item.caller.till_id,
        member_id=member_id,
        day=situation.business_date,
    )


def _showing(situation: Situation) -> Showing:
    return showing_of(situation, situation.book.member_id if situation.book else None)
