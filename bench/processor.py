"""Processor time and memory of processes: what tells which side binds, also on a machine with other work to do."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SELF = os.getpid()


def family(process_id: int) -> list[int]:
    """Return a process and all its descendants."""
    members = [process_id]
    for task in Path(f"/proc/{process_id}/task").glob("*/children"):
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


def memory_bytes(process_ids: Iterable[int]) -> int:
    """Return the memory of processes now, what they share counted once (PSS)."""
    total_kb = 0
    for process_id in process_ids:
        try:
            lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kb * 1024
