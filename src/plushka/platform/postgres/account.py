"""As whom PostgreSQL runs. It refuses to run as root, so root starts it as a user without rights.

That user is a bare number and needs no entry in ``/etc/passwd``. A checkout or a data folder below
root's home, which is closed to others, is reached by lending the server one capability, to walk through
and read, and never by opening folders.
"""

import os
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path

from plushka.platform.processes import tied

UNPRIVILEGED_ID = 65432
"""In the range that Debian reserves and gives to nobody; below 65536, so containers have it too."""

NOBODY_ID = 65534

_READ_ANYTHING = {"dac_read_search": 1 << 2, "dac_override": 1 << 1}
"""Capabilities that open root's folders, the narrower first: Docker's default set has only the second."""


def server_id() -> int:
    """Return the number of the user who owns and runs the database."""
    return UNPRIVILEGED_ID if os.geteuid() == 0 else os.geteuid()


def give(path: Path, owner_id: int) -> None:
    """Hand ``path`` and what is in it to ``owner_id``, when we are root; otherwise it is ours already."""
    if os.geteuid() != 0:
        return
    os.lchown(path, owner_id, owner_id)
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.lchown(Path(folder) / name, owner_id, owner_id)


def command(arguments: Sequence[str], *, reads: Iterable[Path], as_id: int | None = None) -> list[str]:
    """Return a command line that runs ``arguments`` without rights and dies with this process.

    ``reads`` are paths that the program must reach. It dies by SIGINT, PostgreSQL's fast, clean shutdown.
    """
    options = []
    if os.geteuid() == 0:
        number = str(as_id or UNPRIVILEGED_ID)
        rights = "-all" if all(map(_open_to_others, reads)) else f"-all,+{_reading_capability()}"
        options += ["--reuid", number, "--regid", number, "--clear-groups", "--no-new-privs"]
        options += [f"--inh-caps={rights}", f"--ambient-caps={rights}", f"--bounding-set={rights}"]
    return tied(arguments, signal.SIGINT, options)


def _open_to_others(path: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def _reading_capability() -> str:
    status = Path("/proc/self/status").read_text()
    permitted = int(status.partition("CapPrm:")[2].split()[0], 16)
    for name, bit in _READ_ANYTHING.items():
        if permitted & bit:
            return name
    raise PermissionError(
        "The database may not run as root, and another user cannot reach its files: "
        "run as a plain user, or set PLUSHKA_DATA to a folder open to others, such as /srv/plushka."
    )
