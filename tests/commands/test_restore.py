"""From a backup back to a database that is the same, whose journal is proved; all of it or nothing."""

import asyncio
import getpass
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tests.commands.test_found import earn
from tests.conftest import new_database
from tests.memory import temporary_folder

from plushka.commands.backup import backup
from plushka.commands.found import found
from plushka.commands.restore import NotRestored, restore
from plushka.platform.postgres.access import available
from plushka.platform.postgres.dump import DumpUnusable
from plushka.platform.settings import Settings

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def _operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _: "correct horse battery")


@pytest.fixture
def shop_dump(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A backup of a shop on a server of ``DATABASE_URL``, whose till has sold."""
    monkeypatch.setenv("DATABASE_URL", dsn)
    sell(capsys)
    backup(tmp_path / "shop.dump")
    return tmp_path / "shop.dump"


@pytest.fixture
def new_dsn(server_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database in which there is nothing yet, on which the operator works from now on."""
    with new_database(server_dsn) as dsn:
        monkeypatch.setenv("DATABASE_URL", dsn)
        yield dsn


def sell(capsys: pytest.CaptureFixture[str], name: str = "Кофейня Анны") -> None:
    found(name, email=f"{len(name)}@example.com", owner="Анна", preset="levels")
    key = re.search(r"^plk_\S+$", capsys.readouterr().out, re.MULTILINE)
    assert key is not None
    with available(Settings.from_environment()) as dsn, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", dsn)
        assert asyncio.run(earn(key[0])) == 10


def rows(dsn: str) -> Rows:
    """Return every row of Plushka's tables; the proofs of the journal, which restoring adds to, are left out."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'verifications'"
        ).fetchall()
        return {
            name: sorted(
                connection.execute(SQL("select * from {}").format(Identifier(name))).fetchall(), key=str
            )
            for (name,) in tables
        }


def test_a_new_database_is_filled_and_its_journal_proved(
    shop_dump: Path, dsn: str, new_dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    restore(shop_dump)

    assert "clean" in capsys.readouterr().out
    assert rows(new_dsn) == rows(dsn)
    assert rows(new_dsn)["postings"]
    sell(capsys, "Вторая кофейня")


def test_what_is_there_is_not_overwritten_unless_asked_for(
    shop_dump: Path, dsn: str, new_dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sell(capsys, "Пекарня Евы")
    before = rows(new_dsn)

    with pytest.raises(NotRestored, match=r"not empty.*--replace"):
        restore(shop_dump)
    assert rows(new_dsn) == before

    restore(shop_dump, replace=True)
    assert rows(new_dsn) == rows(dsn)


def test_a_damaged_backup_changes_nothing(
    shop_dump: Path, new_dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sell(capsys, "Пекарня Евы")
    before = rows(new_dsn)
    whole = shop_dump.read_bytes()
    for length in (10, len(whole) // 2, len(whole) - 2000):
        shop_dump.write_bytes(whole[:length])
        with pytest.raises(DumpUnusable):
            restore(shop_dump, replace=True)
        assert rows(new_dsn) == before


def test_a_journal_that_differs_is_told(shop_dump: Path, new_dsn: str) -> None:
    restore(shop_dump)
    with psycopg.connect(new_dsn) as connection:
        connection.execute("update wallets set available = available + 1")
    backup(shop_dump)
    with pytest.raises(SystemExit) as told:
        restore(shop_dump, replace=True)
    assert told.value.code == 1


def test_while_somebody_works_there_nothing_is_touched(shop_dump: Path, new_dsn: str) -> None:
    with psycopg.connect(new_dsn), pytest.raises(NotRestored, match="Stop Plushka first"):
        restore(shop_dump, replace=True)
    assert rows(new_dsn) == {}


def test_tables_of_others_stay(shop_dump: Path, new_dsn: str) -> None:
    with psycopg.connect(new_dsn) as connection:
        connection.execute("create table accounts_of_another_program ()")
    with pytest.raises(NotRestored, match="not Plushka's"):
        restore(shop_dump, replace=True)


def test_what_is_no_backup_of_plushka_is_refused(new_dsn: str, tmp_path: Path) -> None:
    other = tmp_path / "other.dump"
    with psycopg.connect(new_dsn) as connection:
        connection.execute("create table accounts_of_another_program ()")
    backup(other)
    with pytest.raises(NotRestored, match="no backup of Plushka"):
        restore(other, replace=True)
    (tmp_path / "text").write_text("hello")
    for file in (tmp_path / "text", tmp_path / "nowhere"):
        with pytest.raises(DumpUnusable):
            restore(file)


def test_an_installation_of_its_own_is_lost_and_restored_there_and_on_a_server(
    server_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with temporary_folder() as folder:
        data = Path(folder) / "data"
        monkeypatch.setenv("PLUSHKA_DATA", str(data))
        sell(capsys)
        backup(tmp_path / "shop.dump")
        with available(Settings.from_environment()) as dsn:
            before = rows(dsn)
        shutil.rmtree(data)

        command = [sys.executable, "-m", "plushka"]
        done = subprocess.run(
            [*command, "restore", str(tmp_path / "shop.dump")], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert "clean" in done.stdout
        with available(Settings.from_environment()) as dsn:
            assert rows(dsn) == before
        verified = subprocess.run([*command, "ledger", "verify"], check=False, capture_output=True, text=True)
        assert (verified.returncode, "clean" in verified.stdout) == (0, True)

    # The server may be older than the embedded one.
    with new_database(server_dsn) as dsn:
        monkeypatch.setenv("DATABASE_URL", dsn)
        restore(tmp_path / "shop.dump")
        assert rows(dsn) == before
