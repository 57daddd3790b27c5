"""Run the tests that use PostgreSQL once more, on the system's own, through ``DATABASE_URL``.

A program, not a test: ``make test`` calls it with arguments for pytest.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.memory import temporary_folder

from plushka.platform.postgres.binaries import Binaries
from plushka.platform.postgres.cluster import Cluster
from plushka.platform.postgres.server import Server

VERSION_MAJOR_MIN = 15


def newest() -> Binaries | None:
    """Return the programs of Debian's newest PostgreSQL that we support."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    found = [Binaries(program.parent) for program in folders]
    supported = [binaries for binaries in found if binaries.version_major() >= VERSION_MAJOR_MIN]
    return max(supported, key=Binaries.version_major, default=None)


def main() -> int:
    binaries = newest()
    if binaries is None:
        print(f"No PostgreSQL {VERSION_MAJOR_MIN} or newer is installed: tested on the embedded one only.")
        return 0
    print(f"Once more on the system's PostgreSQL {binaries.version_major()}:", flush=True)
    with temporary_folder() as folder:
        cluster = Cluster(Path(folder), binaries)
        server = Server(cluster)
        server.start()
        try:
            command = [sys.executable, "-m", "pytest", "--database-only", *sys.argv[1:]]
            environ = {**os.environ, "DATABASE_URL": cluster.dsn}
            return subprocess.run(command, env=environ, check=False).returncode
        finally:
            server.halt()


if __name__ == "__main__":
    sys.exit(main())
