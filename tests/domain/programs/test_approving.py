"""Points moved by hand within a role's limit, and above it by two people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.audit.model import EntryFilter
from plushka.domain.audit.queries import list_entries
from plushka.domain.ledger.limits import set_limit
from plushka.domain.ledger.model import (
    AlreadyAdjusted,
    Balance,
    ByHand,
    InsufficientPoints,
    NotWaiting,
    SecondPersonNeeded,
)
from plushka.domain.programs.approving import approve, decline, list_waiting, move_or_ask
from plushka.domain.purchases.merging import merge_members
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


@pytest.fixture
async def member_id(shop: Shop) -> UUID:
    return await shop.enroll()


@asynccontextmanager
async def as_(shop: Shop, actor: str) -> AsyncIterator[Tx]:
    async with shop.database.transaction(shop.caller.tenant_id, actor=actor, at=shop.clock.now()) as tx:
        yield tx


async def ask(shop: Shop, member_id: UUID, points: int, *, role: str = "manager") -> tuple[UUID, bool]:
    wanted = ByHand(new_id(), "adjustment", points, "Жалоба")
    async with as_(shop, "staff:maxim") as tx:
        return wanted.id, await move_or_ask(tx, member_id, wanted, role=role)


async def test_up_to_the_limit_points_move_at_once(shop: Shop, member_id: UUID, clock: SetClock) -> None:
    assert (await ask(shop, member_id, 1000))[1]
    clock.advance(timedelta(days=1))
    assert (await ask(shop, member_id, -1000))[1]
    assert (await ask(shop, member_id, 5_000, role="owner"))[1]
    assert (await shop.wallet(member_id)).balance == Balance(available=5_000)


@pytest.mark.parametrize("points", [1001, -1001])
async def test_above_the_limit_nothing_moves_until_a_second_person_approves(
    shop: Shop, member_id: UUID, points: int
) -> None:
    await ask(shop, member_id, 3_000, role="owner")
    pending_id, is_booked = await ask(shop, member_id, points)
    assert (is_booked, (await shop.wallet(member_id)).balance) == (False, Balance(available=3_000))

    async with as_(shop, "staff:maxim") as tx:
        with pytest.raises(SecondPersonNeeded):
            await approve(tx, pending_id)
    async with as_(shop, "staff:anna") as tx:
        await approve(tx, pending_id)

    assert (await shop.wallet(member_id)).balance == Balance(available=3_000 + points)
    async with as_(shop, "staff:anna") as tx:
        assert await list_waiting(tx) == []
        with pytest.raises(NotWaiting):
            await approve(tx, pending_id)
        said = {
            entry.action: entry.actor
            for entry in await list_entries(tx, EntryFilter(subject=f"member:{member_id}"))
        }
    assert (said["points.ask"], said["points.approved"]) == ("staff:maxim", "staff:anna")
    assert await shop.differences() == ()


async def test_a_day_has_one_limit_however_it_is_cut(shop: Shop, member_id: UUID, clock: SetClock) -> None:
    other = await shop.enroll("+79990000002")
    assert (await ask(shop, member_id, 600))[1]
    assert not (await ask(shop, other, 401))[1]
    assert (await ask(shop, member_id, -400))[1]
    assert not (await ask(shop, other, 1))[1]
    # Midnight by the business's clock: it is in Moscow.
    clock.at = datetime(2026, 3, 10, 20, 59, tzinfo=UTC)
    assert not (await ask(shop, other, 1))[1]
    clock.advance(timedelta(minutes=1))
    assert (await ask(shop, other, 1000))[1]


async def test_what_a_second_person_approves_is_of_nobody_s_limit(shop: Shop, member_id: UUID) -> None:
    pending_id, _ = await ask(shop, member_id, 1500)
    async with as_(shop, "staff:marina") as tx:
        await approve(tx, pending_id)
        wanted = ByHand(new_id(), "adjustment", 1000, "Жалоба")
        assert await move_or_ask(tx, member_id, wanted, role="manager")
    assert (await ask(shop, member_id, 1000))[1]


async def test_what_was_booked_does_not_wait_when_it_is_sent_again(
    shop: Shop, member_id: UUID, clock: SetClock
) -> None:
    wanted = ByHand(new_id(), "adjustment", 600, "Жалоба")
    async with shop.tx() as tx:
        assert await move_or_ask(tx, member_id, wanted, role="manager")
    async with shop.tx() as tx:
        with pytest.raises(AlreadyAdjusted):
            await move_or_ask(tx, member_id, wanted, role="manager")
    clock.advance(timedelta(days=1))
    waiting = ByHand(new_id(), "adjustment", 2000, "Жалоба")
    async with shop.tx() as tx:
        assert not await move_or_ask(tx, member_id, waiting, role="manager")
        await set_limit(tx, "manager", 3000)
    async with shop.tx() as tx:
        with pytest.raises(AlreadyAdjusted):
            await move_or_ask(tx, member_id, waiting, role="manager")


async def test_what_is_declined_or_taken_back_never_moves(shop: Shop, member_id: UUID) -> None:
    declined, withdrawn = (await ask(shop, member_id, 2000))[0], (await ask(shop, member_id, 2000))[0]
    async with as_(shop, "staff:anna") as tx:
        await decline(tx, declined)
    async with as_(shop, "staff:maxim") as tx:
        await decline(tx, withdrawn)

    async with shop.tx() as tx:
        states = await tx.fetch(
            "select state from pending_adjustments where tenant_id = $1 order by id", tx.tenant_id
        )
    assert [row["state"] for row in states] == ["declined", "withdrawn"]
    assert (await shop.wallet(member_id)).balance == Balance()


async def test_what_cannot_be_booked_goes_on_waiting(shop: Shop, member_id: UUID) -> None:
    pending_id, _ = await ask(shop, member_id, -2000)
    with pytest.raises(InsufficientPoints):
        async with as_(shop, "staff:anna") as tx:
            await approve(tx, pending_id)
    async with shop.tx() as tx:
        assert [pending.id for pending in await list_waiting(tx, member_id=member_id)] == [pending_id]


async def test_what_is_sent_twice_waits_once(shop: Shop, member_id: UUID) -> None:
    wanted = ByHand(new_id(), "adjustment", 2000, "Жалоба")
    async with shop.tx() as tx:
        await move_or_ask(tx, member_id, wanted, role="manager")
        with pytest.raises(AlreadyAdjusted):
            await move_or_ask(tx, member_id, wanted, role="manager")


async def test_each_role_has_its_limit(shop: Shop, member_id: UUID) -> None:
    async with shop.tx() as tx:
        await set_limit(tx, "manager", 5)
        await set_limit(tx, "marketer", 0)
    assert (await ask(shop, member_id, 5))[1]
    assert not (await ask(shop, member_id, 1))[1]
    assert not (await ask(shop, member_id, 1, role="marketer"))[1]


async def test_a_merged_members_points_go_to_the_one_who_stayed(shop: Shop, member_id: UUID) -> None:
    pending_id, _ = await ask(shop, member_id, 2000)
    kept = await shop.enroll("+79990000002")
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=member_id, reason="x")
    async with as_(shop, "staff:anna") as tx:
        await approve(tx, pending_id)
    assert (await shop.wallet(kept)).balance == Balance(available=2000)


async def test_the_database_knows_the_second_person_too(shop: Shop, member_id: UUID) -> None:
    await ask(shop, member_id, 2000)
    with pytest.raises(asyncpg.CheckViolationError, match="by_a_second_person"):
        async with shop.tx() as tx:
            await tx.execute(
                """
                update pending_adjustments set state = 'approved', decided_by = requested_by, decided_at = $2
                where tenant_id = $1
                """,
                tx.tenant_id,
                tx.at,
            )
