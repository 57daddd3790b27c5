"""The database a command works on, whoever serves it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from plushka.platform import data_folder
from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.binaries import embedded
from plushka.platform.postgres.cluster import Cluster
from plushka.platform.postgres.server import Server
from plushka.platform.settings import Settings

_VERSION_DIVISOR = 10_000


def embedded_cluster(settings: Settings) -> Cluster:
    return Cluster(settings.data_folder, embedded())


def psql(settings: Settings) -> str:
    """Return the ``psql`` for this database: the wheel's own speaks no TLS, which a server elsewhere may ask for."""
    return (settings.database_url and shutil.which("psql")) or embedded().program("psql")


def pg_dump(settings: Settings) -> str:
    """Return the ``pg_dump`` for this database, as ``psql``; but one older than the server would refuse."""
    system = settings.database_url and shutil.which("pg_dump")
    if not system:
        return embedded().program("pg_dump")
    told = subprocess.run([system, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", told)
    with psycopg.connect(settings.database_url or "") as connection:
        server_major = connection.info.server_version // _VERSION_DIVISOR
    is_new_enough = found is not None and int(found[1]) >= server_major
    return system if is_new_enough else embedded().program("pg_dump")


class NothingRuns(NeedsOperator):
    """There is no database to work on: neither ``DATABASE_URL`` nor a Plushka that runs one."""


def running(settings: Settings) -> str:
    """Return the owner's DSN of a database that somebody else keeps running.

    :raises NothingRuns: saying what to do
    """
    if settings.database_url is not None:
        return settings.database_url
    try:
        with data_folder.exclusively(settings.data_folder):
            raise NothingRuns("Set DATABASE_URL, or start everything with `plushka run`.")
    except data_folder.DataFolderInUse:
        return embedded_cluster(settings).dsn


@contextmanager
def available(settings: Settings) -> Iterator[str]:
    """Yield the owner's DSN: of ``DATABASE_URL``; of the Plushka that runs; or of a server for this block only.

    Does not migrate.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    cluster = embedded_cluster(settings)
    try:
        with data_folder.exclusively(settings.data_folder):
            server = Server(cluster)
            try:
                server.start()
                yield cluster.dsn
            finally:
                server.halt()
    except data_folder.DataFolderInUse:
        yield cluster.dsn
