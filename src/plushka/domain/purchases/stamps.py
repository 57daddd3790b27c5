"""What purchases do to stamp cards, and the gifts that they win."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.purchases.situation import Situation
from plushka.domain.rewards.card_states import Key, after, keep_states, settle_states
from plushka.domain.rewards.codes import WonCode, issue_codes
from plushka.domain.rewards.issuing import Won, issue
from plushka.domain.rewards.stamps import NewStamps, insert_stamps
from plushka.engine.purchase import CardState, Outcome
from plushka.engine.stamp_parts import OwnCoupon
from plushka.engine.stamps import Filled, Stamps
from plushka.platform.database import Tx


async def save_stamps(tx: Tx, booked: Sequence[tuple[UUID, Situation, Outcome]]) -> None:
    """Write the stamps of new receipts, each by its id, and issue the gifts and the codes that they have won."""
    new, won, codes = list[NewStamps](), list[Won](), list[WonCode]()
    for receipt_id, situation, outcome in booked:
        if situation.book is None:
            continue
        member_id, program_id = situation.book.member_id, situation.mark.program_id
        terms = {plan.card.id: plan.terms for plan in situation.version.cards}
        new += [
            NewStamps(
                receipt_id,
                member_id,
                program_id,
                card.card,
                situation.business_date,
                card.stamps,
                card.rewards,
                terms[card.card],
            )
            for card in outcome.cards
            if card.stamps
        ]
        won += [
            Won(receipt_id, member_id, program_id, gift.card, gift.promotion, gift.name, gift.expires_at)
            for gift in outcome.gifts
            for _ in range(gift.count)
        ]
        coupons = {
            card.id: UUID(card.reward.coupon)
            for card in situation.version.program.cards
            if isinstance(card.reward, OwnCoupon)
        }
        codes += [
            WonCode(receipt_id, member_id, card.card, coupons[card.card])
            for card in outcome.cards
            if card.card in coupons
            for _ in range(card.rewards)
        ]
    if new:
        await insert_stamps(tx, new)
        await _keep_states(tx, booked, new)
    if won:
        await issue(tx, won)
    if codes:
        await issue_codes(tx, codes)


async def _keep_states(
    tx: Tx, booked: Sequence[tuple[UUID, Situation, Outcome]], new: Sequence[NewStamps]
) -> None:
    """Write down where members stand on their cards now that these stamps are on them."""
    before = {receipt_id: found.member.cards or {} for receipt_id, found, _ in booked if found.member}
    filled, late = dict[Key, Filled](), set[UUID]()
    for one in new:
        state = before[one.receipt_id].get(one.card, CardState())
        card = after(state, Stamps(one.day, one.count, one.terms))
        if card is None:
            late.add(one.member_id)
        else:
            filled[one.member_id, one.program_id, one.card] = card
    if filled:
        await keep_states(tx, filled)
    if late:
        await settle_states(tx, late)
