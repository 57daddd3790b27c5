"""A member gets an offer of the catalogue for points, gives it back before it is taken, or lets it run out.

Wallets are locked before offers, offers in the order of their ids.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.businesses.queries import get_business
from plushka.domain.coupons.codes import draw_own_code
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import Cause, WalletMoved
from plushka.domain.ledger.queries import find_wallet, list_prolonged
from plushka.domain.members.model import Identity
from plushka.domain.members.reasons import checked_reason
from plushka.domain.programs.queries import find_version_in_force, get_standing
from plushka.domain.programs.spending import get_spender
from plushka.domain.programs.versions import Versions
from plushka.domain.rewards.acts import find_own_act, note_act
from plushka.domain.rewards.issuing import put_back
from plushka.domain.rewards.model import Reward, RewardState, RewardUnusable, UnknownReward
from plushka.domain.rewards.offers import (
    Buyer,
    Chance,
    Offer,
    OfferUnavailable,
    count_used,
    get_offer,
    list_offers,
    why_not,
)
from plushka.domain.rewards.queries import get_reward, list_named
from plushka.engine.expiry import midnight_after
from plushka.engine.local_time import instant
from plushka.engine.purchase import LotUse
from plushka.engine.spans import Span, since_of
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

DUE_MAX = 200
"""Gifts that have run out and are booked by one transaction."""
_GRACE = "gift"
"""Why a lot lives longer whose points came back from a gift."""


class Wish(Struct, frozen=True):
    """What somebody wants: an offer, for a member however they are named, in a branch or in none.

    ``price_points`` is what they were shown; None: whatever it costs.
    """

    offer_id: UUID
    member: UUID | Identity
    branch_id: UUID | None = None
    price_points: int | None = None


@dataclass(slots=True)
class Purse:
    """A wish and the locked wallet that pays for it."""

    wish: Wish
    program_id: UUID
    book: Book


async def list_chances(
    tx: Tx, member_id: UUID, *, program_id: UUID, versions: Versions, branch_id: UUID | None = None
) -> list[Chance]:
    """Return the offers that a programme has now, each with whether the member can have it."""
    offers = await list_offers(tx, program_id=program_id)
    if not offers:
        return []
    wallet = await find_wallet(tx, member_id=member_id, program_id=program_id)
    points = sum(lot.available for lot in wallet.lots if lot.receipt_share_bp is None) if wallet else 0
    zone = (await get_business(tx)).time_zone
    buyer = await _buyer(
        tx, member_id, offers, points=points, versions=versions, branch_id=branch_id, zone=zone
    )
    chances = [
        Chance(offer, why_not(offer, buyer), max(0, offer.terms.price_points - points)) for offer in offers
    ]
    return [
        chance
        for chance in chances
        if chance.reason not in {"paused", "over", "not_begun", "other_branch", "other_tier"}
    ]


async def begin(tx: Tx, wish: Wish) -> Purse:
    """Lock the wallet that shall pay; whether a wish was fulfilled before is final from now on.

    :raises UnknownOffer: the business has no such offer
    :raises UnknownMember: nor such a member
    :raises RedemptionRefused: they may not spend
    :raises OfferUnavailable: they have no points in the offer's programme
    :raises WalletMoved: the member was merged into another at this moment: try again
    """
    offer = await get_offer(tx, wish.offer_id)
    member_id = await get_spender(tx, wish.member, program_id=offer.program_id)
    book = await bookkeeping.lock_book(tx, WalletKey(member_id, offer.program_id))
    if book is None:
        missing = offer.terms.price_points
        raise OfferUnavailable(field="offer", reason="points_missing", points_missing=missing)
    if book.is_doubtful and await get_spender(tx, wish.member, program_id=offer.program_id) != member_id:
        raise WalletMoved(field="member")
    return Purse(wish, offer.program_id, book)


async def complete(tx: Tx, purse: Purse, *, versions: Versions) -> Reward:
    """Give the member what they wish for their points; whoever calls this notes the act.

    :raises OfferUnavailable: they cannot have it now
    """
    wish, book = purse.wish, purse.book
    offer = await get_offer(tx, wish.offer_id)
    terms, zone = offer.terms, (await get_business(tx)).time_zone
    buyer = await _buyer(
        tx,
        book.member_id,
        [offer],
        points=book.for_rewards(),
        versions=versions,
        branch_id=wish.branch_id,
        zone=zone,
    )
    reason = why_not(offer, buyer)
    if reason is None and wish.price_points is not None and wish.price_points != terms.price_points:
        reason = "price_changed"
    if reason is None and not await _take_from_stock(tx, offer):
        reason = "sold_out"
    if reason is not None:
        missing = max(0, terms.price_points - buyer.points)
        raise OfferUnavailable(field="offer", reason=reason, points_missing=missing)
    version = await find_version_in_force(tx, offer.program_id)
    reward_id = new_id()
    book.spend(terms.price_points, cause=Cause(reward_id, version.id if version else None, tx.at))
    expires_at = None
    if terms.life_days is not None:
        expires_at = midnight_after(buyer.today + timedelta(days=terms.life_days), zone)
    await _insert(tx, reward_id, offer, member_id=book.member_id, expires_at=expires_at)
    await bookkeeping.save_books(tx, [book])
    return await get_reward(tx, reward_id)


async def buy(tx: Tx, wish: Wish, *, key: str, versions: Versions) -> Reward:
    """Give a member what they wish for in their app; safe to repeat with the same ``key`` of theirs.

    :raises Refusal: as ``begin`` and ``complete``
    :raises RewardUnusable: the key is that of another wish
    """
    purse = await begin(tx, wish)
    known = await find_own_act(tx, member_id=purse.book.member_id, key=key)
    if known is not None:
        reward = await get_reward(tx, known)
        if reward.offer_id != wish.offer_id:
            raise RewardUnusable(field="offer", reason="other_reward")
        return reward
    reward = await complete(tx, purse, versions=versions)
    await note_act(tx, reward.id, "buy", key=key)
    return reward


async def cancel(tx: Tx, reward_id: UUID) -> Reward:
    """Give the points of a gift back to their lots that nobody has taken, and the thing to its stock.

    :raises UnknownReward: the business has none of this id
    :raises RewardUnusable: it was won and not bought, or is no longer open
    :raises WalletMoved: its member was merged into another at this moment: try again
    """
    before = await get_reward(tx, reward_id)
    key = WalletKey(before.member_id, before.program_id)
    spent = await _list_spent(tx, [reward_id])
    book = await bookkeeping.lock_book(tx, key, also=[use.lot_id for use in spent[reward_id]])
    reward = await get_reward(tx, reward_id)
    if book is None or reward.member_id != before.member_id:
        raise WalletMoved(field="id")
    if reward.offer_id is None:
        raise RewardUnusable(field="id", reason="not_bought")
    if not reward.is_open(tx.at):
        raise RewardUnusable(field="id", reason="expired" if reward.state == "open" else reward.state)
    await _end(tx, [reward], {key: book}, spent, state="cancelled")
    return await get_reward(tx, reward_id)


async def cancel_own(tx: Tx, reward_id: UUID, *, member_id: UUID) -> Reward:
    """Cancel a gift for the member who bought it. Safe to repeat.

    :raises UnknownReward: they have none of this id
    :raises RewardUnusable: as ``cancel``
    :raises WalletMoved: as ``cancel``
    """
    reward = await get_reward(tx, reward_id)
    if reward.member_id != member_id:
        raise UnknownReward(field="id")
    if reward.state == "cancelled":
        return reward
    reward = await cancel(tx, reward_id)
    await note_act(tx, reward_id, "cancel")
    return reward


async def cancel_by_staff(tx: Tx, reward_id: UUID, *, reason: str) -> Reward:
    """Cancel a gift for a member, for a reason that is kept.

    :raises ReasonMissing: none was given
    :raises TextTooLong: it is too long
    :raises Refusal: as ``cancel``
    """
    reason = checked_reason(reason)
    reward = await cancel(tx, reward_id)
    await note_act(tx, reward_id, "cancel", reason=reason)
    await record(
        tx,
        action="reward.cancel",
        subject=f"member:{reward.member_id}",
        program_id=str(reward.program_id),
        name=reward.name,
        points=reward.price_points,
        reason=reason,
    )
    return reward


async def settle_due(tx: Tx) -> int:
    """Book up to ``DUE_MAX`` bought gifts that have run out, and return how many: stock, and points where it is so."""
    rows = await tx.fetch(
        """
        -- rewards.settle_due
        select id, member_id, program_id from rewards
        where tenant_id = $1 and state = 'open' and offer_id is not null and expires_at <= $2
        order by expires_at
        limit $3
        """,
        tx.tenant_id,
        tx.at,
        DUE_MAX,
    )
    if not rows:
        return 0
    keys = {WalletKey(row["member_id"], row["program_id"]) for row in rows}
    spent = await _list_spent(tx, [row["id"] for row in rows])
    books = await bookkeeping.lock_books(tx, keys)
    lots = [use.lot_id for uses in spent.values() for use in uses]
    await bookkeeping.load_lots(tx, books.values(), also=lots)
    for book in books.values():
        book.settle(tx.at)
    # Read again under the locks: a till may have given one meanwhile, or a merge have moved it.
    due = await list_named(tx, [row["id"] for row in rows])
    due = [one for one in due if one.state == "open" and WalletKey(one.member_id, one.program_id) in books]
    await _end(tx, due, books, spent, state="expired")
    return len(due)


async def _end(
    tx: Tx,
    rewards: Collection[Reward],
    books: Mapping[WalletKey, Book],
    spent: Mapping[UUID, Sequence[LotUse]],
    *,
    state: RewardState,
) -> None:
    """End gifts whose wallets are locked: their stock is there again, and their points where they shall be."""
    returning = [one for one in rewards if state == "cancelled" or one.returns_points]
    zone = (await get_business(tx)).time_zone
    lots = {use.lot_id for one in returning for use in spent[one.id]}
    graced = await list_prolonged(tx, lots, reason=_GRACE) if lots else set()
    for program_id in {one.program_id for one in returning}:
        version = await find_version_in_force(tx, program_id)
        of_program = [one for one in returning if one.program_id == program_id]
        for one in of_program:
            books[WalletKey(one.member_id, program_id)].restore(
                spent[one.id],
                grace_days=version.program.return_grace_days if version else 0,
                zone=zone,
                cause=Cause(document_id=one.id, version_id=version.id if version else None, at=tx.at),
                reason=_GRACE,
                # Once: who gets a gift and cancels it again and again keeps no point alive by that.
                no_more_grace=graced,
            )
    for book in books.values():
        book.settle(tx.at)
    await bookkeeping.save_books(tx, books.values())
    await tx.execute(
        """
        -- rewards.end
        update rewards set state = $3 where tenant_id = $1 and id = any($2::uuid[]) and state = 'open'
        """,
        tx.tenant_id,
        [one.id for one in rewards],
        state,
    )
    await put_back(tx, [one.offer_id for one in rewards if one.offer_id is not None])


async def _buyer(
    tx: Tx,
    member_id: UUID,
    offers: Collection[Offer],
    *,
    points: int,
    versions: Versions,
    branch_id: UUID | None,
    zone: str,
) -> Buyer:
    today = tx.at.astimezone(ZoneInfo(zone)).date()
    tier = None
    if any(offer.terms.tiers for offer in offers):
        program_id = next(iter(offers)).program_id
        tier = (await get_standing(tx, member_id, versions=versions, program_id=program_id)).tier
    used = await count_used(tx, member_id, offers, since=_since(today, zone))
    return Buyer(points=points, tier=tier, branch_id=branch_id, today=today, used=used)


def _since(today: date, zone: str) -> dict[Span, datetime | None]:
    spans: tuple[Span, ...] = ("day", "month", "year")
    return {"always": None, **{span: instant(since_of(span, today), 0, zone) for span in spans}}


async def _take_from_stock(tx: Tx, offer: Offer) -> bool:
    """Take one of an offer that is as it was read; of many who want the last one, one gets it."""
    taken: bool | None = await tx.fetchval(
        """
        -- rewards.take_from_stock
        update reward_offers set stock_left = stock_left - 1
        where tenant_id = $1 and id = $2 and (stock_left is null or stock_left > 0) and not is_paused
          and archived_at is null and price_points = $3
        returning true
        """,
        tx.tenant_id,
        offer.id,
        offer.terms.price_points,
    )
    return bool(taken)


async def _insert(
    tx: Tx, reward_id: UUID, offer: Offer, *, member_id: UUID, expires_at: datetime | None
) -> None:
    await tx.execute(
        """
        -- rewards.insert_bought
        insert into rewards (
            tenant_id, id, member_id, program_id, offer_id, price_points, returns_points, name, code, expires_at,
            issued_at
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        tx.tenant_id,
        reward_id,
        member_id,
        offer.program_id,
        offer.id,
        offer.terms.price_points,
        offer.terms.returns_points,
        offer.terms.name,
        draw_own_code(),
        expires_at,
        tx.at,
    )


async def _list_spent(tx: Tx, reward_ids: Collection[UUID]) -> dict[UUID, list[LotUse]]:
    """Return what each gift was paid with, by lot, in the order in which it was spent."""
    rows = await tx.fetch(
        """
        -- rewards.list_spent
        select document_id, lot_id, points from postings
        where tenant_id = $1 and document_id = any($2::uuid[]) and kind = 'redeem'
        order by id
        """,
        tx.tenant_id,
        list(reward_ids),
    )
    spent: dict[UUID, list[LotUse]] = {reward_id: [] for reward_id in reward_ids}
    for row in rows:
        spent[row["document_id"]].append(LotUse(lot_id=row["lot_id"], points=row["points"]))
    return spent
