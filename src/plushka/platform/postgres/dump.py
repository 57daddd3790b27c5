"""A database in a file, as ``pg_dump --format=custom`` writes it, and the way back."""

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj, which
from tempfile import TemporaryFile
from typing import IO

from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.binaries import embedded

_HEAD_ENDS = b"SELECT pg_catalog.set_config("
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


class DumpUnusable(NeedsOperator):
    """The file cannot be read, or not be loaded; the message is the programs' own words."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump and the ``pg_restore`` that reads it: an older one does not read what a newer ``pg_dump`` wrote."""

    file: Path
    pg_restore: str
    contents: str

    @classmethod
    def find(cls, file: Path) -> "Dump":
        """Return the dump in ``file``.

        :raises DumpUnusable: it is none
        """
        words = ""
        for program in filter(None, (embedded().program("pg_restore"), which("pg_restore"))):
            listed = subprocess.run([program, "--list", file], capture_output=True, text=True, check=False)
            if listed.returncode == 0:
                return cls(file, program, listed.stdout)
            words = words or listed.stderr.strip()
        raise DumpUnusable(words)

    def holds_table(self, name: str) -> bool:
        return f" TABLE public {name} " in self.contents

    def load(self, dsn: str, *, psql: str, before: Sequence[str]) -> None:
        """Run the statements ``before`` and then the dump in one transaction: what fails changes nothing.

        :raises DumpUnusable: the dump is damaged, or the server does not take it
        """
        read = [self.pg_restore, "--no-owner", "--file=-", str(self.file)]
        load = [psql, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        load += [f"--dbname={dsn}", *(f"--command={statement}" for statement in before), "--file=-"]
        with (
            TemporaryFile() as words,
            subprocess.Popen(read, stdout=subprocess.PIPE, stderr=words) as reading,
            subprocess.Popen(load, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words) as loading,
        ):
            is_whole = _pass_on(reading, loading)
            if loading.wait() != 0 or not is_whole:
                words.seek(0)
                raise DumpUnusable(
                    words.read().decode(errors="replace").strip() or "It was not loaded whole."
                )


def _pass_on(reading: "subprocess.Popen[bytes]", loading: "subprocess.Popen[bytes]") -> bool:
    """Pass a script on; return whether it came whole. If not, the loading is broken off, or its end would commit."""
    source, target = reading.stdout, loading.stdin
    assert source is not None  # noqa: S101  for the type: both are pipes
    assert target is not None  # noqa: S101
    # A program that stops at an error takes no more, and has told why.
    with suppress(BrokenPipeError):
        _copy(source, target)
        if reading.wait() == 0:
            target.close()
            return True
    reading.kill()
    loading.kill()
    with suppress(BrokenPipeError):
        target.close()
    return False


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    """Copy a script without the one setting in its head that a server before 17 does not know."""
    for line in source:
        if line != _UNKNOWN_BEFORE_17:
            target.write(line)
        if line.startswith(_HEAD_ENDS):
            break
    copyfileobj(source, target)
