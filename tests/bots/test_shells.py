"""Shells are loaded when they are first needed, beside what a process does."""

import subprocess
import sys

PROGRAM = """
import asyncio, gc
from plushka.delivery.bots.shells import Shells

async def main():
    shells = Shells({"telegram": "http://127.0.0.1:1"})
    await shells.get("telegram")
    print(gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()))
    await shells.close()

asyncio.run(main())
"""


def test_what_a_messenger_is_spoken_to_by_is_loaded_for_good() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert told == "True True\n", "garbage is looked for, but not there"
