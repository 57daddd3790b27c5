"""Commits over HTTP beside pgbench, in turns; one member attacked; what it costs in processor time and memory."""

from statistics import median

from msgspec import Struct

from bench import baseline, load, processor
from bench.house import WebServer, checkpoint, postmaster, web_server
from bench.load import Load
from bench.shop import Shop
from plushka.delivery.jobs.verification import verify_tenant
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster

ROUNDS = 3
SECONDS = 10
WARM_UP_SECONDS = 3
CONNECTIONS = (16, 64, 256)


class Commits(Struct, frozen=True):
    """Commits over so many connections, the median of the rounds; ``ratio`` is to pgbench of the same rounds."""

    workers: int
    connections: int
    per_second: float
    ratio: float
    p50_ms: float
    p99_ms: float
    failed: int
    python_us: float
    """Processor time of the web processes for one purchase."""
    postgresql_us: float


class Memory(Struct, frozen=True):
    """Memory right after the load of the most connections."""

    web_bytes: int
    postgresql_bytes: int
    buffers_bytes: int
    """What PostgreSQL keeps of the tables: as much as it was given (``shared_buffers``), once they are larger."""


def compare(cluster: Cluster, shop: Shop, *, workers: int) -> tuple[float, list[Commits], Memory]:
    """Return pgbench's purchases a second (the median), what the product commits beside it, and its memory."""
    with web_server(cluster, workers=workers) as web:
        load.run(web.url, shop, connections=64, seconds=WARM_UP_SECONDS, run=f"warm-{workers}")
        documents = baseline.documents_of_last_receipt(cluster)
        baselines: list[float] = []
        runs: dict[int, list[tuple[Load, float, float]]] = {connections: [] for connections in CONNECTIONS}
        for turn in range(ROUNDS):
            checkpoint(cluster)
            baselines.append(baseline.run(cluster, shop, documents, seconds=SECONDS).per_second)
            for connections in CONNECTIONS:
                checkpoint(cluster)
                run = f"{workers}-{turn}-{connections}"
                runs[connections].append(
                    measured(cluster, web, shop, connections=connections, seconds=SECONDS, run=run)
                )
        web_bytes, _ = processor.memory_bytes(processor.family(web.process_id))
        own, buffers = processor.memory_bytes(processor.family(postmaster(cluster)))
        memory = Memory(web_bytes=web_bytes, postgresql_bytes=own, buffers_bytes=buffers)
    commits = [
        _summary(workers, connections, of_connections, baselines)
        for connections, of_connections in runs.items()
    ]
    return median(baselines), commits, memory


def one_member(cluster: Cluster, shop: Shop, *, workers: int) -> tuple[Load, Load]:
    """Return one connection's purchases of a single member, and 64 connections' of the same."""
    with web_server(cluster, workers=workers) as web:
        checkpoint(cluster)
        alone = load.run(web.url, shop, connections=1, seconds=SECONDS, run="alone", members=1)
        checkpoint(cluster)
        crowd = load.run(web.url, shop, connections=64, seconds=SECONDS, run="crowd", members=1)
    return alone, crowd


async def is_exact(cluster: Cluster, shop: Shop) -> bool:
    """Tell whether every balance is what the journal and the receipts say, to the point."""
    database = await Database.connect(cluster.dsn, connections_max=1)
    try:
        return not (await verify_tenant(database, SystemClock(), shop.tenant_id)).differences
    finally:
        await database.close()


def measured(
    cluster: Cluster, web: WebServer, shop: Shop, *, connections: int, seconds: int, run: str
) -> tuple[Load, float, float]:
    """Return what a load came to, and what one purchase of it took of Python's and PostgreSQL's processors, in µs."""
    python, server = processor.family(web.process_id), processor.family(postmaster(cluster))
    before = processor.seconds(python), processor.seconds(server)
    loaded = load.run(web.url, shop, connections=connections, seconds=seconds, run=run)
    each = 1_000_000 / loaded.requests
    return (
        loaded,
        (processor.seconds(python) - before[0]) * each,
        (processor.seconds(server) - before[1]) * each,
    )


def _summary(
    workers: int, connections: int, runs: list[tuple[Load, float, float]], baselines: list[float]
) -> Commits:
    loads = [run[0] for run in runs]
    return Commits(
        workers=workers,
        connections=connections,
        per_second=median(one.per_second for one in loads),
        ratio=median(one.per_second / per_second for one, per_second in zip(loads, baselines, strict=True)),
        p50_ms=median(one.p50_ms for one in loads),
        p99_ms=median(one.p99_ms for one in loads),
        failed=sum(one.failed for one in loads),
        python_us=median(run[1] for run in runs),
        postgresql_us=median(run[2] for run in runs),
    )
