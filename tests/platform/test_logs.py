"""What is written down, and what never is."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg
import pytest
import structlog

from plushka.platform import logs
from plushka.platform.database import Database
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


PHONE = "+79990000001"


def test_personal_values_are_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Environment.PRODUCTION)
    structlog.get_logger().error("enroll_failed", phone=PHONE)
    assert PHONE not in capsys.readouterr().err


@pytest.mark.parametrize("value", [PHONE, f"first line\n{PHONE}"])
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("select ($1::text)::uuid", "InvalidTextRepresentationError"),
        ("select $1::int", "DataError"),
        ("select $1::uuid", "DataError"),
        ("select $1::date", "DataError"),
        ("insert into log_test values ($1)", "log_test_pkey"),
    ],
)
async def test_what_a_database_error_quotes_is_blanked_wherever_it_is_told(
    database: Database, capsys: pytest.CaptureFixture[str], statement: str, told: str, value: str
) -> None:
    error = await failure_of(database, statement, value)
    caused = RuntimeError(f"could not enroll: {error}")
    caused.__cause__ = error

    for environment in Environment:
        logs.configure(environment)
        log = structlog.get_logger()
        log.error("alone", exc_info=error)
        log.error("caused", exc_info=caused)
        log.error("grouped", exc_info=ExceptionGroup("some failed", [caused, error]))
        logging.getLogger("asyncpg").error("theirs", exc_info=caused)
        log.warning("in short", reason=logs.brief(error))
        log.warning("in short", reason=logs.brief(caused))
        written = capsys.readouterr().err
        assert "9990000001" not in written
        assert "first line" not in written
        assert written.count(told) >= 5


async def failure_of(database: Database, statement: str, value: str) -> Exception:
    """Return what is said to ``value``, which is there already."""
    at = datetime(2026, 3, 10, tzinfo=UTC)
    try:
        async with database.global_transaction(actor="test", at=at) as tx:
            await tx.execute("create temporary table log_test (phone text primary key)")
            await tx.execute("insert into log_test values ($1)", value)
            await tx.execute(statement, value)
    except asyncpg.PostgresError as error:
        return error
    raise AssertionError("the database took it")
