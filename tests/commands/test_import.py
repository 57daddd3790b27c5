"""``plushka import``: an operator brings a file in by the code that the office uses."""

from asyncio import to_thread
from pathlib import Path

import pytest
from tests.conftest import SetClock
from tests.domain.shop import open_shop

from plushka.commands.import_members import import_file
from plushka.engine.program import Program
from plushka.platform.database import Database
from plushka.platform.operating import NeedsOperator

FILE = "ФИО;Телефон;Бонусы\nАнна;89161234567;100\nВера;12;5\n"


@pytest.fixture
def at_home(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find this test's database."""
    monkeypatch.setenv("DATABASE_URL", dsn)


@pytest.mark.usefixtures("at_home")
async def test_an_operator_tries_a_file_and_brings_it_in(
    database: Database, clock: SetClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, problems = tmp_path / "members.csv", tmp_path / "problems.csv"
    file.write_bytes(FILE.encode("cp1251"))
    async with open_shop(database, clock, Program(name="Программа", currency="RUB")) as shop:

        async def members() -> int:
            async with shop.tx() as tx:
                count: int = await tx.fetchval(
                    "select count(*) from members where tenant_id = $1", tx.tenant_id
                )
                return count

        await to_thread(import_file, file, source="x", trial=True)
        assert await members() == 0
        await to_thread(import_file, file, source="x", problems=problems)
        assert await members() == 1
        await to_thread(import_file, file, source="x")

        assert await members() == 1
        assert await shop.differences() == ()
    told = capsys.readouterr().out
    assert told.count("created                  1") == 2
    assert "booked                 100" in told
    assert "Вера;12;5" in problems.read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("at_home")
def test_a_business_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_bytes(b"x")

    with pytest.raises(NeedsOperator, match="businesses"):
        import_file(file, source="x")
