"""The fixed cast in the office: Anna owns, Maxim, Marina, Alla and Kira work for her, Eve owns another business."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest
from argon2 import PasswordHasher
from tests.conftest import SetClock
from tests.pos.conftest import Cast, app, cast, client_of, coffee, running, settings

from plushka.app import Plushka
from plushka.domain.programs.queries import get_current_version
from plushka.domain.staff.model import Role
from plushka.domain.staff.operations import hire
from plushka.platform.database import Database
from plushka.platform.ids import new_id

__all__ = ["app", "cast", "running", "settings"]

ADDRESS = "http://plushka.test"
PASSWORD = "печёная плюшка с корицей"
QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""As the product makes it, but weak: hashing well for each test would take longer than all the rest."""
PHONE = "+79161234567"
MEMBER = "Варвара Широкова"
EVE = "eve@plushka.example"


def email_of(role: Role) -> str:
    return f"{role}@plushka.example"


@dataclass(frozen=True)
class Shop:
    """What Anna's till has reported: two receipts of a member, the second paid with points in part, one of nobody."""

    member_id: UUID
    receipt_id: UUID
    paid_with_points_id: UUID
    anonymous_id: UUID
    program_id: UUID
    version_id: UUID


@pytest.fixture
async def staff(database: Database, cast: Cast, clock: SetClock) -> dict[str, str]:
    """Hire one person for each role of Anna's business, and Eve for hers; return their e-mails."""
    for role in get_args(Role):
        await hire_with_password(database, clock, cast.anna.tenant_id, email_of(role), role)
    await hire_with_password(database, clock, cast.eve.tenant_id, EVE, "owner")
    return {**{role: email_of(role) for role in get_args(Role)}, "eve": EVE}


async def hire_with_password(
    database: Database, clock: SetClock, tenant_id: UUID, email: str, role: Role
) -> None:
    account_id = new_id()
    async with database.global_transaction(actor="test:cast", at=clock.now()) as tx:
        await tx.execute(
            """
            insert into accounts (id, email, name, password_hash, language, created_at)
            values ($1, $2, $3, $4, 'ru', $5)
            """,
            account_id,
            email,
            f"Анна ({role})",
            QUICK_HASH,
            clock.now(),
        )
    async with database.transaction(tenant_id, actor="test:cast", at=clock.now()) as tenant_tx:
        await hire(tenant_tx, account_id=account_id, role=role)


@pytest.fixture
async def shop(app: Plushka, cast: Cast, database: Database, clock: SetClock) -> Shop:
    async with client_of(app, cast.anna.secret) as till:
        member = await report(till, "/v1/members", {"phone": PHONE, "name": MEMBER})
        first = await report(till, "/v1/purchases", coffee("A-1", member={"phone": PHONE}))
        second = await report(till, "/v1/purchases", coffee("A-2", member={"phone": PHONE}, redeem="max"))
        anonymous = await report(till, "/v1/purchases", coffee("A-3"))
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        version = await get_current_version(tx)
    assert version is not None
    return Shop(
        UUID(member["id"]),
        UUID(first["id"]),
        UUID(second["id"]),
        UUID(anonymous["id"]),
        version.program_id,
        version.id,
    )


async def report(till: httpx.AsyncClient, path: str, body: Mapping[str, object]) -> dict[str, Any]:
    """Send what a till sends and return the answer, which must be a success."""
    answer = await till.post(path, json=body)
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


def browser_at(app: Any, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return a browser in which nobody is signed in; ``address`` is the network address it comes from."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 123)), base_url=ADDRESS)


@asynccontextmanager
async def signed_in(app: Any, email: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the browser of somebody who has signed in."""
    async with browser_at(app) as browser:
        answer = await browser.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        yield browser


@pytest.fixture
async def stranger(app: Plushka) -> AsyncIterator[httpx.AsyncClient]:
    """A stranger's browser."""
    async with browser_at(app) as browser:
        yield browser


@pytest.fixture
async def anna(app: Plushka, staff: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """The owner's browser."""
    async with signed_in(app, staff["owner"]) as browser:
        yield browser


@pytest.fixture
async def eve(app: Plushka, staff: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of the owner of another business."""
    async with signed_in(app, staff["eve"]) as browser:
        yield browser


def plain(text: str) -> str:
    """Return a page with ordinary spaces where non-breaking ones are."""
    return text.replace("\u00a0", " ")
