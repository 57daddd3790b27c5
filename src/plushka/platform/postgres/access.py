"""The database a command works on, whoever serves it."""

from collections.abc import Iterator
from contextlib import contextmanager

from plushka.platform import data_folder
from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.binaries import embedded
from plushka.platform.postgres.cluster import Cluster
from plushka.platform.postgres.server import Server
from plushka.platform.settings import Settings


def embedded_cluster(settings: Settings) -> Cluster:
    return Cluster(settings.data_folder, embedded())


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
