"""What purchases do to stamp cards, and the gifts that they win."""

from collections.abc import Iterable
from uuid import UUID

from plushka.domain.purchases.situation import Situation
from plushka.domain.rewards.issuing import Won, issue
from plushka.domain.rewards.stamps import NewStamps, insert_stamps
from plushka.engine.purchase import Outcome
from plushka.platform.database import Tx


async def save_stamps(tx: Tx, booked: Iterable[tuple[UUID, Situation, Outcome]]) -> None:
    """Write the stamps of new receipts, each by its id, and issue the gifts that they have won."""
    new, won = list[NewStamps](), list[Won]()
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
    if new:
        await insert_stamps(tx, new)
    if won:
        await issue(tx, won)
