"""Processor time and memory of processes: what tells which side binds, also on a machine with other work to do."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SELF = os.getpid()


def family(process_id: int) -> list[int]:
    """Return a process and all its descendants; one that ends meanwhile is left out."""
    members = [process_id]
    for task in Path(f"/proc/{process_id}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in task.read_text().split():
                members.extend(family(int(child)))
    return members


def seconds(process_ids: Iterable[int]) -> float:
    """Return the processor time of processes so far, and of their children that have ended."""
    ticks = 0
    for process_id in process_ids:
        try:
            fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS_PER_SECOND


def exact_seconds(process_ids: Iterable[int]) -> float:
    """Return the processor time of processes so far, to less than a hundredth of a second; without ended children."""
    nanoseconds = 0
    for process_id in process_ids:
        for task in Path(f"/proc/{process_id}/task").glob("*/schedstat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                nanoseconds += int(task.read_text().split()[0])
    return nanoseconds / 1e9


def memory_bytes(process_ids: Iterable[int]) -> tuple[int, int]:
    """Return the memory of processes now, what they share counted once (PSS): of their own, and shared buffers."""
    total_kb = shared_kb = 0
    for process_id in process_ids:
        try:
            lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        kb = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines[1:])}
        total_kb += kb["Pss"]
        shared_kb += kb["Pss_Shmem"]
    return (total_kb - shared_kb) * 1024, shared_kb * 1024
