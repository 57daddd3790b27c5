"""Whatever is killed, what a till was told is booked is booked, once, and the books agree."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID

import httpx
from tests.faults.business import open_business_with_members, receipts
from tests.faults.installation import Installation, Part, installation
from tests.pos.conftest import Business, coffee

TILLS = 8
MEMBERS = 12
RECEIPTS_BETWEEN = 40
RETRY_SECONDS = 0.05
TO_KILL: tuple[Part, ...] = ("web", "worker", "postgres", "run", "postgres")


@dataclass
class Tills:
    """Tills that sell until they are stopped; each repeats a receipt until it is told that it is booked."""

    plushka: Installation
    business: Business
    booked: dict[str, UUID] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    sales: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    is_open: bool = True

    async def sell(self, till: int) -> None:
        headers = {"Authorization": f"Bearer {self.business.secret}"}
        async with httpx.AsyncClient(base_url=self.plushka.url, headers=headers, timeout=30) as client:
            for number in count():
                if not self.is_open:
                    return
                await self._sell(client, f"till {till}, receipt {number}", (till + number) % MEMBERS)

    async def _sell(self, client: httpx.AsyncClient, receipt: str, member: int) -> None:
        purchase = coffee(receipt, member={"card": str(member)}, redeem="max" if member % 3 == 0 else 0)
        while receipt not in self.booked:
            try:
                answer = await client.post(
                    "/v1/purchases", json=purchase, headers={"Idempotency-Key": receipt.replace(" ", "-")}
                )
            except httpx.TransportError:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self.answers[answer.status_code] += 1
            if answer.is_success:
                self.booked[receipt] = UUID(answer.json()["id"])
                self.sales.release()
            else:
                await asyncio.sleep(RETRY_SECONDS)

    async def sold(self, more: int) -> None:
        """Wait until so many more receipts are booked."""
        for _ in range(more):
            await self.sales.acquire()


async def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as plushka:
        await plushka.start()
        business = await open_business_with_members(plushka.dsn, members=MEMBERS)
        tills = Tills(plushka, business)
        async with asyncio.timeout(240), asyncio.TaskGroup() as group:
            for till in range(TILLS):
                group.create_task(tills.sell(till))
            for part in TO_KILL:
                await tills.sold(RECEIPTS_BETWEEN)
                await plushka.kill(part)
            await tills.sold(RECEIPTS_BETWEEN)
            tills.is_open = False
        assert set(tills.answers) <= {200, 201, 503}, tills.answers
        assert await receipts(plushka.dsn, business) == tills.booked
        verified = plushka.run("ledger", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
