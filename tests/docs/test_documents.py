"""What documents name exists: files behind links, commands, variables, paths, functions, records."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from cyclopts import App

from plushka.cli import app
from plushka.platform import settings

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/plushka"
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
    if "node_modules" not in path.relative_to(ROOT).parts
)
OF_THE_HOUSE = [ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
SPECS = ROOT / "tests/engine/specs"

_CODE_BLOCK = re.compile(r"```.*?```", re.DOTALL)
_SHELL_BLOCK = re.compile(r"```(?:console|sh|shell|bash)\n(.*?)```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_PATH = re.compile(r"\w[\w.-]*(?:/[\w.-]+)+/?(?:::[\w.]+)?|\w[\w-]*\.(?:py|sql|md|toml|json|mjs|lock)")


def prose(document: Path) -> str:
    return _CODE_BLOCK.sub("", document.read_text())


def codes(document: Path) -> Iterator[str]:
    """Yield what stands in `code`, and the lines of shell blocks."""
    text = document.read_text()
    yield from _CODE.findall(prose(document))
    for block in _SHELL_BLOCK.findall(text):
        yield from (line.removeprefix("$ ") for line in block.splitlines())


def anchors(document: Path) -> set[str]:
    """Return the names under which GitHub lets the headings be linked."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_exists(document: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = []
    for code in codes(document):
        program, *words = code.split() or [""]
        if program == "make":
            unknown += [code for target in words[:1] if target not in targets and "=" not in target]
        elif program.endswith("plushka") and not _is_command(app, words):
            unknown.append(code)
    assert unknown == []


def _is_command(found: App, words: list[str]) -> bool:
    if not words or words[0].startswith("-"):
        return True
    try:
        below = found[words[0]]
    except KeyError:
        # A word that is no command is an argument, where one is taken.
        return found.default_command is not None
    return _is_command(below, words[1:])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_variable_is_read(document: Path) -> None:
    known = set(re.findall(r'"(PLUSHKA_\w+)"', Path(settings.__file__).read_text()))
    assert set(re.findall(r"PLUSHKA_\w+", document.read_text())) - known == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_file_exists(document: Path) -> None:
    named = re.findall(r"\b[FS]\d+-[\w-]+\.json", document.read_text())
    assert [name for name in named if not (SPECS / name).exists()] == []


@pytest.mark.parametrize("document", OF_THE_HOUSE, ids=lambda path: path.name)
def test_every_path_and_function_exists(document: Path) -> None:
    named = [code for code in codes(document) if _PATH.fullmatch(code)]
    assert named
    assert [code for code in named if not _exists(code)] == []


def _exists(code: str) -> bool:
    """Tell whether a path is there, from the root or the package, and below ``::`` its function or class."""
    path, _, name = code.partition("::")
    found = next((folder / path for folder in (ROOT, PACKAGE) if (folder / path).exists()), None)
    if found is None:
        # A name alone may be that of a file of every slice.
        return "/" not in path and any(PACKAGE.rglob(path))
    text = found.read_text() if name else ""
    return all(re.search(rf"^\s*(async )?(def|class) {part}\b", text, re.MULTILINE) for part in _parts(name))


def _parts(name: str) -> list[str]:
    return name.split(".") if name else []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text()
    records = [path.name for path in sorted(folder.glob("[0-9]*.md"))]
    assert [name for name in records if f"]({name})" not in index] == []
