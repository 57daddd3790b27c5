"""``plushka backup FILE``."""

import subprocess
from pathlib import Path

from plushka.platform.postgres.access import available, pg_dump
from plushka.platform.settings import Settings


def backup(file: Path) -> None:
    """Write the whole database to FILE, while it serves. `plushka restore` is the way back.

    FILE appears when it is complete.
    """
    settings = Settings.from_environment()
    unfinished = file.with_name(f"{file.name}.unfinished")
    with available(settings) as dsn:
        unfinished.touch(mode=0o600)
        subprocess.run(
            [pg_dump(settings), "--format=custom", f"--file={unfinished}", f"--dbname={dsn}"], check=True
        )
    unfinished.replace(file)
    print(f"{file}: {file.stat().st_size:,} bytes")
