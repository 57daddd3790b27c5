"""``plushka restore FILE``."""

import sys
from pathlib import Path

import psycopg

from plushka.commands.ledger import verify_all
from plushka.platform.migrate import migrate, role
from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.access import available, psql
from plushka.platform.postgres.dump import Dump
from plushka.platform.settings import Settings

OF_PLUSHKA = "businesses"
"""The table that tells our databases and dumps from others."""

_EMPTY = """
do $$
declare
    old text;
begin
    for old in select tablename from pg_tables where schemaname = 'public' loop
        execute format('drop table public.%I cascade', old);
    end loop;
    drop schema if exists jobs cascade;
end
$$
"""


class NotRestored(NeedsOperator):
    """The database is as it was; the message says why."""


def restore(file: Path, *, replace: bool = False) -> None:
    """Fill an empty database from FILE, which `plushka backup` wrote, and prove its journal.

    Plushka must be stopped. All or nothing: what fails leaves the database as it was. Exits with 1 if the journal
    differs.

    Parameters
    ----------
    replace
        Throw away what the database holds now.
    """
    settings = Settings.from_environment()
    dump = Dump.find(file)
    if not dump.holds_table(OF_PLUSHKA):
        raise NotRestored(f"{file} is no backup of Plushka.")
    with available(settings) as dsn:
        _check(dsn, replace=replace)
        # A dump names the application's role but does not hold it: roles belong to the server.
        dump.load(dsn, psql=psql(settings), before=(role(), _EMPTY))
        migrate(dsn)
        print(f"{file} is restored. Its journal:")
        is_clean = verify_all(dsn)
    if not is_clean:
        sys.exit(1)


def _check(dsn: str, *, replace: bool) -> None:
    with psycopg.connect(dsn) as connection:
        others = connection.execute(
            """
            select pid from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
            """
        ).fetchall()
        if others:
            raise NotRestored("Somebody works in the database. Stop Plushka first.")
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        if tables and (OF_PLUSHKA,) not in tables:
            raise NotRestored("The database holds tables that are not Plushka's. Make one for Plushka alone.")
        if tables and not replace and _holds_anything(connection):
            raise NotRestored("The database is not empty. To throw away what it holds, add --replace.")


def _holds_anything(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Tell whether more is there than a first start makes."""
    found = connection.execute("select from businesses union all select from accounts limit 1").fetchone()
    return found is not None
