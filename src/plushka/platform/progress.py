"""How far something long has come: a bar at a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

LINE_EVERY_SECONDS = 5.0


class Steps(Protocol):
    """What the long thing calls as it goes."""

    def advance(self, count: int = 1) -> None: ...


@contextmanager
def progress(label: str, total: int, unit: str) -> Iterator[Steps]:
    """Show on standard error how many of ``total`` ``unit`` (receipts, postings) are done, how fast, how long yet."""
    console = Console(stderr=True)
    if not console.is_terminal:
        lines = _Lines(label, total, unit)
        yield lines
        lines.close()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(unit),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        yield _Bar(bar, label, total)


class _Bar:
    def __init__(self, bar: Progress, label: str, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=total)

    def advance(self, count: int = 1) -> None:
        self._bar.advance(self._task, count)


class _Rate(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f} {self._unit}/s")


class _Lines:
    def __init__(self, label: str, total: int, unit: str) -> None:
        self._label = label
        self._total = total
        self._unit = unit
        self._done = 0
        self._began_at = self._told_at = time.monotonic()

    def advance(self, count: int = 1) -> None:
        self._done += count
        if time.monotonic() - self._told_at >= LINE_EVERY_SECONDS:
            self._tell()

    def close(self) -> None:
        self._tell()

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        seconds = self._told_at - self._began_at
        rate = self._done / seconds if seconds else 0
        left = f", {(self._total - self._done) / rate:,.0f} s left" if rate else ""
        sys.stderr.write(
            f"{self._label}: {self._done:,} of {self._total:,} {self._unit}, {rate:,.0f}/s{left}\n"
        )
        sys.stderr.flush()
