"""The house under measurement: an embedded PostgreSQL on a real disk, and Plushka's web processes before it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from plushka.platform.data_folder import exclusively
from plushka.platform.migrate import migrate
from plushka.platform.postgres.access import embedded_cluster
from plushka.platform.postgres.cluster import Cluster
from plushka.platform.postgres.server import Server
from plushka.platform.settings import Settings

FOLDER = Path(__file__).parents[1] / ".cache" / "bench"
READY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 30
NO_RATE_LIMIT = "1000000"
"""Requests a second of one key: here one till stands for a thousand."""


@contextmanager
def database_server() -> Iterator[Cluster]:
    """Run an empty, migrated database as ``plushka run`` would; its files are removed afterwards."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    cluster = embedded_cluster(Settings.from_environment({"PLUSHKA_DATA": str(FOLDER)}))
    with exclusively(FOLDER):
        server = Server(cluster)
        server.start()
        try:
            migrate(cluster.dsn)
            yield cluster
        finally:
            server.halt()
            shutil.rmtree(FOLDER)


@contextmanager
def web_server(cluster: Cluster, *, workers: int) -> Iterator["WebServer"]:
    """Run ``plushka web`` with so many processes."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "plushka", "web"], env=_environ(cluster, port, workers), start_new_session=True
    )
    try:
        _wait_until_open(port)
        yield WebServer(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS_MAX)


class WebServer:
    """A running web server: its address and its first process."""

    def __init__(self, url: str, process_id: int) -> None:
        self.url = url
        self.process_id = process_id


def postmaster(cluster: Cluster) -> int:
    """Return the process that all of PostgreSQL's descend from."""
    return int((cluster.files / "postmaster.pid").read_text().split()[0])


def checkpoint(cluster: Cluster) -> None:
    """Let every measurement begin with clean buffers, so that none pays for the writes of the one before."""
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        connection.execute("checkpoint")


def _environ(cluster: Cluster, port: int, workers: int) -> Mapping[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": cluster.dsn,
        "PLUSHKA_DATA": str(FOLDER),
        "PLUSHKA_PORT": str(port),
        "PLUSHKA_WORKERS": str(workers),
        "PLUSHKA_ENV": "production",
        "PLUSHKA_RATE_PER_SECOND": NO_RATE_LIMIT,
    }


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
