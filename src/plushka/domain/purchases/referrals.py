"""What friends' purchases are worth to those who brought them."""

from collections.abc import Iterable
from uuid import UUID

from plushka.domain.purchases.situation import Situation
from plushka.domain.referrals.booking import Brought, insert_brought
from plushka.engine.program import REFERRAL
from plushka.engine.purchase import Outcome
from plushka.platform.database import Tx


async def save_brought(tx: Tx, booked: Iterable[tuple[UUID, Situation, Outcome]]) -> None:
    """Write what new receipts, each by its id, are worth to those above their members."""
    new = []
    for receipt_id, situation, outcome in booked:
        referral = situation.version.program.referral
        if situation.book is None or situation.above is None or outcome.referred is None or referral is None:
            continue
        own = [award.points for award in outcome.awards if award.rule == REFERRAL]
        new.append(
            Brought(
                receipt_id=receipt_id,
                program_id=situation.mark.program_id,
                version_id=situation.version.id,
                friend_id=situation.book.member_id,
                member_ids=situation.above.member_ids,
                business_date=situation.business_date,
                place=situation.basket.place,
                referral=referral,
                referred=outcome.referred,
                friend_points=sum(own),
            )
        )
    if new:
        await insert_brought(tx, new)
