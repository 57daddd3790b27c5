"""Numbered SQL that leads any earlier database to ``schema.sql``; a test proves that it arrives there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from yoyo import get_backend, read_migrations
from yoyo.backends.base import DatabaseBackend

from plushka.platform.operating import NeedsOperator

FOLDER = Path(__file__).with_name("migrations")

_LOCK_KEY = 0x706C757368


def migrate(dsn: str) -> list[str]:
    """Apply what is missing, as the owner of the database, and return the names of what was applied.

    Safe to call from several machines at once: they queue. Each migration and the note that it was
    applied are one transaction, so a kill at any moment leaves it done or not begun.
    """
    migrations = read_migrations(str(FOLDER))
    with _backend(dsn) as backend:
        missing = backend.to_apply(migrations)
        for migration in missing:
            # The library alone would note it in a second transaction; inside ours, its own are savepoints.
            with backend.transaction():
                backend.apply_one(migration)
        if missing:
            backend.run_post_apply(migrations)
        return [migration.id for migration in missing]


def role() -> str:
    """Return the statements that make the application's role if it is not there."""
    return (FOLDER / "0000_role.sql").read_text()


class DatabaseUnreachable(NeedsOperator):
    """Nobody answers at the address, or refuses us; the message is PostgreSQL's, without the password."""


@contextmanager
def _backend(dsn: str) -> Iterator[DatabaseBackend]:
    """Connect through psycopg and keep others out.

    The library's own lock is a row that outlives a killed process; an advisory lock does not. Whoever
    holds the latter knows that a row found is such a leftover.
    """
    try:
        backend = get_backend(urlsplit(dsn)._replace(scheme="postgresql+psycopg").geturl())
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(str(error).strip()) from error
    with backend:
        backend.connection.execute("select pg_advisory_lock(%s)", [_LOCK_KEY])
        backend.break_lock()
        yield backend
