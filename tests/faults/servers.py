"""Plushka's own processes, started as an operator starts them, to be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.serving import free_port

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60
NO_RATE_LIMIT = "1000000"


@contextmanager
def web_server(dsn: str, folder: Path, *, workers: int = 1) -> Iterator[str]:
    """Run ``plushka web`` on a database and yield its address."""
    port = free_port()
    environ = {"DATABASE_URL": dsn, "PLUSHKA_WORKERS": str(workers), **environ_of(folder, port)}
    with plushka(["web"], environ):
        wait_until_open(port)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def plushka(arguments: list[str], environ: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command of Plushka until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "plushka", *arguments],
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS_MAX)


def wait_until_open(port: int) -> None:
    """Return when somebody listens on ``port``."""
    deadline = time.monotonic() + READY_SECONDS_MAX
    while not is_open(port):
        assert time.monotonic() < deadline, f"nobody listens on {port}"
        time.sleep(0.05)


def is_open(port: int) -> bool:
    """Tell whether somebody listens on ``port``."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def environ_of(folder: Path, port: int) -> dict[str, str]:
    """Return the settings of a Plushka of its own folder and port."""
    return {
        "PLUSHKA_DATA": str(folder),
        "PLUSHKA_PORT": str(port),
        "PLUSHKA_ENV": "production",
        "PLUSHKA_RATE_PER_SECOND": NO_RATE_LIMIT,
    }
