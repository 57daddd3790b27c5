"""On what it was measured."""

import os
import platform
import subprocess
from pathlib import Path
from time import perf_counter

GIB = 1 << 30
PAGE = b"\0" * 8192
PAGES = 100


def describe() -> str:
    """Return the machine and its Python in a line."""
    memory_gib = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB)
    return (
        f"{os.cpu_count()} cores of {_processor()}, {memory_gib} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def disk(folder: Path) -> str:
    """Return the file system of a folder, and what it costs to make a page safe on it."""
    found = subprocess.run(
        ["/usr/bin/env", "findmnt", "--noheadings", "--output", "FSTYPE,SOURCE", "--target", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return f"{' '.join(found.stdout.split())} (fdatasync of a page: {_fdatasync_ms(folder):.1f} ms)"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _fdatasync_ms(folder: Path) -> float:
    path = folder / "fdatasync.test"
    took_ms = []
    with path.open("wb", buffering=0) as file:
        for _ in range(PAGES):
            file.write(PAGE)
            began = perf_counter()
            os.fdatasync(file.fileno())
            took_ms.append((perf_counter() - began) * 1000)
    path.unlink()
    return sorted(took_ms)[PAGES // 2]
