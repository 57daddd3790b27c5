"""Load over HTTP by wrk, whose receipts cost the measured machine next to nothing."""

import shutil
import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.shop import FIRST_CARD, MEMBERS, Shop

LINES = 10
SCRIPT = Path(__file__).with_name("receipts.lua")
SKUS_MAX = 500
"""As many products as fit a command line with ease."""


class Load(Struct, frozen=True):
    """What wrk saw. ``failed`` counts answers other than success too."""

    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Return answers a second."""
        return self.requests / self.seconds


class WrkMissing(Exception):
    """There is no load generator on this machine."""


def wrk() -> str:
    """Return the path of wrk.

    :raises WrkMissing: saying how to get it
    """
    program = shutil.which("wrk")
    if program is None:
        raise WrkMissing("The load generator wrk is missing; on Debian: apt-get install wrk")
    return program


def run(url: str, shop: Shop, *, connections: int, seconds: int, run: str, members: int = MEMBERS) -> Load:
    """Commit receipts of ``members`` distinct members over so many connections; ``run`` makes their numbers unique."""
    command = [wrk(), "--threads=1", f"--connections={connections}", f"--duration={seconds}s"]
    command += [f"--script={SCRIPT}", f"{url}/v1/purchases", "--", shop.key, str(FIRST_CARD), str(members)]
    command += [str(LINES), run, *shop.skus[:SKUS_MAX]]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return msgspec.json.decode(said.partition("RESULT ")[2], type=Load)
