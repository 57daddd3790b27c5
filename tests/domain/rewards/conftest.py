"""A coffee shop whose members have points and a catalogue to spend them in."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.rewards.buying import Wish, buy
from plushka.domain.rewards.model import Reward
from plushka.domain.rewards.offering import create_offer
from plushka.domain.rewards.offers import Offer, OfferTerms
from plushka.platform.database import Database
from plushka.platform.ids import new_id

GENEROUS = structs.replace(CASHBACK, return_grace_days=14)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, GENEROUS) as shop:
        yield shop


async def offered(shop: Shop, *, stock: int | None = None, **terms: Any) -> Offer:
    """Put a mug for 40 points into the catalogue."""
    async with shop.tx() as tx:
        return await create_offer(
            tx,
            program_id=shop.program_id,
            terms=OfferTerms(**{"name": "Кружка", "price_points": 40, **terms}),
            stock=stock,
        )


async def rich(shop: Shop, phone: str = "+79990000001", *, number: str = "") -> UUID:
    """Return a member with 100 points."""
    member_id = await shop.enroll(phone)
    await shop.buy(number or f"of {phone}", 1_000_00, member=member_id)
    return member_id


async def bought(shop: Shop, offer: Offer, member_id: UUID, **wish: Any) -> Reward:
    async with shop.tx() as tx:
        return await buy(
            tx, Wish(offer.id, member_id, **wish), key=str(new_id()), versions=shop.reference.versions
        )
