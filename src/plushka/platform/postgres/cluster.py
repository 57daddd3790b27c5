"""The files of the embedded database: made whole or not at all, and where its socket is."""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres import account, configuration
from plushka.platform.postgres.binaries import Binaries

OWNER = "plushka"
"""The database's owner and its superuser; the name of the database too."""

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES_MAX = 107

_BUILTIN_LOCALES_SINCE = 17
_OWNER_ONLY = 0o700


class ClusterUnusable(NeedsOperator):
    """The files on disk cannot be served by these programs, or initdb failed; the message says why."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The database files below ``data_folder`` and the programs that serve them."""

    data_folder: Path
    binaries: Binaries

    @property
    def files(self) -> Path:
        return self.data_folder / "postgres"

    @property
    def name(self) -> str:
        """Short and unlike any other folder's; PostgreSQL shows it in the titles of its processes."""
        return "plushka-" + hashlib.sha256(os.fsencode(self.data_folder)).hexdigest()[:12]

    @property
    def socket_folder(self) -> Path:
        """In the data folder, or in a short place when a path there would not fit a socket's address."""
        folder = self.data_folder / "run"
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX:
            return folder
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        return Path(runtime if runtime and Path(runtime).is_dir() else tempfile.gettempdir()) / self.name

    @property
    def dsn(self) -> str:
        return self.dsn_of(OWNER)

    def dsn_of(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def command(self, *arguments: str, as_id: int | None = None) -> list[str]:
        program, *rest = arguments
        line = [self.binaries.program(program), *rest]
        return account.command(line, reads=(self.binaries.folder / program, self.data_folder), as_id=as_id)

    def prepare(self) -> None:
        """Make what is missing and write this start's settings. Call it only with the folder held."""
        if not (self.files / "PG_VERSION").exists():
            self._create_files()
        self._check_version()
        self._prepare_socket_folder()
        settings = self.files / "plushka.conf"
        settings.write_text(
            configuration.render(
                socket_folder=self.socket_folder,
                cluster_name=self.name,
                memory=configuration.memory_bytes(),
            )
        )
        account.give(settings, account.server_id())

    def _create_files(self) -> None:
        # Made beside and renamed into place: a start that was killed leaves no half-made database.
        unfinished = self.data_folder / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=_OWNER_ONLY)
        # initdb, unlike the server, wants a user with a name.
        account.give(unfinished, account.NOBODY_ID)
        options = ["--auth=trust", "--encoding=UTF8", "--no-instructions", "--data-checksums"]
        # The provider that knows every script's letters without the system's locales came with 17.
        if self.binaries.version_major() >= _BUILTIN_LOCALES_SINCE:
            options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            options += ["--locale=C.UTF-8"]
        line = self.command(
            "initdb", f"--pgdata={unfinished}", f"--username={OWNER}", *options, as_id=account.NOBODY_ID
        )
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode != 0:
            raise ClusterUnusable(f"initdb failed in {unfinished}: {done.stderr.strip()}")
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'plushka.conf'\n")
        account.give(unfinished, account.server_id())
        unfinished.rename(self.files)

    def _check_version(self) -> None:
        found = int((self.files / "PG_VERSION").read_text())
        ours = self.binaries.version_major()
        if found != ours:
            raise ClusterUnusable(
                f"The database in {self.files} was made by PostgreSQL {found}, these programs are {ours}. "
                "Dump it with the old ones, move the folder away, and restore."
            )

    def _prepare_socket_folder(self) -> None:
        folder = self.socket_folder
        if not folder.exists():
            folder.mkdir(mode=_OWNER_ONLY)
            account.give(folder, account.server_id())
        # In a shared place somebody may have made it before us; and trust rests on who may enter.
        status = folder.lstat()
        mine = stat.S_ISDIR(status.st_mode) and status.st_uid == account.server_id()
        if not mine or stat.S_IMODE(status.st_mode) != _OWNER_ONLY:
            raise ClusterUnusable(f"The folder {folder} belongs to somebody else or is open to others.")
