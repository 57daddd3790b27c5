"""``plushka rules``: the form of a programme is printed, and every programme of ours has it."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from plushka.commands.rules import run_folder, schema
from plushka.demo.business import read_program
from plushka.engine.program_files import format_program

SPECS = Path(__file__).parents[1] / "engine" / "specs"


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    schema()
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_a_programme_fits_the_schema_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    validator = jsonschema_rs.Draft202012Validator(printed(capsys))

    validator.validate(json.loads(format_program(read_program())))
    for path in (SPECS / "programs").glob("*.json"):
        validator.validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("field", "value"),
    [("rounding", "sideways"), ("unknown", 1), ("currency", "roubles"), ("return_grace_days", -1)],
)
def test_what_is_no_programme_does_not(capsys: pytest.CaptureFixture[str], field: str, value: object) -> None:
    validator = jsonschema_rs.Draft202012Validator(printed(capsys))
    program = {"name": "Кофейня", "currency": "RUB", field: value}

    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate(program)


def test_a_programme_from_a_file_is_tested_by_examples(tmp_path: Path) -> None:
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "ours.json").write_bytes(format_program(read_program()))
    example = {
        "title": "Ours",
        "program": "ours.json",
        "cases": [
            {
                "it": "gives a point a dollar",
                "lines": [["bread", "2.00"]],
                "expect": {"by_rule": {"base": 2, "first-purchase": 200}},
            }
        ],
    }
    (tmp_path / "ours.json").write_text(json.dumps(example), "utf-8")

    (result,) = run_folder(tmp_path)

    assert result.differences == ()
