"""``plushka backup FILE``."""

import shutil
import subprocess
from pathlib import Path

from plushka.platform.postgres.access import available
from plushka.platform.postgres.binaries import embedded
from plushka.platform.settings import Settings


def backup(file: Path) -> None:
    """Write the whole database to FILE, while it serves. Restore it with pg_restore.

    FILE appears when it is complete.
    """
    settings = Settings.from_environment()
    unfinished = file.with_name(f"{file.name}.unfinished")
    with available(settings) as dsn:
        unfinished.touch(mode=0o600)
        subprocess.run(
            [_pg_dump(settings), "--format=custom", f"--file={unfinished}", f"--dbname={dsn}"], check=True
        )
    unfinished.replace(file)
    print(f"{file}: {file.stat().st_size:,} bytes")


def _pg_dump(settings: Settings) -> str:
    # The wheel's own speaks no TLS, which a server elsewhere may ask for.
    system = shutil.which("pg_dump") if settings.database_url else None
    return system or embedded().program("pg_dump")
