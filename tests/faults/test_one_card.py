"""Fifty tills at one card at the same moment (S8): who comes too late is told so, and no point is spent twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
import pytest
from tests.conftest import CONNECTIONS_MAX
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.servers import web_server

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.model import Balance
from plushka.domain.purchases.model import Committed
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key
from plushka.engine.program import EarningRule, Percent, Program, Redemption
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.errors import Conflict

Answer = TypeVar("Answer")

CLIENTS = 50
POINTS_EACH = 100
WINNERS = 7
POINTS = POINTS_EACH * WINNERS
SPENDING = Program(
    name="Сто бонусов за рубль",
    currency="RUB",
    earning=(EarningRule(id="base", name="100 %", effect=Percent(rate_bp=10_000)),),
    redemption=Redemption(),
    earn_when_redeeming=False,
)
TOO_LATE = {"redemption_over_maximum", "redemption_refused"}
RIVALS = CONNECTIONS_MAX
ROUNDS_MAX = 30


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    async with open_shop(database, SystemClock(), SPENDING) as shop:
        yield shop


async def at_once(clients: Sequence[Callable[[], Awaitable[Answer]]]) -> list[Answer]:
    """Let all clients come to the start line, then let them go together."""
    line = asyncio.Barrier(len(clients))

    async def run(client: Callable[[], Awaitable[Answer]]) -> Answer:
        await line.wait()
        return await client()

    return await asyncio.gather(*map(run, clients))


async def member_with_points(shop: Shop, number: int, points: int) -> UUID:
    member_id = await shop.enroll(f"+7999000{number:04}")
    await shop.buy(f"earned {number}", points * 100, member=member_id)
    return member_id


async def test_fifty_tills_spend_exactly_what_the_card_holds(dsn: str, shop: Shop, tmp_path: Path) -> None:
    member_id = await member_with_points(shop, 0, POINTS)
    async with shop.tx() as tx:
        _, key = await issue_key(tx, till_id=shop.caller.till_id, scopes=SCOPES)

    async def spend(number: int) -> tuple[int, str]:
        answer = await tills.post(
            "/v1/purchases",
            json={
                "external_id": f"spent {number}",
                "currency": "RUB",
                "member": {"id": str(member_id)},
                "lines": [{"sku": "coffee", "quantity_milli": 1000, "amount_minor": POINTS_EACH * 100}],
                "redeem": POINTS_EACH,
            },
        )
        return answer.status_code, answer.json().get("code", "")

    with web_server(dsn, tmp_path, workers=2) as url:
        async with httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            limits=httpx.Limits(max_connections=CLIENTS),
            timeout=60,
        ) as tills:
            await at_once([partial(tills.get, "/v1/health") for _ in range(CLIENTS)])
            answers = await at_once([partial(spend, number) for number in range(CLIENTS)])
    assert Counter(status for status, _ in answers) == {201: WINNERS, 409: CLIENTS - WINNERS}
    assert {code for status, code in answers if status == 409} <= TOO_LATE
    assert (await shop.wallet(member_id)).balance == Balance()
    assert await shop.differences() == ()


async def test_of_rivals_in_several_processes_one_spends_the_points(shop: Shop, database: Database) -> None:
    for number in range(ROUNDS_MAX // 6):
        winners = await race(shop, database, number)
        assert winners == 1
    assert await shop.differences() == ()


async def test_without_the_lock_points_are_spent_twice(
    shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the tests above: it shows that they would notice."""
    monkeypatch.setattr(bookkeeping, "lock_books", bookkeeping.read_books)
    for number in range(ROUNDS_MAX):
        if await race(shop, database, number) > 1:
            break
    else:
        pytest.fail(f"no race in {ROUNDS_MAX} rounds: the guard is not what keeps the points")
    laws = {difference.law for difference in await shop.differences()}
    assert {"wallet_equals_journal", "lot_equals_journal"} <= laws


async def race(shop: Shop, database: Database, number: int) -> int:
    """Let the queues of several processes spend all points of one member; return how many did."""
    member_id = await member_with_points(shop, number, POINTS)
    rivals = [PurchaseQueue(database, SystemClock()) for _ in range(RIVALS)]
    for rival in rivals:
        await rival.start()

    async def spend(rival: PurchaseQueue, name: str) -> Committed | Conflict:
        purchase = receipt(name, POINTS * 100, member=member_id, redeem=POINTS)
        try:
            return await rival.commit(shop.caller, purchase)
        except Conflict as refusal:
            return refusal

    answers = await at_once(
        [partial(spend, rival, f"race {number}, rival {place}") for place, rival in enumerate(rivals)]
    )
    for rival in rivals:
        await rival.stop()
    return sum(isinstance(answer, Committed) for answer in answers)
