"""A member rates a purchase, once: it is a review, and the receipt keeps the score (F104).

What is bad, and what has words, lies in the talk with the member besides, where staff see it and answer.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.events.model import TEXT_LENGTH_MAX
from plushka.domain.events.store import Told, write_data
from plushka.domain.members.store import lock_members
from plushka.domain.messages.chat import BODY_LENGTH_MAX, Unanswered, write
from plushka.domain.occasions.noting import note_event
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.model import Receipt, UnknownReceipt
from plushka.domain.purchases.queries import get_receipt
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict, Invalid
from plushka.platform.i18n import format_date, format_money, translator

SCORES: Final = (1, 2, 3, 4, 5)
LOW_SCORE: Final = 3
"""So bad, or worse, and staff are told."""
OPEN_FOR: Final = timedelta(days=30)
"""How long after a purchase it can be rated."""
WORDS_FOR: Final = timedelta(days=1)
"""How long after the score words can be added to it."""


class Rating(Struct, frozen=True):
    """What a member has said of a purchase. ``place``: by which door; ``words`` are empty without any.

    One that staff have cancelled stays, so that the purchase is not rated again.
    """

    receipt_id: UUID
    event_id: UUID
    score: int
    words: str
    place: str
    rated_at: datetime
    is_cancelled: bool = False


class Rated(Struct, frozen=True):
    """``is_repeat``: it had been rated before, and stays as it was."""

    rating: Rating
    is_repeat: bool


class RatingOver(Conflict):
    """The purchase was too long ago."""

    code = "rating_over"


class ScoreWrong(Invalid):
    code = "rating_score_wrong"


async def cancel_rating(tx: Tx, event_id: UUID) -> None:
    """Let the rating that an event was count nowhere, if it was one."""
    await tx.execute(
        """
        -- occasions.cancel_rating
        update ratings set is_cancelled = true where tenant_id = $1 and event_id = $2
        """,
        tx.tenant_id,
        event_id,
    )


async def rate(
    tx: Tx, versions: Versions, *, member_id: UUID, receipt_id: UUID, score: int, words: str = "", place: str
) -> Rated:
    """Note what a member says of a purchase of theirs, or of whoever became part of them; said again, nothing changes.

    :raises UnknownReceipt: they have bought nothing of this id
    :raises ScoreWrong: it is not 1 to 5
    :raises RatingOver: it was too long ago
    """
    if score not in SCORES:
        raise ScoreWrong(field="score")
    await lock_members(tx, [member_id])
    receipt = await own_receipt(tx, member_id, receipt_id)
    if (known := await find_rating(tx, receipt_id)) is not None:
        return Rated(known, is_repeat=True)
    if not is_open(receipt, tx.at):
        raise RatingOver(days_max=OPEN_FOR.days)
    words = words.strip()[:TEXT_LENGTH_MAX]
    data = {"rating": score, "place": place} | ({"text": words} if words else {})
    noted = await note_event(tx, versions, Told(member_id, "review", data))
    await tx.execute(
        """
        -- occasions.rate
        insert into ratings (tenant_id, receipt_id, event_id, score, rated_at, branch_id, cashier, business_date)
        select $1, id, $3, $4, $5, branch_id, coalesce(cashier, ''), business_date from receipts
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        receipt_id,
        noted.event.id,
        score,
        tx.at,
    )
    if words or score <= LOW_SCORE:
        await _tell_staff(tx, member_id, receipt, score, words)
    return Rated(Rating(receipt_id, noted.event.id, score, words, place, tx.at), is_repeat=False)


async def add_words(tx: Tx, *, member_id: UUID, receipt_id: UUID, words: str) -> bool:
    """Add words to a rating that has none yet; False: there is none, it has some, or it was too long ago.

    :raises UnknownReceipt: they have bought nothing of this id
    """
    await lock_members(tx, [member_id])
    receipt = await own_receipt(tx, member_id, receipt_id)
    rating = await find_rating(tx, receipt_id)
    words = words.strip()[:TEXT_LENGTH_MAX]
    if rating is None or rating.words or not words or tx.at > rating.rated_at + WORDS_FOR:
        return False
    await write_data(tx, rating.event_id, {"rating": rating.score, "text": words, "place": rating.place})
    await _tell_staff(tx, member_id, receipt, rating.score, words)
    return True


def is_open(receipt: Receipt, now: datetime) -> bool:
    """Tell whether a purchase can be rated still, if it was not."""
    return now <= receipt.occurred_at + OPEN_FOR


async def own_receipt(tx: Tx, member_id: UUID, receipt_id: UUID) -> Receipt:
    """Return a purchase of a member, or of whoever became part of them.

    :raises UnknownReceipt: they have bought nothing of this id
    """
    receipt = await get_receipt(tx, receipt_id)
    is_own: bool = await tx.fetchval(
        """
        -- occasions.is_own_receipt
        select exists (select from members where tenant_id = $1 and id = $2 and $3 in (id, merged_into))
        """,
        tx.tenant_id,
        receipt.member_id,
        member_id,
    )
    if not is_own:
        raise UnknownReceipt
    return receipt


async def find_rating(tx: Tx, receipt_id: UUID) -> Rating | None:
    """Return what was said of a purchase, if anything was."""
    row = await tx.fetchrow(
        """
        -- occasions.find_rating
        select r.receipt_id, r.event_id, r.score, r.rated_at, e.data::text, e.cancelled_at
        from ratings r
        join member_events e on e.tenant_id = $1 and e.id = r.event_id
        where r.tenant_id = $1 and r.receipt_id = $2
        """,
        tx.tenant_id,
        receipt_id,
    )
    if row is None:
        return None
    data = msgspec.json.decode(row["data"])
    return Rating(
        receipt_id=row["receipt_id"],
        event_id=row["event_id"],
        score=row["score"],
        words=data.get("text", ""),
        place=data.get("place", ""),
        rated_at=row["rated_at"],
        is_cancelled=row["cancelled_at"] is not None,
    )


async def _tell_staff(tx: Tx, member_id: UUID, receipt: Receipt, score: int, words: str) -> None:
    business = await get_business(tx)
    gettext = translator(business.language).gettext
    told = gettext(
        "{score} of 5 for the purchase of {day}, {branch}, {money}",
        score=score,
        day=format_date(receipt.business_date, business.language, form="day"),
        branch=receipt.branch_name,
        money=format_money(receipt.outcome.payable_minor, business.currency, business.language, trim=True),
    )
    # Who has written so much that nobody has answered has said what they think.
    with suppress(Unanswered):
        await write(tx, member_id, (f"{told}\n{words}" if words else told)[:BODY_LENGTH_MAX])
