"""Every figure that Plushka promises is an example file; here they all hold."""

from pathlib import Path

import pytest

from plushka.commands.rules import report, run_folder
from plushka.engine.specs.run import Result, run_file

SPECS = Path(__file__).parent / "specs"


@pytest.mark.parametrize("result", run_folder(SPECS), ids=lambda result: f"{result.file}: {result.it}")
def test_example_is_as_expected(result: Result) -> None:
    assert not result.differences, report([result])


def test_a_difference_is_told_in_plain_words() -> None:
    spec = b"""{
      "title": "wrong on purpose",
      "program": {"name": "p", "currency": "RUB",
        "earning": [{"id": "cashback", "name": "c", "effect": {"is": "percent", "rate_bp": 500}}]},
      "cases": [{"it": "earns too much", "lines": [["tea", "100.00"]],
        "expect": {"earned": 6, "payable": "100.00", "grants": [], "reasons": {"cashback": "outbid"}}}]
    }"""
    (result,) = run_file("wrong.json", spec, lambda _: None)
    assert report([result]).splitlines() == [
        "wrong.json: earns too much",
        "    earned: expected 6, got 5",
        "    grants: expected nothing, got points 5, active nothing, expires nothing",
        "    reason of cashback: expected outbid, got none",
        "0 of 1 examples are as expected",
    ]


@pytest.mark.parametrize(
    ("program", "lines", "told"),
    [
        ('"gone.json"', "[]", "no such file at program, name gone.json"),
        ('{"name": "p", "currency": "RUB", "color": 1}', "[]", "unknown field at program.color"),
        (
            '{"name": "p", "currency": "RUB", "expiry": {"is": "fixed"}}',
            "[]",
            "unsound program at program.expiry, problem days_or_months",
        ),
        ('{"name": "p", "currency": "RUB"}', '[["tea", "1.001"]]', "not expressible, value 1.001"),
        ('{"name": "p", "currency": "RUB"}', '[["tea", "-1"]]', "not expressible, value -1"),
        ('{"name": "p", "currency": "RUB"}', '[["tea"]]', "invalid value at cases[0].lines[0]"),
    ],
)
def test_a_file_that_cannot_be_understood_says_where(program: str, lines: str, told: str) -> None:
    spec = (
        f'{{"title": "t", "program": {program}, "cases": [{{"it": "x", "lines": {lines}, "expect": {{}}}}]}}'
    )
    (result,) = run_file("x.json", spec.encode(), lambda _: None)
    assert result.differences[0].startswith(told)


def test_a_file_that_is_no_json_is_one_failed_result() -> None:
    (result,) = run_file("x.json", b"{", lambda _: None)
    assert result.differences[0].startswith("malformed json")
