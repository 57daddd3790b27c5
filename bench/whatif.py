"""``make bench-whatif``: the demo's real year through two programmes, by the very task that the office leaves.

Then the same for parts of the year and for a chain as large as several of it, whose members are the demo's again.
``make bench`` measures it on the year that it has loaded. To try it out: ``python -m bench.whatif 50``, which takes the
first fifty households, prints the tables and writes nothing.
"""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread

import psycopg
from msgspec import Struct, structs

from bench import history, machine, processor
from bench.house import database_server, postmaster
from bench.many_years import multiply
from plushka.delivery.jobs.long_work import do_known_task
from plushka.delivery.jobs.settling import settle_tenant
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.programs.queries import get_program_id
from plushka.domain.simulation.operations import Wish, ask
from plushka.domain.simulation.planning import make_plan
from plushka.domain.simulation.queries import get_simulation
from plushka.domain.simulation.question import Answer, Question
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.replaying import replay
from plushka.domain.simulation.shares import DRAFT, PUBLISHED, make_ready, read_members, replay_share
from plushka.domain.tasks.queries import get_task
from plushka.engine.program import ExpiryFixed, Percent, Program
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database, Tx
from plushka.platform.postgres.cluster import Cluster

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks-whatif.md"
WHOLE_YEAR = 13
"""Months that hold all of the demo's year, whatever the day."""
PART_OF_YEAR = 4
TIMES = (3, 7)
"""How many times the year's members, besides once: the last is above a million receipts."""
SHARES = 4
"""Shares of the members that are replayed in one process to see where time goes."""
ROUNDS = 5
LOOK_SECONDS = 1.0
BASE_RATE_BP = 200
LIFE_DAYS = 60
_HEAD = """# Benchmarks: the what-if

Made by `make bench-whatif`: the real year of the demo's chain, and members as many times as is told, replayed through
the rules in force and a draft of them (base rate 2 %, points of 60 days) by the task that the office leaves. With what
it takes to begin: planning, two processes that start, the proof on some of the members. What else the machine had to do
makes seconds longer, and microseconds of processor time a little.
"""


class Asked(Struct, frozen=True):
    """What a question took: ``seconds`` from the task's start to its answer, processor time, and memory at its peak.

    ``bytes_max`` are of Python's processes and of PostgreSQL's own, ``shared_bytes`` the tables in its buffers.
    """

    what: str
    question: Question
    receipts: int
    differing: int
    seconds: float
    python_seconds: float
    postgres_seconds: float
    bytes_max: int
    shared_bytes: int


class Split(Struct, frozen=True):
    """Microseconds of processor time for a receipt in one process, the best of some rounds."""

    receipts: int
    lines: int
    reading: float
    published: float
    draft: float
    whole: float


class WhatIf(Struct, frozen=True):
    """All that was asked, the whole year first, and what one process spends its time on."""

    asked: list[Asked]
    split: Split
    where: str


def main() -> None:
    """Measure it all and write the document: some ten minutes; of some households, nothing is written."""
    households = int(sys.argv[1]) if sys.argv[1:] else None
    with database_server() as cluster:
        print("Loading the year …", file=sys.stderr, flush=True)
        history.measure(cluster, households=households)
        measured = measure(cluster)
    document = render(measured)
    if households is None:
        DOCUMENT.write_text(document)
    print(document)


def measure(cluster: Cluster) -> WhatIf:
    """Ask everything; the year is loaded. Its members are several times as many afterwards."""
    disk, load = machine.disk(cluster.data_folder), os.getloadavg()[0]
    asyncio.run(_make_draft(cluster.dsn))
    asked = [
        _ask(cluster, "the year", Wish(WHOLE_YEAR, has_range=False)),
        _ask(cluster, "the year, with the range of spending", Wish(WHOLE_YEAR)),
        _ask(cluster, f"{PART_OF_YEAR} months of it", Wish(PART_OF_YEAR, has_range=False)),
    ]
    split = asyncio.run(_split(cluster.dsn, asked[0].question))
    times = 1
    for more in TIMES:
        print(f"Copying members, {more} times …", file=sys.stderr, flush=True)
        with psycopg.connect(cluster.dsn, autocommit=True) as connection:
            multiply(connection, TENANT_ID, range(times, more))
        times = more
        asked.append(_ask(cluster, f"{more} times its members", Wish(WHOLE_YEAR, has_range=False)))
    return WhatIf(
        asked, split, f"On {machine.describe()}, {disk}; load of the machine before it: {load:.1f}."
    )


def render(measured: WhatIf) -> str:
    """Return the document."""
    return "\n".join(
        [
            _HEAD,
            f"{datetime.now(UTC):%Y-%m-%d}. {measured.where}",
            "",
            *table(measured.asked),
            "",
            *_parts(measured.split),
            "",
        ]
    )


def table(asked: Sequence[Asked]) -> Iterator[str]:
    """Yield the lines of a table of what was asked, and what its columns are."""
    yield (
        "| what | receipts | s | receipts/s | Python µs | PostgreSQL µs | memory, MiB | and buffers, MiB | differ |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for one in asked:
        yield (
            f"| {one.what} | {one.receipts:,} | {one.seconds:.1f} | {one.receipts / one.seconds:,.0f} "
            f"| {one.python_seconds / one.receipts * 1e6:.0f} | {one.postgres_seconds / one.receipts * 1e6:.0f} "
            f"| {one.bytes_max >> 20:,} | {one.shared_bytes >> 20:,} | {one.differing} |"
        )
    yield ""
    yield (
        "Microseconds are processor time for a receipt, of all processes: on two cores with nothing else to do it "
        "takes half of their sum. Memory is that of all processes, what they share counted once; tables in "
        "PostgreSQL's buffers are beside it. Of the members that were compared with the journal so many differ."
    )


def _parts(split: Split) -> Iterator[str]:
    lines = split.lines / split.receipts
    yield f"One process, {split.receipts:,} receipts of {lines:.1f} lines, µs of Python for a receipt:"
    yield ""
    yield "| reading | by the rules in force, alone | by the draft, alone | all of it, added up |"
    yield "|---:|---:|---:|---:|"
    yield f"| {split.reading:.0f} | {split.published:.0f} | {split.draft:.0f} | {split.whole:.0f} |"


async def _make_draft(dsn: str) -> None:
    database, clock = await Database.connect(dsn, connections_max=1), SystemClock()
    try:
        await settle_tenant(database, clock, TENANT_ID)
        async with database.transaction(TENANT_ID, actor=ACTOR, at=clock.now()) as tx:
            program_id = await get_program_id(tx)
            draft = await get_draft(tx, program_id)
            await save_draft(tx, program_id, _changed(draft.program), mark=draft.mark)
    finally:
        await database.close()


def _changed(program: Program) -> Program:
    base, *others = program.earning
    return structs.replace(
        program,
        earning=(structs.replace(base, effect=Percent(rate_bp=BASE_RATE_BP)), *others),
        expiry=ExpiryFixed(days=LIFE_DAYS),
    )


def _ask(cluster: Cluster, what: str, wish: Wish) -> Asked:
    """Leave a question and have it answered in a process of its own, whose memory is that of a worker."""
    print(f"Asking {what} …", file=sys.stderr, flush=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as worker:
        process_id = worker.submit(os.getpid).result()
        worker.submit(_be_ready).result()
        postgres = postmaster(cluster)
        before = processor.seconds(processor.family(postgres))
        before_python = processor.seconds(processor.family(process_id))
        with _watched([process_id, postgres]) as peak:
            question, answer, seconds = worker.submit(_answer, cluster.dsn, wish).result()
        python_seconds = processor.seconds(processor.family(process_id)) - before_python
        postgres_seconds = processor.seconds(processor.family(postgres)) - before
    was = answer.courses["was"]
    return Asked(
        what=what,
        question=question,
        receipts=was.receipts,
        differing=answer.differing,
        seconds=seconds,
        python_seconds=python_seconds,
        postgres_seconds=postgres_seconds,
        bytes_max=peak[0],
        shared_bytes=peak[1],
    )


def _be_ready() -> None:
    """Do nothing: the process has started."""


def _answer(dsn: str, wish: Wish) -> tuple[Question, Answer, float]:
    return asyncio.run(_simulate(dsn, wish))


async def _simulate(dsn: str, wish: Wish) -> tuple[Question, Answer, float]:
    database, clock = await Database.connect(dsn, connections_max=2), SystemClock()
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=clock.now()) as tx:
            simulation_id = await ask(tx, await get_program_id(tx), wish)
            task_id = (await get_simulation(tx, simulation_id)).task_id
        began = time.perf_counter()
        await do_known_task(database, clock, f"{TENANT_ID} {task_id}".encode())
        seconds = time.perf_counter() - began
        async with database.transaction(TENANT_ID, actor=ACTOR, at=clock.now(), read_only=True) as tx:
            simulation = await get_simulation(tx, simulation_id)
            if simulation.answer is None:
                raise RuntimeError((await get_task(tx, task_id)).failure)
    finally:
        await database.close()
    return simulation.question, simulation.answer, seconds


@contextmanager
def _watched(process_ids: list[int]) -> Iterator[list[int]]:
    """Look at the memory of processes and their descendants; what is yielded holds the most, and the buffers then."""
    peak, is_over = [0, 0], Event()

    def look() -> None:
        while not is_over.wait(LOOK_SECONDS):
            family = [member for process_id in process_ids for member in processor.family(process_id)]
            own, shared = processor.memory_bytes(family)
            peak[:] = max(peak, [own, shared])

    watching = Thread(target=look)
    watching.start()
    try:
        yield peak
    finally:
        is_over.set()
        watching.join()


async def _split(dsn: str, question: Question) -> Split:
    """Replay some shares step by step in this process."""
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.transaction(TENANT_ID, actor=ACTOR, at=SystemClock().now(), read_only=True) as tx:
            return await _split_in(tx, question)
    finally:
        await database.close()


async def _split_in(tx: Tx, question: Question) -> Split:
    plan, desk = await make_plan(tx, question), await make_ready(tx, question)
    shares = [share for share in plan.shares if isinstance(share, Members)][:SHARES]
    pasts = [past for share in shares for past in await read_members(tx, desk, share)]

    async def read() -> None:
        for share in shares:
            for past in await read_members(tx, desk, share):
                past.tell()

    async def follow(name: str) -> None:
        course = desk.course(name, "observed")
        for past in pasts:
            replay(past, course)

    async def do_all() -> None:
        for share in shares:
            await replay_share(tx, desk, share)

    gc.freeze()
    gc.disable()
    try:
        reading, whole = await _best(read), await _best(do_all)
        published, draft = [await _best(partial(follow, name)) for name in (PUBLISHED, DRAFT)]
    finally:
        gc.enable()
    sales = [sale for past in pasts for sale in past.sales]
    lines = sum(len(sale.goods.products) for sale in sales)
    each = [seconds / len(sales) * 1e6 for seconds in (reading, published, draft, whole)]
    return Split(len(sales), lines, *each)


async def _best(work: Callable[[], Awaitable[None]]) -> float:
    """Return the least processor time of this process that some rounds took."""
    took = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        await work()
        took.append(time.process_time() - began)
    return min(took)


if __name__ == "__main__":
    main()
