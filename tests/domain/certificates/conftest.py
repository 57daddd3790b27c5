"""A coffee shop that sells certificates."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.issuing import make_one
from plushka.domain.certificates.queries import find_by_number
from plushka.domain.certificates.selling import Sale, Sold, sell_at_till
from plushka.domain.certificates.types import create_type
from plushka.platform.database import Database

ZONE = "Europe/Moscow"


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def sold(shop: Shop, amount_minor: int = 1_000_00, **terms: Any) -> Certificate:
    """Sell a certificate of a kind of its own; without a PIN, unless ``needs_pin`` says so."""
    life = {} if "life_days" in terms else {"life_months": 12}
    terms = {**life, "needs_pin": False, "nominals_minor": [amount_minor], **terms}
    async with shop.tx() as tx:
        kind = await create_type(tx, name="Подарочный", **terms)
        number = await make_one(tx, kind)
    answer = await sell(shop, Sale(external_id=f"sale {number}", what=number, amount_minor=amount_minor))
    assert isinstance(answer, Sold)
    return answer.certificate


async def sell(shop: Shop, sale: Sale, *, network: str = "192.0.2.1") -> Any:
    async with shop.tx() as tx:
        return await sell_at_till(tx, sale, till_id=shop.caller.till_id, network=network, zone=ZONE)


async def now(shop: Shop, certificate: Certificate) -> Certificate:
    """Return what a certificate is by now."""
    async with shop.tx() as tx:
        found = await find_by_number(tx, certificate.number)
    assert found is not None
    return found
