"""The worked numbers of the documents are the example files, and every example file is told of in a document."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "docs" / "algorithms").glob("*.md"))
SPECS = sorted((ROOT / "tests" / "engine" / "specs").glob("*.json"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_examples_of_a_document_are_cases_of_example_files(document: Path) -> None:
    cases = [case for spec in SPECS for case in json.loads(spec.read_bytes())["cases"]]
    blocks = re.findall(r"```json\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert json.loads(block) in cases


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / link).exists(), link


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.name)
def test_every_example_file_is_told_of_in_a_document(spec: Path) -> None:
    assert any(spec.name in document.read_text(encoding="utf-8") for document in DOCUMENTS)
