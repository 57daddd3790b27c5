"""Two programmes, each serving a branch: one member with a wallet in each (docs/decisions/0006-several-programs.md)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop, receipt

from plushka.domain.businesses.branches import open_branch
from plushka.domain.ledger.model import InsufficientPoints, WalletView
from plushka.domain.ledger.queries import find_wallet
from plushka.domain.members.model import Identity
from plushka.domain.programs.assigning import list_served, move_branches, withdraw_move
from plushka.domain.programs.model import (
    BranchesMissing,
    BranchesServed,
    ProgramNotReady,
    TierStanding,
    ValidFromPast,
)
from plushka.domain.programs.operations import create_program, enroll, publish
from plushka.domain.programs.queries import get_standing
from plushka.domain.programs.reviews import review_tiers
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.hold import cancel_hold, hold
from plushka.domain.purchases.model import (
    Caller,
    Committed,
    Hold,
    HoldOfOtherProgram,
    HoldRequest,
    NoProgram,
    Return,
    ReturnRequest,
)
from plushka.domain.purchases.quote import quote
from plushka.domain.purchases.returning import return_purchase
from plushka.domain.purchases.situation import Item
from plushka.domain.staff.operations import set_up_till
from plushka.engine.program import (
    EarningCaps,
    EarningRule,
    Percent,
    PointUnit,
    Program,
    Redemption,
    Requirement,
    Rolling,
    TierReview,
    TierRule,
    Tiers,
    Welcome,
)
from plushka.platform.database import Database

PHONE = "+79990000001"
HOUR = timedelta(hours=1)
COFFEE = Program(
    name="Кофе",
    currency="RUB",
    point=PointUnit(value_minor=100, scale=2),
    earning=(EarningRule(id="base", name="5 %", effect=Percent(rate_bp=500)),),
    redemption=Redemption(),
    welcome=Welcome(points=20_00),
    caps=EarningCaps(per_day=80_00),
    tiers=Tiers(
        tiers=(
            TierRule(id="cup", name="Чашка"),
            TierRule(id="pot", name="Кофейник", requirements=(Requirement("spend", 1_500_00, Rolling(30)),)),
        ),
        review=TierReview(cycle="month"),
    ),
)
"""5 %, with hundredths of points: 1000 ₽ give 50.00, and 80.00 a day is the most."""


@dataclass
class Chain:
    """A business with a branch on the Arbat and one in Kazan, where a second programme waits to serve."""

    shop: Shop
    clock: SetClock
    kazan: Caller
    kazan_id: UUID
    coffee_id: UUID

    @property
    def arbat(self) -> Caller:
        return self.shop.caller

    async def move(self, program_id: UUID | None = None, *, at: datetime | None = None) -> None:
        """Let ``program_id``, the second programme without one, serve Kazan from ``at`` on, or at once."""
        async with self.shop.tx() as tx:
            await move_branches(tx, [self.kazan_id], program_id=program_id or self.coffee_id, valid_from=at)

    async def buy(self, caller: Caller, number: str, amount_minor: int, **purchase: Any) -> Committed:
        return await self.shop.queue.commit(caller, receipt(number, amount_minor, **purchase))

    async def give_back(self, caller: Caller, number: str) -> Return:
        async with self.shop.tx() as tx:
            request = ReturnRequest(external_id=f"back-{number}", receipt=number)
            return await return_purchase(tx, self.shop.reference, caller, request)

    async def hold(self, caller: Caller, member_id: UUID, points: int) -> Hold:
        async with self.shop.tx() as tx:
            return await hold(tx, self.shop.reference, caller, HoldRequest("hold", member_id, points))

    async def wallet(self, member_id: UUID, program_id: UUID) -> WalletView | None:
        async with self.shop.tx() as tx:
            return await find_wallet(tx, member_id=member_id, program_id=program_id)

    async def available(self, member_id: UUID) -> tuple[int | None, int | None]:
        """Return what the member has in the first and in the second programme, None: no wallet."""
        first = await self.wallet(member_id, self.shop.program_id)
        second = await self.wallet(member_id, self.coffee_id)
        return (
            None if first is None else first.balance.available,
            None if second is None else second.balance.available,
        )

    async def standing(self, member_id: UUID, program_id: UUID) -> TierStanding:
        async with self.shop.tx() as tx:
            versions = self.shop.reference.versions
            return await get_standing(tx, member_id, program_id=program_id, versions=versions)


@pytest.fixture
async def chain(database: Database, clock: SetClock) -> AsyncIterator[Chain]:
    """The chain; what happened in it must leave the journal in order."""
    async with open_shop(database, clock, CASHBACK) as shop:
        async with shop.tx() as tx:
            branch = await open_branch(tx, code="kazan", name="Казань", time_zone="Europe/Moscow")
            till = await set_up_till(tx, name="Касса 2", branch_id=branch.id)
            clock.advance(timedelta(seconds=1))
        async with shop.tx() as tx:
            coffee_id = await create_program(tx, name="Кофе")
            await publish(tx, program_id=coffee_id, program=COFFEE, valid_from=tx.at)
        kazan = Caller(shop.caller.tenant_id, till.id, "kazan")
        yield Chain(shop, clock, kazan, branch.id, coffee_id)
        assert await shop.differences() == ()


async def test_the_first_programme_serves_a_branch_until_another_is_chosen(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    await chain.buy(chain.kazan, "1", 1_000_00, member=member_id)
    assert await chain.available(member_id) == (100, None)

    await chain.move()
    second = await chain.buy(chain.kazan, "2", 1_000_00, member=member_id)

    assert second.receipt.outcome.earned_points == 50_00
    assert second.receipt.balance is not None
    assert second.receipt.balance.available == 70_00
    assert await chain.available(member_id) == (100, 70_00), "welcomed there too, and nothing moved"
    await chain.buy(chain.arbat, "3", 200_00, member=member_id)
    assert await chain.available(member_id) == (120, 70_00)


async def test_a_late_receipt_asks_for_the_programme_of_its_own_moment(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    before = chain.clock.now()
    chain.clock.advance(2 * HOUR)
    await chain.move()
    chain.clock.advance(2 * HOUR)

    await chain.buy(chain.kazan, "late", 1_000_00, member=member_id, occurred_at=before + HOUR)
    assert await chain.available(member_id) == (100, None)
    await chain.buy(chain.kazan, "later", 1_000_00, member=member_id, occurred_at=before + 3 * HOUR)
    assert await chain.available(member_id) == (100, 70_00)


async def test_a_planned_move_comes_by_itself_and_can_be_withdrawn(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    planned = chain.clock.now() + 2 * HOUR
    await chain.move(at=planned)
    await chain.buy(chain.kazan, "1", 1_000_00, member=member_id)
    async with chain.shop.tx() as tx:
        served = {one.branch.code: one for one in await list_served(tx)}
    assert served["kazan"].planned == ((planned, chain.coffee_id),)
    assert served["kazan"].program_id == served["arbat"].program_id == chain.shop.program_id
    assert await chain.available(member_id) == (100, None)

    async with chain.shop.tx() as tx:
        await withdraw_move(tx, chain.kazan_id, valid_from=planned)
        assert all(one.planned == () for one in await list_served(tx))
    chain.clock.advance(3 * HOUR)
    await chain.buy(chain.kazan, "2", 1_000_00, member=member_id)
    assert await chain.available(member_id) == (200, None)

    await chain.move(at=chain.clock.now() + HOUR)
    chain.clock.advance(HOUR)
    await chain.buy(chain.kazan, "3", 1_000_00, member=member_id)
    assert await chain.available(member_id) == (200, 70_00)


async def test_a_return_takes_from_the_wallet_that_the_receipt_gave_to(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    await chain.buy(chain.kazan, "1", 1_000_00, member=member_id)
    await chain.move()
    await chain.buy(chain.kazan, "2", 600_00, member=member_id)
    assert await chain.available(member_id) == (100, 50_00)

    back = await chain.give_back(chain.kazan, "1")
    assert (back.points_clawed_back, back.balance and back.balance.available) == (100, 0)
    assert await chain.available(member_id) == (0, 50_00)
    await chain.move(chain.shop.program_id)
    await chain.give_back(chain.kazan, "2")
    assert await chain.available(member_id) == (0, 20_00)


async def test_each_programme_counts_its_own_receipts_caps_and_tiers(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    await chain.buy(chain.arbat, "1", 5_000_00, member=member_id)
    await chain.move()
    await chain.buy(chain.kazan, "2", 1_000_00, member=member_id)
    assert (await chain.standing(member_id, chain.coffee_id)).tier == "cup", (
        "what was bought elsewhere is not its own"
    )

    await chain.buy(chain.kazan, "3", 1_000_00, member=member_id)
    assert await chain.available(member_id) == (500, 100_00), (
        "20 of welcome, 50, and 30 up to the cap of the day"
    )
    assert (await chain.standing(member_id, chain.coffee_id)).tier == "pot"
    assert (await chain.standing(member_id, chain.shop.program_id)).tier is None


async def test_tiers_of_every_programme_are_reviewed(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    await chain.move()
    await chain.buy(chain.kazan, "1", 2_000_00, member=member_id)
    assert (await chain.standing(member_id, chain.coffee_id)).tier == "pot"

    for _ in range(2):
        chain.clock.advance(timedelta(days=35))
        async with chain.shop.tx() as tx:
            while await review_tiers(tx, chain.shop.reference.versions):
                pass
    assert (await chain.standing(member_id, chain.coffee_id)).tier == "cup"


async def test_points_are_held_where_they_are_spent(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    await chain.buy(chain.arbat, "1", 1_000_00, member=member_id)
    await chain.move()
    with pytest.raises(InsufficientPoints):
        await chain.hold(chain.kazan, member_id, 10)
    await chain.buy(chain.kazan, "2", 200_00, member=member_id)
    placed = await chain.hold(chain.kazan, member_id, 10_00)
    assert placed.balance.available == 20_00

    with pytest.raises(HoldOfOtherProgram):
        await chain.buy(chain.arbat, "3", 200_00, member=member_id, hold_id=placed.id)
    async with chain.shop.tx() as tx:
        with pytest.raises(HoldOfOtherProgram):
            await quote(
                tx,
                chain.shop.reference,
                chain.arbat,
                receipt("q", 200_00, member=member_id, hold_id=placed.id),
            )
    paid = await chain.buy(chain.kazan, "4", 200_00, member=member_id, hold_id=placed.id)
    assert paid.receipt.outcome.redeemed_minor == 10_00


async def test_a_hold_is_cancelled_in_its_own_wallet_after_the_branch_was_moved(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    await chain.buy(chain.kazan, "1", 1_000_00, member=member_id)
    placed = await chain.hold(chain.kazan, member_id, 40)
    await chain.move()

    async with chain.shop.tx() as tx:
        cancelled = await cancel_hold(tx, chain.kazan, placed.id)
    assert (cancelled.state, cancelled.balance.available) == ("cancelled", 100)


async def test_who_enrols_at_a_branch_joins_the_programme_that_serves_it(chain: Chain) -> None:
    await chain.move()
    async with chain.shop.tx() as tx:
        member = await enroll(
            tx, name="Оля", identities=[Identity("phone", PHONE)], program_id=chain.coffee_id
        )
    assert await chain.available(member.id) == (None, 20_00)
    await chain.buy(chain.arbat, "1", 100_00, member=member.id)
    assert await chain.available(member.id) == (10, 20_00)


async def test_a_batch_of_both_programmes_is_booked_as_one(chain: Chain) -> None:
    await chain.move()
    first, second = await chain.shop.enroll(PHONE), await chain.shop.enroll("+79990000002")
    till = Caller(chain.arbat.tenant_id, chain.arbat.till_id, None)
    purchases = [
        receipt(f"{branch}-{number}", 1_000_00, member=member_id, branch=branch)
        for number, (member_id, branch) in enumerate(
            ((first, "arbat"), (second, "kazan"), (second, "arbat"), (first, "kazan"))
        )
    ]
    answers = await chain.shop.queue.commit_many(till, purchases)
    assert all(isinstance(answer, Committed) for answer in answers)
    assert await chain.available(first) == await chain.available(second) == (100, 70_00)


async def test_history_is_loaded_by_the_programmes_of_its_moments(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    begun = chain.clock.now()
    await chain.move(at=begun + 2 * HOUR)
    chain.clock.advance(5 * HOUR)
    items = [
        Item(chain.kazan, receipt(f"h{hour}", 1_000_00, member=member_id, occurred_at=begun + hour * HOUR))
        for hour in (3, 1)
    ]
    async with chain.shop.tx() as tx:
        loaded = await load_history(tx, chain.shop.reference, items)
    assert (loaded.booked, loaded.refused) == (2, ())
    assert await chain.available(member_id) == (100, 70_00)


async def test_a_full_return_takes_back_the_last_purchase_of_its_own_programme(chain: Chain) -> None:
    member_id = await chain.shop.enroll(PHONE)
    await chain.move()
    await chain.buy(chain.kazan, "1", 100_00, member=member_id)
    chain.clock.advance(timedelta(days=3))
    await chain.buy(chain.arbat, "2", 100_00, member=member_id)
    await chain.give_back(chain.arbat, "2")

    async with chain.shop.tx() as tx:
        days = await tx.fetch(
            "select last_purchase_on from wallets where tenant_id = $1 order by last_purchase_on nulls first",
            tx.tenant_id,
        )
    assert [row["last_purchase_on"] and row["last_purchase_on"].isoformat() for row in days] == [
        None,
        "2026-03-10",
    ]


async def test_a_branch_is_moved_neither_in_the_past_nor_to_rules_that_are_not_there(chain: Chain) -> None:
    async with chain.shop.tx() as tx:
        with pytest.raises(ValidFromPast):
            await move_branches(
                tx, [chain.kazan_id], program_id=chain.coffee_id, valid_from=tx.at - timedelta(seconds=1)
            )
        with pytest.raises(BranchesMissing):
            await move_branches(tx, [], program_id=chain.coffee_id)
        with pytest.raises(BranchesServed):
            await move_branches(tx, [chain.kazan_id], program_id=chain.shop.program_id)
        empty = await create_program(tx, name="Черновик")
        with pytest.raises(ProgramNotReady):
            await move_branches(tx, [chain.kazan_id], program_id=empty)
    with pytest.raises(NoProgram):
        await chain.buy(chain.kazan, "old", 100_00, occurred_at=chain.clock.now() - timedelta(days=1))


async def test_a_move_is_audited_and_its_line_is_never_altered(chain: Chain) -> None:
    await chain.move()
    async with chain.shop.tx() as tx:
        entry = await tx.fetchrow(
            "select subject, actor from audit_entries where tenant_id = $1 and action = 'program.serve'",
            tx.tenant_id,
        )
        assert entry is not None
        assert (entry["subject"], entry["actor"]) == (f"branch:{chain.kazan_id}", "test:shop")
        for right in ("update", "delete", "truncate"):
            assert not await tx.fetchval(
                "select has_table_privilege('plushka_app', 'branch_programs', $1)", right
            )
