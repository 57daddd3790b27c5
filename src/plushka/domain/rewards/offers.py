"""The catalogue: what members get for points, and whether one of them can have it now."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.engine.spans import Span
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict, Invalid, NotFound

NAME_LENGTH_MAX = 100
DESCRIPTION_LENGTH_MAX = 1000
OFFERS_MAX = 200
"""Offers of a programme that are not archived: a catalogue is one page."""
STOCK_MAX = 1_000_000
LIMIT_MAX = 1000
LIFE_DAYS_MAX = 3650

Unavailable = Literal[
    "archived",
    "paused",
    "not_begun",
    "over",
    "other_branch",
    "other_tier",
    "limit_reached",
    "sold_out",
    "points_missing",
    "price_changed",
]
"""Why an offer cannot be had; the last: it costs more than whoever pressed has seen."""


class OfferTerms(Struct, frozen=True):
    """What a business decides of an offer. Points are in units of the programme's wallets.

    ``limit_count`` for each member within ``limit_span``; None: any number. ``branch_ids`` empty: given everywhere;
    ``tiers`` empty: for everybody. What is bought can be taken for ``life_days`` after the day it was bought, and if it
    is not, ``returns_points`` says whether they come back.
    """

    name: str
    price_points: int
    description: str = ""
    limit_count: int | None = None
    limit_span: Span | None = None
    branch_ids: tuple[UUID, ...] = ()
    tiers: tuple[str, ...] = ()
    first_on: date | None = None
    last_on: date | None = None
    life_days: int | None = 30
    returns_points: bool = True


class Offer(Struct, frozen=True):
    """An offer of a programme's catalogue; ``stock_left`` None: any number can be had."""

    id: UUID
    program_id: UUID
    terms: OfferTerms
    stock_total: int | None
    stock_left: int | None
    picture_digest: str
    place: int
    is_paused: bool
    is_archived: bool
    created_at: datetime


class Buyer(Struct, frozen=True):
    """Who looks at the catalogue: ``points`` that can buy rewards, where (None: nowhere yet) and on which day.

    ``used`` is how often they had each limited offer within its span.
    """

    points: int
    tier: str | None
    branch_id: UUID | None
    today: date
    used: Mapping[UUID, int] = {}


class Chance(Struct, frozen=True):
    """An offer for one member: ``reason`` why they cannot have it now, None: they can."""

    offer: Offer
    reason: Unavailable | None
    points_missing: int


class UnknownOffer(NotFound):
    code = "offer_not_found"


class OfferUnavailable(Conflict):
    """It cannot be had now; ``reason`` is one of ``Unavailable``, with ``points_missing`` where they are."""

    code = "offer_unavailable"


class TooManyOffers(Conflict):
    """The catalogue has ``offers_max`` already; one can be archived."""

    code = "too_many_offers"


class StockOutOfRange(Invalid):
    """There would be fewer than none, or more than ``stock_max``; ``stock_left`` can be written off."""

    code = "stock_out_of_range"


def why_not(offer: Offer, buyer: Buyer) -> Unavailable | None:
    """Return why a member cannot have an offer now; what will never be comes first, points last."""
    terms = offer.terms
    checks: tuple[tuple[Unavailable, bool], ...] = (
        ("archived", offer.is_archived),
        ("paused", offer.is_paused),
        ("over", terms.last_on is not None and buyer.today > terms.last_on),
        ("not_begun", terms.first_on is not None and buyer.today < terms.first_on),
        (
            "other_branch",
            bool(terms.branch_ids)
            and buyer.branch_id is not None
            and buyer.branch_id not in terms.branch_ids,
        ),
        ("other_tier", bool(terms.tiers) and buyer.tier not in terms.tiers),
        (
            "limit_reached",
            terms.limit_count is not None and buyer.used.get(offer.id, 0) >= terms.limit_count,
        ),
        ("sold_out", offer.stock_left == 0),
        ("points_missing", buyer.points < terms.price_points),
    )
    return next((reason for reason, holds in checks if holds), None)


_SELECT = """
    select id, program_id, name, description, picture_digest, price_points, stock_total, stock_left, limit_count,
           limit_span, branch_ids, tiers, first_on, last_on, life_days, returns_points, place, is_paused,
           archived_at is not null as is_archived, created_at
    from reward_offers where tenant_id = $1
"""


async def list_offers(tx: Tx, *, program_id: UUID | None = None, is_archived: bool = False) -> list[Offer]:
    """Return the offers of a programme, or of all, in the business's order: those on the shelf or those archived."""
    rows = await tx.fetch(
        f"""
        -- rewards.list_offers
        {_SELECT} and ($2::uuid is null or program_id = $2) and (archived_at is not null) = $3
        order by program_id, place, id
        """,
        tx.tenant_id,
        program_id,
        is_archived,
    )
    return [_offer(row) for row in rows]


async def get_offer(tx: Tx, offer_id: UUID, *, lock: bool = False) -> Offer:
    """Return an offer; with ``lock`` it stays as it is until the transaction ends.

    :raises UnknownOffer: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- rewards.get_offer
        {_SELECT} and id = $2 {"for no key update" if lock else ""}
        """,
        tx.tenant_id,
        offer_id,
    )
    if row is None:
        raise UnknownOffer(field="offer")
    return _offer(row)


async def find_offer_picture(tx: Tx, offer_id: UUID, digest: str) -> bytes | None:
    """Return the picture of an offer if it is the one of this digest."""
    picture: bytes | None = await tx.fetchval(
        """
        -- rewards.find_offer_picture
        select picture from reward_offers where tenant_id = $1 and id = $2 and picture_digest = $3
        """,
        tx.tenant_id,
        offer_id,
        digest,
    )
    return picture


async def count_used(
    tx: Tx, member_id: UUID, offers: Collection[Offer], *, since: Mapping[Span, datetime | None]
) -> dict[UUID, int]:
    """Return how often a member had each limited offer within its span; the lock of their wallet makes it final.

    Counted is what is open or taken, and what ran out with its points lost.
    """
    limited = [offer for offer in offers if offer.terms.limit_span is not None]
    if not limited:
        return {}
    rows = await tx.fetch(
        """
        -- rewards.count_used
        select wanted.offer_id, count(*) as used
        from unnest($3::uuid[], $4::timestamptz[]) as wanted (offer_id, since)
        join rewards r on r.tenant_id = $1 and r.offer_id = wanted.offer_id and r.member_id = $2
            and (r.state in ('open', 'taken') or r.state = 'expired' and not r.returns_points)
            and (wanted.since is null or r.issued_at >= wanted.since)
        group by 1
        """,
        tx.tenant_id,
        member_id,
        [offer.id for offer in limited],
        [since[offer.terms.limit_span] for offer in limited if offer.terms.limit_span],
    )
    return {row["offer_id"]: row["used"] for row in rows}


def _offer(row: Record) -> Offer:
    return Offer(
        id=row["id"],
        program_id=row["program_id"],
        terms=OfferTerms(
            name=row["name"],
            price_points=row["price_points"],
            description=row["description"],
            limit_count=row["limit_count"],
            limit_span=row["limit_span"],
            branch_ids=tuple(row["branch_ids"]),
            tiers=tuple(row["tiers"]),
            first_on=row["first_on"],
            last_on=row["last_on"],
            life_days=row["life_days"],
            returns_points=row["returns_points"],
        ),
        stock_total=row["stock_total"],
        stock_left=row["stock_left"],
        picture_digest=row["picture_digest"],
        place=row["place"],
        is_paused=row["is_paused"],
        is_archived=row["is_archived"],
        created_at=row["created_at"],
    )
