"""PostgreSQL is gone, or its disk is full: tills are told to come again, nothing is half booked, and it heals."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from tests.faults.business import open_business_with_members, receipts
from tests.faults.installation import installation
from tests.faults.servers import web_server
from tests.pos.conftest import Business, coffee

from plushka.platform.migrate import migrate
from plushka.platform.postgres.access import embedded_cluster
from plushka.platform.postgres.server import Server
from plushka.platform.settings import Settings

DISK_MIB = 200
RECEIPTS_MAX = 2_000
TRIES_MAX = 200
RETRY_SECONDS = 0.1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of ``DISK_MIB``, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk to fill")
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"this sandbox mounts nothing: {mounted.stderr.strip()}")
    folder.chmod(0o711)
    yield folder
    subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


@asynccontextmanager
async def till_of(url: str, business: Business) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {business.secret}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        yield client


async def sell(till: httpx.AsyncClient, number: int) -> httpx.Response:
    return await till.post("/v1/purchases", json=coffee(f"receipt {number}", member={"card": "0"}))


async def sell_until_booked(till: httpx.AsyncClient, number: int) -> UUID:
    for _ in range(TRIES_MAX):
        answer = await sell(till, number)
        if answer.is_success:
            return UUID(answer.json()["id"])
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(RETRY_SECONDS)
    raise AssertionError("it did not heal")


def is_told_to_come_again(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 503
        and answer.json()["code"] == "temporarily_unavailable"
        and int(answer.headers["retry-after"]) > 0
    )


async def test_without_a_database_tills_are_told_to_come_again(tmp_path: Path) -> None:
    cluster = embedded_cluster(Settings.from_environment({"PLUSHKA_DATA": str(tmp_path)}))
    server = Server(cluster)
    server.start()
    try:
        migrate(cluster.dsn)
        business = await open_business_with_members(cluster.dsn, members=1)
        with web_server(cluster.dsn, tmp_path) as url:
            async with till_of(url, business) as till:
                booked = {"receipt 0": await sell_until_booked(till, 0)}
                server.halt()
                for _ in range(3):
                    assert is_told_to_come_again(await sell(till, 1))
                server.start()
                booked["receipt 1"] = await sell_until_booked(till, 1)
        assert await receipts(cluster.dsn, business) == booked
    finally:
        server.halt()


async def test_on_a_full_disk_nothing_is_half_booked(small_disk: Path) -> None:
    with installation(small_disk / "data") as plushka:
        await plushka.start()
        business = await open_business_with_members(plushka.dsn, members=1)
        async with till_of(plushka.url, business) as till:
            booked = {"receipt 0": await sell_until_booked(till, 0)}
            ballast = fill(small_disk)
            refused = await sell_until_refused(till, booked)
            ballast.unlink()
            booked[f"receipt {refused}"] = await sell_until_booked(till, refused)
        assert await receipts(plushka.dsn, business) == booked
        verified = plushka.run("ledger", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def fill(disk: Path) -> Path:
    """Leave no byte free."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


async def sell_until_refused(till: httpx.AsyncClient, booked: dict[str, UUID]) -> int:
    """Sell while the pages that are there have room; return the number of the receipt that found none."""
    for number in range(1, RECEIPTS_MAX):
        answer = await sell(till, number)
        if not answer.is_success:
            assert is_told_to_come_again(answer), answer.text
            return number
        booked[f"receipt {number}"] = UUID(answer.json()["id"])
    raise AssertionError("the disk did not fill")
