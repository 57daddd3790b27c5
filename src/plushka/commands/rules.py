"""``plushka rules``: a business's own example files, run by the engine of its tills, and the form of its programme."""

import sys
from collections.abc import Sequence
from pathlib import Path

from cyclopts import App

from plushka.engine.program_files import program_schema
from plushka.engine.specs.run import Result, run_file
from plushka.platform.operating import NeedsOperator

PROGRAMS_FOLDER = "programs"


class NoExamples(NeedsOperator):
    """The folder is not there, or holds nothing to try."""


app = App(name="rules", help="Try rules on examples; print the form of a programme.")


@app.command
def test(folder: Path) -> None:
    """Decide the receipts of every example file in FOLDER and compare; exit with 1 where one comes out otherwise.

    tests/engine/specs holds examples of the form.
    """
    results = run_folder(folder)
    if not results:
        raise NoExamples(f"There are no example files (*.json) in {folder}.")
    print(report(results))
    if any(result.differences for result in results):
        sys.exit(1)


@app.command
def schema() -> None:
    """Print the JSON Schema of a programme's file, by which an editor completes and checks it."""
    print(program_schema().decode())


def run_folder(folder: Path) -> list[Result]:
    """Run every ``*.json`` of ``folder``, by name. Programmes that they name lie in its folder ``programs``."""
    programs = folder / PROGRAMS_FOLDER

    def read(name: str) -> bytes | None:
        path = programs / name
        return path.read_bytes() if path.parent == programs and path.is_file() else None

    return [
        result
        for path in sorted(folder.glob("*.json"))
        for result in run_file(path.name, path.read_bytes(), read)
    ]


def report(results: Sequence[Result]) -> str:
    """Return each case that differs, in plain words, and a count."""
    failed = [result for result in results if result.differences]
    told = [
        line for result in failed for line in (f"{result.file}: {result.it}", *_indented(result.differences))
    ]
    return "\n".join([*told, f"{len(results) - len(failed)} of {len(results)} examples are as expected"])


def _indented(differences: Sequence[str]) -> list[str]:
    return [f"    {difference}" for difference in differences]
