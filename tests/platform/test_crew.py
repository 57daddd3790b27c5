"""Processes beside this one."""

import subprocess
import sys
from pathlib import Path

from plushka.platform.database import Database

_PROGRAM = """
import asyncio
import sys
from pathlib import Path

from plushka.platform.crew import Crew
from plushka.platform.database import Database

with Path(sys.argv[1]).open("a") as begun:
    begun.write(f"{__name__}\\n")


async def run():
    database = await Database.connect(sys.argv[2], connections_max=1)
    async with Crew(database, size=1) as crew:
        await crew.do(Database.close)
    await database.close()


if __name__ == "__main__":
    asyncio.run(run())
"""


def test_a_process_of_the_crew_does_not_read_the_program_that_started_it(
    database: Database, tmp_path: Path
) -> None:
    program, begun = tmp_path / "program.py", tmp_path / "begun"
    program.write_text(_PROGRAM)
    command = [sys.executable, str(program), str(begun), database.dsn]

    subprocess.run(command, check=True)

    assert begun.read_text() == "__main__\n"
