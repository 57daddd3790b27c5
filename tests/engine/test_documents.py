"""The worked numbers of the documents are the example files, and every example file is told of in a document."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "docs" / "algorithms").glob("*.md"))
WORKED_ELSEWHERE = {
    "lifetime-value.md": ROOT / "tests" / "domain" / "segments" / "test_lifetime_models.py",
    "what-if.md": ROOT / "tests" / "domain" / "simulation" / "test_answers.py",
}
"""Documents of what is no rule, by the test that has their worked numbers."""
SPECS = sorted((ROOT / "tests" / "engine" / "specs").glob("*.json"))


@pytest.mark.parametrize(
    "document", [one for one in DOCUMENTS if one.name not in WORKED_ELSEWHERE], ids=lambda path: path.name
)
def test_examples_of_a_document_are_cases_of_example_files(document: Path) -> None:
    cases = [case for spec in SPECS for case in json.loads(spec.read_bytes())["cases"]]
    blocks = re.findall(r"```json\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert json.loads(block) in cases


@pytest.mark.parametrize(("document", "test"), WORKED_ELSEWHERE.items())
def test_a_document_whose_numbers_are_worked_elsewhere_is_named_there(document: str, test: Path) -> None:
    assert (ROOT / "docs" / "algorithms" / document).exists()
    assert f"docs/algorithms/{document}" in test.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / link).exists(), link


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.name)
def test_every_example_file_is_told_of_in_a_document(spec: Path) -> None:
    assert any(spec.name in document.read_text(encoding="utf-8") for document in DOCUMENTS)
