"""A demo of eight households on a database of its own, opened once and copied for each test."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from tests.conftest import new_database

from plushka.demo import baskets
from plushka.demo.access import Access
from plushka.demo.business import TENANT_ID, open_business
from plushka.demo.dataset import Year, of_some, read_year
from plushka.domain.purchases.model import Caller
from plushka.domain.purchases.situation import Item
from plushka.platform.database import Database

HOUSEHOLDS = 8
YESTERDAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@dataclass(frozen=True)
class SmallDemo:
    """The demo business with a few members: ``dsn`` is this test's own copy."""

    dsn: str
    year: Year
    ways_in: Access


@pytest.fixture(scope="session")
def year() -> Year:
    return read_year()


@pytest.fixture(scope="session")
def small_year(year: Year) -> Year:
    return of_some(year, HOUSEHOLDS)


@pytest.fixture(scope="session")
def opened(server_dsn: str, template: str, small_year: Year) -> Iterator[tuple[str, Access]]:
    async def open_it(dsn: str) -> Access:
        database = await Database.connect(dsn, connections_max=1)
        try:
            return await open_business(
                database, small_year, YESTERDAY, enrolled=lambda _: None, keep=lambda _: None
            )
        finally:
            await database.close()

    with new_database(server_dsn, template=template) as dsn:
        ways_in = asyncio.run(open_it(dsn))
        yield urlsplit(dsn).path.removeprefix("/"), ways_in


@pytest.fixture
def small_demo(server_dsn: str, opened: tuple[str, Access], small_year: Year) -> Iterator[SmallDemo]:
    template, ways_in = opened
    with new_database(server_dsn, template=template) as dsn:
        yield SmallDemo(dsn=dsn, year=small_year, ways_in=ways_in)


def items_of(small_demo: SmallDemo) -> list[Item]:
    """Return the whole past of the demo, in order of time."""
    year = small_demo.year
    in_order = baskets.with_lines(baskets.in_order(year, YESTERDAY), year)
    callers = {
        code: Caller(tenant_id=TENANT_ID, till_id=till.till_id, branch=code)
        for code, till in small_demo.ways_in.tills.items()
    }
    return [Item(callers[basket.branch], basket.to_purchase()) for basket in baskets.read(in_order)]
