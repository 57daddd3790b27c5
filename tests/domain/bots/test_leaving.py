"""Who deletes themselves leaves no points of nobody in the books and no word of theirs in the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Literal
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.bots.test_conversing import PHONE, opened
from tests.domain.programs.test_approving import as_
from tests.domain.shop import Shop, open_shop

from plushka.domain.bots.leaving import delete_member
from plushka.domain.bots.talk import Wrote
from plushka.domain.ledger.model import Balance, ByHand, UnknownWallet
from plushka.domain.ledger.queries import find_wallet
from plushka.domain.ledger.verify import FIGURES
from plushka.domain.members.codes import issue_code
from plushka.domain.members.model import Identity, UnknownMember
from plushka.domain.members.notes import write_note
from plushka.domain.members.queries import find_member
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.approving import list_waiting, move_or_ask
from plushka.domain.programs.assigning import move_branches
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.purchases.model import HoldRequest, Return, ReturnRequest
from plushka.domain.purchases.operations import hold, return_purchase
from plushka.engine.program import AfterDays, Debt, EarningRule, Percent, Program, Redemption
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

MEMBER = Identity("phone", "+79990000001")
PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="10 %", effect=Percent(rate_bp=10_00)),),
    redemption=Redemption(),
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, PROGRAM) as shop:
        yield shop


@pytest.fixture
async def member_id(shop: Shop) -> UUID:
    """A member with 100 points of one receipt, of which 40 have paid for another, which earned 6."""
    member_id = await shop.enroll(MEMBER.value)
    await shop.buy("first", 1_000_00, member=member_id)
    await shop.buy("second", 100_00, member=member_id, redeem=40)
    return member_id


async def delete(shop: Shop, member_id: UUID) -> None:
    async with as_(shop, f"member:{member_id}") as tx:
        await delete_member(tx, member_id)


async def give_back(shop: Shop, receipt: str) -> Return:
    async with shop.tx() as tx:
        return await return_purchase(tx, shop.reference, shop.caller, ReturnRequest(f"r-{receipt}", receipt))


async def moved(shop: Shop, kind: str = "forfeit") -> list[tuple[str, str, int]]:
    async with shop.tx() as tx:
        rows = await tx.fetch("select debit, credit, points from postings where kind = $1 order by id", kind)
    return [tuple(row) for row in rows]


async def is_empty(shop: Shop, member_id: UUID) -> bool:
    async with shop.tx() as tx:
        wallet = await find_wallet(tx, member_id=member_id, program_id=shop.program_id)
    return wallet is not None and wallet.balance == Balance() and await shop.differences() == ()


async def test_points_on_their_way_and_set_aside_are_forfeited_and_the_hold_is_cancelled(
    shop: Shop, member_id: UUID
) -> None:
    await shop.publish(
        structs.replace(
            PROGRAM,
            earning=(
                EarningRule(
                    id="all", name="10 %", effect=Percent(rate_bp=10_00), activation=AfterDays(days=14)
                ),
            ),
        )
    )
    await shop.buy("pending", 300_00, member=member_id)
    async with shop.tx() as tx:
        placed = await hold(tx, shop.reference, shop.caller, HoldRequest("order", MEMBER, 15))
    assert (await shop.wallet(member_id)).balance == Balance(available=51, pending=30, held=15)

    await delete(shop, member_id)

    assert await is_empty(shop, member_id)
    forfeited = await moved(shop)
    assert sum(points for _, _, points in forfeited) == 96
    assert {credit for _, credit, _ in forfeited} == {"forfeited"}
    assert await moved(shop, "release") == [("held", "available", 15)]
    async with shop.tx() as tx:
        assert await tx.fetchval("select state from holds where id = $1", placed.id) == "cancelled"
        figures = await tx.fetchrow(FIGURES, tx.tenant_id)
        act = await tx.fetchval("select id from erasure_acts")
        documents = await tx.fetch("select distinct document_id from postings where kind = 'forfeit'")
    assert figures is not None
    assert (figures["forfeited"], figures["burned"]) == (96, 0)
    assert [row["document_id"] for row in documents] == [act]
    with pytest.raises(UnknownMember):
        await shop.buy("order", 200_00, member=member_id, hold_id=placed.id)


async def test_what_they_owe_is_let_go(shop: Shop, member_id: UUID) -> None:
    await shop.buy("third", 100_00, member=member_id, redeem=66)
    await give_back(shop, "first")
    owed = (await shop.wallet(member_id)).balance.debt
    assert owed > 0

    await delete(shop, member_id)

    assert await moved(shop) == [("forgiven", "debt", owed)]
    assert await is_empty(shop, member_id)


@pytest.mark.parametrize("policy", ["debt", "clamp", "refuse"])
async def test_a_return_after_it_gives_money_back_and_leaves_no_points(
    shop: Shop, member_id: UUID, clock: SetClock, policy: Literal["debt", "clamp", "refuse"]
) -> None:
    await shop.publish(structs.replace(PROGRAM, debt=Debt(policy=policy)))
    await shop.buy("third", 100_00, member=member_id, redeem=50)
    await delete(shop, member_id)
    before = len(await moved(shop))
    clock.advance(timedelta(days=7))

    assert (await give_back(shop, "third")).refund_minor == 50_00
    assert (await give_back(shop, "second")).refund_minor == 60_00
    assert (await give_back(shop, "first")).refund_minor == 1_000_00

    assert await is_empty(shop, member_id)
    assert [points for _, _, points in (await moved(shop))[before:]] == [50, 40]


async def test_nobody_finds_them_and_nobody_gives_them_points(shop: Shop, member_id: UUID) -> None:
    wanted = ByHand(new_id(), "adjustment", 5_000, "Жалоба")
    async with as_(shop, "staff:maxim") as tx:
        await move_or_ask(tx, member_id, wanted, role="manager")
    await delete(shop, member_id)

    for named in (MEMBER, member_id):
        with pytest.raises(UnknownMember):
            await shop.buy(f"late-{named}"[:20], 100_00, member=named)
    with pytest.raises(UnknownWallet):
        async with shop.tx() as tx:
            await adjust(tx, member_id, points=10, reason="Подарок")
    with pytest.raises(UnknownMember):
        async with shop.tx() as tx:
            await write_note(tx, member_id, "Кто это был?")
    with pytest.raises(UnknownMember):
        await delete(shop, member_id)
    async with shop.tx() as tx:
        assert await list_waiting(tx) == []
    assert await is_empty(shop, member_id)


async def test_a_purchase_that_waits_for_the_deletion_is_refused(shop: Shop, member_id: UUID) -> None:
    async with as_(shop, f"member:{member_id}") as tx:
        await delete_member(tx, member_id)
        buying = [
            asyncio.create_task(shop.buy(f"race-{place}", 100_00, member=named, redeem=10))
            for place, named in enumerate((MEMBER, member_id))
        ]
        await _waits(*buying)
    for result in await asyncio.gather(*buying, return_exceptions=True):
        assert isinstance(result, UnknownMember)
    assert await is_empty(shop, member_id)


async def test_a_first_purchase_under_another_programme_waits_too(shop: Shop, member_id: UUID) -> None:
    async with shop.tx() as tx:
        program_id = await create_program(tx, name="Вторая")
        await publish(tx, program_id=program_id, program=PROGRAM, valid_from=tx.at)
        branch_id = await tx.fetchval("select id from branches where tenant_id = $1", tx.tenant_id)
        await move_branches(tx, [branch_id], program_id=program_id)
    async with as_(shop, f"member:{member_id}") as tx:
        await delete_member(tx, member_id)
        buying = asyncio.create_task(shop.buy("first-there", 100_00, member=MEMBER))
        await _waits(buying)
    with pytest.raises(UnknownMember):
        await buying
    async with shop.tx() as tx:
        assert await find_wallet(tx, member_id=member_id, program_id=program_id) is None
    assert await is_empty(shop, member_id)


async def test_a_deletion_that_waits_for_a_hold_takes_its_points_too(shop: Shop, member_id: UUID) -> None:
    async with shop.tx() as tx:
        await hold(tx, shop.reference, shop.caller, HoldRequest("order", MEMBER, 15))
        deleting = asyncio.create_task(delete(shop, member_id))
        await _waits(deleting)
    await deleting
    assert await is_empty(shop, member_id)


async def test_a_hold_that_waits_for_the_deletion_is_refused(shop: Shop, member_id: UUID) -> None:
    async def ask() -> None:
        async with shop.tx() as tx:
            await hold(tx, shop.reference, shop.caller, HoldRequest("order", MEMBER, 15))

    async with as_(shop, f"member:{member_id}") as tx:
        await delete_member(tx, member_id)
        asking = asyncio.create_task(ask())
        await _waits(asking)
    with pytest.raises(UnknownMember):
        await asking
    assert await is_empty(shop, member_id)


async def test_whatever_comes_first_nothing_is_left(shop: Shop) -> None:
    for place in range(5):
        phone = f"+7999000020{place}"
        member_id = await shop.enroll(phone)
        await shop.buy(f"earned-{place}", 1_000_00, member=member_id)
        deeds = [
            *(
                shop.buy(f"{place}-{turn}", 100_00, member=Identity("phone", phone), redeem=5)
                for turn in range(4)
            ),
            delete(shop, member_id),
            delete(shop, member_id),
            give_back(shop, f"earned-{place}"),
        ]
        results = await asyncio.gather(*deeds, return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        assert all(isinstance(failure, Refusal) for failure in failures), failures
        assert sum(result is None for result in results) == 1
        assert await is_empty(shop, member_id)


async def test_no_table_knows_their_phone_their_account_or_their_words(
    database: Database, clock: SetClock
) -> None:
    async with opened(database, clock) as anna:
        anna.chatter = structs.replace(anna.chatter, external_id="7770001112")
        await anna.enrol()
        await anna.tell(Wrote("/code"))
        await anna.tell(Wrote("Меня зовут Изабелла"))
        async with anna.shop.tx() as tx:
            # Those of the test; a messenger numbers its updates.
            await tx.execute("delete from bot_updates where tenant_id = $1", tx.tenant_id)
        async with anna.shop.tx() as tx:
            member = await find_member(tx, Identity("phone", f"+{PHONE}"))
            assert member is not None
            await write_note(tx, member.id, "Любит Изабелла корицу")
            await issue_code(tx, member.id)
        assert await _found(anna.shop, PHONE) != []
        assert await _found(anna.shop, "7770001112") != []

        await delete(anna.shop, member.id)

        for secret in (PHONE, "7770001112", "Изабелла"):
            assert await _found(anna.shop, secret) == []
        async with anna.shop.tx() as tx:
            assert await tx.fetchval("select count(*) from suppressions") == 2
            assert await tx.fetchval("select count(*) from member_codes") == 0


async def _waits(*tasks: asyncio.Task[object]) -> None:
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in tasks)


async def _found(shop: Shop, secret: str) -> list[str]:
    """Return the tables of which a row of the business has ``secret`` anywhere."""
    async with shop.tx() as tx:
        return [name for name in await _tables(tx) if await _has(tx, name, secret)]


async def _tables(tx: Tx) -> list[str]:
    rows = await tx.fetch(
        "select distinct table_name from information_schema.columns"
        " where table_schema = 'public' and column_name = 'tenant_id' order by table_name"
    )
    return [row["table_name"] for row in rows]


async def _has(tx: Tx, table: str, secret: str) -> bool:
    found: bool = await tx.fetchval(
        f"select exists (select from {table} t where tenant_id = $1 and t::text like '%' || $2 || '%')",  # noqa: S608
        tx.tenant_id,
        secret,
    )
    return found
