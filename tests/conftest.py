"""What every test may ask for: a database of its own on a real PostgreSQL, and a clock that is told the time."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher, profiles
from playwright.async_api import Browser
from tests.browsing import close_windows
from tests.system_postgresql import newest, served
from tools.chromium import ENGINE, chromium

from plushka.domain.staff import passwords
from plushka.platform.database import Database
from plushka.platform.migrate import migrate
from plushka.platform.postgres.binaries import embedded
from plushka.platform.settings import Environment, Settings
from plushka.platform.vault import Vault

CONNECTIONS_MAX = 8

# No test is timed: a busy machine proves nothing.
hypothesis.settings.register_profile("untimed", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="run only the tests that use PostgreSQL and no browser"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-only"):
        # The pages are the same on every PostgreSQL.
        items[:] = [
            item
            for item in items
            if "server_dsn" in (used := getattr(item, "fixturenames", ())) and "browser" not in used
        ]


def pytest_collection_finish() -> None:
    """Keep what was read so far out of every later search for garbage: it is a million objects, a second each time."""
    gc.collect()
    gc.freeze()


class SetClock:
    """A clock that stands still until it is set or moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


def local_settings(folder: Path, dsn: str, **more: Any) -> Settings:
    """Return the settings of a process at this machine, with its data in the folder."""
    return Settings(
        data_folder=folder,
        database_url=dsn,
        host="127.0.0.1",
        port=0,
        environment=Environment.LOCAL,
        web_workers=1,
        **more,
    )


@contextmanager
def new_database(server_dsn: str, *, template: str = "template1") -> Iterator[str]:
    """Create a database, yield its owner's DSN, and drop it, whoever is still connected."""
    name = f"plushka_test_{uuid4().hex}"
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
        yield urlsplit(server_dsn)._replace(path=f"/{name}").geturl()
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash passwords cheaply in the process of the tests: thousands of them would take minutes.

    That ours are dear is a test of its own; processes that tests start hash as they do for everybody.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(profiles.CHEAPEST))
        yield


@pytest.fixture(autouse=True)
async def nothing_goes_on() -> AsyncIterator[None]:
    """End what a test began and left running: its loop is that of all tests of this process, as the browser is."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture(scope="session")
async def browser_of_process() -> AsyncIterator[Browser]:
    """A browser takes two seconds of a processor to start, and a window of somebody else in it a fifth."""
    async with chromium(path=ENGINE) as browser:
        yield browser


@pytest.fixture
async def browser(browser_of_process: Browser) -> AsyncIterator[Browser]:
    """The browser of this test process, in which nobody was before: each context is somebody else's."""
    yield browser_of_process
    await close_windows(browser_of_process)


@pytest.fixture
def clock() -> SetClock:
    """Noon in Moscow on an ordinary Tuesday."""
    return SetClock(datetime(2026, 3, 10, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def server_dsn(worker_id: str) -> Iterator[str]:
    """The PostgreSQL of this test process: that of ``DATABASE_URL``, or one of its own.

    Of several processes every other has the system's where there is one, so that each run tests on both.
    """
    if dsn := os.environ.get("DATABASE_URL"):
        yield dsn
        return
    of_system = newest() if worker_id.endswith(tuple("13579")) else None
    with served(of_system or embedded()) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def template(server_dsn: str) -> Iterator[str]:
    """The name of a migrated database that others are copied from, which is quick."""
    with new_database(server_dsn) as dsn:
        migrate(dsn)
        yield urlsplit(dsn).path.removeprefix("/")


@pytest.fixture
def owner_dsn(server_dsn: str, template: str) -> Iterator[str]:
    """A migrated database for this test alone, as its owner."""
    with new_database(server_dsn, template=template) as dsn:
        yield dsn


@pytest.fixture
def dsn(owner_dsn: str) -> str:
    """The same database, for code that takes the application's role itself, as ``Database`` does."""
    return owner_dsn


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """A pool on this test's database, as the application's role."""
    database = await Database.connect(dsn, connections_max=CONNECTIONS_MAX, vault=Vault(b"k" * 32))
    yield database
    await database.close()
