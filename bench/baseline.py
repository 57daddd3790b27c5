"""The baseline: pgbench does what the product does for a purchase, one purchase at a time."""

import re
import subprocess
from pathlib import Path

import psycopg
from msgspec import Struct
from psycopg.rows import dict_row

from bench.shop import FIRST_CARD, MEMBERS, Shop
from plushka.platform.database import APPLICATION_ROLE
from plushka.platform.postgres.cluster import Cluster

CLIENTS = 16
THREADS = 2
SCRIPT = Path(__file__).with_name("baseline.sql")
DOCUMENTS = ("basket", "member_state", "outcome", "balance")


class Baseline(Struct, frozen=True):
    """What pgbench told."""

    per_second: float
    latency_ms: float


def run(cluster: Cluster, shop: Shop, documents: dict[str, str], *, seconds: int) -> Baseline:
    """Book purchases of random members, each in a transaction of its own, over ``CLIENTS`` connections."""
    variables = {
        "tenant": str(shop.tenant_id),
        "till": str(shop.till_id),
        "branch": str(shop.branch_id),
        "first_card": str(FIRST_CARD),
        "last_card": str(FIRST_CARD + MEMBERS - 1),
        **documents,
    }
    command = [cluster.binaries.program("pgbench"), "--no-vacuum", "--protocol=prepared"]
    command += [f"--client={CLIENTS}", f"--jobs={THREADS}", f"--time={seconds}", f"--file={SCRIPT}"]
    command += [f"--define={name}={value}" for name, value in variables.items()]
    environ = {"PGOPTIONS": f"-c role={APPLICATION_ROLE} -c timezone=UTC"}
    done = subprocess.run([*command, cluster.dsn], env=environ, check=True, capture_output=True, text=True)
    return Baseline(
        per_second=float(_figure(r"tps = ([\d.]+)", done.stdout)),
        latency_ms=float(_figure(r"latency average = ([\d.]+)", done.stdout)),
    )


def documents_of_last_receipt(cluster: Cluster) -> dict[str, str]:
    """Return the documents of a receipt that the product booked, so that the baseline writes no fewer bytes."""
    columns = ", ".join(f"{name}::text" for name in DOCUMENTS)
    with psycopg.connect(cluster.dsn, row_factory=dict_row) as connection:
        row = connection.execute(
            f"select '\\x' || encode(digest, 'hex') as digest, {columns} from receipts order by id desc limit 1"  # noqa: S608  constants only
        ).fetchone()
    if row is None:
        raise LookupError("The product booked no receipt yet.")
    return row


def _figure(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"pgbench did not tell {pattern}: {text}")
    return found[1]
