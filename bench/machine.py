"""On what it was measured."""

import os
import platform
import subprocess
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time, sleep

GIB = 1 << 30
PAGE = b"\0" * 8192
PAGES = 100
STEPS = 20_000
ROUNDS = 25
PAUSE_SECONDS = 0.2


def describe() -> str:
    """Return the machine and its Python in a line, and how fast both are today."""
    memory_gib = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB)
    return (
        f"{os.cpu_count()} cores of {_processor()}, {memory_gib} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()} (its yardstick: {_yardstick_ms():.1f} ms)"
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


def _yardstick_ms() -> float:
    """Return the processor time of what is always the same work of Python: calls, tuples, a table, integers.

    Machines of different days differ by more than two times, and one machine from second to second. What was
    measured then and there is compared by its ratio to this, the mean of some seconds.
    """
    took_ms = []
    for _ in range(ROUNDS):
        began = process_time()
        sums: dict[int, int] = {}
        for step in range(STEPS):
            key, price = _line(step)
            sums[key] = sums.get(key, 0) + price * (key + 1) // 100
        took_ms.append((process_time() - began) * 1000)
        sleep(PAUSE_SECONDS)
    return fmean(took_ms)


def _line(step: int) -> tuple[int, int]:
    return step % 1_021, 9_900 + step % 7 * 1_000


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
