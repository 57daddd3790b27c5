"""Migrations lead to schema.sql, whoever runs them and however often."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from tests.conftest import new_database

import plushka
from plushka.platform.migrate import FOLDER, DatabaseUnreachable, migrate
from plushka.platform.postgres.access import pg_dump
from plushka.platform.settings import Settings

SCHEMA = Path(plushka.__file__).with_name("schema.sql")


def dump(dsn: str) -> list[str]:
    """Return the public schema as statements, without the migrations' own tables and random markers.

    PostgreSQL 15.20 keeps marks of its own (``pg_attver``) that only a ``pg_dump`` as new leaves out.
    """
    arguments = [
        "--schema-only",
        "--schema=public",
        "--no-owner",
        "--exclude-table=*yoyo*",
        f"--dbname={dsn}",
    ]
    done = subprocess.run(
        [pg_dump(Settings.from_environment({"DATABASE_URL": dsn})), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    return [line for line in done.stdout.splitlines() if not line.startswith(("--", "\\"))]


def test_migrations_produce_exactly_the_schema_that_people_read(server_dsn: str, owner_dsn: str) -> None:
    with new_database(server_dsn) as dsn, psycopg.connect(dsn) as connection:
        connection.execute(SCHEMA.read_bytes())
        connection.commit()
        assert dump(owner_dsn) == dump(dsn)


def test_migrations_called_at_once_queue_and_apply_everything_once(server_dsn: str) -> None:
    with new_database(server_dsn) as dsn, ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate, [dsn] * 4))
    every = sorted(path.stem for path in FOLDER.glob("[0-9]*.sql"))
    assert sorted(applied, key=len) == [[], [], [], every]


def test_a_migration_that_was_killed_does_not_keep_the_next_one_out(owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute("insert into yoyo_lock (locked, ctime, pid) values (1, now(), 1)")
    assert migrate(owner_dsn) == []


def test_the_application_cannot_touch_the_record_of_migrations(owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn) as connection:
        allowed = connection.execute(
            "select has_table_privilege('plushka_app', '_yoyo_migration', 'select, insert, update, delete')"
        ).fetchone()
    assert allowed == (False,)


def test_a_database_that_does_not_answer_is_told_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        migrate("postgresql://anna:hunter2@127.0.0.1:1/shop")
    assert "127.0.0.1" in str(caught.value)
    assert "hunter2" not in str(caught.value)
