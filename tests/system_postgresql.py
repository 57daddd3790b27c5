"""The system's own PostgreSQL beside the embedded one, for tests.

As a program it runs all tests that use PostgreSQL on it, through ``DATABASE_URL``; its arguments are pytest's.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.memory import temporary_folder

from plushka.platform.postgres.binaries import Binaries
from plushka.platform.postgres.cluster import Cluster
from plushka.platform.postgres.server import Server

VERSION_MAJOR_MIN = 15
FORGETFUL = """
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 128MB
"""
"""What is lost with a machine that loses its power is only databases of tests, which end with them anyhow.

Where they do not lie in memory, to create one and to drop it waits for the disk, thousands of times; and each time
PostgreSQL looks through all of its buffers.
"""


def newest() -> Binaries | None:
    """Return the programs of Debian's newest PostgreSQL that we support."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    found = [Binaries(program.parent) for program in folders]
    supported = [binaries for binaries in found if binaries.version_major() >= VERSION_MAJOR_MIN]
    return max(supported, key=Binaries.version_major, default=None)


@contextmanager
def served(binaries: Binaries) -> Iterator[str]:
    """Run a PostgreSQL of these programs for this block, quick and forgetful, and yield its owner's DSN."""
    with temporary_folder() as folder:
        cluster = Cluster(Path(folder), binaries)
        cluster.prepare()
        with (cluster.files / "postgresql.conf").open("a") as file:
            file.write(FORGETFUL)
        server = Server(cluster)
        server.start()
        try:
            yield cluster.dsn
        finally:
            server.halt()


def main() -> int:
    binaries = newest()
    if binaries is None:
        print(f"No PostgreSQL {VERSION_MAJOR_MIN} or newer is installed.")
        return 1
    print(f"On the system's PostgreSQL {binaries.version_major()}:", flush=True)
    with served(binaries) as dsn:
        command = [sys.executable, "-m", "pytest", "--database-only", *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": dsn}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
