"""Figures for Prometheus. A slice declares its own with ``prometheus_client``; this tells them all."""

import os
import shutil
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

SHARED_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of one installation leave their figures, so that any of them can tell the sum."""


def exposition() -> bytes:
    """Return the page ``/metrics``, summed over all web and worker processes that share a folder."""
    registry = REGISTRY
    if SHARED_FOLDER_VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def prepare_shared_folder(folder: Path) -> dict[str, str]:
    """Empty ``folder`` of an earlier run's figures; return what its users need in their environment."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return {SHARED_FOLDER_VARIABLE: str(folder)}
