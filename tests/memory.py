"""Where the databases of tests lie: in memory a database is copied in 12 ms, on a disk easily in 200."""

import shutil
import tempfile
from pathlib import Path

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 folders of random names are made in it
MEMORY_BYTES_MIN = 4 << 30


def temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder that goes away with the block, in memory if there is plenty, as in containers there is not."""
    roomy = MEMORY_FOLDER.is_dir() and shutil.disk_usage(MEMORY_FOLDER).free > MEMORY_BYTES_MIN
    return tempfile.TemporaryDirectory(dir=MEMORY_FOLDER if roomy else None)
