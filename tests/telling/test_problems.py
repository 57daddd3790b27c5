"""Whatever can be wrong with a programme or its file has a sentence in both languages."""

import re
from pathlib import Path

import pytest

from plushka.domain.programs.telling.problems import KNOWN_CODES, tell_problem
from plushka.domain.programs.telling.voice import Voice
from plushka.engine import check, program_files
from plushka.engine.check import problems
from plushka.engine.program import EarningRule, Percent, Program
from plushka.platform.errors import Invalid

PROGRAM = Program(name="Плюшка", currency="RUB")


def test_every_problem_has_a_sentence() -> None:
    codes = {
        code
        for file in Path(check.__file__).parent.glob("check*.py")
        for code in re.findall(r'Problem\([^"]*(?:f?"[^"]*")?, "([a-z_]+)"', file.read_text("utf-8"))
    }
    codes |= {kind.code for kind in Invalid.__subclasses__() if kind.__module__ == program_files.__name__}

    assert len(codes) > 20
    assert codes <= KNOWN_CODES


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ru", "Правила без условий вместе возвращают 120 % оплаченного — больше, чем заплатили."),
        ("en", "Rules that always apply give back 120% of what was paid, more than all of it."),
    ],
)
def test_a_problem_tells_its_figures(language: str, sentence: str) -> None:
    generous = Program(
        name="Плюшка",
        currency="RUB",
        earning=tuple(EarningRule(name, name, Percent(6000), group=name) for name in "ab"),
    )
    (problem,) = problems(generous)

    told = tell_problem(problem.code, problem.facts, Voice(PROGRAM, language))  # type: ignore[arg-type]

    assert told.replace("\u00a0", " ") == sentence
