"""How far something long has come."""

import io
import re

import pytest

from plushka.platform.progress import progress


def test_away_from_a_terminal_it_is_plain_lines_with_the_count_and_the_rate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("Loading", 2_000, "receipts") as steps:
        steps.advance(500)
        steps.advance(1_500)
    told = capsys.readouterr().err
    assert re.fullmatch(r"Loading: 2,000 of 2,000 receipts, [\d,]+/s, 0 s left\n", told)


def test_at_a_terminal_it_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("Loading", 2_000, "receipts") as steps:
        steps.advance(2_000)
    assert "2000/2000" in screen.getvalue()
    assert "receipts/s" in screen.getvalue()
