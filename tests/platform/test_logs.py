"""What is written down, and what never is."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from plushka.platform import logs
from plushka.platform.settings import Environment


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def test_production_writes_one_json_object_a_line_for_us_and_the_libraries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(Environment.PRODUCTION)
    structlog.get_logger().info("purchase_committed", points=5)
    logging.getLogger("asyncpg").warning("slow")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["points"], ours["level"]) == ("purchase_committed", 5, "info")
    assert theirs["event"] == "slow"


def test_personal_values_and_the_rows_that_errors_quote_are_blanked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(Environment.PRODUCTION)
    error = ValueError("duplicate key\nDETAIL:  Key (phone)=(+79990000001) already exists.")
    structlog.get_logger().error("enroll_failed", phone="+79990000001", exc_info=error)
    told = capsys.readouterr().err
    assert "+7999" not in told
    assert "duplicate key" in told
