"""The folder where everything of one installation lives, and the one Plushka that may use it at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plushka.platform.operating import NeedsOperator


class DataFolderInUse(NeedsOperator):
    """Another Plushka works on this folder; the message names its process and the folder."""


def create(folder: Path) -> None:
    """Make ``folder`` if it is missing, closed to other people of the machine.

    When we are root, the database runs as a user without rights, who must be able to walk through.
    """
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


@contextmanager
def exclusively(folder: Path) -> Iterator[None]:
    """Hold ``folder`` until the end of the block; the system lets go of it if this process is killed.

    :raises DataFolderInUse: at once, without waiting
    """
    create(folder)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DataFolderInUse(
                f"Another Plushka (process {lock.read().strip() or 'unknown'}) works on {folder}. "
                "Stop it, or set PLUSHKA_DATA to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
